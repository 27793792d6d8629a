/* SPDX-License-Identifier: MIT */
/* PAGE_FLIP: what may be flipped to, and when it has happened. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Longer than a frame, whatever machine that is. */
#define LONG  2000
#define FRAME 200

static int flip(int file, uint32_t fb, uint32_t flags, uint64_t user_data)
{
	struct drm_mode_crtc_page_flip call = {
		.crtc_id = ids.crtc[0],
		.fb_id = fb,
		.flags = flags,
		.user_data = user_data,
	};

	return ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP, &call);
}

static uint64_t frame_ns(int file)
{
	const struct drm_mode_modeinfo *mode = kms_mode(file);

	return (uint64_t)mode->htotal * mode->vtotal * 1000000 / mode->clock;
}

static void events(void)
{
	int file = kms_open();
	uint32_t first, second;
	struct kms_event a, b, c;
	uint64_t before, after, frame;

	kms_said("in the dark",
		 flip(file, kms_screen(file), DRM_MODE_PAGE_FLIP_EVENT, 1));
	first = kms_light(file);
	second = kms_screen(file);
	before = kms_now_ns();
	kms_said("with an event",
		 flip(file, second, DRM_MODE_PAGE_FLIP_EVENT, 77));
	kms_show_events("the event", file, LONG, &a);
	after = kms_now_ns();
	result("after it", "%s", kms_crtc_state(file));
	result("its time is one of the monotonic clock", "%s",
	       yes(a.ns / 1000 >= (before - frame_ns(file)) / 1000 &&
		   a.ns <= after));
	kms_said("and back",
		 flip(file, first, DRM_MODE_PAGE_FLIP_EVENT, ~0ull));
	kms_show_events("the event", file, LONG, &b);
	kms_said("the same one",
		 flip(file, first, DRM_MODE_PAGE_FLIP_EVENT, 3));
	kms_show_events("the event", file, LONG, &c);
	result("sequences grow", "%s",
	       yes(b.sequence > a.sequence && c.sequence > b.sequence));
	frame = frame_ns(file);
	/* Times are told in microseconds. */
	result("times are whole frames apart", "%s",
	       yes((c.ns - a.ns + 2000) / frame == c.sequence - a.sequence &&
		   (c.ns - a.ns + 2000) % frame < 4000));
	kms_show_events("one more", file, FRAME, NULL);
	kms_said("without an event", flip(file, second, 0, 4));
	kms_show_events("none comes", file, FRAME, NULL);
	result("after it", "%s", kms_crtc_state(file));
}

static void busy(void)
{
	int file = kms_open();
	uint32_t first = kms_light(file), second = kms_screen(file);

	/* Just after a vblank there is time for two. */
	kms_said("a flip", flip(file, second, DRM_MODE_PAGE_FLIP_EVENT, 1));
	kms_show_events("its event", file, LONG, NULL);
	kms_said("a flip", flip(file, first, DRM_MODE_PAGE_FLIP_EVENT, 2));
	kms_said("another one",
		 flip(file, second, DRM_MODE_PAGE_FLIP_EVENT, 3));
	result("meanwhile", "%s", kms_crtc_state(file));
	kms_show_events("the events", file, LONG, NULL);
	kms_show_events("no other", file, FRAME, NULL);
	kms_said("a flip without event", flip(file, second, 0, 4));
	kms_said("another one", flip(file, first, DRM_MODE_PAGE_FLIP_EVENT, 5));
	usleep(FRAME * 1000);
	kms_said("a flip", flip(file, first, DRM_MODE_PAGE_FLIP_EVENT, 6));
	kms_said("SETCRTC waits for it", kms_set_crtc(file, second));
	kms_show_events("the event", file, 0, NULL);
	kms_said("a flip", flip(file, first, DRM_MODE_PAGE_FLIP_EVENT, 7));
	kms_said("SETCRTC off", kms_set_crtc(file, 0));
	kms_show_events("the event", file, 0, NULL);
	kms_said("in the dark", flip(file, first, 0, 8));
}

