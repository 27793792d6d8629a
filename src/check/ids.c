/* SPDX-License-Identifier: MIT */
/**
 * DOC: handles and other ids of open devices
 *
 * A handle is not counted by the kernel: two imports of one dma-buf give the
 * same handle, and one close ends both. So that a handle was given out twice is
 * remembered, and told when it is used or closed after its close.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>

static const char *kind_name(enum trace_kind kind)
{
	switch (kind) {
	case TRACE_KIND_HANDLE:
		return "handle";
	case TRACE_KIND_FB:
		return "framebuffer";
	case TRACE_KIND_BLOB:
		return "blob";
	case TRACE_KIND_SYNCOBJ:
		return "syncobj";
	case TRACE_KIND_FENCE:
		return "fence";
	default:
		return "id";
	}
}

static struct id *id_get(struct open_file *file, enum trace_kind kind,
			 u32 number)
{
	struct id *id = u64map_find(&file->ids[kind], number);

	if (id) {
		return id;
	}
	id = calloc(1, sizeof(*id));
	if (!id || u64map_insert(&file->ids[kind], number, id)) {
		free(id);
		return NULL;
	}
	id->id = number;
	return id;
}

/* A handle's second life keeps what is to be said of the first. */
static void renew(struct id *id)
{
	id->had_before = id->nr_made > 0;
	id->before_made = id->made[0];
	id->before_closed = id->closed;
	id->before_used = id->used;
	id->used = NULL;
	id->nr_made = 0;
	id->bytes = 0;
	id->origin = NULL;
	id->unknown = false;
	id->live = true;
}

static void foreign_import(struct check *check, struct process *process,
			   const struct trace_record *record)
{
	const struct fd *fd = fd_of(process, record->args[4]);
	struct finding_place place;

	if (record->ret != -EINVAL || record->args[1] != TRACE_KIND_HANDLE ||
	    record->args[4] < 0 ||
	    (fd && fd->file->kind == TRACE_KIND_DMABUF)) {
		return;
	}
	place = (struct finding_place){"imported",
				       place_of(check, process, record)};
	findings_add(&check->findings, RULE_FOREIGN_IMPORT, process->exe,
		     &place, 1, 0, "fd %d", (int)record->args[4]);
}

static void acquired(struct check *check, struct process *process,
		     struct open_file *device,
		     const struct trace_record *record)
{
	enum trace_kind kind = (enum trace_kind)record->args[1];
	const struct fd *source = fd_of(process, record->args[4]);
	struct place place;
	struct id *id;

	if (record->ret < 0) {
		foreign_import(check, process, record);
		return;
	}
	if (record->args[4] >= 0 && source) {
		source->file->used = true;
	}
	id = id_get(device, kind, (u32)record->args[2]);
	if (!id) {
		return;
	}
	place = place_of(check, process, record);
	if (!id->live) {
		renew(id);
		id->made[0] = place;
		id->bytes = (u64)record->args[3];
		id->origin = origin_made(check, process, kind, &place);
	} else if (place.stack != id->made[0].stack) {
		id->made[1] = place;
	}
	id->nr_made++;
}

/* The story of a closed id, for who closes or uses it again. */
static void tell_closed(struct check *check, struct process *process,
			const struct id *id, enum trace_kind kind,
			const struct trace_record *record, bool closing)
{
	bool alias = kind == TRACE_KIND_HANDLE && id->nr_made > 1;
	struct finding_place places[FINDING_PLACES];
	unsigned int nr = 0;

	places[nr++] = (struct finding_place){closing ? "closed again" : "used",
					      place_of(check, process, record)};
	places[nr++] = (struct finding_place){"closed before", id->closed};
	places[nr++] = (struct finding_place){"made", id->made[0]};
	if (alias && id->made[1].stack) {
		places[nr++] = (struct finding_place){
			"and given out again, as the same handle", id->made[1]};
	}
	findings_add(
		&check->findings,
		alias	  ? RULE_ALIAS
		: closing ? RULE_DOUBLE_CLOSE
			  : RULE_USE_AFTER_CLOSE,
		process->exe, places, nr, 0, "%s %u%s", kind_name(kind), id->id,
		alias ? ": handles are not counted, one close ends all" : "");
}

static bool is_gone(int ret)
{
	return ret == -ENOENT || ret == -EINVAL;
}

static void released(struct check *check, struct process *process,
		     struct open_file *device,
		     const struct trace_record *record)
{
	enum trace_kind kind = (enum trace_kind)record->args[1];
	struct id *id = u64map_find(&device->ids[kind], (u32)record->args[2]);
	struct finding_place place;

	if (!id) {
		return;
	}
	if (kind == TRACE_KIND_FENCE && record->ret == -ETIMEDOUT) {
		place = (struct finding_place){"attached", id->made[0]};
		findings_add(&check->findings, RULE_FENCE, process->exe, &place,
			     1, 0, "it had ended by itself, after 10 s");
	} else if (record->ret < 0) {
		if (!id->live && is_gone(record->ret)) {
			tell_closed(check, process, id, kind, record, true);
		}
		return;
	}
	id->live = false;
	id->closed = place_of(check, process, record);
	origin_gone(id->origin);
	id->origin = NULL;
}

