/* SPDX-License-Identifier: MIT */
/**
 * DOC: the texts of debugfs
 *
 * Written as Linux 6.1 writes them, to the byte. Of dma-bufs a reference each
 * is taken first, as their locks come before that of the table of dma-bufs.
 * filelist_mutex is held around master_mutex, mappings_lock and the locks of
 * <linux/shmem_fs.h> here; nobody takes them the other way round.
 */
#include "debugfs.h"

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Flags of an open file that it has beside those of its mode. */
#define SET_FLAGS (O_NONBLOCK | O_APPEND | O_ASYNC | O_NOATIME)

/* The kernel's f_mode of an open dma-buf: opened, and can be sought in. */
#define F_MODE	     0x80004u
#define F_MODE_READ  1u
#define F_MODE_WRITE 2u

int debugfs_name(FILE *out, struct server *server,
		 const struct server_device *device)
{
	struct drm_device *dev = device->dev;

	(void)server;
	mutex_lock(&dev->master_mutex);
	fprintf(out, "%s dev=%s", dev->driver->name, dev->dev->name);
	if (dev->master && dev->master->unique) {
		fprintf(out, " master=%s", dev->master->unique);
	}
	fprintf(out, " unique=%s\n", dev->dev->name);
	mutex_unlock(&dev->master_mutex);
	return 0;
}

/* The name and effective user of a process that may be gone. */
static void describe_task(pid_t pid, char comm[64], unsigned int *uid)
{
	char path[64], line[128];
	FILE *file;

	strcpy(comm, "<unknown>");
	*uid = 0;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (!file) {
		return;
	}
	if (fgets(line, 64, file)) {
		line[strcspn(line, "\n")] = '\0';
		strcpy(comm, line);
	}
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file) &&
	       sscanf(line, "Uid: %*u %u", uid) != 1) {
	}
	if (file) {
		fclose(file);
	}
}

static void print_client(FILE *out, struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	bool master, authenticated;
	unsigned int uid;
	char comm[64];
	u32 magic;

	describe_task(file->pid, comm, &uid);
	mutex_lock(&dev->master_mutex);
	master = file->is_master && file->master == dev->master;
	authenticated = file->authenticated;
	magic = file->magic;
	mutex_unlock(&dev->master_mutex);
	fprintf(out, "%20s %5d %3d   %c    %c %5d %10u\n", comm, file->pid,
		file->minor->index, master ? 'y' : 'n',
		authenticated ? 'y' : 'n', (int)uid, magic);
}

int debugfs_clients(FILE *out, struct server *server,
		    const struct server_device *device)
{
	struct drm_device *dev = device->dev;
	struct drm_file *file;

	(void)server;
	fprintf(out, "%20s %5s %3s master a %5s %10s\n", "command", "pid",
		"dev", "uid", "magic");
	mutex_lock(&dev->filelist_mutex);
	list_for_each_entry (file, &dev->filelist, node) {
		print_client(out, file);
	}
	mutex_unlock(&dev->filelist_mutex);
	return 0;
}

/**
 * struct seen_name - an object with a name
 */
struct seen_name {
	struct drm_gem_object *obj; /* referenced */
	int name;
	unsigned int handles;
	unsigned long refs; /* references as Linux counts them */
};

/**
 * struct seen_names - all of them, by name
 */
struct seen_names {
	struct seen_name *names; /* owned */
	size_t nr;
};

static int collect_names(struct seen_names *seen, struct drm_device *dev)
{
	struct drm_gem_object *obj;
	u32 name;

	mutex_lock(&dev->object_name_lock);
	seen->names =
		calloc(dev->object_name_idr.count + 1, sizeof(*seen->names));
	if (!seen->names) {
		mutex_unlock(&dev->object_name_lock);
		return -ENOMEM;
	}
	idr_for_each_entry (&dev->object_name_idr, obj, name) {
		seen->names[seen->nr++] = (struct seen_name){
			.obj = obj,
			.name = obj->name,
			.handles = obj->handle_count,
			.refs = kref_read(&obj->refcount),
		};
		drm_gem_object_get(obj);
	}
	mutex_unlock(&dev->object_name_lock);
	return 0;
}

/* In the core a file has one reference to what was ever mapped through it; in
 * Linux each mapping has one, those of the dma-buf as well. */
