/* SPDX-License-Identifier: MIT */
/*
 * two-cards RENDER DISPLAY [VIA]: what compositors do on a machine with two
 * cards. It draws with GL on the first node, exports each buffer once it is
 * drawn, imports it on the second one, and flips to it; with VIA, the buffer
 * goes through that device, which exports what it has imported.
 *
 * It shows FRAMES pictures, says how long that took, and stays until somebody
 * types Return. The last picture has a red, a green, a blue and a white
 * quadrant, from the upper left one on; those before have others there.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <gbm.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

enum { FRAMES = 60, QUADRANTS = 4, BUFFERS = 8 };

/* The card that draws. */
struct renderer {
	int fd;
	struct gbm_surface *gbm;
	EGLDisplay egl;
	EGLSurface surface;
};

/* The card that shows. */
struct display {
	int fd;
	int via; /* -1: none */
	uint32_t connector, crtc;
	drmModeModeInfo mode;
	bool on;

	/* Framebuffers of the renderer's buffers that were shown before. */
	struct {
		struct gbm_bo *bo;
		uint32_t fb;
	} known[BUFFERS];
};

static void __attribute__((noreturn)) give_up(const char *what)
{
	fprintf(stderr, "%s: %s, EGL error 0x%x\n", what, strerror(errno),
		(unsigned int)eglGetError());
	exit(1);
}

static int open_node(const char *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		give_up(node);
	}
	return fd;
}

static void find_display(struct display *display)
{
	drmModeRes *res = drmModeGetResources(display->fd);
	drmModeConnector *connector;

	if (!res || !res->count_connectors || !res->count_crtcs) {
		give_up("no display");
	}
	connector = drmModeGetConnector(display->fd, res->connectors[0]);
	if (!connector || !connector->count_modes) {
		give_up("no mode");
	}
	display->connector = connector->connector_id;
	display->crtc = res->crtcs[0];
	display->mode = connector->modes[0];
	drmModeFreeConnector(connector);
	drmModeFreeResources(res);
}

static EGLConfig config_of(EGLDisplay egl, uint32_t format)
{
	EGLConfig configs[128];
	EGLint nr = 0, visual;

	eglGetConfigs(egl, configs, 128, &nr);
	for (EGLint i = 0; i < nr; i++) {
		if (eglGetConfigAttrib(egl, configs[i], EGL_NATIVE_VISUAL_ID,
				       &visual) &&
		    (uint32_t)visual == format) {
			return configs[i];
		}
	}
	give_up("no configuration for XRGB8888");
}

static void start_renderer(struct renderer *renderer,
			   const struct display *display)
{
	static const EGLint attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 2,
					 EGL_NONE};
	PFNEGLGETPLATFORMDISPLAYEXTPROC get_display =
		(void *)eglGetProcAddress("eglGetPlatformDisplayEXT");
	struct gbm_device *gbm = gbm_create_device(renderer->fd);
	EGLContext context;
	EGLConfig config;

	if (!gbm || !get_display) {
		give_up("no GBM");
	}
	renderer->egl = get_display(EGL_PLATFORM_GBM_KHR, gbm, NULL);
	if (!eglInitialize(renderer->egl, NULL, NULL) ||
	    !eglBindAPI(EGL_OPENGL_ES_API)) {
		give_up("no EGL");
	}
	config = config_of(renderer->egl, GBM_FORMAT_XRGB8888);
	renderer->gbm = gbm_surface_create(
		gbm, display->mode.hdisplay, display->mode.vdisplay,
		GBM_FORMAT_XRGB8888, GBM_BO_USE_RENDERING | GBM_BO_USE_LINEAR);
	if (!renderer->gbm) {
		give_up("no GBM surface");
	}
	renderer->surface = eglCreateWindowSurface(
		renderer->egl, config,
		(EGLNativeWindowType)(uintptr_t)renderer->gbm, NULL);
	context = eglCreateContext(renderer->egl, config, EGL_NO_CONTEXT,
				   attribs);
	if (!eglMakeCurrent(renderer->egl, renderer->surface, renderer->surface,
			    context)) {
		give_up("no context");
	}
}

