/* SPDX-License-Identifier: MIT */
#include "dumb_allocator.h"

#include <fcntl.h>
#include <xf86drm.h>

typedef struct {
	GstDmaBufAllocator parent;
	int card; /* the caller's */
} DumbAllocator;

typedef struct {
	GstDmaBufAllocatorClass parent;
} DumbAllocatorClass;

G_DEFINE_TYPE(DumbAllocator, dumb_allocator, GST_TYPE_DMABUF_ALLOCATOR)

/* The dma-buf keeps the buffer: its handle is closed at once. */
static GstMemory *dumb_alloc(GstAllocator *base, gsize size,
			     GstAllocationParams *params)
{
	DumbAllocator *allocator = (DumbAllocator *)base;
	gsize whole = size + params->prefix + params->padding;
	struct drm_mode_create_dumb create = {
		.width = (guint32)whole, .height = 1, .bpp = 8};
	GstMemory *memory;
	int fd, failed;

	if (drmIoctl(allocator->card, DRM_IOCTL_MODE_CREATE_DUMB, &create)) {
		return NULL;
	}
	failed = drmPrimeHandleToFD(allocator->card, create.handle,
				    DRM_CLOEXEC | DRM_RDWR, &fd);
	drmCloseBufferHandle(allocator->card, create.handle);
	if (failed) {
		return NULL;
	}
	memory = gst_dmabuf_allocator_alloc(base, fd, create.size);
	gst_memory_resize(memory, (gssize)params->prefix, size);
	return memory;
}

static void dumb_allocator_class_init(DumbAllocatorClass *class)
{
	GST_ALLOCATOR_CLASS(class)->alloc = dumb_alloc;
}

static void dumb_allocator_init(DumbAllocator *allocator)
{
	GST_OBJECT_FLAG_UNSET(allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

GstAllocator *dumb_allocator_new(int card)
{
	DumbAllocator *allocator =
		g_object_new(dumb_allocator_get_type(), NULL);

	allocator->card = card;
	return gst_object_ref_sink(allocator);
}
