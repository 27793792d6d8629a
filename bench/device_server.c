/* SPDX-License-Identifier: MIT */
/*
 * Where the device is another process's work, that process is known by the
 * socket it listens on: how much memory each buffer takes there, and what it
 * costs when nobody asks for anything. Linux has no such process.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "device.h"
#include "measure.h"

#define NR_IDLE	  10000
#define NR_MAPPED 5000
#define NR_QUIET  1000
#define NR_DMABUF 3

pid_t server_pid(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	const char *session = getenv("UPRIME_SESSION");
	struct ucred peer = {.pid = -1};
	socklen_t len = sizeof(peer);
	int sock, size;

	if (!session) {
		return -1;
	}
	size = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/socket",
			session);
	if (size >= (int)sizeof(sun.sun_path)) {
		return -1;
	}
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(sock, (struct sockaddr *)&sun, sizeof(sun)) ||
	    getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &len)) {
		peer.pid = -1;
	}
	close(sock);
	return peer.pid;
}

/* Its own memory, in bytes: what it shares is the buffers themselves. */
static double own_memory(pid_t pid)
{
	char path[64], line[128];
	unsigned long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file) {
		call_fail(path, errno);
		return 0;
	}
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "RssAnon: %lu kB", &kib);
	}
	fclose(file);
	return (double)kib * 1024;
}

static void map_all(struct set *set, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++) {
		uint64_t offset = card_offset(set->card, set->handles[i]);
		char *p = shared_map(set->card, offset, SET_SIZE);

		if (!p) {
			call_fail_after(i, "mappings");
			return;
		}
		p[0] = 1;
		munmap(p, SET_SIZE);
	}
}

static void report(const char *name, unsigned long n, const char *unit,
		   double value)
{
	if (call_error()) {
		measure_missing("device", name, "buffers", n, call_error());
	} else {
		measure_report("device", name, "buffers", n, unit, &value, 1);
	}
}

/* Before all other points: memory that was given back hides growth. */
static void measure_memory(pid_t pid)
{
	double start, idle, mapped;
	struct set *set;

	set_close(set_open(0, 1));
	start = own_memory(pid);
	set = set_open(0, NR_IDLE);
	idle = own_memory(pid);
	report("memory per buffer", NR_IDLE, "bytes",
	       (idle - start) / NR_IDLE);
	map_all(set, set->count < NR_MAPPED ? set->count : NR_MAPPED);
	mapped = own_memory(pid);
	report("memory per buffer mapped once", NR_MAPPED, "bytes",
	       (idle - start) / NR_IDLE + (mapped - idle) / NR_MAPPED);
	set_close(set);
	call_forget();
}

static double cpu_ns(clockid_t clock)
{
	struct timespec used = {0};

	if (clock_gettime(clock, &used)) {
		call_fail("clock_gettime", errno);
	}
	return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

static void measure_idle(pid_t pid)
{
	unsigned int milliseconds = measure_quick() ? 500 : 2000;
	struct set *set = set_open(0, NR_QUIET);
	clockid_t clock;
	double start = 0, used;

	set_export_fds(set, NR_DMABUF);
	if (clock_getcpuclockid(pid, &clock)) {
		call_fail("clock_getcpuclockid", ESRCH);
		clock = CLOCK_MONOTONIC;
	}
	usleep(100000);
	start = cpu_ns(clock);
	usleep(milliseconds * 1000);
	used = cpu_ns(clock) - start;
	report("idle cpu per second", NR_QUIET, "ns",
	       used * 1000 / milliseconds);
	set_close(set);
	call_forget();
}

static bool wanted(const char *name, unsigned long n)
{
	return measure_wanted("device", name, "buffers", n);
}

static void nobody_serves(const char *name, unsigned long n)
{
	call_fail("a process that serves the device", ESRCH);
	measure_missing("device", name, "buffers", n, call_error());
	call_forget();
}

void server_run(pid_t pid)
{
	bool memory = wanted("memory per buffer", NR_IDLE);
	bool idle;

	memory |= wanted("memory per buffer mapped once", NR_MAPPED);
	idle = wanted("idle cpu per second", NR_QUIET);
	if (memory && pid < 0) {
		nobody_serves("memory per buffer", NR_IDLE);
		nobody_serves("memory per buffer mapped once", NR_MAPPED);
	} else if (memory) {
		measure_memory(pid);
	}
	if (idle && pid < 0) {
		nobody_serves("idle cpu per second", NR_QUIET);
	} else if (idle) {
		measure_idle(pid);
	}
}
