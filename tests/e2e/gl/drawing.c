/* SPDX-License-Identifier: MIT */
#include "drawing.h"

#include <string.h>

#include "screen.h"

const uint8_t colours[QUADRANTS][4] = {
	{255, 0, 0, 255},
	{0, 255, 0, 255},
	{0, 0, 255, 255},
	{255, 255, 255, 255},
};

void target_image(EGLImageKHR image)
{
	PFNGLEGLIMAGETARGETRENDERBUFFERSTORAGEOESPROC storage =
		proc("glEGLImageTargetRenderbufferStorageOES");
	GLuint renderbuffer, framebuffer;

	glGenRenderbuffers(1, &renderbuffer);
	glBindRenderbuffer(GL_RENDERBUFFER, renderbuffer);
	storage(GL_RENDERBUFFER, image);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
				  GL_RENDERBUFFER, renderbuffer);
	if (glCheckFramebufferStatus(GL_FRAMEBUFFER) !=
	    GL_FRAMEBUFFER_COMPLETE) {
		give_up("the buffer is no render target");
	}
}

void draw_quadrants(void)
{
	glEnable(GL_SCISSOR_TEST);
	for (int i = 0; i < QUADRANTS; i++) {
		glScissor(i % 2 * WIDTH / 2, i / 2 * HEIGHT / 2, WIDTH / 2,
			  HEIGHT / 2);
		glClearColor(colours[i][0] / 255.f, colours[i][1] / 255.f,
			     colours[i][2] / 255.f, colours[i][3] / 255.f);
		glClear(GL_COLOR_BUFFER_BIT);
	}
	glDisable(GL_SCISSOR_TEST);
	glFinish();
	if (glGetError() != GL_NO_ERROR) {
		give_up("drawing");
	}
}

void expect_picture(const uint8_t quadrants[QUADRANTS][4])
{
	uint8_t seen[HEIGHT][WIDTH][4];

	glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, seen);
	if (glGetError() != GL_NO_ERROR) {
		give_up("glReadPixels");
	}
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			const uint8_t *wanted = quadrants[y / (HEIGHT / 2) * 2 +
							  x / (WIDTH / 2)];

			if (!memcmp(seen[y][x], wanted, 3)) {
				continue;
			}
			give_up("pixel %d,%d is %d,%d,%d and not %d,%d,%d", x,
				y, seen[y][x][0], seen[y][x][1], seen[y][x][2],
				wanted[0], wanted[1], wanted[2]);
		}
	}
}

static GLuint compile(GLenum type, const char *source)
{
	GLuint shader = glCreateShader(type);
	GLint ok = GL_FALSE;

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
	if (!ok) {
		give_up("a shader does not compile");
	}
	return shader;
}

void bind_image(GLenum unit, GLenum target, EGLImageKHR image)
{
	PFNGLEGLIMAGETARGETTEXTURE2DOESPROC store =
		proc("glEGLImageTargetTexture2DOES");
	GLuint texture;

	glGenTextures(1, &texture);
	glActiveTexture(unit);
	glBindTexture(target, texture);
	glTexParameteri(target, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(target, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	store(target, image);
}

void target_own(void)
{
	GLuint own, framebuffer;

	glActiveTexture(GL_TEXTURE2);
	glGenTextures(1, &own);
	glBindTexture(GL_TEXTURE_2D, own);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, WIDTH, HEIGHT, 0, GL_RGBA,
		     GL_UNSIGNED_BYTE, NULL);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
			       GL_TEXTURE_2D, own, 0);
}

void draw_own(const char *fragment_shader)
{
	static const GLfloat corners[] = {-1, -1, 3, -1, -1, 3};
	GLuint program = glCreateProgram();

	target_own();
	glAttachShader(program,
		       compile(GL_VERTEX_SHADER,
			       "attribute vec2 at; varying vec2 place;\n"
			       "void main() { place = at * 0.5 + 0.5;\n"
			       "gl_Position = vec4(at, 0.0, 1.0); }"));
	glAttachShader(program, compile(GL_FRAGMENT_SHADER, fragment_shader));
	glBindAttribLocation(program, 0, "at");
	glLinkProgram(program);
	glUseProgram(program);
	/* A program without a second sampler has no place for it. */
	glUniform1i(glGetUniformLocation(program, "second"), 1);
	glViewport(0, 0, WIDTH, HEIGHT);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
	glEnableVertexAttribArray(0);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glFinish();
	if (glGetError() != GL_NO_ERROR) {
		give_up("sampling");
	}
}

void sample_image(EGLImageKHR image)
{
	bind_image(GL_TEXTURE0, GL_TEXTURE_EXTERNAL_OES, image);
	draw_own("#extension GL_OES_EGL_image_external : require\n"
		 "precision highp float; varying vec2 place;\n"
		 "uniform samplerExternalOES image;\n"
		 "void main() { gl_FragColor = texture2D(image, place); }");
}
