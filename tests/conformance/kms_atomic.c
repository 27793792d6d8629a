/* SPDX-License-Identifier: MIT */
/* Atomic requests: all of it or nothing, now or later, or only asked. */
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LONG	2000
#define FRAME	200
#define MODESET DRM_MODE_ATOMIC_ALLOW_MODESET
#define TEST	DRM_MODE_ATOMIC_TEST_ONLY
#define LATER	DRM_MODE_ATOMIC_NONBLOCK
#define EVENT	DRM_MODE_PAGE_FLIP_EVENT
#define ASYNC	DRM_MODE_PAGE_FLIP_ASYNC

static void state(const char *when, int file)
{
	result(when, "%s; primary %s; active %d; connector on %s",
	       kms_crtc_state(file), kms_plane_state(file, ids.primary),
	       (int)kms_value(file, ids.crtc[0], "ACTIVE"),
	       kms_name((uint32_t)kms_value(file, ids.display, "CRTC_ID")));
}

static void on_and_off(void)
{
	int file = kms_open_atomic();
	struct request nothing = {0}, on = {0}, off = {0};
	uint32_t fb = kms_screen(file);

	request_on(&on, file, fb);
	request_off(&off);
	kms_said("nothing", request_commit(file, &nothing, 0, 0));
	kms_said("nothing, tested", request_commit(file, &nothing, TEST, 0));
	kms_said("on, no modeset allowed", request_commit(file, &on, 0, 0));
	state("then", file);
	kms_said("on, tested", request_commit(file, &on, TEST | MODESET, 0));
	state("then", file);
	kms_said("on, tested, no modeset allowed",
		 request_commit(file, &on, TEST, 0));
	kms_said("on", request_commit(file, &on, MODESET, 0));
	state("then", file);
	kms_said("on again, no modeset allowed",
		 request_commit(file, &on, 0, 0));
	kms_said("off, no modeset allowed", request_commit(file, &off, 0, 0));
	state("then", file);
	kms_said("off, tested", request_commit(file, &off, TEST | MODESET, 0));
	kms_said("off", request_commit(file, &off, MODESET, 0));
	state("then", file);
	kms_said("off again, no modeset allowed",
		 request_commit(file, &off, 0, 0));
	kms_said("on later", request_commit(file, &on, MODESET | LATER, 0));
	state("at once", file);
	usleep(FRAME * 1000);
	kms_said("off later", request_commit(file, &off, MODESET | LATER, 0));
	state("at once", file);
	usleep(FRAME * 1000);
	state("later", file);
}

/* What must come together: all parts of turning it on, without one or two. */
static void parts(void)
{
	static const char *const names[] = {"connector", "mode", "active",
					    "plane"};
	int file = kms_open_atomic();
	uint32_t fb = kms_screen(file);
	const struct drm_mode_modeinfo *mode = kms_mode(file);
	uint32_t blob = kms_blob(file, mode, sizeof(*mode));

	for (unsigned int with = 0; with < 16; with++) {
		struct request request = {0};
		const char *list = "";

		for (unsigned int i = 0; i < 4; i++) {
			if (with & 1u << i) {
				list = text("%s %s", list, names[i]);
			}
		}
		if (with & 1) {
			request_add(&request, ids.display, "CRTC_ID",
				    ids.crtc[0]);
		}
		if (with & 2) {
			request_add(&request, ids.crtc[0], "MODE_ID", blob);
		}
		if (with & 4) {
			request_add(&request, ids.crtc[0], "ACTIVE", 1);
		}
		if (with & 8) {
			request_plane(&request, ids.primary, fb, 0, 0, 1024,
				      768);
		}
		kms_said(text("with%s", *list ? list : " nothing"),
			 request_commit(file, &request, TEST | MODESET, 0));
		kms_said(text("with%s, no modeset", *list ? list : " nothing"),
			 request_commit(file, &request, TEST, 0));
	}
}

