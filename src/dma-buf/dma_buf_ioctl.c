/* SPDX-License-Identifier: MIT */
/* ioctl(2) on the fd of a dma-buf. */
#include <linux/dma-buf.h>
#include <linux/dma-fence-unwrap.h>
#include <linux/sync_file.h>
#include <string.h>
#include <uprime/host.h>

#include "internal.h"

static long sync_ioctl(struct dma_buf *dmabuf, unsigned long arg)
{
	enum dma_data_direction dir;
	struct dma_buf_sync sync;

	if (copy_from_user(&sync, arg, sizeof(sync))) {
		return -EFAULT;
	}
	if (sync.flags & ~(__u64)DMA_BUF_SYNC_VALID_FLAGS_MASK) {
		return -EINVAL;
	}
	switch (sync.flags & DMA_BUF_SYNC_RW) {
	case DMA_BUF_SYNC_READ:
		dir = DMA_FROM_DEVICE;
		break;
	case DMA_BUF_SYNC_WRITE:
		dir = DMA_TO_DEVICE;
		break;
	case DMA_BUF_SYNC_RW:
		dir = DMA_BIDIRECTIONAL;
		break;
	default:
		return -EINVAL;
	}
	return sync.flags & DMA_BUF_SYNC_END
		       ? dma_buf_end_cpu_access(dmabuf, dir)
		       : dma_buf_begin_cpu_access(dmabuf, dir);
}

/* Read a string of the task, page by page: what lies behind its end may not be
 * there. -EINVAL if it does not end within @size bytes. */
static int string_from_user(char *to, u64 from, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t part = min(size - done,
				  PAGE_SIZE - ((from + done) & ~PAGE_MASK));

		if (copy_from_user(to + done, from + done, part)) {
			return -EFAULT;
		}
		if (memchr(to + done, '\0', part)) {
			return 0;
		}
		done += part;
	}
	return -EINVAL;
}

static long set_name_ioctl(struct dma_buf *dmabuf, unsigned long arg)
{
	char name[DMA_BUF_NAME_LEN] = "";
	int ret = string_from_user(name, arg, sizeof(name));

	if (ret) {
		return ret;
	}
	mutex_lock(&dmabuf->lock);
	strcpy(dmabuf->name, name);
	mutex_unlock(&dmabuf->lock);
	return 0;
}

/* The flags of the two ioctls below: reads, writes, or both. */
static bool is_access(u32 flags)
{
	return flags && !(flags & ~(u32)DMA_BUF_SYNC_RW);
}

static long export_sync_file_ioctl(struct dma_buf *dmabuf, unsigned long arg)
{
	struct dma_buf_export_sync_file data;
	struct dma_fence *fence;
	int ret;

	if (copy_from_user(&data, arg, sizeof(data))) {
		return -EFAULT;
	}
	if (!is_access(data.flags)) {
		return -EINVAL;
	}
	ret = dma_resv_get_singleton(
		dmabuf->resv,
		dma_resv_usage_rw(data.flags & DMA_BUF_SYNC_WRITE), &fence);
	if (ret) {
		return ret;
	}
	if (!fence) {
		fence = dma_fence_get_stub();
	}
	ret = sync_file_answer(fence, NULL, arg, &data, sizeof(data), &data.fd);
	dma_fence_put(fence);
	return ret;
}

/* Add what is behind a fence to the reservation. */
static int import_fence(struct dma_resv *resv, struct dma_fence *head,
			enum dma_resv_usage usage)
{
	struct dma_fence_unwrap cursor;
	struct dma_fence *fence;
	int ret;

	dma_resv_lock(resv);
	/* There can be fewer when they are added, but not more. */
	ret = dma_resv_reserve_fences(resv, dma_fence_unwrap_count(head));
	if (!ret) {
		dma_fence_unwrap_for_each(fence, &cursor, head) {
			dma_resv_add_fence(resv, fence, usage);
		}
	}
	dma_resv_unlock(resv);
	return ret;
}

static long import_sync_file_ioctl(struct dma_buf *dmabuf, unsigned long arg)
{
	struct dma_buf_import_sync_file data;
	struct dma_fence *fence;
	int ret;

	if (copy_from_user(&data, arg, sizeof(data))) {
		return -EFAULT;
	}
	if (!is_access(data.flags)) {
		return -EINVAL;
	}
	fence = sync_file_get_fence(data.fd);
	if (!fence) {
		return -EINVAL;
	}
	ret = import_fence(dmabuf->resv, fence,
			   data.flags & DMA_BUF_SYNC_WRITE
				   ? DMA_RESV_USAGE_WRITE
				   : DMA_RESV_USAGE_READ);
	dma_fence_put(fence);
	return ret;
}

long dma_buf_ioctl(struct dma_buf *dmabuf, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case DMA_BUF_IOCTL_SYNC:
		return sync_ioctl(dmabuf, arg);
	case DMA_BUF_SET_NAME_A:
	case DMA_BUF_SET_NAME_B:
		return set_name_ioctl(dmabuf, arg);
	case DMA_BUF_IOCTL_EXPORT_SYNC_FILE:
		return export_sync_file_ioctl(dmabuf, arg);
	case DMA_BUF_IOCTL_IMPORT_SYNC_FILE:
		return import_sync_file_ioctl(dmabuf, arg);
	default:
		return -ENOTTY;
	}
}
