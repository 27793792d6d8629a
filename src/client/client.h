/* SPDX-License-Identifier: MIT */
/**
 * DOC: the client's inside
 *
 * Every struct and every function that one file of the client gives another
 * stands here. The wrappers (open.c, ioctl.c, mmap.c, stat.c, close.c, io.c,
 * link.c, poll.c, select.c, epoll.c) are the outside: each asks remote.c,
 * dmabuf.c or node.c whether an fd or path is its business, and otherwise calls
 * the next layer (next()) with what it was given.
 *
 * Rules for all of it:
 *
 *  - It runs in somebody else's program: in signal handlers, in children of
 *    fork and vfork, in threads that end at any time. So no locks, no malloc,
 *    no stdio; shared state is atomics, and whatever is waited for cannot be
 *    held by the waiter itself.
 *  - Functions of the inside return -errno and leave errno alone. Only
 *    wrapper_return() sets it, once, and only on failure.
 *  - Its own traffic goes by raw system calls (raw.c): no wrapper, ours or
 *    another's, sees it, and it holds no cancellation point.
 */
#ifndef UPRIME_CLIENT_H
#define UPRIME_CLIENT_H

/* The wrappers define what these would redirect. */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _LARGEFILE64_SOURCE
#define _LARGEFILE64_SOURCE
#endif

/* The C library promises the compiler that nobody passes NULL: they do. */
#define __attribute_nonnull__(params)

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utime.h>

#include "spin.h"
#include "wire.h"

#define WRAPPER __attribute__((visibility("default")))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Not to be inlined: the stack of a signal handler may be small, and mostly
 * there is no need of the buffer. */
#define BIG_FRAME __attribute__((noinline))

/* Longest path of a node, as in struct wire_ident. */
#define NODE_PATH_MAX 64

/* ---- raw.c: system calls that leave errno alone ---- */

long raw_call(long nr, long a, long b, long c, long d, long e, long f);
/* raw_syscall(nr, up to six arguments): the result or -errno. */
#define raw_syscall(...) raw_syscall_(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define raw_syscall_(nr, a, b, c, d, e, f, ...)                                \
	raw_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e),    \
		 (long)(f))

int raw_close(int fd);
int raw_sockopt(int fd, int name, void *value, socklen_t size);
int raw_cookie(int fd, uint64_t *cookie);
bool raw_is_open(int fd);
int raw_set_cloexec(int fd, bool on);
/* Text of /proc/self/fd/@fd with a final 0, its length or -errno. */
int raw_fd_link(int fd, char *buf, size_t size);

/* ---- memory.c: the program's memory, where any address may be bad ---- */

int memory_load(void *dst, uint64_t addr, size_t len);
int memory_store(uint64_t addr, const void *src, size_t len);
/* Whether [addr, addr + len) can be read and written right now. */
bool memory_is_good(uint64_t addr, size_t len);

/* ---- session.c: the session this process belongs to ---- */

bool session_on(void);
/* A connected, greeted socket, or -errno (-ENODEV: nobody answers). */
int session_connect(void);
/* False after a connection was refused, until one is made again. */
bool session_answers(void);
/* $UMOCKDEV_DIR or "". */
const char *session_testbed(void);
/* Offset of the fd in the argument of @cmd, or -1. */
int session_hint(uint32_t cmd);
/* Whether devices of the session have events to be read. */
bool session_has_events(void);

/* ---- conn.c: one connection ---- */

#define CONN_COOKIES 8

/**
 * struct conn - a connection, used by one request at a time
 */
struct conn {
	_Atomic uint32_t state; /* enum conn_state */
	_Atomic int fd;		/* its number + 1; 0: none */
	/* Devices the server knows on it; the taker's. */
	uint64_t cookies[CONN_COOKIES];
	unsigned int next_cookie; /* the next to be replaced; the taker's */
	struct spin spin;	  /* the taker's */
	bool spare;		  /* not in the pool: ends when put; constant */
};

int conn_fd(struct conn *conn);
bool conn_knows(struct conn *conn, uint64_t cookie);
void conn_learn(struct conn *conn, uint64_t cookie);

/* ---- pool.c: this process' connections ---- */

int pool_take(struct conn **conn, struct conn *spare);
/* Takes a connection that nobody else has seen; for vfork children. */
int pool_spare(struct conn *spare);
void pool_put(struct conn *conn);
/* Ends a connection instead of giving it back. @ours: the fd is still it. */
void pool_drop(struct conn *conn, bool ours);
bool pool_is_vfork_child(void);
int pool_move(int fd);

