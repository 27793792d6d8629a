/* SPDX-License-Identifier: MIT */
/**
 * DOC: dma-buf, beside the system's UAPI header
 *
 * A dma-buf is a buffer as an open file. It lives while this process holds
 * references (dma_buf_get(), dma_buf_put()), or anybody anywhere has an fd or
 * a mapping of it. In the kernel both are one count, that of the struct file;
 * here the fds and mappings of other processes are seen through
 * <linux/shmem_fs.h>, and a dma-buf is in one of three states:
 *
 *  held     references > 0. This process keeps the open description, so that
 *           every fd given out is a copy of the same open file.
 *  away     references == 0, but fds or mappings are out there. The own copy
 *           of the description is closed and a file_watch set; an fd that
 *           comes back through dma_buf_get() makes it held again, with that
 *           very description.
 *  released none of both: the exporter's release callback has run.
 */
#ifndef UPRIME_LINUX_DMA_BUF_H
#define UPRIME_LINUX_DMA_BUF_H

#include_next <linux/dma-buf.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/shmem_fs.h>

/* Longest name DMA_BUF_SET_NAME takes, with its terminating zero. */
#define DMA_BUF_NAME_LEN 32

struct dma_buf;
struct dma_buf_attachment;
struct dma_buf_hold;

/**
 * struct dma_buf_ops - what an exporter does
 *
 * No lock of the dma-buf is held in attach, detach, mmap, release and the CPU
 * access callbacks; dma_buf.lock is held in the others.
 */
struct dma_buf_ops {
	/* optional: somebody wants to use the buffer; -errno refuses */
	int (*attach)(struct dma_buf *dmabuf, struct dma_buf_attachment *attach);
	/* optional: undoes attach */
	void (*detach)(struct dma_buf *dmabuf,
		       struct dma_buf_attachment *attach);
	/* the buffer's addresses for attach->dev; ERR_PTR */
	struct sg_table *(*map_dma_buf)(struct dma_buf_attachment *attach,
					enum dma_data_direction dir);
	void (*unmap_dma_buf)(struct dma_buf_attachment *attach,
			      struct sg_table *sgt,
			      enum dma_data_direction dir);
	/* the last reference, fd and mapping are gone */
	void (*release)(struct dma_buf *dmabuf);
	/* optional */
	int (*begin_cpu_access)(struct dma_buf *dmabuf,
				enum dma_data_direction dir);
	/* optional */
	int (*end_cpu_access)(struct dma_buf *dmabuf,
			      enum dma_data_direction dir);
	/* optional: sets vma->vm_file */
	int (*mmap)(struct dma_buf *dmabuf, struct vm_area_struct *vma);
	/* optional: an address in this process; NULL or ERR_PTR fails */
	void *(*vmap)(struct dma_buf *dmabuf);
	void (*vunmap)(struct dma_buf *dmabuf, void *vaddr);
};

/**
 * struct dma_buf - a shared buffer
 */
struct dma_buf {
	size_t size;                   /* bytes; constant */
	const struct dma_buf_ops *ops; /* constant */
	void *priv;                    /* the exporter's; constant */
	const char *exp_name;          /* exporter's name; constant */
	struct dma_resv *resv;         /* the exporter's, or own_resv; constant */
	struct dma_resv own_resv;      /* unused if the exporter has one */
	struct file *file;             /* memory and identity, owned; constant */
	int mode;                      /* O_RDONLY or O_RDWR; constant */
	u32 number;                    /* lowest free one; constant */
	u64 position;                  /* of its fds, see src/wire/ledger.h, or
	                                  0: not set; constant */

	struct list_head pollers; /* dma_buf_poller.node; dma_buf_poll.c */
	/* Of who was told to wait, to read and to write; dma_buf_poll.c */
	struct dma_buf_hold *holds[2];

	struct mutex lock;
	struct list_head attachments;  /* dma_buf_attachment.node; lock */
	unsigned int vmapping_counter; /* lock */
	void *vmap_ptr;                /* while vmapping_counter; lock */
	char name[DMA_BUF_NAME_LEN];   /* "" until set; lock */

	atomic_uint refs; /* see DOC; 0 <-> 1 under the table's lock */
	struct mutex fd_lock;
	int fd;              /* our copy of the description or -1; fd_lock,
	                        constant while kept */
	atomic_bool kept;    /* fd is the description that everybody has, and
	                        stays while there are references; fd_lock, and
	                        to clear it the table's */
	bool given;          /* an fd went out; fd_lock */
	unsigned int giving; /* fds about to go out; fd_lock */
	bool fresh;          /* fd was opened for the first of them; fd_lock */
	bool watched;        /* has been away; fd_lock */
	bool dead;           /* being released; fd_lock */
	struct file_watch watch; /* once watched */
	struct list_head node;   /* list of all; table */
};

/**
 * struct dma_buf_attachment - a device that uses a dma-buf
 */
