/* SPDX-License-Identifier: MIT */
/**
 * DOC: sequences of operations
 *
 * An operation names slots, not answers: "w1 export f0 h3 2 d1" exports what
 * worker 1 keeps in its handle slot 3, with flags 2, and keeps the fd in its
 * fd slot 1. So a sequence is the same whatever the device answers, and a part
 * of it is a sequence, too: what meets an empty slot does nothing, and says
 * so.
 *
 * There are NR_WORKERS processes with slots of their own for files (f),
 * handles (h), dma-buf fds (d), mappings (m), fences (e) and fds of sync_files
 * (s), and where a device has syncobjs for its files (r), their handles (y)
 * and their fds, which are in the same slots as those of sync_files. What is
 * only a number lives in the controlling process and goes to any worker: names
 * (n), offsets (o), magics (g).
 */
#ifndef CONFORM_OPS_H
#define CONFORM_OPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define NR_WORKERS 3
#define NR_SLOTS   6
#define MAX_ARGS   5

enum run_by {
	BY_WORKER,
	BY_WORKER_TO_WORKER, /* its fd goes on to the worker in argument 1 */
	BY_CONTROLLER,
};

struct op;
struct options;
struct worker;

struct answer {
	char text[400];
	uint64_t value; /* for the controller's slot */
	uint64_t inode; /* of a dma-buf: the controller knows it by a letter */
	bool has_value, has_inode, has_fd;
	pid_t pid;
};

struct verb {
	const char *name;
	/* One letter for each argument: a slot (a capital if it is filled, an
	 * apostrophe after it if it is emptied), w worker, # number. */
	const char *args;
	/* How often, and the highest number it takes. */
	unsigned int weight, limits[MAX_ARGS];
	enum run_by by;
	/* fd: what came with the operation or goes with the answer, or -1. */
	void (*run)(struct worker *worker, const struct op *op,
		    struct answer *answer, int *fd);
	bool syncobj; /* needs a device that has syncobjs */
};

/* Ends with one that has no name. */
extern const struct verb verbs[];

struct op {
	unsigned int worker;
	unsigned int verb; /* of verbs */
	unsigned int nr_args;
	uint64_t args[MAX_ARGS];
	/* What is in the controller's slot that an argument names. */
	uint64_t value;
	bool has_value;
};

/* The letter of argument @i, and whether it is filled or emptied. */
char verb_arg(const struct verb *verb, unsigned int i, bool *fills,
	      bool *empties);
unsigned int verb_nr_args(const struct verb *verb);
/* false: this is no operation. */
bool op_parse(const char *line, struct op *op);
const char *op_text(const struct op *op);

/* random.c: a sequence that depends on the seed only. */
struct op *random_ops(unsigned int seed, unsigned int count,
		      const struct options *options);

/* worker.c: serves operations until the channel is closed. */
_Noreturn void worker_run(int channel);
/* Both ends of the channel; a descriptor of -1 is none. */
bool channel_send(int channel, const void *data, size_t size, int fd);
bool channel_receive(int channel, void *data, size_t size, int *fd);

#endif
