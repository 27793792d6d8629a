/* SPDX-License-Identifier: MIT */
/*
 * Mesa's GBM and EGL between processes: one draws into a buffer of a device
 * and exports it, another imports it, and both see the right colours. The
 * two never share a GL context, a GBM device or an address space.
 *
 * Run under `uprime run --device vgem --device vram`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <drm_fourcc.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drawing.h"
#include "screen.h"
#include "sharing.h"

#define VGEM	    "/dev/dri/card0"
#define VGEM_RENDER "/dev/dri/renderD128"
#define VRAM	    "/dev/dri/card1"

/* Two processes, neither of which is the test: Mesa is not for fork(). */

typedef void role_t(int peer, const char *node, uint32_t format);

/* It has @own alone: when it ends, who waits at @others sees that. */
static pid_t start(role_t *role, int own, int others, const char *node,
		   uint32_t format)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		close(others);
		role(own, node, format);
		_exit(0);
	}
	return pid;
}

static void two_processes(role_t *drawer, const char *drawer_node,
			  role_t *looker, const char *looker_node,
			  uint32_t format)
{
	int peers[2], ends[2];
	pid_t pids[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, peers), 0);
	fflush(NULL);
	pids[0] = start(drawer, peers[0], peers[1], drawer_node, format);
	pids[1] = start(looker, peers[1], peers[0], looker_node, format);
	close(peers[0]);
	close(peers[1]);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &ends[i], 0), pids[i]);
	}
	for (int i = 0; i < 2; i++) {
		assert_true(WIFEXITED(ends[i]));
		assert_int_equal(WEXITSTATUS(ends[i]), 0);
	}
}

/* Draws, sends, and is there until the other has looked. */
static void draw_and_send(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	struct gbm_bo *bo;

	open_screen(&screen, node);
	bo = make_bo(&screen, format);
	target_image(image_of(&screen, bo));
	draw_quadrants();
	picture = picture_of(bo);
	send_picture(peer, &picture, gbm_bo_get_fd(bo));
	wait_for_peer(peer);
}

/* Says by EGL, and not by GBM, what it has drawn into. */
static void draw_and_export_image(int peer, const char *node, uint32_t format)
{
	PFNEGLEXPORTDMABUFIMAGEQUERYMESAPROC query =
		proc("eglExportDMABUFImageQueryMESA");
	PFNEGLEXPORTDMABUFIMAGEMESAPROC export =
		proc("eglExportDMABUFImageMESA");
	struct screen screen = {0};
	struct picture picture;
	int fourcc, planes, fd = -1;
	EGLuint64KHR modifier;
	EGLint stride, offset;
	EGLImageKHR image;

	open_screen(&screen, node);
	if (!has_extension(&screen, "EGL_MESA_image_dma_buf_export")) {
		give_up("no EGL_MESA_image_dma_buf_export");
	}
	image = image_of(&screen, make_bo(&screen, format));
	target_image(image);
	draw_quadrants();
	if (!query(screen.display, image, &fourcc, &planes, &modifier) ||
	    planes != 1 || (uint32_t)fourcc != format) {
		give_up("eglExportDMABUFImageQueryMESA");
	}
	if (!export(screen.display, image, &fd, &stride, &offset) || fd < 0) {
		give_up("eglExportDMABUFImageMESA");
	}
	picture = (struct picture){
		.format = format,
		.width = WIDTH,
		.height = HEIGHT,
		.stride = (uint32_t)stride,
		.offset = (uint32_t)offset,
		.modifier = modifier,
	};
	send_picture(peer, &picture, fd);
	wait_for_peer(peer);
}

static void look_by_sampling(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	int fd = receive_picture(peer, &picture);

	(void)format;
	open_screen(&screen, node);
	sample_image(import_egl(&screen, &picture, fd));
	expect_picture(colours);
	say_done(peer);
}

static void look_surfaceless(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	int fd = receive_picture(peer, &picture);

	(void)node;
	(void)format;
	open_surfaceless(&screen);
	sample_image(import_egl(&screen, &picture, fd));
	expect_picture(colours);
	say_done(peer);
}

static void look_through_gbm(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	int fd = receive_picture(peer, &picture);

	(void)format;
	open_screen(&screen, node);
	target_image(image_of(&screen, import_gbm(&screen, &picture, fd)));
	expect_picture(colours);
	say_done(peer);
}

static void look_through_gbm_modifier(int peer, const char *node,
				      uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	int fd = receive_picture(peer, &picture);

	(void)format;
	picture.modifier = DRM_FORMAT_MOD_LINEAR;
	open_screen(&screen, node);
	target_image(
		image_of(&screen, import_gbm_modifier(&screen, &picture, fd)));
	expect_picture(colours);
	say_done(peer);
}

