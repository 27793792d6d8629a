/* SPDX-License-Identifier: MIT */
/* Fences and what carries them; -1 and errno on failure, if not said. */
#ifndef CONFORM_FENCE_H
#define CONFORM_FENCE_H

#include "conform.h"
#include "uapi.h"

#include <poll.h>

#define READ	 1u /* of a dma-buf's ioctls */
#define WRITE	 2u
#define FOR_EVER (-1)
/* Milliseconds after which another thread does its part; and in which it has
 * surely done that. */
#define SOON 120
#define LATE (4 * SOON)

/* A buffer of one page, and what it takes to put fences on it. */
struct buffer {
	int file, dmabuf;
	uint32_t handle;
};

/* On card0; its dma-buf is read-write; or gives up. */
struct buffer buffer_make(void);
/* Another one on @file. */
struct buffer buffer_on(int file);

int fence_attach(int file, uint32_t handle, uint32_t flags, uint32_t *fence);
/* The fence's number; or gives up. */
uint32_t must_attach(struct buffer *buffer, uint32_t flags);
int fence_signal(int file, uint32_t fence);

/* The new sync_file. */
int sync_file_export(int dmabuf, uint32_t flags);
int sync_file_import(int dmabuf, uint32_t flags, int sync_file);
int sync_file_merge(int first, int second, const char *name);
/* The fences of the buffer, as one who writes must see them; or gives up. */
int must_export_fences(int dmabuf);
/* A sync_file of a fence of its own buffer that is pending. */
int pending_file(struct buffer *buffer);
/* All that can be said of it in one line, or the errno. */
const char *sync_file_text(int fd);

/* "0, 0" or "1, 0x5": what poll() says now for POLLIN | POLLOUT. */
const char *poll_now(int fd);
const char *poll_for(int fd, short events, int timeout_ms);

/* Milliseconds of CLOCK_MONOTONIC. */
long now_ms(void);
int64_t now_ns(void);
void sleep_ms(long ms);

/* Another thread that calls @run after SOON, or after @delay ms. */
struct later {
	long delay;
	void (*run)(void *);
	void *data;
	volatile bool began;
	unsigned long thread;
};

void later_start(struct later *later, void (*run)(void *), void *data);
void later_start_in(struct later *later, long delay, void (*run)(void *),
		    void *data);
/* "after" if the other thread did its part before this call, else "before".
 * Waits for its end. */
const char *later_end(struct later *later);

/* A handler that does nothing, for SIGUSR1. */
void handle_signal(bool restart);
/* Sends SIGUSR1 to this thread after SOON, once or every 2 ms till the end. */
struct pest {
	volatile bool stop;
	bool storm;
	unsigned long thread, victim;
};

void pest_start(struct pest *pest, bool storm);
void pest_end(struct pest *pest);

#endif
