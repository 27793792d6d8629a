/* SPDX-License-Identifier: MIT */
/*
 * imported NODE: GStreamer draws a test picture into dumb buffers of that card
 * and shows them with kmssink, which imports them into the display's card. It
 * stays until somebody types Return.
 */
#include <fcntl.h>
#include <gst/gst.h>
#include <stdio.h>
#include <unistd.h>

#include "dumb_allocator.h"

#define SECONDS 20

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

static void offer_to_sink(GstElement *pipeline, GstAllocator *allocator)
{
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	GstPad *pad = gst_element_get_static_pad(sink, "sink");

	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
			  offer_allocator, allocator, NULL);
	gst_object_unref(pad);
	gst_object_unref(sink);
}

static gboolean plays_to_its_end(GstElement *pipeline)
{
	GstBus *bus = gst_element_get_bus(pipeline);
	GstMessage *message;
	gboolean ret;

	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(
		bus, SECONDS * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
	ret = message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
	if (message) {
		gst_message_unref(message);
	}
	gst_object_unref(bus);
	return ret;
}

int main(int argc, char **argv)
{
	GstElement *pipeline;
	GstAllocator *allocator;
	int card, ret = 1;

	gst_init(&argc, &argv);
	card = argc == 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
	if (card < 0) {
		fputs("usage: imported NODE\n", stderr);
		return 2;
	}
	pipeline = gst_parse_launch(
		"videotestsrc num-buffers=10 pattern=smpte75 ! "
		"video/x-raw,format=BGRx,width=640,height=480 ! "
		"kmssink name=sink driver-name=vkms",
		NULL);
	if (!pipeline) {
		fputs("there is no kmssink\n", stderr);
		return 1;
	}
	allocator = dumb_allocator_new(card);
	offer_to_sink(pipeline, allocator);
	if (plays_to_its_end(pipeline)) {
		puts("played");
		fflush(stdout);
		getchar();
		ret = 0;
	}
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
	gst_object_unref(allocator);
	close(card);
	return ret;
}
