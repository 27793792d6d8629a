/* SPDX-License-Identifier: MIT */
/* Properties: which there are, what they say, how they are set. */
#include "kms.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define BAD  ((void *)8)
#define ROOM 64

static const char *flag_names(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} known[] = {
		{DRM_MODE_PROP_PENDING, "pending"},
		{DRM_MODE_PROP_RANGE, "range"},
		{DRM_MODE_PROP_IMMUTABLE, "immutable"},
		{DRM_MODE_PROP_ENUM, "enum"},
		{DRM_MODE_PROP_BLOB, "blob"},
		{DRM_MODE_PROP_BITMASK, "bitmask"},
		{DRM_MODE_PROP_ATOMIC, "atomic"},
	};
	const char *all = "";

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (flags & known[i].flag) {
			all = text("%s %s", all, known[i].name);
			flags &= ~known[i].flag;
		}
	}
	if ((flags & DRM_MODE_PROP_EXTENDED_TYPE) == DRM_MODE_PROP_OBJECT) {
		return text("%s object", all);
	}
	if ((flags & DRM_MODE_PROP_EXTENDED_TYPE) ==
	    DRM_MODE_PROP_SIGNED_RANGE) {
		return text("%s signed", all);
	}
	return flags ? text("%s %#x", all, flags) : all;
}

static bool is_ids(uint32_t flags)
{
	return flags & DRM_MODE_PROP_BLOB ||
	       (flags & DRM_MODE_PROP_EXTENDED_TYPE) == DRM_MODE_PROP_OBJECT;
}

static const char *kind_of(uint64_t type)
{
	switch (type) {
	case DRM_MODE_OBJECT_CRTC:
		return "crtc";
	case DRM_MODE_OBJECT_FB:
		return "fb";
	case DRM_MODE_OBJECT_ANY:
		return "any";
	default:
		return text("%#llx", (unsigned long long)type);
	}
}

static void describe(int file, const char *of, uint32_t id, uint64_t value)
{
	uint64_t values[ROOM] = {0};
	struct drm_mode_property_enum enums[ROOM];
	struct drm_mode_get_property get = {
		.prop_id = id,
		.values_ptr = POINTER(values),
		.enum_blob_ptr = POINTER(enums),
		.count_values = ROOM,
		.count_enum_blobs = ROOM,
	};
	const char *answer, *list = "";

	memset(enums, 0, sizeof(enums));
	answer = err(ioctl(file, DRM_IOCTL_MODE_GETPROPERTY, &get));
	if (!(get.flags & (DRM_MODE_PROP_ENUM | DRM_MODE_PROP_BITMASK |
			   DRM_MODE_PROP_BLOB))) {
		/* Not written to. */
		get.count_enum_blobs -= ROOM;
	}
	for (uint32_t i = 0; i < get.count_values && i < ROOM; i++) {
		list = is_ids(get.flags)
			       ? text("%s %s", list, kind_of(values[i]))
			       : text("%s %lld", list, (long long)values[i]);
	}
	for (uint32_t i = 0; i < get.count_enum_blobs && i < ROOM; i++) {
		list = text("%s %lld='%s'", list, (long long)enums[i].value,
			    enums[i].name);
	}
	result(text("%s '%s'", of, get.name),
	       "%s, is %s,%s, %u values, %u names:%s", answer,
	       is_ids(get.flags) ? kms_name((uint32_t)value)
				 : text("%lld", (long long)value),
	       flag_names(get.flags), get.count_values, get.count_enum_blobs,
	       list);
}

static void properties_of(int file, const char *when, uint32_t object)
{
	uint32_t props[ROOM];
	uint64_t values[ROOM];
	struct drm_mode_obj_get_properties get = {
		.props_ptr = POINTER(props),
		.prop_values_ptr = POINTER(values),
		.count_props = ROOM,
		.obj_id = object,
		.obj_type = DRM_MODE_OBJECT_ANY,
	};
	const char *answer =
		err(ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get));
	char name[64];

	snprintf(name, sizeof(name), "%s, %s", when, kms_name(object));
	result(name, "%s, %u properties", answer, get.count_props);
	if (strcmp(answer, "0")) {
		return;
	}
	for (uint32_t i = 0; i < get.count_props && i < ROOM; i++) {
		describe(file, name, props[i], values[i]);
	}
}

