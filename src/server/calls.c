/* SPDX-License-Identifier: MIT */
/**
 * DOC: what programs do with fds
 *
 * open, ioctl, mmap and asking what an fd is. Each function fills in the
 * reply's data and fd and returns what the program's call returns.
 *
 * An open file is named by its cookie, and believed once its fd itself came
 * along (conn->proved). Which of these are still open is only known to the
 * table of all, so the dead ones are dropped from time to time. Who uses a file
 * has let go of it when the function returns, which is before the reply.
 */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <uprime/ledger.h>

#include "internal.h"
#include "say.h"

/* Forget the files which are closed by now. */
static void sweep_proved(struct connection *conn)
{
	struct u64map kept = {0};
	struct anon_file *file;

	for (size_t i = 0; i < conn->proved.size; i++) {
		const struct u64map_entry *entry = &conn->proved.entries[i];

		file = entry->value ? anon_file_find(entry->key) : NULL;
		if (file) {
			/* One that cannot be kept has to be shown again. */
			(void)u64map_insert(&kept, entry->key, conn);
			anon_file_put(file);
		}
	}
	u64map_destroy(&conn->proved);
	conn->proved = kept;
	if (conn->sweep_at < 2 * kept.count) {
		conn->sweep_at = 2 * kept.count;
	}
}

/* Believe the attached fd, if it is the file with this cookie. */
static void prove(struct connection *conn, u64 cookie)
{
	bool shown = conn->named_fd >= 0 &&
		     anon_file_cookie(conn->named_fd) == cookie;

	request_close_fd(&conn->named_fd);
	if (!shown || u64map_find(&conn->proved, cookie)) {
		return;
	}
	if (conn->proved.count >= conn->sweep_at) {
		sweep_proved(conn);
	}
	if (u64map_insert(&conn->proved, cookie, conn)) {
		debug("out of memory");
	}
}

/* The file a request names, for anon_file_put(); NULL: not his. */
static struct anon_file *named_file(struct connection *conn, u64 cookie)
{
	prove(conn, cookie);
	if (!u64map_find(&conn->proved, cookie)) {
		return NULL;
	}
	return anon_file_find(cookie);
}

static int open_input(struct connection *conn, unsigned int minor)
{
	struct input_device *device =
		input_device_at(&conn->server->input, minor);

	return device ? evdev_open(device) : -ENODEV;
}

static int open_minor(const struct wire_open *open)
{
	struct drm_minor *minor = drm_minor_get((int)minor(open->rdev));
	int fd;

	if (!minor) {
		return -ENODEV;
	}
	fd = devfile_open(minor, (int)open->flags);
	drm_dev_put(minor->dev);
	return fd;
}

long call_open(struct connection *conn)
{
	const struct wire_open *open = &conn->in.open;
	int fd;

	if (major(open->rdev) != DRM_MAJOR &&
	    major(open->rdev) != INPUT_MAJOR) {
		return -ENXIO;
	}
	if (open->flags & O_EXCL && major(open->rdev) == DRM_MAJOR) {
		return -EBUSY;
	}
	if (open->flags & O_DIRECT) {
		return -EINVAL;
	}
	fd = major(open->rdev) == INPUT_MAJOR
		     ? open_input(conn, minor(open->rdev))
		     : open_minor(open);
	if (fd < 0) {
		return fd;
	}
	conn->reply_fd = fd;
	conn->reply.hdr.flags |= WIRE_F_CLOEXEC;
	return 0;
}

static void ident_device(struct connection *conn, const struct devfile *devfile)
{
	struct wire_ident *ident = &conn->out.ident;
	int index = devfile->drm->minor->index;

	ident->kind = WIRE_KIND_DEVICE;
	ident->rdev = makedev(DRM_MAJOR, (unsigned int)index);
	for (unsigned int i = 0; i < conn->server->nr_devices; i++) {
		const struct server_device *dev = &conn->server->devices[i];

		for (unsigned int n = 0; n < dev->nr_nodes; n++) {
			if (dev->nodes[n].index == index) {
				ident->ino = dev->nodes[n].ino;
				strcpy(ident->name, dev->nodes[n].path);
			}
		}
	}
}

