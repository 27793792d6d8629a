/* SPDX-License-Identifier: MIT */
/* What a display is made of, as numbers. Lists are cut to the room there is,
 * and their full lengths are told. */
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"

/* CRTCs, encoders and connectors are bits of masks. */
#define MAX_IDS 32

int drm_give_ids(u64 to, const u32 *ids, u32 nr, u32 *count)
{
	if (copy_to_user(to, ids, min(nr, *count) * sizeof(*ids))) {
		return -EFAULT;
	}
	*count = nr;
	return 0;
}

/* The framebuffers are those of the file. */
static int give_fbs(struct drm_file *file, struct drm_mode_card_res *res)
{
	struct drm_framebuffer *fb;
	u32 nr = 0, *ids;
	int ret = -ENOMEM;

	mutex_lock(&file->fbs_lock);
	list_for_each_entry (fb, &file->fbs, filp_head) {
		nr++;
	}
	ids = kmalloc_array(nr, sizeof(*ids), GFP_KERNEL);
	nr = 0;
	list_for_each_entry (fb, &file->fbs, filp_head) {
		if (ids) {
			ids[nr++] = fb->base.id;
		}
	}
	mutex_unlock(&file->fbs_lock);
	if (ids) {
		ret = drm_give_ids(res->fb_id_ptr, ids, nr, &res->count_fbs);
	}
	kfree(ids);
	return ret;
}

static int give_crtcs(struct drm_device *dev, struct drm_file *file,
		      struct drm_mode_card_res *res)
{
	u32 ids[MAX_IDS], nr = 0;
	struct drm_crtc *crtc;

	drm_for_each_crtc (crtc, dev) {
		if (drm_lease_held(file, crtc->base.id)) {
			ids[nr++] = crtc->base.id;
		}
	}
	return drm_give_ids(res->crtc_id_ptr, ids, nr, &res->count_crtcs);
}

static int give_encoders(struct drm_device *dev, struct drm_mode_card_res *res)
{
	struct drm_encoder *encoder;
	u32 ids[MAX_IDS], nr = 0;

	drm_for_each_encoder (encoder, dev) {
		ids[nr++] = encoder->base.id;
	}
	return drm_give_ids(res->encoder_id_ptr, ids, nr, &res->count_encoders);
}

static int give_connectors(struct drm_device *dev, struct drm_file *file,
			   struct drm_mode_card_res *res)
{
	struct drm_connector *connector;
	u32 ids[MAX_IDS], nr = 0;

	drm_for_each_connector (connector, dev) {
		/* Who does not know better would take it for a display. */
		if (connector->connector_type == DRM_MODE_CONNECTOR_WRITEBACK &&
		    !file->writeback_connectors) {
			continue;
		}
		if (drm_lease_held(file, connector->base.id)) {
			ids[nr++] = connector->base.id;
		}
	}
	return drm_give_ids(res->connector_id_ptr, ids, nr,
			    &res->count_connectors);
}

int drm_mode_getresources_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	const struct drm_mode_config *config = &dev->mode_config;
	struct drm_mode_card_res *res = data;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	ret = give_fbs(file, res);
	if (ret) {
		return ret;
	}
	res->max_height = (u32)config->max_height;
	res->min_height = (u32)config->min_height;
	res->max_width = (u32)config->max_width;
	res->min_width = (u32)config->min_width;
	ret = give_crtcs(dev, file, res);
	if (!ret) {
		ret = give_encoders(dev, res);
	}
	if (!ret) {
		ret = give_connectors(dev, file, res);
	}
	return ret;
}
