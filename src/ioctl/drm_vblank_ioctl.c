/* SPDX-License-Identifier: MIT */
/* Waiting for vblanks, and asking for events at them. */
#include <linux/err.h>
#include <linux/slab.h>

#include "../kms/internal.h"
#include "internal.h"

/* As long as the kernel waits for a vblank. */
#define WAIT_NS (3 * NSEC_PER_SEC)

#define TYPE_MASK                                                              \
	((u32)_DRM_VBLANK_TYPES_MASK | (u32)_DRM_VBLANK_FLAGS_MASK |           \
	 (u32)_DRM_VBLANK_HIGH_CRTC_MASK)

/* The CRTC that WAIT_VBLANK means: programs count those that they see. NULL:
 * there is none. */
static struct drm_crtc *find_crtc(struct drm_device *dev, struct drm_file *file,
				  u32 type)
{
	u32 high = type & _DRM_VBLANK_HIGH_CRTC_MASK, i;
	struct drm_crtc *crtc;

	i = high ? high >> _DRM_VBLANK_HIGH_CRTC_SHIFT
		 : !!(type & _DRM_VBLANK_SECONDARY);
	drm_for_each_crtc (crtc, dev) {
		if (drm_lease_held(file, crtc->base.id) && !i--) {
			return crtc->index < dev->num_crtcs ? crtc : NULL;
		}
	}
	return NULL;
}

static int queue_event(struct drm_crtc *crtc, struct drm_file *file,
		       union drm_wait_vblank *wait, u64 seq)
{
	struct drm_pending_vblank_event *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int ret;

	if (!e) {
		drm_crtc_vblank_put(crtc);
		return -ENOMEM;
	}
	e->event.base.type = DRM_EVENT_VBLANK;
	e->event.base.length = sizeof(e->event.vbl);
	e->event.vbl.user_data = wait->request.signal;
	e->event.vbl.crtc_id = crtc->base.id;
	ret = drm_vblank_queue_event(crtc, file, e, &seq);
	if (!ret) {
		wait->reply.sequence = (u32)seq;
	}
	return ret;
}

/* Which vblank is meant? -EINVAL: of no kind. */
static int requested(union drm_wait_vblank *wait, u64 seq, u64 *req)
{
	u32 flags = wait->request.type & _DRM_VBLANK_FLAGS_MASK;
	u32 sequence = wait->request.sequence;

	switch (wait->request.type & _DRM_VBLANK_TYPES_MASK) {
	case _DRM_VBLANK_RELATIVE:
		*req = seq + sequence;
		wait->request.sequence = (u32)*req;
		wait->request.type &= ~(u32)_DRM_VBLANK_RELATIVE;
		break;
	case _DRM_VBLANK_ABSOLUTE:
		/* The one with these 32 bits that is nearest. */
		*req = seq + (u64)(s64)(s32)(sequence - (u32)seq);
		break;
	default:
		return -EINVAL;
	}
	if (flags & _DRM_VBLANK_NEXTONMISS && drm_vblank_passed(seq, *req)) {
		*req = seq + 1;
		wait->request.type &= ~(u32)_DRM_VBLANK_NEXTONMISS;
		wait->request.sequence = (u32)*req;
	}
	return 0;
}

static int wait_until(struct drm_crtc *crtc, union drm_wait_vblank *wait,
		      u64 seq, u64 req)
{
	s64 time;
	int ret = 0;

	if (req != seq) {
		ret = drm_vblank_wait(crtc, req, WAIT_NS, true);
		ret = ret == -ETIMEDOUT ? -EBUSY : ret;
	}
	if (!ret || ret == -EBUSY) {
		wait->reply.sequence =
			(u32)drm_crtc_vblank_count_and_time(crtc, &time);
		wait->reply.tval_sec = (u32)(time / NSEC_PER_SEC);
		wait->reply.tval_usec = time % NSEC_PER_SEC / 1000;
	}
	return ret;
}

