/* SPDX-License-Identifier: MIT */
/* What a wait for syncobjs says, and what ends one. */
#include "syncobj.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEVER INT64_MAX

static int64_t in_ms(long ms)
{
	return now_ns() + ms * 1000000LL;
}

enum { EMPTY, PENDING, SIGNALED, NR_KINDS };

static const char *const kinds[] = {"empty", "pending", "signaled"};

struct scene {
	int file;
	struct buffer buffers[3];
	uint32_t of[3]; /* one syncobj of each kind */
	uint32_t fence; /* of the pending one */
};

static void set_up(struct scene *s)
{
	s->file = open_syncobj();
	s->buffers[0] = buffer_make();
	s->of[EMPTY] = syncobj_make(s->file, false);
	s->of[PENDING] = syncobj_make(s->file, false);
	s->of[SIGNALED] = syncobj_make(s->file, true);
	s->fence = syncobj_submit(s->file, s->of[PENDING], &s->buffers[0]);
}

/* Every kind, every flag, in time and late; binary and as point 0. */
static void states(void)
{
	uint64_t zero[1] = {0};
	struct scene s;

	set_up(&s);
	for (int kind = 0; kind < NR_KINDS; kind++) {
		for (uint32_t flags = 0; flags < 16; flags++) {
			const char *what =
				text("%s, flags %#x", kinds[kind], flags);

			result(what, "%s; past %s; point 0 %s; past %s",
			       syncobj_wait(s.file, &s.of[kind], NULL, 1, flags,
					    0),
			       syncobj_wait(s.file, &s.of[kind], NULL, 1, flags,
					    INT64_MIN),
			       syncobj_wait(s.file, &s.of[kind], zero, 1, flags,
					    0),
			       syncobj_wait(s.file, &s.of[kind], zero, 1, flags,
					    1));
		}
	}
}

/* All triples of kinds. */
static void several(void)
{
	static const uint32_t flags[] = {
		0,
		WAIT_ALL,
		WAIT_SUBMIT,
		WAIT_ALL | WAIT_SUBMIT,
		WAIT_AVAILABLE,
		WAIT_ALL | WAIT_AVAILABLE,
		WAIT_AVAILABLE | WAIT_SUBMIT,
		WAIT_ALL | WAIT_SUBMIT | WAIT_AVAILABLE,
	};
	uint64_t zeroes[3] = {0};
	struct scene s;

	set_up(&s);
	for (int i = 0; i < 27; i++) {
		int a = i / 9, b = i / 3 % 3, c = i % 3;
		uint32_t three[] = {s.of[a], s.of[b], s.of[c]};

		for (int j = 0; j < 8; j++) {
			result(text("%s %s %s, flags %#x", kinds[a], kinds[b],
				    kinds[c], flags[j]),
			       "%s; %s",
			       syncobj_wait(s.file, three, NULL, 3, flags[j],
					    0),
			       syncobj_wait(s.file, three, zeroes, 3, flags[j],
					    0));
		}
	}
}

/* Linux counts in ticks of its own, which an emulated machine can lose. */
static bool is_early(long took, long ms)
{
	return took < ms - ms / 4;
}

static void wait_out(struct scene *s, const char *what, int kind,
		     uint32_t flags, long ms)
{
	long start = now_ms();
	const char *answer =
		syncobj_wait(s->file, &s->of[kind], NULL, 1, flags, in_ms(ms));
	long took = now_ms() - start;

	result(what, "%s, %s", answer,
	       took < ms / 2	     ? "at once"
	       : is_early(took, ms) ? "early"
				     : "in time");
}

static void timeouts(void)
{
	struct scene s;

	set_up(&s);
	wait_out(&s, "pending", PENDING, 0, 200);
	wait_out(&s, "pending, all", PENDING, WAIT_ALL, 200);
	wait_out(&s, "pending, deadline", PENDING, WAIT_DEADLINE, 200);
	wait_out(&s, "empty", EMPTY, 0, 200);
	wait_out(&s, "empty, for submit", EMPTY, WAIT_SUBMIT, 200);
	wait_out(&s, "signaled", SIGNALED, 0, 1000);
	fence_signal(s.buffers[0].file, s.fence);
	wait_out(&s, "signaled by vgem", PENDING, 0, 1000);
	syncobj_reset(s.file, s.of[PENDING]);
	wait_out(&s, "reset", PENDING, WAIT_SUBMIT, 200);
}

