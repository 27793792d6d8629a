// SPDX-License-Identifier: MIT
/*
 * Renders a picture with GL into a GBM buffer, hands it to the consumer as a
 * dma-buf, and checks that what the consumer writes arrives here: in a CPU
 * mapping that was made before, and in what GL reads from its render target.
 */
#include "frame.h"
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <GLES2/gl2ext.h>
#include <gbm.h>
#include <linux/dma-buf.h>
#include <xf86drm.h>

enum { WIDTH = 800, HEIGHT = 600, CONSUMER_TIMEOUT_MS = 60000 };

struct producer {
	const char *node;
	int device_fd;
	struct gbm_device *gbm;
	struct gbm_bo *bo;
	EGLDisplay display;
	EGLContext context;
	EGLImageKHR image;
	int buf_fd;
	void *map;
	size_t map_size;
};

static int fail(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("producer: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

static int fail_egl(const char *what)
{
	return fail("%s: EGL error 0x%x", what, eglGetError());
}

static int open_device(struct producer *p)
{
	p->device_fd = open(p->node, O_RDWR | O_CLOEXEC);
	if (p->device_fd < 0)
		return fail("open %s: %s", p->node, strerror(errno));
	p->gbm = gbm_create_device(p->device_fd);
	if (!p->gbm)
		return fail("gbm_create_device on %s: %s", p->node,
			    strerror(errno));
	return 0;
}

static int open_egl(struct producer *p)
{
	static const EGLint context_attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 2,
						 EGL_NONE};
	PFNEGLGETPLATFORMDISPLAYEXTPROC get_display =
		(void *)eglGetProcAddress("eglGetPlatformDisplayEXT");

	if (!get_display)
		return fail("EGL has no eglGetPlatformDisplayEXT");
	p->display = get_display(EGL_PLATFORM_GBM_KHR, p->gbm, NULL);
	if (p->display == EGL_NO_DISPLAY)
		return fail_egl("eglGetPlatformDisplayEXT for GBM");
	if (!eglInitialize(p->display, NULL, NULL))
		return fail_egl("eglInitialize");
	if (!eglBindAPI(EGL_OPENGL_ES_API))
		return fail_egl("eglBindAPI");
	p->context = eglCreateContext(p->display, EGL_NO_CONFIG_KHR,
				      EGL_NO_CONTEXT, context_attribs);
	if (p->context == EGL_NO_CONTEXT)
		return fail_egl("eglCreateContext");
	if (!eglMakeCurrent(p->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
			    p->context))
		return fail_egl("eglMakeCurrent without a surface");
	printf("producer: %s: gbm backend \"%s\", GL renderer \"%s\"\n",
	       p->node, gbm_device_get_backend_name(p->gbm),
	       (const char *)glGetString(GL_RENDERER));
	return 0;
}

/* The buffer becomes GL's render target: no copy between GL and GBM. */
static int create_target(struct producer *p)
{
	PFNEGLCREATEIMAGEKHRPROC create_image =
		(void *)eglGetProcAddress("eglCreateImageKHR");
	PFNGLEGLIMAGETARGETRENDERBUFFERSTORAGEOESPROC target_storage =
		(void *)eglGetProcAddress(
			"glEGLImageTargetRenderbufferStorageOES");
	GLuint renderbuffer, framebuffer;
	GLenum status;

	if (!create_image || !target_storage)
		return fail("EGL or GL cannot render into an EGLImage");
	p->bo = gbm_bo_create(p->gbm, WIDTH, HEIGHT, GBM_FORMAT_XRGB8888,
			      GBM_BO_USE_RENDERING | GBM_BO_USE_LINEAR);
	if (!p->bo)
		return fail("gbm_bo_create %dx%d: %s", WIDTH, HEIGHT,
			    strerror(errno));
	p->image = create_image(p->display, EGL_NO_CONTEXT,
				EGL_NATIVE_PIXMAP_KHR, p->bo, NULL);
	if (p->image == EGL_NO_IMAGE_KHR)
		return fail_egl("eglCreateImageKHR of the GBM buffer");
	glGenRenderbuffers(1, &renderbuffer);
	glBindRenderbuffer(GL_RENDERBUFFER, renderbuffer);
	target_storage(GL_RENDERBUFFER, p->image);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
				  GL_RENDERBUFFER, renderbuffer);
	status = glCheckFramebufferStatus(GL_FRAMEBUFFER);
	if (status != GL_FRAMEBUFFER_COMPLETE)
		return fail("the GBM buffer is no render target: status 0x%x",
			    status);
	return 0;
}

