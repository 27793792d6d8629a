/* SPDX-License-Identifier: MIT */
/* Checksums of what is shown, frame by frame: two displays that say the same
 * compose alike. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define WIDTH	KMS_SMALL_WIDTH
#define HEIGHT	KMS_SMALL_HEIGHT
#define MODESET DRM_MODE_ATOMIC_ALLOW_MODESET

static void path_of(char path[64], int file, const char *name)
{
	struct stat st;

	if (fstat(file, &st)) {
		give_up("fstat");
	}
	snprintf(path, 64, "/sys/kernel/debug/dri/%u/crtc-0/crc/%s",
		 minor(st.st_rdev), name);
}

static const char *control(const char *path, const char *bytes)
{
	char answer[64] = "";
	int file = open(path, O_RDWR | O_CLOEXEC);
	ssize_t length;

	if (file < 0) {
		return errname(errno);
	}
	length = bytes ? write(file, bytes, strlen(bytes))
		       : read(file, answer, sizeof(answer) - 1);
	close(file);
	if (length < 0) {
		return errname(errno);
	}
	return bytes ? text("%zd", length) : text("'%s'", answer);
}

/* That of a frame which has yet to come, without its number. What is composed
 * slowly is told late, but with the number of its own frame. */
static const char *checksum(int file, int data)
{
	struct drm_crtc_get_sequence now = {.crtc_id = ids.crtc[0]};
	char line[256], *rest;
	ssize_t length;

	ioctl(file, DRM_IOCTL_CRTC_GET_SEQUENCE, &now);
	fcntl(data, F_SETFL, 0);
	do {
		length = read(data, line, sizeof(line) - 1);
		if (length <= 0) {
			return length < 0 ? errname(errno) : "the end";
		}
		line[length] = 0;
	} while ((int32_t)(strtoul(line, &rest, 16) - now.sequence) <= 0);
	rest[strcspn(rest, "\n")] = 0;
	return text("%s, %zd bytes", rest + 1, length);
}

static int open_data(int file)
{
	char path[64];

	path_of(path, file, "data");
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void on(struct request *request, int file, uint32_t fb)
{
	request_add(request, ids.display, "CRTC_ID", ids.crtc[0]);
	request_add(request, ids.crtc[0], "MODE_ID", kms_small_mode(file));
	request_add(request, ids.crtc[0], "ACTIVE", 1);
	request_plane(request, ids.primary, fb, 0, 0, WIDTH, HEIGHT);
}

static void show(const char *what, int file, int data,
		 const struct request *request)
{
	if (request_commit(file, request, MODESET, 0)) {
		result(what, "%s", errname(errno));
		return;
	}
	result(what, "%s", checksum(file, data));
}

static void life(void)
{
	int file = kms_open_atomic(), data;
	struct request request = {0};
	char path[64], line[64];

	path_of(path, file, "control");
	result("control", "%s", control(path, NULL));
	result("a source that is none", "%s", control(path, "nonsense"));
	result("auto", "%s", control(path, "auto"));
	result("auto and a newline", "%s", control(path, "auto\n"));
	result("nothing", "%s", control(path, ""));
	result("control", "%s", control(path, NULL));
	kms_said("data in the dark", open_data(file));
	on(&request, file, kms_fb(file, WIDTH, HEIGHT, DRM_FORMAT_XRGB8888));
	kms_said("on", request_commit(file, &request, MODESET, 0));
	data = open_data(file);
	kms_said("data", data);
	kms_said("data again", open_data(file));
	result("a source while it is read", "%s", control(path, "auto"));
	result("black", "%s", checksum(file, data));
	usleep(100000);
	kms_said("a short read", read(data, line, 5));
	fcntl(data, F_SETFL, O_NONBLOCK);
	while (read(data, line, sizeof(line)) > 0) {
	}
	result("no more yet", "%s", errname(errno));
	close(data);
	data = open_data(file);
	kms_said("opened anew", data);
	result("black", "%s", checksum(file, data));
	request = (struct request){0};
	request_off(&request);
	kms_said("off", request_commit(file, &request, MODESET, 0));
	fcntl(data, F_SETFL, O_NONBLOCK);
	usleep(100000);
	while (read(data, line, sizeof(line)) > 0) {
	}
	result("no more in the dark", "%s", errname(errno));
}

static const uint32_t formats[] = {
	DRM_FORMAT_XRGB8888,	 DRM_FORMAT_ARGB8888,	  DRM_FORMAT_RGB565,
	DRM_FORMAT_XRGB16161616, DRM_FORMAT_ARGB16161616,
};

static void pictures(void)
{
	int file = kms_open_atomic(), data = -1;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct request request = {0};
		uint32_t over = kms_painted(file, formats[i], 80, 40);

		on(&request, file,
		   kms_painted(file, formats[i], WIDTH, HEIGHT));
		request_commit(file, &request, MODESET, 0);
		if (data < 0) {
			data = open_data(file);
		}
		show(fourcc(formats[i]), file, data, &request);
		request_plane(&request, ids.overlay, over, 20, 30, 80, 40);
		request_plane(&request, ids.cursor, over, -30, 100, 80, 40);
		show(text("%s, and planes over it", fourcc(formats[i])), file,
		     data, &request);
		request_plane(&request, ids.overlay, 0, 0, 0, 0, 0);
		request_plane(&request, ids.cursor, 0, 0, 0, 0, 0);
		request_commit(file, &request, 0, 0);
	}
}