static void all_of(int file, const char *when)
{
	for (unsigned int i = 0; i < ids.nr_crtcs; i++) {
		properties_of(file, when, ids.crtc[i]);
	}
	for (unsigned int i = 0; i < ids.nr_some_planes; i++) {
		properties_of(file, when, ids.some_plane[i]);
	}
	for (unsigned int i = 0; i < ids.nr_connectors; i++) {
		properties_of(file, when, ids.connector[i]);
	}
	properties_of(file, when, ids.encoder[0]);
}

static void all(void)
{
	int file = kms_open(), atomic = kms_open_other();

	all_of(file, "plain");
	kms_set_cap(atomic, DRM_CLIENT_CAP_ATOMIC, 1);
	kms_set_cap(atomic, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1);
	all_of(atomic, "atomic");
}

static void of_a_picture(void)
{
	int file = kms_open_atomic();

	kms_light(file);
	properties_of(file, "lit", ids.crtc[0]);
	properties_of(file, "lit", ids.primary);
	properties_of(file, "lit", ids.display);
}

/* Which formats go with which modifiers. */
static void in_formats(void)
{
	int file = kms_open_atomic();

	for (unsigned int i = 0; i < ids.nr_some_planes; i++) {
		union {
			struct drm_format_modifier_blob head;
			char bytes[4096];
			uint32_t words[1024];
		} blob = {.bytes = {0}};
		struct drm_mode_get_blob get = {
			.blob_id = (uint32_t)kms_value(file, ids.some_plane[i],
						       "IN_FORMATS"),
			.data = POINTER(&blob),
		};
		const char *list = "", *name = kms_name(ids.some_plane[i]),
			   *answer;
		const struct drm_format_modifier *modifiers;

		if (!kms_property(ids.some_plane[i], "IN_FORMATS")) {
			result(name, "no IN_FORMATS");
			continue;
		}
		/* The bytes come only into room of just their size. */
		ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &get);
		get.length %= sizeof(blob);
		answer = err(ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &get));
		result(text("%s, IN_FORMATS", name), "%s, %u bytes", answer,
		       get.length);
		modifiers = (void *)(blob.bytes + blob.head.modifiers_offset);
		for (uint32_t j = 0; j < blob.head.count_formats && j < ROOM;
		     j++) {
			list = text(
				"%s %s", list,
				fourcc(blob.words[blob.head.formats_offset / 4 +
						  j]));
		}
		result(text("%s, IN_FORMATS", name),
		       "version %u flags %u, %u formats at %u:%s, %u modifiers "
		       "at %u",
		       blob.head.version, blob.head.flags,
		       blob.head.count_formats, blob.head.formats_offset, list,
		       blob.head.count_modifiers, blob.head.modifiers_offset);
		for (uint32_t j = 0; j < blob.head.count_modifiers && j < 8;
		     j++) {
			result(text("%s, modifier %u", name, j),
			       "%#llx for %#llx from %u",
			       (unsigned long long)modifiers[j].modifier,
			       (unsigned long long)modifiers[j].formats,
			       modifiers[j].offset);
		}
	}
}