/* Without GL: as the bytes that GBM maps. XRGB8888 only. */
static void look_at_mapped_bytes(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	int fd = receive_picture(peer, &picture);
	uint32_t stride = 0;
	struct gbm_bo *bo;
	void *data = NULL;
	uint8_t *map;

	(void)format;
	open_gbm(&screen, node);
	bo = import_gbm(&screen, &picture, fd);
	map = gbm_bo_map(bo, 0, 0, WIDTH, HEIGHT, GBM_BO_TRANSFER_READ, &stride,
			 &data);
	if (!map || map == MAP_FAILED) {
		give_up("gbm_bo_map");
	}
	for (int i = 0; i < QUADRANTS; i++) {
		const uint8_t *at = map +
				    (size_t)(i / 2 * HEIGHT / 2 + 7) * stride +
				    (size_t)(i % 2 * WIDTH / 2 + 9) * 4;

		if (at[2] != colours[i][0] || at[1] != colours[i][1] ||
		    at[0] != colours[i][2]) {
			give_up("mapped quadrant %d is %d,%d,%d", i, at[2],
				at[1], at[0]);
		}
	}
	gbm_bo_unmap(bo, data);
	say_done(peer);
}

/* Here the importer draws, and the one who made the buffer looks. */
static void make_and_look(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	struct gbm_bo *bo;
	int fd;

	open_screen(&screen, node);
	bo = make_bo(&screen, format);
	target_image(image_of(&screen, bo));
	fd = export_writable(&screen, bo);
	picture = picture_of(bo);
	send_picture(peer, &picture, fd);
	wait_for_peer(peer);
	expect_picture(colours);
}

static void draw_into_the_others(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture picture;
	int fd = receive_picture(peer, &picture);

	(void)format;
	open_screen(&screen, node);
	target_image(import_egl(&screen, &picture, fd));
	draw_quadrants();
	say_done(peer);
}

/* Y, U and V of the quadrants. */
static const uint8_t yuv[QUADRANTS][4] = {
	{81, 90, 240},
	{145, 54, 34},
	{41, 240, 110},
	{235, 128, 128},
};

/* Written by hand in the layout of NV12: a plane of Y, and one of U and V for
 * each four pixels. */
static void write_nv12(int peer, const char *node, uint32_t format)
{
	struct drm_mode_create_dumb create = {
		.width = WIDTH, .height = HEIGHT * 3 / 2, .bpp = 8};
	struct picture picture = {
		.format = format, .width = WIDTH, .height = HEIGHT};
	int card = open(node, O_RDWR | O_CLOEXEC), fd;
	uint8_t *map;

	if (drmIoctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &create) ||
	    drmPrimeHandleToFD(card, create.handle, DRM_CLOEXEC | DRM_RDWR,
			       &fd)) {
		give_up("a buffer for NV12");
	}
	map = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   0);
	if (map == MAP_FAILED) {
		give_up("mmap");
	}
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			const uint8_t *value =
				yuv[y / (HEIGHT / 2) * 2 + x / (WIDTH / 2)];
			uint8_t *chroma = map +
					  (size_t)create.pitch *
						  (HEIGHT + (size_t)y / 2) +
					  x / 2 * 2;

			map[(size_t)create.pitch * (size_t)y + x] = value[0];
			chroma[0] = value[1];
			chroma[1] = value[2];
		}
	}
	picture.stride = create.pitch;
	send_picture(peer, &picture, fd);
	wait_for_peer(peer);
}

/* As compositors do it: each plane is an image of one or two colours. */
static void look_at_planes(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};
	struct picture nv12, y, uv;
	int fd = receive_picture(peer, &nv12);

	(void)format;
	y = uv = nv12;
	y.format = DRM_FORMAT_R8;
	uv.format = DRM_FORMAT_GR88;
	uv.width /= 2;
	uv.height /= 2;
	uv.offset = nv12.stride * nv12.height;
	open_screen(&screen, node);
	bind_image(GL_TEXTURE0, GL_TEXTURE_2D, import_egl(&screen, &y, fd));
	bind_image(GL_TEXTURE1, GL_TEXTURE_2D, import_egl(&screen, &uv, fd));
	draw_own("precision highp float; varying vec2 place;\n"
		 "uniform sampler2D first, second;\n"
		 "void main() { gl_FragColor = vec4(texture2D(first, place).r,"
		 "texture2D(second, place).rg, 1.0); }");
	expect_picture(yuv);
	say_done(peer);
}

