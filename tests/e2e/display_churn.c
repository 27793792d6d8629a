/* SPDX-License-Identifier: MIT */
/*
 * display-churn [--plug] ROUNDS: shows pictures, each in a framebuffer of its
 * own, with blobs, events, fences and leases that come and go, and ends while
 * one is shown; or plugs the display in and out.
 */
#include <drm_fourcc.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

static int card;
static drmModeConnector *connector;
static uint32_t crtc, plane, out_fence_ptr, fb_id;

static void must(int bad, const char *what)
{
	if (bad) {
		perror(what);
		exit(1);
	}
}

static uint32_t prop(uint32_t object, uint32_t type, const char *name)
{
	drmModeObjectProperties *props =
		drmModeObjectGetProperties(card, object, type);
	uint32_t id = 0;

	must(!props, "drmModeObjectGetProperties");
	for (uint32_t i = 0; i < props->count_props; i++) {
		drmModePropertyRes *each =
			drmModeGetProperty(card, props->props[i]);

		must(!each, "drmModeGetProperty");
		if (!strcmp(each->name, name)) {
			id = each->prop_id;
		}
		drmModeFreeProperty(each);
	}
	drmModeFreeObjectProperties(props);
	return id;
}

static uint32_t make_fb(void)
{
	uint32_t handles[4] = {0}, pitches[4] = {0}, offsets[4] = {0}, fb;
	uint32_t width = connector->modes[0].hdisplay;
	uint32_t height = connector->modes[0].vdisplay;
	uint64_t size;

	must(drmModeCreateDumbBuffer(card, width, height, 32, 0, &handles[0],
				     &pitches[0], &size),
	     "CREATE_DUMB");
	must(drmModeAddFB2(card, width, height, DRM_FORMAT_XRGB8888, handles,
			   pitches, offsets, &fb, 0),
	     "ADDFB2");
	must(drmCloseBufferHandle(card, handles[0]), "GEM_CLOSE");
	return fb;
}

static void start(void)
{
	drmModeRes *res;
	drmModePlaneRes *planes;

	card = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	must(card < 0, "open");
	must(drmSetClientCap(card, DRM_CLIENT_CAP_ATOMIC, 1), "ATOMIC");
	res = drmModeGetResources(card);
	planes = drmModeGetPlaneResources(card);
	must(!res || !planes, "resources");
	connector = drmModeGetConnector(card, res->connectors[0]);
	must(!connector || !connector->count_modes, "a display");
	crtc = res->crtcs[0];
	plane = planes->planes[0];
	drmModeFreeResources(res);
	drmModeFreePlaneResources(planes);
	fb_id = prop(plane, DRM_MODE_OBJECT_PLANE, "FB_ID");
	out_fence_ptr = prop(crtc, DRM_MODE_OBJECT_CRTC, "OUT_FENCE_PTR");
}

static void lease(void)
{
	uint32_t objects[] = {crtc, connector->connector_id, plane}, lessee;
	int fd = drmModeCreateLease(card, objects, 3, O_CLOEXEC, &lessee);

	must(fd < 0, "CREATE_LEASE");
	if (lessee % 2) {
		must(drmModeRevokeLease(card, lessee), "REVOKE_LEASE");
	}
	close(fd);
}

static void show(uint32_t fb)
{
	int64_t fence = -1;
	drmModeAtomicReq *request = drmModeAtomicAlloc();
	struct drm_event_vblank event;

	drmModeAtomicAddProperty(request, plane, fb_id, fb);
	drmModeAtomicAddProperty(request, crtc, out_fence_ptr,
				 (uintptr_t)&fence);
	must(drmModeAtomicCommit(
		     card, request,
		     DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT, NULL),
	     "ATOMIC");
	drmModeAtomicFree(request);
	must(read(card, &event, sizeof(event)) != sizeof(event), "read");
	must((int32_t)fence < 0, "a fence");
	close((int32_t)fence);
}

static void pictures(int rounds)
{
	uint32_t shown = make_fb(), next, blob;

	must(drmModeSetCrtc(card, crtc, shown, 0, 0, &connector->connector_id,
			    1, &connector->modes[0]),
	     "SETCRTC");
	for (int i = 0; i < rounds; i++) {
		next = make_fb();
		must(drmModeCreatePropertyBlob(card, &connector->modes[0],
					       sizeof(connector->modes[0]),
					       &blob),
		     "CREATEPROPBLOB");
		/* A flip takes a frame: not each picture is shown. */
		if (i % 20 == 0) {
			show(next);
			lease();
			must(drmModeRmFB(card, shown), "RMFB");
			shown = next;
		} else {
			must(drmModeRmFB(card, next), "RMFB");
		}
		must(drmModeDestroyPropertyBlob(card, blob), "DESTROYPROPBLOB");
	}
}

/* Programs are told each time. */
static void plugs(int rounds)
{
	int fd = open("/sys/class/drm/card0-Virtual-1/status",
		      O_WRONLY | O_CLOEXEC);

	must(fd < 0, "status");
	for (int i = 0; i < rounds; i++) {
		must(write(fd, "off", 3) != 3, "off");
		must(write(fd, "detect", 6) != 6, "detect");
	}
	close(fd);
}

int main(int argc, char **argv)
{
	int rounds = atoi(argv[argc - 1]);

	if (argc > 2 && !strcmp(argv[1], "--plug")) {
		plugs(rounds);
	} else {
		start();
		pictures(rounds);
	}
	return 0;
}
