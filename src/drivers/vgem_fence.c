/* SPDX-License-Identifier: MIT */
/**
 * DOC: vgem's fences
 *
 * A program can say that it is using a buffer: it attaches a fence to it and
 * signals that when it is done. A program can be stopped, so a fence is
 * signalled by itself after ten seconds, and with its file's end.
 */
#include "vgem_fence.h"

#include <drm/drm_file.h>
#include <drm/vgem_drm.h>
#include <linux/hrtimer.h>
#include <stdio.h>

#include "drivers.h"

#define VGEM_FENCE_TIMEOUT (10 * NSEC_PER_SEC)

/**
 * struct vgem_fence - a program's use of a buffer
 */
struct vgem_fence {
	struct dma_fence base;
	spinlock_t lock;      /* base.lock */
	struct hrtimer timer; /* signals it; without a reference */
};

/**
 * struct vgem_file - the fences of an open file
 *
 * In drm_file.driver_priv.
 */
struct vgem_file {
	struct mutex fence_mutex;
	struct idr fence_idr; /* number -> vgem_fence.base, referenced; numbers
	                         are not used again; fence_mutex */
};

static struct vgem_fence *to_vgem_fence(struct dma_fence *fence)
{
	return container_of(fence, struct vgem_fence, base);
}

static const char *get_driver_name(struct dma_fence *fence)
{
	(void)fence;
	return "vgem";
}

static const char *get_timeline_name(struct dma_fence *fence)
{
	(void)fence;
	return "unbound";
}

static void release_fence(struct dma_fence *base)
{
	struct vgem_fence *fence = to_vgem_fence(base);

	hrtimer_cancel(&fence->timer);
	mutex_destroy(&fence->lock);
	kfree(fence);
}

static void fence_value_str(struct dma_fence *fence, char *str, int size)
{
	snprintf(str, (size_t)size, "%llu", (unsigned long long)fence->seqno);
}

static void timeline_value_str(struct dma_fence *fence, char *str, int size)
{
	u64 value = dma_fence_is_signaled(fence) ? fence->seqno : 0;

	snprintf(str, (size_t)size, "%llu", (unsigned long long)value);
}

static const struct dma_fence_ops vgem_fence_ops = {
	.get_driver_name = get_driver_name,
	.get_timeline_name = get_timeline_name,
	.release = release_fence,
	.fence_value_str = fence_value_str,
	.timeline_value_str = timeline_value_str,
};

static enum hrtimer_restart timed_out(struct hrtimer *timer)
{
	struct dma_fence *fence =
		&container_of(timer, struct vgem_fence, timer)->base;

	/* If it is on its way out, release waits for us. */
	if (kref_get_unless_zero(&fence->refcount)) {
		dma_fence_signal(fence);
		dma_fence_put(fence);
	}
	return HRTIMER_NORESTART;
}

static struct dma_fence *create_fence(void)
{
	struct vgem_fence *fence;

	if (hrtimer_prepare()) {
		return NULL;
	}
	fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	if (!fence) {
		return NULL;
	}
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &vgem_fence_ops, &fence->lock,
		       dma_fence_context_alloc(1), 1);
	hrtimer_init(&fence->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	fence->timer.function = timed_out;
	hrtimer_start(&fence->timer, VGEM_FENCE_TIMEOUT, HRTIMER_MODE_REL);
	return &fence->base;
}

/* Add a fence to a reservation, unless another use is in its way. */
static int add_to_resv(struct dma_resv *resv, struct dma_fence *fence,
		       bool write)
{
	int ret;

	if (!dma_resv_test_signaled(resv, dma_resv_usage_rw(write))) {
		return -EBUSY;
	}
	dma_resv_lock(resv);
	ret = dma_resv_reserve_fences(resv, 1);
	if (!ret) {
		dma_resv_add_fence(resv, fence,
				   write ? DMA_RESV_USAGE_WRITE
					 : DMA_RESV_USAGE_READ);
	}
	dma_resv_unlock(resv);
	return ret;
}

/* Give a fence a number; the reference is the number's then. */
static int add_to_file(struct vgem_file *vfile, struct dma_fence *fence)
{
	int ret;

	mutex_lock(&vfile->fence_mutex);
	ret = idr_alloc(&vfile->fence_idr, fence);
	mutex_unlock(&vfile->fence_mutex);
	return ret;
}

int vgem_fence_attach_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file)
{
	struct drm_vgem_fence_attach *args = data;
	struct vgem_file *vfile = file->driver_priv;
	struct drm_gem_object *obj;
	struct dma_fence *fence;
	int ret;

	(void)dev;
	if (args->flags & ~(u32)VGEM_FENCE_WRITE || args->pad) {
		return -EINVAL;
	}
	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj) {
		return -ENOENT;
	}
	fence = create_fence();
	if (!fence) {
		ret = -ENOMEM;
		goto out_put_object;
	}
	ret = add_to_resv(obj->resv, fence, args->flags & VGEM_FENCE_WRITE);
	if (ret) {
		goto err_signal;
	}
	ret = add_to_file(vfile, fence);
	if (ret < 0) {
		goto err_signal;
	}
	args->out_fence = (u32)ret;
	ret = 0;
	goto out_put_object;

err_signal:
	/* Somebody may be waiting for it already. */
	dma_fence_signal(fence);
	dma_fence_put(fence);
out_put_object:
	drm_gem_object_put(obj);
	return ret;
}

int vgem_fence_signal_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file)
{
	struct drm_vgem_fence_signal *args = data;
	struct vgem_file *vfile = file->driver_priv;
	struct dma_fence *fence;
	int ret;

	(void)dev;
	if (args->flags) {
		return -EINVAL;
	}
	mutex_lock(&vfile->fence_mutex);
	fence = idr_replace(&vfile->fence_idr, NULL, args->fence);
	mutex_unlock(&vfile->fence_mutex);
	if (!fence) {
		return -ENOENT;
	}
	ret = dma_fence_signal(fence) ? -ETIMEDOUT : 0;
	dma_fence_put(fence);
	return ret;
}

int vgem_fence_open(struct drm_device *dev, struct drm_file *file)
{
	struct vgem_file *vfile = kzalloc(sizeof(*vfile), GFP_KERNEL);

	(void)dev;
	if (!vfile) {
		return -ENOMEM;
	}
	mutex_init(&vfile->fence_mutex);
	idr_init(&vfile->fence_idr, 1);
	file->driver_priv = vfile;
	return 0;
}

void vgem_fence_close(struct drm_device *dev, struct drm_file *file)
{
	struct vgem_file *vfile = file->driver_priv;
	struct dma_fence *fence;
	u32 id;

	(void)dev;
	/* The file is nobody's any more: no lock is needed. */
	idr_for_each_entry(&vfile->fence_idr, fence, id) {
		dma_fence_signal(fence);
		dma_fence_put(fence);
	}
	idr_destroy(&vfile->fence_idr);
	mutex_destroy(&vfile->fence_mutex);
	kfree(vfile);
}
