/* SPDX-License-Identifier: MIT */
/* Looking at vkms' displays. */
#include <stdio.h>

#include "vkms.h"

/* A picture that was replaced while it was composed can be torn: the program
 * may draw into its framebuffer again. Then it is the next one's turn; but one
 * that is slower than the displays has to take what it gets. */
#define TRIES 3

static unsigned int vkms_display_count(struct drm_device *dev)
{
	const struct vkms_device *vkms = dev->dev_private;

	return vkms->nr_outputs;
}

static void vkms_display_name(struct drm_device *dev, unsigned int display,
			      char name[UPRIME_DISPLAY_NAME])
{
	const struct vkms_device *vkms = dev->dev_private;

	snprintf(name, UPRIME_DISPLAY_NAME, "%s",
		 vkms->outputs[display].connector.name);
}

/* What is to be seen, with a reference, or NULL; and when. A display without
 * any plane is on for programs, but there is nothing to be seen. */
static struct vkms_picture *look(struct vkms_output *output,
				 struct uprime_frame *frame)
{
	struct vkms_picture *picture;

	spin_lock(&output->lock);
	frame->on = output->shown && output->shown->nr_layers;
	picture = frame->on ? output->shown : output->last;
	if (picture) {
		vkms_picture_get(picture);
	}
	frame->sequence = output->sequence;
	frame->time_ns = output->shown_time;
	spin_unlock(&output->lock);
	return picture;
}

static int put_frame(const struct vkms_picture *picture,
		     struct uprime_frame *frame)
{
	frame->width = picture->width;
	frame->height = picture->height;
	frame->stride = picture->width * (u32)sizeof(u32);
	frame->refresh_mhz = picture->refresh_mhz;
	if (frame->size < (size_t)frame->stride * frame->height) {
		return -ENOSPC;
	}
	return vkms_compose(picture, frame->pixels, frame->stride);
}

static bool is_replaced(struct vkms_output *output,
			const struct uprime_frame *frame)
{
	bool replaced;

	spin_lock(&output->lock);
	replaced = output->sequence != frame->sequence;
	spin_unlock(&output->lock);
	return replaced;
}

static int vkms_display_frame(struct drm_device *dev, unsigned int display,
			      struct uprime_frame *frame)
{
	struct vkms_device *vkms = dev->dev_private;
	struct vkms_output *output = &vkms->outputs[display];
	int ret;

	for (unsigned int i = 0; i < TRIES; i++) {
		struct vkms_picture *picture = look(output, frame);

		if (!picture) {
			return -ENODATA;
		}
		ret = put_frame(picture, frame);
		vkms_picture_put(picture);
		if (ret || !is_replaced(output, frame)) {
			break;
		}
	}
	return ret;
}

static void vkms_display_watch(struct drm_device *dev,
			       struct uprime_display_watch *watch)
{
	struct vkms_device *vkms = dev->dev_private;

	spin_lock(&vkms->watch_lock);
	list_add_tail(&watch->node, &vkms->watches);
	spin_unlock(&vkms->watch_lock);
}

static void vkms_display_unwatch(struct drm_device *dev,
				 struct uprime_display_watch *watch)
{
	struct vkms_device *vkms = dev->dev_private;

	spin_lock(&vkms->watch_lock);
	list_del_init(&watch->node);
	spin_unlock(&vkms->watch_lock);
}

void vkms_display_changed(struct vkms_output *output)
{
	struct vkms_device *vkms = output->vkms;
	struct uprime_display_watch *watch;

	spin_lock(&vkms->watch_lock);
	list_for_each_entry (watch, &vkms->watches, node) {
		watch->shown(watch, output->index);
	}
	spin_unlock(&vkms->watch_lock);
}

bool vkms_display_is_watched(struct vkms_device *vkms)
{
	bool watched;

	spin_lock(&vkms->watch_lock);
	watched = !list_empty(&vkms->watches);
	spin_unlock(&vkms->watch_lock);
	return watched;
}

const struct uprime_display_ops vkms_display_ops = {
	.count = vkms_display_count,
	.name = vkms_display_name,
	.frame = vkms_display_frame,
	.watch = vkms_display_watch,
	.unwatch = vkms_display_unwatch,
};
