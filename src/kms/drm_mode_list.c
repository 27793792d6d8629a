/* SPDX-License-Identifier: MIT */
/* The modes of a connector as lists, under mode_config.mutex. */
#include "internal.h"

void drm_mode_probed_add(struct drm_connector *connector,
			 struct drm_display_mode *mode)
{
	lockdep_assert_held(&connector->dev->mode_config.mutex);
	list_add_tail(&mode->head, &connector->probed_modes);
}

void drm_set_preferred_mode(struct drm_connector *connector, int hpref,
			    int vpref)
{
	struct drm_display_mode *mode;

	list_for_each_entry (mode, &connector->probed_modes, head) {
		if (mode->hdisplay == hpref && mode->vdisplay == vpref) {
			mode->type |= DRM_MODE_TYPE_PREFERRED;
		}
	}
}

void drm_mode_prune_invalid(struct drm_device *dev, struct list_head *modes)
{
	struct drm_display_mode *mode, *next;

	list_for_each_entry_safe (mode, next, modes, head) {
		if (mode->status != MODE_OK) {
			list_del_init(&mode->head);
			drm_mode_destroy(dev, mode);
		}
	}
}

/* The mode of a list that a probed one is. */
static struct drm_display_mode *
find_equal(struct list_head *modes, const struct drm_display_mode *probed)
{
	struct drm_display_mode *mode;

	list_for_each_entry (mode, modes, head) {
		if (drm_mode_equal(probed, mode)) {
			return mode;
		}
	}
	return NULL;
}

void drm_connector_list_update(struct drm_connector *connector)
{
	struct drm_display_mode *probed, *next, *mode;

	lockdep_assert_held(&connector->dev->mode_config.mutex);
	list_for_each_entry_safe (probed, next, &connector->probed_modes,
				  head) {
		list_del_init(&probed->head);
		mode = find_equal(&connector->modes, probed);
		if (!mode) {
			list_add_tail(&probed->head, &connector->modes);
			continue;
		}
		/* One that is left of the last probe becomes the new one. Of
		 * two of this probe the first is kept, but with the timings of
		 * the preferred one, for they can differ a little. */
		if (mode->status == MODE_STALE) {
			drm_mode_copy(mode, probed);
		} else if (!(mode->type & DRM_MODE_TYPE_PREFERRED) &&
			   probed->type & DRM_MODE_TYPE_PREFERRED) {
			probed->type |= mode->type;
			drm_mode_copy(mode, probed);
		} else {
			mode->type |= probed->type;
		}
		drm_mode_destroy(connector->dev, probed);
	}
}

/* Does a come before b? Preferred, then by size, rate and clock. */
static bool is_better(const struct drm_display_mode *a,
		      const struct drm_display_mode *b)
{
	bool a_preferred = a->type & DRM_MODE_TYPE_PREFERRED;
	bool b_preferred = b->type & DRM_MODE_TYPE_PREFERRED;
	u32 a_size = (u32)a->hdisplay * a->vdisplay;
	u32 b_size = (u32)b->hdisplay * b->vdisplay;
	int a_rate = drm_mode_vrefresh(a), b_rate = drm_mode_vrefresh(b);

	if (a_preferred != b_preferred) {
		return a_preferred;
	}
	if (a_size != b_size) {
		return a_size > b_size;
	}
	if (a_rate != b_rate) {
		return a_rate > b_rate;
	}
	return a->clock > b->clock;
}

void drm_mode_sort(struct list_head *modes)
{
	struct drm_display_mode *mode, *next, *at;
	LIST_HEAD(sorted);

	/* Equals stay in their order. */
	list_for_each_entry_safe (mode, next, modes, head) {
		list_del_init(&mode->head);
		list_for_each_entry (at, &sorted, head) {
			if (is_better(mode, at)) {
				break;
			}
		}
		list_add_tail(&mode->head, &at->head);
	}
	while (!list_empty(&sorted)) {
		mode = list_first_entry(&sorted, struct drm_display_mode, head);
		list_del_init(&mode->head);
		list_add_tail(&mode->head, modes);
	}
}
