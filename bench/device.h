/* SPDX-License-Identifier: MIT */
/* The parts of uprime-bench-device. */
#ifndef UPRIME_BENCH_DEVICE_H
#define UPRIME_BENCH_DEVICE_H

#include <sys/types.h>

#include "limits.h"
#include "set.h"
#include "stage.h"

/* A 4K frame, 32 bits per pixel. */
#define FRAME_WIDTH  3840
#define FRAME_HEIGHT 2160

/* The system alone, beside limits.h. */
extern const struct stage limit_pair;
extern const struct stage limit_pair_awake;
extern const struct stage limit_copy;

/* One open device, or two of one process. */
extern const struct stage device_one;
extern const struct stage device_two;

/* Two devices. */
extern const struct stage device_far;

/* The round trips of these, for a time when all run on one CPU (cpu.h). */
extern const struct stage limit_pair_one_cpu;
extern const struct stage device_one_cpu;

/* Two processes; the second has its consumer look at each page. */
extern const struct stage device_frames;
extern const struct stage device_frames_read;

/* n buffers in one open device. */
extern const struct stage device_buffers;

/* n processes, each with the device open; how many points: */
#define CLIENTS_POINTS 10
void clients_run(unsigned long n);

/* What the server uses while nobody asks anything. */
#define SERVER_POINTS 3
void server_run(pid_t server);

/* The process that listens on the session's socket; -1 if there is none. */
pid_t server_pid(void);

#endif