/* And what must go together. */
static void parts_off(void)
{
	static const char *const names[] = {"connector", "mode", "active",
					    "plane"};
	int file = kms_open_atomic();
	struct request on = {0};

	request_on(&on, file, kms_screen(file));
	kms_said("on", request_commit(file, &on, MODESET, 0));
	for (unsigned int with = 0; with < 16; with++) {
		struct request request = {0};
		const char *list = "";

		for (unsigned int i = 0; i < 4; i++) {
			if (with & 1u << i) {
				list = text("%s %s", list, names[i]);
			}
		}
		if (with & 1) {
			request_add(&request, ids.display, "CRTC_ID", 0);
		}
		if (with & 2) {
			request_add(&request, ids.crtc[0], "MODE_ID", 0);
		}
		if (with & 4) {
			request_add(&request, ids.crtc[0], "ACTIVE", 0);
		}
		if (with & 8) {
			request_plane(&request, ids.primary, 0, 0, 0, 0, 0);
		}
		kms_said(text("off:%s", *list ? list : " nothing"),
			 request_commit(file, &request, TEST | MODESET, 0));
		kms_said(text("off:%s, no modeset", *list ? list : " nothing"),
			 request_commit(file, &request, TEST, 0));
	}
	state("all was only asked", file);
}

static void flags(void)
{
	static const uint32_t tries[] = {
		EVENT,
		ASYNC,
		EVENT | ASYNC,
		TEST | EVENT,
		TEST | ASYNC,
		TEST | LATER,
		TEST | LATER | MODESET,
		LATER | MODESET,
		DRM_MODE_PAGE_FLIP_TARGET_ABSOLUTE,
		DRM_MODE_PAGE_FLIP_TARGET_RELATIVE,
		0x10,
		0x800,
		0x80000000,
		~0u,
	};
	int file = kms_open_atomic();
	struct request on = {0}, same = {0}, nothing = {0};
	uint32_t fb = kms_screen(file);

	request_on(&on, file, fb);
	kms_said("on", request_commit(file, &on, MODESET, 0));
	request_plane(&same, ids.primary, fb, 0, 0, 1024, 768);
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		kms_said(text("flags %#x", tries[i]),
			 request_commit(file, &same, tries[i], 5));
		kms_show_events("events", file, tries[i] == EVENT ? LONG : 50,
				NULL);
		kms_said(text("flags %#x of nothing", tries[i]),
			 request_commit(file, &nothing, tries[i], 6));
	}
}

static void events(void)
{
	int file = kms_open_atomic();
	struct request on = {0}, off = {0}, flip = {0}, plane = {0}, crtc = {0},
		       connector = {0};
	uint32_t first = kms_screen(file), second = kms_screen(file);
	struct kms_event a, b;

	request_add(&crtc, ids.crtc[0], "ACTIVE", 0);
	kms_said("an event of a CRTC that stays off",
		 request_commit(file, &crtc, EVENT, 1));
	kms_show_events("events", file, 50, NULL);
	request_on(&on, file, first);
	kms_said("on", request_commit(file, &on, EVENT | MODESET, 2));
	kms_show_events("events", file, LONG, NULL);
	request_plane(&flip, ids.primary, second, 0, 0, 1024, 768);
	kms_said("a flip", request_commit(file, &flip, EVENT, 3));
	kms_show_events("at once", file, 0, &a);
	kms_said("the same later",
		 request_commit(file, &flip, EVENT | LATER, 4));
	kms_show_events("events", file, LONG, &b);
	result("the sequence grows", "%s", yes(b.sequence > a.sequence));
	request_add(&plane, ids.overlay, "rotation", 1);
	kms_said("of a plane that is off",
		 request_commit(file, &plane, EVENT, 5));
	kms_show_events("events", file, 50, NULL);
	request_add(&connector, ids.display, "link-status", 0);
	kms_said("of a connector", request_commit(file, &connector, EVENT, 6));
	kms_show_events("events", file, FRAME, NULL);
	crtc = (struct request){0};
	request_add(&crtc, ids.crtc[0], "ACTIVE", 1);
	kms_said("of a CRTC, nothing new",
		 request_commit(file, &crtc, EVENT, 7));
	kms_show_events("events", file, LONG, NULL);
	request_off(&off);
	kms_said("off", request_commit(file, &off, EVENT | MODESET, 8));
	kms_show_events("events", file, LONG, NULL);
	kms_said("off again", request_commit(file, &off, EVENT | MODESET, 9));
	kms_show_events("events", file, FRAME, NULL);
	kms_said("on, later",
		 request_commit(file, &on, EVENT | MODESET | LATER, 10));
	kms_show_events("events", file, LONG, NULL);
	kms_said("off, later",
		 request_commit(file, &off, EVENT | MODESET | LATER, 11));
	kms_show_events("events", file, LONG, NULL);
}

