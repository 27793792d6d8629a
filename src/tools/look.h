/* SPDX-License-Identifier: MIT */
/* uprime-look: the program that shows people what the displays of a session
 * show. A process of its own, so that nothing it does or needs is in the way of
 * the session's server. */
#ifndef UPRIME_TOOLS_LOOK_H
#define UPRIME_TOOLS_LOOK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/**
 * struct look - a session whose displays are looked at
 *
 * Of one thread.
 */
struct look {
	int sock; /* owned */
	struct wire_view displays[WIRE_VIEWS_MAX];
	unsigned int nr;
	const void *pixels; /* of the last picture; mapped; owned */
	size_t size;
};

/**
 * struct picture - a picture that is kept
 */
struct picture {
	struct wire_frame_reply info;
	unsigned int display;
	uint64_t number;      /* among those kept of the display, from 1 */
	struct picture *next; /* in a queue */
	uint32_t pixels[];    /* info.stride bytes a line */
};

/* Each command gets its name as argv[0] and returns the exit status. */
int screenshot_command(int argc, char **argv);
int view_command(int argc, char **argv);
/* For uprime run, "capture FILE" and "vnc [ADDRESS:PORT]": their stdin is a
 * socket of the session, and their stdout is told that they are ready. They end
 * with the session, or when they get SIGTERM. */
int capture_command(int argc, char **argv);
int vnc_command(int argc, char **argv);

/* look.c */

/* look_prepare - what all who look on for long do first: signals of the
 * terminal are not for us, and SIGTERM ends look_end() only */
void look_prepare(void);

/* look_give_way - programs and their compositor come before the calling thread,
 * and what it starts */
void look_give_way(void);

/* look_ready - tell `uprime run`, on stdout */
void look_ready(void);

/* look_session - connect to the session of this name; NULL: the one that this
 * process is in, or else the only one there is. A socket, the caller's; -errno,
 * and it was said. */
int look_session(const char *name);

/* look_open - begin to look at a session; takes @sock over. 0, and look_close()
 * undoes it; -errno, and it was said. */
int look_open(struct look *look, int sock);
void look_close(struct look *look);

/* look_begin - ask for news of some displays (bits), or just to be told when
 * the session is over (0). 0; -errno. */
int look_begin(struct look *look, uint64_t displays, int timeout_ms);

/* look_end - wait for them. Sets @news to bits of displays. 0; -ESHUTDOWN: the
 * session is over; -EINTR: SIGTERM came; -EPIPE: the server is gone. */
int look_end(struct look *look, uint64_t *news);

/* look_cancel - do not wait any more. As look_end(), but never -EINTR. */
int look_cancel(struct look *look, uint64_t *news);

/* look_frame - what a display shows now: look->pixels. 0; -ENODATA: nothing;
 * -errno. */
int look_frame(struct look *look, unsigned int display,
	       struct wire_frame_reply *info);

/* look_keep - a copy of the picture that look_frame() got, to be freed; NULL */
struct picture *look_keep(const struct look *look, unsigned int display,
			  const struct wire_frame_reply *info);

/* look_input - somebody types or points. 0; -errno of the connection. */
int look_input(struct look *look, const struct wire_input_event *events,
	       unsigned int nr);

/* look_png.c */

/* png_write - write a picture to a file. @quick: rather than small. 0; -errno,
 * and there is no file. */
int png_write(const char *path, const struct wire_frame_reply *info,
	      const void *pixels, bool quick);

/* look_queue.c */

/**
 * struct queue - pictures on their way to be written, by threads
 */
struct queue {
	/* Writes one; the picture stays the queue's. 0; -errno. Constant. */
	int (*write)(void *data, const struct picture *picture);
	void *data; /* for write(); constant */
	unsigned int nr_threads;
	pthread_t threads[8];

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct picture *first, **last; /* lock; owned */
	size_t size;		       /* lock; bytes in it */
	bool closing;		       /* lock */
	int error;		       /* lock; -errno, the first one */
};

/* queue_open - start the threads (at most 8). 0; -errno. */
int queue_open(struct queue *queue, unsigned int nr_threads,
	       int (*write)(void *data, const struct picture *picture),
	       void *data);

/* queue_has_room - would one more picture of that many bytes be kept? */
bool queue_has_room(struct queue *queue, size_t size);

/* queue_put - takes the picture over */
void queue_put(struct queue *queue, struct picture *picture);

/* queue_close - wait until all are written. The first error, or 0. */
int queue_close(struct queue *queue);

/* look_video.c */

/**
 * struct video - the video of a display, made by ffmpeg
 *
 * The pictures come at a constant rate, that of the display when the video
 * begins: each is there until the next one is shown. All are as large as the
 * first; others are cut or get a black edge.
 */
struct video {
	char path[4096];
	int pid;		      /* of ffmpeg, or 0 */
	int pipe;		      /* to it; owned */
	struct wire_frame_reply info; /* of the first picture */
	uint64_t written;	      /* pictures */
	uint32_t *pixels;	      /* as they were written last; owned */
};

/* video_write - the next picture, which begins the video if it is the first. 0;
 * -errno. */
int video_write(struct video *video, const struct picture *picture);

/* video_finish - the last picture was there until @time_ns. 0; -errno. */
int video_finish(struct video *video, int64_t time_ns);

#endif