static void arrays(void)
{
	int file = kms_open();
	uint32_t dpms = kms_property(ids.display, "DPMS");

	for (uint32_t room = 0; room <= 5; room++) {
		uint64_t values[ROOM] = {0};
		uint32_t props[ROOM] = {0};
		struct drm_mode_property_enum enums[ROOM] = {{0}};
		struct drm_mode_get_property get = {
			.prop_id = dpms,
			.values_ptr = POINTER(values),
			.enum_blob_ptr = POINTER(enums),
			.count_values = room,
			.count_enum_blobs = room,
		};
		struct drm_mode_obj_get_properties list = {
			.props_ptr = POINTER(props),
			.prop_values_ptr = POINTER(values),
			.count_props = room,
			.obj_id = ids.display,
			.obj_type = DRM_MODE_OBJECT_CONNECTOR,
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_MODE_GETPROPERTY, &get));

		result(text("GETPROPERTY, room for %u", room),
		       "%s, %u values, %u names, last '%s'", answer,
		       get.count_values, get.count_enum_blobs, enums[3].name);
		get.count_values = room;
		get.values_ptr = POINTER(BAD);
		get.count_enum_blobs = room;
		result(text("GETPROPERTY, bad values, room for %u", room), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETPROPERTY, &get)));
		get.count_values = 0;
		get.enum_blob_ptr = POINTER(BAD);
		get.count_enum_blobs = room;
		result(text("GETPROPERTY, bad names, room for %u", room), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETPROPERTY, &get)));
		memset(props, 0, sizeof(props));
		answer = err(
			ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &list));
		result(text("OBJ_GETPROPERTIES, room for %u", room),
		       "%s, %u, first %s", answer, list.count_props,
		       kms_property_name(props[0]));
		list.count_props = room;
		list.props_ptr = POINTER(BAD);
		result(text("OBJ_GETPROPERTIES, bad ids, room for %u", room),
		       "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES,
				 &list)));
		list.count_props = room;
		list.props_ptr = POINTER(props);
		list.prop_values_ptr = POINTER(BAD);
		result(text("OBJ_GETPROPERTIES, bad values, room for %u", room),
		       "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES,
				 &list)));
	}
}

static int get_as(int file, uint32_t object, uint32_t type)
{
	struct drm_mode_obj_get_properties get = {
		.obj_id = object,
		.obj_type = type,
	};

	return ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get);
}

static void kinds(void)
{
	static const uint32_t types[] = {
		DRM_MODE_OBJECT_ANY,	   DRM_MODE_OBJECT_CRTC,
		DRM_MODE_OBJECT_CONNECTOR, DRM_MODE_OBJECT_ENCODER,
		DRM_MODE_OBJECT_MODE,	   DRM_MODE_OBJECT_PROPERTY,
		DRM_MODE_OBJECT_FB,	   DRM_MODE_OBJECT_BLOB,
		DRM_MODE_OBJECT_PLANE,	   77,
	};
	int file = kms_open();
	uint32_t fb = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	uint32_t blob = kms_blob(file, "x", 1);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		result(text("as type %#x", types[i]),
		       "crtc %s, connector %s, encoder %s, plane %s, fb %s, "
		       "blob %s, property %s, 0 %s",
		       err(get_as(file, ids.crtc[0], types[i])),
		       err(get_as(file, ids.display, types[i])),
		       err(get_as(file, ids.encoder[0], types[i])),
		       err(get_as(file, ids.primary, types[i])),
		       err(get_as(file, fb, types[i])),
		       err(get_as(file, blob, types[i])),
		       err(get_as(file, kms_property(ids.display, "DPMS"),
				  types[i])),
		       err(get_as(file, 0, types[i])));
	}
}

static int set_of(int file, uint32_t object, uint32_t type, uint32_t property,
		  uint64_t value)
{
	struct drm_mode_obj_set_property set = {
		.value = value,
		.prop_id = property,
		.obj_id = object,
		.obj_type = type,
	};

	return ioctl(file, DRM_IOCTL_MODE_OBJ_SETPROPERTY, &set);
}

static int set_named(int file, uint32_t object, const char *name,
		     uint64_t value)
{
	return set_of(file, object, DRM_MODE_OBJECT_ANY,
		      kms_property(object, name), value);
}

static const char *state(int file)
{
	return text("dpms %d, active %d",
		    (int)kms_value(file, ids.display, "DPMS"),
		    (int)kms_value(file, ids.crtc[0], "ACTIVE"));
}

