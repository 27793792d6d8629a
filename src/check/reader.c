/* SPDX-License-Identifier: MIT */
/**
 * DOC: following a trace
 *
 * Records come in the order of their indices. A process that dies between
 * taking an index and publishing it leaves a hole: it is stepped over once the
 * process is gone, or where not even its pid was written, after a while.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

/* How long a record may be under way, in ns, when its process is there and
 * when it has not said which it is. */
#define NAMELESS_WAIT 2000000000ull

static u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (u64)time.tv_sec * 1000000000ull + (u64)time.tv_nsec;
}

int reader_open(struct reader *reader, u32 options)
{
	static const char *const folders[] = {"/dev/shm", "/tmp"};
	int fd = -1, ret;

	*reader = (struct reader){0};
	for (size_t i = 0; i < ARRAY_SIZE(folders) && fd < 0; i++) {
		snprintf(reader->path, sizeof(reader->path),
			 "%s/uprime-check-XXXXXX", folders[i]);
		fd = mkostemp(reader->path, O_CLOEXEC);
	}
	if (fd < 0) {
		ret = -errno;
		say("cannot make a file in /dev/shm or /tmp: %m.");
		return ret;
	}
	if (ftruncate(fd, sizeof(struct trace))) {
		ret = -errno;
		goto err_close;
	}
	reader->trace = mmap(NULL, sizeof(struct trace), PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, 0);
	if (reader->trace == MAP_FAILED) {
		ret = -errno;
		goto err_close;
	}
	close(fd);
	reader->trace->magic = TRACE_MAGIC;
	reader->trace->options = options;
	return 0;

err_close:
	say("cannot make a trace in %s: %m.", reader->path);
	close(fd);
	unlink(reader->path);
	return ret;
}

static void step(struct reader *reader, u64 index)
{
	reader->waits_since = 0;
	atomic_store(&reader->trace->tail, index + 1);
}

/* Is it clear that a record which was begun never comes? */
static bool is_hole(struct reader *reader, const struct trace_record *record,
		    u64 index)
{
	int pid = atomic_load(&record->pid);

	if (!reader->waits_since) {
		reader->waits_since = now();
		return false;
	}
	if (atomic_load(&record->done) > index) {
		return false;
	}
	if (pid > 0 && kill(pid, 0) && errno == ESRCH) {
		return true;
	}
	return now() - reader->waits_since > NAMELESS_WAIT &&
	       (pid <= 0 || (kill(pid, 0) && errno == ESRCH));
}

/* Who writes is a program with bugs. */
static void make_sane(struct trace_record *record)
{
	if (record->nr_frames > TRACE_FRAMES) {
		record->nr_frames = TRACE_FRAMES;
	}
	if (record->op == TRACE_START || record->op == TRACE_MODULE) {
		record->nr_frames = 0;
		record->path[TRACE_PATH - 1] = '\0';
	}
}

const struct trace_record *reader_next(struct reader *reader)
{
	static struct trace_record copy;
	struct trace *trace = reader->trace;
	u64 at = atomic_load(&trace->tail);
	struct trace_record *record = &trace->records[at % TRACE_RECORDS];

	while (at < atomic_load(&trace->head)) {
		if (atomic_load_explicit(&record->done, memory_order_acquire) ==
		    at + 1) {
			copy = *record;
			/* Whoever has this place next says first who he is. */
			atomic_store(&record->pid, 0);
			step(reader, at);
			make_sane(&copy);
			return &copy;
		}
		if (!is_hole(reader, record, at)) {
			return NULL;
		}
		step(reader, at);
		record = &trace->records[++at % TRACE_RECORDS];
	}
	return NULL;
}

void reader_close(struct reader *reader)
{
	atomic_store(&reader->trace->closed, 1);
	unlink(reader->path);
	munmap(reader->trace, sizeof(struct trace));
}
