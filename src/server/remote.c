/* SPDX-License-Identifier: MIT */
/**
 * DOC: a program as a task of the core
 *
 * The program waits in its request meanwhile, so what came with the request
 * can be taken for its memory: reads of the ioctl's argument come from there,
 * writes to it go back with the reply. Other memory is reached directly
 * (process_vm_readv(2)) if the system lets us, else by asking the program.
 *
 * Whatever the program answers, the result is an errno at worst; an answer
 * that is none ends the connection. All state is the connection's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

static struct connection *to_connection(struct task *task)
{
	return container_of(task, struct connection, task);
}

static bool remote_capable(struct task *task, int cap)
{
	unsigned long long effective = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", task->pid);
	file = fopen(path, "re");
	if (!file) {
		return false;
	}
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "CapEff:", strlen("CapEff:"))) {
			effective =
				strtoull(line + strlen("CapEff:"), NULL, 16);
			break;
		}
	}
	fclose(file);
	return effective >> cap & 1;
}

/* The program's answer, its bytes at @to. -EPROTO also if it hung up. */
static int receive_got(struct connection *conn, void *to, size_t n,
		       struct packet_fds *fds)
{
	struct wire_got got;
	struct iovec iov[] = {{&got, sizeof(got)}, {to, n}};
	ssize_t len = connection_recv(conn, iov, 2, fds);

	if (len < (ssize_t)sizeof(got) || got.hdr.op != WIRE_GOT) {
		goto err_close;
	}
	/* Bytes come all or, if something went wrong, none. */
	if ((size_t)len != sizeof(got) + (got.ret < 0 ? 0 : n)) {
		goto err_close;
	}
	return got.ret;

err_close:
	if (len > 0) {
		packet_close(fds);
	}
	conn->broken = true;
	return -EPROTO;
}

static void ask(struct connection *conn, enum wire_op op, u64 addr, u64 len,
		int fd)
{
	struct wire_ask packet = {
		.hdr = {.op = op},
		.addr = addr,
		.len = len,
	};
	struct iovec iov = {&packet, sizeof(packet)};

	connection_send(conn, &iov, 1, &fd, fd < 0 ? 0 : 1, 0);
}

/* Copy by the wire: a chunk from or to the program. */
static int ask_copy(struct connection *conn, enum wire_op op, u64 addr,
		    void *data, size_t n)
{
	struct iovec iov = {data, n};
	struct packet_fds fds;
	int ret;

	ask(conn, op, addr, n, -1);
	if (op == WIRE_ASK_COPY_TO) {
		connection_send(conn, &iov, 1, NULL, 0, 0);
	}
	if (conn->broken) {
		return -EFAULT;
	}
	ret = receive_got(conn, data, op == WIRE_ASK_COPY_FROM ? n : 0, &fds);
	if (conn->broken) {
		return -EFAULT;
	}
	packet_close(&fds);
	return ret < 0 ? -EFAULT : 0;
}

/* 0, -EFAULT, or -ENOSYS: not possible with this program. */
static int copy_directly(struct connection *conn, bool to_user, u64 addr,
			 void *data, size_t n)
{
	struct iovec local = {data, n}, remote = {(void *)(uintptr_t)addr, n};
	ssize_t ret;
	int error;

	if (conn->no_vm) {
		return -ENOSYS;
	}
	/* What is not there is fetched, be it by a program. */
	connection_risk(conn);
	ret = to_user ? process_vm_writev(conn->task.pid, &local, 1, &remote, 1,
					  0)
		      : process_vm_readv(conn->task.pid, &local, 1, &remote, 1,
					 0);
	error = errno;
	connection_safe(conn);
	if (ret == (ssize_t)n) {
		return 0;
	}
	if (ret >= 0 || error == EFAULT) {
		return -EFAULT;
	}
	conn->no_vm = true;
	return -ENOSYS;
}

