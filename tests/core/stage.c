/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <uprime/anon_file.h>

#include "counts.h"
#include "host/fault.h"

struct stage stage;

static bool is_capable(struct task *task, int cap)
{
	(void)task;
	(void)cap;
	return true;
}

static _Thread_local const struct task_ops *self_ops;

static int copy_from(struct task *task, void *to, u64 from, size_t n)
{
	return fault_point() ? -EFAULT
			     : self_ops->copy_from_user(task, to, from, n);
}

static int fd_get(struct task *task, int fd)
{
	return fault_point() ? -EMFILE : self_ops->fd_get(task, fd);
}

static int fd_give(struct task *task, int fd, bool cloexec)
{
	return fault_point() ? -EMFILE : self_ops->fd_give(task, fd, cloexec);
}

static int fd_install(struct task *task, int fd, bool cloexec)
{
	return fault_point() ? -EMFILE
			     : self_ops->fd_install(task, fd, cloexec);
}

/**
 * struct stage_task - the stage's task, in one thread
 */
struct stage_task {
	struct task task;
	struct task *self; /* which sleeps for it */
};

static struct task *self_of(struct task *task)
{
	return container_of(task, struct stage_task, task)->self;
}

static int sleep_as_self(struct task *task, s64 deadline, bool intr)
{
	struct task *self = self_of(task);

	return fault_point() ? -ENOMEM : self->ops->sleep(self, deadline, intr);
}

static void wake_self(struct task *task)
{
	struct task *self = self_of(task);

	self->ops->wake(self);
}

void enter_task(void)
{
	static _Thread_local struct stage_task stage_task;
	static _Thread_local struct task_ops ops;

	set_current_task(NULL);
	stage_task.self = current_task();
	self_ops = stage_task.self->ops;
	ops = *self_ops;
	ops.capable = is_capable;
	ops.copy_from_user = copy_from;
	ops.fd_get = fd_get;
	ops.fd_give = fd_give;
	ops.fd_install = fd_install;
	ops.sleep = sleep_as_self;
	ops.wake = wake_self;
	stage_task.task = (struct task){
		.ops = &ops,
		.pid = getpid(),
		.fd_out = -1,
	};
	set_current_task(&stage_task.task);
}

struct drm_file *open_node(struct drm_device *dev, enum drm_minor_type type)
{
	struct drm_minor *minor =
		type == DRM_MINOR_RENDER ? &dev->render : &dev->primary;
	struct drm_file *file = drm_open(minor);

	assert_false(IS_ERR(file));
	return file;
}

void close_file(struct drm_file **file)
{
	if (*file) {
		drm_close(*file);
		*file = NULL;
	}
}

int stage_setup_devices(struct drm_device *dev, struct drm_device *far_dev,
			void (*destroy)(struct drm_device *dev))
{
	struct counts before;

	enter_task();
	/* The library's own fds are there from the first watch on. */
	assert_true(file_watch_fd() >= 0);
	assert_true(anon_file_watch_fd() >= 0);
	stage = (struct stage){
		.dev = dev,
		.far_dev = far_dev,
		.destroy = destroy,
	};
	count_all(&before);
	stage.fds = before.fds;
	stage.dma_bufs = before.dma_bufs;
	stage.file = open_node(dev, DRM_MINOR_PRIMARY);
	stage.second = open_node(dev, DRM_MINOR_PRIMARY);
	stage.far = open_node(far_dev, DRM_MINOR_PRIMARY);
	return 0;
}

int stage_setup(void **state)
{
	const struct uprime_driver *vgem = uprime_driver_find("vgem");

	(void)state;
	return stage_setup_devices(vgem->create(NULL), vgem->create(NULL),
				   vgem->destroy);
}