/* ---- own.c: the client's own fds ---- */

/* None of ours is higher. */
#define OWN_MAX 65536

/* Moves an fd out of the program's sight: its new number, or -EMFILE. */
int own_add(int fd);
void own_remove(int fd);
void own_close(int fd);
int own_move(int fd);
bool own_has(int fd);
/* The lowest fd of ours in [first, last], or -1. */
int own_next(unsigned int first, unsigned int last);

/* ---- packet.c: one packet on a connection ---- */

#define PACKET_FDS 4
#define PACKET_IOV 2

/**
 * struct packet - what is sent or received at once
 */
struct packet {
	struct iovec iov[PACKET_IOV];
	unsigned int nr_iov;
	int fds[PACKET_FDS]; /* received: the receiver's to close */
	unsigned int nr_fds;
	bool fds_lost; /* received: there were more than could be installed */
};

void packet_init(struct packet *p, void *head, size_t size);
void packet_add(struct packet *p, uint64_t addr, size_t size);
int packet_send(int fd, const struct packet *p);
/* Sends it if there is room, and else not. */
void packet_try_send(int fd, const struct packet *p);
/* Bytes received; 0: hung up. -EFAULT: a packet was taken off, but an iovec
 * could not be written. -ENOBUFS: as -EFAULT, but no packet was taken. */
int packet_recv(int fd, struct packet *p);
/* Also ends, with -EINTR, when a signal handler without SA_RESTART has run. */
int packet_recv_interruptible(int fd, struct packet *p);
/* Does not wait: -EAGAIN. */
int packet_try_recv(int fd, struct packet *p);
void packet_close_fds(struct packet *p);

/* ---- await.c: waiting for the server's answer ---- */

void await_begin(void);
/* packet_recv_interruptible() on a connection, as soon as possible. */
int await_packet(struct conn *conn, struct packet *p);

/* ---- request.c: a request and its answer ---- */

/**
 * struct request - a request under way
 *
 * The caller fills the first part and reads the second.
 */
struct request {
	void *head; /* wire_* struct, begins with a wire_hdr */
	size_t head_size;
	int fd;		 /* the open file it is about, or -1 */
	uint64_t cookie; /* of fd, if remote: send it only where unknown */
	uint64_t arg;	 /* where reply data goes and arg_out comes from */
	size_t arg_out;	 /* bytes sent from arg */
	size_t arg_in;	 /* most bytes received to arg */
	int hint_fd;	 /* fd the argument names, or -1 */

	struct wire_reply reply;
	int reply_fd;  /* close-on-exec, the caller's; -1: none came */
	int second_fd; /* of a WIRE_POLL, as reply_fd */
	bool fd_lost;  /* one came but the fd table was full */
};

void request_init(struct request *rq, void *head, size_t size, uint32_t op);
/* 0 when a reply came, else -errno. */
int request_run(struct request *rq);
int request_ident(int fd, struct wire_ident *ident);
void request_settle(void);
/* The program was told that a dma-buf is not ready for @events. */
void request_hold(int fd, unsigned int events);

/* ---- remote.c: which fd is an open file of the server's ---- */

/**
 * struct remote - what an open file is; never freed, never changed
 */
struct remote {
	_Atomic uint32_t state;	  /* enum remote_state */
	uint32_t kind;		  /* WIRE_KIND_DEVICE or WIRE_KIND_ANON */
	uint64_t rdev;		  /* device: of its node */
	uint64_t ino;		  /* device: of its node */
	bool always_ready;	  /* these are as in struct wire_ident */
	bool reads_packets;
	char name[NODE_PATH_MAX];
};

/* What @fd is, or NULL; *cookie (if wanted) names it on the wire. */
const struct remote *remote_of(int fd, uint64_t *cookie);
const struct remote *remote_often(int fd, uint64_t *cookie);
void remote_closing(unsigned int first, unsigned int last);
/* The same for a device only, and for a file of the other kind only. */
const struct remote *remote_device(int fd);
const struct remote *remote_anon(int fd);
/* @fd was just opened by us: no need to ask the server. */
void remote_enter_device(int fd, uint64_t rdev, uint64_t ino, const char *path);
/* @fd was just given to the program. */
void remote_given(int fd);
/* False: there is no file of the other kind in this process, to its knowledge.
 */
