/* SPDX-License-Identifier: MIT */
/*
 * GStreamer's frames in a card's memory: what videotestsrc draws there is what
 * it draws anywhere, and a pipeline makes the same of it. GStreamer brackets
 * each access in DMA_BUF_IOCTL_SYNC, as it must.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <gst/allocators/gstdmabuf.h>
#include <gst/allocators/gstfdmemory.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <linux/dma-buf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dumb_allocator.h"

#define CARD   "/dev/dri/card0"
#define SIZE   "width=160,height=120,framerate=25/1"
#define FRAMES "8"
#define SOURCE "videotestsrc num-buffers=" FRAMES " pattern=ball ! "
#define BGRX   "video/x-raw,format=BGRx," SIZE
#define RGBA   "video/x-raw,format=RGBA," SIZE
#define I420   "video/x-raw,format=I420," SIZE
#define SINK   "appsink name=sink sync=false"

/* The calls of GStreamer's libraries come here first and go on to uprime. */
static int syncs[DMA_BUF_SYNC_VALID_FLAGS_MASK + 1], failed_syncs;

int ioctl(int fd, unsigned long request, ...)
{
	static int (*next)(int fd, unsigned long request, void *arg);
	va_list args;
	void *arg;
	int ret;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (!next) {
		next = dlsym(RTLD_NEXT, "ioctl");
	}
	ret = next(fd, request, arg);
	if (request == DMA_BUF_IOCTL_SYNC) {
		const struct dma_buf_sync *sync = arg;

		syncs[sync->flags & DMA_BUF_SYNC_VALID_FLAGS_MASK]++;
		failed_syncs += ret != 0;
	}
	return ret;
}

static GstElement *start_pipeline(const char *description)
{
	GError *error = NULL;
	GstElement *pipeline = gst_parse_launch(description, &error);

	if (error) {
		fail_msg("%s: %s", description, error->message);
	}
	return pipeline;
}

static GstElement *__attribute__((format(printf, 1, 2)))
start_formatted(const char *format, ...)
{
	GstElement *pipeline;
	va_list args;
	char *line;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	pipeline = start_pipeline(line);
	g_free(line);
	return pipeline;
}

static void play(GstElement *pipeline)
{
	assert_int_not_equal(gst_element_set_state(pipeline, GST_STATE_PLAYING),
			     GST_STATE_CHANGE_FAILURE);
}

static void stop(GstElement *pipeline)
{
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

/* The next frame out of a pipeline, the caller's; NULL at the end. */
static GstSample *next_frame(GstElement *pipeline)
{
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	GstSample *sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink),
							 20 * GST_SECOND);

	gst_object_unref(sink);
	return sample;
}

/* The bytes of a frame in a dma-buf, without GStreamer. */
static void expect_in_dmabuf(GstSample *sample, GstSample *wanted)
{
	GstMemory *memory =
		gst_buffer_peek_memory(gst_sample_get_buffer(sample), 0);
	GstBuffer *buffer = gst_sample_get_buffer(wanted);
	GstMapInfo info;
	gsize offset;
	uint8_t *map;

	assert_true(gst_is_dmabuf_memory(memory));
	gst_memory_get_sizes(memory, &offset, NULL);
	assert_true(gst_buffer_map(buffer, &info, GST_MAP_READ));
	map = mmap(NULL, offset + info.size, PROT_READ, MAP_SHARED,
		   gst_dmabuf_memory_get_fd(memory), 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_memory_equal(map + offset, info.data, info.size);
	munmap(map, offset + info.size);
	gst_buffer_unmap(buffer, &info);
}

static void expect_equal(GstSample *sample, GstSample *wanted)
{
	GstBuffer *a = gst_sample_get_buffer(sample);
	GstBuffer *b = gst_sample_get_buffer(wanted);
	GstMapInfo map_a, map_b;

	assert_true(gst_buffer_map(a, &map_a, GST_MAP_READ));
	assert_true(gst_buffer_map(b, &map_b, GST_MAP_READ));
	assert_int_equal(map_a.size, map_b.size);
	assert_memory_equal(map_a.data, map_b.data, map_a.size);
	gst_buffer_unmap(b, &map_b);
	gst_buffer_unmap(a, &map_a);
}

/* Who asks the sink for memory is told of ours. */
static GstPadProbeReturn offer_allocator(GstPad *pad, GstPadProbeInfo *info,
					 gpointer data)
{
	GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);

	(void)pad;
	if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) {
		return GST_PAD_PROBE_OK;
	}
	gst_query_add_allocation_param(query, GST_ALLOCATOR(data), NULL);
	return GST_PAD_PROBE_HANDLED;
}

