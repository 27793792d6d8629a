/* SPDX-License-Identifier: MIT */
/**
 * DOC: walking every failure
 *
 * A walk lets the first fault point of an operation fail, then the second, and
 * so on until none is left, each on a stage of its own. An operation that fails
 * must have left everything as it was, and works when it is tried again. One
 * that cannot fail (an end of something) must do its work whatever fails.
 * Tables that have grown once do not grow again: a first round of each walk,
 * in which nothing is tried again, meets the points of their growing, a second
 * one those behind.
 */
#ifndef UPRIME_TESTS_WALK_H
#define UPRIME_TESTS_WALK_H

#include "stage.h"

/**
 * struct walk - an operation
 */
struct walk {
	const char *name;
	int (*setup)(void **state); /* of the stage; NULL: toy_setup() */
	void (*prepare)(void);	    /* before counting; or NULL */
	int (*run)(void);	    /* 0 or -errno */
	void (*undo)(void);	    /* what run has made, or NULL */
	void (*finish)(void);	    /* undo prepare, or NULL */
};

/* walk_all - walk an operation, and tell how many points it has */
void walk_all(const struct walk *walk);

/* What the operation at work starts from and makes: zeroed for each step. */
extern struct at {
	u32 handle, made, name;
	int fd, made_fd;
	u64 offset;
	void *at;
	struct drm_file *file;
	struct dma_buf *dma_buf;
	struct drm_gem_object *obj;
	struct sg_table *sgt;
} at;

/* Parts of walks. */

/* at.handle: a buffer of the first file */
void prepare_buffer(void);
/* at.handle and at.fd: the same, exported */
void prepare_exported_fd(void);
/* at.handle and at.fd: a buffer of the other device, exported */
void prepare_far_buffer_fd(void);
/* at.dma_buf of that, referenced */
void prepare_far_dma_buf(void);
void finish_far_dma_buf(void);
void close_fd(void);
/* close at.made */
void undo_made(void);
/* at.handle has been closed, at.fd is left: check that the end of at.fd ends
 * the buffer; then make it anew */
void undo_last_handle(void);

#endif
