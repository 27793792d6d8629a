/* SPDX-License-Identifier: MIT */
#include "sync.h"

#include <drm/vgem_drm.h>
#include <poll.h>

long file_ioctl(int fd, unsigned int cmd, void *arg)
{
	struct anon_file *file = anon_file_get(fd, NULL);
	long ret;

	if (IS_ERR(file)) {
		return PTR_ERR(file);
	}
	ret = file->ops->ioctl(file, cmd, (unsigned long)arg);
	anon_file_put(file);
	return ret;
}

long dma_buf_fd_ioctl(int fd, unsigned int cmd, void *arg)
{
	struct dma_buf *dma_buf = dma_buf_get(fd);
	long ret;

	if (IS_ERR(dma_buf)) {
		return PTR_ERR(dma_buf);
	}
	ret = dma_buf_ioctl(dma_buf, cmd, (unsigned long)arg);
	dma_buf_put(dma_buf);
	return ret;
}

int fence_fd(struct dma_fence *fence)
{
	return sync_file_fd(fence, NULL, true);
}

int export_sync_file(int dma_buf_fd, u32 flags)
{
	struct dma_buf_export_sync_file args = {.flags = flags, .fd = -1};
	long ret = dma_buf_fd_ioctl(dma_buf_fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
				    &args);

	return ret ? (int)ret : args.fd;
}

int import_sync_file(int dma_buf_fd, u32 flags, int fd)
{
	struct dma_buf_import_sync_file args = {.flags = flags, .fd = fd};

	return (int)dma_buf_fd_ioctl(dma_buf_fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
				     &args);
}

int merge(int fd, int fd2, const char *name)
{
	struct sync_merge_data args = {.fd2 = fd2, .fence = -1};
	long ret;

	memcpy(args.name, name, strnlen(name, sizeof(args.name)));
	ret = file_ioctl(fd, SYNC_IOC_MERGE, &args);
	return ret ? (int)ret : args.fence;
}

void close_sync(int fd)
{
	close(fd);
	anon_file_dispatch();
}

bool is_readable(int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN | POLLOUT};

	assert_true(poll(&pollfd, 1, 0) >= 0);
	assert_false(pollfd.revents & ~POLLIN);
	return pollfd.revents & POLLIN;
}

int info_of(int fd, struct sync_file_info *info, struct sync_fence_info *fences,
	    u32 room)
{
	*info = (struct sync_file_info){
		.num_fences = room,
		.sync_fence_info = (u64)(uintptr_t)fences,
	};
	return (int)file_ioctl(fd, SYNC_IOC_FILE_INFO, info);
}

int attach_fence(struct drm_file *file, u32 handle, u32 flags)
{
	struct drm_vgem_fence_attach args = {.handle = handle, .flags = flags};
	long ret = drm_ioctl(file, DRM_IOCTL_VGEM_FENCE_ATTACH,
			     (unsigned long)&args);

	return ret ? (int)ret : (int)args.out_fence;
}

int signal_fence(struct drm_file *file, u32 number)
{
	struct drm_vgem_fence_signal args = {.fence = number};

	return (int)drm_ioctl(file, DRM_IOCTL_VGEM_FENCE_SIGNAL,
			      (unsigned long)&args);
}

int add_fence(struct dma_resv *resv, struct dma_fence *fence,
	      enum dma_resv_usage usage)
{
	int ret;

	dma_resv_lock(resv);
	ret = dma_resv_reserve_fences(resv, 1);
	if (!ret) {
		dma_resv_add_fence(resv, fence, usage);
	}
	dma_resv_unlock(resv);
	return ret;
}