int drm_wait_vblank_ioctl(struct drm_device *dev, void *data,
			  struct drm_file *file)
{
	union drm_wait_vblank *wait = data;
	u32 type = wait->request.type;
	struct drm_crtc *crtc;
	u64 seq, req;
	int ret;

	if (!dev->num_crtcs) {
		return -EOPNOTSUPP;
	}
	if (type & _DRM_VBLANK_SIGNAL || type & ~TYPE_MASK) {
		return -EINVAL;
	}
	crtc = find_crtc(dev, file, type);
	if (!crtc) {
		return -EINVAL;
	}
	ret = drm_crtc_vblank_get(crtc);
	if (ret) {
		return ret;
	}
	seq = drm_crtc_vblank_count(crtc);
	ret = requested(wait, seq, &req);
	if (!ret && type & _DRM_VBLANK_EVENT) {
		/* The reference is the event's. */
		return queue_event(crtc, file, wait, req);
	}
	if (!ret) {
		ret = wait_until(crtc, wait, seq, req);
	}
	drm_crtc_vblank_put(crtc);
	return ret;
}

/* The CRTC of a number, or ERR_PTR. */
static struct drm_crtc *crtc_of(struct drm_device *dev, struct drm_file *file,
				u32 id)
{
	struct drm_crtc *crtc;

	if (!drm_core_check_feature(dev, DRIVER_MODESET) || !dev->num_crtcs) {
		return ERR_PTR(-EOPNOTSUPP);
	}
	crtc = drm_crtc_find(dev, file, id);
	return crtc ? crtc : ERR_PTR(-ENOENT);
}

int drm_crtc_get_sequence_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	struct drm_crtc_get_sequence *args = data;
	struct drm_crtc *crtc = crtc_of(dev, file, args->crtc_id);
	s64 time;
	int ret;

	if (IS_ERR(crtc)) {
		return (int)PTR_ERR(crtc);
	}
	ret = drm_crtc_vblank_get(crtc);
	if (ret) {
		return ret;
	}
	mutex_lock(&dev->mode_config.mutex);
	args->active = crtc->state->enable;
	mutex_unlock(&dev->mode_config.mutex);
	args->sequence = drm_crtc_vblank_count_and_time(crtc, &time);
	args->sequence_ns = time;
	drm_crtc_vblank_put(crtc);
	return 0;
}

int drm_crtc_queue_sequence_ioctl(struct drm_device *dev, void *data,
				  struct drm_file *file)
{
	struct drm_crtc_queue_sequence *args = data;
	struct drm_crtc *crtc = crtc_of(dev, file, args->crtc_id);
	struct drm_pending_vblank_event *e;
	u64 seq, req = args->sequence;
	int ret;

	if (IS_ERR(crtc)) {
		return (int)PTR_ERR(crtc);
	}
	if (args->flags & ~(u32)(DRM_CRTC_SEQUENCE_RELATIVE |
				 DRM_CRTC_SEQUENCE_NEXT_ON_MISS)) {
		return -EINVAL;
	}
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e) {
		return -ENOMEM;
	}
	ret = drm_crtc_vblank_get(crtc);
	if (ret) {
		kfree(e);
		return ret;
	}
	seq = drm_crtc_vblank_count(crtc);
	if (args->flags & DRM_CRTC_SEQUENCE_RELATIVE) {
		req += seq;
	}
	if (args->flags & DRM_CRTC_SEQUENCE_NEXT_ON_MISS &&
	    drm_vblank_passed(seq, req)) {
		req = seq + 1;
	}
	e->event.base.type = DRM_EVENT_CRTC_SEQUENCE;
	e->event.base.length = sizeof(e->event.seq);
	e->event.seq.user_data = args->user_data;
	ret = drm_vblank_queue_event(crtc, file, e, &req);
	if (!ret) {
		args->sequence = req;
	}
	return ret;
}
