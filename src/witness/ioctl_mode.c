/* SPDX-License-Identifier: MIT */
/**
 * DOC: ioctls of displays
 *
 * Ids of properties are learned when the program asks for their names: so it is
 * known where in an atomic commit a framebuffer or an fd stands.
 */
#include "ioctl.h"

/* Properties whose values are of interest. */
enum learned {
	LEARNED_NONE,
	LEARNED_FB_ID,
	LEARNED_OUT_FENCE_PTR,
};

#define PROPERTIES_MAX 4096
static _Atomic uint8_t learned[PROPERTIES_MAX]; /* by id */

/* Every handle a framebuffer is made of, once. */
static void use_planes(const struct call *call, const uint32_t *handles)
{
	for (int i = 0; i < 4; i++) {
		bool again = !handles[i];

		for (int before = 0; before < i; before++) {
			again |= handles[before] == handles[i];
		}
		if (!again) {
			call_use(call, TRACE_KIND_HANDLE, handles[i]);
		}
	}
}

static void learn(const struct drm_mode_get_property *property)
{
	uint8_t what = LEARNED_NONE;

	if (!strcmp(property->name, "FB_ID")) {
		what = LEARNED_FB_ID;
	} else if (!strcmp(property->name, "OUT_FENCE_PTR") ||
		   !strcmp(property->name, "WRITEBACK_OUT_FENCE_PTR")) {
		what = LEARNED_OUT_FENCE_PTR;
	}
	if (property->prop_id < PROPERTIES_MAX) {
		atomic_store(&learned[property->prop_id], what);
	}
}

/* The fences and framebuffers of an atomic commit. */
static void atomic(const struct call *call, const struct drm_mode_atomic *a)
{
	const uint32_t *counts = (void *)(uintptr_t)a->count_props_ptr;
	const uint32_t *props = (void *)(uintptr_t)a->props_ptr;
	const uint64_t *values = (void *)(uintptr_t)a->prop_values_ptr;
	uint32_t at = 0;

	if (call->ret || a->flags & DRM_MODE_ATOMIC_TEST_ONLY) {
		return;
	}
	for (uint32_t object = 0; object < a->count_objs; object++) {
		for (uint32_t i = 0; i < counts[object]; i++, at++) {
			uint8_t what =
				props[at] < PROPERTIES_MAX
					? atomic_load(&learned[props[at]])
					: LEARNED_NONE;

			if (what == LEARNED_FB_ID && values[at]) {
				call_use(call, TRACE_KIND_FB,
					 (uint32_t)values[at]);
			} else if (what == LEARNED_OUT_FENCE_PTR &&
				   values[at]) {
				call_made_fd(call, TRACE_KIND_SYNC_FILE,
					     *(int32_t *)(uintptr_t)values[at],
					     0, O_CLOEXEC);
			}
		}
	}
}

static void getfb2(const struct call *call, const struct drm_mode_fb_cmd2 *fb)
{
	if (call->ret) {
		return;
	}
	for (int i = 0; i < 4; i++) {
		bool again = !fb->handles[i];

		for (int before = 0; before < i; before++) {
			again |= fb->handles[before] == fb->handles[i];
		}
		if (!again) {
			call_acquire(call, TRACE_KIND_HANDLE, fb->handles[i],
				     0);
		}
	}
}

/* Of the display. True: it was one of these. */
bool mode_ioctl(const struct call *call)
{
	switch (call->cmd) {
	case DRM_IOCTL_MODE_CREATE_DUMB: {
		const struct drm_mode_create_dumb *args = call->arg;

		call_acquire(call, TRACE_KIND_HANDLE, args->handle, args->size);
		return true;
	}
	case DRM_IOCTL_MODE_MAP_DUMB:
		call_use(call, TRACE_KIND_HANDLE,
			 ((struct drm_mode_map_dumb *)call->arg)->handle);
		return true;
	case DRM_IOCTL_MODE_DESTROY_DUMB:
		call_release(
			call, TRACE_KIND_HANDLE,
			((struct drm_mode_destroy_dumb *)call->arg)->handle);
		return true;
	case DRM_IOCTL_MODE_ADDFB: {
		const struct drm_mode_fb_cmd *args = call->arg;

		call_use(call, TRACE_KIND_HANDLE, args->handle);
		call_acquire(call, TRACE_KIND_FB, args->fb_id, 0);
		return true;
	}
	case DRM_IOCTL_MODE_ADDFB2: {
		const struct drm_mode_fb_cmd2 *args = call->arg;

		use_planes(call, args->handles);
		call_acquire(call, TRACE_KIND_FB, args->fb_id, 0);
		return true;
	}
	case DRM_IOCTL_MODE_RMFB:
	case DRM_IOCTL_MODE_CLOSEFB:
		call_release(call, TRACE_KIND_FB, *(uint32_t *)call->arg);
		return true;
	case DRM_IOCTL_MODE_GETFB: {
		const struct drm_mode_fb_cmd *args = call->arg;

		if (!call->ret && args->handle) {
			call_acquire(call, TRACE_KIND_HANDLE, args->handle, 0);
		}
		return true;
	}
	case DRM_IOCTL_MODE_GETFB2:
		getfb2(call, call->arg);
		return true;
	case DRM_IOCTL_MODE_DIRTYFB:
		call_use(call, TRACE_KIND_FB,
			 ((struct drm_mode_fb_dirty_cmd *)call->arg)->fb_id);
		return true;
	case DRM_IOCTL_MODE_PAGE_FLIP:
		call_use(call, TRACE_KIND_FB,
			 ((struct drm_mode_crtc_page_flip *)call->arg)->fb_id);
		return true;
	case DRM_IOCTL_MODE_SETCRTC: {
		const struct drm_mode_crtc *args = call->arg;

		if (args->mode_valid && args->fb_id && ~args->fb_id) {
			call_use(call, TRACE_KIND_FB, args->fb_id);
		}
		return true;
	}
	case DRM_IOCTL_MODE_SETPLANE: {
		const struct drm_mode_set_plane *args = call->arg;

		if (args->fb_id) {
			call_use(call, TRACE_KIND_FB, args->fb_id);
		}
		return true;
	}
	case DRM_IOCTL_MODE_CURSOR:
	case DRM_IOCTL_MODE_CURSOR2: {
		const struct drm_mode_cursor *args = call->arg;

		if (args->flags & DRM_MODE_CURSOR_BO && args->handle) {
			call_use(call, TRACE_KIND_HANDLE, args->handle);
		}
		return true;
	}
	case DRM_IOCTL_MODE_CREATEPROPBLOB: {
		const struct drm_mode_create_blob *args = call->arg;

		call_acquire(call, TRACE_KIND_BLOB, args->blob_id,
			     args->length);
		return true;
	}
	case DRM_IOCTL_MODE_DESTROYPROPBLOB:
		call_release(
			call, TRACE_KIND_BLOB,
			((struct drm_mode_destroy_blob *)call->arg)->blob_id);
		return true;
	case DRM_IOCTL_MODE_GETPROPERTY:
		if (!call->ret) {
			learn(call->arg);
		}
		return true;
	case DRM_IOCTL_MODE_ATOMIC:
		atomic(call, call->arg);
		return true;
	case DRM_IOCTL_MODE_CREATE_LEASE: {
		const struct drm_mode_create_lease *args = call->arg;

		call_made_fd(call, TRACE_KIND_DEVICE, (int)args->fd, 0,
			     (int)args->flags);
		return true;
	}
	default:
		return false;
	}
}