static int attach_shader(GLuint program, GLenum type, const char *source)
{
	GLuint shader = glCreateShader(type);
	GLint ok = GL_FALSE;
	char log[1024] = "";

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
	if (!ok) {
		glGetShaderInfoLog(shader, sizeof(log), NULL, log);
		return fail("shader does not compile: %s", log);
	}
	glAttachShader(program, shader);
	glDeleteShader(shader);
	return 0;
}

static int draw_scene(void)
{
	/* One triangle that covers the target. */
	static const GLfloat corners[] = {-1, -1, 3, -1, -1, 3};
	GLuint program = glCreateProgram();
	GLint ok = GL_FALSE;
	GLenum error;

	if (attach_shader(program, GL_VERTEX_SHADER, scene_vertex_shader) ||
	    attach_shader(program, GL_FRAGMENT_SHADER, scene_fragment_shader))
		return -1;
	glBindAttribLocation(program, 0, "position");
	glLinkProgram(program);
	glGetProgramiv(program, GL_LINK_STATUS, &ok);
	if (!ok)
		return fail("shader program does not link");
	glUseProgram(program);
	glUniform2f(glGetUniformLocation(program, "size"), WIDTH, HEIGHT);
	glViewport(0, 0, WIDTH, HEIGHT);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
	glEnableVertexAttribArray(0);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glFinish();
	error = glGetError();
	if (error != GL_NO_ERROR)
		return fail("drawing: GL error 0x%x", error);
	return 0;
}

/*
 * gbm_bo_get_fd() asks for DRM_CLOEXEC alone, and without DRM_RDWR the
 * consumer could only map the buffer for reading. A buffer's first export
 * decides that for all later ones, so it is made here; GBM then hands out
 * the same dma-buf.
 */
static int export_buffer(struct producer *p, struct demo_frame *frame)
{
	struct stat st, gbm_st;
	int gbm_fd;

	if (drmPrimeHandleToFD(p->device_fd, gbm_bo_get_handle(p->bo).u32,
			       DRM_CLOEXEC | DRM_RDWR, &p->buf_fd))
		return fail("export the GBM buffer: %s", strerror(errno));
	gbm_fd = gbm_bo_get_fd(p->bo);
	if (gbm_fd < 0)
		return fail("gbm_bo_get_fd: %s", strerror(errno));
	if (fstat(p->buf_fd, &st) || fstat(gbm_fd, &gbm_st)) {
		close(gbm_fd);
		return fail("fstat of the dma-buf: %s", strerror(errno));
	}
	close(gbm_fd);
	if (st.st_ino != gbm_st.st_ino)
		return fail("gbm_bo_get_fd gave another dma-buf: inode %llu, "
			    "not %llu",
			    (unsigned long long)gbm_st.st_ino,
			    (unsigned long long)st.st_ino);
	*frame = (struct demo_frame){
		.width = gbm_bo_get_width(p->bo),
		.height = gbm_bo_get_height(p->bo),
		.stride = gbm_bo_get_stride(p->bo),
		.format = gbm_bo_get_format(p->bo),
		.inode = st.st_ino,
	};
	printf("producer: drew %ux%u, stride %u, exported as dma-buf "
	       "(inode %llu)\n",
	       frame->width, frame->height, frame->stride,
	       (unsigned long long)frame->inode);
	return 0;
}

/* Made before the consumer exists, and only looked at after it wrote. */
static int map_buffer(struct producer *p, const struct demo_frame *frame)
{
	p->map_size = (size_t)frame->stride * frame->height;
	p->map = mmap(NULL, p->map_size, PROT_READ, MAP_SHARED, p->buf_fd, 0);
	if (p->map == MAP_FAILED)
		return fail("mmap of the dma-buf: %s", strerror(errno));
	return 0;
}

static int listen_on(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return fail("socket path too long: %s", path);
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail("socket: %s", strerror(errno));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1)) {
		fail("listen on %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static int wait_readable(int fd, const char *what)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int n;

	do {
		n = poll(&poll_fd, 1, CONSUMER_TIMEOUT_MS);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail("poll for %s: %s", what, strerror(errno));
	if (n == 0)
		return fail("no %s within %d s", what,
			    CONSUMER_TIMEOUT_MS / 1000);
	return 0;
}

static int send_frame(int peer, const struct demo_frame *frame, int buf_fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec iov = {(void *)frame, sizeof(*frame)};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &buf_fd, sizeof(int));
	if (sendmsg(peer, &msg, MSG_NOSIGNAL) != (ssize_t)sizeof(*frame))
		return fail("send the dma-buf: %s", strerror(errno));
	return 0;
}

static int receive_written(int peer, struct demo_written *written)
{
	ssize_t n;

	if (wait_readable(peer, "answer from the consumer"))
		return -1;
	n = recv(peer, written, sizeof(*written), 0);
	if (n < 0)
		return fail("receive the answer: %s", strerror(errno));
	if (n != sizeof(*written))
		return fail("the consumer left without an answer");
	if (written->x >= WIDTH || written->y >= HEIGHT)
		return fail("the consumer wrote outside the buffer: %u,%u",
			    written->x, written->y);
	return 0;
}

static int sync_buffer(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = {.flags = flags};

	while (ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) < 0)
		if (errno != EINTR && errno != EAGAIN)
			return fail("DMA_BUF_IOCTL_SYNC: %s", strerror(errno));
	return 0;
}