/* Through another device and out again: still the maker's buffer. */
static void look_at_what_is_passed_on(int peer, const char *node,
				      uint32_t format)
{
	const char *between = strcmp(node, VGEM) ? VGEM : VRAM;
	struct screen screen = {0}, other = {0};
	struct stat in, out;
	struct picture picture;
	int fd = receive_picture(peer, &picture), passed_on;

	(void)format;
	open_gbm(&other, between);
	passed_on = gbm_bo_get_fd(import_gbm(&other, &picture, fd));
	if (fstat(fd, &in) || fstat(passed_on, &out) ||
	    in.st_ino != out.st_ino) {
		give_up("%s exports another buffer than it imported", between);
	}
	close(fd);
	open_screen(&screen, node);
	sample_image(import_egl(&screen, &picture, passed_on));
	expect_picture(colours);
	say_done(peer);
}

/* Nothing comes of it for anybody else: render nodes make and map no dumb
 * buffers, neither here nor on Linux, and Mesa has nothing else. */
static void draw_on_an_egl_device(int peer, const char *node, uint32_t format)
{
	struct screen screen = {0};

	(void)format;
	open_egl_device(&screen, node, VGEM_RENDER);
	target_own();
	draw_quadrants();
	expect_picture(colours);
	say_done(peer);
}

static void wait_only(int peer, const char *node, uint32_t format)
{
	(void)node;
	(void)format;
	wait_for_peer(peer);
}

#define PAIR(name, drawer, drawer_node, looker, looker_node, format)           \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		two_processes(drawer, drawer_node, looker, looker_node,        \
			      format);                                         \
	}

PAIR(xrgb8888_is_sampled, draw_and_send, VGEM, look_by_sampling, VGEM,
     DRM_FORMAT_XRGB8888)
PAIR(argb8888_is_sampled, draw_and_send, VGEM, look_by_sampling, VGEM,
     DRM_FORMAT_ARGB8888)
PAIR(rgb565_is_sampled, draw_and_send, VGEM, look_by_sampling, VGEM,
     DRM_FORMAT_RGB565)
PAIR(xrgb2101010_is_sampled, draw_and_send, VGEM, look_by_sampling, VGEM,
     DRM_FORMAT_XRGB2101010)
PAIR(abgr8888_is_sampled, draw_and_send, VGEM, look_by_sampling, VGEM,
     DRM_FORMAT_ABGR8888)
PAIR(planes_of_nv12_are_sampled, write_nv12, VGEM, look_at_planes, VGEM,
     DRM_FORMAT_NV12)
PAIR(image_is_exported_by_egl, draw_and_export_image, VGEM, look_by_sampling,
     VGEM, DRM_FORMAT_XRGB8888)
PAIR(buffer_is_imported_by_gbm, draw_and_send, VGEM, look_through_gbm, VGEM,
     DRM_FORMAT_XRGB8888)
PAIR(buffer_is_imported_by_gbm_with_a_modifier, draw_and_send, VGEM,
     look_through_gbm_modifier, VGEM, DRM_FORMAT_XRGB8888)
PAIR(buffer_is_mapped_by_gbm, draw_and_send, VGEM, look_at_mapped_bytes, VGEM,
     DRM_FORMAT_XRGB8888)
PAIR(importer_draws, make_and_look, VGEM, draw_into_the_others, VGEM,
     DRM_FORMAT_XRGB8888)
PAIR(surfaceless_display_imports, draw_and_send, VGEM, look_surfaceless, NULL,
     DRM_FORMAT_XRGB8888)
PAIR(egl_device_draws, draw_on_an_egl_device, VGEM, wait_only, NULL, 0)
PAIR(second_device_draws_and_samples, draw_and_send, VRAM, look_by_sampling,
     VRAM, DRM_FORMAT_XRGB8888)
PAIR(second_device_passes_on, draw_and_send, VGEM, look_at_what_is_passed_on,
     VGEM, DRM_FORMAT_XRGB8888)
PAIR(first_device_passes_on, draw_and_send, VRAM, look_at_what_is_passed_on,
     VRAM, DRM_FORMAT_XRGB8888)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xrgb8888_is_sampled),
		cmocka_unit_test(argb8888_is_sampled),
		cmocka_unit_test(rgb565_is_sampled),
		cmocka_unit_test(xrgb2101010_is_sampled),
		cmocka_unit_test(abgr8888_is_sampled),
		cmocka_unit_test(planes_of_nv12_are_sampled),
		cmocka_unit_test(image_is_exported_by_egl),
		cmocka_unit_test(buffer_is_imported_by_gbm),
		cmocka_unit_test(buffer_is_imported_by_gbm_with_a_modifier),
		cmocka_unit_test(buffer_is_mapped_by_gbm),
		cmocka_unit_test(importer_draws),
		cmocka_unit_test(surfaceless_display_imports),
		cmocka_unit_test(egl_device_draws),
		cmocka_unit_test(second_device_draws_and_samples),
		cmocka_unit_test(second_device_passes_on),
		cmocka_unit_test(first_device_passes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
