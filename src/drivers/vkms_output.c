/* SPDX-License-Identifier: MIT */
/* Displays: a connector with what is plugged in, an encoder, a CRTC and its
 * planes. */
#include <string.h>

#include "vkms.h"

/* What Linux's display prefers. */
#define DEFAULT_WIDTH  1024
#define DEFAULT_HEIGHT 768

/* The size of a display on which a pixel is 1/96 of an inch. */
#define MM(pixels) ((unsigned int)(pixels)*254 / 960)

static struct vkms_output *to_output(struct drm_connector *connector)
{
	return container_of(connector, struct vkms_output, connector);
}

static enum drm_connector_status vkms_detect(struct drm_connector *connector,
					     bool force)
{
	(void)force;
	return to_output(connector)->connected ? connector_status_connected
					       : connector_status_disconnected;
}

static int add_mode(struct drm_connector *connector,
		    const struct drm_display_mode *mode, bool preferred)
{
	struct drm_display_mode *copy =
		drm_mode_duplicate(connector->dev, mode);

	if (!copy) {
		return 0;
	}
	copy->type = DRM_MODE_TYPE_DRIVER |
		     (preferred ? DRM_MODE_TYPE_PREFERRED : 0);
	drm_mode_probed_add(connector, copy);
	return 1;
}

static int vkms_get_modes(struct drm_connector *connector)
{
	struct vkms_output *output = to_output(connector);
	int count = 0;

	if (!output->nr_modes) {
		drm_connector_update_edid_property(connector, NULL, 0);
		count = drm_add_modes_noedid(connector, VKMS_SIZE_MAX,
					     VKMS_SIZE_MAX);
		drm_set_preferred_mode(connector, DEFAULT_WIDTH,
				       DEFAULT_HEIGHT);
		return count;
	}
	drm_connector_update_edid_property(connector, output->edid,
					   sizeof(output->edid));
	for (unsigned int i = 0; i < output->nr_modes; i++) {
		count += add_mode(connector, &output->modes[i], !i);
	}
	return count + drm_add_modes_noedid(connector,
					    output->modes[0].hdisplay,
					    output->modes[0].vdisplay);
}

static const struct drm_connector_helper_funcs vkms_connector_helper_funcs = {
	.get_modes = vkms_get_modes,
};

