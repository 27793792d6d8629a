/* SPDX-License-Identifier: MIT */
/**
 * DOC: random sequences
 *
 * Three files, some framebuffers and blobs, and calls with arguments that make
 * sense, or nearly. What a number stands for never depends on an answer, so
 * both kernels are asked the same; after each call all that is shown is told,
 * if it has changed. Nothing is left under way: a flip's event is waited for.
 */
#include "kms.h"
#include "kms_random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LONG	 2000
#define NR_FILES 3
#define NR_FBS	 6
#define NR_BLOBS 6
#define NR_MODES 3

static const unsigned int mode_sizes[NR_MODES][2] = {
	{1024, 768}, {800, 600}, {640, 480}};
static const unsigned int fb_sizes[][2] = {{1024, 768}, {1024, 768}, {800, 600},
					   {640, 480},	{1100, 800}, {64, 64},
					   {64, 64},	{100, 50}};
static const uint32_t fb_formats[] = {DRM_FORMAT_XRGB8888, DRM_FORMAT_XRGB8888,
				      DRM_FORMAT_ARGB8888, DRM_FORMAT_RGB565,
				      DRM_FORMAT_ARGB16161616};

static struct world {
	uint64_t random;
	int file[NR_FILES]; /* -1: closed */
	struct {
		uint32_t id; /* 0: none, or one that was */
		unsigned int width, height;
		int owner;
	} fb[NR_FBS];
	uint32_t blob[NR_BLOBS];
	int blob_owner[NR_BLOBS];
	uint32_t lessee;
	int look; /* a file to look through, which is never closed */
	/* Its own, which nobody takes away. */
	uint32_t home_fb, home_mode;
	struct drm_mode_modeinfo mode[NR_MODES];
	char shown[2048];
} w;

static unsigned int below(unsigned int limit)
{
	uint64_t x = w.random += 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return (unsigned int)((x ^ (x >> 31)) >> 32) % limit;
}

static bool now_and_then(unsigned int in)
{
	return !below(in);
}

static const char *fb_name(uint32_t id)
{
	if (!id) {
		return "-";
	}
	for (unsigned int i = 0; i < NR_FBS; i++) {
		if (w.fb[i].id == id) {
			return text("fb%u", i);
		}
	}
	return id == w.home_fb ? "home" : "fb?";
}

/* Any of the framebuffers, with a liking for what covers the screen. */
static unsigned int pick_fb(void)
{
	return below(NR_FBS);
}

static int pick_file(void)
{
	/* The first is master most of the time. */
	return now_and_then(5) ? (int)below(NR_FILES) : 0;
}

static uint32_t pick_plane(void)
{
	return ids.some_plane[below(ids.nr_some_planes)];
}

static void said(const char *what, int ret)
{
	result(what, "%s", err(ret));
}

/* What can be seen of the display. */
static const char *look(void)
{
	struct drm_mode_crtc crtc = {.crtc_id = ids.crtc[0]};
	const char *all;

	ioctl(w.look, DRM_IOCTL_MODE_GETCRTC, &crtc);
	all = text("%s %s at %u,%u active %d dpms %d gamma %s",
		   crtc.mode_valid ? crtc.mode.name : "off",
		   fb_name(crtc.fb_id), crtc.x, crtc.y,
		   (int)kms_value(w.look, ids.crtc[0], "ACTIVE"),
		   (int)kms_value(w.look, ids.display, "DPMS"),
		   yes(kms_value(w.look, ids.crtc[0], "GAMMA_LUT")));
	all = text(
		"%s, connector on %s", all,
		kms_name((uint32_t)kms_value(w.look, ids.display, "CRTC_ID")));
	for (unsigned int i = 0; i < ids.nr_some_planes; i++) {
		uint32_t plane = ids.some_plane[i];

		all = text(
			"%s; %s %s on %s %dx%d at %d,%d of %x,%x %xx%x turned "
			"%x",
			all, kms_name(plane),
			fb_name((uint32_t)kms_value(w.look, plane, "FB_ID")),
			kms_name((uint32_t)kms_value(w.look, plane, "CRTC_ID")),
			(int)kms_value(w.look, plane, "CRTC_W"),
			(int)kms_value(w.look, plane, "CRTC_H"),
			(int)kms_value(w.look, plane, "CRTC_X"),
			(int)kms_value(w.look, plane, "CRTC_Y"),
			(unsigned int)kms_value(w.look, plane, "SRC_X"),
			(unsigned int)kms_value(w.look, plane, "SRC_Y"),
			(unsigned int)kms_value(w.look, plane, "SRC_W"),
			(unsigned int)kms_value(w.look, plane, "SRC_H"),
			(unsigned int)kms_value(w.look, plane, "rotation"));
	}
	return all;
}