struct dma_buf_attachment {
	struct dma_buf *dmabuf;
	struct device *dev;
	struct list_head node; /* dma_buf.attachments; dma_buf.lock */
	void *priv;            /* the exporter's */
};

/**
 * struct dma_buf_export_info - what makes a dma-buf
 */
struct dma_buf_export_info {
	const char *exp_name;          /* exporter's name, outlives the buffer */
	const struct dma_buf_ops *ops; /* map, unmap and release are required */
	size_t size;                   /* bytes, not 0 */
	int flags;                     /* O_RDWR or O_RDONLY, O_CLOEXEC */
	struct dma_resv *resv; /* alive until release; NULL: one of its own */
	struct file *file; /* memory of the buffer, at least size bytes */
	void *priv;        /* exporter's, required */
};

/**
 * dma_buf_export() - make a dma-buf
 * @exp_info: see the struct; copied
 *
 * Return: a dma-buf with one reference, the caller's; it has a reference of
 * its own to the memory. ERR_PTR: -EINVAL (something required is missing),
 * -EBUSY (the memory is a dma-buf already: see dma_buf_find()), -ENOMEM,
 * -ENFILE.
 */
EXPORT_SYMBOL struct dma_buf *
dma_buf_export(const struct dma_buf_export_info *exp_info);

/**
 * dma_buf_find() - the dma-buf which a piece of memory is
 * @file: the memory
 *
 * An object whose handles were all closed can still be out there as a dma-buf
 * when it gets a handle again.
 *
 * Return: the dma-buf with a reference, or NULL.
 */
EXPORT_SYMBOL struct dma_buf *dma_buf_find(struct file *file);

/**
 * dma_buf_fd() - give a dma-buf to the program that asks
 * @dmabuf: the dma-buf
 * @flags: O_CLOEXEC for the new fd; all else is the first export's
 *
 * On success the caller's reference has passed into the fd.
 *
 * Return: an fd of the current task; or -ENFILE, -EMFILE, -ENOMEM, -ENOLCK
 * with the reference still the caller's.
 */
EXPORT_SYMBOL int dma_buf_fd(struct dma_buf *dmabuf, int flags);

/**
 * dma_buf_get() - the dma-buf behind an fd
 * @fd: an fd of the current task
 *
 * Return: the dma-buf, with a reference; ERR_PTR: -EBADF (no such fd),
 * -EINVAL (an fd of something else).
 */
EXPORT_SYMBOL struct dma_buf *dma_buf_get(int fd);

/**
 * get_dma_buf() - take another reference
 * @dmabuf: a dma-buf the caller has a reference to
 */
EXPORT_SYMBOL void get_dma_buf(struct dma_buf *dmabuf);

/**
 * dma_buf_put() - drop a reference
 * @dmabuf: the dma-buf
 *
 * If no fd or mapping is left either, the exporter's release runs now, else
 * when the last of them goes. No lock that release may take can be held.
 */
EXPORT_SYMBOL void dma_buf_put(struct dma_buf *dmabuf);

/**
 * dma_buf_attach() - begin to use a dma-buf with a device
 * @dmabuf: referenced by the caller until dma_buf_detach()
 * @dev: the device
 *
 * Return: the attachment, for dma_buf_detach(); ERR_PTR: -EINVAL (NULL given),
 * -ENOMEM, what the exporter's attach says.
 */
EXPORT_SYMBOL struct dma_buf_attachment *dma_buf_attach(struct dma_buf *dmabuf,
							struct device *dev);

/**
 * dma_buf_detach() - end dma_buf_attach()
 * @dmabuf: as given there
 * @attach: the attachment, gone afterwards
 */
EXPORT_SYMBOL void dma_buf_detach(struct dma_buf *dmabuf,
				  struct dma_buf_attachment *attach);

/**
 * dma_buf_map_attachment() - the addresses of a buffer for a device
 * @attach: the attachment
 * @dir: direction of the transfers
 *
 * Return: a table which stays the exporter's; ERR_PTR: -EINVAL (NULL given),
 * what the exporter's map_dma_buf says (NULL from it is -ENOMEM).
 */
EXPORT_SYMBOL struct sg_table *
dma_buf_map_attachment(struct dma_buf_attachment *attach,
		       enum dma_data_direction dir);

/**
 * dma_buf_unmap_attachment() - end dma_buf_map_attachment()
 * @attach: the attachment
 * @sgt: what it returned
 * @dir: as given there
 */
EXPORT_SYMBOL void dma_buf_unmap_attachment(struct dma_buf_attachment *attach,
					    struct sg_table *sgt,
					    enum dma_data_direction dir);

/**
 * dma_buf_begin_cpu_access() - the CPU is going to touch the buffer
 * @dmabuf: the dma-buf
 * @dir: DMA_FROM_DEVICE to read, DMA_TO_DEVICE to write, or both
 *
 * Asks the exporter, then sleeps until nobody is writing the buffer, or, if it
 * is to be written, using it. No lock may be held.
 *
 * Return: 0; -EINVAL (NULL given); -EINTR; -ENOMEM; what the exporter says.
 */