static const struct drm_connector_funcs vkms_connector_funcs = {
	.detect = vkms_detect,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.destroy = drm_connector_cleanup,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

/* A timing after CVT, which knows multiples of 8 pixels: the blank is a bit
 * longer for others. NULL: none can be. */
static struct drm_display_mode *
make_timing(struct drm_device *dev, const struct uprime_mode_options *options,
	    u32 mhz, bool reduced)
{
	struct drm_display_mode *mode = drm_cvt_mode(
		dev, (int)ALIGN(options->width, 8u), (int)options->height,
		(int)(mhz + 500) / 1000, reduced, false, false);

	if (mode) {
		mode->hdisplay = (u16)options->width;
		drm_mode_set_name(mode);
	}
	return mode;
}

/* CVT knows whole Hz: the clock makes up for the rest. */
static int make_mode(struct drm_device *dev,
		     const struct uprime_mode_options *options,
		     struct drm_display_mode *out)
{
	u32 mhz = options->refresh_mhz ? options->refresh_mhz : 60000;
	struct drm_display_mode *mode;

	if (options->width < VKMS_SIZE_MIN || options->height < VKMS_SIZE_MIN ||
	    options->width > VKMS_SIZE_MAX || options->height > VKMS_SIZE_MAX ||
	    mhz < 1000 || mhz > 1000000) {
		return -EINVAL;
	}
	mode = make_timing(dev, options, mhz, false);
	if (mode && mode->clock > EDID_CLOCK_MAX) {
		/* As displays of that size do it. */
		drm_mode_destroy(dev, mode);
		mode = make_timing(dev, options, mhz, true);
	}
	if (!mode) {
		return -EINVAL;
	}
	if (mhz % 1000) {
		mode->clock =
			(int)((u64)mode->htotal * mode->vtotal * mhz / 1000000);
	}
	drm_mode_copy(out, mode);
	drm_mode_destroy(dev, mode);
	return drm_mode_validate_basic(out) == MODE_OK ? 0 : -EINVAL;
}

int vkms_output_set_modes(struct vkms_output *output,
			  const struct uprime_display_options *options)
{
	struct drm_display_mode modes[UPRIME_DISPLAY_MODES_MAX] = {0};
	const struct drm_display_mode *pointers[UPRIME_DISPLAY_MODES_MAX];
	struct uprime_edid_params edid = {.name = "uprime",
					  .serial = output->index + 1,
					  .modes = pointers,
					  .nr_modes = options->nr_modes};

	if (options->nr_modes > UPRIME_DISPLAY_MODES_MAX) {
		return -EINVAL;
	}
	for (unsigned int i = 0; i < options->nr_modes; i++) {
		int ret = make_mode(output->crtc.dev, &options->modes[i],
				    &modes[i]);

		if (ret) {
			return ret;
		}
		pointers[i] = &modes[i];
	}
	memcpy(output->modes, modes, sizeof(modes));
	output->nr_modes = options->nr_modes;
	if (options->nr_modes) {
		edid.width_mm = MM(modes[0].hdisplay);
		edid.height_mm = MM(modes[0].vdisplay);
		uprime_edid_make(&edid, output->edid);
	}
	return 0;
}

static int add_plane(struct vkms_output *output, struct drm_device *dev,
		     enum drm_plane_type type)
{
	int ret = vkms_plane_init(dev, &output->planes[output->nr_planes], type,
				  output->index);

	if (!ret) {
		output->nr_planes++;
	}
	return ret;
}

static void remove_planes(struct vkms_output *output)
{
	while (output->nr_planes) {
		drm_plane_cleanup(&output->planes[--output->nr_planes]);
	}
	kfree(output->planes);
}

static int add_planes(struct vkms_output *output, struct drm_device *dev,
		      const struct uprime_device_options *options)
{
	int ret;

	output->planes =
		kcalloc(VKMS_PLANES_MAX, sizeof(*output->planes), GFP_KERNEL);
	if (!output->planes) {
		return -ENOMEM;
	}
	ret = add_plane(output, dev, DRM_PLANE_TYPE_PRIMARY);
	for (int i = 0; !ret && options->overlay && i < VKMS_OVERLAY_PLANES;
	     i++) {
		ret = add_plane(output, dev, DRM_PLANE_TYPE_OVERLAY);
	}
	if (!ret && !options->no_cursor) {
		ret = add_plane(output, dev, DRM_PLANE_TYPE_CURSOR);
	}
	if (ret) {
		remove_planes(output);
	}
	return ret;
}

static int init_crtc(struct vkms_output *output, struct drm_device *dev,
		     const struct uprime_device_options *options)
{
	struct drm_plane *last = &output->planes[output->nr_planes - 1];

	return vkms_crtc_init(dev, output, &output->planes[0],
			      options->no_cursor ? NULL : last);
}

static int init_connector(struct vkms_output *output, struct drm_device *dev)
{
	struct drm_connector *connector = &output->connector;
	struct drm_encoder *encoder = &output->encoder;
	int ret;

	ret = drm_connector_init(dev, connector, &vkms_connector_funcs,
				 DRM_MODE_CONNECTOR_VIRTUAL);
	if (ret) {
		return ret;
	}
	drm_connector_helper_add(connector, &vkms_connector_helper_funcs);
	if (output->nr_modes) {
		drm_connector_attach_edid_property(connector);
	}
	ret = drm_encoder_init(dev, encoder, DRM_MODE_ENCODER_VIRTUAL);
	if (ret) {
		goto err_connector;
	}
	encoder->possible_crtcs = drm_crtc_mask(&output->crtc);
	ret = drm_connector_attach_encoder(connector, encoder);
	if (ret) {
		goto err_encoder;
	}
	return 0;

err_encoder:
	drm_encoder_cleanup(encoder);
err_connector:
	drm_connector_cleanup(connector);
	return ret;
}

static void fini_connector(struct vkms_output *output)
{
	drm_encoder_cleanup(&output->encoder);
	drm_connector_cleanup(&output->connector);
}

int vkms_output_init(struct vkms_output *output, struct drm_device *dev,
		     const struct uprime_device_options *options,
		     unsigned int index)
{
	const struct uprime_display_options *display =
		&options->displays[index];
	int ret;

	output->vkms = dev->dev_private;
	output->index = index;
	output->connected = !display->unplugged;
	spin_lock_init(&output->lock);
	INIT_LIST_HEAD(&output->writeback_jobs);
	vkms_crc_init(output);
	ret = add_planes(output, dev, options);
	if (ret) {
		goto err_lock;
	}
	ret = init_crtc(output, dev, options);
	if (ret) {
		goto err_planes;
	}
	ret = vkms_output_set_modes(output, display);
	if (ret) {
		goto err_crtc;
	}
	ret = init_connector(output, dev);
	if (ret) {
		goto err_crtc;
	}
	output->workq = alloc_ordered_workqueue("vkms_composer", 0);
	if (!output->workq) {
		ret = -ENOMEM;
		goto err_connector;
	}
	if (!options->no_writeback) {
		ret = vkms_writeback_init(dev, output);
		if (ret) {
			goto err_workq;
		}
	}
	return 0;

err_workq:
	destroy_workqueue(output->workq);
err_connector:
	fini_connector(output);
err_crtc:
	drm_crtc_cleanup(&output->crtc);
err_planes:
	remove_planes(output);
err_lock:
	mutex_destroy(&output->lock);
	return ret;
}

void vkms_output_fini(struct vkms_output *output)
{
	/* Its jobs end first. */
	destroy_workqueue(output->workq);
	vkms_writeback_fini(output);
	fini_connector(output);
	drm_crtc_cleanup(&output->crtc);
	remove_planes(output);
	WARN_ON(output->shown || output->next);
	vkms_picture_put(output->last);
	mutex_destroy(&output->lock);
}
