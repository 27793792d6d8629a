/* SPDX-License-Identifier: MIT */
/* vgem's own two ioctls: fences that a program makes and signals. */
#include "fence.h"
#include "arguments.h"

#include <errno.h>
#include <unistd.h>

static int prepare_attach(void *argument)
{
	struct fence_attach *arg = argument;
	int file = open_card();

	arg->handle = dumb_pages(file, 1);
	return file;
}

static int prepare_attach_busy(void *argument)
{
	struct fence_attach *arg = argument;
	struct buffer buffer = buffer_make();

	must_attach(&buffer, FENCE_WRITE);
	arg->handle = buffer.handle;
	return buffer.file;
}

static int prepare_attach_render(void *argument)
{
	struct fence_attach *arg = argument;
	struct buffer buffer = buffer_make();
	int file = open_render();

	prime_import(file, buffer.dmabuf, &arg->handle);
	return file;
}

static const struct fault attach_faults[] = {
	FAULT(fence_attach, handle, 0),
	FAULT(fence_attach, handle, 9999),
	FAULT(fence_attach, handle, 0xffffffff),
	FAULT(fence_attach, flags, 1),
	FAULT(fence_attach, flags, 2),
	FAULT(fence_attach, flags, 3),
	FAULT(fence_attach, flags, 0x80000000),
	FAULT(fence_attach, out, 77),
	FAULT(fence_attach, pad, 1),
	{0},
};

static int prepare_signal(void *argument)
{
	struct fence_signal *arg = argument;
	struct buffer buffer = buffer_make();

	arg->fence = must_attach(&buffer, FENCE_WRITE);
	return buffer.file;
}

static int prepare_signal_done(void *argument)
{
	struct fence_signal *arg = argument;
	int file = prepare_signal(argument);

	fence_signal(file, arg->fence);
	return file;
}

static const struct fault signal_faults[] = {
	FAULT(fence_signal, fence, 0),		FAULT(fence_signal, fence, 2),
	FAULT(fence_signal, fence, 0xffffffff), FAULT(fence_signal, flags, 1),
	FAULT(fence_signal, flags, 0x80000000), {0},
};

static const struct call calls[] = {
	{"ATTACH", IOCTL_FENCE_ATTACH, prepare_attach, attach_faults},
	{"ATTACH, busy", IOCTL_FENCE_ATTACH, prepare_attach_busy,
	 attach_faults},
	{"ATTACH, render", IOCTL_FENCE_ATTACH, prepare_attach_render,
	 attach_faults},
	{"SIGNAL", IOCTL_FENCE_SIGNAL, prepare_signal, signal_faults},
	{"SIGNAL, done", IOCTL_FENCE_SIGNAL, prepare_signal_done,
	 signal_faults},
	{0},
};

static void arguments(void)
{
	for (const struct call *call = calls; call->name; call++) {
		call_arguments(call);
	}
}

static const char *attach_text(int file, uint32_t handle, uint32_t flags)
{
	uint32_t fence;

	if (fence_attach(file, handle, flags, &fence)) {
		return errname(errno);
	}
	return text("fence %u", fence);
}

/* Each order of four: read, write, the first signaled, the last signaled. */
static void conflicts(void)
{
	for (int order = 0; order < 256; order++) {
		struct buffer buffer = buffer_make();
		uint32_t first = 0, last = 0, fence;
		const char *line = "", *name = "";

		for (int step = 0; step < 4; step++) {
			switch (order >> (2 * step) & 3) {
			case 0:
			case 1:
				fence = (uint32_t)order >> (2 * step) & 1;
				name = text("%s%c", name, fence ? 'w' : 'r');
				line = text("%s %s,", line,
					    attach_text(buffer.file,
							buffer.handle, fence));
				if (fence_attach(buffer.file, buffer.handle, 2,
						 &fence) != -1) {
					give_up("flags 2 attach");
				}
				last++;
				break;
			case 2:
				name = text("%sF", name);
				line = text("%s %s,", line,
					    err(fence_signal(buffer.file,
							     ++first)));
				break;
			default:
				name = text("%sL", name);
				line = text(
					"%s %s,", line,
					err(fence_signal(buffer.file, last)));
			}
		}
		result(name, "%s poll %s", line, poll_now(buffer.dmabuf));
		close(buffer.dmabuf);
		close(buffer.file);
	}
}

