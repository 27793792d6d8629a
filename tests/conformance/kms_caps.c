/* SPDX-License-Identifier: MIT */
/* What a display's file can be asked and told about capabilities. */
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

static void version(void)
{
	int file = kms_open();
	char name[64] = "", date[64] = "", desc[128] = "";
	struct drm_version ask = {
		.name = name,
		.name_len = sizeof(name) - 1,
		.date = date,
		.date_len = sizeof(date) - 1,
		.desc = desc,
		.desc_len = sizeof(desc) - 1,
	};
	struct drm_set_version set = {-1, -1, -1, -1};
	char unique[64] = "";
	struct drm_unique get = {
		.unique = unique,
		.unique_len = sizeof(unique) - 1,
	};

	const char *answer = err(ioctl(file, DRM_IOCTL_VERSION, &ask));

	result("VERSION", "%s %d.%d.%d '%s' '%s' '%s'", answer,
	       ask.version_major, ask.version_minor, ask.version_patchlevel,
	       name, date, desc);
	answer = err(ioctl(file, DRM_IOCTL_SET_VERSION, &set));
	result("SET_VERSION of nothing", "%s %d.%d %d.%d", answer,
	       set.drm_di_major, set.drm_di_minor, set.drm_dd_major,
	       set.drm_dd_minor);
	set = (struct drm_set_version){1, 4, -1, -1};
	result("SET_VERSION 1.4", "%s",
	       err(ioctl(file, DRM_IOCTL_SET_VERSION, &set)));
	answer = err(ioctl(file, DRM_IOCTL_GET_UNIQUE, &get));
	result("GET_UNIQUE", "%s '%s'", answer, unique);
}

static void caps(void)
{
	int file = kms_open();

	for (uint64_t cap = 0; cap <= 0x18; cap++) {
		struct drm_get_cap get = {.capability = cap, .value = 77};
		const char *answer = err(ioctl(file, DRM_IOCTL_GET_CAP, &get));

		result(text("GET_CAP %#x", (unsigned int)cap), "%s %u", answer,
		       (unsigned int)get.value);
	}
}

static void client_caps(void)
{
	static const uint64_t values[] = {0, 1, 2, 3, ~0ull};

	for (uint64_t cap = 0; cap <= 8; cap++) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			int file = kms_open();
			const char *answer =
				err(kms_set_cap(file, cap, values[i]));

			result(text("SET_CLIENT_CAP %u to %d",
				    (unsigned int)cap, (int)values[i]),
			       "%s, again %s", answer,
			       err(kms_set_cap(file, cap, values[i])));
		}
	}
}

static uint32_t count_planes(int file)
{
	struct drm_mode_get_plane_res res = {0};

	ioctl(file, DRM_IOCTL_MODE_GETPLANERESOURCES, &res);
	return res.count_planes;
}

static uint32_t count_connectors(int file)
{
	struct drm_mode_card_res res = {0};

	ioctl(file, DRM_IOCTL_MODE_GETRESOURCES, &res);
	return res.count_connectors;
}

static void show(const char *when, int file)
{
	struct drm_mode_obj_get_properties get = {
		.obj_id = ids.crtc[0],
		.obj_type = DRM_MODE_OBJECT_CRTC,
	};

	ioctl(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get);
	result(when, "planes %u, connectors %u, properties of a CRTC %u",
	       count_planes(file), count_connectors(file), get.count_props);
}

static void cap_effects(void)
{
	static const struct {
		const char *name;
		uint64_t cap, value;
	} steps[] = {
		{"writeback", DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1},
		{"universal planes", DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1},
		{"atomic", DRM_CLIENT_CAP_ATOMIC, 1},
		{"writeback", DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1},
		{"atomic off", DRM_CLIENT_CAP_ATOMIC, 0},
		{"universal planes", DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1},
		{"atomic 2", DRM_CLIENT_CAP_ATOMIC, 2},
		{"universal planes off", DRM_CLIENT_CAP_UNIVERSAL_PLANES, 0},
		{"writeback off", DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 0},
		{"atomic off", DRM_CLIENT_CAP_ATOMIC, 0},
		{"writeback", DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1},
	};
	int file = kms_open();

	show("at first", file);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		result(text("step %zu, %s", i + 1, steps[i].name), "%s",
		       err(kms_set_cap(file, steps[i].cap, steps[i].value)));
		show(text("after step %zu", i + 1), file);
	}
	show("another file", kms_open_other());
}

/* The kernel does not trust an X server with atomic requests. */
static void caps_of_x(void)
{
	int file = kms_open();

	prctl(PR_SET_NAME, "Xorg");
	for (uint64_t value = 0; value <= 3; value++) {
		result(text("a program called Xorg, ATOMIC %u",
			    (unsigned int)value),
		       "%s",
		       err(kms_set_cap(file, DRM_CLIENT_CAP_ATOMIC, value)));
	}
}

static const struct check checks[] = {
	{.name = "version", .run = version},
	{.name = "caps", .run = caps},
	{.name = "client-caps", .run = client_caps, .generic = true},
	{.name = "effects", .run = cap_effects},
	{.name = "x", .run = caps_of_x, .generic = true},
	{0},
};

const struct subject kms_caps_subject = {
	.name = "caps",
	.checks = checks,
};
