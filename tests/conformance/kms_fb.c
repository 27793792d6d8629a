/* SPDX-License-Identifier: MIT */
/* What becomes a framebuffer, who may see it, and when it goes. */
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SIDE 64u

static uint32_t big_buffer(int file)
{
	uint32_t pitch;

	return kms_dumb(file, 1024, 256, 32, &pitch);
}

static const uint32_t formats[] = {
	DRM_FORMAT_C8,
	DRM_FORMAT_R8,
	DRM_FORMAT_R16,
	DRM_FORMAT_RG88,
	DRM_FORMAT_RG1616,
	DRM_FORMAT_RGB332,
	DRM_FORMAT_XRGB4444,
	DRM_FORMAT_ARGB4444,
	DRM_FORMAT_XRGB1555,
	DRM_FORMAT_ARGB1555,
	DRM_FORMAT_RGBA5551,
	DRM_FORMAT_RGB565,
	DRM_FORMAT_BGR565,
	DRM_FORMAT_RGB888,
	DRM_FORMAT_BGR888,
	DRM_FORMAT_XRGB8888,
	DRM_FORMAT_XBGR8888,
	DRM_FORMAT_RGBX8888,
	DRM_FORMAT_BGRX8888,
	DRM_FORMAT_ARGB8888,
	DRM_FORMAT_ABGR8888,
	DRM_FORMAT_RGBA8888,
	DRM_FORMAT_BGRA8888,
	DRM_FORMAT_XRGB2101010,
	DRM_FORMAT_XBGR2101010,
	DRM_FORMAT_ARGB2101010,
	DRM_FORMAT_ABGR2101010,
	DRM_FORMAT_XRGB16161616,
	DRM_FORMAT_XBGR16161616,
	DRM_FORMAT_ARGB16161616,
	DRM_FORMAT_ABGR16161616,
	DRM_FORMAT_XRGB16161616F,
	DRM_FORMAT_ARGB16161616F,
	DRM_FORMAT_YUYV,
	DRM_FORMAT_UYVY,
	DRM_FORMAT_AYUV,
	DRM_FORMAT_NV12,
	DRM_FORMAT_NV21,
	DRM_FORMAT_NV16,
	DRM_FORMAT_NV24,
	DRM_FORMAT_P010,
	DRM_FORMAT_P016,
	DRM_FORMAT_YUV420,
	DRM_FORMAT_YVU420,
	DRM_FORMAT_YUV422,
	DRM_FORMAT_YUV444,
	DRM_FORMAT_XRGB8888_A8,
	DRM_FORMAT_YUV420_8BIT,
	0,
	1,
	DRM_FORMAT_XRGB8888 | DRM_FORMAT_BIG_ENDIAN,
};

/* Each format with one, two, three and four buffers. */
static void all_formats(void)
{
	int file = kms_open();
	uint32_t handle = big_buffer(file);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const char *answers = "";

		for (int planes = 1; planes <= 4; planes++) {
			struct drm_mode_fb_cmd2 add = {
				.width = SIDE,
				.height = SIDE,
				.pixel_format = formats[i],
			};

			for (int j = 0; j < planes; j++) {
				add.handles[j] = handle;
				add.pitches[j] = SIDE * 8;
				add.offsets[j] = (uint32_t)j * SIDE * SIDE * 8;
			}
			answers = text(
				"%s %s", answers,
				err(ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add)));
			if (add.fb_id) {
				kms_remove_fb(file, add.fb_id);
			}
		}
		result(text("ADDFB2 of '%s'", fourcc(formats[i])), "%s",
		       answers + 1);
	}
}

static void depths(void)
{
	static const uint32_t bpps[] = {0, 1, 4, 8, 12, 16, 24, 32, 64};
	static const uint32_t depths_of[] = {0, 1, 8, 15, 16, 24, 30, 32, 64};
	int file = kms_open();
	uint32_t handle = big_buffer(file);

	for (size_t i = 0; i < ARRAY_SIZE(bpps); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(depths_of); j++) {
			struct drm_mode_fb_cmd add = {
				.width = SIDE,
				.height = SIDE,
				.pitch = SIDE * 8,
				.bpp = bpps[i],
				.depth = depths_of[j],
				.handle = handle,
			};
			const char *answer =
				err(ioctl(file, DRM_IOCTL_MODE_ADDFB, &add));
			struct drm_mode_fb_cmd2 get = {.fb_id = add.fb_id};

			if (add.fb_id) {
				ioctl(file, DRM_IOCTL_MODE_GETFB2, &get);
				kms_remove_fb(file, add.fb_id);
			}
			result(text("ADDFB of %u bits, depth %u", bpps[i],
				    depths_of[j]),
			       "%s, %s", answer, fourcc(get.pixel_format));
		}
	}
}