bool remote_has_anon(void);
/* False: no device with events is in this process, to its knowledge. */
bool remote_has_events(void);

/* ---- event.c: reading a device ---- */

ssize_t event_read(int fd, const struct remote *device, void *buf, size_t size);
ssize_t event_readv(int fd, const struct remote *device,
		    const struct iovec *iov, int nr);

/* ---- dmabuf.c: which fd is a dma-buf ---- */

/* False: it is none. Needs no server. */
bool dmabuf_may_be(int fd);
/* Whether @fd is one; @name, if wanted, is set to its name. */
bool dmabuf_is(int fd, char name[NODE_PATH_MAX]);

/* Whether @fd is marked as one; *size, if wanted, is set to its bytes. */
bool dmabuf_is_marked(int fd, int64_t *size);

/* ---- ledger.c: which handle a dma-buf has ---- */

bool ledger_is_here(uint64_t cookie);
/* The handle an import of the dma-buf at @position gives; 0: ask the server. */
uint32_t ledger_handle(uint64_t cookie, uint64_t position);
bool ledger_has_removals(uint64_t cookie);
void ledger_wanted(int fd, uint64_t cookie);

/* ---- lease.c: fds kept for exports to come ---- */

bool lease_any(void);
int lease_copy(uint64_t cookie, uint32_t handle, bool cloexec);
void lease_wanted(int device, uint64_t cookie, uint32_t handle, int fd);
void lease_end(uint64_t cookie, uint32_t handle);
void lease_sweep(uint64_t cookie);
void lease_closing(unsigned int first, unsigned int last);
int lease_move(int number);
void lease_in_child(void);

/* ---- prime.c: the ioctls of PRIME that need not be asked ---- */

/* Done, with result 0. */
bool prime_known(uint64_t cookie, uint32_t cmd, uint64_t arg);
void prime_asked(int fd, uint64_t cookie, uint32_t cmd, uint64_t arg, int ret);
bool prime_gives_dmabuf(uint32_t cmd);

/* ---- proxy.c: what is waited for in place of a dma-buf ---- */

/**
 * struct proxy - the fds of a proxy that was taken out of the table
 */
struct proxy {
	uint64_t word;
};

int proxy_of(int fd);
void proxy_watched(int fd);
void proxy_unwatched(int fd);
bool proxy_take(int fd, struct proxy *proxy);
void proxy_end(int fd, const struct proxy *proxy);
void proxy_collect(void);
void proxy_put_back(int fd, const struct proxy *proxy);
void proxy_lost(int fd, int number);
bool proxy_any(void);
/* The lowest fd in [first, last] that has one, or -1. */
int proxy_next(unsigned int first, unsigned int last);
int proxy_move(int number);

/* ---- poll.c: waiting ---- */

/* What a file of memory is always ready for. */
#define POLL_FILE (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)
/* A deadline that never comes. */
#define POLL_FOREVER INT64_MAX

/* CLOCK_MONOTONIC, in ns. */
int64_t poll_clock(void);
/* ppoll() as on a kernel: what it returns, or -errno. */
int poll_until(struct pollfd *fds, nfds_t nr, int64_t deadline,
	       const sigset_t *mask);

/* ---- node.c: which path is a device ---- */

/**
 * struct node - what a path was found to name
 */
struct node {
	uint64_t rdev;
	uint64_t ino;
	char path[NODE_PATH_MAX];
};

bool node_find(int dirfd, const char *path, struct node *node);
bool node_find_nofollow(int dirfd, const char *path, struct node *node);
bool node_behind(int fd, struct node *node);
/* @path, which begins with '/', as it is outside of the testbed. */
const char *node_outside(const char *path);
int node_absolute(int dirfd, const char *path, char *out);
/* Longest path of what is in a folder of /run, in umockdev's directory. */
#define NODE_RUN_MAX 512
bool node_run(const char *path, char out[NODE_RUN_MAX]);
/* The fd of this process that a link in /proc or /dev/fd names, or -1. */
int node_fd_link(int dirfd, const char *path);

/* ---- server_path.c: which path the server opens ---- */

bool server_path_find(int dirfd, const char *path, char found[WIRE_PATH_MAX]);
bool server_path_of_text(int fd, char path[WIRE_PATH_MAX]);

