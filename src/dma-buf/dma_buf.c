/* SPDX-License-Identifier: MIT */
/**
 * DOC: the life of a dma-buf
 *
 * <linux/dma-buf.h> names the three states: held, away, released. Changes
 * between them happen under the dma-buf's fd_lock:
 *
 *  held -> away      the last dma_buf_put() finds that fds are out: our copy of
 *                    the description is closed and a watch set.
 *  away -> held      dma_buf_get() of an fd that came back; the fd *is* the
 *                    description, and a copy of it is kept.
 *  held -> released  the last dma_buf_put() finds nobody.
 *  away -> released  the watch's callback finds nobody.
 *
 * Who takes it out of the table, which nobody can who finds that there are
 * references, does the release, without locks: release drops references to
 * objects and devices, and those of an imported object drop other dma-bufs.
 *
 * Where our copy of the description is there to stay (dma_buf.kept), as it is
 * from the first fd on that was given out, no lock is needed to give another.
 *
 * Lock order: dma_buf.fd_lock, then table_lock, the locks of
 * <linux/shmem_fs.h>. The watch is never ended under fd_lock, as its callback
 * takes it.
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/slab.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uprime/host.h>
#include <uprime/idr.h>
#include <uprime/u64map.h>

#include "../host/fault.h"
#include "../wire/ledger.h"
#include "internal.h"

static DEFINE_MUTEX(table_lock);
static struct u64map table; /* inode -> dma-buf; table_lock */
static struct idr numbers;  /* number -> dma-buf; table_lock */
static LIST_HEAD(all);      /* dma_buf.node; table_lock */

static void dma_buf_free(struct dma_buf *dmabuf)
{
	dma_resv_fini(&dmabuf->own_resv);
	mutex_destroy(&dmabuf->fd_lock);
	mutex_destroy(&dmabuf->lock);
	kfree(dmabuf);
}

/* A number that no dma-buf had before, neither of ours nor, most probably, of
 * another process. */
static u64 next_tag(void)
{
	static bool begun; /* table_lock */
	static u64 tag;	   /* table_lock */

	lockdep_assert_held(&table_lock);
	if (!begun) {
		begun = getrandom(&tag, sizeof(tag), 0) == sizeof(tag);
	}
	return tag++;
}

/* Enter a new dma-buf. -EBUSY: its memory is one already; -ENOMEM. */
static int enter(struct dma_buf *dmabuf, struct file *file)
{
	int ret;

	lockdep_assert_held(&table_lock);
	if (u64map_find(&table, file->ino)) {
		return -EBUSY;
	}
	ret = idr_alloc(&numbers, dmabuf);
	if (ret < 0) {
		return ret;
	}
	dmabuf->number = (u32)ret;
	ret = u64map_insert(&table, file->ino, dmabuf);
	if (ret) {
		idr_remove(&numbers, dmabuf->number);
		return ret;
	}
	dmabuf->position = ledger_position(next_tag(), dmabuf->number);
	dmabuf->file = get_file(file);
	list_add_tail(&dmabuf->node, &all);
	return 0;
}

struct dma_buf *dma_buf_export(const struct dma_buf_export_info *exp_info)
{
	const struct dma_buf_ops *ops = exp_info->ops;
	struct dma_buf *dmabuf;
	int ret;