static void later_signal(void *data)
{
	struct scene *s = data;

	syncobj_signal(s->file, s->of[EMPTY]);
}

static void later_fence(void *data)
{
	struct scene *s = data;

	fence_signal(s->buffers[0].file, s->fence);
}

static void later_submit(void *data)
{
	struct scene *s = data;

	s->buffers[1] = buffer_make();
	s->fence = syncobj_submit(s->file, s->of[EMPTY], &s->buffers[1]);
}

static void later_submit_and_signal(void *data)
{
	struct scene *s = data;

	later_submit(data);
	sleep_ms(SOON);
	fence_signal(s->buffers[1].file, s->fence);
}

static void later_reset(void *data)
{
	struct scene *s = data;

	for (int i = 0; i < NR_KINDS; i++) {
		syncobj_reset(s->file, s->of[i]);
	}
}

static void later_destroy(void *data)
{
	struct scene *s = data;

	for (int i = 0; i < NR_KINDS; i++) {
		syncobj_drop(s->file, s->of[i]);
	}
}

static void later_destroy_and_fence(void *data)
{
	later_destroy(data);
	later_fence(data);
}

static void later_replace(void *data)
{
	struct scene *s = data;

	syncobj_signal(s->file, s->of[PENDING]);
}

static void later_replace_and_fence(void *data)
{
	later_replace(data);
	sleep_ms(SOON);
	later_fence(data);
}

static void later_close_file(void *data)
{
	struct scene *s = data;

	close(s->file);
}

static void later_close_vgem(void *data)
{
	struct scene *s = data;

	close(s->buffers[0].file);
}

static void wait_while(const char *what, void (*run)(void *), int kind,
		       uint32_t flags, int64_t ms)
{
	uint64_t zero = 0;
	struct scene s;
	struct later later;
	const char *answer;

	set_up(&s);
	later_start(&later, run, &s);
	answer = syncobj_wait(s.file, &s.of[kind],
			      flags & WAIT_AVAILABLE ? &zero : NULL, 1, flags,
			      ms < 0 ? NEVER : in_ms(ms));
	result(what, "%s, %s it", answer, later_end(&later));
}

static void others(void)
{
	wait_while("pending, its fence signaled", later_fence, PENDING, 0, -1);
	wait_while("pending, all, its fence signaled", later_fence, PENDING,
		   WAIT_ALL, -1);
	wait_while("empty, SIGNAL", later_signal, EMPTY, WAIT_SUBMIT, -1);
	wait_while("empty, a fence put in", later_submit, EMPTY, WAIT_SUBMIT,
		   LATE);
	wait_while("empty, a fence put in, for that", later_submit, EMPTY,
		   WAIT_SUBMIT | WAIT_AVAILABLE, -1);
	wait_while("empty, for that without FOR_SUBMIT", later_submit, EMPTY,
		   WAIT_AVAILABLE, -1);
	wait_while("empty, a fence put in and signaled",
		   later_submit_and_signal, EMPTY, WAIT_SUBMIT, -1);
	wait_while("pending, RESET", later_reset, PENDING, 0, LATE);
	wait_while("pending, DESTROY", later_destroy, PENDING, 0, LATE);
	wait_while("pending, DESTROY and its fence signaled",
		   later_destroy_and_fence, PENDING, 0, -1);
	wait_while("empty, DESTROY", later_destroy, EMPTY, WAIT_SUBMIT, LATE);
	wait_while("pending, SIGNAL", later_replace, PENDING, 0, LATE);
	wait_while("pending, SIGNAL and its fence signaled",
		   later_replace_and_fence, PENDING, 0, -1);
	wait_while("pending, the file closed", later_close_file, PENDING, 0,
		   LATE);
	wait_while("pending, vgem's file closed", later_close_vgem, PENDING, 0,
		   -1);
}

