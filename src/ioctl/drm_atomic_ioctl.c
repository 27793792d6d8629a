/* SPDX-License-Identifier: MIT */
/**
 * DOC: changes that programs ask for
 *
 * A change is built with mode_config.mutex held, from what was read before. The
 * fds of its out-fences are given when the change is made and the mutex is
 * given up again, as what was given cannot be taken back: a program that can
 * have no more fds finds -1. That an address cannot be written to has to be
 * told before anything is done, so -1 is written first: the change is built
 * once to see which addresses count, and once more to be committed.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <uprime/host.h>

#include "atomic_args.h"
#include "internal.h"

/**
 * struct out_fence - a fence that a program is to get
 */
struct out_fence {
	u64 address; /* in the task, of an s32 */
	int fd;	     /* a sync file, owned */
};

/**
 * struct signaling - what is sent when a change is shown
 */
struct signaling {
	struct out_fence *fences; /* owned; room for all there can be */
	unsigned int nr;
};

static int create_event(struct drm_device *dev, struct drm_crtc_state *state,
			const struct drm_mode_atomic *arg,
			struct drm_file *file)
{
	struct drm_pending_vblank_event *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int ret = 0;

	if (!e) {
		return -ENOMEM;
	}
	e->event.base.type = DRM_EVENT_FLIP_COMPLETE;
	e->event.base.length = sizeof(e->event);
	e->event.vbl.crtc_id = state->crtc->base.id;
	e->event.vbl.user_data = arg->user_data;
	if (arg->flags & DRM_MODE_PAGE_FLIP_EVENT) {
		ret = drm_event_reserve_init(dev, file, &e->base,
					     &e->event.base);
	}
	if (ret) {
		kfree(e);
		return ret;
	}
	state->event = e;
	return 0;
}

/* Open a file for a fence, which stays the caller's. */
static int add_fence(struct signaling *signaling, struct dma_fence *fence,
		     u64 address)
{
	int fd = fence ? sync_file_open(fence, NULL) : -ENOMEM;

	if (fd < 0) {
		return fd;
	}
	signaling->fences[signaling->nr++] = (struct out_fence){address, fd};
	return 0;
}

static int prepare_crtc(struct drm_device *dev, struct drm_crtc_state *state,
			const struct drm_mode_atomic *arg,
			struct drm_file *file, struct signaling *signaling)
{
	struct drm_crtc *crtc = state->crtc;
	u64 *fence_ptr = &state->state->crtcs[crtc->index].out_fence_ptr;
	u64 address = *fence_ptr;
	struct dma_fence *fence;
	int ret;

	*fence_ptr = 0;
	if (!(arg->flags & DRM_MODE_PAGE_FLIP_EVENT) && !address) {
		return 0;
	}
	ret = create_event(dev, state, arg, file);
	if (ret || !address) {
		return ret;
	}
	fence = drm_crtc_create_fence(crtc);
	ret = add_fence(signaling, fence, address);
	if (ret) {
		dma_fence_put(fence);
		drm_event_cancel_free(dev, &state->event->base);
		state->event = NULL;
		return ret;
	}
	state->event->base.fence = fence;
	return 0;
}

static int prepare_connector(struct drm_connector *connector,
			     struct drm_connector_state *state,
			     struct signaling *signaling)
{
	u64 *fence_ptr =
		&state->state->connectors[connector->index].out_fence_ptr;
	u64 address = *fence_ptr;
	struct dma_fence *fence;
	int ret;

	if (!state->writeback_job || !address) {
		return 0;
	}
	*fence_ptr = 0;
	fence = drm_writeback_get_out_fence(
		drm_connector_to_writeback(connector));
	ret = add_fence(signaling, fence, address);
	if (ret) {
		dma_fence_put(fence);
		return ret;
	}
	state->writeback_job->out_fence = fence;
	return 0;
}

static int prepare_signaling(struct drm_atomic_state *state,
			     const struct drm_mode_atomic *arg,
			     struct drm_file *file, struct signaling *signaling)
{
	struct drm_device *dev = state->dev;
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector *connector;
	struct drm_crtc *crtc;
	bool any = false;
	int i, ret;

