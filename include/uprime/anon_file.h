/* SPDX-License-Identifier: MIT */
/**
 * DOC: open files that are no memory
 *
 * A device, a sync file, a syncobj: something this process has, of which
 * programs have an fd. The fd is one end of a socket pair whose other end stays
 * here. It is known by its socket cookie, a number the system never uses twice,
 * and the close of its last copy, in whatever process, is a hang-up, which
 * anon_file_dispatch() notices. What travels on it is what the program read()s
 * (the events of a device), from here to there only.
 */
#ifndef UPRIME_ANON_FILE_H
#define UPRIME_ANON_FILE_H

#include <linux/kernel.h>
#include <linux/list.h>
#include <stdatomic.h>

struct anon_file;

/**
 * struct anon_file_ops - what a kind of file does
 */
struct anon_file_ops {
	/* As in "anon_inode:NAME". */
	const char *name;
	/* It cannot be waited for: polls readable and writable. */
	bool always_ready;
	/* What is sent is read(2) by programs, a packet each time. */
	bool reads_packets;
	/* The last fd and the last user are gone: free it. Any lock of the
	 * core may be taken. */
	void (*release)(struct anon_file *file);
	/* ioctl(2) on the fd by the current task; NULL: -ENOTTY. */
	long (*ioctl)(struct anon_file *file, unsigned int cmd,
		      unsigned long arg);
	/* After anon_file_await_room(): there is room, or soon will be. Called
	 * by anon_file_dispatch(). */
	void (*room)(struct anon_file *file);
};

/**
 * struct anon_file - an open file
 *
 * Embedded in what it is the fd of.
 */
struct anon_file {
	const struct anon_file_ops *ops; /* constant */
	atomic_uint refs;                /* one for the fd, one for each user */
	int fd;                          /* our end, owned; constant */
	u64 cookie;                      /* of the program's end; constant */
};

/**
 * anon_file_open() - make an open file
 * @file: memory of the caller, taken over: release runs, at once, on failure
 * @ops: what it does
 *
 * @file lives as long as the fd that is returned, any copy of it, or a
 * reference. The fd polls neither readable nor writable, unless it is always
 * ready, and is close-on-exec.
 *
 * Return: the program's end, the caller's to give away; -ENFILE, -ENOMEM.
 */
EXPORT_SYMBOL int anon_file_open(struct anon_file *file,
				 const struct anon_file_ops *ops);

/**
 * anon_file_install() - give an fd of anon_file_open() to the program that asks
 * @fd: the fd, taken over: on failure the file ends, as if it was closed
 * @cloexec: for the new fd
 *
 * Return: an fd of the current task; -EMFILE.
 */
EXPORT_SYMBOL int anon_file_install(int fd, bool cloexec);

/**
 * anon_file_abandon() - give up an fd of anon_file_open() that nobody got
 * @fd: the fd, closed: the file ends at once, but for its other users. No lock
 * that its release may take can be held.
 */
EXPORT_SYMBOL void anon_file_abandon(int fd);

/**
 * anon_file_give() - make an open file and give it to the program that asks
 * @file: as in anon_file_open()
 * @ops: as in anon_file_open()
 * @cloexec: for the new fd
 *
 * Return: an fd of the current task; -ENFILE, -EMFILE, -ENOMEM.
 */
EXPORT_SYMBOL int anon_file_give(struct anon_file *file,
				 const struct anon_file_ops *ops, bool cloexec);

/**
 * anon_file_get() - the open file behind an fd
 * @fd: an fd of the current task
 * @ops: its kind, or NULL for any
 *
 * Return: the file, for anon_file_put(); ERR_PTR: -EBADF (no such fd), -EINVAL
 * (an fd of something else), -EMFILE.
 */
EXPORT_SYMBOL struct anon_file *anon_file_get(int fd,
					      const struct anon_file_ops *ops);

/**
 * anon_file_find() - the open file with a cookie
 * @cookie: any number
 *
 * Return: the file, for anon_file_put(); NULL.
 */
EXPORT_SYMBOL struct anon_file *anon_file_find(u64 cookie);

/* anon_file_hold - take another reference, for anon_file_put() */
EXPORT_SYMBOL void anon_file_hold(struct anon_file *file);

/**
 * anon_file_put() - drop a reference
 * @file: the file, or NULL. No lock that its release may take can be held.
 */
EXPORT_SYMBOL void anon_file_put(struct anon_file *file);

/**
 * anon_file_set_readable() - let the fd poll readable from now on
 * @file: referenced; any lock may be held
 */
EXPORT_SYMBOL void anon_file_set_readable(struct anon_file *file);

/**
 * anon_file_send() - let the program have a packet to read
 * @file: referenced; any lock may be held
 * @data: the packet
 * @size: its bytes
 *
 * Does not wait. The fd polls readable while there is a packet.
 *
 * Return: 0; -EAGAIN: there is no room, see anon_file_await_room(); else -errno:
 * nobody has the fd any more.
 */
EXPORT_SYMBOL int anon_file_send(struct anon_file *file, const void *data,
				 size_t size);

/**
 * anon_file_await_room() - have ops->room called, once
 * @file: referenced; any lock may be held
 */
EXPORT_SYMBOL void anon_file_await_room(struct anon_file *file);

/**
 * anon_file_unread() - how much of what was sent has nobody read?
 * @file: referenced; any lock may be held
 *
 * Return: the memory of the packets, as the system counts it: for packets of
 * one size it is in proportion to their number. 0: all was read.
 */
EXPORT_SYMBOL unsigned int anon_file_unread(struct anon_file *file);

/* anon_file_cookie - the cookie of a socket; 0 if it is none */
EXPORT_SYMBOL u64 anon_file_cookie(int fd);

/**
 * anon_file_watch_fd() - the fd to wait on for closed files
 *
 * Return: an fd that polls readable when anon_file_dispatch() has work, owned
 * by the library; -errno of epoll_create1(2).
 */
EXPORT_SYMBOL int anon_file_watch_fd(void);

/**
 * anon_file_dispatch() - notice the files whose last fd was closed
 *
 * Does not wait. No lock of the core may be held.
 */
EXPORT_SYMBOL void anon_file_dispatch(void);

/**
 * anon_file_close_all() - drop every file's own reference, as if all fds were
 * closed
 *
 * For a host that ends.
 */
EXPORT_SYMBOL void anon_file_close_all(void);

#endif
