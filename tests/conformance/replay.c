/* SPDX-License-Identifier: MIT */
/**
 * DOC: the controlling process
 *
 * It hands each operation to its worker, prints what comes back, and goes on
 * only then; a worker that ends is reaped before the next operation. Inodes
 * are told apart by letters in the order of their first appearance.
 *
 * A process that ends closes its fds in the order of their numbers, which only
 * its kernel knows, and among holes of one size the last to appear is filled
 * first. That order is no rule for anybody: so after each end all holes among
 * the offsets are filled, and made anew in ascending order.
 */
#include "conform.h"
#include "ops.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_SECONDS 30

#define MAX_FILLERS 4096

struct filler {
	uint32_t handle;
	uint64_t offset;
};

struct controller {
	int channels[NR_WORKERS];
	pid_t pids[NR_WORKERS];
	uint64_t values[128][NR_SLOTS]; /* by letter */
	bool full[128][NR_SLOTS];
	uint64_t *inodes;
	size_t nr_inodes;
	bool digest;
	uint64_t sum;
};

static void start_worker(struct controller *c, unsigned int i)
{
	int pair[2];

	fd_channel(pair);
	fflush(stdout);
	c->pids[i] = fork();
	if (!c->pids[i]) {
		for (unsigned int j = 0; j < NR_WORKERS; j++) {
			if (j != i) {
				close(c->channels[j]);
			}
		}
		close(pair[0]);
		worker_run(pair[1]);
	}
	close(pair[1]);
	c->channels[i] = pair[0];
}

/* Waits until nothing is left of it, which is after its last close. */
static void end_worker(struct controller *c, unsigned int i, bool by_signal)
{
	if (by_signal) {
		kill(c->pids[i], SIGKILL);
	}
	close(c->channels[i]);
	c->channels[i] = -1;
	while (waitpid(c->pids[i], NULL, 0) < 0 && errno == EINTR) {
	}
}

static bool exchange(struct controller *c, unsigned int i, const struct op *op,
		     int send_fd, struct answer *answer, int *fd)
{
	struct pollfd wait = {.fd = c->channels[i], .events = POLLIN};

	*fd = -1;
	if (channel_send(c->channels[i], op, sizeof(*op), send_fd) &&
	    poll(&wait, 1, ANSWER_SECONDS * 1000) == 1 &&
	    channel_receive(c->channels[i], answer, sizeof(*answer), fd)) {
		return true;
	}
	end_worker(c, i, true);
	start_worker(c, i);
	memset(answer, 0, sizeof(*answer));
	strcpy(answer->text, "the worker died");
	return false;
}

static void pass_on(struct controller *c, const struct op *op,
		    struct answer *answer)
{
	int fd, none;

	if (!exchange(c, op->worker, op, -1, answer, &fd) || fd < 0) {
		return;
	}
	exchange(c, (unsigned int)op->args[1], op, fd, answer, &none);
	close(fd);
}

/* Another worker becomes a copy of this one. */
static void fork_worker(struct controller *c, const struct op *op,
			struct answer *answer)
{
	unsigned int target = (unsigned int)op->args[0];
	struct answer hello;
	int pair[2], none;

	if (target == op->worker) {
		strcpy(answer->text, "itself");
		return;
	}
	end_worker(c, target, true);
	fd_channel(pair);
	c->channels[target] = pair[0];
	exchange(c, op->worker, op, pair[1], answer, &none);
	close(pair[1]);
	if (channel_receive(pair[0], &hello, sizeof(hello), &none)) {
		c->pids[target] = hello.pid;
	} else {
		strcpy(answer->text, "no copy");
	}
}

static int compare_fillers(const void *a, const void *b)
{
	const struct filler *first = a, *second = b;

	return first->offset < second->offset ? -1 : 1;
}

static void settle_offsets(void)
{
	struct filler fillers[MAX_FILLERS];
	struct drm_mode_create_dumb dumb;
	int file = open_card();
	size_t count = 0;

	/* Nothing of this size fits a hole: it is behind all others. */
	if (dumb_create(file, 32767, 32767, &dumb) ||
	    dumb_offset(file, dumb.handle, &fillers[count++].offset)) {
		give_up("settling the offsets");
	}
	do {
		fillers[count].handle = dumb_pages(file, 1);
		dumb_offset(file, fillers[count].handle,
			    &fillers[count].offset);
	} while (fillers[count++].offset < fillers[0].offset &&
		 count < MAX_FILLERS);
	qsort(fillers + 1, count - 1, sizeof(*fillers), compare_fillers);
	for (size_t i = 1; i < count; i++) {
		gem_close(file, fillers[i].handle);
	}
	close(file);
}

