/* SPDX-License-Identifier: MIT */
/**
 * DOC: videos
 *
 * The encoder is ffmpeg, which gets raw pictures through a pipe. It is started
 * with the first one, whose size and rate are those of the video. When the next
 * one comes it is known how long the last one was shown, in pictures of that
 * rate, and as often it is written. One that was shown for less than that is
 * left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "look.h"

#define PIPE_SIZE (1 << 20)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PIXEL_FORMAT "bgr0"
#else
#define PIXEL_FORMAT "0rgb"
#endif

extern char **environ;

static int spawn(struct video *video, char **argv)
{
	posix_spawn_file_actions_t actions;
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC)) {
		return -errno;
	}
	/* Fewer switches between the two; it works without. */
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
					 O_WRONLY, 0);
	err = posix_spawnp(&video->pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (err) {
		video->pid = 0;
		close(ends[1]);
		return -err;
	}
	video->pipe = ends[1];
	return 0;
}

static int start_encoder(struct video *video)
{
	static const char *const h264[] = {"-c:v",	"libx264", "-preset",
					   "ultrafast", "-crf",	   "18"};
	static const char *const vp8[] = {"-c:v",     "libvpx", "-deadline",
					  "realtime", "-b:v",	"8M"};
	const char *dot = strrchr(video->path, '.');
	const char *const *codec = strcmp(dot, ".webm") ? h264 : vp8;
	char size[32], rate[32], file[sizeof(video->path) + 8];
	const char *argv[] = {
		"ffmpeg",
		"-loglevel",
		"error",
		"-nostdin",
		"-y",
		"-f",
		"rawvideo",
		"-pixel_format",
		PIXEL_FORMAT,
		"-video_size",
		size,
		"-framerate",
		rate,
		"-i",
		"pipe:0",
		codec[0],
		codec[1],
		codec[2],
		codec[3],
		codec[4],
		codec[5],
		/* Half as many colours as pixels, which must be even. */
		"-pix_fmt",
		"yuv420p",
		"-vf",
		"pad=ceil(iw/2)*2:ceil(ih/2)*2",
		file,
		NULL,
	};

	snprintf(size, sizeof(size), "%ux%u", video->info.width,
		 video->info.height);
	snprintf(rate, sizeof(rate), "%u/1000", video->info.refresh_mhz);
	/* Or "a:b.mkv" would be of the protocol a. */
	snprintf(file, sizeof(file), "file:%s", video->path);
	return spawn(video, (char **)argv);
}

static int begin(struct video *video, const struct wire_frame_reply *info)
{
	video->info = *info;
	if (!video->info.refresh_mhz) {
		video->info.refresh_mhz = 60000;
	}
	video->pixels = calloc((size_t)info->width * info->height, 4);
	return video->pixels ? start_encoder(video) : -ENOMEM;
}

static int write_out(struct video *video)
{
	size_t left = (size_t)video->info.width * video->info.height * 4;
	const char *at = (const char *)video->pixels;

	while (left) {
		ssize_t len = TEMP_FAILURE_RETRY(write(video->pipe, at, left));

		if (len < 0) {
			return -errno;
		}
		at += len;
		left -= (size_t)len;
	}
	video->written++;
	return 0;
}

/* The number of the picture, at the video's rate, that is shown at a time. */
static uint64_t number_at(const struct video *video, int64_t time_ns)
{
	double since = (double)(time_ns - video->info.time_ns);
	double number = since * video->info.refresh_mhz / 1e12 + 0.5;

	return number > 0 ? (uint64_t)number : 0;
}

static int write_until(struct video *video, uint64_t number)
{
	int ret = 0;

	while (!ret && video->written < number) {
		ret = write_out(video);
	}
	return ret;
}

static void set_pixels(struct video *video, const struct picture *picture)
{
	const struct wire_frame_reply *info = &picture->info;
	uint32_t width = video->info.width, height = video->info.height;
	uint32_t copied = info->width < width ? info->width : width;

	for (uint32_t y = 0; y < height; y++) {
		uint32_t *line = video->pixels + (size_t)y * width;
		uint32_t n = 0;

		if (y < info->height) {
			n = copied;
			memcpy(line,
			       picture->pixels + (size_t)y * info->stride / 4,
			       (size_t)n * 4);
		}
		memset(line + n, 0, (size_t)(width - n) * 4);
	}
}

int video_write(struct video *video, const struct picture *picture)
{
	int ret = 0;

	if (!video->pid) {
		ret = begin(video, &picture->info);
	}
	if (!ret) {
		ret = write_until(video,
				  number_at(video, picture->info.time_ns));
	}
	if (!ret) {
		set_pixels(video, picture);
	}
	return ret;
}

int video_finish(struct video *video, int64_t time_ns)
{
	uint64_t end;
	int status = 0, ret = 0;

	if (video->pid) {
		end = number_at(video, time_ns);
		ret = write_until(
			video, end > video->written ? end : video->written + 1);
		close(video->pipe);
		TEMP_FAILURE_RETRY(waitpid(video->pid, &status, 0));
		video->pid = 0;
	}
	free(video->pixels);
	video->pixels = NULL;
	return status ? -EIO : ret;
}
