/* SPDX-License-Identifier: MIT */
/* The display's file, and what its objects and properties are called. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_CARDS 8
#define MAX_SEEN  64

struct kms_ids ids;
const char *kms_driver = "vkms";

static bool is_driver(int file)
{
	char name[32] = "";
	struct drm_version version = {
		.name = name,
		.name_len = sizeof(name) - 1,
	};

	return !ioctl(file, DRM_IOCTL_VERSION, &version) &&
	       !strcmp(name, kms_driver);
}

int kms_open_other(void)
{
	static int card = -1;

	for (int i = 0; card < 0 && i < MAX_CARDS; i++) {
		int file = open(text("/dev/dri/card%d", i), O_RDWR | O_CLOEXEC);

		if (file >= 0 && is_driver(file)) {
			card = i;
		}
		if (file >= 0) {
			close(file);
		}
	}
	if (card >= 0) {
		int file =
			open(text("/dev/dri/card%d", card), O_RDWR | O_CLOEXEC);

		if (file >= 0) {
			return file;
		}
	}
	errno = ENODEV;
	give_up(kms_driver);
}

int kms_set_cap(int file, uint64_t cap, uint64_t value)
{
	struct drm_set_client_cap set = {.capability = cap, .value = value};

	return ioctl(file, DRM_IOCTL_SET_CLIENT_CAP, &set);
}

static void find_properties(int file, uint32_t object)
{
	uint32_t found[64];
	uint64_t values[64];
	struct drm_mode_obj_get_properties get = {
		.props_ptr = POINTER(found),
		.prop_values_ptr = POINTER(values),
		.count_props = 64,
		.obj_id = object,
		.obj_type = DRM_MODE_OBJECT_ANY,
	};

	if (ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get)) {
		return; /* an encoder */
	}
	for (uint32_t i = 0; i < get.count_props; i++) {
		struct drm_mode_get_property property = {.prop_id = found[i]};
		struct kms_property *to = &ids.property[ids.nr_properties];

		if (ids.nr_properties == KMS_PROPS ||
		    ioctl(file, DRM_IOCTL_MODE_GETPROPERTY, &property)) {
			give_up("GETPROPERTY");
		}
		to->object = object;
		to->id = found[i];
		memcpy(to->name, property.name, sizeof(to->name));
		ids.nr_properties++;
	}
}

static void find_planes(int file)
{
	struct drm_mode_get_plane_res res = {
		.plane_id_ptr = POINTER(ids.plane),
		.count_planes = KMS_MAX,
	};

	if (ioctl(file, DRM_IOCTL_MODE_GETPLANERESOURCES, &res)) {
		give_up("GETPLANERESOURCES");
	}
	ids.nr_planes = res.count_planes;
	for (unsigned int i = 0; i < ids.nr_planes; i++) {
		uint32_t *first[] = {&ids.overlay, &ids.primary, &ids.cursor};
		uint64_t type;

		find_properties(file, ids.plane[i]);
		type = kms_value(file, ids.plane[i], "type");
		if (type < ARRAY_SIZE(first) && !*first[type]) {
			*first[type] = ids.plane[i];
			ids.some_plane[ids.nr_some_planes++] = ids.plane[i];
		}
	}
}

static void find_connectors(int file)
{
	for (unsigned int i = 0; i < ids.nr_connectors; i++) {
		struct drm_mode_get_connector get = {
			.connector_id = ids.connector[i],
		};

		find_properties(file, ids.connector[i]);
		if (ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR, &get)) {
			give_up("GETCONNECTOR");
		}
		if (get.connector_type == DRM_MODE_CONNECTOR_WRITEBACK) {
			ids.writeback = ids.connector[i];
		} else if (!ids.display) {
			ids.display = ids.connector[i];
		}
	}
}