	if (!exp_info->priv || !ops || !ops->map_dma_buf ||
	    !ops->unmap_dma_buf || !ops->release || !exp_info->file ||
	    !exp_info->size || exp_info->size > exp_info->file->size) {
		return ERR_PTR(-EINVAL);
	}
	/* The memory's inode is what the table knows it by. */
	ret = file_fd(exp_info->file);
	if (ret < 0) {
		return ERR_PTR(ret);
	}
	dmabuf = kzalloc(sizeof(*dmabuf), GFP_KERNEL);
	if (!dmabuf) {
		return ERR_PTR(-ENOMEM);
	}
	mutex_init(&dmabuf->lock);
	mutex_init(&dmabuf->fd_lock);
	INIT_LIST_HEAD(&dmabuf->attachments);
	dmabuf->size = exp_info->size;
	dmabuf->ops = ops;
	dmabuf->priv = exp_info->priv;
	dmabuf->exp_name = exp_info->exp_name;
	dma_resv_init(&dmabuf->own_resv);
	dmabuf->resv = exp_info->resv ? exp_info->resv : &dmabuf->own_resv;
	INIT_LIST_HEAD(&dmabuf->pollers);
	dmabuf->mode = exp_info->flags & O_ACCMODE;
	dmabuf->fd = -1;
	atomic_init(&dmabuf->refs, 1);

	mutex_lock(&table_lock);
	ret = enter(dmabuf, exp_info->file);
	mutex_unlock(&table_lock);
	if (ret) {
		goto err_free;
	}
	return dmabuf;

err_free:
	dma_buf_free(dmabuf);
	return ERR_PTR(ret);
}

/* Is it out there, apart from our own copy of the description, if any? */
static bool is_away(struct dma_buf *dmabuf)
{
	lockdep_assert_held(&dmabuf->fd_lock);
	return dmabuf->given &&
	       file_is_held(dmabuf->file, FILE_HOLDER_DMA_BUF);
}

/* Take it out of the table, unless somebody has got a reference meanwhile. */
static bool make_dead(struct dma_buf *dmabuf)
{
	lockdep_assert_held(&dmabuf->fd_lock);
	mutex_lock(&table_lock);
	if (!atomic_load(&dmabuf->refs)) {
		dmabuf->dead = true;
		u64map_remove(&table, dmabuf->file->ino);
		idr_remove(&numbers, dmabuf->number);
		list_del_init(&dmabuf->node);
	}
	mutex_unlock(&table_lock);
	return dmabuf->dead;
}

static void release(struct dma_buf *dmabuf)
{
	struct file *file = dmabuf->file;

	WARN_ON(!list_empty(&dmabuf->attachments));
	WARN_ON(dmabuf->vmapping_counter);
	if (dmabuf->watched) {
		file_unwatch(&dmabuf->watch);
	}
	dma_buf_poll_end_all(dmabuf);
	dmabuf->ops->release(dmabuf);
	fput(file);
	dma_buf_free(dmabuf);
}

/* Something was closed that may have been the last of a dma-buf. */
static void description_closed(struct file_watch *watch)
{
	struct dma_buf *dmabuf = container_of(watch, struct dma_buf, watch);
	bool mine;

	mutex_lock(&dmabuf->fd_lock);
	mine = !dmabuf->dead && !atomic_load(&dmabuf->refs) &&
	       !is_away(dmabuf) && make_dead(dmabuf);
	mutex_unlock(&dmabuf->fd_lock);
	if (mine) {
		release(dmabuf);
	}
}

/* The last reference is gone. Returns true if nobody else has it either. */
static bool let_go(struct dma_buf *dmabuf)
{
	if (dmabuf->fd >= 0) {
		close(dmabuf->fd);
		dmabuf->fd = -1;
	}
	if (is_away(dmabuf)) {
		if (!dmabuf->watched) {
			dmabuf->watched = true;
			file_watch(dmabuf->file, &dmabuf->watch,
				   description_closed);
		}
		/* It may have been closed before the watch was set. */
		if (is_away(dmabuf)) {
			return false;
		}
	}
	return make_dead(dmabuf);
}

void get_dma_buf(struct dma_buf *dmabuf)
{
	atomic_fetch_add_explicit(&dmabuf->refs, 1, memory_order_relaxed);
}

/* Drop what may be the last reference. True if it was: whoever finds the
 * dma-buf from now on finds as well that our copy of its description goes. */
