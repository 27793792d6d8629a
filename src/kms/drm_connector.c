/* SPDX-License-Identifier: MIT */
/**
 * DOC: connectors
 *
 * A connector has its number from drm_connector_init() on, but programs find
 * it only once its device is registered. It is counted since states refer to
 * it: those in which it has a CRTC.
 */
#include <linux/err.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define MAX_CONNECTORS 32 /* masks have a bit for each */

static const char *const type_names[] = {
	[DRM_MODE_CONNECTOR_Unknown] = "Unknown",
	[DRM_MODE_CONNECTOR_VGA] = "VGA",
	[DRM_MODE_CONNECTOR_DVII] = "DVI-I",
	[DRM_MODE_CONNECTOR_DVID] = "DVI-D",
	[DRM_MODE_CONNECTOR_DVIA] = "DVI-A",
	[DRM_MODE_CONNECTOR_Composite] = "Composite",
	[DRM_MODE_CONNECTOR_SVIDEO] = "SVIDEO",
	[DRM_MODE_CONNECTOR_LVDS] = "LVDS",
	[DRM_MODE_CONNECTOR_Component] = "Component",
	[DRM_MODE_CONNECTOR_9PinDIN] = "DIN",
	[DRM_MODE_CONNECTOR_DisplayPort] = "DP",
	[DRM_MODE_CONNECTOR_HDMIA] = "HDMI-A",
	[DRM_MODE_CONNECTOR_HDMIB] = "HDMI-B",
	[DRM_MODE_CONNECTOR_TV] = "TV",
	[DRM_MODE_CONNECTOR_eDP] = "eDP",
	[DRM_MODE_CONNECTOR_VIRTUAL] = "Virtual",
	[DRM_MODE_CONNECTOR_DSI] = "DSI",
	[DRM_MODE_CONNECTOR_DPI] = "DPI",
	[DRM_MODE_CONNECTOR_WRITEBACK] = "Writeback",
	[DRM_MODE_CONNECTOR_SPI] = "SPI",
	[DRM_MODE_CONNECTOR_USB] = "USB",
};

/* The numbers of connectors by type, "Virtual-1": those of all devices are
 * told apart. */
static DEFINE_MUTEX(type_ids_lock);
static struct idr type_ids[ARRAY_SIZE(type_names)]; /* type_ids_lock */

static const struct drm_prop_enum_list dpms_names[] = {
	{DRM_MODE_DPMS_ON, "On"},
	{DRM_MODE_DPMS_STANDBY, "Standby"},
	{DRM_MODE_DPMS_SUSPEND, "Suspend"},
	{DRM_MODE_DPMS_OFF, "Off"},
};

static const struct drm_prop_enum_list link_status_names[] = {
	{DRM_MODE_LINK_STATUS_GOOD, "Good"},
	{DRM_MODE_LINK_STATUS_BAD, "Bad"},
};

int drm_connector_create_standard_properties(struct drm_device *dev)
{
	const u32 fixed_blob = DRM_MODE_PROP_BLOB | DRM_MODE_PROP_IMMUTABLE;
	struct drm_mode_config *config = &dev->mode_config;

	/* Those after one that could not be made can be made or not. */
	config->edid_property = drm_property_create(dev, fixed_blob, "EDID", 0);
	config->dpms_property = drm_property_create_enum(
		dev, 0, "DPMS", dpms_names, ARRAY_SIZE(dpms_names));
	config->path_property = drm_property_create(dev, fixed_blob, "PATH", 0);
	config->tile_property = drm_property_create(dev, fixed_blob, "TILE", 0);
	config->link_status_property = drm_property_create_enum(
		dev, 0, "link-status", link_status_names,
		ARRAY_SIZE(link_status_names));
	config->non_desktop_property = drm_property_create_bool(
		dev, DRM_MODE_PROP_IMMUTABLE, "non-desktop");
	config->hdr_output_metadata_property = drm_property_create(
		dev, DRM_MODE_PROP_BLOB, "HDR_OUTPUT_METADATA", 0);
	return config->edid_property && config->dpms_property &&
			       config->path_property && config->tile_property &&
			       config->link_status_property &&
			       config->non_desktop_property &&
			       config->hdr_output_metadata_property
		       ? 0
		       : -ENOMEM;
}

/* The lowest free number of a type. -ENOMEM, -ENOSPC. */
static int type_id_get(int type)
{
	struct idr *ids = &type_ids[type];
	int id;

	mutex_lock(&type_ids_lock);
	if (!ids->base) {
		idr_init(ids, 1);
	}
	id = idr_alloc(ids, ids);
	mutex_unlock(&type_ids_lock);
	return id;
}

static void type_id_put(int type, int id)
{
	mutex_lock(&type_ids_lock);
	idr_remove(&type_ids[type], (u32)id);
	if (idr_is_empty(&type_ids[type])) {
		idr_destroy(&type_ids[type]);
	}
	mutex_unlock(&type_ids_lock);
}

