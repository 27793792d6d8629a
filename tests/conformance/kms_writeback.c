/* SPDX-License-Identifier: MIT */
/* Pictures that the display gives back: what is composed, pixel for pixel. The
 * writeback connector has the CRTC for itself: no encoder of vkms may be used
 * beside another one. */
#include "kms.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LONG	2000
#define WIDTH	KMS_SMALL_WIDTH
#define HEIGHT	KMS_SMALL_HEIGHT
#define MODESET DRM_MODE_ATOMIC_ALLOW_MODESET
#define TEST	DRM_MODE_ATOMIC_TEST_ONLY
#define LATER	DRM_MODE_ATOMIC_NONBLOCK

static uint64_t hash_of(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < length; i++) {
		hash = (hash ^ at[i]) * 0x100000001b3ull;
	}
	return hash;
}

static void on(struct request *request, int file, uint32_t fb)
{
	request_add(request, ids.writeback, "CRTC_ID", ids.crtc[0]);
	request_add(request, ids.crtc[0], "MODE_ID", kms_small_mode(file));
	request_add(request, ids.crtc[0], "ACTIVE", 1);
	request_plane(request, ids.primary, fb, 0, 0, WIDTH, HEIGHT);
}

static void write_to(struct request *request, uint32_t fb, int32_t *fence)
{
	request_add(request, ids.writeback, "CRTC_ID", ids.crtc[0]);
	request_add(request, ids.writeback, "WRITEBACK_FB_ID", fb);
	if (fence) {
		request_add(request, ids.writeback, "WRITEBACK_OUT_FENCE_PTR",
			    POINTER(fence));
	}
}

/* A moment after a picture is done, Linux's vkms stops composing, even if the
 * next one is under way by then, and that one never comes. */
static void rest(void)
{
	usleep(100000);
}

static bool done(int32_t fence)
{
	struct pollfd poll_it = {.fd = fence, .events = POLLIN};
	bool signalled = poll(&poll_it, 1, LONG) == 1;

	close(fence);
	rest();
	return signalled;
}

/* What a request shows, as a hash of what is written back. */
static const char *picture(int file, const struct request *shown,
			   uint32_t format)
{
	uint32_t pitch;
	void *pixels;
	uint32_t fb =
		kms_fb_mapped(file, WIDTH, HEIGHT, format, &pixels, &pitch);
	struct request request = *shown;
	int32_t fence = -7;

	write_to(&request, fb, &fence);
	if (request_commit(file, &request, MODESET, 0)) {
		return errname(errno);
	}
	if (!done(fence)) {
		return "never";
	}
	return text("%016llx", (unsigned long long)hash_of(
				       pixels, (size_t)pitch * HEIGHT));
}

static void life(void)
{
	int file = kms_open_atomic();
	struct request request = {0};
	uint32_t fb = kms_painted(file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);
	uint32_t out = kms_fb(file, WIDTH, HEIGHT, DRM_FORMAT_XRGB8888);
	int32_t fence = -7;

	request_add(&request, ids.display, "CRTC_ID", ids.crtc[0]);
	on(&request, file, fb);
	write_to(&request, out, &fence);
	kms_said("beside the other connector",
		 request_commit(file, &request, MODESET | TEST, 0));
	request = (struct request){0};
	write_to(&request, out, &fence);
	kms_said("in the dark", request_commit(file, &request, MODESET, 0));
	result("the fence", "%d", fence);
	request = (struct request){0};
	on(&request, file, fb);
	write_to(&request, out, &fence);
	fence = -7;
	kms_said("tested", request_commit(file, &request, MODESET | TEST, 0));
	result("the fence", "%d", fence);
	kms_said("on, with it", request_commit(file, &request, MODESET, 0));
	result("a fence", "%s", yes(fence >= 0));
	result("signalled", "%s", yes(done(fence)));
	result("WRITEBACK_FB_ID then", "%d",
	       (int)kms_value(file, ids.writeback, "WRITEBACK_FB_ID"));
	result("WRITEBACK_OUT_FENCE_PTR then", "%d",
	       (int)kms_value(file, ids.writeback, "WRITEBACK_OUT_FENCE_PTR"));
	result("CRTC_ID then", "%s",
	       kms_name((uint32_t)kms_value(file, ids.writeback, "CRTC_ID")));
	request = (struct request){0};
	request_add(&request, ids.writeback, "WRITEBACK_FB_ID", out);
	kms_said("again, without a fence",
		 request_commit(file, &request, 0, 0));
	rest();
	request = (struct request){0};
	request_add(&request, ids.writeback, "WRITEBACK_OUT_FENCE_PTR",
		    POINTER(&fence));
	fence = -7;
	kms_said("a fence without a picture",
		 request_commit(file, &request, 0, 0));
	result("the fence", "%d", fence);
	request = (struct request){0};
	request_add(&request, ids.writeback, "CRTC_ID", 0);
	kms_said("its connector off, no modeset",
		 request_commit(file, &request, 0, 0));
	kms_said("its connector off",
		 request_commit(file, &request, MODESET, 0));
	request_add(&request, ids.writeback, "WRITEBACK_FB_ID", out);
	kms_said("a picture without a CRTC",
		 request_commit(file, &request, MODESET, 0));
	request = (struct request){0};
	write_to(&request, out, NULL);
	kms_said("no modeset allowed", request_commit(file, &request, 0, 0));
	rest();
}

