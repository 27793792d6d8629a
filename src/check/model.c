/* SPDX-License-Identifier: MIT */
/**
 * DOC: what processes have
 *
 * Processes begin when they are first heard of: as the child of a fork with
 * their parent's fds, or as a new program, which tells what it was given. They
 * end when all their records were seen. What was still there then leaked, if
 * the process ended by itself; the system's signals leave no time for order.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* Something is made "again and again" when it was made this often, in as many
 * different moments (of this length, in ns), and at most one in eight went. */
#define GROWTH_MADE  32
#define GROWTH_SLOTS 16
#define GROWTH_SLOT  5000000ull

struct check *check_create(void)
{
	struct check *check = calloc(1, sizeof(*check));

	if (!check) {
		return NULL;
	}
	check->stacks = stacks_create();
	check->symbols = symbols_create();
	findings_init(&check->findings);
	if (!check->stacks || !check->symbols) {
		check_destroy(check);
		return NULL;
	}
	return check;
}

static void free_values(struct u64map *map)
{
	for (size_t i = 0; i < map->size; i++) {
		free(map->entries[i].value);
	}
	u64map_destroy(map);
}

static void free_file(struct open_file *file)
{
	for (size_t kind = 0; kind < ARRAY_SIZE(file->ids); kind++) {
		free_values(&file->ids[kind]);
	}
	free(file);
}

static void free_files(struct u64map *files)
{
	for (size_t i = 0; i < files->size; i++) {
		if (files->entries[i].value) {
			free_file(files->entries[i].value);
		}
	}
	u64map_destroy(files);
}

static void process_free(struct check *check, struct process *process)
{
	fds_clear(check, process, &process->old_fds, false);
	fds_clear(check, process, &process->fds, false);
	accesses_ended(check, process, false);
	free_values(&process->closed);
	code_clear(&process->code);
	free(process);
}

void check_destroy(struct check *check)
{
	for (size_t i = 0; i < check->processes.size; i++) {
		struct process *process = check->processes.entries[i].value;

		/* Nobody looks at it any more while it goes. */
		check->processes.entries[i].value = NULL;
		if (process) {
			process_free(check, process);
		}
	}
	u64map_destroy(&check->processes);
	/* What was sent to programs that are not watched. */
	free_files(&check->dmabufs);
	free_values(&check->origins);
	findings_clear(&check->findings);
	symbols_destroy(check->symbols);
	stacks_destroy(check->stacks);
	free(check);
}

struct process *process_of(struct check *check, int pid)
{
	return u64map_find(&check->processes, (u64)pid);
}

static void set_path(struct process *process, const char *path)
{
	const char *slash = strrchr(path, '/');

	memcpy(process->path, path, strnlen(path, TRACE_PATH - 1) + 1);
	process->path[TRACE_PATH - 1] = '\0';
	snprintf(process->exe, sizeof(process->exe), "%s",
		 slash ? slash + 1 : path);
}

static struct process *process_make(struct check *check, int pid)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process) {
		return NULL;
	}
	process->pid = pid;
	if (u64map_insert(&check->processes, (u64)pid, process)) {
		free(process);
		return NULL;
	}
	return process;
}

struct place place_of(struct check *check, struct process *process,
		      const struct trace_record *record)
{
	return (struct place){
		.stack = stacks_get(check->stacks, &process->code, record),
		.pid = process->pid,
		.tid = record->tid,
	};
}

static bool grows(const struct origin *origin)
{
	return origin->made >= GROWTH_MADE && origin->slots >= GROWTH_SLOTS &&
	       origin->gone * 8 <= origin->made;
}

static u64 clock_slot;

struct origin *origin_made(struct check *check, struct process *process,
			   enum trace_kind kind, const struct place *place)
{
	struct finding_place at = {"made", *place};
	struct origin *origin;
	u64 key;

	if (!place->stack) {
		return NULL;
	}
	key = place->stack->hash ^ (u64)kind * 0x9e3779b97f4a7c15 ^
	      (u64)process->pid;
	origin = u64map_find(&check->origins, key);
	if (!origin) {
		origin = calloc(1, sizeof(*origin));
		if (!origin || u64map_insert(&check->origins, key, origin)) {
			free(origin);
			return NULL;
		}
		origin->stack = place->stack;
		origin->kind = kind;
		origin->first = *place;
	}
	origin->made++;
	if (clock_slot != origin->last_slot) {
		origin->last_slot = clock_slot;
		origin->slots++;
	}
	if (!origin->grows && grows(origin)) {
		origin->grows = true;
		findings_add(&check->findings, RULE_GROWTH, process->exe, &at,
			     1, 0,
			     "%llu made here and %llu of them released, when "
			     "it was noticed",
			     (unsigned long long)origin->made,
			     (unsigned long long)origin->gone);
	}
	return origin;
}

