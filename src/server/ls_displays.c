/* SPDX-License-Identifier: MIT */
/* The displays of a device, and who is its master, as JSON. What is shown is
 * looked at under mode_config.mutex, without anything else. */
#include <drm/drm_atomic.h>
#include <drm/drm_connector.h>
#include <drm/drm_crtc.h>
#include <drm/drm_drv.h>
#include <json-c/json.h>

#include "internal.h"

static struct json_object *describe_mode(const struct drm_display_mode *mode)
{
	struct json_object *json = json_object_new_object();
	s64 pixels = (s64)mode->htotal * mode->vtotal;

	json_object_object_add(json, "width",
			       json_object_new_int(mode->hdisplay));
	json_object_object_add(json, "height",
			       json_object_new_int(mode->vdisplay));
	json_object_object_add(
		json, "refresh",
		json_object_new_double(
			pixels ? 1000.0 * mode->clock / (double)pixels : 0));
	return json;
}

/* The mode it is shown in; NULL: it is off. */
static struct json_object *mode_of(const struct drm_connector *connector)
{
	const struct drm_crtc *crtc =
		connector->state ? connector->state->crtc : NULL;

	return crtc && crtc->state && crtc->state->active
		       ? describe_mode(&crtc->state->mode)
		       : NULL;
}

static struct json_object *
describe_connector(const struct drm_connector *connector)
{
	struct json_object *json = json_object_new_object();
	struct json_object *modes = json_object_new_array();
	const struct drm_display_mode *mode;

	json_object_object_add(json, "connector",
			       json_object_new_string(connector->name));
	json_object_object_add(json, "id",
			       json_object_new_int64(connector->base.id));
	json_object_object_add(
		json, "status",
		json_object_new_string(
			drm_get_connector_status_name(connector->status)));
	json_object_object_add(json, "mode", mode_of(connector));
	list_for_each_entry (mode, &connector->modes, head) {
		json_object_array_add(modes, describe_mode(mode));
	}
	json_object_object_add(json, "modes", modes);
	return json;
}

struct json_object *ls_displays(const struct server_device *device)
{
	struct drm_device *dev = device->dev;
	struct json_object *displays;
	struct drm_connector *connector;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return NULL;
	}
	displays = json_object_new_array();
	mutex_lock(&dev->mode_config.mutex);
	drm_for_each_connector (connector, dev) {
		if (connector->connector_type != DRM_MODE_CONNECTOR_WRITEBACK) {
			json_object_array_add(displays,
					      describe_connector(connector));
		}
	}
	mutex_unlock(&dev->mode_config.mutex);
	return displays;
}

struct json_object *ls_master(const struct server_device *device)
{
	struct drm_device *dev = device->dev;
	const struct drm_file *file;
	pid_t pid = 0;

	mutex_lock(&dev->filelist_mutex);
	mutex_lock(&dev->master_mutex);
	list_for_each_entry (file, &dev->filelist, node) {
		if (file->is_master && file->master == dev->master) {
			pid = file->pid;
		}
	}
	mutex_unlock(&dev->master_mutex);
	mutex_unlock(&dev->filelist_mutex);
	return pid ? ls_process(pid) : NULL;
}
