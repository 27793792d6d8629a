/* SPDX-License-Identifier: MIT */
#include "kms.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ull

uint64_t kms_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

bool kms_readable(int file, int ms)
{
	struct pollfd poll_it = {.fd = file, .events = POLLIN};

	return poll(&poll_it, 1, ms) == 1 && poll_it.revents & POLLIN;
}

static struct kms_event parse(const struct drm_event *head)
{
	struct kms_event event = {.type = head->type};

	if (head->type == DRM_EVENT_CRTC_SEQUENCE) {
		const struct drm_event_crtc_sequence *sequence =
			(const void *)head;

		event.user_data = sequence->user_data;
		event.sequence = sequence->sequence;
		event.ns = (uint64_t)sequence->time_ns;
	} else {
		const struct drm_event_vblank *vblank = (const void *)head;

		event.user_data = vblank->user_data;
		event.sequence = vblank->sequence;
		event.ns = vblank->tv_sec * SECOND + vblank->tv_usec * 1000ull;
		event.crtc = vblank->crtc_id;
	}
	return event;
}

unsigned int kms_read_events(int file, struct kms_event *events, int ms)
{
	char bytes[8192] __attribute__((aligned(8)));
	unsigned int count = 0;
	ssize_t length, at = 0;

	if (!kms_readable(file, ms)) {
		return 0;
	}
	length = read(file, bytes, sizeof(bytes));
	while (at < length && count < KMS_EVENTS) {
		const struct drm_event *head = (const void *)(bytes + at);

		events[count++] = parse(head);
		at += head->length;
	}
	return count;
}

static const char *type_name(uint32_t type)
{
	switch (type) {
	case DRM_EVENT_VBLANK:
		return "vblank";
	case DRM_EVENT_FLIP_COMPLETE:
		return "flip";
	case DRM_EVENT_CRTC_SEQUENCE:
		return "sequence";
	default:
		return text("%#x", type);
	}
}

void kms_show_events(const char *what, int file, int ms,
		     struct kms_event *first)
{
	struct kms_event events[KMS_EVENTS] = {{0}};
	unsigned int count = kms_read_events(file, events, ms);
	const char *list = "";

	for (unsigned int i = 0; i < count; i++) {
		list = text("%s %s(%llu on %s)", list,
			    type_name(events[i].type),
			    (unsigned long long)events[i].user_data,
			    kms_name(events[i].crtc));
	}
	result(what, "%s", count ? list + 1 : "no event");
	if (first) {
		*first = events[0];
	}
}

void kms_drop_events(int file, int ms)
{
	struct kms_event events[KMS_EVENTS];

	while (kms_read_events(file, events, ms)) {
	}
}