static void ident_input(struct connection *conn,
			const struct input_device *device)
{
	struct wire_ident *ident = &conn->out.ident;

	ident->kind = WIRE_KIND_DEVICE;
	ident->rdev = makedev(
		INPUT_MAJOR, (unsigned int)(INPUT_FIRST_MINOR + device->index));
	ident->ino = device->ino;
	strcpy(ident->name, device->path);
}

static void ident_file(struct connection *conn, struct anon_file *file)
{
	const struct devfile *devfile = to_devfile(file);
	const struct evdev_file *evdev = to_evdev(file);

	if (devfile) {
		ident_device(conn, devfile);
		return;
	}
	if (evdev) {
		ident_input(conn, evdev->device);
		return;
	}
	conn->out.ident.kind = WIRE_KIND_ANON;
	conn->out.ident.always_ready = file->ops->always_ready;
	conn->out.ident.reads_packets = file->ops->reads_packets;
	strcpy(conn->out.ident.name, file->ops->name);
}

static long ident_dma_buf(struct connection *conn)
{
	struct dma_buf *dmabuf = dma_buf_get(NAMED_FD);
	struct wire_ident *ident = &conn->out.ident;

	if (IS_ERR(dmabuf)) {
		return 0;
	}
	ident->kind = WIRE_KIND_DMABUF;
	ident->ino = dmabuf->file->ino;
	mutex_lock(&dmabuf->lock);
	strcpy(ident->name, dmabuf->name);
	mutex_unlock(&dmabuf->lock);
	dma_buf_put(dmabuf);
	return 0;
}

long call_ident(struct connection *conn)
{
	struct anon_file *file;
	u64 cookie;
	long ret = 0;

	if (conn->named_fd < 0) {
		return -EBADF;
	}
	conn->out.ident = (struct wire_ident){.kind = WIRE_KIND_FOREIGN};
	request_data(conn, &conn->out.ident, sizeof(conn->out.ident));
	cookie = anon_file_cookie(conn->named_fd);
	file = anon_file_find(cookie);
	if (file) {
		prove(conn, cookie);
		ident_file(conn, file);
		anon_file_put(file);
	} else if (!cookie) {
		ret = ident_dma_buf(conn);
	}
	return ret;
}

/* Where in the argument of a command stands an fd? -1: nowhere. */
static int hint_of(const struct server *server, u32 cmd)
{
	for (unsigned int i = 0; i < server->hello.nr_hints; i++) {
		const struct wire_hint *hint = &server->hello.hints[i];

		if (hint->type == _IOC_TYPE(cmd) && hint->nr == _IOC_NR(cmd)) {
			return hint->offset;
		}
	}
	return -1;
}

/* Take the argument out of the request. */
static void take_argument(struct connection *conn)
{
	const struct wire_ioctl *ioctl = &conn->in.ioctl;
	struct argument *arg = &conn->arg;
	int hint = hint_of(conn->server, ioctl->cmd);
	s32 number;

	arg->addr = ioctl->arg;
	arg->size =
		_IOC_DIR(ioctl->cmd) == _IOC_NONE ? 0 : _IOC_SIZE(ioctl->cmd);
	/* What could not be read is asked for again, when it is needed. */
	arg->known = min(ioctl->size, arg->size);
	if (hint < 0 || (u32)hint + sizeof(number) > arg->known) {
		request_close_fd(&conn->arg_fd);
		return;
	}
	memcpy(&number, arg->data + hint, sizeof(number));
	conn->arg_fd_nr = number;
}

/* Let what was written to the argument go back. An fd's number is not known
 * yet: its place is as it was, should the program have none left. */
static void return_argument(struct connection *conn, long ret)
{
	const struct wire_reply *reply = &conn->reply;

	if (ret < 0 && conn->reply_fd >= 0) {
		request_close_fd(&conn->reply_fd);
		conn->reply.hdr.flags &= ~(WIRE_F_PATCH_FD | WIRE_F_CLOEXEC);
	}
	request_close_fd(&conn->arg_fd);
	if (reply->hdr.flags & WIRE_F_PATCH_FD &&
	    reply->fd_off + sizeof(conn->arg.fd) <= conn->arg.written) {
		memcpy(conn->arg.data + reply->fd_off, &conn->arg.fd,
		       sizeof(conn->arg.fd));
	}
	if (conn->arg.written) {
		request_data(conn, conn->arg.data, conn->arg.written);
	}
}