static int copy(struct connection *conn, bool to_user, u64 addr, void *data,
		size_t n)
{
	enum wire_op op = to_user ? WIRE_ASK_COPY_TO : WIRE_ASK_COPY_FROM;
	int ret = copy_directly(conn, to_user, addr, data, n);

	if (ret != -ENOSYS) {
		return ret;
	}
	ret = 0;
	for (size_t done = 0; done < n && !ret; done += WIRE_CHUNK) {
		ret = ask_copy(conn, op, addr + done, (char *)data + done,
			       min(n - done, (size_t)WIRE_CHUNK));
	}
	return ret;
}

/* Does [addr, addr + n) lie in the first @size bytes of the argument? */
static bool in_argument(const struct argument *arg, u64 addr, size_t n,
			u32 size)
{
	return addr >= arg->addr && addr - arg->addr <= size &&
	       n <= size - (addr - arg->addr);
}

static int remote_copy_from_user(struct task *task, void *to, u64 from,
				 size_t n)
{
	struct connection *conn = to_connection(task);
	struct argument *arg = &conn->arg;

	if (in_argument(arg, from, n, arg->known)) {
		memcpy(to, arg->data + (from - arg->addr), n);
		return 0;
	}
	return copy(conn, false, from, to, n);
}

static int remote_copy_to_user(struct task *task, u64 to, const void *from,
			       size_t n)
{
	struct connection *conn = to_connection(task);
	struct argument *arg = &conn->arg;
	u32 end;

	/* What goes back begins at the start: nothing unknown may lie between.
	 */
	if (!in_argument(arg, to, n, arg->size) ||
	    to - arg->addr > arg->known) {
		return copy(conn, true, to, (void *)from, n);
	}
	memcpy(arg->data + (to - arg->addr), from, n);
	end = (u32)(to - arg->addr + n);
	arg->known = end > arg->known ? end : arg->known;
	arg->written = end > arg->written ? end : arg->written;
	return 0;
}

static int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static int remote_fd_get(struct task *task, int fd)
{
	struct connection *conn = to_connection(task);
	struct packet_fds fds;
	int ret;

	if (fd == NAMED_FD && conn->named_fd >= 0) {
		return take_fd(&conn->named_fd);
	}
	if (fd < 0) {
		return -EBADF;
	}
	if (conn->arg_fd >= 0 && fd == conn->arg_fd_nr) {
		return take_fd(&conn->arg_fd);
	}
	ask(conn, WIRE_ASK_FD, (u64)fd, 0, -1);
	if (conn->broken) {
		return -EBADF;
	}
	ret = receive_got(conn, NULL, 0, &fds);
	if (conn->broken || ret < 0) {
		ret = -EBADF;
	} else if (!fds.nr) {
		ret = fds.lost ? -EMFILE : -EBADF;
	} else {
		ret = take_fd(&fds.fd[0]);
	}
	if (!conn->broken) {
		packet_close(&fds);
	}
	return ret;
}

static int remote_fd_install(struct task *task, int fd, bool cloexec)
{
	struct connection *conn = to_connection(task);
	const struct argument *arg = &conn->arg;
	struct packet_fds fds;
	int ret;

	/* The program stores the number of the fd that comes with the reply,
	 * if its command's size has room for it. */
	if (task->fd_out >= 0 && conn->reply_fd < 0 &&
	    _IOC_DIR(conn->in.ioctl.cmd) & _IOC_READ &&
	    (u32)task->fd_out + sizeof(s32) <= arg->size) {
		conn->reply_fd = fd;
		conn->reply.fd_off = (u32)task->fd_out;
		conn->arg.fd = 0;
		if ((u32)task->fd_out + sizeof(s32) <= arg->known) {
			memcpy(&conn->arg.fd, arg->data + task->fd_out,
			       sizeof(s32));
		}
		conn->reply.hdr.flags |= WIRE_F_PATCH_FD;
		if (cloexec) {
			conn->reply.hdr.flags |= WIRE_F_CLOEXEC;
		}
		return 0;
	}
	ask(conn, WIRE_ASK_INSTALL, cloexec, 0, fd);
	if (conn->broken) {
		return -EMFILE;
	}
	ret = receive_got(conn, NULL, 0, &fds);
	if (!conn->broken) {
		packet_close(&fds);
	}
	if (conn->broken || ret < 0) {
		return -EMFILE;
	}
	close(fd);
	return ret;
}