static void find_ids(int file)
{
	struct drm_mode_card_res res = {
		.crtc_id_ptr = POINTER(ids.crtc),
		.connector_id_ptr = POINTER(ids.connector),
		.encoder_id_ptr = POINTER(ids.encoder),
		.count_crtcs = KMS_MAX,
		.count_connectors = KMS_MAX,
		.count_encoders = KMS_MAX,
	};

	if (ioctl(file, DRM_IOCTL_MODE_GETRESOURCES, &res)) {
		give_up("GETRESOURCES");
	}
	ids.nr_crtcs = res.count_crtcs;
	ids.nr_connectors = res.count_connectors;
	ids.nr_encoders = res.count_encoders;
	for (unsigned int i = 0; i < ids.nr_crtcs; i++) {
		find_properties(file, ids.crtc[i]);
	}
	find_planes(file);
	find_connectors(file);
}

/* What a check before this one may have left. */
static void turn_off(int file)
{
	struct request request = {0};

	request_off(&request);
	if (request_commit(file, &request, DRM_MODE_ATOMIC_ALLOW_MODESET, 0)) {
		give_up("turning the display off");
	}
}

static void take_caps(int file)
{
	if (kms_set_cap(file, DRM_CLIENT_CAP_ATOMIC, 1)) {
		give_up("the capability for atomic requests");
	}
	/* Not all drivers have such connectors, but all know of them. */
	kms_set_cap(file, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1);
}

int kms_open(void)
{
	if (!ids.nr_crtcs) {
		int file = kms_open_other();

		take_caps(file);
		find_ids(file);
		turn_off(file);
		close(file);
	}
	return kms_open_other();
}

int kms_open_atomic(void)
{
	int file = kms_open();

	take_caps(file);
	return file;
}

static const char *place_of(const char *kind, uint32_t id, const uint32_t *list,
			    unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (list[i] == id) {
			return text("%s#%u", kind, i + 1);
		}
	}
	return NULL;
}

const char *kms_name(uint32_t id)
{
	static uint32_t seen[MAX_SEEN];
	static unsigned int nr_seen;
	const char *name = place_of("crtc", id, ids.crtc, ids.nr_crtcs);

	if (!id || id == ~0u) {
		return id ? "-1" : "0";
	}
	name = name ? name
		    : place_of("connector", id, ids.connector,
			       ids.nr_connectors);
	name = name ? name
		    : place_of("encoder", id, ids.encoder, ids.nr_encoders);
	name = name ? name : place_of("plane", id, ids.plane, ids.nr_planes);
	name = name ? name : place_of("id", id, seen, nr_seen);
	if (name) {
		return name;
	}
	if (nr_seen == MAX_SEEN) {
		return "one id too many";
	}
	seen[nr_seen++] = id;
	return text("id#%u", nr_seen);
}

uint32_t kms_property(uint32_t object, const char *name)
{
	for (unsigned int i = 0; i < ids.nr_properties; i++) {
		if (ids.property[i].object == object &&
		    !strcmp(ids.property[i].name, name)) {
			return ids.property[i].id;
		}
	}
	return 0;
}

const char *kms_property_name(uint32_t property)
{
	for (unsigned int i = 0; i < ids.nr_properties; i++) {
		if (ids.property[i].id == property) {
			return ids.property[i].name;
		}
	}
	return property ? "property?" : "0";
}

uint64_t kms_value(int file, uint32_t object, const char *name)
{
	uint32_t found[64];
	uint64_t values[64];
	struct drm_mode_obj_get_properties get = {
		.props_ptr = POINTER(found),
		.prop_values_ptr = POINTER(values),
		.count_props = 64,
		.obj_id = object,
		.obj_type = DRM_MODE_OBJECT_ANY,
	};
	uint32_t property = kms_property(object, name);

	if (ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get)) {
		return ~0ull;
	}
	for (uint32_t i = 0; i < get.count_props && i < 64; i++) {
		if (found[i] == property) {
			return values[i];
		}
	}
	return ~0ull;
}

const char *fourcc(uint32_t format)
{
	char letters[5] = "";

	for (int i = 0; i < 4; i++) {
		unsigned char letter = (unsigned char)(format >> (8 * i));

		letters[i] = letter > ' ' && letter < 127 ? (char)letter : '.';
	}
	return format ? text("%s", letters) : "0";
}

void kms_said(const char *what, long ret)
{
	result(what, "%s", err(ret));
}
