/* SPDX-License-Identifier: MIT */
/*
 * A stage is what some measurements need, say a device with n buffers; a
 * point is one of them. What is not to be measured is done before and after
 * each batch.
 */
#ifndef UPRIME_BENCH_STAGE_H
#define UPRIME_BENCH_STAGE_H

/* As many objects as one batch may prepare: each may need an fd. */
#define BATCH_MAX 1000

/**
 * struct point - something that takes time
 * @group: "limit" or "device"
 * @name: what it is called
 * @before: once, before all batches; or NULL
 * @prepare: before each batch of @times, untimed; or NULL
 * @run: does it @times times
 * @clean: after each batch, untimed; or NULL
 *
 * With @prepare or @clean a batch is at most BATCH_MAX times.
 */
struct point {
	const char *group;
	const char *name;
	void (*before)(void *data);
	void (*prepare)(void *data, unsigned long times);
	void (*run)(void *data, unsigned long times);
	void (*clean)(void *data, unsigned long times);
};

/**
 * struct stage - some points and what they need
 * @scale: what n counts, or ""
 * @open: set up for @n
 * @close: undo it, also if it failed (call_error())
 * @points: in the order in which they run; ends with one without a name
 */
struct stage {
	const char *scale;
	void *(*open)(unsigned long n);
	void (*close)(void *data);
	const struct point *points;
};

/**
 * stage_run() - measure and report all points of a stage that were asked for
 * @stage: the stage
 * @n: of what is in @stage->scale; 0 without one
 *
 * A point that cannot be had is reported as missing.
 */
void stage_run(const struct stage *stage, unsigned long n);

/**
 * stage_points() - how many there are
 */
unsigned int stage_points(const struct stage *stage);

#endif
