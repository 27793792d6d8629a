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

/**
 * drm_writeback_connector_init() - make a writeback connector, with its encoder
 * @dev: the device
 * @wb_connector: zeroed memory, of the driver
 * @funcs: of the driver; destroy calls drm_writeback_connector_cleanup()
 * @helpers: of the driver
 * @formats: DRM_FORMAT_* that it can write
 * @n_formats: how many, not 0
 * @possible_crtcs: mask by the CRTCs' indices
 *
 * Return: 0; -ENOMEM, -EINVAL.
 */
EXPORT_SYMBOL int drm_writeback_connector_init(
	struct drm_device *dev, struct drm_writeback_connector *wb_connector,
	const struct drm_connector_funcs *funcs,
	const struct drm_connector_helper_funcs *helpers, const u32 *formats,
	int n_formats, u32 possible_crtcs);

/* drm_writeback_connector_cleanup - undo drm_writeback_connector_init(). No job
 * is left. */
EXPORT_SYMBOL void drm_writeback_connector_cleanup(
	struct drm_writeback_connector *wb_connector);

/* drm_writeback_check_format - can the picture that a state wants be written?
 * 0; -EINVAL. For the driver's atomic_check; mode_config.mutex held. */
EXPORT_SYMBOL int
drm_writeback_check_format(struct drm_connector_state *conn_state);

/* drm_writeback_set_fb - where the next picture is to be written; NULL: nowhere.
 * 0; -ENOMEM. mode_config.mutex held. */
EXPORT_SYMBOL int drm_writeback_set_fb(struct drm_connector_state *conn_state,
				       struct drm_framebuffer *fb);

/* drm_writeback_prepare_job - let the driver make ready. 0; what it says */
EXPORT_SYMBOL int drm_writeback_prepare_job(struct drm_writeback_job *job);

/* drm_writeback_queue_job - the state's job is the queue's from now on: for the
 * driver's atomic_commit */
EXPORT_SYMBOL void
drm_writeback_queue_job(struct drm_writeback_connector *wb_connector,
			struct drm_connector_state *conn_state);

/* drm_writeback_cleanup_job - free a job that is in no queue */
EXPORT_SYMBOL void drm_writeback_cleanup_job(struct drm_writeback_job *job);

/**
 * drm_writeback_signal_completion() - the first job of the queue is over
 * @wb_connector: the connector
 * @status: 0; -errno: it has failed
 *
 * From any thread. No spinlock may be held: the job is freed.
 */
EXPORT_SYMBOL void
drm_writeback_signal_completion(struct drm_writeback_connector *wb_connector,
				int status);

/* drm_writeback_get_out_fence - a fence for the next job; NULL: no memory.
 * mode_config.mutex held. */
EXPORT_SYMBOL struct dma_fence *
drm_writeback_get_out_fence(struct drm_writeback_connector *wb_connector);

#endif