static void tell_changes(void)
{
	const char *now = look();

	if (strcmp(now, w.shown)) {
		snprintf(w.shown, sizeof(w.shown), "%s", now);
		result("shown", "%s", now);
	}
}

/* Files */

static void do_open(void)
{
	int file = (int)below(NR_FILES);

	if (w.file[file] < 0) {
		w.file[file] = kms_open_other();
		if (!now_and_then(4)) {
			kms_set_cap(w.file[file], DRM_CLIENT_CAP_ATOMIC, 1);
		}
		said(text("open %d", file), 0);
		result("is master", "%s", yes(is_master(w.file[file])));
	} else if (now_and_then(6)) {
		close(w.file[file]);
		w.file[file] = -1;
		said(text("close %d", file), 0);
		/* What may be left of its own has no name any more: numbers
		 * are used again. */
		for (unsigned int i = 0; i < NR_FBS; i++) {
			if (w.fb[i].owner == file) {
				w.fb[i].id = 0;
			}
		}
		for (unsigned int i = 0; i < NR_BLOBS; i++) {
			if (w.blob_owner[i] == file) {
				w.blob[i] = 0;
			}
		}
	}
}

static void do_master(void)
{
	int file = (int)below(NR_FILES);

	if (now_and_then(6)) {
		said(text("drop master %d", file), drop_master(w.file[file]));
	} else {
		said(text("set master %d", file), set_master(w.file[file]));
	}
}

static void do_cap(void)
{
	int file = pick_file();
	unsigned int cap = below(2) ? DRM_CLIENT_CAP_ATOMIC
				    : DRM_CLIENT_CAP_UNIVERSAL_PLANES;
	unsigned int value = now_and_then(3) ? 0 : 1;

	said(text("cap %u of %d to %u", cap, file, value),
	     kms_set_cap(w.file[file], cap, value));
}

/* Framebuffers and blobs */

static void make_fb(int file, unsigned int slot, unsigned int size,
		    unsigned int format)
{
	unsigned int width = fb_sizes[size][0], height = fb_sizes[size][1];

	w.fb[slot].id = kms_fb(w.file[file], width, height, fb_formats[format]);
	w.fb[slot].owner = file;
	w.fb[slot].width = width;
	w.fb[slot].height = height;
	said(text("fb%u is %ux%u %s of %d", slot, width, height,
		  fourcc(fb_formats[format]), file),
	     0);
}

static void do_add_fb(void)
{
	unsigned int slot = below(NR_FBS), size = below(ARRAY_SIZE(fb_sizes));
	unsigned int format = below(ARRAY_SIZE(fb_formats));
	int file = pick_file();

	/* Where one is, it is left alone: it may be shown. */
	if (w.fb[slot].id || w.file[file] < 0) {
		return;
	}
	make_fb(file, slot, size, format);
}

static void do_remove_fb(void)
{
	unsigned int slot = below(NR_FBS);
	int file = pick_file(), ret;
	uint32_t id = w.fb[slot].id;
	struct drm_mode_closefb closing = {.fb_id = id};

	if (below(2)) {
		ret = kms_remove_fb(w.file[file], id);
		said(text("RMFB of fb%u by %d", slot, file), ret);
	} else {
		ret = ioctl(w.file[file], DRM_IOCTL_MODE_CLOSEFB, &closing);
		said(text("CLOSEFB of fb%u by %d", slot, file), ret);
	}
	if (!ret) {
		w.fb[slot].id = 0;
	}
}

