/* SPDX-License-Identifier: MIT */
/* Fds: made, copied, passed on, closed. */
#include "check.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static struct open_file *file_make(struct process *process,
				   enum trace_kind kind,
				   const struct place *place)
{
	struct open_file *file = calloc(1, sizeof(*file));

	if (file) {
		file->kind = kind;
		file->made = *place;
		snprintf(file->exe, sizeof(file->exe), "%s", process->exe);
	}
	return file;
}

/* The open file of an identity, whoever has it; made if it is new. */
static struct open_file *file_of(struct check *check, struct process *process,
				 enum trace_kind kind, u64 identity,
				 const struct place *place)
{
	u64 key = kind == TRACE_KIND_DMABUF ? identity : 0;
	struct open_file *file = key ? u64map_find(&check->dmabufs, key) : NULL;

	if (file) {
		return file;
	}
	file = file_make(process, kind, place);
	if (file && key && !u64map_insert(&check->dmabufs, key, file)) {
		file->key = key;
	}
	return file;
}

void fds_drop(struct check *check, struct process *process, struct fd *fd,
	      bool orderly)
{
	origin_gone(fd->origin);
	file_put(check, process, fd->file, orderly);
	free(fd);
}

void fds_clear(struct check *check, struct process *process, struct u64map *fds,
	       bool orderly)
{
	for (size_t i = 0; i < fds->size; i++) {
		if (fds->entries[i].value) {
			fds_drop(check, process, fds->entries[i].value,
				 orderly);
		}
	}
	u64map_destroy(fds);
}

/* Enter an fd; whatever had its number is closed. */
static struct fd *enter(struct check *check, struct process *process,
			s64 number, struct open_file *file,
			const struct place *place)
{
	struct fd *fd = u64map_remove(&process->fds, (u64)number);

	file->refs++;
	if (fd) {
		fds_drop(check, process, fd, true);
	}
	fd = calloc(1, sizeof(*fd));
	if (!fd || u64map_insert(&process->fds, (u64)number, fd)) {
		free(fd);
		file_put(check, process, file, false);
		return NULL;
	}
	fd->file = file;
	fd->made = *place;
	return fd;
}

static void made(struct check *check, struct process *process,
		 const struct trace_record *record)
{
	enum trace_kind kind = (enum trace_kind)record->args[1];
	struct place place = place_of(check, process, record);
	struct open_file *file;
	struct fd *fd;

	if (record->ret < 0 || record->args[0] < 0) {
		return;
	}
	file = file_of(check, process, kind, (u64)record->args[3], &place);
	fd = file ? enter(check, process, record->args[0], file, &place) : NULL;
	if (fd) {
		fd->origin = origin_made(check, process, kind, &place);
	}
}

static void opened(struct check *check, struct process *process,
		   const struct trace_record *record)
{
	struct place place = place_of(check, process, record);
	struct open_file *file = file_make(process, TRACE_KIND_DEVICE, &place);

	if (file) {
		enter(check, process, record->args[0], file, &place);
	}
}

static void received(struct check *check, struct process *process,
		     const struct trace_record *record)
{
	enum trace_kind kind = (enum trace_kind)record->args[1];
	struct place place = place_of(check, process, record);
	struct open_file *file;
	struct fd *fd;

	file = file_of(check, process, kind, (u64)record->args[2], &place);
	if (!file) {
		return;
	}
	file->received = true;
	fd = enter(check, process, record->args[0], file, &place);
	if (fd) {
		fd->origin = origin_made(check, process, kind, &place);
		if (file->under_way) {
			file->under_way--;
			file_put(check, process, file, true);
		}
	}
}

static void told_twice(struct check *check, struct process *process,
		       const struct trace_record *record)
{
	struct closed_fd *old =
		u64map_find(&process->closed, (u64)record->args[0]);
	struct finding_place places[3];

	if (!old || record->ret != -EBADF) {
		return;
	}
	places[0] = (struct finding_place){"closed again",
					   place_of(check, process, record)};
	places[1] = (struct finding_place){"closed before", old->closed};
	places[2] = (struct finding_place){"made", old->made};
	findings_add(&check->findings, RULE_DOUBLE_CLOSE_FD, process->exe,
		     places, 3, 0, "fd %d", (int)record->args[0]);
}

static void remember(struct process *process, s64 number, const struct fd *fd,
		     const struct place *place)
{
	struct closed_fd *closed = u64map_find(&process->closed, (u64)number);

	if (!closed) {
		closed = calloc(1, sizeof(*closed));
		if (!closed ||
		    u64map_insert(&process->closed, (u64)number, closed)) {
			free(closed);
			return;
		}
	}
	*closed = (struct closed_fd){
		.kind = fd->file->kind, .made = fd->made, .closed = *place};
}

