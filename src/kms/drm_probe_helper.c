/* SPDX-License-Identifier: MIT */
/**
 * DOC: probing
 *
 * A probe asks the driver whether a display is there and which modes it has,
 * and makes of them the list that programs get: those which the device cannot
 * show are left out, the rest sorted, the best one first. A mode that was in
 * the list before stays the same one.
 *
 * mode_config.mutex guards the list, and is held all the while.
 */
#include <drm/drm_sysfs.h>
#include <linux/err.h>

#include "internal.h"

/* What VESA has when the display says nothing. */
#define FALLBACK_WIDTH	1024
#define FALLBACK_HEIGHT 768
/* What DisplayPort wants of every display. */
#define FAILSAFE_WIDTH	640
#define FAILSAFE_HEIGHT 480

static enum drm_connector_status detect(struct drm_connector *connector,
					bool force)
{
	enum drm_connector_status status = connector_status_connected;

	lockdep_assert_held(&connector->dev->mode_config.mutex);
	if (connector->force) {
		status = connector->force == DRM_FORCE_OFF
				 ? connector_status_disconnected
				 : connector_status_connected;
	} else if (connector->funcs->detect) {
		status = connector->funcs->detect(connector, force);
	}
	if (status != connector->status) {
		connector->epoch_counter++;
	}
	return status;
}

/* No connector here does interlace, double scan or 3D. */
static enum drm_mode_status validate_flags(const struct drm_display_mode *mode)
{
	if (mode->flags & DRM_MODE_FLAG_INTERLACE) {
		return MODE_NO_INTERLACE;
	}
	if (mode->flags & DRM_MODE_FLAG_DBLSCAN) {
		return MODE_NO_DBLESCAN;
	}
	if (mode->flags & DRM_MODE_FLAG_3D_MASK) {
		return MODE_NO_STEREO;
	}
	return MODE_OK;
}

/* Is there an encoder with a CRTC for it? As in the kernel, the last answer
 * counts if there is none. */
static enum drm_mode_status validate_crtcs(struct drm_connector *connector,
					   const struct drm_display_mode *mode)
{
	enum drm_mode_status status = MODE_OK;
	struct drm_encoder *encoder;
	struct drm_crtc *crtc;

	drm_for_each_encoder (encoder, connector->dev) {
		if (!(connector->possible_encoders &
		      drm_encoder_mask(encoder))) {
			continue;
		}
		drm_for_each_crtc (crtc, connector->dev) {
			if (!(encoder->possible_crtcs & drm_crtc_mask(crtc))) {
				continue;
			}
			if (!crtc->helper_private ||
			    !crtc->helper_private->mode_valid) {
				return MODE_OK;
			}
			status = crtc->helper_private->mode_valid(crtc, mode);
			if (status == MODE_OK) {
				return MODE_OK;
			}
		}
	}
	return status;
}

static enum drm_mode_status validate(struct drm_connector *connector,
				     struct drm_display_mode *mode, int max_x,
				     int max_y)
{
	const struct drm_connector_helper_funcs *helper =
		connector->helper_private;
	enum drm_mode_status status =
		drm_mode_validate_driver(connector->dev, mode);

	if (status == MODE_OK) {
		status = drm_mode_validate_size(mode, max_x, max_y);
	}
	if (status == MODE_OK) {
		status = validate_flags(mode);
	}
	if (status == MODE_OK && helper->mode_valid) {
		status = helper->mode_valid(connector, mode);
	}
	if (status == MODE_OK) {
		status = validate_crtcs(connector, mode);
	}
	return status;
}

static int add_modes(struct drm_connector *connector)
{
	int count = connector->helper_private->get_modes(connector);

	if (WARN_ON(count < 0)) {
		count = 0;
	}
	if (!count) {
		count = drm_add_modes_noedid(connector, FALLBACK_WIDTH,
					     FALLBACK_HEIGHT);
		if (connector->connector_type ==
		    DRM_MODE_CONNECTOR_DisplayPort) {
			drm_set_preferred_mode(connector, FAILSAFE_WIDTH,
					       FAILSAFE_HEIGHT);
		}
	}
	return count;
}

static void update_and_validate(struct drm_connector *connector, u32 max_x,
				u32 max_y)
{
	struct drm_display_mode *mode;

	drm_connector_list_update(connector);
	list_for_each_entry (mode, &connector->modes, head) {
		if (mode->status == MODE_OK) {
			mode->status = validate(connector, mode, (int)max_x,
						(int)max_y);
		}
	}
}

int drm_helper_probe_single_connector_modes(struct drm_connector *connector,
					    u32 max_x, u32 max_y)
{
	struct drm_device *dev = connector->dev;
	enum drm_connector_status old_status = connector->status;
	bool is_displayport =
		connector->connector_type == DRM_MODE_CONNECTOR_DisplayPort;
	struct drm_display_mode *mode;
	int count = 0;

	lockdep_assert_held(&dev->mode_config.mutex);
	list_for_each_entry (mode, &connector->modes, head) {
		mode->status = MODE_STALE;
	}
	connector->status = detect(connector, true);
	if (connector->status != old_status &&
	    old_status != connector_status_unknown) {
		connector->untold_change = true;
	}
	if (connector->status == connector_status_disconnected) {
		drm_connector_update_edid_property(connector, NULL, 0);
		drm_mode_prune_invalid(dev, &connector->modes);
	} else {
		count = add_modes(connector);
		if (count) {
			update_and_validate(connector, max_x, max_y);
		}
		drm_mode_prune_invalid(dev, &connector->modes);
		if (list_empty(&connector->modes) && is_displayport) {
			count = drm_add_modes_noedid(connector, FAILSAFE_WIDTH,
						     FAILSAFE_HEIGHT);
			update_and_validate(connector, max_x, max_y);
			drm_mode_prune_invalid(dev, &connector->modes);
		}
	}
	if (list_empty(&connector->modes)) {
		return 0;
	}
	drm_mode_sort(&connector->modes);
	list_for_each_entry (mode, &connector->modes, head) {
		drm_mode_set_crtcinfo(mode, CRTC_INTERLACE_HALVE_V);
	}
	return count;
}

bool drm_connector_detect_changed(struct drm_connector *connector)
{
	struct drm_device *dev = connector->dev;
	u64 before;
	bool changed;

	mutex_lock(&dev->mode_config.mutex);
	before = connector->epoch_counter;
	connector->status = detect(connector, false);
	changed =
		connector->epoch_counter != before || connector->untold_change;
	connector->untold_change = false;
	mutex_unlock(&dev->mode_config.mutex);
	return changed;
}

void drm_kms_helper_hotplug_event(struct drm_device *dev)
{
	drm_sysfs_hotplug_event(dev);
}

void drm_kms_helper_connector_hotplug_event(struct drm_connector *connector)
{
	drm_sysfs_connector_hotplug_event(connector);
}