	if (arg->flags & DRM_MODE_ATOMIC_TEST_ONLY) {
		return 0;
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		ret = prepare_crtc(dev, new_crtc, arg, file, signaling);
		if (ret) {
			return ret;
		}
		any = true;
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		ret = prepare_connector(connector, new_conn, signaling);
		if (ret) {
			return ret;
		}
	}
	/* Who waits for an event is not to wait for ever. */
	return !any && arg->flags & DRM_MODE_PAGE_FLIP_EVENT ? -EINVAL : 0;
}

/* The change is not made: nothing is sent. */
static void cancel_signaling(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		struct drm_pending_vblank_event *event = new_state->event;

		/* Others are the commit's own. */
		if (!event || (!event->base.fence && !event->base.file_priv)) {
			continue;
		}
		if (new_state->commit && new_state->commit->abort_completion) {
			drm_crtc_commit_put(new_state->commit);
		}
		drm_event_cancel_free(state->dev, &event->base);
		new_state->event = NULL;
	}
}

static void abandon_fences(struct signaling *signaling)
{
	while (signaling->nr) {
		anon_file_abandon(signaling->fences[--signaling->nr].fd);
	}
}

/* The change is made, whether they can be given or not. */
static void give_fences(struct signaling *signaling)
{
	for (unsigned int i = 0; i < signaling->nr; i++) {
		struct out_fence *fence = &signaling->fences[i];
		s32 fd = anon_file_install(fence->fd, true);

		if (fd >= 0) {
			copy_to_user(fence->address, &fd, sizeof(fd));
		}
	}
	signaling->nr = 0;
}

/* Build a change. @nr is set to the number of values that are in it. */
static int build(struct drm_atomic_state *state, const struct atomic_args *args,
		 struct drm_file *file, bool async_flip, u32 *nr)
{
	int ret;

	drm_atomic_state_clear(state);
	for (*nr = 0; *nr < args->nr; ++*nr) {
		const struct atomic_value *value = &args->values[*nr];

		ret = drm_atomic_set_property(state, file, value->obj,
					      value->prop, value->value,
					      value->fence, async_flip);
		if (ret) {
			return ret;
		}
	}
	return args->error;
}

/* Write to each address which is to get an fd that there is none. */
static int clear_out_fences(const struct atomic_args *args, u32 nr)
{
	const s32 none = -1;

	for (u32 i = 0; i < nr; i++) {
		const struct atomic_value *value = &args->values[i];

		if (atomic_is_out_fence(value->prop, value->value) &&
		    copy_to_user(value->value, &none, sizeof(none))) {
			return -EFAULT;
		}
	}
	return 0;
}

static bool has_out_fences(const struct atomic_args *args)
{
	for (u32 i = 0; i < args->nr; i++) {
		if (atomic_is_out_fence(args->values[i].prop,
					args->values[i].value)) {
			return true;
		}
	}
	return false;
}

static int commit(struct drm_atomic_state *state,
		  const struct drm_mode_atomic *arg, struct drm_file *file,
		  struct signaling *signaling)
{
	bool async_flip = arg->flags & DRM_MODE_PAGE_FLIP_ASYNC;
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i, ret = prepare_signaling(state, arg, file, signaling);

	if (!ret) {
		for_each_oldnew_crtc_in_state (state, crtc, old_state,
					       new_state, i) {
			new_state->async_flip |= async_flip;
		}
		if (arg->flags & DRM_MODE_ATOMIC_TEST_ONLY) {
			ret = drm_atomic_check_only(state);
		} else if (arg->flags & DRM_MODE_ATOMIC_NONBLOCK) {
			ret = drm_atomic_nonblocking_commit(state);
		} else {
			ret = drm_atomic_commit(state);
		}
	}
	if (ret) {
		cancel_signaling(state);
	}
	return ret;
}

static int commit_args(struct drm_atomic_state *state,
		       const struct drm_mode_atomic *arg,
		       const struct atomic_args *args, struct drm_file *file,
		       struct signaling *signaling)
{
	bool async_flip = arg->flags & DRM_MODE_PAGE_FLIP_ASYNC;
	struct mutex *mutex = &state->dev->mode_config.mutex;
	int ret, fault;
	u32 nr;