static void busy(void)
{
	int file = kms_open_atomic();
	struct request on = {0}, flip = {0}, back = {0}, plane = {0};
	uint32_t first = kms_screen(file), second = kms_screen(file);

	request_on(&on, file, first);
	kms_said("on", request_commit(file, &on, MODESET, 0));
	request_plane(&flip, ids.primary, second, 0, 0, 1024, 768);
	request_plane(&back, ids.primary, first, 0, 0, 1024, 768);
	/* Just after a vblank there is time for two. */
	kms_said("a flip", request_commit(file, &flip, EVENT, 1));
	kms_show_events("its event", file, LONG, NULL);
	kms_said("a flip, later",
		 request_commit(file, &back, EVENT | LATER, 2));
	kms_said("another", request_commit(file, &flip, EVENT | LATER, 3));
	kms_said("tested", request_commit(file, &flip, TEST, 3));
	kms_said("tested, later", request_commit(file, &flip, TEST | LATER, 3));
	state("meanwhile", file);
	kms_said("one that waits", request_commit(file, &flip, EVENT, 4));
	kms_show_events("the events", file, 0, NULL);
	state("then", file);
	/* Another plane of the same CRTC is no other thing. */
	kms_said("a flip, later", request_commit(file, &back, LATER, 5));
	request_plane(&plane, ids.overlay,
		      kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888), 0, 0, 64, 64);
	kms_said("another plane", request_commit(file, &plane, LATER, 6));
	kms_said("SETCRTC", kms_set_crtc(file, second));
	state("then", file);
	kms_said("a flip, later", request_commit(file, &back, LATER, 7));
	kms_said("PAGE_FLIP",
		 ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP,
		       &(struct drm_mode_crtc_page_flip){.crtc_id = ids.crtc[0],
							 .fb_id = second}));
}

static void order(void)
{
	int file = kms_open_atomic();
	uint32_t fb = kms_light(file);
	uint32_t small = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	struct request request = {0};

	/* The last one counts. */
	request_plane(&request, ids.overlay, small, 0, 0, 64, 64);
	request_add(&request, ids.overlay, "CRTC_X", 5);
	request_add(&request, ids.overlay, "CRTC_X", 9);
	kms_said("a property twice", request_commit(file, &request, 0, 0));
	result("it is", "%d", (int)kms_value(file, ids.overlay, "CRTC_X"));
	request = (struct request){0};
	request_add(&request, ids.overlay, "CRTC_X", 11);
	request_add(&request, ids.crtc[0], "ACTIVE", 1);
	request_add(&request, ids.overlay, "CRTC_X", 12);
	kms_said("an object twice", request_commit(file, &request, 0, 0));
	result("it is", "%d", (int)kms_value(file, ids.overlay, "CRTC_X"));
	/* What is wrong last leaves nothing of what was right before. */
	request = (struct request){0};
	request_add(&request, ids.overlay, "CRTC_X", 20);
	request_add(&request, ids.primary, "FB_ID", 0);
	kms_said("a wrong end", request_commit(file, &request, 0, 0));
	result("it is", "%d", (int)kms_value(file, ids.overlay, "CRTC_X"));
	result("the primary", "%s", kms_plane_state(file, ids.primary));
	request = (struct request){0};
	request_add(&request, ids.overlay, "CRTC_X", 21);
	request_add_id(&request, ids.overlay, 9999, 0);
	kms_said("an unknown property at the end",
		 request_commit(file, &request, 0, 0));
	result("it is", "%d", (int)kms_value(file, ids.overlay, "CRTC_X"));
	/* Wrong in between is wrong, even if it is right in the end. */
	request = (struct request){0};
	request_add(&request, ids.primary, "FB_ID", 0);
	request_add(&request, ids.primary, "FB_ID", fb);
	kms_said("wrong, then right", request_commit(file, &request, 0, 0));
	request = (struct request){0};
	request_add(&request, ids.primary, "CRTC_ID", 0);
	request_add(&request, ids.primary, "CRTC_ID", ids.crtc[0]);
	kms_said("off, then on", request_commit(file, &request, 0, 0));
	state("then", file);
}