/* 0 to 2: modes; 3, 4: ramps; 5: nonsense */
static uint32_t make_blob(int file, unsigned int slot)
{
	static struct drm_color_lut ramp[256];

	if (slot < NR_MODES) {
		return kms_blob(w.file[file], &w.mode[slot],
				sizeof(w.mode[slot]));
	}
	return kms_blob(w.file[file], ramp,
			slot == 5   ? 100
			: slot == 4 ? 64
				    : sizeof(ramp));
}

static void do_blob(void)
{
	unsigned int slot = below(NR_BLOBS);
	int file = pick_file();
	struct drm_mode_destroy_blob destroy = {.blob_id = w.blob[slot]};
	int ret;

	if (w.file[file] < 0) {
		return;
	}
	if (!w.blob[slot]) {
		w.blob[slot] = make_blob(file, slot);
		w.blob_owner[slot] = file;
		said(text("blob%u of %d", slot, file), 0);
	} else if (now_and_then(4)) {
		ret = ioctl(w.file[file], DRM_IOCTL_MODE_DESTROYPROPBLOB,
			    &destroy);
		said(text("destroy blob%u by %d", slot, file), ret);
		w.blob[slot] = ret ? w.blob[slot] : 0;
	}
}

/* The old calls */

static void wait_for_flip(int file, int ret)
{
	if (!ret) {
		kms_show_events("its event", w.file[file], LONG, NULL);
	}
}

static void do_set_crtc(void)
{
	unsigned int fb = pick_fb(), mode = below(NR_MODES);
	int file = pick_file();
	struct drm_mode_crtc set = {
		.crtc_id = ids.crtc[0],
		.fb_id = w.fb[fb].id,
		.set_connectors_ptr = POINTER(&ids.display),
		.count_connectors = 1,
		.mode = w.mode[mode],
		.mode_valid = 1,
	};

	if (now_and_then(8)) {
		set.fb_id = ~0u;
	}
	if (now_and_then(4)) {
		set.x = 30;
	}
	if (now_and_then(4)) {
		set.y = 20;
	}
	if (now_and_then(10)) {
		set.count_connectors = 0;
	}
	if (now_and_then(10)) {
		set.mode_valid = 0;
	}
	if (now_and_then(8)) {
		set.fb_id = set.mode_valid = set.count_connectors = 0;
	}
	said(text("SETCRTC by %d: fb%u%s at %u,%u, mode %u%s, connectors %u",
		  file, fb, set.fb_id == ~0u ? " kept" : "", set.x, set.y, mode,
		  set.mode_valid ? "" : " not valid", set.count_connectors),
	     ioctl(w.file[file], DRM_IOCTL_MODE_SETCRTC, &set));
}

static const int places[] = {0, 0, 10, -20, 500, 2000};

static void do_set_plane(void)
{
	unsigned int fb = pick_fb();
	int file = pick_file();
	struct drm_mode_set_plane set = {
		.crtc_id = ids.crtc[0],
		.fb_id = w.fb[fb].id,
		.crtc_w = w.fb[fb].width,
		.crtc_h = w.fb[fb].height,
		.src_w = w.fb[fb].width << 16,
		.src_h = w.fb[fb].height << 16,
	};

	set.plane_id = pick_plane();
	set.crtc_x = places[below(6)];
	set.crtc_y = places[below(6)];
	if (now_and_then(10)) {
		set.crtc_id = 0;
	}
	if (now_and_then(6)) {
		set.fb_id = 0;
	}
	if (now_and_then(4)) {
		set.src_x = 5 << 16;
		set.src_w -= 5 << 16;
		set.crtc_w -= 5;
	}
	if (now_and_then(6)) {
		set.crtc_w += 3;
	}
	said(text("SETPLANE by %d: %s %s on %s %ux%u at %d,%d", file,
		  kms_name(set.plane_id), set.fb_id ? text("fb%u", fb) : "-",
		  kms_name(set.crtc_id), set.crtc_w, set.crtc_h, set.crtc_x,
		  set.crtc_y),
	     ioctl(w.file[file], DRM_IOCTL_MODE_SETPLANE, &set));
}

