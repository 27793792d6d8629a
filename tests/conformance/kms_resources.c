/* SPDX-License-Identifier: MIT */
/* Which objects there are, and what each says of itself. */
#include "kms.h"
#include "arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define BAD  ((void *)8)
#define ROOM 64

static const char *names(const uint32_t *list, uint32_t count)
{
	const char *all = "";

	for (uint32_t i = 0; i < count && i < ROOM; i++) {
		all = text("%s %s", all, kms_name(list[i]));
	}
	return *all ? all : " none";
}

static void resources_of(const char *who, int file)
{
	uint32_t crtcs[ROOM] = {0}, connectors[ROOM] = {0},
		 encoders[ROOM] = {0}, fbs[ROOM] = {0};
	struct drm_mode_card_res res = {
		.crtc_id_ptr = POINTER(crtcs),
		.connector_id_ptr = POINTER(connectors),
		.encoder_id_ptr = POINTER(encoders),
		.fb_id_ptr = POINTER(fbs),
		.count_crtcs = ROOM,
		.count_connectors = ROOM,
		.count_encoders = ROOM,
		.count_fbs = ROOM,
	};
	const char *answer =
		err(ioctl(file, DRM_IOCTL_MODE_GETRESOURCES, &res));

	result(text("%s, GETRESOURCES", who),
	       "%s, %u crtcs, %u connectors, %u encoders, %u fbs, sizes %u-%u "
	       "x %u-%u",
	       answer, res.count_crtcs, res.count_connectors,
	       res.count_encoders, res.count_fbs, res.min_width, res.max_width,
	       res.min_height, res.max_height);
	result(text("%s, objects", who), "%s,%s,%s, fbs%s",
	       names(crtcs, res.count_crtcs),
	       names(connectors, res.count_connectors),
	       names(encoders, res.count_encoders), names(fbs, res.count_fbs));
}

static void planes_of(const char *who, int file)
{
	uint32_t planes[ROOM] = {0};
	struct drm_mode_get_plane_res res = {
		.plane_id_ptr = POINTER(planes),
		.count_planes = ROOM,
	};
	const char *answer =
		err(ioctl(file, DRM_IOCTL_MODE_GETPLANERESOURCES, &res));

	result(text("%s, GETPLANERESOURCES", who), "%s, %u:%s", answer,
	       res.count_planes, names(planes, res.count_planes));
}

static void lists(void)
{
	int file = kms_open(), atomic = kms_open_other(), fb;

	resources_of("plain", file);
	planes_of("plain", file);
	kms_set_cap(file, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1);
	planes_of("universal", file);
	kms_set_cap(atomic, DRM_CLIENT_CAP_ATOMIC, 1);
	resources_of("atomic, no master", atomic);
	kms_set_cap(atomic, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1);
	resources_of("with writeback", atomic);
	fb = (int)kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	resources_of("with framebuffers", file);
	resources_of("another file", atomic);
	kms_remove_fb(file, (uint32_t)fb);
	resources_of("one removed", file);
}

/* An array that is short is left alone, or is it filled as far as it goes? */
static void short_lists(void)
{
	int file = kms_open();

	kms_set_cap(file, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1);
	for (unsigned int i = 0; i < 4; i++) {
		kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	}
	for (uint32_t room = 0; room <= 5; room++) {
		uint32_t fbs[8] = {0}, crtcs[8] = {0}, planes[8] = {0};
		struct drm_mode_card_res res = {
			.fb_id_ptr = POINTER(fbs),
			.crtc_id_ptr = POINTER(crtcs),
			.count_fbs = room,
			.count_crtcs = room,
			.count_encoders = 0,
			.count_connectors = 0,
		};
		struct drm_mode_get_plane_res get = {
			.plane_id_ptr = POINTER(planes),
			.count_planes = room,
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_MODE_GETRESOURCES, &res));

		result(text("room for %u", room), "%s, %u fbs%s, %u crtcs%s",
		       answer, res.count_fbs, names(fbs, 5), res.count_crtcs,
		       names(crtcs, 2));
		answer = err(
			ioctl(file, DRM_IOCTL_MODE_GETPLANERESOURCES, &get));
		result(text("room for %u planes", room), "%s, %u:%s", answer,
		       get.count_planes, names(planes, 5));
	}
}