/* Does the last row have to be there as far as the pitch, or the pixels? */
static void sizes(void)
{
	int file = kms_open();
	uint32_t pitch, handle = kms_dumb(file, SIDE, SIDE, 32, &pitch);
	static const struct {
		const char *name;
		uint32_t width, height, pitch, offset;
	} tries[] = {
		{"all of it", 64, 64, 256, 0},
		{"one row more", 64, 65, 256, 0},
		{"a pixel later", 64, 64, 256, 4},
		{"narrower, a pixel later", 63, 64, 256, 4},
		{"a byte later", 63, 64, 256, 1},
		{"last rows, offset", 64, 63, 256, 256},
		{"offset at the end", 64, 64, 256, 256 * 64},
		{"offset beyond", 64, 64, 256, 0xfffffffc},
		{"pitch 252", 64, 64, 252, 0},
		{"pitch 255", 64, 64, 255, 0},
		{"pitch 257", 64, 63, 257, 0},
		{"pitch 260", 64, 63, 260, 0},
		{"pitch 260, all rows", 64, 64, 260, 0},
		{"pitch 512", 64, 32, 512, 0},
		{"pitch huge", 64, 64, 0xfffffffc, 0},
		{"pitch huge, one row", 64, 10, 0x80000000, 0},
		{"width 9", 9, 64, 256, 0},
		{"width 10", 10, 64, 256, 0},
		{"height 9", 64, 9, 256, 0},
		{"height 10", 64, 10, 256, 0},
		{"width 8192", 8192, 10, 32768, 0},
		{"width 8193", 8193, 10, 32772, 0},
		{"height 8192", 10, 8192, 256, 0},
		{"height 8193", 10, 8193, 256, 0},
		{"width huge", 0x40000001, 64, 256, 0},
		{"width 0", 0, 64, 256, 0},
		{"height 0", 64, 0, 256, 0},
		{"both 0", 0, 0, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct drm_mode_fb_cmd2 add = {
			.width = tries[i].width,
			.height = tries[i].height,
			.pixel_format = DRM_FORMAT_XRGB8888,
			.handles = {handle},
			.pitches = {tries[i].pitch},
			.offsets = {tries[i].offset},
		};

		kms_said(tries[i].name,
			 ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
	}
}

/* Planes beside the first have sizes of their own. */
static void planar_sizes(void)
{
	int file = kms_open();
	uint32_t pitch, handle = kms_dumb(file, 64, 96, 8, &pitch);
	static const struct {
		const char *name;
		uint32_t width, height, pitches[2], offsets[2];
	} tries[] = {
		{"NV12", 64, 64, {64, 64}, {0, 4096}},
		{"NV12, odd width", 63, 64, {64, 64}, {0, 4096}},
		{"NV12, odd height", 64, 63, {64, 64}, {0, 4096}},
		{"NV12, short second pitch", 64, 64, {64, 62}, {0, 4096}},
		{"NV12, no second pitch", 64, 64, {64, 0}, {0, 4096}},
		{"NV12, second too late", 64, 64, {64, 64}, {0, 4097}},
		{"NV12, second far too late", 64, 64, {64, 64}, {0, 8192}},
		{"NV12, overlapping", 64, 64, {64, 64}, {0, 0}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct drm_mode_fb_cmd2 add = {
			.width = tries[i].width,
			.height = tries[i].height,
			.pixel_format = DRM_FORMAT_NV12,
			.handles = {handle, handle},
			.pitches = {tries[i].pitches[0], tries[i].pitches[1]},
			.offsets = {tries[i].offsets[0], tries[i].offsets[1]},
		};

		kms_said(tries[i].name,
			 ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
	}
}

static void modifiers(void)
{
	static const struct {
		const char *name;
		uint32_t flags;
		uint64_t modifier[2];
	} tries[] = {
		{"no flag, none", 0, {0}},
		{"no flag, linear for a second", 0, {0, 1}},
		{"no flag, tiled", 0, {I915_FORMAT_MOD_X_TILED}},
		{"no flag, invalid", 0, {DRM_FORMAT_MOD_INVALID}},
		{"linear", DRM_MODE_FB_MODIFIERS, {DRM_FORMAT_MOD_LINEAR}},
		{"invalid", DRM_MODE_FB_MODIFIERS, {DRM_FORMAT_MOD_INVALID}},
		{"tiled", DRM_MODE_FB_MODIFIERS, {I915_FORMAT_MOD_X_TILED}},
		{"tiled otherwise",
		 DRM_MODE_FB_MODIFIERS,
		 {DRM_FORMAT_MOD_VIVANTE_TILED}},
		{"linear, and one of no plane",
		 DRM_MODE_FB_MODIFIERS,
		 {DRM_FORMAT_MOD_LINEAR, I915_FORMAT_MOD_X_TILED}},
		{"interlaced", DRM_MODE_FB_INTERLACED, {0}},
		{"both flags",
		 DRM_MODE_FB_INTERLACED | DRM_MODE_FB_MODIFIERS,
		 {0}},
		{"an unknown flag", 4, {0}},
		{"all flags", ~0u, {0}},
	};
	int file = kms_open();
	uint32_t handle = big_buffer(file);

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct drm_mode_fb_cmd2 add = {
			.width = SIDE,
			.height = SIDE,
			.pixel_format = DRM_FORMAT_XRGB8888,
			.flags = tries[i].flags,
			.handles = {handle},
			.pitches = {SIDE * 4},
			.modifier = {tries[i].modifier[0],
				     tries[i].modifier[1]},
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
		struct drm_mode_fb_cmd2 get = {.fb_id = add.fb_id};

		ioctl(file, DRM_IOCTL_MODE_GETFB2, &get);
		result(tries[i].name, "%s, flags %#x modifier %#llx", answer,
		       get.flags, (unsigned long long)get.modifier[0]);
	}
}

static void get(const char *who, int file, uint32_t fb)
{
	struct drm_mode_fb_cmd one = {.fb_id = fb, .handle = 77};
	struct drm_mode_fb_cmd2 two = {.fb_id = fb, .handles = {77, 77}};
	const char *answer = err(ioctl(file, DRM_IOCTL_MODE_GETFB, &one));

	result(text("%s, GETFB", who),
	       "%s, %ux%u pitch %u bpp %u depth %u handle %u", answer,
	       one.width, one.height, one.pitch, one.bpp, one.depth,
	       one.handle);
	answer = err(ioctl(file, DRM_IOCTL_MODE_GETFB2, &two));
	result(text("%s, GETFB2", who),
	       "%s, %ux%u %s flags %#x, handles %u %u pitches %u %u offsets %u "
	       "%u",
	       answer, two.width, two.height, fourcc(two.pixel_format),
	       two.flags, two.handles[0], two.handles[1], two.pitches[0],
	       two.pitches[1], two.offsets[0], two.offsets[1]);
}

static void getting(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t handle = big_buffer(file), kept = big_buffer(file);
	struct drm_mode_fb_cmd2 add = {
		.width = SIDE,
		.height = SIDE,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles = {handle},
		.pitches = {SIDE * 4},
		.offsets = {SIDE},
	};

	kms_said("ADDFB2", ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
	result("its handles", "%u, another %u", handle, kept);
	get("owner and master", file, add.fb_id);
	get("again", file, add.fb_id);
	gem_close(file, handle);
	get("its handle closed", file, add.fb_id);
	get("another file", other, add.fb_id);
	drop_master(file);
	get("owner, not master", file, add.fb_id);
	set_master(other);
	get("master, not owner", other, add.fb_id);
	kms_said("master, not owner, RMFB", kms_remove_fb(other, add.fb_id));
	close(file);
	get("its file closed", other, add.fb_id);
}

/* NV12 is none of vkms' formats, but XRGB with an alpha plane is of nobody's:
 * a framebuffer of two planes is one that the driver takes. */
static void get_planar(void)
{
	int file = kms_open();
	uint32_t handle = big_buffer(file), second = big_buffer(file);
	struct drm_mode_fb_cmd2 add = {
		.width = SIDE,
		.height = SIDE,
		.pixel_format = DRM_FORMAT_NV12,
		.handles = {handle, second},
		.pitches = {SIDE, SIDE},
	};

	kms_said("ADDFB2 of NV12", ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
	get("NV12", file, add.fb_id);
}

static int close_fb(int file, uint32_t fb, uint32_t pad)
{
	struct drm_mode_closefb close_it = {.fb_id = fb, .pad = pad};

	return ioctl(file, DRM_IOCTL_MODE_CLOSEFB, &close_it);
}

static void removing(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t fb = kms_fb(file, SIDE, SIDE, DRM_FORMAT_XRGB8888), again;

	kms_said("RMFB by another file", kms_remove_fb(other, fb));
	kms_said("CLOSEFB by another file", close_fb(other, fb, 0));
	kms_said("CLOSEFB with a pad", close_fb(file, fb, 1));
	kms_said("CLOSEFB of nothing with a pad", close_fb(file, 0, 1));
	kms_said("CLOSEFB of nothing", close_fb(file, 0, 0));
	kms_said("RMFB of nothing", kms_remove_fb(file, 0));
	kms_said("RMFB of a plane", kms_remove_fb(file, ids.primary));
	kms_said("RMFB", kms_remove_fb(file, fb));
	kms_said("RMFB again", kms_remove_fb(file, fb));
	again = kms_fb(file, SIDE, SIDE, DRM_FORMAT_XRGB8888);
	result("the next has the same id", "%s", yes(again == fb));
	drop_master(file);
	kms_said("RMFB, not master", kms_remove_fb(file, again));
	again = kms_fb(file, SIDE, SIDE, DRM_FORMAT_XRGB8888);
	kms_said("CLOSEFB, not master", close_fb(file, again, 0));
	kms_said("CLOSEFB again", close_fb(file, again, 0));
	kms_said("GETFB of it",
		 ioctl(file, DRM_IOCTL_MODE_GETFB,
		       &(struct drm_mode_fb_cmd){.fb_id = again}));
}

static void state(const char *when, int file)
{
	result(when, "%s; primary %s", kms_crtc_state(file),
	       kms_plane_state(file, ids.primary));
}

static void removing_shown(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t fb = kms_light(file);

	state("shown", file);
	kms_said("RMFB", kms_remove_fb(file, fb));
	state("RMFB", file);
	fb = kms_light(file);
	state("shown", file);
	kms_said("CLOSEFB", close_fb(file, fb, 0));
	state("CLOSEFB", file);
	kms_said("GETFB of it", ioctl(file, DRM_IOCTL_MODE_GETFB,
				      &(struct drm_mode_fb_cmd){.fb_id = fb}));
	kms_said("RMFB after CLOSEFB", kms_remove_fb(file, fb));
	state("then", file);
	fb = kms_light(file);
	state("another shown", file);
	drop_master(file);
	kms_said("RMFB, not master", kms_remove_fb(file, fb));
	state("RMFB, not master", file);
	set_master(file);
	kms_light(file);
	state("shown", file);
	close(file);
	state("its file closed", other);
	file = kms_open_other();
	fb = kms_light(file);
	state("shown", other);
	kms_said("CLOSEFB", close_fb(file, fb, 0));
	close(file);
	state("closed after CLOSEFB", other);
	set_master(other);
	kms_said("SETCRTC off", kms_set_crtc(other, 0));
	state("SETCRTC off", other);
}

/* One framebuffer on two planes, and on a plane that is not the primary. */
static void removing_from_planes(void)
{
	int file = kms_open_atomic();
	uint32_t screen = kms_light(file);
	uint32_t fb = kms_fb(file, SIDE, SIDE, DRM_FORMAT_ARGB8888);
	struct request request = {0};

	request_plane(&request, ids.overlay, fb, 0, 0, SIDE, SIDE);
	request_plane(&request, ids.cursor, fb, 100, 100, SIDE, SIDE);
	kms_said("both planes on", request_commit(file, &request, 0, 0));
	result("overlay", "%s", kms_plane_state(file, ids.overlay));
	result("cursor", "%s", kms_plane_state(file, ids.cursor));
	kms_said("RMFB", kms_remove_fb(file, fb));
	result("overlay", "%s", kms_plane_state(file, ids.overlay));
	result("cursor", "%s", kms_plane_state(file, ids.cursor));
	state("the rest", file);
	fb = kms_fb(file, SIDE, SIDE, DRM_FORMAT_ARGB8888);
	request = (struct request){0};
	request_plane(&request, ids.overlay, fb, 0, 0, SIDE, SIDE);
	kms_said("overlay on", request_commit(file, &request, 0, 0));
	kms_said("RMFB of the screen", kms_remove_fb(file, screen));
	state("then", file);
	result("overlay", "%s", kms_plane_state(file, ids.overlay));
	kms_light(file);
	state("lit again", file);
	result("overlay", "%s", kms_plane_state(file, ids.overlay));
}

static void dirty(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t fb = kms_fb(file, SIDE, SIDE, DRM_FORMAT_XRGB8888);
	static struct drm_clip_rect clips[300];
	static const struct {
		const char *name;
		uint32_t flags, clips;
		bool pointer, bad;
	} tries[] = {
		{"nothing", 0, 0, false, false},
		{"a pointer and no clips", 0, 0, true, false},
		{"clips and no pointer", 0, 1, false, false},
		{"a clip", 0, 1, true, false},
		{"256 clips", 0, 256, true, false},
		{"257 clips", 0, 257, true, false},
		{"a bad pointer", 0, 1, true, true},
		{"257 bad clips", 0, 257, true, true},
		{"copy, odd", DRM_MODE_FB_DIRTY_ANNOTATE_COPY, 1, true, false},
		{"copy, even", DRM_MODE_FB_DIRTY_ANNOTATE_COPY, 2, true, false},
		{"fill", DRM_MODE_FB_DIRTY_ANNOTATE_FILL, 1, true, false},
		{"both", 3, 1, true, false},
		{"flag 4", 4, 1, true, false},
		{"all flags", ~0u, 1, true, false},
	};

	for (int lit = 0; lit < 2; lit++) {
		for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
			struct drm_mode_fb_dirty_cmd cmd = {
				.fb_id = fb,
				.flags = tries[i].flags,
				.num_clips = tries[i].clips,
			};

			for (size_t j = 0; j < ARRAY_SIZE(clips); j++) {
				clips[j] = (struct drm_clip_rect){0, 0, 8, 8};
			}
			if (tries[i].pointer) {
				cmd.clips_ptr =
					tries[i].bad ? 8 : POINTER(clips);
			}
			kms_said(
				text("%s%s", lit ? "lit, " : "", tries[i].name),
				ioctl(file, DRM_IOCTL_MODE_DIRTYFB, &cmd));
		}
		fb = kms_light(file);
	}
	clips[0] = (struct drm_clip_rect){0, 0, 9000, 9000};
	kms_said("a clip beyond it",
		 ioctl(file, DRM_IOCTL_MODE_DIRTYFB,
		       &(struct drm_mode_fb_dirty_cmd){
			       .fb_id = fb,
			       .num_clips = 1,
			       .clips_ptr = POINTER(clips)}));
	clips[0] = (struct drm_clip_rect){9, 9, 3, 3};
	kms_said("a clip upside down",
		 ioctl(file, DRM_IOCTL_MODE_DIRTYFB,
		       &(struct drm_mode_fb_dirty_cmd){
			       .fb_id = fb,
			       .num_clips = 1,
			       .clips_ptr = POINTER(clips)}));
	kms_said("of nothing", ioctl(file, DRM_IOCTL_MODE_DIRTYFB,
				     &(struct drm_mode_fb_dirty_cmd){0}));
	kms_said("by another file",
		 ioctl(other, DRM_IOCTL_MODE_DIRTYFB,
		       &(struct drm_mode_fb_dirty_cmd){.fb_id = fb}));
	drop_master(file);
	set_master(other);
	kms_said("by another master",
		 ioctl(other, DRM_IOCTL_MODE_DIRTYFB,
		       &(struct drm_mode_fb_dirty_cmd){.fb_id = fb}));
}

/* The buffer lives for as long as its framebuffer, whatever becomes of its
 * handle. */
static void handles_of(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t pitch, handle = kms_dumb(file, SIDE, SIDE, 32, &pitch);
	struct drm_mode_fb_cmd2 add = {
		.width = SIDE,
		.height = SIDE,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles = {handle},
		.pitches = {pitch},
	};
	uint32_t first;

	kms_said("ADDFB2", ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
	first = add.fb_id;
	kms_said("a second one", ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
	result("its id is another", "%s", yes(add.fb_id != first));
	kms_said("by another file", ioctl(other, DRM_IOCTL_MODE_ADDFB2, &add));
	kms_said("DESTROY_DUMB", dumb_destroy(file, handle));
	kms_said("ADDFB2 after that", ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
	get("the first", file, first);
	kms_said("RMFB", kms_remove_fb(file, first));
}

static const struct check checks[] = {
	{.name = "formats", .run = all_formats},
	{.name = "depths", .run = depths},
	{.name = "sizes", .run = sizes},
	{.name = "planar-sizes", .run = planar_sizes},
	{.name = "modifiers", .run = modifiers, .generic = true},
	{.name = "getting", .run = getting, .generic = true},
	{.name = "getting-privileged",
	 .run = getting,
	 .privileged = true,
	 .generic = true},
	{.name = "get-planar", .run = get_planar},
	{.name = "removing", .run = removing, .generic = true},
	{.name = "removing-shown", .run = removing_shown},
	{.name = "removing-from-planes", .run = removing_from_planes},
	{.name = "dirty", .run = dirty, .generic = true},
	{.name = "handles", .run = handles_of, .generic = true},
	{0},
};

const struct subject kms_fb_subject = {
	.name = "fb",
	.checks = checks,
};
