/* SPDX-License-Identifier: MIT */
/**
 * DOC: struct file, the memory of an object
 *
 * One struct file is one sealed memfd, made when it is first needed: memory
 * that nobody maps or exports costs no descriptor. Its own one (description A)
 * never leaves this process. What others get - the fd of a dma-buf, the fd to
 * map for an mmap through a device - is the memfd *re-opened*: a description
 * of its own, so that the last close of it, and the last munmap of what was
 * mapped from it, in whatever process, can be told apart from A.
 *
 * To know who still has such a description the file keeps no counts that a
 * dying client could falsify. Each description carries, from its opening on, a
 * shared open-file-description lock (fcntl(2), F_OFD_SETLK) on one byte of the
 * memfd: byte 0 for "is the dma-buf", byte N for "is mapped through the
 * drm_file with id N". The kernel drops the lock with the description. So
 * "does N still hold it?" is one F_OFD_GETLK from A (file_is_held()), and an
 * inotify watch (struct file_watch), set up only when somebody waits for the
 * end, says when asking again is worthwhile.
 */
#ifndef UPRIME_LINUX_SHMEM_FS_H
#define UPRIME_LINUX_SHMEM_FS_H

#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>

struct page;

/**
 * struct file - a sealed memfd and this process' view of it
 */
struct file {
	struct kref ref;
	atomic_int fd; /* description A, owned, or -1: not made yet; written
	                  once, under lock: file_fd(), file_fd_if_made() */
	const char *name; /* of the memfd, outlives the file; constant */
	u64 size;   /* bytes, a multiple of the page size; constant */
	ino_t ino;  /* identity of the memfd, beside dev: constant once made */
	dev_t dev;
	struct mutex lock;
	struct page *pages; /* made on first use, owned; lock */
	void *vaddr;        /* mapped on first use, owned; lock */
	int wd;             /* inotify watch, -1 if nobody waits; file watches */
	struct list_head watches; /* file_watch.node; file watches lock */
	struct list_head ask;     /* see file_watch.c; file watches lock */
	u64 hot_until, cool_until; /* see file_watch.c; file watches lock */
};

/* The holder id of a dma-buf's description. */
#define FILE_HOLDER_DMA_BUF 0

/**
 * struct file_watch - somebody who waits for a description to be closed
 *
 * Embedded in the waiter; file_unwatch() before it goes.
 */
struct file_watch {
	struct list_head node; /* file.watches */
	struct list_head due;  /* to be asked; see file_watch.c */
	struct file *file;     /* no reference: the waiter has one */
	/* Something may have been closed: ask file_is_held(). Called without
	 * locks. */
	void (*closed)(struct file_watch *watch);
};

/**
 * shmem_file_setup() - memory for an object
 * @name: shown in /proc/PID/maps; outlives the file
 * @size: bytes, a multiple of the page size
 *
 * The memory reads as zero and can neither shrink nor grow. The system is
 * asked for it when it is first needed (file_fd()), and gives each page when
 * that is first touched.
 *
 * Return: a file with one reference, which the caller drops with fput(); or
 * ERR_PTR: -EINVAL (size 0 or beyond what a file can have), -ENOMEM.
 */
EXPORT_SYMBOL struct file *shmem_file_setup(const char *name, u64 size);

/**
 * file_fd() - a file's own description, made now if it is not there yet
 * @file: the file
 *
 * From then on it has an identity (file.ino, file.dev).
 *
 * Return: the fd, owned by the file; or -ENFILE (this process has none left),
 * -ENOMEM, -ENOSYS (no memfd).
 */
EXPORT_SYMBOL int file_fd(struct file *file);

/* file_fd_if_made - the same, or a negative number if nobody needed it yet */
static inline int file_fd_if_made(const struct file *file)
{
	return atomic_load_explicit(&file->fd, memory_order_acquire);
}

/**
 * get_file() - take a reference
 * @file: a file the caller has a reference to
 *
 * Return: @file.
 */
EXPORT_SYMBOL struct file *get_file(struct file *file);

/**
 * fput() - drop a reference
 * @file: the file
 *
 * With the last one this process' descriptor, mapping and page structs go;
 * the memory itself lives on while somebody has it open or mapped. No lock of
 * the file may be held.
 */
EXPORT_SYMBOL void fput(struct file *file);

/**
 * shmem_file_pages() - the pages of a file
 * @file: the file
 *
 * Return: the first of size / PAGE_SIZE page structs in a row, owned by the
 * file and valid as long as it; or ERR_PTR(-ENOMEM).
 */
EXPORT_SYMBOL struct page *shmem_file_pages(struct file *file);

/**
 * shmem_file_vaddr() - the file's memory in this process
 * @file: the file
 *
 * Return: the address of its first byte, owned by the file and valid as long
 * as it; or ERR_PTR, as file_fd().
 */
EXPORT_SYMBOL void *shmem_file_vaddr(struct file *file);

/**
 * file_reopen() - a new description for somebody else
 * @file: the file
 * @oflag: O_RDONLY or O_RDWR; O_CLOEXEC is always added
 * @holder: FILE_HOLDER_DMA_BUF or the id of a drm_file
 *
 * Return: an fd the caller owns, marked with @holder until its last copy and
 * its last mapping are gone; or -ENFILE, -ENOMEM, -ENOLCK.
 */
EXPORT_SYMBOL int file_reopen(struct file *file, int oflag, u64 holder);

/**
 * file_is_held() - does a description marked with @holder still exist?
 * @file: the file
 * @holder: as given to file_reopen()
 *
 * Copies in this process count too. Any lock may be held.
 */
EXPORT_SYMBOL bool file_is_held(struct file *file, u64 holder);

/**
 * file_watch() - be told when descriptions of a file are closed
 * @file: the file, referenced by the caller until file_unwatch()
 * @watch: zeroed memory of the caller
 * @closed: called from file_watch_dispatch()
 *
 * What was closed before this call is not told: ask file_is_held() after it.
 * The system may say of what is being closed that it is still held; so for a
 * while after this call, and after each close, the waiter is asked repeatedly.
 * Where no inotify watch is to be had (ENOSPC) the waiter is asked at every
 * dispatch instead, so that nothing is forgotten.
 */
EXPORT_SYMBOL void file_watch(struct file *file, struct file_watch *watch,
			      void (*closed)(struct file_watch *watch));

/**
 * file_unwatch() - end file_watch(); without effect if not watching
 * @watch: the watch. When this returns, its callback is not running, unless
 * it is the caller.
 */
EXPORT_SYMBOL void file_unwatch(struct file_watch *watch);

/**
 * file_watch_fd() - the fd to wait on for closed descriptions
 *
 * Return: an fd that polls readable when file_watch_dispatch() has work, owned
 * by the library; or -errno of inotify_init1(2).
 */
EXPORT_SYMBOL int file_watch_fd(void);

/**
 * file_watch_is_pending() - is file_watch_dispatch() to be called in any case?
 *
 * Return: true while there are files of which no event may come. Any lock may
 * be held.
 */
EXPORT_SYMBOL bool file_watch_is_pending(void);

/**
 * file_watch_dispatch() - call the watchers of files with closed descriptions
 *
 * Does not wait. A host calls it when file_watch_fd() is readable. No lock of
 * the core may be held.
 */
EXPORT_SYMBOL void file_watch_dispatch(void);

#endif