static void turning(void)
{
	static const unsigned int turns[] = {1,	   2,	 4,    8,    0x11, 0x21,
					     0x31, 0x12, 0x22, 0x14, 0x18};
	int file = kms_open_atomic(), data;
	uint32_t over = kms_painted(file, DRM_FORMAT_XRGB8888, 60, 30);
	struct request request = {0};

	on(&request, file, kms_fb(file, WIDTH, HEIGHT, DRM_FORMAT_XRGB8888));
	kms_said("on", request_commit(file, &request, MODESET, 0));
	data = open_data(file);
	for (size_t i = 0; i < ARRAY_SIZE(turns); i++) {
		bool across = turns[i] & (2 | 8);

		request = (struct request){0};
		request_plane(&request, ids.overlay, over, 50, 20, 60, 30);
		request_add(&request, ids.overlay, "CRTC_W", across ? 30 : 60);
		request_add(&request, ids.overlay, "CRTC_H", across ? 60 : 30);
		request_add(&request, ids.overlay, "rotation", turns[i]);
		show(text("turned %#x", turns[i]), file, data, &request);
	}
	request = (struct request){0};
	request_add(&request, ids.overlay, "rotation", 1);
	request_plane(&request, ids.overlay, 0, 0, 0, 0, 0);
	request_commit(file, &request, 0, 0);
}

/* A primary that does not fill the screen, or none; a part of a picture. */
static void uncovered(void)
{
	int file = kms_open_atomic(), data;
	uint32_t fb = kms_painted(file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);
	struct request request = {0};

	on(&request, file, fb);
	kms_said("on", request_commit(file, &request, MODESET, 0));
	data = open_data(file);
	request_plane(&request, ids.primary, fb, 40, 50, 60, 30);
	show("a part", file, data, &request);
	request_add(&request, ids.primary, "SRC_X", 20 << 16);
	request_add(&request, ids.primary, "SRC_Y", 10 << 16);
	show("another part", file, data, &request);
	request_plane(&request, ids.primary, 0, 0, 0, 0, 0);
	show("nothing", file, data, &request);
	request_plane(&request, ids.overlay, fb, 10, 10, 100, 70);
	show("an overlay alone", file, data, &request);
}

static void gamma_of(void)
{
	static const uint32_t counts[] = {256, 2, 17, 1};
	int file = kms_open_atomic(), data;
	uint32_t fb = kms_painted(file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);
	struct drm_color_lut entries[256];
	struct request request = {0};

	for (uint32_t i = 0; i < 256; i++) {
		entries[i] = (struct drm_color_lut){
			.red = (uint16_t)(0xffff - i * 255),
			.green = (uint16_t)(i * i),
			.blue = (uint16_t)(i * 257),
		};
	}
	on(&request, file, fb);
	kms_said("on", request_commit(file, &request, MODESET, 0));
	data = open_data(file);
	show("as it is", file, data, &request);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		request = (struct request){0};
		request_add(&request, ids.crtc[0], "GAMMA_LUT",
			    kms_blob(file, entries,
				     counts[i] * (uint32_t)sizeof(entries[0])));
		show(text("through %u entries", counts[i]), file, data,
		     &request);
	}
	request = (struct request){0};
	request_add(&request, ids.crtc[0], "GAMMA_LUT", 0);
	show("no ramp", file, data, &request);
}

static const struct check checks[] = {
	{.name = "life", .run = life},
	{.name = "pictures", .run = pictures},
	{.name = "turning", .run = turning},
	{.name = "uncovered", .run = uncovered},
	{.name = "gamma", .run = gamma_of},
	{0},
};

const struct subject kms_crc_subject = {
	.name = "crc",
	.checks = checks,
};
