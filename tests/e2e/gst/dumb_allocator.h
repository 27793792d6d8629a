/* SPDX-License-Identifier: MIT */
/* Dumb buffers of a card as GStreamer's memory, as a video driver's plugin
 * would give them. GStreamer has this itself since 1.24. */
#ifndef UPRIME_TESTS_DUMB_ALLOCATOR_H
#define UPRIME_TESTS_DUMB_ALLOCATOR_H

#include <gst/allocators/gstdmabuf.h>

/* dumb_allocator_new - memory is a dma-buf each; @card stays the caller's and
 * must outlive the allocator */
GstAllocator *dumb_allocator_new(int card);

#endif
