/* SPDX-License-Identifier: MIT */
/* What the operations on files, handles and names do in their worker. */
#include "conform.h"
#include "worker_ops.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const uint32_t op_sizes[] = {2, 2, 2, 1, 4};

OP(op_open)
{
	const char *node = op->args[1] == 1 ? RENDER : CARD;

	(void)fd;
	NEED_FREE(0, w->files);
	FILE_SLOT(0) = open(node, O_RDWR | O_CLOEXEC);
	answer_error(answer, FILE_SLOT(0));
}

OP(op_close)
{
	(void)fd;
	NEED_FILE(0);
	answer_error(answer, close(FILE_SLOT(0)));
	FILE_SLOT(0) = -1;
}

int dup_into(int *slots, const struct op *op, struct answer *answer)
{
	int from = slots[op->args[0]], *to = &slots[op->args[1]];

	if (from < 0 || *to >= 0) {
		answer_text(answer, "no such slots");
		return -1;
	}
	*to = fcntl(from, F_DUPFD_CLOEXEC, 3);
	answer_error(answer, *to);
	return *to;
}

OP(op_dup)
{
	(void)fd;
	dup_into(w->files, op, answer);
}

OP(op_dup_fd)
{
	(void)fd;
	dup_into(w->dmabufs, op, answer);
}

OP(op_create)
{
	struct handle_slot *slot = &w->handles[op->args[1]];
	struct drm_mode_create_dumb dumb;

	(void)fd;
	NEED_FILE(0);
	if (dumb_create(FILE_SLOT(0), 1024, op_sizes[op->args[2]], &dumb)) {
		answer_error(answer, -1);
		return;
	}
	*slot = (struct handle_slot){true, (unsigned int)op->args[0],
				     dumb.handle};
	answer_text(answer, "handle %u pitch %u size %llu", dumb.handle,
		    dumb.pitch, (unsigned long long)dumb.size);
}

bool handle_of(struct worker *w, uint64_t index, int *file, uint32_t *number,
	       struct answer *answer)
{
	struct handle_slot *slot = &w->handles[index];

	if (!slot->used || w->files[slot->file] < 0) {
		answer_text(answer, "no handle");
		return false;
	}
	*file = w->files[slot->file];
	*number = slot->number;
	return true;
}

OP(op_forget)
{
	int file;
	uint32_t handle;

	(void)fd;
	if (!handle_of(w, op->args[0], &file, &handle, answer)) {
		w->handles[op->args[0]].used = false;
		return;
	}
	w->handles[op->args[0]].used = false;
	answer_error(answer, op->args[1] ? dumb_destroy(file, handle)
					 : gem_close(file, handle));
}

/* Closes the handle, and goes on using its number. */
OP(op_close_only)
{
	int file;
	uint32_t handle;

	(void)fd;
	if (handle_of(w, op->args[0], &file, &handle, answer)) {
		answer_error(answer, gem_close(file, handle));
	}
}

OP(op_offset)
{
	int file;
	uint32_t handle;

	(void)fd;
	if (handle_of(w, op->args[0], &file, &handle, answer)) {
		int ret = dumb_offset(file, handle, &answer->value);

		answer_error(answer, ret);
		if (!ret) {
			answer->has_value = true;
			answer_text(answer, "offset %#llx",
				    (unsigned long long)answer->value);
		}
	}
}

OP(op_flink)
{
	int file;
	uint32_t handle, name;

	(void)fd;
	if (handle_of(w, op->args[0], &file, &handle, answer)) {
		int ret = gem_flink(file, handle, &name);

		answer_error(answer, ret);
		if (!ret) {
			answer->has_value = true;
			answer->value = name;
			answer_text(answer, "name %u", name);
		}
	}
}

OP(op_by_name)
{
	struct handle_slot *slot = &w->handles[op->args[2]];
	uint32_t handle;
	uint64_t size;

	(void)fd;
	NEED_FILE(0);
	NEED(op->has_value, "no name");
	if (gem_open(FILE_SLOT(0), (uint32_t)op->value, &handle, &size)) {
		answer_error(answer, -1);
		return;
	}
	*slot = (struct handle_slot){true, (unsigned int)op->args[0], handle};
	answer_text(answer, "handle %u size %llu", handle,
		    (unsigned long long)size);
}

OP(op_master)
{
	(void)fd;
	NEED_FILE(0);
	answer_error(answer, op->args[1] ? set_master(FILE_SLOT(0))
					 : drop_master(FILE_SLOT(0)));
}

OP(op_magic)
{
	uint32_t magic;
	int ret;

	(void)fd;
	NEED_FILE(0);
	ret = get_magic(FILE_SLOT(0), &magic);
	answer_error(answer, ret);
	if (!ret) {
		answer->has_value = true;
		answer->value = magic;
		answer_text(answer, "magic %u", magic);
	}
}

OP(op_authenticate)
{
	(void)fd;
	NEED_FILE(0);
	NEED(op->has_value, "no magic");
	answer_error(answer, auth_magic(FILE_SLOT(0), (uint32_t)op->value));
}

OP(op_state)
{
	(void)fd;
	NEED_FILE(0);
	answer_text(answer, "master %s, authenticated %s, handles %s",
		    yes(is_master(FILE_SLOT(0))),
		    yes(is_authenticated(FILE_SLOT(0))), handles(FILE_SLOT(0)));
}

/* The first half of sending: the fd goes with the answer. */
void send_slot(int slot, struct answer *answer, int *fd)
{
	if (slot < 0) {
		answer_text(answer, "empty slot");
		return;
	}
	*fd = slot;
}

void receive_slot(int *slot, struct answer *answer, int *fd)
{
	if (*slot >= 0) {
		answer_text(answer, "slot in use");
	} else {
		*slot = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
		answer_error(answer, *slot);
	}
	close(*fd);
	*fd = -1;
}

OP(op_send)
{
	if (*fd < 0) {
		send_slot(FILE_SLOT(0), answer, fd);
	} else {
		receive_slot(&FILE_SLOT(2), answer, fd);
	}
}

OP(op_send_fd)
{
	if (*fd < 0) {
		send_slot(DMABUF_SLOT(0), answer, fd);
	} else {
		receive_slot(&DMABUF_SLOT(2), answer, fd);
	}
}

OP(op_exit)
{
	(void)w;
	(void)op;
	(void)answer;
	(void)fd;
	_exit(0);
}
