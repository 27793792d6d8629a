/* SPDX-License-Identifier: MIT */
/**
 * DOC: what programs do with fds
 *
 * open, ioctl, mmap and asking what an fd is. Each function fills in the
 * reply's data and fd and returns what the program's call returns.
 *
 * A device is named by its cookie, and believed once its fd itself came along
 * (conn->proved). Which of these are still open is only known to the table of
 * devfiles, so the dead ones are dropped from time to time. Who uses a devfile
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

#include "internal.h"
#include "say.h"

/* Forget the devices which are closed by now. */
static void sweep_proved(struct connection *conn)
{
	struct u64map kept = {0};
	struct devfile *devfile;

	for (size_t i = 0; i < conn->proved.size; i++) {
		const struct u64map_entry *entry = &conn->proved.entries[i];

		devfile = entry->value ? devfile_find(&conn->server->devfiles,
						      entry->key)
				       : NULL;
		if (devfile) {
			/* One that cannot be kept has to be shown again. */
			(void)u64map_insert(&kept, entry->key, conn);
			devfile_put(devfile);
		}
	}
	u64map_destroy(&conn->proved);
	conn->proved = kept;
	if (conn->sweep_at < 2 * kept.count) {
		conn->sweep_at = 2 * kept.count;
	}
}

/* Believe the attached fd, if it is the device with this cookie. */
static void prove(struct connection *conn, u64 cookie)
{
	bool shown =
		conn->named_fd >= 0 && devfile_cookie(conn->named_fd) == cookie;

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

/* The device a request names, for devfile_put(); NULL: not his. */
static struct devfile *named_device(struct connection *conn, u64 cookie)
{
	prove(conn, cookie);
	if (!u64map_find(&conn->proved, cookie)) {
		return NULL;
	}
	return devfile_find(&conn->server->devfiles, cookie);
}

long call_open(struct connection *conn)
{
	const struct wire_open *open = &conn->in.open;
	struct drm_minor *minor;
	int fd;

	if (major(open->rdev) != DRM_MAJOR) {
		return -ENXIO;
	}
	if (open->flags & O_EXCL) {
		return -EBUSY;
	}
	if (open->flags & O_DIRECT) {
		return -EINVAL;
	}
	minor = drm_minor_get((int)minor(open->rdev));
	if (!minor) {
		return -ENODEV;
	}
	fd = devfile_open(&conn->server->devfiles, minor, (int)open->flags);
	drm_dev_put(minor->dev);
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
	int index = devfile->file->minor->index;

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
	struct devfile *devfile;
	u64 cookie;
	long ret = 0;

	if (conn->named_fd < 0) {
		return -EBADF;
	}
	conn->out.ident = (struct wire_ident){.kind = WIRE_KIND_FOREIGN};
	request_data(conn, &conn->out.ident, sizeof(conn->out.ident));
	cookie = devfile_cookie(conn->named_fd);
	devfile = devfile_find(&conn->server->devfiles, cookie);
	if (devfile) {
		prove(conn, cookie);
		ident_device(conn, devfile);
		devfile_put(devfile);
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
	struct devfile *devfile = named_device(conn, ioctl->cookie);
	long ret;

	if (!devfile) {
		return -EBADF;
	}
	take_argument(conn);
	ret = drm_ioctl(devfile->file, ioctl->cmd, ioctl->arg);
	return_argument(conn, ret);
	devfile_put(devfile);
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
	ret = drm_gem_mmap(devfile->file, &vma);
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
	struct devfile *devfile = named_device(conn, conn->in.mmap.cookie);
	long ret;

	if (!devfile) {
		return -EBADF;
	}
	ret = map(conn, devfile);
	devfile_put(devfile);
	return ret;
}