long call_ioctl(struct connection *conn)
{
	const struct wire_ioctl *ioctl = &conn->in.ioctl;
	struct anon_file *file = named_file(conn, ioctl->cookie);
	long ret = -ENOTTY;

	if (!file) {
		return -EBADF;
	}
	take_argument(conn);
	if (file->ops->ioctl) {
		ret = file->ops->ioctl(file, ioctl->cmd, ioctl->arg);
	}
	return_argument(conn, ret);
	anon_file_put(file);
	return ret;
}

long call_dmabuf_ioctl(struct connection *conn)
{
	const struct wire_ioctl *ioctl = &conn->in.ioctl;
	struct dma_buf *dmabuf;
	long ret;

	take_argument(conn);
	dmabuf = dma_buf_get(NAMED_FD);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		if (ret != -EINVAL) {
			return ret;
		}
		conn->reply.hdr.flags |= WIRE_F_FOREIGN;
		return 0;
	}
	ret = dma_buf_ioctl(dmabuf, ioctl->cmd, ioctl->arg);
	return_argument(conn, ret);
	dma_buf_put(dmabuf);
	return ret;
}

/* mmap(2)'s own checks. */
static int check_mmap(const struct wire_mmap *mmap, int accmode)
{
	bool shared = (mmap->flags & MAP_TYPE) != MAP_PRIVATE;

	if (!mmap->length || mmap->offset & ~PAGE_MASK) {
		return -EINVAL;
	}
	if (!PAGE_ALIGN(mmap->length)) {
		return -ENOMEM;
	}
	if (accmode == O_WRONLY ||
	    (accmode == O_RDONLY && shared && mmap->prot & PROT_WRITE)) {
		return -EACCES;
	}
	return 0;
}

static long map(struct connection *conn, const struct devfile *devfile)
{
	const struct wire_mmap *mmap = &conn->in.mmap;
	int accmode = devfile->oflags & O_ACCMODE;
	struct vm_area_struct vma = {
		.vm_pages = PAGE_ALIGN(mmap->length) >> PAGE_SHIFT,
		.vm_pgoff = mmap->offset >> PAGE_SHIFT,
		.vm_flags = VM_READ,
	};
	int ret;

	ret = check_mmap(mmap, accmode);
	if (ret) {
		return ret;
	}
	/* mprotect(2) can ask for it later. */
	if (accmode == O_RDWR) {
		vma.vm_flags |= VM_WRITE;
	}
	if ((mmap->flags & MAP_TYPE) != MAP_PRIVATE) {
		vma.vm_flags |= VM_SHARED;
	}
	ret = drm_gem_mmap(devfile->drm, &vma);
	if (ret < 0) {
		return ret;
	}
	conn->reply_fd = ret;
	conn->reply.hdr.flags |= WIRE_F_CLOEXEC;
	conn->out.mmap.offset = (u64)vma.vm_pgoff << PAGE_SHIFT;
	request_data(conn, &conn->out.mmap, sizeof(conn->out.mmap));
	return 0;
}

long call_mmap(struct connection *conn)
{
	struct anon_file *file = named_file(conn, conn->in.mmap.cookie);
	const struct devfile *devfile = to_devfile(file);
	long ret = -ENODEV;

	if (!file) {
		return -EBADF;
	}
	if (devfile) {
		ret = map(conn, devfile);
	}
	anon_file_put(file);
	return ret;
}

long call_seat(struct connection *conn)
{
	int fd;

	if (!conn->server->seat.server) {
		return -ENODEV;
	}
	fd = seat_weston_open(&conn->server->seat, conn->task.pid);
	if (fd < 0) {
		return fd;
	}
	conn->reply_fd = fd;
	conn->reply.hdr.flags |= WIRE_F_CLOEXEC;
	return 0;
}

long call_ledger(struct connection *conn)
{
	struct anon_file *file = named_file(conn, conn->in.ledger.cookie);
	const struct devfile *devfile = to_devfile(file);
	long ret = -ENODEV;

	if (!file) {
		return -EBADF;
	}
	if (devfile) {
		ret = drm_prime_ledger_fd(devfile->drm);
	}
	anon_file_put(file);
	if (ret >= 0) {
		conn->reply_fd = (int)ret;
		ret = 0;
	}
	return ret;
}
