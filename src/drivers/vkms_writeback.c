/* SPDX-License-Identifier: MIT */
/**
 * DOC: vkms' writeback connectors
 *
 * A job waits for the vblank after its commit, with a reference to the vblanks
 * so that there is one, and gets the picture that is seen from then on. The
 * output's workqueue writes it and ends the job.
 */
#include "vkms.h"

/**
 * struct vkms_writeback_job - a job's framebuffer, mapped
 */
struct vkms_writeback_job {
	struct drm_framebuffer *fb; /* the job's */
	void *data[DRM_FORMAT_MAX_PLANES];
	struct vkms_picture *picture; /* referenced; NULL: waits for its vblank;
					 output->lock */
	bool has_vblank;
	struct list_head node; /* vkms_output.writeback_jobs; output->lock */
};

static struct vkms_output *to_output(struct drm_connector *connector)
{
	return container_of(drm_connector_to_writeback(connector),
			    struct vkms_output, writeback);
}

static int vkms_wb_atomic_check(struct drm_connector *connector,
				struct drm_atomic_state *state)
{
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	const struct drm_crtc_state *crtc_state;
	const struct drm_framebuffer *fb;

	if (!conn_state->writeback_job || !conn_state->writeback_job->fb ||
	    !conn_state->crtc) {
		return 0;
	}
	crtc_state = drm_atomic_get_new_crtc_state(state, conn_state->crtc);
	fb = conn_state->writeback_job->fb;
	if (fb->width != crtc_state->mode.hdisplay ||
	    fb->height != crtc_state->mode.vdisplay) {
		return -EINVAL;
	}
	return drm_writeback_check_format(conn_state);
}

static int vkms_wb_get_modes(struct drm_connector *connector)
{
	return drm_add_modes_noedid(connector, VKMS_SIZE_MAX, VKMS_SIZE_MAX);
}

static int vkms_wb_prepare_job(struct drm_connector *connector,
			       struct drm_writeback_job *wb_job)
{
	struct vkms_writeback_job *job;
	int ret;

	(void)connector;
	if (!wb_job->fb) {
		return 0;
	}
	job = kzalloc(sizeof(*job), GFP_KERNEL);
	if (!job) {
		return -ENOMEM;
	}
	ret = drm_gem_fb_vmap(wb_job->fb, job->data);
	if (ret) {
		kfree(job);
		return ret;
	}
	job->fb = wb_job->fb;
	wb_job->priv = job;
	return 0;
}

static void vkms_wb_cleanup_job(struct drm_connector *connector,
				struct drm_writeback_job *wb_job)
{
	struct vkms_writeback_job *job = wb_job->priv;

	(void)connector;
	if (job) {
		drm_gem_fb_vunmap(wb_job->fb, job->data);
		kfree(job);
	}
}

static void vkms_wb_atomic_commit(struct drm_connector *connector,
				  struct drm_atomic_state *state)
{
	struct vkms_output *output = to_output(connector);
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	struct vkms_writeback_job *job = conn_state->writeback_job->priv;

	drm_writeback_queue_job(&output->writeback, conn_state);
	job->has_vblank = !drm_crtc_vblank_get(&output->crtc);
	spin_lock(&output->lock);
	list_add_tail(&job->node, &output->writeback_jobs);
	if (!job->has_vblank) {
		vkms_writeback_vblank(output);
	}
	spin_unlock(&output->lock);
}

void vkms_writeback_vblank(struct vkms_output *output)
{
	struct vkms_writeback_job *job;
	bool found = false;

	lockdep_assert_held(&output->lock);
	list_for_each_entry (job, &output->writeback_jobs, node) {
		if (!job->picture && output->shown) {
			job->picture = vkms_picture_get(output->shown);
		}
		found = true;
	}
	if (found) {
		queue_work(output->workq, &output->writeback_work);
	}
}

static void write_line(void *data, u32 y, const struct vkms_pixel *pixels)
{
	const struct vkms_writeback_job *job = data;

	vkms_write_line(job->fb, job->data, y, pixels, job->fb->width);
}

static struct vkms_writeback_job *next_job(struct vkms_output *output)
{
	struct vkms_writeback_job *job = NULL;

	spin_lock(&output->lock);
	if (!list_empty(&output->writeback_jobs)) {
		job = list_first_entry(&output->writeback_jobs,
				       struct vkms_writeback_job, node);
		if (job->picture) {
			list_del_init(&job->node);
		} else {
			job = NULL;
		}
	}
	spin_unlock(&output->lock);
	return job;
}

static void write_jobs(struct work_struct *work)
{
	struct vkms_output *output =
		container_of(work, struct vkms_output, writeback_work);
	struct vkms_writeback_job *job;

	while ((job = next_job(output))) {
		bool has_vblank = job->has_vblank;
		int ret = vkms_compose_lines(job->picture, write_line, job);

		vkms_picture_put(job->picture);
		/* The job is not ours any more. */
		drm_writeback_signal_completion(&output->writeback, ret);
		if (has_vblank) {
			drm_crtc_vblank_put(&output->crtc);
		}
	}
}

static const struct drm_connector_helper_funcs vkms_wb_helper_funcs = {
	.get_modes = vkms_wb_get_modes,
	.prepare_writeback_job = vkms_wb_prepare_job,
	.cleanup_writeback_job = vkms_wb_cleanup_job,
	.atomic_commit = vkms_wb_atomic_commit,
	.atomic_check = vkms_wb_atomic_check,
};

static const struct drm_connector_funcs vkms_wb_funcs = {
	.fill_modes = drm_helper_probe_single_connector_modes,
	.destroy = drm_connector_cleanup,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

int vkms_writeback_init(struct drm_device *dev, struct vkms_output *output)
{
	u32 clones;
	int ret;

	INIT_WORK(&output->writeback_work, write_jobs);
	ret = drm_writeback_connector_init(
		dev, &output->writeback, &vkms_wb_funcs, &vkms_wb_helper_funcs,
		vkms_formats, (int)vkms_nr_write_formats,
		drm_crtc_mask(&output->crtc));
	if (ret) {
		return ret;
	}
	/* What the display shows can be written: a CRTC has both. */
	clones = drm_encoder_mask(&output->encoder) |
		 drm_encoder_mask(&output->writeback.encoder);
	output->encoder.possible_clones = clones;
	output->writeback.encoder.possible_clones = clones;
	return 0;
}

void vkms_writeback_fini(struct vkms_output *output)
{
	if (output->writeback.base.dev) {
		drm_writeback_connector_cleanup(&output->writeback);
	}
}