static bool drop_reference(struct dma_buf *dmabuf)
{
	bool last;

	lockdep_assert_held(&dmabuf->fd_lock);
	mutex_lock(&table_lock);
	last = atomic_fetch_sub(&dmabuf->refs, 1) == 1;
	if (last) {
		atomic_store_explicit(&dmabuf->kept, false,
				      memory_order_relaxed);
	}
	mutex_unlock(&table_lock);
	return last;
}

void dma_buf_put(struct dma_buf *dmabuf)
{
	unsigned int old = atomic_load(&dmabuf->refs);
	bool gone = false;

	while (old > 1) {
		if (atomic_compare_exchange_weak(&dmabuf->refs, &old,
						 old - 1)) {
			return;
		}
	}
	mutex_lock(&dmabuf->fd_lock);
	if (drop_reference(dmabuf)) {
		gone = let_go(dmabuf);
	}
	mutex_unlock(&dmabuf->fd_lock);
	if (gone) {
		release(dmabuf);
	}
}

struct dma_buf *dma_buf_find(struct file *file)
{
	struct dma_buf *dmabuf;

	if (file_fd_if_made(file) < 0) {
		return NULL;
	}
	mutex_lock(&table_lock);
	dmabuf = u64map_find(&table, file->ino);
	if (dmabuf) {
		get_dma_buf(dmabuf);
	}
	mutex_unlock(&table_lock);
	return dmabuf;
}

/* Our copy of the description is the one that is out there, and stays. */
static void keep(struct dma_buf *dmabuf)
{
	lockdep_assert_held(&dmabuf->fd_lock);
	dmabuf->fresh = false;
	atomic_store_explicit(&dmabuf->kept, true, memory_order_release);
}

bool dma_buf_is_kept(struct dma_buf *dmabuf)
{
	return atomic_load_explicit(&dmabuf->kept, memory_order_acquire);
}

/* The description that everybody gets, with its position. */
static int open_description(struct dma_buf *dmabuf)
{
	int fd = file_reopen(dmabuf->file, dmabuf->mode, FILE_HOLDER_DMA_BUF);

	/* Only programs look at it; what they cannot know they ask. */
	if (fd >= 0 && dmabuf->position) {
		lseek(fd, (off_t)dmabuf->position, SEEK_SET);
	}
	return fd;
}

/* Begin to give the dma-buf out: its description, which is opened if we have
 * no copy of it, stays in dmabuf->fd until end_giving(). -errno, and then, too,
 * end_giving() follows. */
static int begin_giving(struct dma_buf *dmabuf)
{
	int ret = 0;

	mutex_lock(&dmabuf->fd_lock);
	dmabuf->giving++;
	if (dmabuf->fd < 0) {
		dmabuf->fd = open_description(dmabuf);
		dmabuf->fresh = dmabuf->fd >= 0;
	}
	if (dmabuf->fd < 0) {
		ret = dmabuf->fd;
		dmabuf->fd = -1;
	}
	mutex_unlock(&dmabuf->fd_lock);
	return ret;
}

/* What was opened to be given out and was not is closed again, unless another
 * thread is still about to give it out. */
static void end_giving(struct dma_buf *dmabuf, bool given)
{
	mutex_lock(&dmabuf->fd_lock);
	dmabuf->giving--;
	if (given) {
		dmabuf->given = true;
		keep(dmabuf);
	} else if (dmabuf->fresh && !dmabuf->giving) {
		close(dmabuf->fd);
		dmabuf->fd = -1;
		dmabuf->fresh = false;
	}
	mutex_unlock(&dmabuf->fd_lock);
}

int dma_buf_give(struct dma_buf *dmabuf, int flags)
{
	struct task *task = current_task();
	bool cloexec = flags & O_CLOEXEC;
	int ret;

	if (dma_buf_is_kept(dmabuf)) {
		return task->ops->fd_give(task, dmabuf->fd, cloexec);
	}
	ret = begin_giving(dmabuf);
	if (!ret) {
		ret = task->ops->fd_give(task, dmabuf->fd, cloexec);
	}
	end_giving(dmabuf, ret >= 0);
	return ret;
}