static void count_mappings(struct seen_names *seen, struct drm_device *dev,
			   const struct memory *memory)
{
	struct drm_file *file;

	mutex_lock(&dev->filelist_mutex);
	list_for_each_entry (file, &dev->filelist, node) {
		mutex_lock(&file->mappings_lock);
		for (size_t i = 0; i < seen->nr; i++) {
			struct drm_gem_object *obj = seen->names[i].obj;

			if (u64map_find(&file->mappings, (uintptr_t)obj)) {
				seen->names[i].refs--;
			}
		}
		mutex_unlock(&file->mappings_lock);
	}
	mutex_unlock(&dev->filelist_mutex);
	for (size_t i = 0; i < seen->nr; i++) {
		seen->names[i].refs += memory[i].nr_mappings;
	}
}

static int print_names(FILE *out, struct drm_device *dev,
		       struct seen_names *seen)
{
	struct memory *memory = calloc(seen->nr + 1, sizeof(*memory));

	if (!memory) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < seen->nr; i++) {
		struct file *file = seen->names[i].obj->filp;

		if (file && file_fd_if_made(file) >= 0) {
			memory[i].dev = file->dev;
			memory[i].ino = file->ino;
		}
	}
	ls_holders(memory, seen->nr);
	count_mappings(seen, dev, memory);
	for (size_t i = 0; i < seen->nr; i++) {
		const struct seen_name *name = &seen->names[i];

		fprintf(out, "%6d %8zd %7d %8d\n", name->name,
			(ssize_t)name->obj->size, (int)name->handles,
			(int)name->refs);
	}
	free(memory);
	return 0;
}

int debugfs_gem_names(FILE *out, struct server *server,
		      const struct server_device *device)
{
	struct drm_device *dev = device->dev;
	struct seen_names seen = {0};
	int ret;

	(void)server;
	fputs("  name     size handles refcount\n", out);
	ret = collect_names(&seen, dev);
	if (!ret) {
		ret = print_names(out, dev, &seen);
	}
	for (size_t i = 0; i < seen.nr; i++) {
		drm_gem_object_put(seen.names[i].obj);
	}
	free(seen.names);
	return ret;
}

/* What the open file of a dma-buf has set, if we have it. */
static unsigned int flags_of(struct dma_buf *dmabuf)
{
	unsigned int flags = (unsigned int)dmabuf->mode;
	int set = -1;

	mutex_lock(&dmabuf->fd_lock);
	if (dmabuf->fd >= 0) {
		set = fcntl(dmabuf->fd, F_GETFL);
	}
	mutex_unlock(&dmabuf->fd_lock);
	return set < 0 ? flags : flags | ((unsigned int)set & SET_FLAGS);
}

/**
 * struct seen_buf - a dma-buf as it was found
 */
struct seen_buf {
	struct dma_buf *dmabuf; /* referenced */
	unsigned int refs;	/* in this process */
};

/**
 * struct seen_bufs - all of them, the oldest first
 */
struct seen_bufs {
	struct seen_buf *bufs; /* owned */
	size_t nr, max;
	bool failed; /* for lack of memory */
};

static void see(struct dma_buf *dmabuf, void *data)
{
	struct seen_bufs *seen = data;
	size_t max = seen->max ? 2 * seen->max : 64;
	struct seen_buf *more, *buf;

	if (seen->nr == seen->max) {
		more = reallocarray(seen->bufs, max, sizeof(*more));
		if (!more) {
			seen->failed = true;
			return;
		}
		seen->bufs = more;
		seen->max = max;
	}
	buf = &seen->bufs[seen->nr++];
	buf->refs = atomic_load(&dmabuf->refs);
	buf->dmabuf = dmabuf;
	get_dma_buf(dmabuf);
}

/* Is it mapped through a device? Those mappings are none of the dma-buf's. */
static bool is_device_mapped(struct server *server, struct dma_buf *dmabuf)
{
	struct drm_file *file;
	bool mapped = false;

	for (unsigned int i = 0; i < server->nr_devices; i++) {
		struct drm_device *dev = server->devices[i].dev;

		mutex_lock(&dev->filelist_mutex);
		list_for_each_entry (file, &dev->filelist, node) {
			mapped |= file_is_held(dmabuf->file, file->id);
		}
		mutex_unlock(&dev->filelist_mutex);
	}
	return mapped;
}

