/* SPDX-License-Identifier: MIT */
/*
 * A device with displays beside one without, and fds of leases. Run under
 * `uprime run --device vkms,display,display --device vgem`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "shown.h"

#define OTHER  "/dev/dri/card1"
#define RENDER "/dev/dri/renderD128"

#define WIDTH  640
#define HEIGHT 480
#define SIZE   (WIDTH * HEIGHT * 4)

static int open_node(const char *node, const char *driver)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);
	drmVersionPtr version;

	assert_true(fd >= 0);
	version = drmGetVersion(fd);
	assert_non_null(version);
	assert_string_equal(version->name, driver);
	drmFreeVersion(version);
	return fd;
}

static uint32_t make_buffer(int fd)
{
	struct drm_mode_create_dumb create = {
		.width = WIDTH, .height = HEIGHT, .bpp = 32};

	assert_int_equal(drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create), 0);
	assert_int_equal(create.size, SIZE);
	return create.handle;
}

static uint32_t *map_buffer(int fd, uint32_t handle)
{
	struct drm_mode_map_dumb map = {.handle = handle};
	void *p;

	assert_int_equal(drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map), 0);
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 (off_t)map.offset);
	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

/* The handle that a buffer of one device has at another. */
static uint32_t pass(int from, uint32_t handle, int to)
{
	uint32_t imported;
	int prime;

	assert_int_equal(drmPrimeHandleToFD(from, handle,
					    DRM_CLOEXEC | DRM_RDWR, &prime),
			 0);
	assert_int_equal(drmPrimeFDToHandle(to, prime, &imported), 0);
	close(prime);
	return imported;
}

static ino_t inode_of(int fd, uint32_t handle)
{
	struct stat st;
	int prime;

	assert_int_equal(drmPrimeHandleToFD(fd, handle, DRM_CLOEXEC, &prime),
			 0);
	assert_int_equal(fstat(prime, &st), 0);
	close(prime);
	return st.st_ino;
}

/* A mode as large as a buffer. */
static drmModeModeInfo mode_of(const struct shown *shown)
{
	drmModeConnector *connector =
		drmModeGetConnector(shown->card, shown->connector);
	drmModeModeInfo mode = {0};

	for (int i = 0; i < connector->count_modes; i++) {
		if (connector->modes[i].hdisplay == WIDTH &&
		    connector->modes[i].vdisplay == HEIGHT) {
			mode = connector->modes[i];
		}
	}
	drmModeFreeConnector(connector);
	assert_int_equal(mode.hdisplay, WIDTH);
	return mode;
}

static void nodes_are_in_order(void **state)
{
	(void)state;
	close(open_node(CARD, "vkms"));
	close(open_node(OTHER, "vgem"));
	close(open_node(RENDER, "vgem"));
}

static void display_shows_the_other_devices_buffer(void **state)
{
	struct shown shown = shown_open(0);
	int vgem = open_node(OTHER, "vgem");
	uint32_t theirs = make_buffer(vgem), ours, fb = 0;
	uint32_t *pixels = map_buffer(vgem, theirs);
	drmModeModeInfo mode = mode_of(&shown);
	struct drm_event_vblank event;

	(void)state;
	pixels[0] = 0x123456;
	ours = pass(vgem, theirs, shown.card);
	assert_int_equal(inode_of(shown.card, ours), inode_of(vgem, theirs));
	assert_int_equal(drmModeAddFB(shown.card, WIDTH, HEIGHT, 24, 32,
				      WIDTH * 4, ours, &fb),
			 0);
	/* It is smaller than the display, so it is refused. */
	assert_int_equal(drmModePageFlip(shown.card, shown.crtc, fb,
					 DRM_MODE_PAGE_FLIP_EVENT, NULL),
			 -ENOSPC);
	munmap(pixels, SIZE);
	close(vgem);
	/* It lives on without its maker. */
	assert_int_equal(drmModeSetCrtc(shown.card, shown.crtc, fb, 0, 0,
					&shown.connector, 1, &mode),
			 0);
	assert_int_equal(drmModePageFlip(shown.card, shown.crtc, fb,
					 DRM_MODE_PAGE_FLIP_EVENT, NULL),
			 0);
	assert_int_equal(read(shown.card, &event, sizeof(event)),
			 sizeof(event));
	close(shown.card);
}