int dma_buf_fd(struct dma_buf *dmabuf, int flags)
{
	int ret = dma_buf_give(dmabuf, flags);

	if (ret >= 0) {
		dma_buf_put(dmabuf);
	}
	return ret;
}

/* The C library's fstat() asks by an empty path, where it can be done without,
 * and that takes longer. */
static int stat_fd(int fd, struct stat *st)
{
#if defined(SYS_fstat) && __SIZEOF_LONG__ == 8
	return (int)syscall(SYS_fstat, fd, st);
#else
	return fstat(fd, st);
#endif
}

int dma_buf_look(struct dma_buf_look *look, int fd)
{
	struct task *task = current_task();
	struct stat st;
	int flags;

	look->fd = task->ops->fd_get(task, fd);
	if (look->fd < 0) {
		return look->fd;
	}
	/* An fd that is only a path is no open file to the kernel. */
	flags = fcntl(look->fd, F_GETFL);
	if (flags < 0 || flags & O_PATH || stat_fd(look->fd, &st)) {
		dma_buf_look_end(look);
		return -EBADF;
	}
	look->ino = st.st_ino;
	look->dev = st.st_dev;
	return 0;
}

void dma_buf_look_end(struct dma_buf_look *look)
{
	struct task *task = current_task();

	task->ops->fd_put(task, look->fd);
}

/* Is this fd the one open description which everybody has? Only a lock of
 * another description is in the way of a lock through this one. */
static bool is_description(struct dma_buf *dmabuf, int fd)
{
	struct flock lock = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = FILE_HOLDER_DMA_BUF,
		.l_len = 1,
	};
	struct stat st;

	return !fstat(fd, &st) && st.st_ino == dmabuf->file->ino &&
	       st.st_dev == dmabuf->file->dev && is_away(dmabuf) &&
	       !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type == F_UNLCK;
}

/* An fd came back, of a dma-buf of whose description we may have no copy. */
static void take_back(struct dma_buf *dmabuf, int fd)
{
	int copy = -1;

	mutex_lock(&dmabuf->fd_lock);
	if (dmabuf->fd < 0) {
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	}
	/* The fd can be another's by now: what counts is the copy. */
	if (copy >= 0 && is_description(dmabuf, copy)) {
		dmabuf->fd = copy;
		keep(dmabuf);
		copy = -1;
	}
	mutex_unlock(&dmabuf->fd_lock);
	if (copy >= 0) {
		close(copy);
	}
}

struct dma_buf *dma_buf_look_get(const struct dma_buf_look *look)
{
	struct dma_buf *dmabuf;

	mutex_lock(&table_lock);
	dmabuf = u64map_find(&table, look->ino);
	if (!dmabuf || dmabuf->file->dev != look->dev) {
		mutex_unlock(&table_lock);
		return ERR_PTR(-EINVAL);
	}
	get_dma_buf(dmabuf);
	mutex_unlock(&table_lock);
	if (!dma_buf_is_kept(dmabuf)) {
		take_back(dmabuf, look->fd);
	}
	return dmabuf;
}

struct dma_buf *dma_buf_get(int fd)
{
	struct dma_buf_look look;
	struct dma_buf *dmabuf;
	int ret;

	ret = dma_buf_look(&look, fd);
	if (ret) {
		return ERR_PTR(ret);
	}
	dmabuf = dma_buf_look_get(&look);
	dma_buf_look_end(&look);
	return dmabuf;
}

void dma_buf_for_each(void (*fn)(struct dma_buf *dmabuf, void *data),
		      void *data)
{
	struct dma_buf *dmabuf;

	mutex_lock(&table_lock);
	list_for_each_entry(dmabuf, &all, node) {
		fn(dmabuf, data);
	}
	mutex_unlock(&table_lock);
}