static void dpms(void)
{
	static const uint64_t values[] = {0, 1, 2, 3, 4, ~0ull, 0};
	int file = kms_open_atomic();
	struct drm_mode_connector_set_property set = {
		.prop_id = kms_property(ids.display, "DPMS"),
		.connector_id = ids.display,
	};

	for (int lit = 0; lit < 2; lit++) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			result(text("%s, DPMS to %d", lit ? "lit" : "dark",
				    (int)values[i]),
			       "%s",
			       err(set_named(file, ids.display, "DPMS",
					     values[i])));
			result("then", "%s, %s", state(file),
			       kms_crtc_state(file));
		}
		kms_light(file);
		result("lit", "%s, %s", state(file), kms_crtc_state(file));
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		set.value = values[i];
		result(text("SETPROPERTY of DPMS to %d", (int)values[i]), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_SETPROPERTY, &set)));
		result("then", "%s", state(file));
	}
	/* A modeset turns it on again. */
	set_named(file, ids.display, "DPMS", DRM_MODE_DPMS_OFF);
	result("off", "%s, %s", state(file), kms_crtc_state(file));
	kms_light(file);
	result("and SETCRTC", "%s, %s", state(file), kms_crtc_state(file));
	set_named(file, ids.display, "DPMS", DRM_MODE_DPMS_OFF);
	kms_set_crtc(file, 0);
	result("off, and no CRTC", "%s, %s", state(file), kms_crtc_state(file));
	set_named(file, ids.display, "DPMS", DRM_MODE_DPMS_ON);
	result("on, with no CRTC", "%s, %s", state(file), kms_crtc_state(file));
}

static void set_wrong(void)
{
	int file = kms_open_atomic(), other = kms_open_other();
	uint32_t dpms_of = kms_property(ids.display, "DPMS");
	uint32_t any = DRM_MODE_OBJECT_ANY;
	uint32_t fb = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	struct drm_mode_connector_set_property set = {.value = 0};

	result("no such object", "%s", err(set_of(file, 0, any, dpms_of, 0)));
	result("object -1", "%s", err(set_of(file, ~0u, any, dpms_of, 0)));
	result("no such property", "%s",
	       err(set_of(file, ids.display, any, 0, 0)));
	result("an object for a property", "%s",
	       err(set_of(file, ids.display, any, ids.display, 0)));
	result("neither", "%s", err(set_of(file, 0, any, 0, 0)));
	result("another object's property", "%s",
	       err(set_of(file, ids.crtc[0], any, dpms_of, 0)));
	result("as a CRTC", "%s",
	       err(set_of(file, ids.display, DRM_MODE_OBJECT_CRTC, dpms_of,
			  0)));
	result("as a connector", "%s",
	       err(set_of(file, ids.display, DRM_MODE_OBJECT_CONNECTOR, dpms_of,
			  0)));
	result("a framebuffer's", "%s", err(set_of(file, fb, any, dpms_of, 0)));
	result("an encoder's", "%s",
	       err(set_of(file, ids.encoder[0], any, dpms_of, 0)));
	result("by another file", "%s",
	       err(set_of(other, ids.display, any, dpms_of, 0)));
	result("nothing by another file", "%s",
	       err(set_of(other, 0, any, 0, 0)));
	set.prop_id = dpms_of;
	set.connector_id = ids.crtc[0];
	result("SETPROPERTY of a CRTC", "%s",
	       err(ioctl(file, DRM_IOCTL_MODE_SETPROPERTY, &set)));
	set.connector_id = 0;
	result("SETPROPERTY of nothing", "%s",
	       err(ioctl(file, DRM_IOCTL_MODE_SETPROPERTY, &set)));
	result("type", "%s",
	       err(set_named(file, ids.primary, "type", PRIMARY)));
	result("another type", "%s",
	       err(set_named(file, ids.primary, "type", CURSOR)));
	result("IN_FORMATS", "%s",
	       err(set_named(file, ids.primary, "IN_FORMATS", 0)));
	result("EDID", "%s", err(set_named(file, ids.display, "EDID", 0)));
	result("non-desktop", "%s",
	       err(set_named(file, ids.display, "non-desktop", 1)));
	result("TILE", "%s", err(set_named(file, ids.display, "TILE", 0)));
	result("link-status 1", "%s",
	       err(set_named(file, ids.display, "link-status", 1)));
	result("link-status 0", "%s",
	       err(set_named(file, ids.display, "link-status", 0)));
	result("link-status 2", "%s",
	       err(set_named(file, ids.display, "link-status", 2)));
	result("CRTC_ID of the connector", "%s",
	       err(set_named(file, ids.display, "CRTC_ID", ids.crtc[0])));
	result("CRTC_ID of the plane", "%s",
	       err(set_named(file, ids.primary, "CRTC_ID", ids.crtc[0])));
	result("CRTC_ID 0 of the plane", "%s",
	       err(set_named(file, ids.primary, "CRTC_ID", 0)));
	result("FB_ID of the plane", "%s",
	       err(set_named(file, ids.primary, "FB_ID", fb)));
	result("SRC_W of the plane", "%s",
	       err(set_named(file, ids.primary, "SRC_W", 64 << 16)));
	result("ACTIVE", "%s", err(set_named(file, ids.crtc[0], "ACTIVE", 1)));
	result("ACTIVE 2", "%s",
	       err(set_named(file, ids.crtc[0], "ACTIVE", 2)));
	result("MODE_ID 0", "%s",
	       err(set_named(file, ids.crtc[0], "MODE_ID", 0)));
	result("MODE_ID of a framebuffer", "%s",
	       err(set_named(file, ids.crtc[0], "MODE_ID", fb)));
}

