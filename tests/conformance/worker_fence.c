/* SPDX-License-Identifier: MIT */
/* What the operations on fences and sync_files do in their worker. */
#include "fence.h"
#include "worker_ops.h"

#include <unistd.h>

static const uint32_t sync_flags[] = {WRITE,	    WRITE,	  READ, READ,
				      READ | WRITE, READ | WRITE, 0};

OP(op_attach)
{
	static const uint32_t flags[] = {0, 0, 0, 0, 1, 1, 1, 1, 2};
	struct handle_slot *slot = &w->fences[op->args[2]];
	uint32_t handle, fence;
	int file;

	(void)fd;
	if (!handle_of(w, op->args[0], &file, &handle, answer)) {
		return;
	}
	if (fence_attach(file, handle, flags[op->args[1]], &fence)) {
		answer_error(answer, -1);
		return;
	}
	*slot = (struct handle_slot){true, w->handles[op->args[0]].file, fence};
	answer_text(answer, "fence %u", fence);
}

/* A pending fence that no buffer has, and a sync_file of it. */
OP(op_fence)
{
	struct handle_slot *slot = &w->fences[op->args[1]];
	struct buffer buffer = {.file = FILE_SLOT(0)};
	struct drm_mode_create_dumb dumb;
	uint32_t fence;

	(void)fd;
	NEED_FILE(0);
	NEED_FREE(2, w->sync_files);
	if (dumb_create(buffer.file, 1024, 1, &dumb)) {
		answer_error(answer, -1);
		return;
	}
	buffer.handle = dumb.handle;
	buffer.dmabuf = must_export(buffer.file, buffer.handle, DRM_RDWR);
	fence = must_attach(&buffer, FENCE_WRITE);
	SYNC_SLOT(2) = must_export_fences(buffer.dmabuf);
	close(buffer.dmabuf);
	gem_close(buffer.file, buffer.handle);
	*slot = (struct handle_slot){true, (unsigned int)op->args[0], fence};
	answer_text(answer, "fence %u", fence);
}

static void signal_slot(struct worker *w, struct handle_slot *slot,
			struct answer *answer)
{
	if (!slot->used || w->files[slot->file] < 0) {
		answer_text(answer, "no fence");
		return;
	}
	answer_error(answer, fence_signal(w->files[slot->file], slot->number));
}

OP(op_signal)
{
	(void)fd;
	signal_slot(w, &w->fences[op->args[0]], answer);
	w->fences[op->args[0]].used = false;
}

/* Goes on using its number. */
OP(op_signal_only)
{
	(void)fd;
	signal_slot(w, &w->fences[op->args[0]], answer);
}

OP(op_poll)
{
	static const short masks[] = {POLLIN | POLLOUT, POLLIN | POLLOUT,
				      POLLIN,		POLLOUT,
				      POLLPRI,		0x7fff};

	(void)fd;
	NEED_DMABUF(0);
	answer_text(answer, "%s",
		    poll_for(DMABUF_SLOT(0), masks[op->args[1]], 0));
}

OP(op_export_sync)
{
	int ret;

	(void)fd;
	NEED_DMABUF(0);
	NEED_FREE(2, w->sync_files);
	ret = sync_file_export(DMABUF_SLOT(0), sync_flags[op->args[1]]);
	answer_error(answer, ret);
	SYNC_SLOT(2) = ret;
}

OP(op_import_sync)
{
	(void)fd;
	NEED_DMABUF(0);
	NEED_SYNC(2);
	answer_error(answer,
		     sync_file_import(DMABUF_SLOT(0), sync_flags[op->args[1]],
				      SYNC_SLOT(2)));
}

OP(op_merge)
{
	int ret;

	(void)fd;
	NEED_SYNC(0);
	NEED_SYNC(1);
	NEED_FREE(2, w->sync_files);
	ret = sync_file_merge(SYNC_SLOT(0), SYNC_SLOT(1), "merged");
	answer_error(answer, ret);
	SYNC_SLOT(2) = ret;
}

OP(op_info)
{
	(void)fd;
	NEED_SYNC(0);
	answer_text(answer, "%s; %s", poll_now(SYNC_SLOT(0)),
		    sync_file_text(SYNC_SLOT(0)));
}

OP(op_close_sync)
{
	(void)fd;
	NEED_SYNC(0);
	answer_error(answer, close(SYNC_SLOT(0)));
	SYNC_SLOT(0) = -1;
}

OP(op_dup_sync)
{
	(void)fd;
	dup_into(w->sync_files, op, answer);
}

OP(op_send_sync)
{
	if (*fd < 0) {
		send_slot(SYNC_SLOT(0), answer, fd);
	} else {
		receive_slot(&SYNC_SLOT(2), answer, fd);
	}
}
