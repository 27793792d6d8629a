/* SPDX-License-Identifier: MIT */
/* The checker on traces that no program with good manners writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define RECORDS 200000

static unsigned int seed;

static unsigned int number(unsigned int below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

static void fill(struct trace_record *record)
{
	memset(record, 0, sizeof(*record));
	record->op = (uint16_t)number(TRACE_WAIT + 3);
	record->pid = 100 + (int)number(6);
	record->tid = record->pid;
	record->time = number(1000000000);
	record->ret = number(4) ? 0 : -(int)number(40);
	record->nr_frames = (uint16_t)number(6);
	for (unsigned int i = 0; i < record->nr_frames; i++) {
		record->frames[i] = 0x1000 + 16 * number(8);
	}
	for (unsigned int i = 0; i < TRACE_ARGS; i++) {
		/* Mostly what there may be, at times anything. */
		record->args[i] = number(20) ? number(12) - 1
					     : (int64_t)(seed * 0x9e3779b9ull);
	}
	if (record->op == TRACE_START || record->op == TRACE_MODULE) {
		record->nr_frames = 0;
		strcpy(record->path, number(2) ? "/bin/a" : "/lib/b.so");
	}
}

static void test_anything(void **state)
{
	struct check *check = check_create();
	struct trace_record record;

	(void)state;
	assert_non_null(check);
	for (seed = 1; seed < 4; seed++) {
		for (int i = 0; i < RECORDS; i++) {
			fill(&record);
			check_record(check, &record);
			if (!number(5000)) {
				struct process *process =
					process_of(check, record.pid);

				if (process) {
					check_process_ended(check, process);
				}
			}
		}
	}
	assert_true(findings_count(&check->findings) > 0);
	check_destroy(check);
}

/* A place in the order that is taken, by a process that dies with it. */
static void take_and_die(struct trace *trace)
{
	pid_t pid = fork();

	if (!pid) {
		uint64_t index = atomic_fetch_add(&trace->head, 1);

		atomic_store(&trace->records[index % TRACE_RECORDS].pid,
			     getpid());
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void put(struct trace *trace, uint16_t op)
{
	uint64_t index = atomic_fetch_add(&trace->head, 1);
	struct trace_record *record = &trace->records[index % TRACE_RECORDS];

	record->op = op;
	atomic_store(&record->pid, getpid());
	atomic_store(&record->done, index + 1);
}

static void test_hole(void **state)
{
	const struct trace_record *record = NULL;
	struct reader reader;

	(void)state;
	assert_int_equal(reader_open(&reader, 0), 0);
	take_and_die(reader.trace);
	put(reader.trace, TRACE_EXIT);
	for (int i = 0; i < 1000 && !record; i++) {
		record = reader_next(&reader);
	}
	assert_non_null(record);
	assert_int_equal(record->op, TRACE_EXIT);
	assert_null(reader_next(&reader));
	reader_close(&reader);
}

static void test_under_way(void **state)
{
	struct reader reader;
	uint64_t index;

	(void)state;
	assert_int_equal(reader_open(&reader, 0), 0);
	index = atomic_fetch_add(&reader.trace->head, 1);
	atomic_store(&reader.trace->records[index].pid, getpid());
	put(reader.trace, TRACE_EXIT);
	for (int i = 0; i < 1000; i++) {
		assert_null(reader_next(&reader));
	}
	atomic_store(&reader.trace->records[index].done, index + 1);
	assert_non_null(reader_next(&reader));
	assert_non_null(reader_next(&reader));
	reader_close(&reader);
}

static void test_wraps(void **state)
{
	struct reader reader;

	(void)state;
	assert_int_equal(reader_open(&reader, 0), 0);
	for (unsigned int i = 0; i < 3 * TRACE_RECORDS; i++) {
		put(reader.trace, TRACE_USE);
		assert_non_null(reader_next(&reader));
	}
	assert_null(reader_next(&reader));
	reader_close(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anything),
		cmocka_unit_test(test_hole),
		cmocka_unit_test(test_under_way),
		cmocka_unit_test(test_wraps),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
