/* SPDX-License-Identifier: MIT */
/**
 * DOC: sealed memfds
 *
 * See <linux/shmem_fs.h> for what a file is and how its holders are known.
 * Here: making, viewing and re-opening it. Watching it is in file_watch.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "proc_path.h"

/* Frames of different files are never neighbours: a gap of one is left. The
 * first ones lie above 4 GiB, out of reach of a device with a 32-bit mask. */
static atomic_ulong next_pfn = 1ul << (32 - PAGE_SHIFT);

/* What a library may say to its caller when the process is out of fds. */
static int file_errno(int err)
{
	switch (err) {
	case EMFILE:
		return -ENFILE;
	case EFBIG:
		return -EINVAL;
	default:
		return -err;
	}
}

static int make_memfd(const char *name, u64 size)
{
	int fd, ret;

	fd = fault_point() ? (errno = EMFILE, -1)
			   : memfd_create(name,
					  MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		return file_errno(errno);
	}
	if (fault_point() ? (errno = ENOMEM, true)
			  : ftruncate(fd, (off_t)size) ||
				    fcntl(fd, F_ADD_SEALS,
					  F_SEAL_SHRINK | F_SEAL_GROW |
						  F_SEAL_SEAL)) {
		ret = file_errno(errno);
		close(fd);
		return ret;
	}
	return fd;
}

/* Give a file its memory and identity. */
static int make_memory(struct file *file)
{
	struct stat st;
	int fd, ret;

	lockdep_assert_held(&file->lock);
	fd = make_memfd(file->name, file->size);
	if (fd < 0) {
		return fd;
	}
	if (fault_point() ? (errno = ENOMEM, true) : fstat(fd, &st)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	file->ino = st.st_ino;
	file->dev = st.st_dev;
	/* Whoever sees the fd sees the identity. */
	atomic_store_explicit(&file->fd, fd, memory_order_release);
	return fd;
}

int file_fd(struct file *file)
{
	int fd = file_fd_if_made(file);

	if (fd >= 0) {
		return fd;
	}
	mutex_lock(&file->lock);
	fd = file_fd_if_made(file);
	if (fd < 0) {
		fd = make_memory(file);
	}
	mutex_unlock(&file->lock);
	return fd;
}

struct file *shmem_file_setup(const char *name, u64 size)
{
	struct file *file;

	if (!size || size > INT64_MAX || size & ~PAGE_MASK) {
		return ERR_PTR(-EINVAL);
	}
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file) {
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&file->ref);
	mutex_init(&file->lock);
	INIT_LIST_HEAD(&file->watches);
	INIT_LIST_HEAD(&file->ask);
	atomic_init(&file->fd, -1);
	file->wd = -1;
	file->name = name;
	file->size = size;
	return file;
}

struct file *get_file(struct file *file)
{
	kref_get(&file->ref);
	return file;
}

static void file_free(struct kref *ref)
{
	struct file *file = container_of(ref, struct file, ref);

	WARN_ON(!list_empty(&file->watches));
	if (file->vaddr) {
		munmap(file->vaddr, file->size);
	}
	kfree(file->pages);
	if (file_fd_if_made(file) >= 0) {
		close(file_fd_if_made(file));
	}
	mutex_destroy(&file->lock);
	kfree(file);
}

void fput(struct file *file)
{
	kref_put(&file->ref, file_free);
}

/* Page structs for a file, with a guard that no page of another file's array
 * can follow, so that neighbours are told by their address alone. */
static struct page *make_pages(struct file *file)
{
	unsigned long n = file->size >> PAGE_SHIFT, pfn;
	struct page *pages;

	pages = kmalloc_array(n + 1, sizeof(*pages), GFP_KERNEL);
	if (!pages) {
		return NULL;
	}
	pfn = atomic_fetch_add_explicit(&next_pfn, n + 1,
					memory_order_relaxed);
	for (unsigned long i = 0; i < n; i++) {
		pages[i] = (struct page){.pfn = pfn + i, .mapping = file};
	}
	pages[n] = (struct page){0};
	return pages;
}

struct page *shmem_file_pages(struct file *file)
{
	struct page *pages;

	mutex_lock(&file->lock);
	if (!file->pages) {
		file->pages = make_pages(file);
	}
	pages = file->pages;
	mutex_unlock(&file->lock);
	return pages ? pages : ERR_PTR(-ENOMEM);
}

/* Map a file's memory, made if it is not there yet. ERR_PTR. */
static void *map_memory(struct file *file)
{
	void *vaddr;
	int fd;

	lockdep_assert_held(&file->lock);
	fd = file_fd_if_made(file);
	if (fd < 0) {
		fd = make_memory(file);
	}
	if (fd < 0) {
		return ERR_PTR(fd);
	}
	vaddr = fault_point() ? MAP_FAILED
			      : mmap(NULL, file->size, PROT_READ | PROT_WRITE,
				     MAP_SHARED, fd, 0);
	return vaddr == MAP_FAILED ? ERR_PTR(-ENOMEM) : vaddr;
}

void *shmem_file_vaddr(struct file *file)
{
	void *vaddr;

	mutex_lock(&file->lock);
	vaddr = file->vaddr;
	if (!vaddr) {
		vaddr = map_memory(file);
		file->vaddr = IS_ERR(vaddr) ? NULL : vaddr;
	}
	mutex_unlock(&file->lock);
	return vaddr;
}

void *page_address(struct page *page)
{
	char *vaddr = shmem_file_vaddr(page->mapping);

	if (IS_ERR(vaddr)) {
		return NULL;
	}
	return vaddr + ((u64)(page - page->mapping->pages) << PAGE_SHIFT);
}

static struct flock holder_lock(short type, u64 holder)
{
	return (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)holder,
		.l_len = 1,
	};
}

int file_reopen(struct file *file, int oflag, u64 holder)
{
	struct flock lock = holder_lock(F_RDLCK, holder);
	char path[PROC_PATH_MAX];
	int memory, fd, ret;

	memory = file_fd(file);
	if (memory < 0) {
		return memory;
	}
	proc_path(path, memory);
	fd = fault_point() ? (errno = EMFILE, -1)
			   : open(path, (oflag & O_ACCMODE) | O_CLOEXEC);
	if (fd < 0) {
		return file_errno(errno);
	}
	if (fault_point() ? (errno = ENOLCK, true)
			  : fcntl(fd, F_OFD_SETLK, &lock)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

bool file_is_held(struct file *file, u64 holder)
{
	struct flock lock = holder_lock(F_WRLCK, holder);
	int fd = file_fd_if_made(file);

	/* Memory is rather kept than freed: an error means "held". */
	return fd >= 0 && (fcntl(fd, F_OFD_GETLK, &lock) ||
			   lock.l_type != F_UNLCK);
}
