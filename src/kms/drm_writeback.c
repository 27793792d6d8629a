/* SPDX-License-Identifier: MIT */
/**
 * DOC: writeback
 *
 * A program gives a framebuffer for the next picture of a CRTC. That makes a
 * job, which is the connector's new state's until the driver queues it in its
 * atomic_commit, and ends when the driver says that it is done.
 *
 * The job has a reference to the framebuffer. Its out-fence lives no longer
 * than the device.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <stdio.h>

#include "internal.h"

static struct drm_writeback_connector *to_wb(struct dma_fence *fence)
{
	return container_of(fence->lock, struct drm_writeback_connector,
			    fence_lock);
}

static const char *get_driver_name(struct dma_fence *fence)
{
	return to_wb(fence)->base.dev->driver->name;
}

static const char *get_timeline_name(struct dma_fence *fence)
{
	return to_wb(fence)->timeline_name;
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = get_driver_name,
	.get_timeline_name = get_timeline_name,
};

/* Those of all writeback connectors, once. */
static int create_properties(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;

	if (!config->writeback_fb_id_property) {
		config->writeback_fb_id_property = drm_property_create_object(
			dev, DRM_MODE_PROP_ATOMIC, "WRITEBACK_FB_ID",
			DRM_MODE_OBJECT_FB);
	}
	if (!config->writeback_pixel_formats_property) {
		config->writeback_pixel_formats_property = drm_property_create(
			dev,
			DRM_MODE_PROP_BLOB | DRM_MODE_PROP_ATOMIC |
				DRM_MODE_PROP_IMMUTABLE,
			"WRITEBACK_PIXEL_FORMATS", 0);
	}
	if (!config->writeback_out_fence_ptr_property) {
		config->writeback_out_fence_ptr_property =
			drm_property_create_range(dev, DRM_MODE_PROP_ATOMIC,
						  "WRITEBACK_OUT_FENCE_PTR", 0,
						  UINT64_MAX);
	}
	return config->writeback_fb_id_property &&
			       config->writeback_pixel_formats_property &&
			       config->writeback_out_fence_ptr_property
		       ? 0
		       : -ENOMEM;
}

int drm_writeback_connector_init(
	struct drm_device *dev, struct drm_writeback_connector *wb_connector,
	const struct drm_connector_funcs *funcs,
	const struct drm_connector_helper_funcs *helpers, const u32 *formats,
	int n_formats, u32 possible_crtcs)
{
	struct drm_connector *connector = &wb_connector->base;
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_property_blob *blob;
	int ret;

	wb_connector->encoder.possible_crtcs = possible_crtcs;
	ret = drm_encoder_init(dev, &wb_connector->encoder,
			       DRM_MODE_ENCODER_VIRTUAL);
	if (ret) {
		return ret;
	}
	ret = create_properties(dev);
	if (ret) {
		goto err_encoder;
	}
	blob = drm_property_create_blob(
		dev, (size_t)n_formats * sizeof(*formats), formats);
	if (IS_ERR(blob)) {
		ret = (int)PTR_ERR(blob);
		goto err_encoder;
	}
	ret = drm_connector_init(dev, connector, funcs,
				 DRM_MODE_CONNECTOR_WRITEBACK);
	if (ret) {
		goto err_blob;
	}
	ret = drm_connector_attach_encoder(connector, &wb_connector->encoder);
	if (ret) {
		goto err_connector;
	}
	drm_connector_helper_add(connector, helpers);
	INIT_LIST_HEAD(&wb_connector->job_queue);
	spin_lock_init(&wb_connector->job_lock);
	wb_connector->fence_context = dma_fence_context_alloc(1);
	spin_lock_init(&wb_connector->fence_lock);
	snprintf(wb_connector->timeline_name,
		 sizeof(wb_connector->timeline_name), "CONNECTOR:%u-%.18s",
		 connector->base.id, connector->name);
	drm_object_attach_property(&connector->base,
				   config->writeback_out_fence_ptr_property, 0);
	drm_object_attach_property(&connector->base,
				   config->writeback_fb_id_property, 0);
	drm_object_attach_property(&connector->base,
				   config->writeback_pixel_formats_property,
				   blob->base.id);
	wb_connector->pixel_formats_blob_ptr = blob;
	return 0;

err_connector:
	drm_connector_cleanup(connector);
err_blob:
	drm_property_blob_put(blob);
err_encoder:
	drm_encoder_cleanup(&wb_connector->encoder);
	return ret;
}

