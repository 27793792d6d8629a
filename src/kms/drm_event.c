/* SPDX-License-Identifier: MIT */
/**
 * DOC: events
 *
 * A program asks for an event, and later reads it from its open device. Room
 * for it is kept from the beginning (drm_file.event_space), so that it can
 * always be sent. Until it is sent it is in the file's list of those under way;
 * if the file goes meanwhile it has no file any more and is freed when it is
 * sent. From then on it is in the list of those to be read, and the file's.
 *
 * With an event a fence can be signalled and a commit be told that it is shown.
 *
 * All of it is guarded by drm_device.event_lock.
 */
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "internal.h"

/* Bytes of events that a file can have at a time. */
#define EVENT_SPACE 4096

void drm_events_init(struct drm_file *file)
{
	INIT_LIST_HEAD(&file->pending_event_list);
	INIT_LIST_HEAD(&file->event_list);
	file->event_space = EVENT_SPACE;
}

void drm_events_release(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_pending_event *event, *next;

	spin_lock(&dev->event_lock);
	list_for_each_entry_safe (event, next, &file->pending_event_list,
				  pending_link) {
		list_del_init(&event->pending_link);
		event->file_priv = NULL;
	}
	list_for_each_entry_safe (event, next, &file->event_list, link) {
		list_del_init(&event->link);
		kfree(event);
	}
	spin_unlock(&dev->event_lock);
}

/* What the program has read since the host was asked last is free again. */
static bool has_room(struct drm_file *file, int length)
{
	int unread;

	if (file->event_space < length && file->event_host) {
		unread =
			min(file->event_host->unread(file), file->event_passed);
		file->event_space += file->event_passed - unread;
		file->event_passed = unread;
	}
	return file->event_space >= length;
}

int drm_event_reserve_init_locked(struct drm_device *dev, struct drm_file *file,
				  struct drm_pending_event *p,
				  struct drm_event *e)
{
	lockdep_assert_held(&dev->event_lock);
	(void)dev;
	if (file && !has_room(file, (int)e->length)) {
		return -ENOMEM;
	}
	p->event = e;
	p->file_priv = file;
	if (file) {
		file->event_space -= (int)e->length;
		list_add(&p->pending_link, &file->pending_event_list);
	}
	return 0;
}

int drm_event_reserve_init(struct drm_device *dev, struct drm_file *file,
			   struct drm_pending_event *p, struct drm_event *e)
{
	int ret;

	spin_lock(&dev->event_lock);
	ret = drm_event_reserve_init_locked(dev, file, p, e);
	spin_unlock(&dev->event_lock);
	return ret;
}

void drm_event_cancel_free(struct drm_device *dev, struct drm_pending_event *p)
{
	spin_lock(&dev->event_lock);
	if (p->file_priv) {
		p->file_priv->event_space += (int)p->event->length;
		list_del_init(&p->pending_link);
	}
	spin_unlock(&dev->event_lock);
	dma_fence_put(p->fence);
	kfree(p);
}

void drm_send_event_locked(struct drm_device *dev, struct drm_pending_event *e,
			   s64 time)
{
	struct drm_pending_event sent = *e;
	struct drm_file *file = e->file_priv;

	lockdep_assert_held(&dev->event_lock);
	(void)dev;
	/* First: who is woken by what follows finds it. */
	if (file) {
		e->fence = NULL;
		list_del_init(&e->pending_link);
		list_add_tail(&e->link, &file->event_list);
		if (file->event_host) {
			file->event_host->ready(file);
		}
	} else {
		kfree(e);
	}
	if (sent.fence) {
		dma_fence_signal_timestamp(sent.fence,
					   time ? time : ktime_get_ns());
		dma_fence_put(sent.fence);
	}
	if (sent.completion_release) {
		sent.completion_release(&sent);
	}
}

struct drm_pending_event *drm_event_first(struct drm_file *file)
{
	return list_empty(&file->event_list)
		       ? NULL
		       : list_first_entry(&file->event_list,
					  struct drm_pending_event, link);
}

void drm_event_pass(struct drm_file *file, struct drm_pending_event *event)
{
	file->event_passed += (int)event->event->length;
	list_del_init(&event->link);
	kfree(event);
}

struct drm_pending_event *drm_event_take(struct drm_file *file, size_t room)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_pending_event *event = NULL;

	/* A device without a display has none. */
	if (!dev->mode_config.hooks) {
		return NULL;
	}
	spin_lock(&dev->event_lock);
	if (!list_empty(&file->event_list)) {
		event = drm_event_first(file);
		if (event->event->length <= room) {
			file->event_space += (int)event->event->length;
			list_del_init(&event->link);
		} else {
			event = NULL;
		}
	}
	spin_unlock(&dev->event_lock);
	return event;
}

/* It could not be given: it is the next one again. */
static void untake(struct drm_file *file, struct drm_pending_event *event)
{
	struct drm_device *dev = file->minor->dev;

	spin_lock(&dev->event_lock);
	file->event_space -= (int)event->event->length;
	list_add(&event->link, &file->event_list);
	spin_unlock(&dev->event_lock);
}

static bool has_events(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	bool has;

	if (!dev->mode_config.hooks) {
		return false;
	}
	spin_lock(&dev->event_lock);
	has = !list_empty(&file->event_list);
	spin_unlock(&dev->event_lock);
	return has;
}

ssize_t drm_read(struct drm_file *file, u64 buffer, size_t count)
{
	struct drm_pending_event *event;
	size_t done = 0, length;

	if (!has_events(file)) {
		return -EAGAIN;
	}
	while ((event = drm_event_take(file, count - done)) != NULL) {
		length = event->event->length;
		if (copy_to_user(buffer + done, event->event, length)) {
			untake(file, event);
			return done ? (ssize_t)done : -EFAULT;
		}
		done += length;
		kfree(event);
	}
	return (ssize_t)done;
}
