/* SPDX-License-Identifier: MIT */
/* Writeback: a connector that writes a CRTC's picture into a framebuffer. */
#ifndef UPRIME_DRM_WRITEBACK_H
#define UPRIME_DRM_WRITEBACK_H

#include <drm/drm_connector.h>
#include <drm/drm_encoder.h>
#include <linux/dma-fence.h>
#include <linux/spinlock.h>

struct drm_framebuffer;

/**
 * struct drm_writeback_connector - a writeback connector
 */
struct drm_writeback_connector {
	struct drm_connector base;
	struct drm_encoder encoder;
	struct drm_property_blob *pixel_formats_blob_ptr; /* referenced */
	spinlock_t job_lock;
	struct list_head job_queue; /* drm_writeback_job.list_entry; job_lock */
	u64 fence_context;
	spinlock_t fence_lock;
	u64 fence_seqno; /* mode_config.mutex */
	char timeline_name[32];
};

/**
 * struct drm_writeback_job - a picture that is to be written
 */
struct drm_writeback_job {
	struct drm_writeback_connector *connector;
	bool prepared;
	struct list_head list_entry; /* drm_writeback_connector.job_queue */
	struct drm_framebuffer *fb;  /* referenced */
	struct dma_fence *out_fence; /* referenced, or NULL */
	void *priv;		     /* the driver's */
};

#define drm_connector_to_writeback(x)                                          \
	container_of(x, struct drm_writeback_connector, base)

/* drm_writeback_connector_init - 0; -ENOMEM, -EINVAL */
EXPORT_SYMBOL int drm_writeback_connector_init(
	struct drm_device *dev, struct drm_writeback_connector *wb_connector,
	const struct drm_connector_funcs *funcs,
	const struct drm_connector_helper_funcs *helpers, const u32 *formats,
	int n_formats, u32 possible_crtcs);
EXPORT_SYMBOL int drm_writeback_set_fb(struct drm_connector_state *conn_state,
				       struct drm_framebuffer *fb);
EXPORT_SYMBOL int drm_writeback_prepare_job(struct drm_writeback_job *job);
/* drm_writeback_queue_job - the state's job is the queue's from now on */
EXPORT_SYMBOL void
drm_writeback_queue_job(struct drm_writeback_connector *wb_connector,
			struct drm_connector_state *conn_state);
EXPORT_SYMBOL void drm_writeback_cleanup_job(struct drm_writeback_job *job);
/* drm_writeback_signal_completion - the first job of the queue is done, or
 * failed with @status (-errno). From any thread. */
EXPORT_SYMBOL void
drm_writeback_signal_completion(struct drm_writeback_connector *wb_connector,
				int status);
EXPORT_SYMBOL struct dma_fence *
drm_writeback_get_out_fence(struct drm_writeback_connector *wb_connector);

#endif