static void others(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t own, shown = kms_light(file);

	own = kms_screen(other);
	kms_said("another file's framebuffer",
		 flip(file, own, DRM_MODE_PAGE_FLIP_EVENT, 1));
	kms_show_events("the event", file, LONG, NULL);
	result("shows another's", "%s", yes(shown != own));
	result("then", "%s", kms_crtc_state(file));
	kms_said("by another file", flip(other, own, 0, 1));
	kms_said(
		"a smaller one",
		flip(file, kms_fb(file, 1024, 767, DRM_FORMAT_XRGB8888), 0, 1));
	kms_said(
		"a larger one",
		flip(file, kms_fb(file, 1100, 800, DRM_FORMAT_XRGB8888), 0, 1));
	usleep(FRAME * 1000);
	kms_said("another format",
		 flip(file, kms_fb(file, 1024, 768, DRM_FORMAT_RGB565), 0, 1));
	kms_said(
		"another format of the same size",
		flip(file, kms_fb(file, 1024, 768, DRM_FORMAT_ARGB8888), 0, 1));
	drop_master(file);
	kms_said("not master", flip(file, shown, 0, 1));
}

static void closing(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t second;

	kms_light(file);
	second = kms_screen(file);
	kms_said("a flip", flip(file, second, DRM_MODE_PAGE_FLIP_EVENT, 1));
	close(file);
	result("its file closed", "%s", kms_crtc_state(other));
	kms_show_events("another file's events", other, FRAME, NULL);
	file = kms_open_other();
	kms_light(file);
	kms_said("a flip", flip(file, second = kms_screen(file),
				DRM_MODE_PAGE_FLIP_EVENT, 2));
	kms_said("RMFB of what it goes to", kms_remove_fb(file, second));
	result("then", "%s", kms_crtc_state(file));
	kms_show_events("the event", file, LONG, NULL);
}

static void powered_down(void)
{
	int file = kms_open_atomic();
	uint32_t fb = kms_light(file);
	struct drm_mode_connector_set_property dpms = {
		.value = DRM_MODE_DPMS_OFF,
		.prop_id = kms_property(ids.display, "DPMS"),
		.connector_id = ids.display,
	};

	kms_said("DPMS off", ioctl(file, DRM_IOCTL_MODE_SETPROPERTY, &dpms));
	kms_said("a flip", flip(file, fb, DRM_MODE_PAGE_FLIP_EVENT, 1));
	kms_said("a flip without event", flip(file, fb, 0, 1));
	kms_show_events("the event", file, FRAME, NULL);
	dpms.value = DRM_MODE_DPMS_ON;
	kms_said("DPMS on", ioctl(file, DRM_IOCTL_MODE_SETPROPERTY, &dpms));
	kms_said("a flip", flip(file, fb, DRM_MODE_PAGE_FLIP_EVENT, 2));
	kms_show_events("the event", file, LONG, NULL);
	kms_said("the primary off",
		 ioctl(file, DRM_IOCTL_MODE_SETPLANE,
		       &(struct drm_mode_set_plane){.plane_id = ids.primary}));
	kms_said("a flip", flip(file, fb, DRM_MODE_PAGE_FLIP_EVENT, 3));
}

static int prepare(void *argument)
{
	struct drm_mode_crtc_page_flip_target *call = argument;
	int file = kms_open();

	call->fb_id = kms_light(file);
	call->crtc_id = ids.crtc[0];
	return file;
}

static const struct fault faults[] = {
	FAULT(drm_mode_crtc_page_flip_target, crtc_id, 0),
	FAULT(drm_mode_crtc_page_flip_target, fb_id, 0),
	FAULT(drm_mode_crtc_page_flip_target, flags, DRM_MODE_PAGE_FLIP_EVENT),
	FAULT(drm_mode_crtc_page_flip_target, flags, DRM_MODE_PAGE_FLIP_ASYNC),
	FAULT(drm_mode_crtc_page_flip_target, flags,
	      DRM_MODE_PAGE_FLIP_TARGET_ABSOLUTE),
	FAULT(drm_mode_crtc_page_flip_target, flags,
	      DRM_MODE_PAGE_FLIP_TARGET_RELATIVE),
	FAULT(drm_mode_crtc_page_flip_target, flags, DRM_MODE_PAGE_FLIP_TARGET),
	FAULT(drm_mode_crtc_page_flip_target, flags, 0x10),
	FAULT(drm_mode_crtc_page_flip_target, sequence, 1),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "PAGE_FLIP",
		.cmd = DRM_IOCTL_MODE_PAGE_FLIP,
		.prepare = prepare,
		.faults = faults,
	});
}

static const struct check checks[] = {
	{.name = "events", .run = events},
	{.name = "busy", .run = busy},
	{.name = "others", .run = others},
	{.name = "closing", .run = closing},
	{.name = "powered-down", .run = powered_down},
	{.name = "arguments", .run = arguments, .generic = true},
	{0},
};

const struct subject kms_flip_subject = {
	.name = "flip",
	.checks = checks,
};