static void wrong(void)
{
	int file = kms_open_atomic();
	struct request base = {0};
	uint32_t fb = kms_fb(file, WIDTH, HEIGHT, DRM_FORMAT_XRGB8888);
	const struct {
		const char *name;
		uint32_t width, height, format;
	} tries[] = {
		{"right", WIDTH, HEIGHT, DRM_FORMAT_XRGB8888},
		{"wider", WIDTH + 1, HEIGHT, DRM_FORMAT_XRGB8888},
		{"narrower", WIDTH - 1, HEIGHT, DRM_FORMAT_XRGB8888},
		{"higher", WIDTH, HEIGHT + 1, DRM_FORMAT_XRGB8888},
		{"ARGB8888", WIDTH, HEIGHT, DRM_FORMAT_ARGB8888},
		{"RGB565", WIDTH, HEIGHT, DRM_FORMAT_RGB565},
		{"XRGB16161616", WIDTH, HEIGHT, DRM_FORMAT_XRGB16161616},
		{"ARGB16161616", WIDTH, HEIGHT, DRM_FORMAT_ARGB16161616},
	};

	on(&base, file, fb);
	kms_said("on", request_commit(file, &base, MODESET, 0));
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct request request = base;

		write_to(&request,
			 kms_fb(file, tries[i].width, tries[i].height,
				tries[i].format),
			 NULL);
		kms_said(tries[i].name,
			 request_commit(file, &request, MODESET | TEST, 0));
	}
	{
		struct request request = base;

		write_to(&request, ids.primary, NULL);
		kms_said("a plane for a framebuffer",
			 request_commit(file, &request, MODESET | TEST, 0));
		request = base;
		write_to(&request, 0, NULL);
		kms_said("none",
			 request_commit(file, &request, MODESET | TEST, 0));
		request = base;
		write_to(&request, fb, NULL);
		request_add(&request, ids.writeback, "WRITEBACK_OUT_FENCE_PTR",
			    8);
		kms_said("a bad place for the fence",
			 request_commit(file, &request, MODESET | TEST, 0));
		request = base;
		write_to(&request, fb, NULL);
		request_add(&request, ids.writeback, "WRITEBACK_OUT_FENCE_PTR",
			    0);
		kms_said("no place for the fence",
			 request_commit(file, &request, MODESET | TEST, 0));
		request = base;
		write_to(&request, fb, NULL);
		request_add(&request, ids.writeback, "WRITEBACK_FB_ID", fb);
		kms_said("twice",
			 request_commit(file, &request, MODESET | TEST, 0));
	}
}

static const uint32_t formats[] = {
	DRM_FORMAT_XRGB8888,	 DRM_FORMAT_ARGB8888,	  DRM_FORMAT_RGB565,
	DRM_FORMAT_XRGB16161616, DRM_FORMAT_ARGB16161616,
};

static void conversions(void)
{
	int file = kms_open_atomic();

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct request from = {0}, into = {0};
		const char *hash;

		on(&from, file, kms_painted(file, formats[i], WIDTH, HEIGHT));
		hash = picture(file, &from, DRM_FORMAT_ARGB16161616);
		result(text("from %s", fourcc(formats[i])), "%s", hash);
		on(&into, file,
		   kms_painted(file, DRM_FORMAT_ARGB16161616, WIDTH, HEIGHT));
		hash = picture(file, &into, formats[i]);
		result(text("into %s", fourcc(formats[i])), "%s", hash);
	}
}

/* Planes over each other; alpha is premultiplied, for vkms. */
static void blending(void)
{
	int file = kms_open_atomic();
	uint32_t back = kms_painted(file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct request request = {0};
		uint32_t over = kms_painted(file, formats[i], 80, 40);

		on(&request, file, back);
		request_plane(&request, ids.overlay, over, 20, 30, 80, 40);
		request_plane(&request, ids.cursor, over, -30, 100, 80, 40);
		result(text("%s over it", fourcc(formats[i])), "%s",
		       picture(file, &request, DRM_FORMAT_ARGB16161616));
	}
}

static const struct check checks[] = {
	{.name = "life", .run = life},
	{.name = "wrong", .run = wrong},
	{.name = "conversions", .run = conversions},
	{.name = "blending", .run = blending},
	{0},
};

const struct subject kms_writeback_subject = {
	.name = "writeback",
	.checks = checks,
};