EXPORT_SYMBOL int dma_buf_begin_cpu_access(struct dma_buf *dmabuf,
					   enum dma_data_direction dir);

/**
 * dma_buf_end_cpu_access() - the CPU is done with it
 * @dmabuf: the dma-buf
 * @dir: as in dma_buf_begin_cpu_access()
 *
 * Return: 0; -EINVAL (NULL given); what the exporter says.
 */
EXPORT_SYMBOL int dma_buf_end_cpu_access(struct dma_buf *dmabuf,
					 enum dma_data_direction dir);

/**
 * dma_buf_mmap() - map a dma-buf for a program, from inside another mmap
 * @dmabuf: the dma-buf
 * @vma: the area; vm_pgoff is replaced by @pgoff
 * @pgoff: page offset in the buffer
 *
 * Return: 0 with vma->vm_file set and owned by the caller; -EINVAL (NULL
 * given, no mmap, beyond the end), -EOVERFLOW, what the exporter says.
 */
EXPORT_SYMBOL int dma_buf_mmap(struct dma_buf *dmabuf,
			       struct vm_area_struct *vma,
			       unsigned long pgoff);

/**
 * dma_buf_vmap() - the buffer in this process' memory
 * @dmabuf: the dma-buf
 *
 * Nests: all callers get one address.
 *
 * Return: the address, until dma_buf_vunmap(); NULL when the exporter has no
 * vmap or it fails.
 */
EXPORT_SYMBOL void *dma_buf_vmap(struct dma_buf *dmabuf);

/**
 * dma_buf_vunmap() - end one dma_buf_vmap()
 * @dmabuf: the dma-buf
 * @vaddr: what it returned
 */
EXPORT_SYMBOL void dma_buf_vunmap(struct dma_buf *dmabuf, void *vaddr);

/**
 * dma_buf_ioctl() - ioctl(2) on the fd of a dma-buf
 * @dmabuf: the dma-buf
 * @cmd: the command
 * @arg: address in the current task, or value
 *
 * Return: 0 or more; -errno as ioctl(2), -ENOTTY for an unknown command.
 */
EXPORT_SYMBOL long dma_buf_ioctl(struct dma_buf *dmabuf, unsigned int cmd,
				 unsigned long arg);

/**
 * dma_buf_poll() - is a dma-buf in use?
 * @dmabuf: the dma-buf
 *
 * Return: EPOLLIN if nobody is writing it, EPOLLOUT if nobody is using it.
 */
EXPORT_SYMBOL unsigned int dma_buf_poll(struct dma_buf *dmabuf);

/**
 * dma_buf_poll_hold() - tell somebody to wait
 * @dmabuf: referenced by the caller
 * @events: what he wants: EPOLLIN, EPOLLOUT
 *
 * As in the kernel, whose poll() keeps a dma-buf until the fence is signalled
 * that was found pending. Without memory nothing is kept.
 */
EXPORT_SYMBOL void dma_buf_poll_hold(struct dma_buf *dmabuf,
				     unsigned int events);

/**
 * dma_buf_dispatch() - let go of what dma_buf_poll_hold() kept
 *
 * Does not wait. A host calls it from time to time. No lock of the core may be
 * held.
 */
EXPORT_SYMBOL void dma_buf_dispatch(void);

/**
 * struct dma_buf_poller - somebody who follows whether a dma-buf is in use
 *
 * Embedded in its user's struct. All fields: dma_buf_poll.c.
 */
struct dma_buf_poller {
	struct dma_resv_watch watch;
	struct dma_buf *dmabuf; /* not referenced; NULL: released, or ended */
	struct list_head node;  /* dma_buf.pollers */
	void (*changed)(struct dma_buf_poller *poller, unsigned int events);
};

/**
 * dma_buf_poll_start() - follow whether a dma-buf is in use
 * @dmabuf: referenced by the caller now, but no longer than that
 * @poller: memory of the caller until dma_buf_poll_end()
 * @changed: called with what dma_buf_poll() would say, once from here and then
 * at each change, and at last with EPOLLHUP, when the dma-buf is released. A
 * lock is held under which no lock of the core may be taken and nothing waited
 * for.
 */
EXPORT_SYMBOL void dma_buf_poll_start(
	struct dma_buf *dmabuf, struct dma_buf_poller *poller,
	void (*changed)(struct dma_buf_poller *poller, unsigned int events));

/**
 * dma_buf_poll_end() - end dma_buf_poll_start()
 * @poller: as given there; its dma-buf may be gone. The callback is not running
 * when this returns. No lock that it takes can be held.
 */
EXPORT_SYMBOL void dma_buf_poll_end(struct dma_buf_poller *poller);

/**
 * dma_buf_for_each() - look at every dma-buf there is
 * @fn: called for each, under the table's lock: it may take no lock of the
 * core
 * @data: for @fn
 */
EXPORT_SYMBOL void dma_buf_for_each(void (*fn)(struct dma_buf *dmabuf,
					       void *data),
				    void *data);

#endif