static void later_second(void *data)
{
	struct scene *s = data;

	syncobj_signal(s->file, s->of[SIGNALED]);
}

static void first_of(const char *what, uint32_t flags, int64_t ms)
{
	struct scene s;
	struct later later;
	const char *answer;

	set_up(&s);
	syncobj_reset(s.file, s.of[SIGNALED]);
	later_start(&later, later_second, &s);
	answer = syncobj_wait(s.file, s.of, NULL, 3, flags, in_ms(ms));
	result(what, "%s, %s it", answer, later_end(&later));
}

static void firsts(void)
{
	first_of("any of three, the last signaled", WAIT_SUBMIT, 10000);
	first_of("all of three, the last signaled", WAIT_SUBMIT | WAIT_ALL,
		 LATE);
}

/* A handler's signal ends a wait, or does not. */
static void interrupted(const char *what, bool restart, bool storm)
{
	struct scene s;
	struct pest pest;
	const char *answer;
	long start = now_ms(), took;

	set_up(&s);
	handle_signal(restart);
	pest_start(&pest, storm);
	answer = syncobj_wait(s.file, &s.of[PENDING], NULL, 1, 0, in_ms(800));
	took = now_ms() - start;
	pest_end(&pest);
	result(what, "%s, %s", answer, is_early(took, 800) ? "early" : "in time");
}

static void interrupts(void)
{
	interrupted("a signal", false, false);
	interrupted("a signal, SA_RESTART", true, false);
	interrupted("many signals", false, true);
	interrupted("many signals, SA_RESTART", true, true);
}

static void signal_in_child(int channel)
{
	int file = open_syncobj(), fd = fd_receive(channel);
	uint32_t handle;

	syncobj_of(file, fd, &handle);
	sleep_ms(SOON);
	syncobj_signal(file, handle);
	_exit(0);
}

/* Holds a pending fence, and dies with it. */
static void die_in_child(int channel)
{
	struct scene s;

	set_up(&s);
	fd_send(channel, syncobj_fd(s.file, s.of[PENDING], false));
	sleep_ms(SOON);
	kill(getpid(), SIGKILL);
}

static pid_t child_with(void (*run)(int), int *channel)
{
	int pair[2];
	pid_t child;

	fd_channel(pair);
	fflush(stdout);
	child = fork();
	if (!child) {
		close(pair[0]);
		run(pair[1]);
		exit(0);
	}
	close(pair[1]);
	*channel = pair[0];
	return child;
}

static void processes(void)
{
	int file = open_syncobj(), channel;
	uint32_t handle = syncobj_make(file, false);
	pid_t child = child_with(signal_in_child, &channel);

	fd_send(channel, syncobj_fd(file, handle, false));
	result("signaled by another process", "%s",
	       syncobj_wait(file, &handle, NULL, 1, WAIT_SUBMIT, NEVER));
	waitpid(child, NULL, 0);
	child = child_with(die_in_child, &channel);
	syncobj_of(file, fd_receive(channel), &handle);
	result("of another process", "%s", syncobj_state(file, handle, 0));
	result("which is killed", "%s",
	       syncobj_wait(file, &handle, NULL, 1, 0, NEVER));
	waitpid(child, NULL, 0);
	result("after its end", "%s", syncobj_state(file, handle, 0));
}

static const struct check checks[] = {
	{.name = "states", .run = states},
	{.name = "several", .run = several},
	{.name = "timeouts", .run = timeouts, .waits = true},
	{.name = "others", .run = others, .waits = true},
	{.name = "firsts", .run = firsts, .waits = true},
	{.name = "interrupts", .run = interrupts, .waits = true},
	{.name = "processes", .run = processes, .waits = true},
	{0},
};

const struct subject syncobj_wait_subject = {
	.name = "syncobj-wait",
	.checks = checks,
	.syncobj = true,
};