static void offer_to(GstElement *pipeline, GstAllocator *allocator)
{
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	GstPad *pad = gst_element_get_static_pad(sink, "sink");

	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
			  offer_allocator, allocator, NULL);
	gst_object_unref(pad);
	gst_object_unref(sink);
}

/* Pull from both until the first ends; the second ends then, too. */
static void compare(GstElement *pipeline, GstElement *reference,
		    void (*equal)(GstSample *sample, GstSample *wanted))
{
	GstSample *sample, *wanted;
	int frames = 0;

	play(pipeline);
	play(reference);
	while ((wanted = next_frame(reference))) {
		sample = next_frame(pipeline);
		assert_non_null(sample);
		equal(sample, wanted);
		gst_sample_unref(sample);
		gst_sample_unref(wanted);
		frames++;
	}
	assert_null(next_frame(pipeline));
	assert_int_equal(frames, atoi(FRAMES));
}

static int open_card(void)
{
	int card = open(CARD, O_RDWR | O_CLOEXEC);

	assert_true(card >= 0);
	memset(syncs, 0, sizeof(syncs));
	failed_syncs = 0;
	return card;
}

/* The source draws into the card's buffers, nothing is copied. */
static void source_draws_into_dumb_buffers(void **state)
{
	int card = open_card();
	GstAllocator *allocator = dumb_allocator_new(card);
	GstElement *pipeline = start_pipeline(SOURCE BGRX " ! " SINK);
	GstElement *reference = start_pipeline(SOURCE BGRX " ! " SINK);

	(void)state;
	offer_to(pipeline, allocator);
	compare(pipeline, reference, expect_in_dmabuf);
	stop(pipeline);
	stop(reference);
	gst_object_unref(allocator);
	close(card);
}

/* A converter in between, which writes into them. */
static void converter_writes_into_dumb_buffers(void **state)
{
	int card = open_card();
	GstAllocator *allocator = dumb_allocator_new(card);
	GstElement *pipeline = start_pipeline(
		SOURCE BGRX " ! videoconvert ! " I420 " ! " SINK);
	GstElement *reference = start_pipeline(
		SOURCE BGRX " ! videoconvert ! " I420 " ! " SINK);

	(void)state;
	offer_to(pipeline, allocator);
	compare(pipeline, reference, expect_in_dmabuf);
	stop(pipeline);
	stop(reference);
	gst_object_unref(allocator);
	close(card);
}

/* Each write is between START and END, and each succeeds. */
static void mapping_is_bracketed_in_sync(void **state)
{
	const int write = DMA_BUF_SYNC_WRITE, read = DMA_BUF_SYNC_READ;
	int card = open_card();
	GstAllocator *allocator = dumb_allocator_new(card);
	GstMemory *memory = gst_allocator_alloc(allocator, 4096, NULL);
	GstMapInfo info;

	(void)state;
	assert_true(gst_memory_map(memory, &info, GST_MAP_WRITE));
	assert_int_equal(syncs[DMA_BUF_SYNC_START | write], 1);
	assert_int_equal(syncs[DMA_BUF_SYNC_END | write], 0);
	memset(info.data, 42, info.size);
	gst_memory_unmap(memory, &info);
	assert_int_equal(syncs[DMA_BUF_SYNC_END | write], 1);
	assert_true(gst_memory_map(memory, &info, GST_MAP_READ));
	assert_int_equal(syncs[DMA_BUF_SYNC_START | read], 1);
	assert_int_equal(info.data[4095], 42);
	gst_memory_unmap(memory, &info);
	assert_int_equal(syncs[DMA_BUF_SYNC_END | read], 1);
	assert_int_equal(failed_syncs, 0);
	gst_memory_unref(memory);
	gst_object_unref(allocator);
	close(card);
}