static void control(struct controller *c, const struct op *op,
		    struct answer *answer)
{
	const char *name = verbs[op->verb].name;

	if (!strcmp(name, "fork")) {
		fork_worker(c, op, answer);
	} else {
		if (!strcmp(name, "exit")) {
			channel_send(c->channels[op->worker], op, sizeof(*op),
				     -1);
		}
		end_worker(c, op->worker, !strcmp(name, "kill"));
		start_worker(c, op->worker);
		strcpy(answer->text, "gone");
	}
	settle_offsets();
}

/* The argument that is a slot of ours, if there is one. */
static bool own_slot(const struct op *op, char *letter, unsigned int *slot,
		     bool *fills)
{
	for (unsigned int i = 0; i < op->nr_args; i++) {
		bool empties;

		*letter = verb_arg(&verbs[op->verb], i, fills, &empties);
		*slot = (unsigned int)op->args[i];
		if (strchr("nog", *letter)) {
			return true;
		}
	}
	return false;
}

static char letter_of(struct controller *c, uint64_t inode)
{
	size_t i = 0;

	while (i < c->nr_inodes && c->inodes[i] != inode) {
		i++;
	}
	if (i == c->nr_inodes) {
		c->inodes = realloc(c->inodes, (i + 1) * sizeof(inode));
		c->inodes[c->nr_inodes++] = inode;
	}
	return (char)('A' + i % 26);
}

static void print_line(struct controller *c, const char *line)
{
	if (!c->digest) {
		puts(line);
	}
	for (; *line; line++) {
		c->sum = (c->sum ^ (unsigned char)*line) * 0x100000001b3ULL;
	}
}

static void run_op(struct controller *c, struct op *op)
{
	struct answer answer = {0};
	unsigned int slot;
	char letter;
	bool fills, ours = own_slot(op, &letter, &slot, &fills);
	int fd = -1;

	if (ours && !fills) {
		op->value = c->values[(int)letter][slot];
		op->has_value = c->full[(int)letter][slot];
	}
	switch (verbs[op->verb].by) {
	case BY_WORKER:
		exchange(c, op->worker, op, -1, &answer, &fd);
		break;
	case BY_WORKER_TO_WORKER:
		pass_on(c, op, &answer);
		break;
	default:
		control(c, op, &answer);
	}
	if (ours && fills && answer.has_value) {
		c->values[(int)letter][slot] = answer.value;
		c->full[(int)letter][slot] = true;
	}
	print_line(c, answer.has_inode
			      ? text("%s -> %s buffer %c", op_text(op),
				     answer.text, letter_of(c, answer.inode))
			      : text("%s -> %s", op_text(op), answer.text));
}

static void begin(struct controller *c, bool digest)
{
	memset(c, 0, sizeof(*c));
	c->digest = digest;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		c->channels[i] = -1;
	}
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		start_worker(c, i);
	}
}

static void end(struct controller *c)
{
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		end_worker(c, i, true);
	}
	free(c->inodes);
}

int random_run(unsigned int seed, unsigned int count,
	       const struct options *options)
{
	struct op *ops = random_ops(seed, count, options);
	struct controller c;

	begin(&c, false);
	for (unsigned int i = 0; i < count; i++) {
		run_op(&c, &ops[i]);
	}
	end(&c);
	free(ops);
	return 0;
}

int replay_run(const char *path, bool digest)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char line[256], name[256] = "";
	struct controller c;
	struct op op;
	int status = 0;

	if (!file) {
		perror(path);
		return 2;
	}
	begin(&c, digest);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "== ", 3)) {
			if (*name) {
				end(&c);
				if (digest) {
					printf("%s %016llx\n", name,
					       (unsigned long long)c.sum);
				}
				begin(&c, digest);
			}
			strcpy(name, line);
			if (!digest) {
				puts(line);
			}
		} else if (op_parse(line, &op)) {
			run_op(&c, &op);
		} else if (*line && *line != '#') {
			fprintf(stderr, "conform: what is '%s'?\n", line);
			status = 2;
		}
	}
	end(&c);
	if (digest) {
		printf("%s %016llx\n", name, (unsigned long long)c.sum);
	}
	return status;
}