static void connector_free(struct kref *kref)
{
	struct drm_connector *connector =
		container_of(kref, struct drm_connector, base.refcount);

	drm_mode_object_unregister(connector->dev, &connector->base);
	connector->funcs->destroy(connector);
}

void drm_connector_attach_edid_property(struct drm_connector *connector)
{
	drm_object_attach_property(
		&connector->base, connector->dev->mode_config.edid_property, 0);
}

int drm_connector_init(struct drm_device *dev, struct drm_connector *connector,
		       const struct drm_connector_funcs *funcs,
		       int connector_type)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret;

	if (WARN_ON(config->num_connector >= MAX_CONNECTORS) ||
	    WARN_ON((size_t)connector_type >= ARRAY_SIZE(type_names))) {
		return -EINVAL;
	}
	ret = drm_mode_object_add_counted(dev, &connector->base,
					  DRM_MODE_OBJECT_CONNECTOR, false,
					  connector_free);
	if (ret) {
		return ret;
	}
	connector->base.properties = &connector->properties;
	connector->dev = dev;
	connector->funcs = funcs;
	ret = type_id_get(connector_type);
	if (ret < 0) {
		drm_mode_object_unregister(dev, &connector->base);
		return ret;
	}
	connector->index = (unsigned int)config->num_connector++;
	connector->connector_type = connector_type;
	connector->connector_type_id = ret;
	snprintf(connector->name, sizeof(connector->name), "%s-%d",
		 type_names[connector_type], connector->connector_type_id);
	INIT_LIST_HEAD(&connector->modes);
	INIT_LIST_HEAD(&connector->probed_modes);
	connector->status = connector_status_unknown;
	list_add_tail(&connector->head, &config->connector_list);

	if (connector_type != DRM_MODE_CONNECTOR_VIRTUAL &&
	    connector_type != DRM_MODE_CONNECTOR_WRITEBACK) {
		drm_connector_attach_edid_property(connector);
	}
	drm_object_attach_property(&connector->base, config->dpms_property, 0);
	drm_object_attach_property(&connector->base,
				   config->link_status_property, 0);
	drm_object_attach_property(&connector->base,
				   config->non_desktop_property, 0);
	drm_object_attach_property(&connector->base, config->tile_property, 0);
	drm_object_attach_property(&connector->base, config->prop_crtc_id, 0);
	return 0;
}

static void free_modes(struct drm_connector *connector, struct list_head *modes)
{
	struct drm_display_mode *mode, *next;

	list_for_each_entry_safe (mode, next, modes, head) {
		list_del_init(&mode->head);
		drm_mode_destroy(connector->dev, mode);
	}
}

void drm_connector_cleanup(struct drm_connector *connector)
{
	struct drm_mode_config *config = &connector->dev->mode_config;

	WARN_ON(connector->registration_state == DRM_CONNECTOR_REGISTERED);
	free_modes(connector, &connector->probed_modes);
	free_modes(connector, &connector->modes);
	if (connector->state) {
		connector->funcs->atomic_destroy_state(connector,
						       connector->state);
	}
	drm_property_blob_put(connector->edid_blob_ptr);
	type_id_put(connector->connector_type, connector->connector_type_id);
	drm_mode_object_unregister(connector->dev, &connector->base);
	list_del_init(&connector->head);
	config->num_connector--;
	memset(connector, 0, sizeof(*connector));
}

void drm_connector_register_all(struct drm_device *dev)
{
	struct drm_connector *connector;

	drm_for_each_connector (connector, dev) {
		connector->registration_state = DRM_CONNECTOR_REGISTERED;
		drm_mode_object_register(dev, &connector->base);
	}
}

void drm_connector_unregister_all(struct drm_device *dev)
{
	struct drm_connector *connector;

	drm_for_each_connector (connector, dev) {
		connector->registration_state = DRM_CONNECTOR_UNREGISTERED;
	}
}

int drm_connector_attach_encoder(struct drm_connector *connector,
				 struct drm_encoder *encoder)
{
	/* Which one it uses is the core's to say. */
	if (WARN_ON(connector->encoder)) {
		return -EINVAL;
	}
	connector->possible_encoders |= drm_encoder_mask(encoder);
	return 0;
}

void drm_connector_get(struct drm_connector *connector)
{
	drm_mode_object_get(&connector->base);
}

void drm_connector_put(struct drm_connector *connector)
{
	drm_mode_object_put(&connector->base);
}

const char *drm_get_connector_status_name(enum drm_connector_status status)
{
	switch (status) {
	case connector_status_connected:
		return "connected";
	case connector_status_disconnected:
		return "disconnected";
	default:
		return "unknown";
	}
}