static int read_mapped(const struct producer *p, uint32_t x, uint32_t y,
		       uint32_t *value)
{
	if (sync_buffer(p->buf_fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ))
		return -1;
	memcpy(value,
	       (char *)p->map + (size_t)y * gbm_bo_get_stride(p->bo) + 4 * x,
	       sizeof(*value));
	*value &= 0xffffff;
	return sync_buffer(p->buf_fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

static int read_gl(uint32_t x, uint32_t y, uint32_t *value)
{
	uint8_t rgba[4];
	GLenum error;

	glReadPixels(x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	error = glGetError();
	if (error != GL_NO_ERROR)
		return fail("glReadPixels: GL error 0x%x", error);
	*value = (uint32_t)rgba[0] << 16 | rgba[1] << 8 | rgba[2];
	return 0;
}

static int report(const char *where, const struct demo_written *written,
		  uint32_t seen)
{
	bool same = seen == written->value;

	printf("producer: pixel %u,%u %s: 0x%06x, %s\n", written->x, written->y,
	       where, seen,
	       same ? "what the consumer wrote" : "NOT what was written");
	return same ? 0 : -1;
}

static int share(struct producer *p, const struct demo_frame *frame, int peer)
{
	struct demo_written written;
	uint32_t mapped, gl = 0;
	int result;

	if (send_frame(peer, frame, p->buf_fd) ||
	    receive_written(peer, &written) ||
	    read_mapped(p, written.x, written.y, &mapped) ||
	    read_gl(written.x, written.y, &gl))
		return -1;
	result = report("in the mapping made before sending", &written, mapped);
	result |= report("in GL's render target", &written, gl);
	if (result)
		return fail("the buffer was copied, not shared");
	puts("producer: one memory, no copy");
	return 0;
}

static int run(struct producer *p, int listener)
{
	struct demo_frame frame;
	int peer, result;

	if (open_device(p) || open_egl(p) || create_target(p) || draw_scene() ||
	    export_buffer(p, &frame) || map_buffer(p, &frame))
		return -1;
	/* Seen now, also when stdout is a pipe and the consumer is slow. */
	fflush(stdout);
	if (wait_readable(listener, "consumer"))
		return -1;
	peer = accept(listener, NULL, NULL);
	if (peer < 0)
		return fail("accept: %s", strerror(errno));
	result = share(p, &frame, peer);
	close(peer);
	return result;
}

static void finish(struct producer *p)
{
	PFNEGLDESTROYIMAGEKHRPROC destroy_image =
		(void *)eglGetProcAddress("eglDestroyImageKHR");

	if (p->map != MAP_FAILED)
		munmap(p->map, p->map_size);
	if (p->buf_fd >= 0)
		close(p->buf_fd);
	if (p->image != EGL_NO_IMAGE_KHR && destroy_image)
		destroy_image(p->display, p->image);
	if (p->display != EGL_NO_DISPLAY) {
		eglMakeCurrent(p->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
			       EGL_NO_CONTEXT);
		if (p->context != EGL_NO_CONTEXT)
			eglDestroyContext(p->display, p->context);
	}
	if (p->bo)
		gbm_bo_destroy(p->bo);
	if (p->display != EGL_NO_DISPLAY)
		eglTerminate(p->display);
	if (p->gbm)
		gbm_device_destroy(p->gbm);
	if (p->device_fd >= 0)
		close(p->device_fd);
}

int main(int argc, char **argv)
{
	struct producer p = {
		.node = "/dev/dri/card0",
		.device_fd = -1,
		.display = EGL_NO_DISPLAY,
		.context = EGL_NO_CONTEXT,
		.image = EGL_NO_IMAGE_KHR,
		.buf_fd = -1,
		.map = MAP_FAILED,
	};
	int listener, result;

	if (argc == 4 && !strcmp(argv[1], "--device")) {
		p.node = argv[2];
	} else if (argc != 2 || argv[1][0] == '-') {
		fputs("usage: producer [--device NODE] SOCKET\n", stderr);
		return 2;
	}
	listener = listen_on(argv[argc - 1]);
	if (listener < 0)
		return 1;
	result = run(&p, listener);
	finish(&p);
	close(listener);
	unlink(argv[argc - 1]);
	return result ? 1 : 0;
}
