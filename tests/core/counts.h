/* SPDX-License-Identifier: MIT */
/* Everything of the stage that can be counted, to be compared before and
 * after. */
#ifndef UPRIME_TESTS_COUNTS_H
#define UPRIME_TESTS_COUNTS_H

#define FOR_EACH_COUNT(x)                                                      \
	x(fds) /* of this process, but for the memory of objects */            \
		x(dma_bufs) x(dma_buf_refs) x(attachments) /* of dma-bufs */   \
		x(vmaps)				   /* of dma-bufs */   \
		x(device_refs) x(objects) x(object_refs)                       \
			x(handle_counts) /* of objects */                      \
		x(object_dma_bufs)	 /* objects that know theirs */        \
		x(names) x(offsets)	 /* for mmap */                        \
		x(permissions)		 /* of files to map an object */       \
		x(files) x(file_refs) x(handles) /* of files */                \
		x(prime_dma_bufs)		 /* known to files */          \
		x(prime_handles)		 /* known to files */          \
		x(mappings)			 /* of files */                \
		x(mode_objects) x(blob_bytes)	 /* of displays */             \
		x(master_refs) x(lessees)	 /* of the masters now */      \
		x(syncobjs)			 /* handles of files */        \
		x(syncobj_refs) x(waits)	 /* of those */                \
		x(framebuffers) x(fb_refs)	 /* of displays */             \
		x(blobs) x(blob_refs)		 /* of displays */             \
		x(event_space)			 /* of files */                \
		x(pins)				 /* of toys */                 \
		x(opened) /* handles that toys have seen */

struct counts {
#define COUNT_FIELD(name) int name;
	FOR_EACH_COUNT(COUNT_FIELD)
#undef COUNT_FIELD
};

/* count_all - count what is on the stage */
void count_all(struct counts *counts);

/* assert_counts - fail the test, naming what differs from before */
void assert_counts(const struct counts *before);

int count_fds(void);

#endif