/* References to the open file: ours, fds and mappings. */
static unsigned long file_count(struct server *server,
				const struct seen_buf *buf,
				const struct memory *memory)
{
	unsigned long count = buf->refs + memory->nr_fds;

	if (memory->nr_mappings && !is_device_mapped(server, buf->dmabuf)) {
		count += memory->nr_mappings;
	}
	return count;
}

static void print_fence(struct dma_fence *fence, enum dma_resv_usage usage,
			void *data)
{
	static const char *const usages[] = {
		[DMA_RESV_USAGE_KERNEL] = "kernel",
		[DMA_RESV_USAGE_WRITE] = "write",
		[DMA_RESV_USAGE_READ] = "read",
	};
	/* Asking the fence could signal it. */
	bool signaled =
		atomic_load(&fence->flags) & 1ul << DMA_FENCE_FLAG_SIGNALED_BIT;

	if (usage <= DMA_RESV_USAGE_READ) {
		fprintf(data, "\t%s fence:%s %s seq %llu %ssignalled\n",
			usages[usage], fence->ops->get_driver_name(fence),
			fence->ops->get_timeline_name(fence),
			(unsigned long long)fence->seqno, signaled ? "" : "un");
	}
}

static unsigned int print_attachments(FILE *out, struct dma_buf *dmabuf)
{
	const struct list_head *at;
	unsigned int nr = 0;

	fputs("\tAttached Devices:\n", out);
	/* The last one first. */
	for (at = dmabuf->attachments.prev; at != &dmabuf->attachments;
	     at = at->prev) {
		fprintf(out, "\t%s\n",
			list_entry(at, struct dma_buf_attachment, node)
				->dev->name);
		nr++;
	}
	return nr;
}

static void print_buf(FILE *out, struct server *server,
		      const struct seen_buf *buf, const struct memory *memory)
{
	struct dma_buf *dmabuf = buf->dmabuf;
	unsigned long count = file_count(server, buf, memory);
	unsigned int mode = F_MODE | F_MODE_READ, nr;

	if (dmabuf->mode == O_RDWR) {
		mode |= F_MODE_WRITE;
	}
	mutex_lock(&dmabuf->lock);
	fprintf(out, "%08zu\t%08x\t%08x\t%08lu\t%s\t%08lu\t%s\n", dmabuf->size,
		flags_of(dmabuf), mode, count, dmabuf->exp_name,
		(unsigned long)dmabuf->file->ino,
		dmabuf->name[0] ? dmabuf->name : "<none>");
	dma_resv_for_each(dmabuf->resv, print_fence, out);
	nr = print_attachments(out, dmabuf);
	fprintf(out, "Total %u devices attached\n\n", nr);
	mutex_unlock(&dmabuf->lock);
}

static int print_bufs(FILE *out, struct server *server,
		      const struct seen_bufs *seen)
{
	struct memory *memory = calloc(seen->nr + 1, sizeof(*memory));
	size_t size = 0;

	if (!memory) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < seen->nr; i++) {
		memory[i].dev = seen->bufs[i].dmabuf->file->dev;
		memory[i].ino = seen->bufs[i].dmabuf->file->ino;
	}
	ls_holders(memory, seen->nr);
	for (size_t i = seen->nr; i > 0; i--) {
		print_buf(out, server, &seen->bufs[i - 1], &memory[i - 1]);
		size += seen->bufs[i - 1].dmabuf->size;
	}
	fprintf(out, "\nTotal %zu objects, %zu bytes\n", seen->nr, size);
	free(memory);
	return 0;
}

int debugfs_bufinfo(FILE *out, struct server *server,
		    const struct server_device *device)
{
	struct seen_bufs seen = {0};
	int ret = -ENOMEM;

	(void)device;
	fprintf(out,
		"\nDma-buf Objects:\n"
		"%-8s\t%-8s\t%-8s\t%-8s\texp_name\t%-8s\tname\n",
		"size", "flags", "mode", "count", "ino");
	dma_buf_for_each(see, &seen);
	if (!seen.failed) {
		ret = print_bufs(out, server, &seen);
	}
	for (size_t i = 0; i < seen.nr; i++) {
		dma_buf_put(seen.bufs[i].dmabuf);
	}
	free(seen.bufs);
	return ret;
}