static void bad_lists(void)
{
	static const char *const lists[] = {"fbs", "crtcs", "connectors",
					    "encoders"};
	int file = kms_open();
	uint32_t ids_of[ROOM];

	kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	for (unsigned int bad = 0; bad < 4; bad++) {
		for (uint32_t room = 0; room < ROOM; room += ROOM - 1) {
			struct drm_mode_card_res res = {
				.fb_id_ptr = POINTER(bad == 0 ? BAD : ids_of),
				.crtc_id_ptr = POINTER(bad == 1 ? BAD : ids_of),
				.connector_id_ptr =
					POINTER(bad == 2 ? BAD : ids_of),
				.encoder_id_ptr =
					POINTER(bad == 3 ? BAD : ids_of),
				.count_fbs = room,
				.count_crtcs = room,
				.count_connectors = room,
				.count_encoders = room,
			};
			const char *answer = err(
				ioctl(file, DRM_IOCTL_MODE_GETRESOURCES, &res));

			result(text("bad list of %s, room for %u", lists[bad],
				    room),
			       "%s, %u %u %u %u", answer, res.count_fbs,
			       res.count_crtcs, res.count_connectors,
			       res.count_encoders);
		}
	}
	for (uint32_t room = 0; room < 2; room++) {
		struct drm_mode_get_plane_res get = {
			.plane_id_ptr = POINTER(BAD),
			.count_planes = room,
		};

		kms_set_cap(file, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1);
		result(text("bad list of planes, room for %u", room), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETPLANERESOURCES,
				 &get)));
	}
}

static void crtcs(void)
{
	int file = kms_open();

	for (unsigned int i = 0; i < ids.nr_crtcs; i++) {
		struct drm_mode_crtc get = {
			.crtc_id = ids.crtc[i],
			.set_connectors_ptr = 77,
			.count_connectors = 77,
			.fb_id = 77,
			.x = 77,
			.y = 77,
			.mode_valid = 77,
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_MODE_GETCRTC, &get));

		result(text("GETCRTC %s", kms_name(ids.crtc[i])),
		       "%s, connectors %u at %u, fb %u at %u,%u, gamma %u, "
		       "valid %u, %s",
		       answer, get.count_connectors,
		       (unsigned int)get.set_connectors_ptr, get.fb_id, get.x,
		       get.y, get.gamma_size, get.mode_valid,
		       kms_mode_text(&get.mode));
	}
	result("state", "%s", kms_crtc_state(file));
	kms_light(file);
	result("state with a picture", "%s", kms_crtc_state(file));
	result("state for another file", "%s",
	       kms_crtc_state(kms_open_other()));
}

static void encoders(void)
{
	int file = kms_open();

	for (int lit = 0; lit < 2; lit++) {
		for (unsigned int i = 0; i < ids.nr_encoders; i++) {
			struct drm_mode_get_encoder get = {
				.encoder_id = ids.encoder[i],
			};
			const char *answer = err(
				ioctl(file, DRM_IOCTL_MODE_GETENCODER, &get));

			result(text("GETENCODER %s", kms_name(ids.encoder[i])),
			       "%s, type %u, on %s, crtcs %#x, clones %#x",
			       answer, get.encoder_type, kms_name(get.crtc_id),
			       get.possible_crtcs, get.possible_clones);
		}
		kms_light(file);
	}
}