/* ---- next.c: what the wrappers hide ---- */

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);
int __xstat(int ver, const char *path, struct stat *st);
int __xstat64(int ver, const char *path, struct stat64 *st);
int __lxstat(int ver, const char *path, struct stat *st);
int __lxstat64(int ver, const char *path, struct stat64 *st);
int __fxstat(int ver, int fd, struct stat *st);
int __fxstat64(int ver, int fd, struct stat64 *st);
int __fxstatat(int ver, int dirfd, const char *path, struct stat *st,
	       int flags);
int __fxstatat64(int ver, int dirfd, const char *path, struct stat64 *st,
		 int flags);
ssize_t __readlink_chk(const char *path, char *buf, size_t len, size_t size);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf, size_t len,
			 size_t size);
char *__realpath_chk(const char *path, char *buf, size_t size);
int close_range(unsigned int first, unsigned int last, int flags);
void closefrom(int low);
int __poll_chk(struct pollfd *fds, nfds_t nr, int timeout, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		const sigset_t *mask, size_t size);
ssize_t __read_chk(int fd, void *buf, size_t len, size_t size);

#define NEXT_FUNCTIONS(X)                                                      \
	X(getenv)                                                              \
	X(bind)                                                                \
	X(open)                                                                \
	X(open64)                                                              \
	X(openat)                                                              \
	X(openat64)                                                            \
	X(__open_2)                                                            \
	X(__open64_2)                                                          \
	X(__openat_2)                                                          \
	X(__openat64_2)                                                        \
	X(fopen)                                                               \
	X(fopen64)                                                             \
	X(ioctl)                                                               \
	X(mmap)                                                                \
	X(mmap64)                                                              \
	X(stat)                                                                \
	X(stat64)                                                              \
	X(lstat)                                                               \
	X(lstat64)                                                             \
	X(fstat)                                                               \
	X(fstat64)                                                             \
	X(fstatat)                                                             \
	X(fstatat64)                                                           \
	X(__xstat)                                                             \
	X(__xstat64)                                                           \
	X(__lxstat)                                                            \
	X(__lxstat64)                                                          \
	X(__fxstat)                                                            \
	X(__fxstat64)                                                          \
	X(__fxstatat)                                                          \
	X(__fxstatat64)                                                        \
	X(statx)                                                               \
	X(close)                                                               \
	X(close_range)                                                         \
	X(closefrom)                                                           \
	X(dup2)                                                                \
	X(dup3)                                                                \
	X(lseek)                                                               \
	X(lseek64)                                                             \
	X(write)                                                               \
	X(writev)                                                              \
	X(readlink)                                                            \
	X(readlinkat)                                                          \
	X(access)                                                              \
	X(faccessat)                                                           \
	X(eaccess)                                                             \
	X(fchmod)                                                              \
	X(fchmodat)                                                            \
	X(chown)                                                               \
	X(lchown)                                                              \
	X(fchown)                                                              \
	X(fchownat)                                                            \
	X(futimens)                                                            \
	X(utimensat)                                                           \
	X(utime)                                                               \
	X(utimes)                                                              \
	X(futimes)                                                             \
	X(opendir)                                                             \
	X(readdir)                                                             \
	X(readdir64)                                                           \
	X(scandir)                                                             \
	X(scandir64)                                                           \
	X(glob)                                                                \
	X(glob64)                                                              \
	X(realpath)                                                            \
	X(canonicalize_file_name)                                              \
	X(__realpath_chk)                                                      \
	X(__readlink_chk)                                                      \
	X(poll)                                                                \
	X(ppoll)                                                               \
	X(__poll_chk)                                                          \
	X(__ppoll_chk)                                                         \
	X(select)                                                              \
	X(pselect)                                                             \
	X(epoll_ctl)                                                           \
	X(fcntl)                                                               \
	X(fcntl64)                                                             \
	X(read)                                                                \
	X(__read_chk)                                                          \
	X(readv)                                                               \
	X(__readlinkat_chk)

/**
 * struct next - the next definition of each wrapped function
 *
 * NULL where the C library has none: the older or newer names.
 */
struct next {
#define NEXT_MEMBER(name) __typeof__(&name) name;
	NEXT_FUNCTIONS(NEXT_MEMBER)
#undef NEXT_MEMBER
};

const struct next *next(void);

/**
 * wrapper_return() - turn -errno into what libc functions return
 */
static inline long wrapper_return(long ret)
{
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

#endif
