/* SPDX-License-Identifier: MIT */
/*
 * A program that shows pictures, and what they must look like from outside.
 *
 *   painter show N [HOW]   show the pictures 1 to N, each for one vblank at
 *                          least, on the display number DISPLAY_NR (from 0) of
 *                          those that are connected, and exit; HOW: "hold": say
 * "shown" and wait for the end of stdin; "off": the same, but switch the
 * display off before; "die": kill itself; "draw": after "shown", wait for a
 * byte on stdin and draw the next picture into the same framebuffer, telling
 * nobody painter check FILE N   is FILE, a PNG, the picture N? painter number
 * FILE    which picture FILE is painter raw FILE N     write picture N as words
 * of XRGB8888
 *
 * Pictures have the size SIZE ("640x480").
 */
#include <errno.h>
#include <fcntl.h>
#include <png.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

static uint32_t width = 640, height = 480;

struct buffer {
	uint32_t fb, stride;
	char *map;
};

struct display {
	int fd;
	uint32_t connector, crtc;
	drmModeModeInfo mode;
	struct buffer buffers[2];
};

/* The number of a picture is in its first pixel. */
static uint32_t pixel_of(uint32_t number, uint32_t x, uint32_t y)
{
	if (!x && !y) {
		return number;
	}
	return (x * 3 + number * 7) % 256 << 16 | (y * 5 + number) % 256 << 8 |
	       (x + y) % 256;
}

static int fail(const char *what)
{
	fprintf(stderr, "painter: %s: %s\n", what, strerror(errno));
	return 1;
}

static void paint(const struct buffer *buffer, uint32_t number)
{
	for (uint32_t y = 0; y < height; y++) {
		uint32_t *line =
			(void *)(buffer->map + (size_t)y * buffer->stride);

		for (uint32_t x = 0; x < width; x++) {
			line[x] = pixel_of(number, x, y);
		}
	}
}

static bool make_buffer(int fd, struct buffer *buffer)
{
	struct drm_mode_create_dumb create = {
		.width = width,
		.height = height,
		.bpp = 32,
	};
	struct drm_mode_map_dumb map = {0};

	if (drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create)) {
		return false;
	}
	map.handle = create.handle;
	if (drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map)) {
		return false;
	}
	buffer->stride = create.pitch;
	buffer->map = mmap(NULL, create.size, PROT_READ | PROT_WRITE,
			   MAP_SHARED, fd, (off_t)map.offset);
	return buffer->map != MAP_FAILED &&
	       !drmModeAddFB(fd, width, height, 24, 32, create.pitch,
			     create.handle, &buffer->fb);
}

static bool find_mode(struct display *display, drmModeConnector *connector)
{
	for (int i = 0; i < connector->count_modes; i++) {
		if (connector->modes[i].hdisplay == width &&
		    connector->modes[i].vdisplay == height) {
			display->mode = connector->modes[i];
			display->connector = connector->connector_id;
			return true;
		}
	}
	return false;
}

static bool find_display(struct display *display)
{
	drmModeRes *res = drmModeGetResources(display->fd);
	const char *wanted = getenv("DISPLAY_NR");
	int left = wanted ? atoi(wanted) : 0;
	bool found = false;

	for (int i = 0; res && i < res->count_connectors && !found; i++) {
		drmModeConnector *connector =
			drmModeGetConnector(display->fd, res->connectors[i]);

		found = connector->connection == DRM_MODE_CONNECTED && !left--;
		if (found) {
			found = find_mode(display, connector);
			display->crtc = res->crtcs[wanted ? atoi(wanted) : 0];
		}
		drmModeFreeConnector(connector);
	}
	drmModeFreeResources(res);
	return found;
}

static void flipped(int fd, unsigned int sequence, unsigned int sec,
		    unsigned int usec, void *data)
{
	(void)fd;
	(void)sequence;
	(void)sec;
	(void)usec;
	*(bool *)data = true;
}

static bool flip(const struct display *display, const struct buffer *buffer)
{
	drmEventContext context = {
		.version = 2,
		.page_flip_handler = flipped,
	};
	bool done = false;

	if (drmModePageFlip(display->fd, display->crtc, buffer->fb,
			    DRM_MODE_PAGE_FLIP_EVENT, &done)) {
		return false;
	}
	while (!done) {
		if (drmHandleEvent(display->fd, &context)) {
			return false;
		}
	}
	return true;
}

