/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <EGL/eglext.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("# ", stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (EGL error 0x%x, errno %s)\n",
		(unsigned int)eglGetError(), strerror(errno));
	_exit(1);
}

void *proc(const char *name)
{
	void *function = (void *)eglGetProcAddress(name);

	if (!function) {
		give_up("no %s", name);
	}
	return function;
}

static void start_gl(struct screen *screen)
{
	static const EGLint attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 2,
					 EGL_NONE};

	if (screen->display == EGL_NO_DISPLAY ||
	    !eglInitialize(screen->display, NULL, NULL)) {
		give_up("no display");
	}
	if (!eglBindAPI(EGL_OPENGL_ES_API)) {
		give_up("no GLES");
	}
	screen->context = eglCreateContext(screen->display, EGL_NO_CONFIG_KHR,
					   EGL_NO_CONTEXT, attribs);
	if (!eglMakeCurrent(screen->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
			    screen->context)) {
		give_up("no context");
	}
}

void open_gbm(struct screen *screen, const char *node)
{
	screen->fd = open(node, O_RDWR | O_CLOEXEC);
	if (screen->fd < 0) {
		give_up("open %s", node);
	}
	screen->gbm = gbm_create_device(screen->fd);
	if (!screen->gbm) {
		give_up("no GBM on %s", node);
	}
}

static EGLDisplay platform_display(EGLenum platform, void *native)
{
	PFNEGLGETPLATFORMDISPLAYEXTPROC get = proc("eglGetPlatformDisplayEXT");

	return get(platform, native, NULL);
}

void open_screen(struct screen *screen, const char *node)
{
	open_gbm(screen, node);
	screen->display = platform_display(EGL_PLATFORM_GBM_KHR, screen->gbm);
	start_gl(screen);
}

void open_surfaceless(struct screen *screen)
{
	screen->display = platform_display(EGL_PLATFORM_SURFACELESS_MESA, NULL);
	start_gl(screen);
}

void open_egl_device(struct screen *screen, const char *card,
		     const char *render)
{
	PFNEGLQUERYDEVICESEXTPROC query = proc("eglQueryDevicesEXT");
	PFNEGLQUERYDEVICESTRINGEXTPROC string = proc("eglQueryDeviceStringEXT");
	EGLDeviceEXT devices[8];
	EGLint count = 0;

	if (!query(8, devices, &count)) {
		give_up("eglQueryDevicesEXT");
	}
	for (EGLint i = 0; i < count; i++) {
		const char *file = string(devices[i], EGL_DRM_DEVICE_FILE_EXT);

		if (!file || strcmp(file, card)) {
			continue;
		}
		file = string(devices[i], EGL_DRM_RENDER_NODE_FILE_EXT);
		if (!file || strcmp(file, render)) {
			give_up("%s has the render node %s", card, file);
		}
		screen->display =
			platform_display(EGL_PLATFORM_DEVICE_EXT, devices[i]);
		start_gl(screen);
		return;
	}
	give_up("none of %d EGL devices is %s", count, card);
}

bool has_extension(const struct screen *screen, const char *name)
{
	const char *all = eglQueryString(screen->display, EGL_EXTENSIONS);
	size_t length = strlen(name);

	for (const char *at = all; (at = strstr(at, name)); at += length) {
		if ((at == all || at[-1] == ' ') &&
		    (!at[length] || at[length] == ' ')) {
			return true;
		}
	}
	return false;
}
