/* SPDX-License-Identifier: MIT */
/**
 * DOC: sync files
 *
 * The callback of a sync file makes its fd readable. It is added when the fd
 * exists and before the program has it, so that no signal is missed; release
 * removes it.
 */
#include <linux/dma-fence-unwrap.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static struct sync_file *to_sync_file(struct anon_file *file)
{
	return container_of(file, struct sync_file, file);
}

static void sync_file_release(struct anon_file *file)
{
	struct sync_file *sync_file = to_sync_file(file);

	dma_fence_remove_callback(sync_file->fence, &sync_file->cb);
	dma_fence_put(sync_file->fence);
	kfree(sync_file);
}

static void fence_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	(void)fence;
	anon_file_set_readable(&container_of(cb, struct sync_file, cb)->file);
}

static void copy_string(char *to, const char *from, size_t size)
{
	snprintf(to, size, "%s", from);
}

static void get_name(struct sync_file *sync_file, char *name, size_t size)
{
	struct dma_fence *fence = sync_file->fence;

	if (sync_file->user_name[0]) {
		copy_string(name, sync_file->user_name, size);
		return;
	}
	snprintf(name, size, "%s-%s%llu-%lld",
		 fence->ops->get_driver_name(fence),
		 fence->ops->get_timeline_name(fence),
		 (unsigned long long)fence->context, (long long)fence->seqno);
}

int sync_file_answer(struct dma_fence *fence, const char *name, u64 arg,
		     void *data, size_t size, s32 *fd)
{
	struct task *task = current_task();

	/* An fd that was given cannot be taken back: can it be told? */
	if (copy_to_user(arg, data, size)) {
		return -EFAULT;
	}
	task->fd_out = (int)((char *)fd - (char *)data);
	*fd = sync_file_fd(fence, name, true);
	task->fd_out = -1;
	if (*fd < 0) {
		return *fd;
	}
	return copy_to_user(arg, data, size) ? -EFAULT : 0;
}

static long merge_ioctl(struct sync_file *sync_file, unsigned long arg)
{
	struct dma_fence *fences[2] = {sync_file->fence, NULL}, *merged;
	struct sync_merge_data data;
	int ret;

	if (copy_from_user(&data, arg, sizeof(data))) {
		return -EFAULT;
	}
	if (data.flags || data.pad) {
		return -EINVAL;
	}
	fences[1] = sync_file_get_fence(data.fd2);
	if (!fences[1]) {
		return -ENOENT;
	}
	data.name[sizeof(data.name) - 1] = '\0';
	merged = dma_fence_merge_fences(ARRAY_SIZE(fences), fences);
	dma_fence_put(fences[1]);
	if (!merged) {
		return -ENOMEM;
	}
	ret = sync_file_answer(merged, data.name, arg, &data, sizeof(data),
			       &data.fence);
	dma_fence_put(merged);
	return ret;
}

static int fill_fence_info(struct dma_fence *fence,
			   struct sync_fence_info *info)
{
	copy_string(info->obj_name, fence->ops->get_timeline_name(fence),
		    sizeof(info->obj_name));
	copy_string(info->driver_name, fence->ops->get_driver_name(fence),
		    sizeof(info->driver_name));
	info->status = dma_fence_get_status(fence);
	info->timestamp_ns = info->status ? (u64)fence->timestamp : 0;
	return info->status;
}

/* Tell of each fence behind a file in the program's array, which has room for
 * what info->num_fences says. Sets that and the status. */
static int tell_fences(struct sync_file *sync_file, struct sync_file_info *info)
{
	unsigned int room = dma_fence_unwrap_count(sync_file->fence), num = 0;
	struct sync_fence_info *infos;
	struct dma_fence_unwrap cursor;
	struct dma_fence *fence;
	int ret, status;

	if (info->num_fences < room) {
		return -EINVAL;
	}
	infos = kcalloc(room, sizeof(*infos), GFP_KERNEL);
	if (!infos) {
		return -ENOMEM;
	}
	info->status = 1;
	/* Links of a chain can have gone meanwhile. */
	dma_fence_unwrap_for_each(fence, &cursor, sync_file->fence)
	{
		if (num == room) {
			dma_fence_put(cursor.chain);
			break;
		}
		status = fill_fence_info(fence, &infos[num++]);
		if (info->status > 0) {
			info->status = status;
		}
	}
	info->num_fences = num;
	ret = copy_to_user(info->sync_fence_info, infos, room * sizeof(*infos));
	kfree(infos);
	return ret;
}

static long file_info_ioctl(struct sync_file *sync_file, unsigned long arg)
{
	struct sync_file_info info;
	int ret;

	if (copy_from_user(&info, arg, sizeof(info))) {
		return -EFAULT;
	}
	if (info.flags || info.pad) {
		return -EINVAL;
	}
	if (info.num_fences) {
		ret = tell_fences(sync_file, &info);
		if (ret) {
			return ret;
		}
	} else {
		info.num_fences = dma_fence_unwrap_count(sync_file->fence);
		info.status = dma_fence_get_status(sync_file->fence);
	}
	get_name(sync_file, info.name, sizeof(info.name));
	return copy_to_user(arg, &info, sizeof(info));
}

static long sync_file_ioctl(struct anon_file *file, unsigned int cmd,
			    unsigned long arg)
{
	switch (cmd) {
	case SYNC_IOC_MERGE:
		return merge_ioctl(to_sync_file(file), arg);
	case SYNC_IOC_FILE_INFO:
		return file_info_ioctl(to_sync_file(file), arg);
	default:
		return -ENOTTY;
	}
}

static const struct anon_file_ops sync_file_ops = {
	.name = "sync_file",
	.release = sync_file_release,
	.ioctl = sync_file_ioctl,
};

int sync_file_open(struct dma_fence *fence, const char *name)
{
	struct sync_file *sync_file = kzalloc(sizeof(*sync_file), GFP_KERNEL);
	int fd;

	if (!sync_file) {
		return -ENOMEM;
	}
	sync_file->fence = dma_fence_get(fence);
	INIT_LIST_HEAD(&sync_file->cb.node);
	if (name) {
		copy_string(sync_file->user_name, name,
			    sizeof(sync_file->user_name));
	}
	fd = anon_file_open(&sync_file->file, &sync_file_ops);
	if (fd < 0) {
		return fd;
	}
	/* Nobody can close it yet; and who releases it, in whatever thread,
	 * comes after this, which the count says. */
	anon_file_hold(&sync_file->file);
	if (dma_fence_add_callback(fence, &sync_file->cb, fence_signaled)) {
		anon_file_set_readable(&sync_file->file);
	}
	anon_file_put(&sync_file->file);
	return fd;
}

int sync_file_fd(struct dma_fence *fence, const char *name, bool cloexec)
{
	int fd = sync_file_open(fence, name);

	return fd < 0 ? fd : anon_file_install(fd, cloexec);
}

struct dma_fence *sync_file_get_fence(int fd)
{
	struct anon_file *file = anon_file_get(fd, &sync_file_ops);
	struct dma_fence *fence;

	if (IS_ERR(file)) {
		return NULL;
	}
	fence = dma_fence_get(to_sync_file(file)->fence);
	anon_file_put(file);
	return fence;
}
