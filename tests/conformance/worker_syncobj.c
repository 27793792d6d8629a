/* SPDX-License-Identifier: MIT */
/* What the operations on syncobjs do in their worker. */
#include "syncobj.h"
#include "worker_ops.h"

#include <unistd.h>

#define DEVICE_SLOT(i) (w->devices[op->args[i]])

OP(op_device)
{
	(void)fd;
	NEED_FREE(0, w->devices);
	DEVICE_SLOT(0) = open_syncobj();
	answer_error(answer, DEVICE_SLOT(0));
}

OP(op_close_device)
{
	(void)fd;
	NEED(DEVICE_SLOT(0) >= 0, "no device");
	answer_error(answer, close(DEVICE_SLOT(0)));
	DEVICE_SLOT(0) = -1;
}

OP(op_new)
{
	struct handle_slot *slot = &w->syncobjs[op->args[1]];
	uint32_t handle;

	(void)fd;
	NEED(DEVICE_SLOT(0) >= 0, "no device");
	handle = syncobj_make(DEVICE_SLOT(0), op->args[2]);
	*slot = (struct handle_slot){true, (unsigned int)op->args[0], handle};
	answer_text(answer, "handle %u", handle);
}

/* The slot's syncobj and the file it belongs to, if both are there. */
static bool syncobj_in(struct worker *w, uint64_t index, int *file,
		       uint32_t *handle, struct answer *answer)
{
	struct handle_slot *slot = &w->syncobjs[index];

	if (!slot->used || w->devices[slot->file] < 0) {
		answer_text(answer, "no syncobj");
		return false;
	}
	*file = w->devices[slot->file];
	*handle = slot->number;
	return true;
}

OP(op_drop)
{
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		w->syncobjs[op->args[0]].used = false;
		answer_error(answer, syncobj_drop(file, handle));
	}
}

OP(op_reset)
{
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		answer_error(answer, syncobj_reset(file, handle));
	}
}

OP(op_raise)
{
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		answer_error(answer, syncobj_signal(file, handle));
	}
}

OP(op_point)
{
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		answer_error(answer, syncobj_point(file, handle, op->args[1]));
	}
}

OP(op_query)
{
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		answer_text(answer, "%s; now %s",
			    syncobj_points_text(file, handle),
			    syncobj_wait(file, &handle, NULL, 1, WAIT_ALL, 0));
	}
}

/* It never waits: its time is over. */
OP(op_wait)
{
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		answer_text(answer, "%s",
			    syncobj_wait(file, &handle, &op->args[2], 1,
					 (uint32_t)op->args[1], 0));
	}
}

/* The other's number is of another file, perhaps: then of something else. */
OP(op_move)
{
	uint32_t from = w->syncobjs[op->args[1]].number;
	/* Most syncobjs have no points. */
	uint64_t from_point = op->args[3] % 3 ? 0 : op->args[3];
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		answer_error(answer, syncobj_move(file, handle, op->args[2],
						  from, from_point, 0));
	}
}

static void put_fd(struct worker *w, const struct op *op, struct answer *answer,
		   bool sync_file)
{
	uint32_t handle;
	int file, ret;

	NEED_FREE(1, w->sync_files);
	if (!syncobj_in(w, op->args[0], &file, &handle, answer)) {
		return;
	}
	ret = syncobj_fd(file, handle, sync_file);
	answer_error(answer, ret);
	SYNC_SLOT(1) = ret;
}

OP(op_out)
{
	(void)fd;
	put_fd(w, op, answer, true);
}

OP(op_out_self)
{
	(void)fd;
	put_fd(w, op, answer, false);
}

OP(op_in)
{
	uint32_t handle;
	int file;

	(void)fd;
	if (syncobj_in(w, op->args[0], &file, &handle, answer)) {
		NEED_SYNC(1);
		answer_error(answer, syncobj_set(file, handle, SYNC_SLOT(1)));
	}
}

OP(op_of)
{
	struct handle_slot *slot = &w->syncobjs[op->args[2]];
	uint32_t handle;
	int ret;

	(void)fd;
	NEED(DEVICE_SLOT(0) >= 0, "no device");
	NEED_SYNC(1);
	ret = syncobj_of(DEVICE_SLOT(0), SYNC_SLOT(1), &handle);
	answer_error(answer, ret);
	if (!ret) {
		*slot = (struct handle_slot){true, (unsigned int)op->args[0],
					     handle};
		answer_text(answer, "handle %u", handle);
	}
}