int stage_teardown(void **state)
{
	struct counts left;

	(void)state;
	close_file(&stage.file);
	close_file(&stage.second);
	close_file(&stage.far);
	file_watch_dispatch();
	anon_file_dispatch();
	count_all(&left);
	assert_int_equal(left.files, 0);
	assert_int_equal(left.dma_bufs, stage.dma_bufs);
	assert_int_equal(left.objects, 0);
	assert_int_equal(left.names, 0);
	assert_int_equal(left.offsets, 0);
	assert_int_equal(left.fds, stage.fds);
	assert_int_equal(left.device_refs, 2);
	stage.destroy(stage.dev);
	stage.destroy(stage.far_dev);
	set_current_task(NULL);
	return 0;
}

static int call(struct drm_file *file, unsigned int cmd, void *arg)
{
	return (int)drm_ioctl(file, cmd, (unsigned long)arg);
}

int create_dumb(struct drm_file *file, unsigned int pages)
{
	struct drm_mode_create_dumb args = {
		.width = PAGE_SIZE / 4, .height = pages, .bpp = 32};
	int ret = call(file, DRM_IOCTL_MODE_CREATE_DUMB, &args);

	return ret ? ret : (int)args.handle;
}

int export_handle(struct drm_file *file, u32 handle, u32 flags)
{
	struct drm_prime_handle args = {.handle = handle, .flags = flags};
	int ret = call(file, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);

	return ret ? ret : args.fd;
}

int import_fd(struct drm_file *file, int fd)
{
	struct drm_prime_handle args = {.fd = fd};
	int ret = call(file, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	return ret ? ret : (int)args.handle;
}

int close_handle(struct drm_file *file, u32 handle)
{
	struct drm_gem_close args = {.handle = handle};

	return call(file, DRM_IOCTL_GEM_CLOSE, &args);
}

int flink(struct drm_file *file, u32 handle)
{
	struct drm_gem_flink args = {.handle = handle};
	int ret = call(file, DRM_IOCTL_GEM_FLINK, &args);

	return ret ? ret : (int)args.name;
}

int open_name(struct drm_file *file, u32 name)
{
	struct drm_gem_open args = {.name = name};
	int ret = call(file, DRM_IOCTL_GEM_OPEN, &args);

	return ret ? ret : (int)args.handle;
}

s64 map_dumb(struct drm_file *file, u32 handle)
{
	struct drm_mode_map_dumb args = {.handle = handle};
	int ret = call(file, DRM_IOCTL_MODE_MAP_DUMB, &args);

	return ret ? ret : (s64)args.offset;
}

void *map_device(struct drm_file *file, u64 offset, unsigned int pages,
		 int prot)
{
	struct vm_area_struct vma = {
		.vm_pages = pages,
		.vm_pgoff = offset >> PAGE_SHIFT,
		.vm_flags = VM_SHARED | (prot & PROT_READ ? VM_READ : 0) |
			    (prot & PROT_WRITE ? VM_WRITE : 0),
	};
	int fd = drm_gem_mmap(file, &vma);
	void *at;

	if (fd < 0) {
		return ERR_PTR(fd);
	}
	at = mmap(NULL, pages << PAGE_SHIFT, prot, MAP_SHARED, fd,
		  (off_t)(vma.vm_pgoff << PAGE_SHIFT));
	if (at == MAP_FAILED) {
		at = ERR_PTR(-errno);
	}
	close(fd);
	return at;
}

u32 must(int result)
{
	if (result < 0) {
		fail_msg("%s", strerror(-result));
	}
	return (u32)result;
}

struct drm_gem_object *lookup(struct drm_file *file, u32 handle)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(file, handle);

	assert_non_null(obj);
	drm_gem_object_put(obj);
	return obj;
}

struct dma_buf *dma_buf_of(int fd)
{
	struct dma_buf *dma_buf = dma_buf_get(fd);

	assert_false(IS_ERR(dma_buf));
	dma_buf_put(dma_buf);
	return dma_buf;
}

bool same_open_file(int fd, int other)
{
	pid_t pid = getpid();

	return syscall(SYS_kcmp, pid, pid, KCMP_FILE, fd, other) == 0;
}