static bool show_pictures(struct display *display, uint32_t nr)
{
	paint(&display->buffers[1], 1);
	if (drmModeSetCrtc(display->fd, display->crtc, display->buffers[1].fb,
			   0, 0, &display->connector, 1, &display->mode)) {
		return false;
	}
	for (uint32_t i = 2; i <= nr; i++) {
		struct buffer *buffer = &display->buffers[i % 2];

		paint(buffer, i);
		if (!flip(display, buffer)) {
			return false;
		}
	}
	return true;
}

static int show(uint32_t nr, const char *how)
{
	struct display display = {
		.fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC),
	};
	char byte;

	if (display.fd < 0 || !find_display(&display)) {
		return fail("no display with such a mode");
	}
	if (!make_buffer(display.fd, &display.buffers[0]) ||
	    !make_buffer(display.fd, &display.buffers[1]) ||
	    !show_pictures(&display, nr)) {
		return fail("cannot show a picture");
	}
	if (!strcmp(how, "die")) {
		raise(SIGKILL);
	}
	if (!strcmp(how, "off") &&
	    drmModeSetCrtc(display.fd, display.crtc, 0, 0, 0, NULL, 0, NULL)) {
		return fail("cannot switch off");
	}
	if (*how) {
		puts("shown");
		fflush(stdout);
	}
	if (!strcmp(how, "draw") && read(STDIN_FILENO, &byte, 1) == 1) {
		paint(&display.buffers[nr % 2], nr + 1);
	}
	while (*how && read(STDIN_FILENO, &byte, 1) > 0) {
	}
	return 0;
}

/* The pixels of a PNG; NULL. */
static png_bytep read_png(const char *name, png_image *image)
{
	png_bytep pixels;

	*image = (png_image){.version = PNG_IMAGE_VERSION};
	if (!png_image_begin_read_from_file(image, name)) {
		return NULL;
	}
	image->format = PNG_FORMAT_RGB;
	pixels = malloc(PNG_IMAGE_SIZE(*image));
	if (pixels && !png_image_finish_read(image, NULL, pixels, 0, NULL)) {
		free(pixels);
		return NULL;
	}
	return pixels;
}

static uint32_t pixel_at(const png_byte *pixels, size_t i)
{
	return (uint32_t)pixels[i * 3] << 16 |
	       (uint32_t)pixels[i * 3 + 1] << 8 | pixels[i * 3 + 2];
}

static int check(const char *name, uint32_t number)
{
	png_image image;
	png_bytep pixels = read_png(name, &image);

	if (!pixels) {
		printf("%s: %s\n", name, image.message);
		return 1;
	}
	if (image.width != width || image.height != height) {
		printf("%s is %ux%u\n", name, image.width, image.height);
		return 1;
	}
	for (uint32_t i = 0; i < width * height; i++) {
		uint32_t wanted = pixel_of(number, i % width, i / width);

		if (pixel_at(pixels, i) != wanted) {
			printf("%s: pixel %u,%u is %06x instead of %06x\n",
			       name, i % width, i / width, pixel_at(pixels, i),
			       wanted);
			return 1;
		}
	}
	return 0;
}

static int tell_number(const char *name)
{
	png_image image;
	png_bytep pixels = read_png(name, &image);

	if (!pixels) {
		return 1;
	}
	printf("%u\n", pixel_at(pixels, 0));
	return check(name, pixel_at(pixels, 0));
}

static int write_raw(const char *name, uint32_t number)
{
	FILE *file = fopen(name, "wb");

	if (!file) {
		return fail(name);
	}
	for (uint32_t i = 0; i < width * height; i++) {
		uint32_t pixel = pixel_of(number, i % width, i / width);

		fwrite(&pixel, sizeof(pixel), 1, file);
	}
	return fclose(file);
}

int main(int argc, char **argv)
{
	const char *size = getenv("SIZE");

	if (size && sscanf(size, "%ux%u", &width, &height) != 2) {
		return 2;
	}
	if (argc > 2 && !strcmp(argv[1], "show")) {
		return show((uint32_t)atoi(argv[2]), argc > 3 ? argv[3] : "");
	}
	if (argc == 4 && !strcmp(argv[1], "check")) {
		return check(argv[2], (uint32_t)atoi(argv[3]));
	}
	if (argc == 3 && !strcmp(argv[1], "number")) {
		return tell_number(argv[2]);
	}
	if (argc == 4 && !strcmp(argv[1], "raw")) {
		return write_raw(argv[2], (uint32_t)atoi(argv[3]));
	}
	return 2;
}
