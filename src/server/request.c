/* SPDX-License-Identifier: MIT */
/**
 * DOC: requests
 *
 * One function for each operation of the wire. It fills in the reply's data
 * and fd and returns what the program's call returns. Before it runs, all that
 * was closed is noticed; before the reply is sent, all that the request holds
 * is let go, so that the program finds nothing half done.
 *
 * A device is named by its cookie, and believed once its fd itself came along
 * (conn->proved). Which of these are still open is only known to the table of
 * devfiles, so the dead ones are dropped from time to time.
 */
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"
#include "packet.h"
#include "say.h"

static void close_fd(int *fd)
{
	if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
}

static void set_data(struct connection *conn, const void *data, size_t size)
{
	conn->reply_data = data;
	conn->reply.size = (u32)size;
}

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

	close_fd(&conn->named_fd);
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

static long do_hello(struct connection *conn)
{
	conn->greeted = true;
	set_data(conn, &conn->server->hello, sizeof(conn->server->hello));
	return conn->in.hello.version == WIRE_VERSION ? 0 : -EPROTO;
}

static long do_open(struct connection *conn)
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

static long do_ident(struct connection *conn)
{
	struct devfile *devfile;
	u64 cookie;
	long ret = 0;

	if (conn->named_fd < 0) {
		return -EBADF;
	}
	conn->out.ident = (struct wire_ident){.kind = WIRE_KIND_FOREIGN};
	set_data(conn, &conn->out.ident, sizeof(conn->out.ident));
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
		close_fd(&conn->arg_fd);
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
		close_fd(&conn->reply_fd);
		conn->reply.hdr.flags &= ~(WIRE_F_PATCH_FD | WIRE_F_CLOEXEC);
	}
	close_fd(&conn->arg_fd);
	if (reply->hdr.flags & WIRE_F_PATCH_FD &&
	    reply->fd_off + sizeof(conn->arg.fd) <= conn->arg.written) {
		memcpy(conn->arg.data + reply->fd_off, &conn->arg.fd,
		       sizeof(conn->arg.fd));
	}
	if (conn->arg.written) {
		set_data(conn, conn->arg.data, conn->arg.written);
	}
}

static long do_ioctl(struct connection *conn)
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

static long do_dmabuf_ioctl(struct connection *conn)
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
	set_data(conn, &conn->out.mmap, sizeof(conn->out.mmap));
	return 0;
}

static long do_mmap(struct connection *conn)
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

static void send_reply(struct connection *conn)
{
	struct mutex *drain_lock = &conn->server->devfiles.drain_lock;
	struct iovec iov[] = {
		{&conn->reply, sizeof(conn->reply)},
		{(void *)conn->reply_data, conn->reply.size},
	};

	if (conn->reply_fd < 0) {
		connection_send(conn, iov, 2, -1, 0);
		return;
	}
	/* Who follows the protocol always has room for one reply. */
	mutex_lock(drain_lock);
	connection_send(conn, iov, 2, conn->reply_fd, MSG_DONTWAIT);
	close_fd(&conn->reply_fd);
	mutex_unlock(drain_lock);
}

/* Sends all pieces itself. */
static long do_ls(struct connection *conn)
{
	char *text = ls_json(conn->server);
	size_t left = text ? strlen(text) : 0;

	for (const char *at = text; left > WIRE_CHUNK; at += WIRE_CHUNK) {
		set_data(conn, at, WIRE_CHUNK);
		conn->reply.more = 1;
		send_reply(conn);
		left -= WIRE_CHUNK;
	}
	if (text) {
		set_data(conn, text + strlen(text) - left, left);
	}
	conn->reply.more = 0;
	conn->reply.ret = text ? 0 : -ENOMEM;
	send_reply(conn);
	free(text);
	return conn->reply.ret;
}

/**
 * struct operation - what a request can be
 */
struct operation {
	const char *name;
	long (*serve)(struct connection *conn);
	size_t size;  /* bytes of the request */
	bool data;    /* the argument's bytes follow: it is a wire_ioctl */
	bool replies; /* it replies itself */
};

static const struct operation operations[] = {
	[WIRE_HELLO] = {"hello", do_hello, sizeof(struct wire_hello)},
	[WIRE_OPEN] = {"open", do_open, sizeof(struct wire_open)},
	[WIRE_IDENT] = {"ident", do_ident, sizeof(struct wire_hdr)},
	[WIRE_IOCTL] = {"ioctl", do_ioctl, sizeof(struct wire_ioctl),
			.data = true},
	[WIRE_MMAP] = {"mmap", do_mmap, sizeof(struct wire_mmap)},
	[WIRE_DMABUF_IOCTL] = {"dma-buf ioctl", do_dmabuf_ioctl,
			       sizeof(struct wire_ioctl), .data = true},
	[WIRE_LS] = {"ls", do_ls, sizeof(struct wire_hdr), .replies = true},
};

/* The operation a request asks for; NULL: it is none. */
static const struct operation *operation_of(const struct connection *conn)
{
	u32 op = conn->in.hdr.op;
	const struct operation *operation;
	size_t size;

	if (op >= ARRAY_SIZE(operations) || !operations[op].serve ||
	    conn->greeted == (op == WIRE_HELLO)) {
		return NULL;
	}
	operation = &operations[op];
	size = operation->size;
	if (conn->in_size < size) {
		return NULL;
	}
	if (operation->data) {
		size += conn->in.ioctl.size;
	}
	return conn->in_size == size ? operation : NULL;
}

void request_serve(struct connection *conn)
{
	const struct operation *operation = operation_of(conn);
	long ret = conn->reply.ret;

	if (!operation) {
		debug("pid %d: bad request %u of %zu bytes", conn->task.pid,
		      conn->in.hdr.op, conn->in_size);
		conn->broken = true;
	} else if (!ret) {
		devfiles_drain(&conn->server->devfiles);
		ret = operation->serve(conn);
	}
	close_fd(&conn->named_fd);
	close_fd(&conn->arg_fd);
	if (operation && !operation->replies) {
		conn->reply.ret = (s32)ret;
		send_reply(conn);
	}
	conn->broken |= conn->fds_lost;
	close_fd(&conn->reply_fd);
	if (operation && operation->data) {
		debug("pid %d: %s 0x%08x: %ld", conn->task.pid, operation->name,
		      conn->in.ioctl.cmd, ret);
	} else if (operation) {
		debug("pid %d: %s: %ld", conn->task.pid, operation->name, ret);
	}
}
