/* SPDX-License-Identifier: MIT */
#include "sharing.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <xf86drm.h>

#include "../../passing.h"
#include "drawing.h"

EGLImageKHR image_of(const struct screen *screen, struct gbm_bo *bo)
{
	PFNEGLCREATEIMAGEKHRPROC create = proc("eglCreateImageKHR");
	EGLImageKHR image = create(screen->display, EGL_NO_CONTEXT,
				   EGL_NATIVE_PIXMAP_KHR, bo, NULL);

	if (image == EGL_NO_IMAGE_KHR) {
		give_up("no image of a GBM buffer");
	}
	return image;
}

struct gbm_bo *make_bo(const struct screen *screen, uint32_t format)
{
	struct gbm_bo *bo =
		gbm_bo_create(screen->gbm, WIDTH, HEIGHT, format,
			      GBM_BO_USE_RENDERING | GBM_BO_USE_LINEAR);

	if (!bo) {
		give_up("gbm_bo_create of %.4s", (const char *)&format);
	}
	return bo;
}

struct picture picture_of(struct gbm_bo *bo)
{
	return (struct picture){
		.format = gbm_bo_get_format(bo),
		.width = gbm_bo_get_width(bo),
		.height = gbm_bo_get_height(bo),
		.stride = gbm_bo_get_stride(bo),
		.offset = gbm_bo_get_offset(bo, 0),
		.modifier = gbm_bo_get_modifier(bo),
	};
}

void send_picture(int peer, const struct picture *picture, int fd)
{
	if (send(peer, picture, sizeof(*picture), MSG_NOSIGNAL) !=
		    sizeof(*picture) ||
	    send_fd(peer, fd)) {
		give_up("nobody wants the picture");
	}
}

int receive_picture(int peer, struct picture *picture)
{
	int fd = -1;

	if (recv(peer, picture, sizeof(*picture), MSG_WAITALL) ==
	    sizeof(*picture)) {
		fd = receive_fd(peer);
	}
	if (fd < 0) {
		give_up("no picture came");
	}
	return fd;
}

void say_done(int peer)
{
	if (send(peer, "", 1, MSG_NOSIGNAL) != 1) {
		give_up("the other process has gone");
	}
}

void wait_for_peer(int peer)
{
	char byte;

	if (recv(peer, &byte, 1, 0) != 1) {
		give_up("the other process has gone");
	}
}

int export_writable(const struct screen *screen, struct gbm_bo *bo)
{
	int fd;

	if (drmPrimeHandleToFD(screen->fd, gbm_bo_get_handle(bo).u32,
			       DRM_CLOEXEC | DRM_RDWR, &fd)) {
		give_up("export");
	}
	return fd;
}

EGLImageKHR import_egl(const struct screen *screen,
		       const struct picture *picture, int fd)
{
	const EGLint attribs[] = {
		EGL_WIDTH,
		(EGLint)picture->width,
		EGL_HEIGHT,
		(EGLint)picture->height,
		EGL_LINUX_DRM_FOURCC_EXT,
		(EGLint)picture->format,
		EGL_DMA_BUF_PLANE0_FD_EXT,
		fd,
		EGL_DMA_BUF_PLANE0_OFFSET_EXT,
		(EGLint)picture->offset,
		EGL_DMA_BUF_PLANE0_PITCH_EXT,
		(EGLint)picture->stride,
		EGL_NONE,
	};
	PFNEGLCREATEIMAGEKHRPROC create = proc("eglCreateImageKHR");
	EGLImageKHR image = create(screen->display, EGL_NO_CONTEXT,
				   EGL_LINUX_DMA_BUF_EXT, NULL, attribs);

	if (image == EGL_NO_IMAGE_KHR) {
		give_up("EGL does not import %.4s",
			(const char *)&picture->format);
	}
	return image;
}

struct gbm_bo *import_gbm(const struct screen *screen,
			  const struct picture *picture, int fd)
{
	struct gbm_import_fd_data data = {
		.fd = fd,
		.width = WIDTH,
		.height = HEIGHT,
		.stride = picture->stride,
		.format = picture->format,
	};
	struct gbm_bo *bo = gbm_bo_import(screen->gbm, GBM_BO_IMPORT_FD, &data,
					  GBM_BO_USE_RENDERING);

	if (!bo) {
		give_up("GBM does not import an fd");
	}
	return bo;
}

struct gbm_bo *import_gbm_modifier(const struct screen *screen,
				   const struct picture *picture, int fd)
{
	struct gbm_import_fd_modifier_data data = {
		.width = WIDTH,
		.height = HEIGHT,
		.format = picture->format,
		.num_fds = 1,
		.fds = {fd},
		.strides = {(int)picture->stride},
		.offsets = {(int)picture->offset},
		.modifier = picture->modifier,
	};
	struct gbm_bo *bo =
		gbm_bo_import(screen->gbm, GBM_BO_IMPORT_FD_MODIFIER, &data,
			      GBM_BO_USE_RENDERING);

	if (!bo) {
		give_up("GBM does not import an fd with modifier 0x%llx",
			(unsigned long long)picture->modifier);
	}
	return bo;
}
