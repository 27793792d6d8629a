/* SPDX-License-Identifier: MIT */
/**
 * DOC: what `uprime run --capture` writes
 *
 * This process looks on while PROGRAM runs. The last picture is all it takes if
 * that is all that is wanted: the session keeps it. Else it takes each new one.
 * They are written by other threads; when these are too slow pictures are lost,
 * and the display never waits. At the end it says how many.
 *
 * Of a session with several displays each has files of its own.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "look.h"
#include "look_path.h"
#include "say.h"

/**
 * struct recorded - a display, as it was recorded
 */
struct recorded {
	struct capture *capture; /* constant */
	const char *display;	 /* its name, or NULL: it is the only one */
	uint64_t sequence;	 /* of the last picture; 0: none yet */
	uint64_t kept, lost;	 /* pictures */
	struct video video;	 /* the queue's thread's, until that ends */
	struct queue queue;	 /* for a video: its own */
};

/**
 * struct capture - what is written
 */
struct capture {
	const char *file;
	enum look_kind kind;
	struct look look;
	bool watching;	    /* a gap between pictures is one that was lost */
	struct queue queue; /* for PNG files, of all displays */
	struct recorded *displays; /* look.nr; owned */
};

static int write_numbered(void *data, const struct picture *picture)
{
	struct capture *capture = data;
	char path[4096];
	int ret;

	ret = path_of(path, sizeof(path), capture->file,
		      capture->displays[picture->display].display,
		      picture->number);
	return ret ? ret
		   : png_write(path, &picture->info, picture->pixels,
			       capture->kind == LOOK_SEQUENCE);
}

static int write_frame(void *data, const struct picture *picture)
{
	struct recorded *recorded = data;

	return video_write(&recorded->video, picture);
}

static int open_queues(struct capture *capture)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int ret = 0;

	if (capture->kind != LOOK_VIDEO) {
		return queue_open(&capture->queue,
				  cpus > 0 ? (unsigned int)cpus : 1,
				  write_numbered, capture);
	}
	for (unsigned int i = 0; i < capture->look.nr && !ret; i++) {
		struct recorded *recorded = &capture->displays[i];

		ret = path_of(recorded->video.path,
			      sizeof(recorded->video.path), capture->file,
			      recorded->display, 0);
		if (!ret) {
			ret = queue_open(&recorded->queue, 1, write_frame,
					 recorded);
		}
	}
	return ret;
}

/* Have a picture written that was not there before. */
static void keep(struct capture *capture, unsigned int display,
		 const struct wire_frame_reply *info)
{
	struct recorded *recorded = &capture->displays[display];
	struct queue *queue = capture->kind == LOOK_VIDEO ? &recorded->queue
							  : &capture->queue;
	struct picture *picture = NULL;

	if (queue_has_room(queue, (size_t)info->stride * info->height)) {
		picture = look_keep(&capture->look, display, info);
	}
	if (!picture) {
		recorded->lost++;
		return;
	}
	picture->number = ++recorded->kept;
	queue_put(queue, picture);
}

/* Take what a display shows, if that is new. */
static int take(struct capture *capture, unsigned int display)
{
	struct recorded *recorded = &capture->displays[display];
	struct wire_frame_reply info;
	int ret = look_frame(&capture->look, display, &info);

	if (ret) {
		return ret == -ENODATA ? 0 : ret;
	}
	if (info.sequence == recorded->sequence) {
		return 0;
	}
	if (capture->watching) {
		recorded->lost += info.sequence - recorded->sequence - 1;
	}
	recorded->sequence = info.sequence;
	keep(capture, display, &info);
	return 0;
}

static int take_all(struct capture *capture, uint64_t displays)
{
	int ret = 0;

	for (unsigned int i = 0; i < capture->look.nr && !ret; i++) {
		if (displays >> i & 1) {
			ret = take(capture, i);
		}
	}
	return ret;
}

/* Take each new picture until it is over: 0; -errno. */
static int look_on(struct capture *capture)
{
	bool all = capture->kind != LOOK_LAST;
	uint64_t news;
	/* What is shown already has no picture before it. */
	int ret = all ? take_all(capture, ~(uint64_t)0) : 0;

	capture->watching = all;
	while (!ret) {
		ret = look_begin(&capture->look, all ? ~(uint64_t)0 : 0, -1);
		if (!ret) {
			ret = look_end(&capture->look, &news);
		}
		if (!ret) {
			ret = take_all(capture, news);
		}
	}
	if (ret == -ESHUTDOWN || ret == -EINTR) {
		ret = take_all(capture, ~(uint64_t)0);
	}
	return ret;
}

static int finish_video(struct recorded *recorded, int64_t now_ns)
{
	int ret = queue_close(&recorded->queue);
	int end = video_finish(&recorded->video, now_ns);

	return ret ? ret : end;
}

/* Wait until all that was taken is written: 0; -errno. */
static int finish(struct capture *capture)
{
	struct timespec now;
	int ret = 0;

	if (capture->kind != LOOK_VIDEO) {
		return queue_close(&capture->queue);
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (unsigned int i = 0; i < capture->look.nr; i++) {
		int end = finish_video(&capture->displays[i],
				       now.tv_sec * 1000000000 + now.tv_nsec);

		ret = ret ? ret : end;
	}
	return ret;
}

static void say_what_was_written(const struct capture *capture)
{
	uint64_t kept = 0, lost = 0;

	for (unsigned int i = 0; i < capture->look.nr; i++) {
		kept += capture->displays[i].kept;
		lost += capture->displays[i].lost;
	}
	if (!kept) {
		say("no display has shown anything: %s was not written.",
		    capture->file);
	} else if (lost) {
		say("%s has %" PRIu64 " pictures; %" PRIu64
		    " more came too fast to be kept.",
		    capture->file, kept, lost);
	}
}

static int record(struct capture *capture)
{
	int ret, end;

	for (unsigned int i = 0; i < capture->look.nr; i++) {
		capture->displays[i].capture = capture;
		if (capture->look.nr > 1) {
			capture->displays[i].display =
				capture->look.displays[i].name;
		}
	}
	ret = open_queues(capture);
	if (ret) {
		return ret;
	}
	ret = look_on(capture);
	/* The session need not wait for what is left to do. */
	look_close(&capture->look);
	end = finish(capture);
	return ret ? ret : end;
}

int capture_command(int argc, char **argv)
{
	struct capture capture = {.file = argv[argc - 1]};
	int ret;

	capture.kind = path_kind(capture.file);
	look_prepare();
	look_ready();
	if (look_open(&capture.look, STDIN_FILENO)) {
		return EXIT_UPRIME;
	}
	capture.displays = calloc(capture.look.nr, sizeof(*capture.displays));
	ret = capture.displays ? record(&capture) : -ENOMEM;
	if (!ret) {
		say_what_was_written(&capture);
	} else if (ret == -EPIPE) {
		say("the session's server is gone: %s is not complete.",
		    capture.file);
	} else {
		say("cannot write %s: %s.", capture.file, strerror(-ret));
	}
	free(capture.displays);
	return ret ? EXIT_UPRIME : 0;
}
