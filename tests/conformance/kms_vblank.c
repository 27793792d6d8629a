/* SPDX-License-Identifier: MIT */
/* Waiting for vblanks, and counting them. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LONG  2000
#define FRAME 200

static int wait_for(int file, unsigned int type, uint32_t sequence,
		    uint64_t signal, union drm_wait_vblank *reply)
{
	*reply = (union drm_wait_vblank){
		.request = {.type = (enum drm_vblank_seq_type)type,
			    .sequence = sequence,
			    .signal = (unsigned long)signal},
	};
	return ioctl(file, DRM_IOCTL_WAIT_VBLANK, reply);
}

static int get_sequence(int file, struct drm_crtc_get_sequence *get)
{
	*get = (struct drm_crtc_get_sequence){.crtc_id = ids.crtc[0]};
	return ioctl(file, DRM_IOCTL_CRTC_GET_SEQUENCE, get);
}

static int queue_sequence(int file, uint32_t flags, uint64_t sequence,
			  uint64_t user_data,
			  struct drm_crtc_queue_sequence *queue)
{
	*queue = (struct drm_crtc_queue_sequence){
		.crtc_id = ids.crtc[0],
		.flags = flags,
		.sequence = sequence,
		.user_data = user_data,
	};
	return ioctl(file, DRM_IOCTL_CRTC_QUEUE_SEQUENCE, queue);
}

static void counting(void)
{
	int file = kms_open();
	union drm_wait_vblank one, two;
	struct drm_crtc_get_sequence get = {0};

	kms_said("CRTC_GET_SEQUENCE in the dark", get_sequence(file, &get));
	result("active", "%u", get.active);
	kms_said("WAIT_VBLANK in the dark",
		 wait_for(file, _DRM_VBLANK_RELATIVE, 0, 0, &one));
	kms_light(file);
	kms_said("CRTC_GET_SEQUENCE", get_sequence(file, &get));
	result("active", "%u", get.active);
	kms_said("how many now",
		 wait_for(file, _DRM_VBLANK_RELATIVE, 0, 0, &one));
	result("both count the same", "%s",
	       yes(one.reply.sequence - (uint32_t)get.sequence < 10));
	result("the type that is said", "%#x", (unsigned int)one.reply.type);
	kms_said("two more", wait_for(file, _DRM_VBLANK_RELATIVE, 2, 0, &two));
	result("it waited", "%s",
	       yes(two.reply.sequence >= one.reply.sequence + 2));
	kms_said("one that was", wait_for(file, _DRM_VBLANK_ABSOLUTE,
					  one.reply.sequence, 0, &two));
	result("the sequence is now's", "%s",
	       yes(two.reply.sequence >= one.reply.sequence + 2));
	kms_said("one that was, or the next",
		 wait_for(file, _DRM_VBLANK_ABSOLUTE | _DRM_VBLANK_NEXTONMISS,
			  one.reply.sequence, 0, &one));
	result("it waited", "%s", yes(one.reply.sequence > two.reply.sequence));
	kms_said("relative -1",
		 wait_for(file, _DRM_VBLANK_RELATIVE, ~0u, 0, &two));
	kms_said("by a file that is not master",
		 wait_for(kms_open_other(), _DRM_VBLANK_RELATIVE, 1, 0, &two));
}

static void event_of(const char *what, int file, unsigned int type,
		     uint32_t sequence, uint64_t signal)
{
	union drm_wait_vblank reply;
	struct kms_event event;

	kms_said(what, wait_for(file, type | _DRM_VBLANK_EVENT, sequence,
				signal, &reply));
	kms_show_events("its event", file, LONG, &event);
	result("of what was said", "%s, type %#x",
	       yes(event.sequence == reply.reply.sequence),
	       (unsigned int)reply.reply.type);
}

static void events(void)
{
	int file = kms_open();
	union drm_wait_vblank now;

	kms_light(file);
	event_of("now", file, _DRM_VBLANK_RELATIVE, 0, 1);
	event_of("the next", file, _DRM_VBLANK_RELATIVE, 1, 2);
	event_of("in three", file, _DRM_VBLANK_RELATIVE, 3, ~0ull);
	wait_for(file, _DRM_VBLANK_RELATIVE, 0, 0, &now);
	event_of("absolute", file, _DRM_VBLANK_ABSOLUTE, now.reply.sequence + 3,
		 4);
	event_of("one that was", file, _DRM_VBLANK_ABSOLUTE,
		 now.reply.sequence - 5, 5);
	event_of("one that was, or the next", file,
		 _DRM_VBLANK_ABSOLUTE | _DRM_VBLANK_NEXTONMISS,
		 now.reply.sequence - 5, 6);
	wait_for(file, _DRM_VBLANK_RELATIVE, 1, 0, &now);
	kms_said("in four",
		 wait_for(file, _DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 4, 7,
			  &now));
	kms_said("in two",
		 wait_for(file, _DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 2, 8,
			  &now));
	kms_show_events("first", file, LONG, NULL);
	kms_show_events("second", file, LONG, NULL);
	kms_said("in a hundred",
		 wait_for(file, _DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 100,
			  9, &now));
	kms_said("display off", kms_set_crtc(file, 0));
	kms_show_events("the event", file, LONG, NULL);
	kms_show_events("no other", file, FRAME, NULL);
	kms_said("in the dark",
		 wait_for(file, _DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 1, 1,
			  &now));
}

static void wrong(void)
{
	static const struct {
		const char *name;
		unsigned int type;
	} tries[] = {
		{"secondary", _DRM_VBLANK_SECONDARY},
		{"CRTC 1", 1 << _DRM_VBLANK_HIGH_CRTC_SHIFT},
		{"CRTC 31", _DRM_VBLANK_HIGH_CRTC_MASK},
		{"signal", _DRM_VBLANK_SIGNAL},
		{"flip", _DRM_VBLANK_FLIP},
		{"type 2", 2},
		{"flag 0x100", 0x100},
		{"all flags", ~0u & ~_DRM_VBLANK_HIGH_CRTC_MASK},
	};
	int file = kms_open();

	for (int lit = 0; lit < 2; lit++) {
		for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
			for (unsigned int type = 0; type < 2; type++) {
				union drm_wait_vblank reply;

				kms_said(text("%s%s, %s", lit ? "lit, " : "",
					      type ? "relative" : "absolute",
					      tries[i].name),
					 wait_for(file, tries[i].type | type, 0,
						  0, &reply));
			}
		}
		kms_light(file);
	}
}

static void sequences(void)
{
	int file = kms_open();
	struct drm_crtc_queue_sequence queue;
	struct drm_crtc_get_sequence get;
	struct kms_event event;

	kms_said(
		"QUEUE in the dark",
		queue_sequence(file, DRM_CRTC_SEQUENCE_RELATIVE, 1, 1, &queue));
	kms_light(file);
	kms_said("in two", queue_sequence(file, DRM_CRTC_SEQUENCE_RELATIVE, 2,
					  1, &queue));
	kms_show_events("its event", file, LONG, &event);
	result("of what was said", "%s", yes(event.sequence == queue.sequence));
	get_sequence(file, &get);
	kms_said("one that was",
		 queue_sequence(file, 0, get.sequence - 3, 2, &queue));
	kms_show_events("its event", file, LONG, &event);
	result("of now", "%s", yes(event.sequence >= get.sequence));
	kms_said("one that was, or the next",
		 queue_sequence(file, DRM_CRTC_SEQUENCE_NEXT_ON_MISS,
				get.sequence - 3, 3, &queue));
	kms_show_events("its event", file, LONG, &event);
	result("of what was said", "%s", yes(event.sequence == queue.sequence));
	get_sequence(file, &get);
	kms_said("absolute",
		 queue_sequence(file, 0, get.sequence + 2, 4, &queue));
	kms_show_events("its event", file, LONG, &event);
	result("of what was said", "%s",
	       yes(event.sequence == get.sequence + 2));
	result("its time is that of then", "%s",
	       yes(event.ns > (uint64_t)get.sequence_ns));
	kms_said("relative 0", queue_sequence(file, DRM_CRTC_SEQUENCE_RELATIVE,
					      0, 5, &queue));
	kms_show_events("its event", file, LONG, NULL);
	kms_said("by a file that is not master",
		 queue_sequence(kms_open_other(), DRM_CRTC_SEQUENCE_RELATIVE, 1,
				6, &queue));
}

static int prepare_get(void *argument)
{
	struct drm_crtc_get_sequence *get = argument;

	get->crtc_id = 0;
	return kms_open();
}

static const struct fault get_faults[] = {
	{"a plane", 0, 4, 1},
	{0},
};

static int prepare_queue(void *argument)
{
	struct drm_crtc_queue_sequence *queue = argument;
	int file = kms_open();

	kms_light(file);
	queue->crtc_id = ids.crtc[0];
	queue->flags = DRM_CRTC_SEQUENCE_RELATIVE;
	queue->sequence = 1;
	return file;
}

static const struct fault queue_faults[] = {
	FAULT(drm_crtc_queue_sequence, crtc_id, 0),
	FAULT(drm_crtc_queue_sequence, flags, 4),
	FAULT(drm_crtc_queue_sequence, flags, 3),
	FAULT(drm_crtc_queue_sequence, flags, ~0),
	{0},
};

static void sequence_arguments(void)
{
	call_arguments(&(const struct call){
		.name = "CRTC_GET_SEQUENCE of none",
		.cmd = DRM_IOCTL_CRTC_GET_SEQUENCE,
		.prepare = prepare_get,
		.faults = get_faults,
	});
	call_arguments(&(const struct call){
		.name = "CRTC_QUEUE_SEQUENCE",
		.cmd = DRM_IOCTL_CRTC_QUEUE_SEQUENCE,
		.prepare = prepare_queue,
		.faults = queue_faults,
	});
}

/* A new mode may not take the count back. */
static void over_modesets(void)
{
	int file = kms_open();
	union drm_wait_vblank before, after;

	kms_light(file);
	wait_for(file, _DRM_VBLANK_RELATIVE, 3, 0, &before);
	kms_set_crtc(file, 0);
	kms_light(file);
	kms_said("lit again",
		 wait_for(file, _DRM_VBLANK_RELATIVE, 0, 0, &after));
	result("the count goes on", "%s",
	       yes(after.reply.sequence >= before.reply.sequence));
}

static const struct check checks[] = {
	{.name = "counting", .run = counting},
	{.name = "events", .run = events},
	{.name = "wrong", .run = wrong},
	{.name = "sequences", .run = sequences},
	{.name = "sequence-arguments", .run = sequence_arguments},
	{.name = "over-modesets", .run = over_modesets},
	{0},
};

const struct subject kms_vblank_subject = {
	.name = "vblank",
	.checks = checks,
};
