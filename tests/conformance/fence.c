/* SPDX-License-Identifier: MIT */
#include "fence.h"

#include <errno.h>
#include <linux/sync_file.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct buffer buffer_on(int file)
{
	struct buffer buffer = {.file = file};

	buffer.handle = dumb_pages(file, 1);
	buffer.dmabuf = must_export(file, buffer.handle, DRM_RDWR);
	return buffer;
}

struct buffer buffer_make(void)
{
	return buffer_on(open_card());
}

int fence_attach(int file, uint32_t handle, uint32_t flags, uint32_t *fence)
{
	struct fence_attach attach = {.handle = handle, .flags = flags};
	int ret = ioctl(file, IOCTL_FENCE_ATTACH, &attach);

	*fence = attach.out;
	return ret;
}

uint32_t must_attach(struct buffer *buffer, uint32_t flags)
{
	uint32_t fence;

	if (fence_attach(buffer->file, buffer->handle, flags, &fence)) {
		give_up("FENCE_ATTACH");
	}
	return fence;
}

int fence_signal(int file, uint32_t fence)
{
	struct fence_signal signal = {.fence = fence};

	return ioctl(file, IOCTL_FENCE_SIGNAL, &signal);
}

int sync_file_export(int dmabuf, uint32_t flags)
{
	struct sync_file_of of = {.flags = flags, .fd = -7};

	return ioctl(dmabuf, IOCTL_EXPORT_SYNC_FILE, &of) ? -1 : of.fd;
}

int sync_file_import(int dmabuf, uint32_t flags, int sync_file)
{
	struct sync_file_of of = {.flags = flags, .fd = sync_file};

	return ioctl(dmabuf, IOCTL_IMPORT_SYNC_FILE, &of);
}

int sync_file_merge(int first, int second, const char *name)
{
	struct sync_merge_data merge = {.fd2 = second, .fence = -7};

	snprintf(merge.name, sizeof(merge.name), "%s", name);
	return ioctl(first, SYNC_IOC_MERGE, &merge) ? -1 : merge.fence;
}

int must_export_fences(int dmabuf)
{
	int fd = sync_file_export(dmabuf, WRITE);

	if (fd < 0) {
		give_up("EXPORT_SYNC_FILE");
	}
	return fd;
}

int pending_file(struct buffer *buffer)
{
	must_attach(buffer, FENCE_WRITE);
	return must_export_fences(buffer->dmabuf);
}

/* Names end in numbers that are as old as the machine: "vgem-unbound7-3". */
static const char *without_numbers(const char *name)
{
	char *copy = (char *)text("%.32s", name), *to = copy;

	for (const char *from = copy; *from; from++) {
		if (*from < '0' || *from > '9') {
			*to++ = *from;
		} else if (to == copy || to[-1] != '#') {
			*to++ = '#';
		}
	}
	*to = 0;
	return copy;
}

const char *sync_file_text(int fd)
{
	struct sync_fence_info fences[16] = {0};
	struct sync_file_info info = {0};
	const char *line;

	if (ioctl(fd, SYNC_IOC_FILE_INFO, &info)) {
		return errname(errno);
	}
	if (info.num_fences > 16) {
		return text("%u fences", info.num_fences);
	}
	info.sync_fence_info = (uintptr_t)fences;
	if (ioctl(fd, SYNC_IOC_FILE_INFO, &info)) {
		return errname(errno);
	}
	line = text("'%s' status %d flags %u, %u fences:",
		    without_numbers(info.name), info.status, info.flags,
		    info.num_fences);
	for (uint32_t i = 0; i < info.num_fences; i++) {
		line = text("%s %s/%s %d%s%s", line, fences[i].driver_name,
			    fences[i].obj_name, fences[i].status,
			    fences[i].flags ? " flags" : "",
			    fences[i].timestamp_ns ? " at a time" : "");
	}
	return line;
}

const char *poll_for(int fd, short events, int timeout_ms)
{
	struct pollfd pollfd = {.fd = fd, .events = events};
	int ret = poll(&pollfd, 1, timeout_ms);

	if (ret < 0) {
		return errname(errno);
	}
	return text("%d, %#x", ret, (unsigned int)pollfd.revents);
}

const char *poll_now(int fd)
{
	return poll_for(fd, POLLIN | POLLOUT, 0);
}

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

long now_ms(void)
{
	return (long)(now_ns() / 1000000);
}

void sleep_ms(long ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&time, &time) && errno == EINTR) {
	}
}

/* Only the main thread is meant to get the signal. */
static void start_thread(unsigned long *thread, void *(*run)(void *),
			 void *data)
{
	sigset_t all, before;
	pthread_t id;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&id, NULL, run, data)) {
		give_up("pthread_create");
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	*thread = id;
}

static void *run_later(void *data)
{
	struct later *later = data;

	sleep_ms(later->delay);
	later->began = true;
	later->run(later->data);
	return NULL;
}

void later_start_in(struct later *later, long delay, void (*run)(void *),
		    void *data)
{
	*later = (struct later){.delay = delay, .run = run, .data = data};
	start_thread(&later->thread, run_later, later);
}

void later_start(struct later *later, void (*run)(void *), void *data)
{
	later_start_in(later, SOON, run, data);
}

const char *later_end(struct later *later)
{
	const char *order = later->began ? "after" : "before";

	pthread_join(later->thread, NULL);
	return order;
}

static void nothing(int signal)
{
	(void)signal;
}

void handle_signal(bool restart)
{
	struct sigaction action = {.sa_handler = nothing};

	action.sa_flags = restart ? SA_RESTART : 0;
	sigaction(SIGUSR1, &action, NULL);
}

static void *run_pest(void *data)
{
	struct pest *pest = data;

	sleep_ms(SOON);
	do {
		pthread_kill(pest->victim, SIGUSR1);
		sleep_ms(2);
	} while (pest->storm && !pest->stop);
	return NULL;
}

void pest_start(struct pest *pest, bool storm)
{
	*pest = (struct pest){.storm = storm, .victim = pthread_self()};
	start_thread(&pest->thread, run_pest, pest);
}

void pest_end(struct pest *pest)
{
	pest->stop = true;
	pthread_join(pest->thread, NULL);
}