static void do_flip(void)
{
	unsigned int fb = pick_fb();
	int file = pick_file(), ret;
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = ids.crtc[0],
		.fb_id = w.fb[fb].id,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
		.user_data = fb,
	};

	ret = ioctl(w.file[file], DRM_IOCTL_MODE_PAGE_FLIP, &flip);
	said(text("PAGE_FLIP by %d to fb%u", file, fb), ret);
	wait_for_flip(file, ret);
}

static void do_property(void)
{
	static const struct {
		const char *name;
		uint64_t values[4];
	} tries[] = {
		{"DPMS", {0, 3, 1, 3}},
		{"ACTIVE", {0, 1, 1, 0}},
		{"rotation", {1, 2, 4, 0x11}},
		{"CRTC_X", {0, 7, 300, (uint64_t)-5}},
	};
	unsigned int what = below(ARRAY_SIZE(tries)), value = below(4);
	uint32_t object = pick_plane();
	int file = pick_file();
	struct drm_mode_obj_set_property set = {
		.value = tries[what].values[value],
		.obj_type = DRM_MODE_OBJECT_ANY,
	};

	if (what < 2) {
		object = what ? ids.crtc[0] : ids.display;
	}
	set.obj_id = object;
	set.prop_id = kms_property(object, tries[what].name);
	said(text("OBJ_SETPROPERTY by %d: %s %s to %lld", file,
		  kms_name(object), tries[what].name, (long long)set.value),
	     ioctl(w.file[file], DRM_IOCTL_MODE_OBJ_SETPROPERTY, &set));
}

static void do_gamma(void)
{
	static uint16_t ramp[256];
	int file = pick_file();
	struct drm_mode_crtc_lut gamma = {
		.crtc_id = ids.crtc[0],
		.gamma_size = 256,
		.red = POINTER(ramp),
		.green = POINTER(ramp),
		.blue = POINTER(ramp),
	};

	said(text("SETGAMMA by %d", file),
	     ioctl(w.file[file], DRM_IOCTL_MODE_SETGAMMA, &gamma));
}

static void do_cursor(void)
{
	static const unsigned int sides[] = {64, 64, 10, 128, 5};
	unsigned int side = sides[below(5)];
	int file = pick_file();
	struct drm_mode_cursor call = {
		.crtc_id = ids.crtc[0],
		.width = side,
		.height = side,
	};
	uint32_t pitch;

	call.flags = 1 + below(3);
	call.x = places[below(6)];
	call.y = places[below(6)];
	if (!now_and_then(4) && w.file[file] >= 0) {
		call.handle = kms_dumb(w.file[file], side, side, 32, &pitch);
	}
	said(text("CURSOR by %d, flags %u: %s %ux%u at %d,%d", file, call.flags,
		  call.handle ? "a picture" : "none", side, side, call.x,
		  call.y),
	     ioctl(w.file[file], DRM_IOCTL_MODE_CURSOR, &call));
	if (call.handle) {
		dumb_destroy(w.file[file], call.handle);
	}
}

/* The last file may be a lessee's. */
static void do_lease(void)
{
	const uint32_t objects[] = {ids.crtc[0], ids.display, ids.primary,
				    ids.overlay};
	struct drm_mode_create_lease lease = {
		.object_ids = POINTER(objects),
		.flags = O_CLOEXEC,
	};
	struct drm_mode_revoke_lease end = {.lessee_id = w.lessee};
	int ret;

	lease.object_count = 2 + below(3);
	if (w.lessee && now_and_then(3)) {
		ret = ioctl(w.file[0], DRM_IOCTL_MODE_REVOKE_LEASE, &end);
		said("revoke", ret);
	} else if (w.file[2] < 0) {
		ret = ioctl(w.file[0], DRM_IOCTL_MODE_CREATE_LEASE, &lease);
		said(text("lease of %u objects", lease.object_count), ret);
		if (!ret) {
			w.file[2] = (int)lease.fd;
			w.lessee = lease.lessee_id;
			kms_set_cap(w.file[2], DRM_CLIENT_CAP_ATOMIC, 1);
		}
	}
}

/* Atomic requests */