static void draw(const struct display *display, int frame)
{
	static const GLfloat colours[QUADRANTS][3] = {
		{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
	int width = display->mode.hdisplay / 2;
	int height = display->mode.vdisplay / 2;

	glEnable(GL_SCISSOR_TEST);
	for (int i = 0; i < QUADRANTS; i++) {
		const GLfloat *colour = colours[(i + frame + 1) % QUADRANTS];

		/* GL counts lines from the bottom. */
		glScissor(i % 2 * width, (1 - i / 2) * height, width, height);
		glClearColor(colour[0], colour[1], colour[2], 1);
		glClear(GL_COLOR_BUFFER_BIT);
	}
}

/* The buffer's handle at a device, by its dma-buf; the fd is used up. */
static uint32_t import(int fd, int dmabuf)
{
	uint32_t handle;

	if (drmPrimeFDToHandle(fd, dmabuf, &handle)) {
		give_up("import");
	}
	close(dmabuf);
	return handle;
}

static uint32_t import_bo(const struct display *display, struct gbm_bo *bo)
{
	int dmabuf = gbm_bo_get_fd(bo);

	if (dmabuf < 0) {
		give_up("export");
	}
	if (display->via >= 0) {
		uint32_t handle = import(display->via, dmabuf);

		if (drmPrimeHandleToFD(display->via, handle, DRM_CLOEXEC,
				       &dmabuf)) {
			give_up("export of what was imported");
		}
	}
	return import(display->fd, dmabuf);
}

static uint32_t framebuffer_of(struct display *display, struct gbm_bo *bo)
{
	uint32_t handles[4] = {0}, pitches[4] = {0}, offsets[4] = {0};
	int i;

	for (i = 0; i < BUFFERS && display->known[i].bo; i++) {
		if (display->known[i].bo == bo) {
			return display->known[i].fb;
		}
	}
	if (i == BUFFERS) {
		give_up("too many buffers");
	}
	handles[0] = import_bo(display, bo);
	pitches[0] = gbm_bo_get_stride(bo);
	offsets[0] = gbm_bo_get_offset(bo, 0);
	if (drmModeAddFB2(display->fd, gbm_bo_get_width(bo),
			  gbm_bo_get_height(bo), DRM_FORMAT_XRGB8888, handles,
			  pitches, offsets, &display->known[i].fb, 0)) {
		give_up("no framebuffer");
	}
	display->known[i].bo = bo;
	return display->known[i].fb;
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

static void show(struct display *display, uint32_t fb)
{
	drmEventContext context = {
		.version = 2,
		.page_flip_handler = flipped,
	};
	bool done = false;

	if (!display->on) {
		if (drmModeSetCrtc(display->fd, display->crtc, fb, 0, 0,
				   &display->connector, 1, &display->mode)) {
			give_up("cannot set the mode");
		}
		display->on = true;
		return;
	}
	if (drmModePageFlip(display->fd, display->crtc, fb,
			    DRM_MODE_PAGE_FLIP_EVENT, &done)) {
		give_up("cannot flip");
	}
	while (!done) {
		if (drmHandleEvent(display->fd, &context)) {
			give_up("no event");
		}
	}
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void show_frames(struct renderer *renderer, struct display *display)
{
	struct gbm_bo *bo, *shown = NULL;

	for (int i = 0; i < FRAMES; i++) {
		draw(display, i);
		eglSwapBuffers(renderer->egl, renderer->surface);
		bo = gbm_surface_lock_front_buffer(renderer->gbm);
		if (!bo) {
			give_up("no front buffer");
		}
		show(display, framebuffer_of(display, bo));
		if (shown) {
			gbm_surface_release_buffer(renderer->gbm, shown);
		}
		shown = bo;
	}
}

int main(int argc, char **argv)
{
	struct renderer renderer = {0};
	struct display display = {.via = -1};
	double start;

	if (argc != 3 && argc != 4) {
		fputs("usage: two-cards RENDER DISPLAY [VIA]\n", stderr);
		return 2;
	}
	display.fd = open_node(argv[2]);
	renderer.fd = open_node(argv[1]);
	if (argc == 4) {
		display.via = open_node(argv[3]);
	}
	find_display(&display);
	start_renderer(&renderer, &display);
	start = now();
	show_frames(&renderer, &display);
	printf("%d frames in %.3f s\n", FRAMES, now() - start);
	fflush(stdout);
	getchar();
	return 0;
}
