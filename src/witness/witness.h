/* SPDX-License-Identifier: MIT */
/**
 * DOC: the witness's inside
 *
 * A library which is loaded into programs under `uprime check`, before all
 * others. It changes nothing: each wrapper calls the next layer with what it
 * was given and tells the trace what came of it, with the stack.
 *
 * It runs in somebody else's program, so: no locks, no malloc, no stdio; state
 * is atomics. A thread that is inside of the witness passes through its
 * wrappers (the unwinder calls libc, too).
 */
#ifndef UPRIME_WITNESS_H
#define UPRIME_WITNESS_H

#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _LARGEFILE64_SOURCE
#define _LARGEFILE64_SOURCE
#endif

/* The C library promises the compiler that nobody passes NULL: they do. */
#define __attribute_nonnull__(params)

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "trace.h"

#define WRAPPER	      __attribute__((visibility("default")))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- next.c: what the wrappers hide ---- */

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);
int close_range(unsigned int first, unsigned int last, int flags);
void closefrom(int low);

#define NEXT_FUNCTIONS(X)                                                      \
	X(open)                                                                \
	X(open64)                                                              \
	X(openat)                                                              \
	X(openat64)                                                            \
	X(__open_2)                                                            \
	X(__open64_2)                                                          \
	X(__openat_2)                                                          \
	X(__openat64_2)                                                        \
	X(close)                                                               \
	X(close_range)                                                         \
	X(closefrom)                                                           \
	X(dup)                                                                 \
	X(dup2)                                                                \
	X(dup3)                                                                \
	X(fcntl)                                                               \
	X(fcntl64)                                                             \
	X(ioctl)                                                               \
	X(mmap)                                                                \
	X(mmap64)                                                              \
	X(munmap)                                                              \
	X(mremap)                                                              \
	X(sendmsg)                                                             \
	X(recvmsg)                                                             \
	X(sigaction)                                                           \
	X(_exit)                                                               \
	X(_Exit)

/**
 * struct next - the functions which ours stand before
 */
struct next {
#define NEXT_MEMBER(name) __typeof__(name) *name;
	NEXT_FUNCTIONS(NEXT_MEMBER)
#undef NEXT_MEMBER
};

const struct next *next(void);

/* ---- ring.c: telling ---- */

/**
 * struct witness_thread - a thread's own
 */
struct witness_thread {
	unsigned int inside; /* its wrappers pass through */
	int tid;	     /* or 0 */
};

extern _Thread_local struct witness_thread witness_thread
	__attribute__((tls_model("initial-exec")));

/* Whether this call is to be looked at; then ring_leave() must follow. */
bool ring_enter(void);
void ring_leave(void);
/* The trace's options. */
uint32_t ring_options(void);

/* Begin a record, with the stack; NULL: nobody reads. Its place in the order
 * is taken. */
struct trace_record *ring_begin(enum trace_op op);
void ring_end(struct trace_record *record, int ret);
/* All of it at once. */
void ring_tell(enum trace_op op, int ret, uint32_t call, const int64_t *args,
	       size_t nr_args);
#define tell(op, ret, call, ...)                                               \
	ring_tell((op), (ret), (call), (const int64_t[]){__VA_ARGS__},         \
		  sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
/* The child of a fork begins. */
void ring_in_child(void);
int64_t ring_clock(void);
/* The program's path. */
const char *ring_program(void);
/* Code was loaded. */
void ring_tell_module(const char *path, int64_t bias, int64_t first,
		      int64_t end);

/* ---- modules.c: where code is ---- */

/* Tell of all code that was loaded since the last time. */
void modules_tell(void);
void modules_forget(void);

/* ---- fds.c: which fds count ---- */

bool fds_has(int fd);
/* Whether it counted at any time. */
bool fds_had(int fd);
void fds_add(int fd);
void fds_remove(int fd);

/* What an fd is, by asking the system. */
struct fd_look {
	enum trace_kind kind; /* NONE: not of interest */
	uint64_t identity;    /* its inode */
	uint64_t rdev;	      /* device */
};

void fds_look(int fd, struct fd_look *look);

/* ---- memory.c: mappings ---- */

/* A dma-buf's CPU access begins or ends (DMA_BUF_IOCTL_SYNC's flags). */
void memory_synced(uint64_t identity, uint64_t flags);
/* SIGSEGV came for what the witness protects: true, and it may go on. */
bool memory_fault(uintptr_t addr, bool is_write);
/* Make the handler of SIGSEGV ours, if accesses are looked at. */
void memory_start(void);

#endif
