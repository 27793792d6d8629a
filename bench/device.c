/* SPDX-License-Identifier: MIT */
/*
 * uprime-bench-device: what a DRM device costs a program. It knows libc and
 * the kernel's interfaces only, so that it runs on Linux's vgem as well; the
 * limits of the system are measured in the same run.
 */
#include <sys/resource.h>

#include "cpu.h"
#include "device.h"
#include "measure.h"

static const unsigned long buffers[] = {1, 10, 100, 1000, 10000, 100000};
static const unsigned long clients[] = {1, 2, 4, 16, 64, 256};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct stage *const stages[] = {
	&limit_calls, &limit_pair, &limit_pair_awake, &limit_copy,
	&device_one,  &device_two, &device_far,	      &device_frames,
	&device_frames_read,
};

static const struct stage *const stages_one_cpu[] = {
	&limit_pair_one_cpu,
	&device_one_cpu,
};

static unsigned int count_points(void)
{
	unsigned int nr = SERVER_POINTS;

	for (unsigned int i = 0; i < NR(stages); i++) {
		nr += stage_points(stages[i]);
	}
	for (unsigned int i = 0; i < NR(stages_one_cpu); i++) {
		nr += stage_points(stages_one_cpu[i]);
	}
	nr += NR(buffers) * stage_points(&device_buffers);
	return nr + NR(clients) * CLIENTS_POINTS;
}

static void raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void run_one_cpu(pid_t server)
{
	cpu_share(server);
	for (unsigned int i = 0; i < NR(stages_one_cpu); i++) {
		stage_run(stages_one_cpu[i], 0);
	}
	for (unsigned int i = 0; i < NR(buffers); i++) {
		stage_run(&device_buffers, buffers[i]);
	}
	cpu_spread(server);
}

int main(int argc, char **argv)
{
	pid_t server;

	measure_begin(argc, argv, count_points());
	raise_limit();
	server = server_pid();
	/* First, while the server's memory is new. */
	server_run(server);
	for (unsigned int i = 0; i < NR(stages); i++) {
		stage_run(stages[i], 0);
	}
	run_one_cpu(server);
	for (unsigned int i = 0; i < NR(clients); i++) {
		clients_run(clients[i]);
	}
	return 0;
}
