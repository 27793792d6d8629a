/* SPDX-License-Identifier: MIT */
/* The order in which an atomic request's arguments are looked at. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <sys/ioctl.h>

static uint32_t objects[4], counts[4], props[8];
static uint64_t values[8];

/* A request that changes nothing. */
static int prepare(void *argument)
{
	struct drm_mode_atomic *atomic = argument;
	int file = kms_open_atomic();

	kms_light(file);
	objects[0] = ids.primary;
	objects[1] = ids.crtc[0];
	objects[2] = ids.display;
	counts[0] = 2;
	counts[1] = 1;
	counts[2] = 1;
	props[0] = kms_property(ids.primary, "CRTC_X");
	props[1] = kms_property(ids.primary, "SRC_X");
	props[2] = kms_property(ids.crtc[0], "ACTIVE");
	props[3] = kms_property(ids.display, "link-status");
	values[2] = 1;
	*atomic = (struct drm_mode_atomic){
		.count_objs = 3,
		.objs_ptr = POINTER(objects),
		.count_props_ptr = POINTER(counts),
		.props_ptr = POINTER(props),
		.prop_values_ptr = POINTER(values),
	};
	return file;
}

static const struct fault faults[] = {
	FAULT(drm_mode_atomic, flags, 0x10),
	FAULT(drm_mode_atomic, flags, DRM_MODE_PAGE_FLIP_ASYNC),
	FAULT(drm_mode_atomic, flags,
	      DRM_MODE_ATOMIC_TEST_ONLY | DRM_MODE_PAGE_FLIP_EVENT),
	FAULT(drm_mode_atomic, flags, DRM_MODE_ATOMIC_TEST_ONLY),
	FAULT(drm_mode_atomic, count_objs, 0),
	FAULT(drm_mode_atomic, count_objs, 4),
	FAULT(drm_mode_atomic, objs_ptr, 0),
	FAULT(drm_mode_atomic, count_props_ptr, 8),
	FAULT(drm_mode_atomic, props_ptr, 8),
	FAULT(drm_mode_atomic, prop_values_ptr, 8),
	FAULT(drm_mode_atomic, reserved, 1),
	FAULT(drm_mode_atomic, user_data, 9),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "ATOMIC",
		.cmd = DRM_IOCTL_MODE_ATOMIC,
		.prepare = prepare,
		.faults = faults,
	});
}

static void ask(const char *what, int file, uint32_t count)
{
	struct drm_mode_atomic atomic = {
		.count_objs = count,
		.objs_ptr = POINTER(objects),
		.count_props_ptr = POINTER(counts),
		.props_ptr = POINTER(props),
		.prop_values_ptr = POINTER(values),
	};

	kms_said(what, ioctl(file, DRM_IOCTL_MODE_ATOMIC, &atomic));
}

/* What is in the lists, one thing wrong at a time. */
static void contents(void)
{
	struct drm_mode_atomic atomic;
	int file = prepare(&atomic);
	uint32_t fb = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	uint32_t blob = kms_blob(file, "x", 1);
	const struct {
		const char *name;
		uint32_t id;
	} kinds[] = {
		{"0", 0},
		{"-1", ~0u},
		{"an encoder", ids.encoder[0]},
		{"a framebuffer", fb},
		{"a blob", blob},
		{"a property", props[0]},
		{"a CRTC", ids.crtc[0]},
	};

	ask("right", file, 3);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (int none = 0; none < 2; none++) {
			objects[0] = kinds[i].id;
			counts[0] = none ? 0 : 2;
			ask(text("object %s%s", kinds[i].name,
				 none ? ", no properties" : ""),
			    file, 1);
		}
		objects[0] = ids.primary;
		counts[0] = 2;
		props[1] = kinds[i].id;
		ask(text("property %s", kinds[i].name), file, 3);
		props[1] = kms_property(ids.primary, "SRC_X");
	}
	props[1] = kms_property(ids.display, "DPMS");
	ask("another object's property", file, 3);
	props[1] = kms_property(ids.display, "CRTC_ID");
	values[1] = ids.crtc[0];
	ask("CRTC_ID, which is one for all", file, 3);
	props[1] = kms_property(ids.primary, "SRC_X");
	values[1] = 0;
	/* Two things wrong: which is seen? */
	values[0] = 1ull << 40;
	objects[1] = 0;
	ask("a wrong value, then a wrong object", file, 3);
	values[0] = 0;
	values[2] = 2;
	objects[1] = ids.crtc[0];
	objects[2] = 0;
	ask("a wrong value of the second, a wrong object then", file, 3);
	values[2] = 1;
	objects[2] = ids.display;
	props[3] = kms_property(ids.display, "DPMS");
	values[3] = 0;
	ask("DPMS", file, 3);
}

static const struct check checks[] = {
	{.name = "arguments", .run = arguments, .generic = true},
	{.name = "contents", .run = contents, .generic = true},
	{0},
};

const struct subject kms_atomic_arguments_subject = {
	.name = "atomic-arguments",
	.checks = checks,
};