static const char *add(struct request *request, uint32_t object,
		       const char *name, uint64_t value, const char *told)
{
	request_add(request, object, name, value);
	return text(" %s.%s=%s", kms_name(object), name, told);
}

static const char *add_number(struct request *request, uint32_t object,
			      const char *name, uint64_t value)
{
	return add(request, object, name, value,
		   text("%lld", (long long)value));
}

static const char *add_plane(struct request *request)
{
	uint32_t plane = pick_plane();
	unsigned int fb = pick_fb();
	int x = places[below(6)], y = places[below(6)];

	if (now_and_then(5)) {
		request_plane(request, plane, 0, 0, 0, 0, 0);
		return text(" %s off", kms_name(plane));
	}
	request_plane(request, plane, w.fb[fb].id, x, y, w.fb[fb].width,
		      w.fb[fb].height);
	return text(" %s=fb%u at %d,%d", kms_name(plane), fb, x, y);
}

static const char *add_one(struct request *request)
{
	static const char *const numbers[] = {"CRTC_X", "CRTC_Y", "CRTC_W",
					      "CRTC_H", "SRC_X",  "SRC_W"};
	static const uint64_t turns[] = {1, 2, 4, 8, 0x11, 0x24, 0x12, 0};
	unsigned int what = below(12), blob = below(NR_BLOBS), fb = pick_fb();
	unsigned int one = below(2), turn = below(ARRAY_SIZE(turns));
	unsigned int number = below(ARRAY_SIZE(numbers));
	uint32_t plane = pick_plane();

	switch (what) {
	case 0:
		return add_number(request, ids.crtc[0], "ACTIVE", one);
	case 1:
		return add(request, ids.crtc[0], "MODE_ID", w.blob[blob],
			   text("blob%u", blob));
	case 2:
		return add_number(request, ids.crtc[0], "MODE_ID", 0);
	case 3:
		return add(request, ids.crtc[0], "GAMMA_LUT", w.blob[blob],
			   text("blob%u", blob));
	case 4:
		return add(request, ids.display, "CRTC_ID", ids.crtc[0],
			   "crtc");
	case 5:
		return add_number(request, ids.display, "CRTC_ID", 0);
	case 6:
		return add_number(request, plane, "rotation", turns[turn]);
	case 7:
		return add(request, plane, "FB_ID", w.fb[fb].id,
			   text("fb%u", fb));
	case 8:
		return add(request, plane, "CRTC_ID", one ? ids.crtc[0] : 0,
			   one ? "crtc" : "none");
	case 9:
		return add_number(request, plane, numbers[number],
				  one ? 64 : 64 << 16);
	default:
		return add_plane(request);
	}
}

static const char *add_all(struct request *request)
{
	unsigned int fb = pick_fb(), mode = below(NR_MODES);

	request_add(request, ids.display, "CRTC_ID", ids.crtc[0]);
	request_add(request, ids.crtc[0], "MODE_ID", w.blob[mode]);
	request_add(request, ids.crtc[0], "ACTIVE", 1);
	request_plane(request, ids.primary, w.fb[fb].id, 0, 0,
		      mode_sizes[mode][0], mode_sizes[mode][1]);
	return text(" on with fb%u in blob%u", fb, mode);
}

static void do_atomic(void)
{
	static const uint32_t flag_sets[] = {
		0,
		DRM_MODE_ATOMIC_ALLOW_MODESET,
		DRM_MODE_ATOMIC_ALLOW_MODESET,
		DRM_MODE_ATOMIC_ALLOW_MODESET,
		DRM_MODE_ATOMIC_TEST_ONLY,
		DRM_MODE_ATOMIC_TEST_ONLY | DRM_MODE_ATOMIC_ALLOW_MODESET,
		DRM_MODE_PAGE_FLIP_EVENT,
		DRM_MODE_PAGE_FLIP_EVENT | DRM_MODE_ATOMIC_ALLOW_MODESET,
		DRM_MODE_PAGE_FLIP_EVENT | DRM_MODE_ATOMIC_NONBLOCK,
		DRM_MODE_PAGE_FLIP_EVENT | DRM_MODE_ATOMIC_NONBLOCK |
			DRM_MODE_ATOMIC_ALLOW_MODESET,
	};
	struct request request = {0};
	uint32_t flags = flag_sets[below(ARRAY_SIZE(flag_sets))];
	unsigned int parts = 1 + below(4);
	int file = pick_file(), ret;
	char what[1000] = "";

	if (now_and_then(4)) {
		snprintf(what, sizeof(what), "%s", add_all(&request));
		parts = below(3);
	}
	for (unsigned int i = 0; i < parts; i++) {
		const char *part = add_one(&request);

		snprintf(what + strlen(what), sizeof(what) - strlen(what), "%s",
			 part);
	}
	ret = request_commit(w.file[file], &request, flags, parts);
	said(text("ATOMIC by %d, flags %#x:%s", file, flags, what), ret);
	if (flags & DRM_MODE_PAGE_FLIP_EVENT) {
		wait_for_flip(file, ret);
	}
}