void drm_writeback_connector_cleanup(
	struct drm_writeback_connector *wb_connector)
{
	WARN_ON(!list_empty(&wb_connector->job_queue));
	drm_connector_cleanup(&wb_connector->base);
	drm_property_blob_put(wb_connector->pixel_formats_blob_ptr);
	drm_encoder_cleanup(&wb_connector->encoder);
	mutex_destroy(&wb_connector->job_lock);
	mutex_destroy(&wb_connector->fence_lock);
}

int drm_writeback_check_format(struct drm_connector_state *conn_state)
{
	struct drm_writeback_job *job = conn_state->writeback_job;
	const struct drm_property_blob *blob;
	const u32 *formats;

	if (!job || !job->fb) {
		return 0;
	}
	blob = job->connector->pixel_formats_blob_ptr;
	formats = blob->data;
	for (size_t i = 0; i < blob->length / sizeof(*formats); i++) {
		if (formats[i] == job->fb->format->format) {
			return 0;
		}
	}
	return -EINVAL;
}

int drm_writeback_set_fb(struct drm_connector_state *conn_state,
			 struct drm_framebuffer *fb)
{
	struct drm_writeback_job *job = conn_state->writeback_job;

	if (!job) {
		job = kzalloc(sizeof(*job), GFP_KERNEL);
		if (!job) {
			return -ENOMEM;
		}
		job->connector =
			drm_connector_to_writeback(conn_state->connector);
		INIT_LIST_HEAD(&job->list_entry);
		conn_state->writeback_job = job;
	}
	drm_framebuffer_assign(&job->fb, fb);
	return 0;
}

int drm_writeback_prepare_job(struct drm_writeback_job *job)
{
	struct drm_connector *connector = &job->connector->base;
	const struct drm_connector_helper_funcs *funcs =
		connector->helper_private;
	int ret = 0;

	if (funcs->prepare_writeback_job) {
		ret = funcs->prepare_writeback_job(connector, job);
	}
	job->prepared = !ret;
	return ret;
}

void drm_writeback_queue_job(struct drm_writeback_connector *wb_connector,
			     struct drm_connector_state *conn_state)
{
	struct drm_writeback_job *job = conn_state->writeback_job;

	conn_state->writeback_job = NULL;
	spin_lock(&wb_connector->job_lock);
	list_add_tail(&job->list_entry, &wb_connector->job_queue);
	spin_unlock(&wb_connector->job_lock);
}

void drm_writeback_cleanup_job(struct drm_writeback_job *job)
{
	struct drm_connector *connector = &job->connector->base;
	const struct drm_connector_helper_funcs *funcs =
		connector->helper_private;

	if (job->prepared && funcs->cleanup_writeback_job) {
		funcs->cleanup_writeback_job(connector, job);
	}
	if (job->fb) {
		drm_framebuffer_put(job->fb);
	}
	dma_fence_put(job->out_fence);
	kfree(job);
}

void drm_writeback_signal_completion(
	struct drm_writeback_connector *wb_connector, int status)
{
	struct drm_writeback_job *job = NULL;

	spin_lock(&wb_connector->job_lock);
	if (!list_empty(&wb_connector->job_queue)) {
		job = list_first_entry(&wb_connector->job_queue,
				       struct drm_writeback_job, list_entry);
		list_del_init(&job->list_entry);
	}
	spin_unlock(&wb_connector->job_lock);
	if (WARN_ON(!job)) {
		return;
	}
	if (job->out_fence) {
		if (status) {
			dma_fence_set_error(job->out_fence, status);
		}
		dma_fence_signal(job->out_fence);
	}
	drm_writeback_cleanup_job(job);
}

struct dma_fence *
drm_writeback_get_out_fence(struct drm_writeback_connector *wb_connector)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (fence) {
		dma_fence_init(fence, &fence_ops, &wb_connector->fence_lock,
			       wb_connector->fence_context,
			       ++wb_connector->fence_seqno);
	}
	return fence;
}