static void remote_fd_put(struct task *task, int fd)
{
	(void)task;
	close(fd);
}

static int remote_fd_give(struct task *task, int fd, bool cloexec)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0), ret;

	if (copy < 0) {
		return -ENFILE;
	}
	ret = remote_fd_install(task, copy, cloexec);
	if (ret < 0) {
		close(copy);
	}
	return ret;
}

/* The eventfd by which others wake us; it stays for the next time. */
static int open_wake_fd(struct connection *conn)
{
	int fd = atomic_load(&conn->wake_fd);

	if (fd < 0) {
		fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		atomic_store(&conn->wake_fd, fd);
	}
	return fd;
}

/* Something came from the program, which waits for our reply. */
static void hear(struct connection *conn)
{
	struct wire_hdr hdr;
	struct iovec iov = {&hdr, sizeof(hdr)};
	struct packet_fds fds;
	ssize_t len = packet_recv(conn->sock, &iov, 1, &fds, 0);

	packet_close(&fds);
	if (len == sizeof(hdr) && hdr.op == WIRE_CANCEL) {
		conn->cancelled = true;
	} else {
		conn->broken = true;
	}
}

/* Until something happens: 0 or -ETIMEDOUT. */
static int wait_for_event(struct connection *conn, int wake_fd, s64 deadline)
{
	struct pollfd fds[] = {
		{.fd = wake_fd, .events = POLLIN},
		/* Who is gone says nothing more, only that, again and again. */
		{.fd = conn->broken ? -1 : conn->sock, .events = POLLIN},
	};
	s64 left = deadline - ktime_get_ns();
	struct timespec timeout = {.tv_sec = 0};
	eventfd_t woken;

	if (left > 0) {
		timeout.tv_sec = left / 1000000000;
		timeout.tv_nsec = left % 1000000000;
	}
	if (!ppoll(fds, ARRAY_SIZE(fds),
		   deadline == TASK_FOREVER ? NULL : &timeout, NULL)) {
		return -ETIMEDOUT;
	}
	if (fds[0].revents) {
		eventfd_read(wake_fd, &woken);
	}
	if (fds[1].revents) {
		hear(conn);
	}
	return 0;
}

static int remote_sleep(struct task *task, s64 deadline, bool intr)
{
	struct connection *conn = to_connection(task);
	int wake_fd = open_wake_fd(conn), ret = 0;

	if (wake_fd < 0) {
		return -ENOMEM;
	}
	while (!atomic_exchange(&conn->woken, false)) {
		if (intr && (conn->cancelled || conn->broken)) {
			return -EINTR;
		}
		if (ret) {
			return ret;
		}
		ret = connection_pause(conn);
		if (!ret) {
			ret = wait_for_event(conn, wake_fd, deadline);
		}
	}
	return 0;
}

/* Who is about to sleep has made the eventfd before he looks at `woken`. */
static void remote_wake(struct task *task)
{
	struct connection *conn = to_connection(task);
	int fd;

	atomic_store(&conn->woken, true);
	fd = atomic_load(&conn->wake_fd);
	if (fd >= 0) {
		eventfd_write(fd, 1);
	}
}

const struct task_ops remote_ops = {
	.capable = remote_capable,
	.copy_from_user = remote_copy_from_user,
	.copy_to_user = remote_copy_to_user,
	.fd_get = remote_fd_get,
	.fd_put = remote_fd_put,
	.fd_give = remote_fd_give,
	.fd_install = remote_fd_install,
	.sleep = remote_sleep,
	.wake = remote_wake,
};