	if (has_out_fences(args)) {
		mutex_lock(mutex);
		ret = build(state, args, file, async_flip, &nr);
		mutex_unlock(mutex);
		fault = clear_out_fences(args, nr);
		if (fault || ret) {
			return fault ? fault : ret;
		}
	}
	do {
		mutex_lock(mutex);
		ret = build(state, args, file, async_flip, &nr);
		if (!ret) {
			ret = commit(state, arg, file, signaling);
		}
		mutex_unlock(mutex);
		if (ret) {
			abandon_fences(signaling);
		}
	} while (ret == -EDEADLK);
	give_fences(signaling);
	return ret;
}

static int check_flags(struct drm_device *dev, struct drm_file *file,
		       const struct drm_mode_atomic *arg)
{
	const u32 test_event =
		DRM_MODE_ATOMIC_TEST_ONLY | DRM_MODE_PAGE_FLIP_EVENT;

	if (!drm_core_check_feature(dev, DRIVER_ATOMIC)) {
		return -EOPNOTSUPP;
	}
	if (!file->atomic || arg->flags & ~(u32)DRM_MODE_ATOMIC_FLAGS ||
	    arg->reserved) {
		return -EINVAL;
	}
	if (arg->flags & DRM_MODE_PAGE_FLIP_ASYNC &&
	    !dev->mode_config.async_page_flip) {
		return -EINVAL;
	}
	return (arg->flags & test_event) == test_event ? -EINVAL : 0;
}

int drm_mode_atomic_ioctl(struct drm_device *dev, void *data,
			  struct drm_file *file)
{
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_mode_atomic *arg = data;
	struct signaling signaling = {0};
	struct drm_atomic_state *state;
	struct atomic_args args;
	int ret = check_flags(dev, file, arg);

	if (ret) {
		return ret;
	}
	state = drm_atomic_state_alloc(dev);
	if (!state) {
		return -ENOMEM;
	}
	state->allow_modeset = arg->flags & DRM_MODE_ATOMIC_ALLOW_MODESET;
	atomic_args_fetch(&args, file, arg);
	signaling.fences =
		kcalloc((size_t)(config->num_crtc + config->num_connector),
			sizeof(*signaling.fences), GFP_KERNEL);
	ret = signaling.fences
		      ? commit_args(state, arg, &args, file, &signaling)
		      : -ENOMEM;
	kfree(signaling.fences);
	atomic_args_free(&args);
	drm_atomic_state_put(state);
	return ret;
}

static int commit_property(struct drm_atomic_state *state,
			   struct drm_file *file, struct drm_mode_object *obj,
			   struct drm_property *prop, u64 value,
			   struct dma_fence *fence)
{
	int ret;

	if (prop == state->dev->mode_config.dpms_property) {
		return obj->type == DRM_MODE_OBJECT_CONNECTOR
			       ? drm_atomic_connector_commit_dpms(
					 state, obj_to_connector(obj),
					 (int)value)
			       : -EINVAL;
	}
	ret = drm_atomic_set_property(state, file, obj, prop, value, fence,
				      false);
	return ret ? ret : drm_atomic_commit(state);
}

int drm_mode_set_property_atomic(struct drm_file *file,
				 struct drm_mode_object *obj,
				 struct drm_property *prop, u64 value)
{
	struct drm_device *dev = prop->dev;
	struct drm_atomic_state *state;
	struct dma_fence *fence;
	const s32 none = -1;
	int ret;

	/* Who asks so gets no fence, but is told that he gets none. */
	if (atomic_is_out_fence(prop, value) &&
	    copy_to_user(value, &none, sizeof(none))) {
		return -EFAULT;
	}
	state = drm_atomic_state_alloc(dev);
	if (!state) {
		return -ENOMEM;
	}
	fence = atomic_find_fence(prop, value);
	mutex_lock(&dev->mode_config.mutex);
	ret = commit_property(state, file, obj, prop, value, fence);
	while (ret == -EDEADLK) {
		drm_atomic_state_clear(state);
		ret = commit_property(state, file, obj, prop, value, fence);
	}
	mutex_unlock(&dev->mode_config.mutex);
	dma_fence_put(fence);
	drm_atomic_state_put(state);
	return ret;
}