static void who(void)
{
	int file = kms_open(), other = kms_open_other();
	struct request nothing = {0};

	kms_said("without the capability",
		 request_commit(file, &nothing, 0, 0));
	kms_set_cap(file, DRM_CLIENT_CAP_ATOMIC, 1);
	kms_said("with it", request_commit(file, &nothing, 0, 0));
	kms_set_cap(other, DRM_CLIENT_CAP_ATOMIC, 1);
	kms_said("not master", request_commit(other, &nothing, 0, 0));
	kms_said("not master, only asked",
		 request_commit(other, &nothing, TEST, 0));
	drop_master(file);
	kms_said("master no more", request_commit(file, &nothing, 0, 0));
	set_master(file);
	kms_set_cap(file, DRM_CLIENT_CAP_ATOMIC, 0);
	kms_said("capability given back", request_commit(file, &nothing, 0, 0));
}

/* A mode that is set, and one that is made to measure. */
static void mode_changes(void)
{
	int file = kms_open_atomic();
	struct drm_mode_modeinfo mode = *kms_mode(file);
	struct request on = {0}, request = {0};
	uint32_t fb = kms_fb(file, 1920, 1200, DRM_FORMAT_XRGB8888);

	request_on(&on, file, fb);
	kms_said("on", request_commit(file, &on, MODESET, 0));
	state("then", file);
	request_add(&request, ids.crtc[0], "MODE_ID",
		    kms_blob(file, &mode, sizeof(mode)));
	kms_said("the same mode again, no modeset",
		 request_commit(file, &request, 0, 0));
	strcpy(mode.name, "mine");
	request = (struct request){0};
	request_add(&request, ids.crtc[0], "MODE_ID",
		    kms_blob(file, &mode, sizeof(mode)));
	kms_said("another name, no modeset",
		 request_commit(file, &request, 0, 0));
	state("then", file);
	mode.type = DRM_MODE_TYPE_DRIVER;
	request = (struct request){0};
	request_add(&request, ids.crtc[0], "MODE_ID",
		    kms_blob(file, &mode, sizeof(mode)));
	kms_said("another type, no modeset",
		 request_commit(file, &request, 0, 0));
	mode = *kms_mode_of(file, 800, 600);
	request = (struct request){0};
	request_add(&request, ids.crtc[0], "MODE_ID",
		    kms_blob(file, &mode, sizeof(mode)));
	kms_said("a smaller mode, no modeset",
		 request_commit(file, &request, 0, 0));
	kms_said("a smaller mode", request_commit(file, &request, MODESET, 0));
	state("then", file);
	mode = *kms_mode_of(file, 1920, 1200);
	request = (struct request){0};
	request_add(&request, ids.crtc[0], "MODE_ID",
		    kms_blob(file, &mode, sizeof(mode)));
	kms_said("a larger mode", request_commit(file, &request, MODESET, 0));
	state("then", file);
	for (uint32_t length = sizeof(mode) - 1; length <= sizeof(mode) + 1;
	     length++) {
		char bytes[128] = {0};

		memcpy(bytes, &mode, sizeof(mode));
		request = (struct request){0};
		request_add(&request, ids.crtc[0], "MODE_ID",
			    kms_blob(file, bytes, length));
		kms_said(text("a mode of %u bytes", length),
			 request_commit(file, &request, MODESET, 0));
	}
}

static const struct check checks[] = {
	{.name = "on-and-off", .run = on_and_off},
	{.name = "parts", .run = parts},
	{.name = "parts-off", .run = parts_off},
	{.name = "flags", .run = flags, .generic = true},
	{.name = "events", .run = events},
	{.name = "busy", .run = busy},
	{.name = "order", .run = order},
	{.name = "who", .run = who, .generic = true},
	{.name = "mode-changes", .run = mode_changes},
	{0},
};

const struct subject kms_atomic_subject = {
	.name = "atomic",
	.checks = checks,
};
