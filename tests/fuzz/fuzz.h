/* SPDX-License-Identifier: MIT */
/*
 * A program that asks the displays of its session for anything, from many
 * processes and threads. What a request is depends on the seed, the thread and
 * its number alone; which ids and handles it names is what the answers before
 * have left in the pools.
 */
#ifndef UPRIME_TESTS_FUZZ_H
#define UPRIME_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kms_uapi.h"

/**
 * struct dice - the numbers that make one request
 */
struct dice {
	uint64_t state;
};

void dice_init(struct dice *dice, uint64_t seed, uint64_t thread, uint64_t nr);
uint64_t roll64(struct dice *dice);
/* 0 to @sides - 1 */
unsigned int roll(struct dice *dice, unsigned int sides);
static inline bool one_in(struct dice *dice, unsigned int sides)
{
	return roll(dice, sides) == 0;
}

/* What a process has been given and may name again. All its threads put in and
 * take out as they like: that two of them close one fd is wanted. */
enum pool {
	POOL_CARD,     /* fds of the nodes of all devices, and of lessees */
	POOL_BUF,      /* fds of dma-bufs */
	POOL_SYNC,     /* fds of sync files and of syncobjs */
	POOL_TIMELINE, /* fds of sw_sync */
	POOL_FDS = POOL_TIMELINE,
	POOL_HANDLE,
	POOL_FB,
	POOL_BLOB,
	POOL_LESSEE,
	POOL_SYNCOBJ,
	POOL_NAME, /* flink */
	POOL_MAGIC,
	POOL_FENCE, /* numbers of vgem's fences */
	NR_POOLS,
};

#define POOL_SIZE 24

/* 0, or -1 for fds, where nothing is */
int pool_pick(struct dice *dice, enum pool pool);
/* What was there before is forgotten; an fd is closed. */
void pool_put(struct dice *dice, enum pool pool, int value);
/* As pick, but it is gone from the pool. */
int pool_take(struct dice *dice, enum pool pool);
void pools_init(void);

/* What a display has: it is read once, before there are any processes. */
#define MAX_OBJECTS 64
#define MAX_PROPS   40

struct object {
	uint32_t id, type;
	uint32_t nr_props;
	struct {
		uint32_t id;
		uint64_t value;
		uint32_t flags, nr_values;
		uint64_t values[8];
		char name[32];
	} props[MAX_PROPS];
};

struct display {
	struct object objects[MAX_OBJECTS];
	unsigned int nr;
	struct drm_mode_modeinfo modes[16];
	unsigned int nr_modes;
};

extern struct display display;

void display_read(int card);
/* All properties as they were read, which is off. 0 or -1 */
int display_restore(int card);
const struct object *some_object(struct dice *dice, uint32_t type);
uint32_t some_id(struct dice *dice, uint32_t type);
/* Of a type, from the first one on, and round again. */
const struct object *nth_object(uint32_t type, unsigned int nth);
/* Of those that stand where the parts of a CRTC do. */
const struct object *part_of(unsigned int crtc, uint32_t type,
			     unsigned int nth);
/* The card that was master last, or any other. */
int some_master(struct dice *dice);
void become_master(int card);

/* A number: small, a power of two or near it, or any at all. */
uint32_t some_number(struct dice *dice);
uint64_t some_number64(struct dice *dice);
/* An address: mostly of @data, else of nothing or of read-only memory. */
uint64_t some_address(struct dice *dice, void *data);
void addresses_init(void);
struct drm_mode_modeinfo some_mode(struct dice *dice);

/* An ioctl, counted. */
int request(int fd, unsigned long cmd, void *arg);
extern uint64_t *nr_requests; /* of all processes */

/* What a request can be about. */
void fuzz_buffers(struct dice *dice);
void fuzz_show(struct dice *dice);
void fuzz_atomic(struct dice *dice);
void fuzz_objects(struct dice *dice);
void fuzz_events(struct dice *dice);
void fuzz_leases(struct dice *dice);
void fuzz_fences(struct dice *dice);
void fuzz_files(struct dice *dice);
void fuzz_seats(struct dice *dice);
void fuzz_bytes(struct dice *dice);

/* A socket on which all processes give each other fds. */
extern int exchange[2];

/* A process: @nr threads, until it is killed. It begins with an open card. */
void worker_run(uint64_t seed, unsigned int worker, unsigned int nr, int card);

#endif
