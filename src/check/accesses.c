/* SPDX-License-Identifier: MIT */
/* Mappings, and access by the processor. */
#include "check.h"

#include <errno.h>
#include <linux/dma-buf.h>
#include <stdlib.h>
#include <sys/mman.h>

static void mapping_free(struct check *check, struct process *process,
			 struct mapping *mapping)
{
	origin_gone(mapping->origin);
	file_put(check, process, mapping->file, true);
	free(mapping);
}

static void mapped(struct check *check, struct process *process,
		   const struct trace_record *record)
{
	const struct fd *fd = fd_of(process, record->args[0]);
	struct place place = place_of(check, process, record);
	const struct finding_place at = {"mapped", place};
	struct mapping *mapping;

	if (!fd) {
		return;
	}
	if (record->ret < 0) {
		if (record->ret == -EACCES && record->args[3] & PROT_WRITE &&
		    fd->file->kind == TRACE_KIND_DMABUF) {
			findings_add(&check->findings, RULE_READ_ONLY_MAP,
				     process->exe, &at, 1, 0, "EACCES");
		}
		return;
	}
	mapping = u64map_remove(&process->mappings, (u64)record->args[1]);
	if (mapping) {
		mapping_free(check, process, mapping);
	}
	mapping = calloc(1, sizeof(*mapping));
	if (!mapping ||
	    u64map_insert(&process->mappings, (u64)record->args[1], mapping)) {
		free(mapping);
		return;
	}
	mapping->file = fd->file;
	mapping->file->refs++;
	mapping->file->used = true;
	mapping->made = place;
	mapping->bytes = (u64)record->args[2];
	mapping->origin =
		origin_made(check, process, TRACE_KIND_MAPPING, &place);
}

static void unmapped(struct check *check, struct process *process,
		     const struct trace_record *record)
{
	struct mapping *mapping, *old;

	if (record->ret < 0) {
		return;
	}
	mapping = u64map_remove(&process->mappings, (u64)record->args[0]);
	if (!mapping) {
		return;
	}
	old = record->args[2]
		      ? u64map_remove(&process->mappings, (u64)record->args[2])
		      : NULL;
	if (old) {
		mapping_free(check, process, old);
	}
	if (!record->args[2] ||
	    u64map_insert(&process->mappings, (u64)record->args[2], mapping)) {
		mapping_free(check, process, mapping);
	}
}

static struct access *access_get(struct process *process,
				 struct open_file *file)
{
	u64 key = (uintptr_t)file;
	struct access *access = u64map_find(&process->accesses, key);

	if (access) {
		return access;
	}
	access = calloc(1, sizeof(*access));
	if (!access || u64map_insert(&process->accesses, key, access)) {
		free(access);
		return NULL;
	}
	file->accessed = true;
	return access;
}

static void end_access(struct check *check, struct process *process,
		       struct access *access, const struct place *place,
		       u64 flags)
{
	struct finding_place places[2] = {{"END", *place}};

	if (!access->open) {
		places[1] = (struct finding_place){"END before", access->end};
		findings_add(&check->findings, RULE_SYNC_END, process->exe,
			     places, access->end.stack ? 2 : 1, 0,
			     access->end.stack ? "ended before"
					       : "never started");
		return;
	}
	if ((flags & DMA_BUF_SYNC_RW) != (access->flags & DMA_BUF_SYNC_RW)) {
		places[1] = (struct finding_place){"START", access->start};
		findings_add(&check->findings, RULE_SYNC_DIRECTION,
			     process->exe, places, 2, 0,
			     "flags %#llx and %#llx",
			     (unsigned long long)access->flags,
			     (unsigned long long)flags);
	}
	access->open--;
	access->end = *place;
}

