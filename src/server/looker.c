/* SPDX-License-Identifier: MIT */
/**
 * DOC: what who looks at displays asks for
 *
 * A list of the displays, pictures, and to be told of new ones. A picture is
 * put into memory of the connection, which both ends have mapped; the next one
 * overwrites it. That is done in the asker's own thread, out of the place at
 * which others are served.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

/* The connection as one that looks; NULL: out of memory. */
static struct looker *looker_of(struct connection *conn)
{
	struct looker *looker = conn->looker;

	if (!looker) {
		looker = calloc(1, sizeof(*looker));
		if (!looker) {
			return NULL;
		}
		looker->conn = conn;
		looker->fd = -1;
		conn->looker = looker;
	}
	return looker;
}

static void drop_memory(struct looker *looker)
{
	if (looker->fd >= 0) {
		munmap(looker->pixels, looker->size);
		close(looker->fd);
		looker->fd = -1;
		looker->size = 0;
	}
}

static int make_memory(struct looker *looker, size_t size)
{
	void *pixels;
	int fd, ret;

	drop_memory(looker);
	fd = memfd_create("uprime picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		return -errno;
	}
	if (ftruncate(fd, (off_t)size) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		ret = -errno;
		goto err_close;
	}
	pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED) {
		ret = -errno;
		goto err_close;
	}
	looker->fd = fd;
	looker->pixels = pixels;
	looker->size = size;
	return 0;

err_close:
	close(fd);
	return ret;
}

bool looker_free(struct connection *conn)
{
	struct looker *looker = conn->looker;
	bool waited = looker && looker->waited;

	if (!looker) {
		return false;
	}
	if (waited) {
		looks_part(looker);
	}
	drop_memory(looker);
	free(looker);
	conn->looker = NULL;
	return waited;
}

long call_views(struct connection *conn)
{
	const struct looks *looks = &conn->server->looks;

	for (unsigned int i = 0; i < looks->nr; i++) {
		struct wire_view *display = &conn->out.views[i];

		*display = (struct wire_view){0};
		strcpy(display->name, looks->at[i].name);
	}
	request_data(conn, conn->out.views,
		     looks->nr * sizeof(struct wire_view));
	return 0;
}

long call_look(struct connection *conn)
{
	struct looks *looks = &conn->server->looks;
	struct looker *looker = looker_of(conn);
	s32 timeout = conn->in.look.timeout_ms;
	s64 deadline = timeout < 0 ? TASK_FOREVER
				   : ktime_get_ns() + (s64)timeout * 1000000;
	u64 *news = &conn->out.news;
	bool over;
	int ret = 0;

	if (!looker) {
		return -ENOMEM;
	}
	if (!looker->waited) {
		looks_join(looker);
	}
	for (;;) {
		over = looks_news(looks, looker, conn->in.look.displays, news);
		if (over || *news || ret == -ETIMEDOUT) {
			break;
		}
		ret = task_sleep(deadline, true);
		if (ret == -EINTR || ret == -ENOMEM) {
			return ret;
		}
	}
	request_data(conn, news, sizeof(*news));
	return over ? -ESHUTDOWN : 0;
}

/* Let the driver put the picture into the connection's memory. Sets @made if
 * that is new. */
static int fill(struct looker *looker, const struct display *display,
		struct uprime_frame *frame, bool *made)
{
	const struct uprime_display_ops *ops = display->device->driver->display;
	int ret;

	for (;;) {
		frame->pixels = looker->pixels;
		frame->size = looker->size;
		ret = ops->frame(display->device->dev, display->index, frame);
		if (ret != -ENOSPC) {
			return ret;
		}
		/* The mode can be another one by the next time. */
		ret = make_memory(looker,
				  (size_t)frame->stride * frame->height);
		if (ret) {
			return ret;
		}
		*made = true;
	}
}

long call_frame(struct connection *conn)
{
	const struct looks *looks = &conn->server->looks;
	struct looker *looker = looker_of(conn);
	u32 index = conn->in.frame.display;
	struct uprime_frame frame = {0};
	bool made = false;
	long ret;

	if (!looker) {
		return -ENOMEM;
	}
	if (index >= looks->nr) {
		return -EINVAL;
	}
	ret = connection_pause(conn);
	if (ret) {
		return ret;
	}
	ret = fill(looker, &looks->at[index], &frame, &made);
	if (!ret && made) {
		conn->reply_fd = fcntl(looker->fd, F_DUPFD_CLOEXEC, 0);
		ret = conn->reply_fd < 0 ? -errno : 0;
	}
	if (ret) {
		/* Nobody was given it. */
		if (made) {
			drop_memory(looker);
		}
		return ret;
	}
	conn->out.frame = (struct wire_frame_reply){
		.width = frame.width,
		.height = frame.height,
		.stride = frame.stride,
		.refresh_mhz = frame.refresh_mhz,
		.on = frame.on,
		.sequence = frame.sequence,
		.time_ns = frame.time_ns,
		.size = looker->size,
	};
	request_data(conn, &conn->out.frame, sizeof(conn->out.frame));
	return 0;
}

long call_input(struct connection *conn)
{
	const struct wire_input *input = &conn->in.input;
	int ret = 0, err;

	if (input->nr > WIRE_INPUT_MAX) {
		return -EINVAL;
	}
	for (u32 i = 0; i < input->nr; i++) {
		err = input_post(&conn->server->input, input->events[i].type,
				 input->events[i].code, input->events[i].value);
		ret = ret ? ret : err;
	}
	return ret;
}