void origin_gone(struct origin *origin)
{
	if (origin) {
		origin->gone++;
	}
}

struct fd *fd_of(struct process *process, s64 fd)
{
	return fd < 0 ? NULL : u64map_find(&process->fds, (u64)fd);
}

static void never_imported(struct check *check, struct open_file *file)
{
	const struct finding_place places[] = {
		{"exported", file->made},
		{"passed on", file->sent_at},
	};

	findings_add(&check->findings, RULE_NEVER_IMPORTED, file->exe, places,
		     2, 0, "the last fd of it was closed");
}

void file_put(struct check *check, struct process *process,
	      struct open_file *file, bool orderly)
{
	if (--file->refs) {
		return;
	}
	if (file->kind == TRACE_KIND_DEVICE) {
		ids_file_closed(check, process, file, orderly);
	}
	if (file->sent && file->received && !file->used) {
		never_imported(check, file);
	}
	accesses_forget(check, file, orderly);
	if (file->key) {
		u64map_remove(&check->dmabufs, file->key);
	}
	free_file(file);
}

/* The fds of a child are its parent's when it forked. */
static void forked(struct check *check, struct process *process, int parent_pid)
{
	struct process *parent = process_of(check, parent_pid);

	if (!parent) {
		return;
	}
	process->parent = parent_pid;
	set_path(process, parent->path);
	/* It tells of its code first, if the parent had not yet. */
	if (!process->code.nr) {
		code_copy(&process->code, &parent->code);
	}
	for (size_t i = 0; i < parent->fds.size; i++) {
		const struct fd *old = parent->fds.entries[i].value;
		struct fd *fd = old ? malloc(sizeof(*fd)) : NULL;

		if (!fd) {
			continue;
		}
		*fd = *old;
		fd->inherited = true;
		fd->origin = NULL;
		if (u64map_insert(&process->fds, parent->fds.entries[i].key,
				  fd)) {
			free(fd);
			continue;
		}
		fd->file->refs++;
	}
}

/* A new program: what it has it tells next. */
static void started(struct check *check, struct process *process,
		    const struct trace_record *record)
{
	fds_clear(check, process, &process->old_fds, false);
	process->old_fds = process->fds;
	process->fds = (struct u64map){0};
	process->parent = (int)record->args[0];
	process->starting = true;
	process->exiting = false;
	accesses_ended(check, process, false);
	free_values(&process->closed);
	process->closed = (struct u64map){0};
	code_clear(&process->code);
	set_path(process, record->path);
}

void check_process_ended(struct check *check, struct process *process)
{
	bool orderly = process->exiting;

	fds_clear(check, process, &process->old_fds, false);
	process->old_fds = (struct u64map){0};
	accesses_ended(check, process, orderly);
	if (orderly) {
		fds_leaked(check, process);
	}
	fds_clear(check, process, &process->fds, orderly);
	process->fds = (struct u64map){0};
	u64map_remove(&check->processes, (u64)process->pid);
	process_free(check, process);
}

void check_record(struct check *check, const struct trace_record *record)
{
	struct process *process = process_of(check, atomic_load(&record->pid));

	clock_slot = record->time / GROWTH_SLOT;
	if (!process) {
		process = process_make(check, atomic_load(&record->pid));
	}
	if (!process) {
		return;
	}
	if (process->starting && record->op != TRACE_INHERIT &&
	    record->op != TRACE_MODULE) {
		process->starting = false;
		fds_clear(check, process, &process->old_fds, false);
		process->old_fds = (struct u64map){0};
	}
	switch (record->op) {
	case TRACE_START:
		started(check, process, record);
		break;
	case TRACE_MODULE:
		code_add(check->stacks, &process->code, record);
		break;
	case TRACE_FORK:
		forked(check, process, (int)record->args[0]);
		break;
	case TRACE_EXIT:
		process->exiting = true;
		break;
	case TRACE_ACQUIRE:
	case TRACE_RELEASE:
	case TRACE_USE:
	case TRACE_WAIT:
		ids_record(check, process, record);
		break;
	case TRACE_MAP:
	case TRACE_UNMAP:
	case TRACE_SYNC:
	case TRACE_ACCESS_MISSING:
		accesses_record(check, process, record);
		break;
	default:
		fds_record(check, process, record);
		break;
	}
}