static void synced(struct check *check, struct process *process,
		   const struct trace_record *record)
{
	const struct fd *fd = fd_of(process, record->args[0]);
	struct place place = place_of(check, process, record);
	const struct finding_place at = {"waited", place};
	struct access *access;

	if (record->ret >= 0 && record->args[2] > LONG_WAIT) {
		findings_add(&check->findings, RULE_LONG_WAIT, process->exe,
			     &at, 1, 0, "%.1f s",
			     (double)record->args[2] / 1e9);
	}
	access = fd && record->ret >= 0 ? access_get(process, fd->file) : NULL;
	if (!access) {
		return;
	}
	if (record->args[1] & DMA_BUF_SYNC_END) {
		end_access(check, process, access, &place,
			   (u64)record->args[1]);
	} else {
		access->open++;
		access->flags = (u64)record->args[1];
		access->start = place;
	}
}

static void missing(struct check *check, struct process *process,
		    const struct trace_record *record)
{
	const struct mapping *mapping =
		u64map_find(&process->mappings, (u64)record->args[2]);
	const struct access *access =
		mapping ? u64map_find(&process->accesses,
				      (uintptr_t)mapping->file)
			: NULL;
	const char *when = "never started";
	struct finding_place places[3];
	unsigned int nr = 0;

	places[nr++] =
		(struct finding_place){record->args[1] ? "written" : "read",
				       place_of(check, process, record)};
	if (mapping) {
		places[nr++] = (struct finding_place){"mapped", mapping->made};
	}
	if (access && access->open) {
		when = "started for reading only";
		places[nr++] = (struct finding_place){"START", access->start};
	} else if (access && access->end.stack) {
		when = "after END";
		places[nr++] = (struct finding_place){"END", access->end};
	}
	findings_add(&check->findings, RULE_ACCESS, process->exe, places, nr, 0,
		     "%s", when);
}

void accesses_record(struct check *check, struct process *process,
		     const struct trace_record *record)
{
	switch (record->op) {
	case TRACE_MAP:
		mapped(check, process, record);
		break;
	case TRACE_UNMAP:
		unmapped(check, process, record);
		break;
	case TRACE_SYNC:
		synced(check, process, record);
		break;
	default:
		missing(check, process, record);
		break;
	}
}

static void end_one(struct check *check, struct process *process,
		    struct access *access, const char *when)
{
	const struct finding_place place = {"START", access->start};

	if (access->open && when) {
		findings_add(&check->findings, RULE_SYNC_OPEN, process->exe,
			     &place, 1, 0, "%s", when);
	}
	free(access);
}

void accesses_forget(struct check *check, struct open_file *file, bool orderly)
{
	for (size_t i = 0; file->accessed && i < check->processes.size; i++) {
		struct process *process = check->processes.entries[i].value;
		struct access *access =
			process ? u64map_remove(&process->accesses,
						(uintptr_t)file)
				: NULL;

		if (access) {
			end_one(check, process, access,
				orderly ? "when the dma-buf was closed" : NULL);
		}
	}
}

void accesses_ended(struct check *check, struct process *process, bool orderly)
{
	struct u64map accesses = process->accesses;
	struct u64map mappings = process->mappings;

	process->accesses = (struct u64map){0};
	process->mappings = (struct u64map){0};
	for (size_t i = 0; i < accesses.size; i++) {
		struct access *access = accesses.entries[i].value;

		if (access) {
			end_one(check, process, access,
				orderly ? "when the program ended" : NULL);
		}
	}
	u64map_destroy(&accesses);
	for (size_t i = 0; i < mappings.size; i++) {
		struct mapping *mapping = mappings.entries[i].value;
		struct finding_place place;

		if (!mapping) {
			continue;
		}
		if (orderly && !(mapping->origin && mapping->origin->grows)) {
			place = (struct finding_place){"mapped", mapping->made};
			findings_add(&check->findings, RULE_LEAK_MAPPING,
				     process->exe, &place, 1, mapping->bytes,
				     "there when the program ended");
		}
		mapping_free(check, process, mapping);
	}
	u64map_destroy(&mappings);
}
