/* SPDX-License-Identifier: MIT */
/*
 * uprime-bench-core: what the library costs a driver that calls it, in one
 * process and without a server, beside what the system charges for the like.
 */
#include "core.h"

#include <linux/shmem_fs.h>
#include <sys/resource.h>

#include "measure.h"

static const unsigned long handles[] = {1,	10,	100,	1000,
					10000, 100000, 1000000};
static const unsigned long threads[] = {1, 2, 4, 8};
static const unsigned long pages[] = {1,     16,      256,    4096,
				      65536, 1048576, 4194304};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static unsigned int count_points(void)
{
	return stage_points(&limit_calls) + stage_points(&core_one) +
	       stage_points(&core_display) +
	       NR(handles) * stage_points(&core_handles) +
	       NR(threads) * (stage_points(&limit_threads) +
			      stage_points(&core_threads)) +
	       NR(pages) * PAGES_POINTS;
}

static void raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	measure_begin(argc, argv, count_points());
	raise_limit();
	/* The library's own fds are there from the first watch on. */
	file_watch_fd();
	stage_run(&limit_calls, 0);
	stage_run(&core_one, 0);
	stage_run(&core_display, 0);
	for (unsigned int i = 0; i < NR(handles); i++) {
		stage_run(&core_handles, handles[i]);
	}
	for (unsigned int i = 0; i < NR(threads); i++) {
		stage_run(&limit_threads, threads[i]);
		stage_run(&core_threads, threads[i]);
	}
	for (unsigned int i = 0; i < NR(pages); i++) {
		pages_run(pages[i]);
	}
	return 0;
}
