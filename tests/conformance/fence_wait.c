/* SPDX-License-Identifier: MIT */
/* DMA_BUF_IOCTL_SYNC that has to wait, and fences nobody signals. */
#include "fence.h"

#include <errno.h>
#include <linux/dma-buf.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_READ  DMA_BUF_SYNC_READ
#define START_WRITE DMA_BUF_SYNC_WRITE
#define START_RW    DMA_BUF_SYNC_RW

static int sync_with(int dmabuf, uint64_t flags)
{
	struct dma_buf_sync sync = {.flags = flags};

	return ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
}

struct scene {
	struct buffer buffer;
	uint32_t fence;
	volatile int progress;
	int channel;
};

static void set_up(struct scene *s, bool writer)
{
	*s = (struct scene){.buffer = buffer_make(), .channel = -1};
	s->fence = must_attach(&s->buffer, writer ? FENCE_WRITE : 0);
}

static void later_fence(void *data)
{
	struct scene *s = data;

	fence_signal(s->buffer.file, s->fence);
}

static void later_close(void *data)
{
	struct scene *s = data;

	close(s->buffer.file);
}

static void later_fork(void *data)
{
	pid_t child = fork();

	if (!child) {
		later_fence(data);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* Whether SYNC waits for the fence: then it ends after the signal. */
static void sync_while(const char *what, void (*run)(void *), bool writer,
		       uint64_t flags)
{
	struct scene s;
	struct later later;
	const char *answer;

	set_up(&s, writer);
	later_start(&later, run, &s);
	answer = err(sync_with(s.buffer.dmabuf, flags));
	result(text("%s, SYNC %#llx, %s", writer ? "a writer" : "a reader",
		    (unsigned long long)flags, what),
	       "%s, %s it", answer, later_end(&later));
}

static void waits(void)
{
	for (uint64_t flags = 1; flags < 8; flags++) {
		if (flags != DMA_BUF_SYNC_END) {
			sync_while("signaled", later_fence, false, flags);
			sync_while("signaled", later_fence, true, flags);
		}
	}
	sync_while("the file closed", later_close, true, START_READ);
	sync_while("signaled by a process", later_fork, true, START_READ);
}

static void read_only(void)
{
	struct scene s;
	struct later later;
	const char *answer;
	int fd;

	set_up(&s, true);
	close(s.buffer.dmabuf);
	fd = must_export(s.buffer.file, s.buffer.handle, 0);
	later_start(&later, later_fence, &s);
	answer = err(sync_with(fd, START_RW));
	result("a read-only export", "%s, %s it", answer, later_end(&later));
}

/* Of two fences the wait is for both. */
static void later_two(void *data)
{
	struct scene *s = data;

	fence_signal(s->buffer.file, s->fence);
	sleep_ms(SOON);
	s->progress = 1;
	fence_signal(s->buffer.file, s->fence + 1);
}

static void two(void)
{
	struct scene s;
	struct later later;
	const char *answer;

	set_up(&s, false);
	must_attach(&s.buffer, 0);
	later_start(&later, later_two, &s);
	answer = err(sync_with(s.buffer.dmabuf, START_WRITE));
	result("two readers", "%s, %s the second", answer,
	       s.progress ? "after" : "before");
	later_end(&later);
}

/* What came after the wait began is not waited for. */
static void later_another(void *data)
{
	struct scene *s = data;
	struct buffer other = buffer_make();

	sync_file_import(s->buffer.dmabuf, READ, pending_file(&other));
	fence_signal(s->buffer.file, s->fence);
}

static void added(void)
{
	struct scene s;
	struct later later;
	const char *answer;
	long start = now_ms();

	set_up(&s, true);
	later_start(&later, later_another, &s);
	answer = err(sync_with(s.buffer.dmabuf, START_READ));
	result("a reader added meanwhile", "%s, %s it, %s", answer,
	       later_end(&later), now_ms() - start < 5000 ? "soon" : "late");
}

/* Others go on while one waits: in this process, and in another. */
static void *go_on(void *data)
{
	struct scene *s = data;
	int file = open_card();

	sleep_ms(SOON / 2);
	for (int i = 0; i < 20; i++) {
		uint32_t handle = dumb_pages(file, 1);

		close(must_export(file, handle, DRM_RDWR));
		gem_close(file, handle);
		/* The same file and buffer, too. */
		poll_now(s->buffer.dmabuf);
		gem_close(s->buffer.file, dumb_pages(s->buffer.file, 1));
		s->progress++;
	}
	later_fence(s);
	return NULL;
}

static void meanwhile(void)
{
	struct scene s;
	const char *answer;
	pthread_t thread;
	pid_t child;
	int status;

	set_up(&s, true);
	pthread_create(&thread, NULL, go_on, &s);
	answer = err(sync_with(s.buffer.dmabuf, START_READ));
	result("a thread goes on", "%s, %d steps", answer, s.progress);
	pthread_join(thread, NULL);
	set_up(&s, true);
	fflush(stdout);
	child = fork();
	if (!child) {
		go_on(&s);
		_exit(s.progress);
	}
	result("a process goes on", "%s",
	       err(sync_with(s.buffer.dmabuf, START_READ)));
	waitpid(child, &status, 0);
	result("its steps", "%d", WEXITSTATUS(status));
}

static void stormed(const char *what, bool restart)
{
	struct scene s;
	struct pest pest;
	struct later later;
	const char *answer;
	int ended = 0;

	set_up(&s, true);
	handle_signal(restart);
	pest_start(&pest, true);
	/* The fence is signaled in the midst of the storm. */
	later_start_in(&later, LATE, later_fence, &s);
	do {
		answer = err(sync_with(s.buffer.dmabuf, START_READ));
		ended++;
	} while (*answer == 'E' && errno == EINTR);
	result(what, "%s%s, %s it", answer, ended > 1 ? ", EINTR before" : "",
	       later_end(&later));
	pest_end(&pest);
}

static void storms(void)
{
	stormed("a storm of signals", false);
	stormed("a storm of signals, SA_RESTART", true);
}

/* One signal, the fence pending well after it. */
static void interrupt_once(bool restart)
{
	struct scene s;
	struct pest pest;
	struct later later;
	const char *answer, *order;

	set_up(&s, true);
	handle_signal(restart);
	pest_start(&pest, false);
	later_start_in(&later, LATE, later_fence, &s);
	answer = err(sync_with(s.buffer.dmabuf, START_READ));
	order = later_end(&later);
	result(restart ? "a signal, SA_RESTART" : "a signal", "%s%s", answer,
	       restart ? text(", %s it", order) : "");
	pest_end(&pest);
}

static void interrupts(void)
{
	interrupt_once(false);
	interrupt_once(true);
}

/* Dies with a fence pending on what the parent has. */
static void die(struct scene *s)
{
	struct buffer buffer = buffer_make();

	must_attach(&buffer, FENCE_WRITE);
	fd_send(s->channel, buffer.dmabuf);
	fd_send(s->channel, must_export_fences(buffer.dmabuf));
	fd_receive(s->channel);
	sleep_ms(SOON);
	kill(getpid(), SIGKILL);
}

static void killed(void)
{
	struct scene s = {0};
	int pair[2], dmabuf, fd;
	pid_t child;

	fd_channel(pair);
	fflush(stdout);
	child = fork();
	if (!child) {
		close(pair[0]);
		s.channel = pair[1];
		die(&s);
	}
	close(pair[1]);
	dmabuf = fd_receive(pair[0]);
	fd = fd_receive(pair[0]);
	result("pending", "%s, dma-buf %s", sync_file_text(fd),
	       poll_now(dmabuf));
	fd_send(pair[0], 0);
	result("SYNC till it is killed", "%s",
	       err(sync_with(dmabuf, START_READ)));
	result("then", "%s, dma-buf %s", sync_file_text(fd), poll_now(dmabuf));
	waitpid(child, NULL, 0);
}

/* Nobody signals: vgem does after ten seconds. All of it at once. */
static void *sync_out(void *data)
{
	struct scene *s = data;

	s->progress = sync_with(s->buffer.dmabuf, START_RW) ? errno : 0;
	return NULL;
}

static const char *tenth_second(long start)
{
	long took = now_ms() - start;

	return took < 9000 ? "early" : took < 13000 ? "in ten seconds" : "late";
}

static void timeouts(void)
{
	struct scene sync, polled, filed, signaled;
	long start = now_ms();
	const char *answer;
	pthread_t thread;
	uint32_t fence;
	int fd, signaled_fd;

	set_up(&sync, true);
	set_up(&polled, true);
	set_up(&filed, true);
	set_up(&signaled, true);
	fd = must_export_fences(filed.buffer.dmabuf);
	signaled_fd = must_export_fences(signaled.buffer.dmabuf);
	fence_signal(signaled.buffer.file, signaled.fence);
	pthread_create(&thread, NULL, sync_out, &sync);
	answer = poll_for(polled.buffer.dmabuf, POLLIN, 20000);
	result("poll", "%s, %s", answer, tenth_second(start));
	answer = poll_for(fd, POLLIN, 20000);
	result("a sync_file", "%s, %s", answer, tenth_second(start));
	result("its fence", "%s", sync_file_text(fd));
	pthread_join(thread, NULL);
	result("SYNC", "%s, %s", errname(sync.progress), tenth_second(start));
	result("SIGNAL now", "%s",
	       err(fence_signal(filed.buffer.file, filed.fence)));
	result("SIGNAL again", "%s",
	       err(fence_signal(filed.buffer.file, filed.fence)));
	result("one signaled in time", "%s", sync_file_text(signaled_fd));
	result("ATTACH now", "%s",
	       err(fence_attach(sync.buffer.file, sync.buffer.handle,
				FENCE_WRITE, &fence)));
	result("fence", "%u", fence);
}

static const struct check checks[] = {
	{.name = "waits", .run = waits, .waits = true},
	{.name = "read-only", .run = read_only, .waits = true},
	{.name = "two", .run = two, .waits = true},
	{.name = "added", .run = added, .waits = true},
	{.name = "meanwhile", .run = meanwhile, .waits = true},
	{.name = "interrupts", .run = interrupts, .waits = true},
	{.name = "storms", .run = storms, .waits = true},
	{.name = "killed", .run = killed, .waits = true},
	{.name = "timeouts", .run = timeouts, .waits = true},
	{0},
};

const struct subject fence_wait_subject = {
	.name = "fence-wait",
	.checks = checks,
};