/* Whatever it was, it is a plain screen again. */
static void do_repair(void)
{
	struct request request = {0};
	int ret;

	request_off(&request);
	request_add(&request, ids.display, "CRTC_ID", ids.crtc[0]);
	request_add(&request, ids.crtc[0], "MODE_ID", w.home_mode);
	request_add(&request, ids.crtc[0], "ACTIVE", 1);
	request_plane(&request, ids.primary, w.home_fb, 0, 0, mode_sizes[0][0],
		      mode_sizes[0][1]);
	ret = request_commit(w.file[0], &request, DRM_MODE_ATOMIC_ALLOW_MODESET,
			     0);
	said("repair", ret);
}

static void (*const calls[])(void) = {
	do_open,     do_master,	   do_cap,	 do_add_fb, do_add_fb,
	do_add_fb,   do_remove_fb, do_blob,	 do_blob,   do_set_crtc,
	do_set_crtc, do_set_plane, do_set_plane, do_flip,   do_property,
	do_gamma,    do_atomic,	   do_atomic,	 do_atomic, do_atomic,
	do_atomic,   do_atomic,	   do_atomic,	 do_repair, do_cursor,
	do_cursor,   do_lease,	   do_lease,
};

void kms_random_run(unsigned int seed, unsigned int ops)
{
	w = (struct world){.random = seed, .file = {-1, -1, -1}};
	w.file[0] = kms_open_atomic();
	w.look = kms_open_other();
	kms_set_cap(w.look, DRM_CLIENT_CAP_ATOMIC, 1);
	for (unsigned int i = 0; i < NR_MODES; i++) {
		w.mode[i] = *kms_mode_of(w.look, mode_sizes[i][0],
					 mode_sizes[i][1]);
	}
	w.home_fb = kms_screen(w.look);
	w.home_mode = kms_blob(w.look, &w.mode[0], sizeof(w.mode[0]));
	/* To begin with there is all that can be. */
	for (unsigned int i = 0; i < NR_BLOBS; i++) {
		w.blob[i] = make_blob(0, i);
	}
	for (unsigned int i = 0; i < NR_FBS; i++) {
		make_fb(0, i, i % 5, i % 3);
	}
	w.file[1] = kms_open_other();
	w.file[2] = kms_open_other();
	do_repair();
	tell_changes();
	for (unsigned int i = 0; i < ops; i++) {
		calls[below(ARRAY_SIZE(calls))]();
		tell_changes();
	}
}

#define SEED(number)                                                           \
	static void seed_##number(void)                                        \
	{                                                                      \
		kms_random_run(number, 150);                                   \
	}

SEED(1)
SEED(2)
SEED(3)
SEED(4)
SEED(5)
SEED(6)
SEED(7)
SEED(8)

static const struct check checks[] = {
	{.name = "seed-1", .run = seed_1},
	{.name = "seed-2", .run = seed_2},
	{.name = "seed-3", .run = seed_3},
	{.name = "seed-4", .run = seed_4},
	{.name = "seed-5", .run = seed_5},
	{.name = "seed-6", .run = seed_6},
	{.name = "seed-7", .run = seed_7},
	{.name = "seed-8", .run = seed_8},
	{0},
};

const struct subject kms_random_subject = {
	.name = "random",
	.checks = checks,
};