/* By the legacy call on a display that shows something. */
static void set_lit(void)
{
	int file = kms_open_atomic();
	uint32_t fb = kms_light(file);

	result("ACTIVE 0", "%s",
	       err(set_named(file, ids.crtc[0], "ACTIVE", 0)));
	result("then", "%s, %s", state(file), kms_crtc_state(file));
	result("ACTIVE 1", "%s",
	       err(set_named(file, ids.crtc[0], "ACTIVE", 1)));
	result("then", "%s, %s", state(file), kms_crtc_state(file));
	result("FB_ID", "%s", err(set_named(file, ids.primary, "FB_ID", fb)));
	result("CRTC_X 5", "%s",
	       err(set_named(file, ids.primary, "CRTC_X", 5)));
	result("SRC_X 5", "%s",
	       err(set_named(file, ids.primary, "SRC_X", 5 << 16)));
	result("FB_ID 0", "%s", err(set_named(file, ids.primary, "FB_ID", 0)));
	result("MODE_ID 0", "%s",
	       err(set_named(file, ids.crtc[0], "MODE_ID", 0)));
	result("CRTC_ID 0 of the connector", "%s",
	       err(set_named(file, ids.display, "CRTC_ID", 0)));
	result("then", "%s, %s", state(file), kms_crtc_state(file));
}

static void rotation(void)
{
	int file = kms_open_atomic();

	const uint32_t planes[] = {ids.primary, ids.overlay, ids.cursor};

	for (size_t i = 0; i < ARRAY_SIZE(planes); i++) {
		const char *name = kms_name(planes[i]);

		for (uint64_t value = 0; value < 128;
		     value += value < 4 ? 1 : 13) {
			const char *answer = err(
				set_named(file, planes[i], "rotation", value));

			result(text("%s, rotation %u", name,
				    (unsigned int)value),
			       "%s, is %d", answer,
			       (int)kms_value(file, planes[i], "rotation"));
		}
		set_named(file, planes[i], "rotation", DRM_MODE_ROTATE_0);
	}
}

static const struct check checks[] = {
	{.name = "all", .run = all},
	{.name = "of-a-picture", .run = of_a_picture},
	{.name = "in-formats", .run = in_formats},
	{.name = "arrays", .run = arrays},
	{.name = "kinds", .run = kinds, .generic = true},
	{.name = "dpms", .run = dpms},
	{.name = "set-wrong", .run = set_wrong},
	{.name = "set-lit", .run = set_lit},
	{.name = "rotation", .run = rotation},
	{0},
};

const struct subject kms_property_subject = {
	.name = "property",
	.checks = checks,
};
