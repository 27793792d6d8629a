/* SPDX-License-Identifier: MIT */
/**
 * DOC: what a watched program tells
 *
 * A trace is memory that `uprime check` shares with the programs it watches: a
 * file named by $UPRIME_WITNESS, which each of them maps. It is a ring of
 * records of one size. Who has something to tell takes the next index
 * (trace.head) and with it a place in the order of all, fills the record in,
 * and publishes it by storing index + 1 in its `done`. The reader follows
 * (trace.tail); who is a whole ring ahead of it waits.
 *
 * What ends something (close) takes its index before the call, what makes
 * something after it: so no number is seen twice in use.
 */
#ifndef UPRIME_TRACE_H
#define UPRIME_TRACE_H

#include <stdatomic.h>
#include <stdint.h>

#define TRACE_ENV     "UPRIME_WITNESS"
#define TRACE_MAGIC   0x75707277u
#define TRACE_RECORDS 16384u /* a power of 2 */
#define TRACE_FRAMES  32
#define TRACE_PATH    (TRACE_FRAMES * 8)

/* trace.options */
#define TRACE_ACCESS (1u << 0) /* look at accesses of memory, too */

enum trace_op {
	/* The process. */
	TRACE_START = 1, /* a program begins: parent's pid; path: of it */
	TRACE_INHERIT,	 /* ... with an fd: fd, kind, identity, rdev */
	TRACE_MODULE,	 /* code: bias, first, end; path */
	TRACE_FORK,	 /* a child begins: parent's pid */
	TRACE_EXIT,	 /* it ends: status */

	/* Fds. */
	TRACE_OPEN,  /* a device: fd, rdev, flags */
	TRACE_FD,    /* an fd was made: fd, kind, device's fd (or -1), identity,
			id it was made of (or 0), flags */
	TRACE_CLOSE, /* fd */
	TRACE_DUP,   /* fd, new fd, flags */
	TRACE_SEND,  /* fd was sent to others: fd */
	TRACE_RECV,  /* fd came from others: fd, kind, identity, rdev */

	/* Ids of an open device. */
	TRACE_ACQUIRE, /* device's fd, kind, id, size; imports: fd, identity */
	TRACE_RELEASE, /* device's fd, kind, id */
	TRACE_USE,     /* device's fd, kind, id */

	/* Memory. */
	TRACE_MAP,	      /* fd, address, bytes, prot, offset */
	TRACE_UNMAP,	      /* address, bytes, where it is now or 0 */
	TRACE_SYNC,	      /* fd, flags, ns it took */
	TRACE_ACCESS_MISSING, /* without START: address, 1: a write, mapping */

	/* Waiting. */
	TRACE_WAIT, /* device's fd or fd, ns it took, ns it was allowed */
};

enum trace_kind {
	TRACE_KIND_NONE,
	/* ids */
	TRACE_KIND_HANDLE,
	TRACE_KIND_FB,
	TRACE_KIND_BLOB,
	TRACE_KIND_SYNCOBJ,
	TRACE_KIND_FENCE, /* vgem's */
	/* fds */
	TRACE_KIND_DEVICE,
	TRACE_KIND_DMABUF,
	TRACE_KIND_SYNC_FILE,
	TRACE_KIND_SYNCOBJ_FD,
	/* memory */
	TRACE_KIND_MAPPING,
};

/* How many arguments a record has; their meaning is above, in this order. */
#define TRACE_ARGS 7

/**
 * struct trace_record - one thing that happened
 */
struct trace_record {
	_Atomic uint64_t done; /* index + 1 once the rest is valid */
	uint64_t time;	       /* ns of CLOCK_MONOTONIC */
	_Atomic int32_t pid;   /* set first: who is to publish it */
	int32_t tid;
	uint16_t op; /* enum trace_op */
	uint16_t nr_frames;
	int32_t ret;   /* what the call returned, or -errno */
	uint32_t call; /* the ioctl's command; else 0 */
	uint32_t pad;
	int64_t args[TRACE_ARGS];
	union {
		uint64_t frames[TRACE_FRAMES]; /* return addresses, innermost
						  first */
		char path[TRACE_PATH];
	};
};

/**
 * struct trace - the memory
 */
struct trace {
	uint32_t magic;	  /* constant */
	uint32_t options; /* constant */
	_Atomic uint64_t head, tail;
	_Atomic uint32_t closed; /* nobody reads any more */
	uint32_t pad[9];
	struct trace_record records[TRACE_RECORDS];
};

#endif
