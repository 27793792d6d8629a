/* SPDX-License-Identifier: MIT */
/**
 * DOC: device fds
 *
 * A device fd is an open file of its own kind: what it does is drm_ioctl(), and
 * its last close is drm_close().
 *
 * Each of its events is sent as a packet as soon as it is there, so that the
 * program can wait for it with whatever waits for sockets, and read it without
 * a request. What finds no room stays in the core until the program has read.
 * How much that is, which limits how many events a program can leave unread, is
 * seen from the memory that the system counts for the packets: of one with an
 * event it is always the same.
 *
 * The drm_file can live longer, by its mappings: its events stay with it then.
 */
#include "devfile.h"

#include <drm/drm_device.h>
#include <drm/drm_ioctl.h>
#include <errno.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <sys/socket.h>

/* The memory of a packet with an event, as anon_file_unread() counts it; 0: not
 * known yet. Of the smallest one: more than there are is better than less. */
static atomic_uint packet_memory;

static struct devfile *devfile_of(struct anon_file *file)
{
	return container_of(file, struct devfile, file);
}

/* Send what is there. event_lock is held. */
static void send_events(struct drm_file *drm)
{
	struct devfile *devfile = drm->event_data;
	struct drm_pending_event *event;
	int ret;

	while ((event = drm_event_first(drm))) {
		ret = anon_file_send(&devfile->file, event->event,
				     event->event->length);
		if (ret == -EAGAIN) {
			anon_file_await_room(&devfile->file);
		}
		if (ret) {
			break;
		}
		devfile->longest = max(devfile->longest, event->event->length);
		drm_event_pass(drm, event);
	}
}

static int unread_events(struct drm_file *drm)
{
	struct devfile *devfile = drm->event_data;
	unsigned int memory = anon_file_unread(&devfile->file);
	unsigned int one = atomic_load(&packet_memory);

	return (int)(DIV_ROUND_UP(memory, max(one, 1u)) * devfile->longest);
}

static const struct drm_event_host event_host = {
	.ready = send_events,
	.unread = unread_events,
};

static void devfile_room(struct anon_file *file)
{
	struct drm_file *drm = devfile_of(file)->drm;
	struct drm_device *dev = drm->minor->dev;

	spin_lock(&dev->event_lock);
	send_events(drm);
	spin_unlock(&dev->event_lock);
}

static void set_event_host(struct drm_file *drm,
			   const struct drm_event_host *host, void *data)
{
	struct drm_device *dev = drm->minor->dev;

	spin_lock(&dev->event_lock);
	drm->event_host = host;
	drm->event_data = data;
	spin_unlock(&dev->event_lock);
}

static void devfile_release(struct anon_file *file)
{
	struct devfile *devfile = devfile_of(file);

	set_event_host(devfile->drm, NULL, NULL);
	drm_close(devfile->drm);
	kfree(devfile);
}

static long devfile_ioctl(struct anon_file *file, unsigned int cmd,
			  unsigned long arg)
{
	return drm_ioctl(devfile_of(file)->drm, cmd, arg);
}

static const struct anon_file_ops devfile_ops = {
	.name = "device",
	.release = devfile_release,
	.ioctl = devfile_ioctl,
	.room = devfile_room,
};

struct devfile *to_devfile(struct anon_file *file)
{
	return file && file->ops == &devfile_ops ? devfile_of(file) : NULL;
}

/* Learn what a packet takes, of an fd that nobody has yet. */
static void measure(struct devfile *devfile, int fd)
{
	struct drm_event event = {0};

	if (!atomic_load(&packet_memory) &&
	    !anon_file_send(&devfile->file, &event, sizeof(event))) {
		atomic_store(&packet_memory, anon_file_unread(&devfile->file));
		(void)!recv(fd, &event, sizeof(event), MSG_DONTWAIT);
	}
}

/* Make the fd of an open file, which is taken over. */
static int open_fd(struct drm_file *drm, int oflags)
{
	struct devfile *devfile = kzalloc(sizeof(*devfile), GFP_KERNEL);
	int fd;

	if (!devfile) {
		drm_close(drm);
		return -ENOMEM;
	}
	devfile->oflags = oflags;
	devfile->drm = drm;
	set_event_host(drm, &event_host, devfile);
	fd = anon_file_open(&devfile->file, &devfile_ops);
	if (fd >= 0) {
		measure(devfile, fd);
	}
	return fd;
}

int devfile_open(struct drm_minor *minor, int oflags)
{
	struct drm_file *drm = drm_open(minor);

	return IS_ERR(drm) ? (int)PTR_ERR(drm) : open_fd(drm, oflags);
}

int devfile_give(struct drm_file *drm, struct drm_file *like, bool cloexec)
{
	const struct devfile *devfile = like->event_data;
	int fd = open_fd(drm, devfile->oflags);

	return fd < 0 ? fd : anon_file_install(fd, cloexec);
}