static void connector_of(const char *when, int file, uint32_t connector,
			 bool probe)
{
	struct drm_mode_modeinfo modes[ROOM] = {{0}};
	uint32_t props[ROOM], encoders_of[ROOM] = {0};
	uint64_t values[ROOM];
	struct drm_mode_get_connector get = {
		.connector_id = connector,
		.modes_ptr = POINTER(modes),
		.count_modes = probe ? 0 : ROOM,
		.props_ptr = POINTER(props),
		.prop_values_ptr = POINTER(values),
		.count_props = ROOM,
		.encoders_ptr = POINTER(encoders_of),
		.count_encoders = ROOM,
	};
	const char *answer =
		err(ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR, &get));
	const char *name = text("%s, %s %s", when, probe ? "probe" : "get",
				kms_name(connector));

	result(name,
	       "%s, modes %u, properties %u, encoders %u:%s, on %s, type "
	       "%u-%u, state %u, %ux%u mm, subpixel %u",
	       answer, get.count_modes, get.count_props, get.count_encoders,
	       names(encoders_of, get.count_encoders), kms_name(get.encoder_id),
	       get.connector_type, get.connector_type_id, get.connection,
	       get.mm_width, get.mm_height, get.subpixel);
	for (uint32_t i = 0; !probe && i < get.count_modes && i < ROOM; i++) {
		result(text("%s, mode %u", kms_name(connector), i), "%s",
		       kms_mode_text(&modes[i]));
	}
	for (uint32_t i = 0; !probe && i < get.count_props && i < ROOM; i++) {
		result(text("%s, property %u", kms_name(connector), i), "%s",
		       kms_property_name(props[i]));
	}
}

static void connectors(void)
{
	int file = kms_open();

	for (unsigned int i = 0; i < ids.nr_connectors; i++) {
		connector_of("plain", file, ids.connector[i], true);
		connector_of("plain", file, ids.connector[i], false);
	}
	kms_set_cap(file, DRM_CLIENT_CAP_ATOMIC, 1);
	kms_set_cap(file, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1);
	connector_of("atomic", file, ids.display, true);
	connector_of("atomic", kms_open_other(), ids.display, true);
	kms_light(file);
	connector_of("with a picture", file, ids.display, true);
}

static void connector_arrays(void)
{
	int file = kms_open();

	for (uint32_t room = 0; room < 4; room++) {
		struct drm_mode_modeinfo modes[ROOM] = {{0}};
		uint32_t encoders_of[ROOM] = {0}, props[ROOM] = {0};
		uint64_t values[ROOM] = {0};
		struct drm_mode_get_connector get = {
			.connector_id = ids.display,
			.modes_ptr = POINTER(modes),
			.count_modes = room,
			.props_ptr = POINTER(props),
			.prop_values_ptr = POINTER(values),
			.count_props = room,
			.encoders_ptr = POINTER(encoders_of),
			.count_encoders = room,
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR, &get));

		result(text("room for %u", room),
		       "%s, modes %u '%s', encoders %u:%s, properties %u %s",
		       answer, get.count_modes, modes[0].name,
		       get.count_encoders, names(encoders_of, 1),
		       get.count_props, kms_property_name(props[0]));
	}
}