/* Two kinds of memory of one dma-buf, and a part of it, are one memory. */
static void fd_memory_is_the_same_memory(void **state)
{
	int card = open_card();
	GstAllocator *dumb = dumb_allocator_new(card);
	GstAllocator *plain = gst_fd_allocator_new();
	GstMemory *memory = gst_allocator_alloc(dumb, 8192, NULL), *other,
		  *part;
	GstMapInfo info, seen;

	(void)state;
	other = gst_fd_allocator_alloc(plain,
				       dup(gst_dmabuf_memory_get_fd(memory)),
				       8192, GST_FD_MEMORY_FLAG_NONE);
	part = gst_memory_share(memory, 4096, 100);
	assert_true(gst_memory_map(memory, &info, GST_MAP_WRITE));
	for (int i = 0; i < 8192; i++) {
		info.data[i] = (uint8_t)(i / 4096 * 100 + i % 100);
	}
	gst_memory_unmap(memory, &info);
	assert_true(gst_memory_map(other, &seen, GST_MAP_READ));
	assert_int_equal(seen.size, 8192);
	assert_int_equal(seen.data[4095], 95);
	assert_int_equal(seen.data[4096], 196);
	gst_memory_unmap(other, &seen);
	assert_true(gst_memory_map(part, &seen, GST_MAP_READ));
	assert_int_equal(seen.size, 100);
	assert_int_equal(seen.data[0], 196);
	gst_memory_unmap(part, &seen);
	gst_memory_unref(part);
	gst_memory_unref(other);
	gst_memory_unref(memory);
	gst_object_unref(plain);
	gst_object_unref(dumb);
	close(card);
}

/*
 * Frames that are in dma-bufs go through a pipeline, and what comes out is
 * what comes of the same frames in memory by @in_memory.
 */
static void pipeline_reads_dumb_buffers(const char *drawn_caps,
					const char *caps, const char *through,
					const char *in_memory)
{
	int card = open_card();
	GstAllocator *allocator = dumb_allocator_new(card);
	GstElement *drawn = start_formatted(SOURCE "%s ! " SINK, drawn_caps);
	GstElement *pipeline = start_formatted(
		"appsrc name=source format=time caps=%s ! %s ! " SINK, caps,
		through);
	GstElement *reference = start_formatted(SOURCE "%s ! %s ! " SINK,
						drawn_caps, in_memory);
	GstElement *source;
	GstSample *sample;

	offer_to(drawn, allocator);
	play(drawn);
	source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
	while ((sample = next_frame(drawn))) {
		GstBuffer *buffer = gst_sample_get_buffer(sample);

		assert_true(gst_is_dmabuf_memory(
			gst_buffer_peek_memory(buffer, 0)));
		gst_app_src_push_buffer(GST_APP_SRC(source),
					gst_buffer_ref(buffer));
		gst_sample_unref(sample);
	}
	gst_app_src_end_of_stream(GST_APP_SRC(source));
	gst_object_unref(source);
	compare(pipeline, reference, expect_equal);
	assert_int_equal(failed_syncs, 0);
	stop(drawn);
	stop(pipeline);
	stop(reference);
	gst_object_unref(allocator);
	close(card);
}

static void converter_reads_dumb_buffers(void **state)
{
	(void)state;
	pipeline_reads_dumb_buffers(BGRX, BGRX, "videoconvert ! " I420,
				    "videoconvert ! " I420);
	assert_true(syncs[DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ] >=
		    atoi(FRAMES));
}

static void scaler_reads_dumb_buffers(void **state)
{
	const char *half = "videoscale ! video/x-raw,width=80,height=60";

	(void)state;
	pipeline_reads_dumb_buffers(BGRX, BGRX, half, half);
}

/* Without a copy: GStreamer imports the dma-buf as a texture. With these caps
 * it has no other way. */
static void texture_is_the_dumb_buffer(void **state)
{
	(void)state;
	pipeline_reads_dumb_buffers(
		RGBA, "\"video/x-raw(memory:DMABuf),format=RGBA," SIZE "\"",
		"glupload ! glcolorconvert ! "
		"video/x-raw(memory:GLMemory),format=BGRA ! gldownload",
		"videoconvert ! video/x-raw,format=BGRA");
	/* The processor has not been at it. */
	assert_int_equal(syncs[DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ], 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(source_draws_into_dumb_buffers),
		cmocka_unit_test(converter_writes_into_dumb_buffers),
		cmocka_unit_test(mapping_is_bracketed_in_sync),
		cmocka_unit_test(fd_memory_is_the_same_memory),
		cmocka_unit_test(converter_reads_dumb_buffers),
		cmocka_unit_test(scaler_reads_dumb_buffers),
		cmocka_unit_test(texture_is_the_dumb_buffer),
	};

	/* GL without a display server, on the card. */
	setenv("GST_GL_API", "gles2", 0);
	setenv("GST_GL_PLATFORM", "egl", 0);
	setenv("GST_GL_WINDOW", "gbm", 0);
	setenv("GST_GL_GBM_DRM_DEVICE", CARD, 0);
	gst_init(&argc, &argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