/* A fence's number belongs to the file that made it. */
static void files(void)
{
	struct buffer buffer = buffer_make();
	int second = open_card(), render = open_render(), copy;
	uint32_t in_second, in_render, fence;

	prime_import(second, buffer.dmabuf, &in_second);
	prime_import(render, buffer.dmabuf, &in_render);
	fence = must_attach(&buffer, 0);
	result("SIGNAL by another file", "%s",
	       err(fence_signal(second, fence)));
	result("by the render node", "%s", err(fence_signal(render, fence)));
	result("read by another file", "%s", attach_text(second, in_second, 0));
	result("write by another file", "%s",
	       attach_text(second, in_second, FENCE_WRITE));
	result("read by the render node", "%s",
	       attach_text(render, in_render, 0));
	result("all fences", "%s",
	       sync_file_text(must_export_fences(buffer.dmabuf)));
	copy = dup(buffer.file);
	result("SIGNAL by a dup", "%s", err(fence_signal(copy, fence)));
	close(second);
	result("another file closed", "%s",
	       sync_file_text(must_export_fences(buffer.dmabuf)));
	result("write now", "%s",
	       attach_text(buffer.file, buffer.handle, FENCE_WRITE));
	result("SIGNAL by the render node", "%s", err(fence_signal(render, 1)));
	result("write then", "%s",
	       attach_text(buffer.file, buffer.handle, FENCE_WRITE));
	result("export", "%s",
	       sync_file_text(must_export_fences(buffer.dmabuf)));
}

/* What happens to a fence when that which knows of it goes. */
static void closing(void)
{
	struct buffer buffer = buffer_make();
	uint32_t fence = must_attach(&buffer, FENCE_WRITE);
	int fd = must_export_fences(buffer.dmabuf);

	gem_close(buffer.file, buffer.handle);
	result("the handle closed", "%s, dma-buf %s", poll_now(fd),
	       poll_now(buffer.dmabuf));
	result("SIGNAL", "%s", err(fence_signal(buffer.file, fence)));
	result("the sync_file", "%s", sync_file_text(fd));
	buffer = buffer_make();
	must_attach(&buffer, FENCE_WRITE);
	fd = must_export_fences(buffer.dmabuf);
	close(dup(buffer.file));
	result("a dup closed", "%s", poll_now(fd));
	close(buffer.file);
	result("the file closed", "%s, dma-buf %s", poll_now(fd),
	       poll_now(buffer.dmabuf));
	result("the sync_file", "%s", sync_file_text(fd));
	buffer = buffer_make();
	fence = must_attach(&buffer, FENCE_WRITE);
	fd = must_export_fences(buffer.dmabuf);
	close(buffer.dmabuf);
	gem_close(buffer.file, buffer.handle);
	result("the object gone", "%s", sync_file_text(fd));
	result("SIGNAL", "%s", err(fence_signal(buffer.file, fence)));
	result("the sync_file", "%s", sync_file_text(fd));
}

static void many(void)
{
	struct buffer buffer = buffer_make(), other = buffer_on(buffer.file);
	uint32_t fence = 0;
	int fd;

	for (int i = 0; i < 300; i++) {
		struct buffer one = i % 2 ? other : buffer;

		fence = must_attach(&one, 0);
	}
	result("the 300th", "%u", fence);
	fd = must_export_fences(buffer.dmabuf);
	result("a file's fences on one buffer", "%s", sync_file_text(fd));
	for (uint32_t i = 300; i > 2; i--) {
		if (fence_signal(buffer.file, i)) {
			result(text("SIGNAL %u", i), "%s", errname(errno));
		}
	}
	result("all but two signaled", "%s, %s",
	       poll_for(buffer.dmabuf, POLLOUT, 0),
	       poll_for(other.dmabuf, POLLOUT, 0));
	result("export", "%s",
	       sync_file_text(must_export_fences(buffer.dmabuf)));
	result("write", "%s",
	       attach_text(buffer.file, buffer.handle, FENCE_WRITE));
	fence_signal(buffer.file, 1);
	result("write then", "%s",
	       attach_text(buffer.file, buffer.handle, FENCE_WRITE));
}

static const struct check checks[] = {
	{.name = "arguments", .run = arguments},
	{.name = "conflicts", .run = conflicts},
	{.name = "files", .run = files},
	{.name = "closing", .run = closing},
	{.name = "many", .run = many},
	{0},
};

const struct subject vgem_fence_subject = {
	.name = "vgem-fence",
	.checks = checks,
};