static void other_device_maps_the_displays_buffer(void **state)
{
	int vkms = open_node(CARD, "vkms"), vgem = open_node(RENDER, "vgem");
	uint32_t ours = make_buffer(vkms), theirs = pass(vkms, ours, vgem);
	uint32_t *pixels = map_buffer(vkms, ours), *seen;
	int prime;

	(void)state;
	pixels[SIZE / 4 - 1] = 0xabcdef;
	assert_int_equal(drmPrimeHandleToFD(vgem, theirs, DRM_CLOEXEC, &prime),
			 0);
	seen = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, prime, 0);
	assert_ptr_not_equal(seen, MAP_FAILED);
	assert_int_equal(seen[SIZE / 4 - 1], 0xabcdef);
	/* What comes back is what went. */
	assert_int_equal(pass(vgem, theirs, vkms), ours);
	munmap(seen, SIZE);
	munmap(pixels, SIZE);
	close(prime);
	close(vgem);
	close(vkms);
}

static void lease_is_a_device(void **state)
{
	struct shown shown = shown_open(0);
	drmModeRes *res = drmModeGetResources(shown.card), *leased;
	uint32_t objects[] = {res->connectors[1], res->crtcs[1]}, lessee;
	struct shown other = {.crtc = objects[1]};
	struct drm_event_vblank event;
	drmModeConnector *connector;
	struct stat st, node;

	(void)state;
	other.card = drmModeCreateLease(shown.card, objects, 2,
					O_CLOEXEC | O_NONBLOCK, &lessee);
	assert_true(other.card >= 0);
	assert_true(fcntl(other.card, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fstat(other.card, &st), 0);
	assert_int_equal(stat(CARD, &node), 0);
	assert_true(S_ISCHR(st.st_mode) && st.st_rdev == node.st_rdev);
	leased = drmModeGetResources(other.card);
	assert_int_equal(leased->count_connectors, 1);
	assert_int_equal(leased->connectors[0], objects[0]);
	assert_int_equal(leased->count_crtcs, 1);
	assert_int_equal(leased->crtcs[0], objects[1]);
	connector = drmModeGetConnector(other.card, objects[0]);
	other.mode = connector->modes[0];
	other.fb = shown_make_fb(other.card, other.mode.hdisplay,
				 other.mode.vdisplay);
	assert_int_equal(drmModeSetCrtc(other.card, objects[1], other.fb, 0, 0,
					objects, 1, &other.mode),
			 0);
	/* It has events of its own. */
	assert_int_equal(drmModePageFlip(other.card, objects[1], other.fb,
					 DRM_MODE_PAGE_FLIP_EVENT, NULL),
			 0);
	assert_int_equal(poll(&(struct pollfd){other.card, POLLIN, 0}, 1, 1000),
			 1);
	assert_int_equal(read(other.card, &event, sizeof(event)),
			 sizeof(event));
	assert_int_equal(event.crtc_id, objects[1]);
	assert_int_equal(poll(&(struct pollfd){shown.card, POLLIN, 0}, 1, 0),
			 0);
	drmModeFreeConnector(connector);
	drmModeFreeResources(leased);
	drmModeFreeResources(res);
	close(other.card);
	close(shown.card);
}

static void lease_ends_with_its_fd(void **state)
{
	struct shown shown = shown_open(0);
	uint32_t objects[] = {shown.connector, shown.crtc}, lessee;
	drmModeLesseeListPtr list;
	int lease, copy;

	(void)state;
	lease = drmModeCreateLease(shown.card, objects, 2, O_CLOEXEC, &lessee);
	assert_true(lease >= 0);
	copy = dup(lease);
	close(lease);
	list = drmModeListLessees(shown.card);
	assert_int_equal(list->count, 1);
	assert_int_equal(list->lessees[0], lessee);
	drmFree(list);
	close(copy);
	list = drmModeListLessees(shown.card);
	assert_int_equal(list->count, 0);
	drmFree(list);
	close(shown.card);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_in_order),
		cmocka_unit_test(display_shows_the_other_devices_buffer),
		cmocka_unit_test(other_device_maps_the_displays_buffer),
		cmocka_unit_test(lease_is_a_device),
		cmocka_unit_test(lease_ends_with_its_fd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
