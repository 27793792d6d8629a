/* SPDX-License-Identifier: MIT */
#include "counts.h"

#include <dirent.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_property.h>
#include <drm/drm_syncobj.h>

#include "stage.h"
#include "toy.h"

int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir)) {
		n++;
	}
	closedir(dir);
	/* Not itself, "." and "..". */
	return n - 3;
}

static void count_dma_buf(struct dma_buf *dmabuf, void *data)
{
	struct counts *counts = data;
	struct dma_buf_attachment *attach;

	counts->dma_bufs++;
	counts->dma_buf_refs += (int)atomic_load(&dmabuf->refs);
	counts->vmaps += (int)dmabuf->vmapping_counter;
	list_for_each_entry (attach, &dmabuf->attachments, node) {
		counts->attachments++;
	}
}

static void count_syncobj(struct counts *counts, struct drm_syncobj *syncobj)
{
	struct list_head *node;

	counts->syncobjs++;
	counts->syncobj_refs += (int)kref_read(&syncobj->refcount);
	for (node = syncobj->cb_list.next; node != &syncobj->cb_list;
	     node = node->next) {
		counts->waits++;
	}
}

static void count_file(struct counts *counts, struct drm_file *file)
{
	struct drm_syncobj *syncobj;
	u32 handle;

	counts->files++;
	counts->file_refs += (int)kref_read(&file->refcount);
	counts->handles += (int)file->object_idr.count;
	counts->prime_dma_bufs += (int)file->prime.dmabufs.count;
	counts->prime_handles += (int)file->prime.handles.count;
	counts->mappings += (int)file->mappings.count;
	idr_for_each_entry (&file->syncobj_idr, syncobj, handle) {
		count_syncobj(counts, syncobj);
	}
}

static void count_display(struct counts *counts, struct drm_device *dev)
{
	const struct drm_mode_config *config = &dev->mode_config;
	struct drm_property_blob *blob;
	struct drm_framebuffer *fb;
	struct drm_file *file;

	list_for_each_entry (fb, &config->fb_list, head) {
		counts->framebuffers++;
		counts->fb_refs += (int)kref_read(&fb->base.refcount);
	}
	list_for_each_entry (blob, &config->property_blob_list, head_global) {
		counts->blobs++;
		counts->blob_refs += (int)kref_read(&blob->base.refcount);
	}
	list_for_each_entry (file, &dev->filelist, node) {
		counts->event_space += file->event_space;
	}
}

static void count_device(struct counts *counts, struct drm_device *dev)
{
	struct drm_gem_object *obj;
	struct drm_file *file;

	counts->device_refs += (int)kref_read(&dev->ref);
	counts->names += (int)dev->object_name_idr.count;
	counts->offsets += (int)dev->vma_nodes.count;
	list_for_each_entry (obj, &dev->objects, node) {
		counts->objects++;
		counts->object_refs += (int)kref_read(&obj->refcount);
		counts->handle_counts += (int)obj->handle_count;
		counts->object_dma_bufs += obj->dma_buf ? 1 : 0;
		/* Made when first needed, and kept: not what a failure has to
		 * undo, but the object's end. */
		if (obj->filp && file_fd_if_made(obj->filp) >= 0) {
			counts->fds--;
		}
		for (unsigned int i = 0; i < obj->vma_node.nr_files; i++) {
			counts->permissions +=
				(int)obj->vma_node.files[i].count;
		}
	}
	counts->mode_objects += (int)dev->mode_config.object_idr.count;
	counts->blob_bytes += (int)dev->mode_config.blob_bytes;
	if (dev->master) {
		counts->master_refs += (int)kref_read(&dev->master->refcount);
		counts->lessees += (int)dev->master->lessee_idr.count;
	}
	list_for_each_entry (file, &dev->filelist, node) {
		count_file(counts, file);
	}
	if (dev->mode_config.hooks) {
		count_display(counts, dev);
	}
}

void count_all(struct counts *counts)
{
	*counts = (struct counts){0};
	counts->fds = count_fds();
	dma_buf_for_each(count_dma_buf, counts);
	count_device(counts, stage.dev);
	count_device(counts, stage.far_dev);
	toy_count(&counts->pins, &counts->opened);
}

void assert_counts(const struct counts *before)
{
	struct counts now;
	int differing = 0;

	count_all(&now);
#define COMPARE_COUNT(name)                                                    \
	if (now.name != before->name) {                                        \
		print_error("%s: %d before, %d now\n", #name, before->name,    \
			    now.name);                                         \
		differing++;                                                   \
	}
	FOR_EACH_COUNT(COMPARE_COUNT)
#undef COMPARE_COUNT
	assert_int_equal(differing, 0);
}
