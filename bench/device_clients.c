/* SPDX-License-Identifier: MIT */
/*
 * Many processes at once, each with the device open, each as fast as it can.
 * They start together and stop at the same time; one that never had a turn has
 * it then. Each sorts the times of its
 * operations into a histogram in memory shared with the parent.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "clock.h"
#include "device.h"
#include "histogram.h"
#include "measure.h"

#define DURATION_NS	  1500000000ull
#define DURATION_QUICK_NS 500000000ull

/* What a client does; returns how long the part took that counts, in ns. */
struct load {
	const char *name;
	uint64_t (*once)(int card);
};

struct client {
	struct histogram times;
	char error[128]; /* "" if all went well */
};

/* Shared with the clients. */
struct crowd {
	uint64_t end; /* ns; set before the clients are let go */
	struct client clients[];
};

static uint64_t create_close(int card)
{
	uint64_t start = now_ns();

	card_destroy(card, card_create(card, SET_WIDTH, SET_WIDTH));
	return now_ns() - start;
}

/* The rest goes on beside it, and is load for the others. */
static uint64_t first_export(int card)
{
	uint32_t handle = card_create(card, SET_WIDTH, SET_WIDTH);
	uint64_t start = now_ns(), took;
	int fd = card_export(card, handle);

	took = now_ns() - start;
	close(fd);
	card_destroy(card, handle);
	return took;
}

static void work(struct crowd *crowd, struct client *client,
		 const struct load *load, int ready, int go)
{
	int card = card_open(0);
	char byte = 0;

	load->once(card);
	if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 0) {
		return;
	}
	do {
		histogram_add(&client->times, load->once(card));
	} while (now_ns() < crowd->end && !call_error());
	if (call_error()) {
		strncpy(client->error, call_error(), sizeof(client->error) - 1);
	}
}

/* Start the clients, let them go when all are ready, and wait for them. */
static void crowd_work(struct crowd *crowd, unsigned long n,
		       const struct load *load)
{
	int ready[2], go[2];
	unsigned long i;
	char byte;

	if (pipe(ready) || pipe(go)) {
		call_fail("pipe", errno);
		return;
	}
	for (i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			call_fail("fork", errno);
			break;
		}
		if (!pid) {
			close(ready[0]);
			close(go[1]);
			work(crowd, &crowd->clients[i], load, ready[1], go[0]);
			_exit(0);
		}
	}
	close(ready[1]);
	close(go[0]);
	for (i = 0; i < n && read(ready[0], &byte, 1) == 1; i++) {
	}
	crowd->end = now_ns() + (measure_quick() ? DURATION_QUICK_NS
						 : DURATION_NS);
	close(go[1]);
	close(ready[0]);
	while (wait(NULL) > 0 || errno == EINTR) {
	}
	if (i < n) {
		call_fail("clients that got ready", ECHILD);
	}
}

static void report(const char *load, const char *what, unsigned long n,
		   const char *unit, double value)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s", load, what);
	measure_report("device", name, "clients", n, unit, &value, 1);
}

static void report_all(const struct crowd *crowd, unsigned long n,
		       const struct load *load)
{
	double seconds = (measure_quick() ? DURATION_QUICK_NS : DURATION_NS) /
			 1e9;
	double worst = 0, mean, median;
	struct histogram all = {0};
	uint64_t least = UINT64_MAX, most = 0;
	char name[64];

	for (unsigned long i = 0; i < n; i++) {
		const struct histogram *times = &crowd->clients[i].times;
		double p99 = histogram_at(times, 0.99);

		histogram_merge(&all, times);
		worst = p99 > worst ? p99 : worst;
		least = times->total < least ? times->total : least;
		most = times->total > most ? times->total : most;
	}
	median = histogram_at(&all, 0.5);
	mean = (double)all.total / (double)n;
	snprintf(name, sizeof(name), "%s latency", load->name);
	measure_report_quartiles(
		"device", name, "clients", n, "ns", median,
		histogram_at(&all, 0.25), histogram_at(&all, 0.75),
		histogram_at(&all, 0), histogram_at(&all, 0.99), all.total);
	report(load->name, " rate", n, "1/s", (double)all.total / seconds);
	report(load->name, " fairness", n, "ratio", worst / median);
	report(load->name, " least share", n, "ratio", (double)least / mean);
	report(load->name, " largest share", n, "ratio", (double)most / mean);
}

static const char *failure(const struct crowd *crowd, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		if (crowd->clients[i].error[0]) {
			return crowd->clients[i].error;
		}
	}
	return NULL;
}

/* Are any of the points wanted that come of it? */
static bool load_wanted(const struct load *load, unsigned long n)
{
	static const char *const whats[] = {"latency", "rate", "fairness",
					    "least share", "largest share"};
	bool wanted = false;

	for (unsigned int i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s %s", load->name, whats[i]);
		wanted |= measure_wanted("device", name, "clients", n);
	}
	return wanted;
}

static void load_run(const struct load *load, unsigned long n)
{
	size_t size = sizeof(struct crowd) + n * sizeof(struct client);
	const char *reason;
	struct crowd *crowd;

	if (!load_wanted(load, n)) {
		return;
	}
	crowd = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crowd == MAP_FAILED) {
		abort();
	}
	crowd_work(crowd, n, load);
	reason = call_error() ? call_error() : failure(crowd, n);
	if (reason) {
		measure_missing("device", load->name, "clients", n, reason);
	} else {
		report_all(crowd, n, load);
	}
	munmap(crowd, size);
	call_forget();
}

void clients_run(unsigned long n)
{
	static const struct load loads[] = {
		{"create+close", create_close},
		{"first export", first_export},
	};

	load_run(&loads[0], n);
	load_run(&loads[1], n);
}
