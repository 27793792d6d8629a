/* SPDX-License-Identifier: MIT */
#include "cpu.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static cpu_set_t before; /* set by cpu_share() */

/* A thread that ends meanwhile is none of ours any more. */
static void confine(pid_t peer, const cpu_set_t *cpus)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	sched_setaffinity(0, sizeof(*cpus), cpus);
	snprintf(path, sizeof(path), "/proc/%d/task", (int)peer);
	dir = peer > 0 ? opendir(path) : NULL;
	while (dir && (entry = readdir(dir))) {
		pid_t thread = atoi(entry->d_name);

		if (thread > 0) {
			sched_setaffinity(thread, sizeof(*cpus), cpus);
		}
	}
	if (dir) {
		closedir(dir);
	}
}

void cpu_share(pid_t peer)
{
	cpu_set_t one;

	sched_getaffinity(0, sizeof(before), &before);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	confine(peer, &one);
}

void cpu_spread(pid_t peer)
{
	confine(peer, &before);
}
