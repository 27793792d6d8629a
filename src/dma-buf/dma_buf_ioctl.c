/* SPDX-License-Identifier: MIT */
/* ioctl(2) on the fd of a dma-buf. */
#include <linux/dma-buf.h>
#include <string.h>
#include <uprime/host.h>

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

long dma_buf_ioctl(struct dma_buf *dmabuf, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case DMA_BUF_IOCTL_SYNC:
		return sync_ioctl(dmabuf, arg);
	case DMA_BUF_SET_NAME_A:
	case DMA_BUF_SET_NAME_B:
		return set_name_ioctl(dmabuf, arg);
	default:
		return -ENOTTY;
	}
}
