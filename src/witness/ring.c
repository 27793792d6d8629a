/* SPDX-License-Identifier: MIT */
/**
 * DOC: writing the trace
 *
 * See trace.h. The trace is mapped when the library is loaded and stays mapped;
 * no fd is kept. Where there is none, nothing is ever told.
 */
#define UNW_LOCAL_ONLY
#include "witness.h"

#include <libunwind.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

/* How long to sleep while the reader is a whole ring behind, in ns. */
#define FULL_PAUSE 200000
/* Frames of the witness itself. */
#define FRAMES_OWN 8

_Thread_local struct witness_thread witness_thread;

static struct trace *trace; /* or NULL; constant once loaded */
static atomic_int own_pid;
static char program[TRACE_PATH]; /* constant once loaded */

const char *ring_program(void)
{
	return program;
}

int64_t ring_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* A child by vfork() or clone() has our memory, or a copy in which it is not
 * told who it is, but fds of its own: what it does is not ours. */
static bool is_other_process(void)
{
	return (int)syscall(SYS_getpid) != atomic_load(&own_pid);
}

bool ring_enter(void)
{
	if (!trace || witness_thread.inside || is_other_process()) {
		return false;
	}
	witness_thread.inside++;
	return true;
}

void ring_leave(void)
{
	witness_thread.inside--;
}

uint32_t ring_options(void)
{
	return trace ? trace->options : 0;
}

/* The next index, once the reader is near enough. False: nobody reads. */
static bool take_index(uint64_t *index)
{
	const struct timespec pause = {.tv_nsec = FULL_PAUSE};

	*index = atomic_fetch_add(&trace->head, 1);
	while (*index - atomic_load(&trace->tail) >= TRACE_RECORDS) {
		if (atomic_load(&trace->closed)) {
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return !atomic_load(&trace->closed);
}

static struct trace_record *take_record(enum trace_op op)
{
	struct trace_record *record;
	uint64_t index;

	if (!trace || !take_index(&index)) {
		return NULL;
	}
	if (!witness_thread.tid) {
		witness_thread.tid = (int)syscall(SYS_gettid);
	}
	record = &trace->records[index % TRACE_RECORDS];
	atomic_store(&record->pid, atomic_load(&own_pid));
	record->tid = witness_thread.tid;
	record->op = (uint16_t)op;
	record->nr_frames = 0;
	record->call = 0;
	memset(record->args, 0, sizeof(record->args));
	record->time = (uint64_t)ring_clock();
	/* Until it is published: what ring_end() adds 1 to. */
	record->ret = 0;
	record->pad = (uint32_t)index;
	return record;
}

static __attribute__((noinline)) void add_stack(struct trace_record *record)
{
	void *frames[TRACE_FRAMES + FRAMES_OWN];
	int nr = unw_backtrace(frames, TRACE_FRAMES + FRAMES_OWN);

	record->nr_frames = 0;
	for (int i = 0; i < nr && record->nr_frames < TRACE_FRAMES; i++) {
		record->frames[record->nr_frames++] = (uintptr_t)frames[i];
	}
}

struct trace_record *ring_begin(enum trace_op op)
{
	struct trace_record *record;

	modules_tell();
	record = take_record(op);
	if (record) {
		add_stack(record);
	}
	return record;
}

void ring_end(struct trace_record *record, int ret)
{
	uint64_t done;

	if (!record) {
		return;
	}
	/* The index, of which a record has the lower half: it is one of the
	 * last ring's. */
	done = atomic_load(&trace->tail);
	done += (uint32_t)(record->pad - (uint32_t)done);
	record->ret = ret;
	atomic_store_explicit(&record->done, done + 1, memory_order_release);
}

void ring_tell(enum trace_op op, int ret, uint32_t call, const int64_t *args,
	       size_t nr_args)
{
	struct trace_record *record = ring_begin(op);

	if (record) {
		record->call = call;
		memcpy(record->args, args, nr_args * sizeof(args[0]));
	}
	ring_end(record, ret);
}

static void tell_path(enum trace_op op, const char *path, const int64_t *args,
		      size_t nr_args)
{
	struct trace_record *record = take_record(op);

	if (record) {
		memcpy(record->args, args, nr_args * sizeof(args[0]));
		strncpy(record->path, path, TRACE_PATH - 1);
		record->path[TRACE_PATH - 1] = '\0';
	}
	ring_end(record, 0);
}

void ring_tell_module(const char *path, int64_t bias, int64_t first,
		      int64_t end)
{
	const int64_t args[] = {bias, first, end};

	tell_path(TRACE_MODULE, path, args, ARRAY_SIZE(args));
}

void ring_in_child(void)
{
	int parent = atomic_load(&own_pid);

	atomic_store(&own_pid, getpid());
	witness_thread.tid = 0;
	if (ring_enter()) {
		tell(TRACE_FORK, 0, 0, parent);
		ring_leave();
	}
}

static struct trace *map_trace(void)
{
	const char *path = getenv(TRACE_ENV);
	struct trace *map;
	struct stat st;
	int fd;

	if (!path) {
		return NULL;
	}
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		return NULL;
	}
	map = MAP_FAILED;
	if (!syscall(SYS_fstat, fd, &st) &&
	    st.st_size >= (off_t)sizeof(struct trace)) {
		map = next()->mmap(NULL, sizeof(struct trace),
				   PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	syscall(SYS_close, fd);
	if (map == MAP_FAILED) {
		return NULL;
	}
	if (map->magic != TRACE_MAGIC) {
		next()->munmap(map, sizeof(struct trace));
		return NULL;
	}
	return map;
}

/* What a program has from the one before it, or from its parent. */
static void tell_inherited(void)
{
	struct fd_look look;

	for (int fd = 0; fd < 1024; fd++) {
		fds_look(fd, &look);
		if (look.kind != TRACE_KIND_NONE) {
			fds_add(fd);
			tell(TRACE_INHERIT, 0, 0, fd, look.kind,
			     (int64_t)look.identity, (int64_t)look.rdev);
		}
	}
}

__attribute__((constructor)) static void start(void)
{
	int64_t parent = getppid();

	next();
	atomic_store(&own_pid, getpid());
	witness_thread.inside++;
	trace = map_trace();
	if (trace) {
		(void)!readlink("/proc/self/exe", program, sizeof(program) - 1);
		tell_path(TRACE_START, program, &parent, 1);
		tell_inherited();
		pthread_atfork(NULL, NULL, ring_in_child);
		memory_start();
	}
	witness_thread.inside--;
}

/* Nothing is told after it: what other libraries do at their end is not what
 * the program does. */
static void tell_exit(int status)
{
	if (ring_enter()) {
		tell(TRACE_EXIT, 0, 0, status);
		ring_leave();
	}
}

__attribute__((destructor)) static void end(void)
{
	tell_exit(0);
}

WRAPPER void _exit(int status)
{
	tell_exit(status);
	next()->_exit(status);
	__builtin_unreachable();
}

WRAPPER void _Exit(int status)
{
	tell_exit(status);
	next()->_Exit(status);
	__builtin_unreachable();
}