static void closed(struct check *check, struct process *process,
		   const struct trace_record *record)
{
	struct place place;
	struct fd *fd;

	if (record->ret < 0) {
		told_twice(check, process, record);
		return;
	}
	fd = u64map_remove(&process->fds, (u64)record->args[0]);
	if (!fd) {
		return;
	}
	place = place_of(check, process, record);
	remember(process, record->args[0], fd, &place);
	fds_drop(check, process, fd, true);
}

static void copied(struct check *check, struct process *process,
		   const struct trace_record *record)
{
	struct fd *old = fd_of(process, record->args[0]), *fd;
	struct place place = place_of(check, process, record);

	if (!old) {
		fd = u64map_remove(&process->fds, (u64)record->args[1]);
		if (fd) {
			fds_drop(check, process, fd, true);
		}
		return;
	}
	fd = enter(check, process, record->args[1], old->file, &place);
	if (fd) {
		fd->origin =
			origin_made(check, process, fd->file->kind, &place);
	}
}

static void sent(struct check *check, struct process *process,
		 const struct trace_record *record)
{
	struct fd *fd = fd_of(process, record->args[0]);

	if (!fd || !fd->file->key) {
		return;
	}
	/* Its last fd can be closed before it is received. */
	fd->file->under_way++;
	fd->file->refs++;
	if (!fd->file->sent) {
		fd->file->sent = true;
		fd->file->sent_at = place_of(check, process, record);
	}
}

static bool is_buffer(enum trace_kind kind)
{
	return kind == TRACE_KIND_DMABUF || kind == TRACE_KIND_SYNC_FILE ||
	       kind == TRACE_KIND_SYNCOBJ_FD;
}

static void no_cloexec(struct check *check, struct process *process,
		       const struct fd *fd, int number)
{
	const struct finding_place place = {"made", fd->made};

	findings_add(&check->findings, RULE_NO_CLOEXEC, fd->file->exe, &place,
		     1, 0, "fd %d is open in %s", number, process->exe);
}

/* A new program has an fd of the one before it, or of its parent. */
static void inherited(struct check *check, struct process *process,
		      const struct trace_record *record)
{
	enum trace_kind kind = (enum trace_kind)record->args[1];
	struct process *parent = process_of(check, process->parent);
	struct fd *old = u64map_find(&process->old_fds, (u64)record->args[0]);
	struct place nowhere = {.pid = process->pid, .tid = record->tid};
	struct open_file *file = NULL;
	struct fd *fd;

	if (!old && parent) {
		old = fd_of(parent, record->args[0]);
	}
	if (old && old->file->kind == kind) {
		file = old->file;
		if (is_buffer(kind)) {
			no_cloexec(check, process, old, (int)record->args[0]);
		}
	} else {
		old = NULL;
		file = file_of(check, process, kind, (u64)record->args[2],
			       &nowhere);
	}
	fd = file ? enter(check, process, record->args[0], file,
			  old ? &old->made : &nowhere)
		  : NULL;
	if (fd) {
		fd->inherited = true;
	}
}

static bool is_sane(const struct trace_record *record)
{
	bool has_kind = record->op == TRACE_FD || record->op == TRACE_RECV ||
			record->op == TRACE_INHERIT;

	return record->args[0] <= INT_MAX &&
	       (!has_kind || (record->args[1] >= TRACE_KIND_DEVICE &&
			      record->args[1] <= TRACE_KIND_SYNCOBJ_FD)) &&
	       (record->op == TRACE_FD || record->args[0] >= 0);
}

void fds_record(struct check *check, struct process *process,
		const struct trace_record *record)
{
	if (!is_sane(record)) {
		return;
	}
	switch (record->op) {
	case TRACE_OPEN:
		opened(check, process, record);
		break;
	case TRACE_FD:
		made(check, process, record);
		break;
	case TRACE_CLOSE:
		closed(check, process, record);
		break;
	case TRACE_DUP:
		copied(check, process, record);
		break;
	case TRACE_SEND:
		sent(check, process, record);
		break;
	case TRACE_RECV:
		received(check, process, record);
		break;
	case TRACE_INHERIT:
		inherited(check, process, record);
		break;
	default:
		break;
	}
}

void fds_leaked(struct check *check, struct process *process)
{
	for (size_t i = 0; i < process->fds.size; i++) {
		const struct fd *fd = process->fds.entries[i].value;
		struct finding_place place;
		enum rule rule;

		if (!fd || fd->inherited || !is_buffer(fd->file->kind) ||
		    (fd->origin && fd->origin->grows)) {
			continue;
		}
		rule = fd->file->kind == TRACE_KIND_DMABUF ? RULE_LEAK_DMABUF_FD
		       : fd->file->kind == TRACE_KIND_SYNC_FILE
			       ? RULE_LEAK_SYNC_FILE_FD
			       : RULE_LEAK_SYNCOBJ_FD;
		place = (struct finding_place){"made", fd->made};
		findings_add(&check->findings, rule, process->exe, &place, 1, 0,
			     "open when the program ended");
	}
}
