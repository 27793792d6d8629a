/* SPDX-License-Identifier: MIT */
/* Buffers of displays, and those that come from another device. */
#include "arguments.h"
#include "fence.h"
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define LONG 2000
#define WAIT 200

static int prepare(void *argument)
{
	struct drm_mode_create_dumb *dumb = argument;

	dumb->width = 64;
	dumb->height = 64;
	dumb->bpp = 32;
	return kms_open();
}

static const struct fault faults[] = {
	FAULT(drm_mode_create_dumb, height, 0),
	FAULT(drm_mode_create_dumb, height, 0xffffffff),
	FAULT(drm_mode_create_dumb, width, 0),
	FAULT(drm_mode_create_dumb, width, 0xffffffff),
	FAULT(drm_mode_create_dumb, bpp, 0),
	FAULT(drm_mode_create_dumb, bpp, 0xffffffff),
	FAULT(drm_mode_create_dumb, flags, 1),
	FAULT(drm_mode_create_dumb, handle, 9),
	FAULT(drm_mode_create_dumb, pitch, 9),
	FAULT(drm_mode_create_dumb, size, 9),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "CREATE_DUMB",
		.cmd = DRM_IOCTL_MODE_CREATE_DUMB,
		.prepare = prepare,
		.faults = faults,
	});
}

static void sizes(void)
{
	static const uint32_t tries[][3] = {
		{1, 1, 1},	 {1, 1, 8},	   {1, 1, 32},
		{3, 3, 24},	 {7, 5, 12},	   {63, 63, 32},
		{64, 64, 32},	 {100, 100, 16},   {1366, 768, 32},
		{1024, 768, 64}, {4096, 4096, 32}, {65536, 1, 8},
		{1, 65536, 8},	 {1, 1, 33},
	};
	int file = kms_open();

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct drm_mode_create_dumb dumb = {
			.width = tries[i][0],
			.height = tries[i][1],
			.bpp = tries[i][2],
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));

		result(text("%ux%u, %u bits", tries[i][0], tries[i][1],
			    tries[i][2]),
		       "%s, handle %u pitch %u size %llu", answer, dumb.handle,
		       dumb.pitch, (unsigned long long)dumb.size);
		dumb_destroy(file, dumb.handle);
	}
}

static void mapping(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t pitch, handle = kms_dumb(file, 64, 64, 32, &pitch);
	uint64_t offset;
	uint32_t *pixels;

	kms_said("MAP_DUMB", dumb_offset(file, handle, &offset));
	kms_said("MAP_DUMB by another file",
		 dumb_offset(other, handle, &offset));
	kms_said("MAP_DUMB of no handle", dumb_offset(file, 99, &offset));
	dumb_offset(file, handle, &offset);
	pixels = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file,
		      (off_t)offset);
	result("mmap", "%s", yes(pixels != MAP_FAILED));
	result("what is in it", "%u", pixels[7]);
	pixels[7] = 77;
	kms_said("DESTROY_DUMB", dumb_destroy(file, handle));
	result("it is still there", "%u", pixels[7]);
	pixels = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, (off_t)offset);
	kms_said("mmap by another file", pixels == MAP_FAILED ? -1 : 0);
}

/* Out of the display, and into the other device. */
static void exporting(void)
{
	int file = kms_open(), vgem = open_render(), dmabuf;
	uint32_t pitch, handle = kms_dumb(file, 64, 64, 32, &pitch), theirs;
	uint32_t *pixels, *seen;
	struct drm_mode_fb_cmd2 add = {
		.width = 64,
		.height = 64,
		.pixel_format = DRM_FORMAT_XRGB8888,
	};

	dmabuf = prime_export(file, handle, DRM_RDWR | DRM_CLOEXEC);
	kms_said("export", dmabuf);
	result("size", "%ld", (long)lseek(dmabuf, 0, SEEK_END));
	result("into itself", "%s", import_result(file, dmabuf));
	kms_said("into the other device", prime_import(vgem, dmabuf, &theirs));
	pixels = device_map(file, handle, PAGE, PROT_READ | PROT_WRITE);
	pixels[9] = 99;
	seen = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);
	result("the dma-buf maps", "%s", yes(seen != MAP_FAILED));
	result("and shows", "%u", seen[9]);
	result("from there it comes back as", "%s",
	       import_result(file, must_export(vgem, theirs, DRM_RDWR)));
	add.handles[0] = handle;
	add.pitches[0] = pitch;
	kms_said("ADDFB2 of what was exported",
		 ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add));
}

static uint32_t screen_of(int file, uint32_t handle, uint32_t pitch)
{
	struct drm_mode_fb_cmd2 add = {
		.width = 1024,
		.height = 768,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles = {handle},
		.pitches = {pitch},
	};

	if (ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add)) {
		return 0;
	}
	return add.fb_id;
}

/* Into the display, and onto the screen. A flip waits for who draws. */
static void importing(void)
{
	int file = kms_open(), vgem = open_card(), dmabuf, small;
	uint32_t pitch, theirs = kms_dumb(vgem, 1024, 768, 32, &pitch), handle;
	uint32_t fb, fence, tiny = dumb_pages(vgem, 1);
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = ids.crtc[0],
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	dmabuf = must_export(vgem, theirs, DRM_RDWR);
	kms_said("import", prime_import(file, dmabuf, &handle));
	fb = screen_of(file, handle, pitch);
	result("a framebuffer", "%s", yes(fb));
	small = must_export(vgem, tiny, DRM_RDWR);
	kms_said("import of a small one", prime_import(file, small, &handle));
	result("a framebuffer larger than it", "%s",
	       yes(screen_of(file, handle, pitch)));
	kms_said("GETFB of an import",
		 ioctl(file, DRM_IOCTL_MODE_GETFB,
		       &(struct drm_mode_fb_cmd){.fb_id = fb}));
	kms_light(file);
	flip.fb_id = fb;
	kms_said("a flip", ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP, &flip));
	kms_show_events("its event", file, LONG, NULL);
	result("then", "%s", kms_crtc_state(file));
	kms_said("a fence of who draws",
		 fence_attach(vgem, theirs, FENCE_WRITE, &fence));
	kms_said("a flip", ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP, &flip));
	kms_show_events("before the fence", file, WAIT, NULL);
	kms_said("the fence", fence_signal(vgem, fence));
	kms_show_events("after it", file, LONG, NULL);
	kms_said("a fence of who reads", fence_attach(vgem, theirs, 0, &fence));
	kms_said("a flip", ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP, &flip));
	kms_show_events("its event", file, LONG, NULL);
	fence_signal(vgem, fence);
	close(vgem);
	close(dmabuf);
	kms_said("a flip when it has gone",
		 ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP, &flip));
	kms_show_events("its event", file, LONG, NULL);
}

static void names(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t pitch, handle = kms_dumb(file, 64, 64, 32, &pitch), name;

	kms_said("FLINK", gem_flink(file, handle, &name));
	result("OPEN by another file", "%s", open_result(other, name));
	result("OPEN of no name", "%s", open_result(other, name + 7));
}

static const struct check checks[] = {
	{.name = "arguments", .run = arguments, .generic = true},
	{.name = "sizes", .run = sizes},
	{.name = "mapping", .run = mapping},
	{.name = "exporting", .run = exporting},
	{.name = "importing", .run = importing},
	{.name = "names", .run = names, .generic = true},
	{0},
};

const struct subject kms_buffer_subject = {
	.name = "buffer",
	.checks = checks,
};