/* Is this the owner of the handle that had the number before? He is known by
 * the place where he used it, which has never been that of an owner of the new
 * one; the two were made at different places. */
static bool is_stale(const struct id *id, const struct stack *stack)
{
	return id->had_before && stack && !id->used &&
	       id->before_used == stack && id->before_made.stack &&
	       id->made[0].stack && id->before_made.stack != id->made[0].stack;
}

static void used(struct check *check, struct process *process,
		 struct open_file *device, const struct trace_record *record)
{
	enum trace_kind kind = (enum trace_kind)record->args[1];
	struct id *id = u64map_find(&device->ids[kind], (u32)record->args[2]);
	struct finding_place places[FINDING_PLACES];
	struct place place;

	if (!id) {
		/* Made by a driver's own ioctl. */
		if (record->ret >= 0 &&
		    (id = id_get(device, kind, (u32)record->args[2]))) {
			id->live = true;
			id->unknown = true;
		}
		return;
	}
	if (!id->live) {
		if (is_gone(record->ret)) {
			tell_closed(check, process, id, kind, record, false);
		} else if (record->ret >= 0) {
			renew(id);
			id->unknown = true;
		}
		return;
	}
	place = place_of(check, process, record);
	if (record->ret >= 0 && kind == TRACE_KIND_HANDLE &&
	    is_stale(id, place.stack)) {
		places[0] = (struct finding_place){"used", place};
		places[1] = (struct finding_place){"as was the handle made",
						   id->before_made};
		places[2] =
			(struct finding_place){"and closed", id->before_closed};
		places[3] = (struct finding_place){
			"before the number was given out again", id->made[0]};
		findings_add(&check->findings, RULE_STALE_HANDLE, process->exe,
			     places, 4, 0, "handle %u", id->id);
	}
	id->used = place.stack;
}

static void waited(struct check *check, struct process *process,
		   const struct trace_record *record)
{
	struct finding_place place;

	if (record->args[1] < LONG_WAIT) {
		return;
	}
	place = (struct finding_place){"waited",
				       place_of(check, process, record)};
	findings_add(&check->findings, RULE_LONG_WAIT, process->exe, &place, 1,
		     0, "%.1f s%s", (double)record->args[1] / 1e9,
		     record->ret < 0 ? ", and not signalled then" : "");
}

void ids_record(struct check *check, struct process *process,
		const struct trace_record *record)
{
	const struct fd *fd = fd_of(process, record->args[0]);

	if (record->op == TRACE_WAIT) {
		waited(check, process, record);
		return;
	}
	if (!fd || fd->file->kind != TRACE_KIND_DEVICE ||
	    record->args[1] < TRACE_KIND_HANDLE ||
	    record->args[1] > TRACE_KIND_FENCE) {
		return;
	}
	switch (record->op) {
	case TRACE_ACQUIRE:
		acquired(check, process, fd->file, record);
		break;
	case TRACE_RELEASE:
		released(check, process, fd->file, record);
		break;
	default:
		used(check, process, fd->file, record);
		break;
	}
}

static enum rule rule_of(enum trace_kind kind)
{
	switch (kind) {
	case TRACE_KIND_FB:
		return RULE_LEAK_FB;
	case TRACE_KIND_BLOB:
		return RULE_LEAK_BLOB;
	case TRACE_KIND_SYNCOBJ:
		return RULE_LEAK_SYNCOBJ;
	case TRACE_KIND_FENCE:
		return RULE_FENCE;
	default:
		return RULE_LEAK_HANDLE;
	}
}

void ids_file_closed(struct check *check, struct process *process,
		     struct open_file *file, bool orderly)
{
	for (unsigned int kind = TRACE_KIND_HANDLE;
	     orderly && kind <= TRACE_KIND_FENCE; kind++) {
		const struct u64map *ids = &file->ids[kind];

		for (size_t i = 0; i < ids->size; i++) {
			const struct id *id = ids->entries[i].value;
			struct finding_place place;

			if (!id || !id->live || id->unknown ||
			    (id->origin && id->origin->grows)) {
				continue;
			}
			place = (struct finding_place){"made", id->made[0]};
			findings_add(&check->findings, rule_of(kind),
				     process->exe, &place, 1, id->bytes,
				     process->exiting
					     ? "there when the program ended"
					     : "there when the device was "
					       "closed");
		}
	}
}