/* Everything that is got by an id, with ids of all kinds and of none. */
static void wrong_ids(void)
{
	int file = kms_open_atomic();
	uint32_t fb = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888), removed,
		 blob = kms_blob(file, "x", 1);
	struct {
		const char *name;
		uint32_t id;
	} kinds[] = {
		{"0", 0},
		{"-1", ~0u},
		{"1000000", 1000000},
		{"a CRTC", ids.crtc[0]},
		{"a connector", ids.display},
		{"an encoder", ids.encoder[0]},
		{"a plane", ids.primary},
		{"a framebuffer", fb},
		{"a blob", blob},
		{"a property", kms_property(ids.primary, "FB_ID")},
		{"a framebuffer that was", 0},
	};

	removed = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	kms_remove_fb(file, removed);
	kinds[ARRAY_SIZE(kinds) - 1].id = removed;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		uint32_t id = kinds[i].id;
		struct drm_mode_crtc crtc = {.crtc_id = id};
		struct drm_mode_get_connector connector = {.connector_id = id};
		struct drm_mode_get_encoder encoder = {.encoder_id = id};
		struct drm_mode_get_plane plane = {.plane_id = id};
		struct drm_mode_get_property property = {.prop_id = id};
		struct drm_mode_get_blob get_blob = {.blob_id = id};
		struct drm_mode_fb_cmd get_fb = {.fb_id = id};
		struct drm_mode_fb_cmd2 get_fb2 = {.fb_id = id};
		struct drm_mode_crtc_lut gamma = {
			.crtc_id = id,
			.gamma_size = 7,
		};
		struct drm_mode_obj_get_properties any = {
			.obj_id = id,
			.obj_type = DRM_MODE_OBJECT_ANY,
		};
		const char *what = kinds[i].name;

		result(text("GETCRTC of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETCRTC, &crtc)));
		result(text("GETCONNECTOR of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR,
				 &connector)));
		result(text("GETENCODER of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETENCODER, &encoder)));
		result(text("GETPLANE of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETPLANE, &plane)));
		result(text("GETPROPERTY of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETPROPERTY, &property)));
		result(text("GETPROPBLOB of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &get_blob)));
		result(text("GETFB of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETFB, &get_fb)));
		result(text("GETFB2 of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETFB2, &get_fb2)));
		result(text("GETGAMMA of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETGAMMA, &gamma)));
		result(text("OBJ_GETPROPERTIES of %s", what), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES,
				 &any)));
	}
}

static void planes(void)
{
	int file = kms_open();

	kms_set_cap(file, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1);
	for (int lit = 0; lit < 2; lit++) {
		for (unsigned int i = 0; i < ids.nr_some_planes; i++) {
			uint32_t formats[ROOM] = {0};
			struct drm_mode_get_plane get = {
				.plane_id = ids.some_plane[i],
				.format_type_ptr = POINTER(formats),
				.count_format_types = ROOM,
			};
			const char *answer =
				err(ioctl(file, DRM_IOCTL_MODE_GETPLANE, &get));
			const char *list = "";

			for (uint32_t j = 0;
			     j < get.count_format_types && j < ROOM; j++) {
				list = text("%s %s", list, fourcc(formats[j]));
			}
			result(text("GETPLANE %s", kms_name(ids.some_plane[i])),
			       "%s, type %u, fb %s on %s, crtcs %#x, gamma %u, "
			       "%u formats:%s",
			       answer,
			       (unsigned int)kms_value(file, ids.some_plane[i],
						       "type"),
			       kms_name(get.fb_id), kms_name(get.crtc_id),
			       get.possible_crtcs, get.gamma_size,
			       get.count_format_types, list);
		}
		kms_light(file);
	}
}

static void plane_formats(void)
{
	int file = kms_open();
	uint32_t formats[ROOM] = {0};

	for (uint32_t room = 0; room <= 8; room++) {
		struct drm_mode_get_plane get = {
			.plane_id = ids.primary,
			.format_type_ptr = POINTER(formats),
			.count_format_types = room,
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_MODE_GETPLANE, &get));

		result(text("room for %u formats", room), "%s, %u, first %s",
		       answer, get.count_format_types, fourcc(formats[0]));
		get.format_type_ptr = POINTER(BAD);
		get.count_format_types = room;
		result(text("bad room for %u formats", room), "%s",
		       err(ioctl(file, DRM_IOCTL_MODE_GETPLANE, &get)));
	}
}

static const struct check checks[] = {
	{.name = "lists", .run = lists},
	{.name = "short-lists", .run = short_lists},
	{.name = "bad-lists", .run = bad_lists},
	{.name = "crtcs", .run = crtcs},
	{.name = "encoders", .run = encoders},
	{.name = "connectors", .run = connectors},
	{.name = "connector-arrays", .run = connector_arrays},
	{.name = "wrong-ids", .run = wrong_ids, .generic = true},
	{.name = "planes", .run = planes},
	{.name = "plane-formats", .run = plane_formats},
	{0},
};

const struct subject kms_resources_subject = {
	.name = "resources",
	.checks = checks,
};
