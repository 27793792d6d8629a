/* SPDX-License-Identifier: MIT */
/* Objects, their numbers and their properties. */
#include "counts.h"
#include "display_calls.h"
#include "toy_display.h"
#include "walk.h"

#include <drm/drm_property.h>
#include <linux/err.h>

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static struct drm_mode_config *config(void)
{
	return &stage.dev->mode_config;
}

static int client_cap(struct drm_file *file, u64 cap, u64 value)
{
	struct drm_set_client_cap args = {cap, value};

	return display_request(file, DRM_IOCTL_SET_CLIENT_CAP, &args);
}

static int get_properties(struct drm_file *file, u32 id, u32 type, u32 *ids,
			  u64 *values, u32 *count)
{
	struct drm_mode_obj_get_properties args = {
		.obj_id = id,
		.obj_type = type,
		.props_ptr = (uintptr_t)ids,
		.prop_values_ptr = (uintptr_t)values,
		.count_props = *count,
	};
	int ret =
		display_request(file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &args);

	*count = args.count_props;
	return ret;
}

static int set_property(struct drm_file *file, u32 id, u32 prop, u64 value)
{
	struct drm_mode_obj_set_property args = {
		.obj_id = id,
		.obj_type = DRM_MODE_OBJECT_ANY,
		.prop_id = prop,
		.value = value,
	};

	return display_request(file, DRM_IOCTL_MODE_OBJ_SETPROPERTY, &args);
}

static u64 value_of(u32 id, u32 prop)
{
	u32 ids[DRM_OBJECT_MAX_PROPERTY], count = DRM_OBJECT_MAX_PROPERTY;
	u64 values[DRM_OBJECT_MAX_PROPERTY];

	must(get_properties(stage.file, id, DRM_MODE_OBJECT_ANY, ids, values,
			    &count));
	for (u32 i = 0; i < count; i++) {
		if (ids[i] == prop) {
			return values[i];
		}
	}
	fail_msg("no property %u", prop);
	return 0;
}

TEST(the_first_numbers_are_those_of_the_kernels_properties)
{
	static const char *const names[] = {
		"EDID",
		"DPMS",
		"PATH",
		"TILE",
		"link-status",
		"non-desktop",
		"HDR_OUTPUT_METADATA",
		"type",
		"SRC_X",
		"SRC_Y",
		"SRC_W",
		"SRC_H",
		"CRTC_X",
		"CRTC_Y",
		"CRTC_W",
		"CRTC_H",
		"FB_ID",
		"IN_FENCE_FD",
		"OUT_FENCE_PTR",
		"CRTC_ID",
		"FB_DAMAGE_CLIPS",
		"ACTIVE",
		"MODE_ID",
		"VRR_ENABLED",
		"DEGAMMA_LUT",
		"DEGAMMA_LUT_SIZE",
		"CTM",
		"GAMMA_LUT",
		"GAMMA_LUT_SIZE",
		"IN_FORMATS",
		"SIZE_HINTS",
	};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		struct drm_mode_get_property args = {.prop_id = i + 1};

		must(display_request(stage.file, DRM_IOCTL_MODE_GETPROPERTY,
				     &args));
		assert_string_equal(args.name, names[i]);
	}
}

static struct drm_mode_get_property property_of(u32 id)
{
	struct drm_mode_get_property args = {.prop_id = id};

	must(display_request(stage.file, DRM_IOCTL_MODE_GETPROPERTY, &args));
	return args;
}

TEST(a_property_tells_its_kind_and_how_much_there_is_of_it)
{
	struct drm_mode_get_property args =
		property_of(config()->dpms_property->base.id);

	assert_int_equal(args.flags, DRM_MODE_PROP_ENUM);
	assert_int_equal(args.count_values, 4);
	assert_int_equal(args.count_enum_blobs, 4);
	args = property_of(config()->prop_crtc_x->base.id);
	assert_int_equal(args.flags,
			 DRM_MODE_PROP_ATOMIC | DRM_MODE_PROP_SIGNED_RANGE);
	assert_int_equal(args.count_values, 2);
	args = property_of(config()->prop_fb_id->base.id);
	assert_int_equal(args.flags,
			 DRM_MODE_PROP_ATOMIC | DRM_MODE_PROP_OBJECT);
	assert_int_equal(args.count_values, 1);
	args = property_of(config()->edid_property->base.id);
	assert_int_equal(args.flags,
			 DRM_MODE_PROP_IMMUTABLE | DRM_MODE_PROP_BLOB);
	assert_int_equal(args.count_values, 0);
	assert_int_equal(args.count_enum_blobs, 0);
}

TEST(names_are_given_as_far_as_there_is_room)
{
	struct drm_mode_property_enum enums[3] = {0};
	u64 values[3] = {7, 7, 7};
	struct drm_mode_get_property args = {
		.prop_id = config()->dpms_property->base.id,
		.values_ptr = (uintptr_t)values,
		.enum_blob_ptr = (uintptr_t)enums,
		.count_values = 2,
		.count_enum_blobs = 2,
	};

	must(display_request(stage.file, DRM_IOCTL_MODE_GETPROPERTY, &args));
	assert_int_equal(args.count_values, 4);
	assert_int_equal(args.count_enum_blobs, 4);
	assert_int_equal(values[1], DRM_MODE_DPMS_STANDBY);
	assert_int_equal(values[2], 7);
	assert_string_equal(enums[0].name, "On");
	assert_string_equal(enums[1].name, "Standby");
	assert_string_equal(enums[2].name, "");

	args.enum_blob_ptr = 8;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETPROPERTY, &args),
		-EFAULT);
}

/* Is there an object of this number and type, which has properties? */
static int find(u32 id, u32 type)
{
	u32 count = 0;

	return get_properties(stage.file, id, type, NULL, NULL, &count);
}

TEST(an_object_is_found_as_what_it_is)
{
	u32 crtc = toy()->crtc[0].base.id;

	assert_int_equal(find(crtc, DRM_MODE_OBJECT_CRTC), 0);
	assert_int_equal(find(crtc, DRM_MODE_OBJECT_ANY), 0);
	assert_int_equal(find(crtc, DRM_MODE_OBJECT_PLANE), -ENOENT);
	assert_int_equal(find(0, DRM_MODE_OBJECT_ANY), -ENOENT);
	assert_int_equal(find(U32_MAX, DRM_MODE_OBJECT_ANY), -ENOENT);
	/* What has none. */
	assert_int_equal(
		find(toy()->encoder[0].base.id, DRM_MODE_OBJECT_ENCODER),
		-EINVAL);
}

TEST(properties_of_atomic_are_shown_to_programs_that_know_it)
{
	u32 few = 0, all = 0, crtc = toy()->crtc[0].base.id;

	must(get_properties(stage.file, crtc, DRM_MODE_OBJECT_CRTC, NULL, NULL,
			    &few));
	must(client_cap(stage.file, DRM_CLIENT_CAP_ATOMIC, 1));
	must(get_properties(stage.file, crtc, DRM_MODE_OBJECT_CRTC, NULL, NULL,
			    &all));
	/* ACTIVE, MODE_ID, OUT_FENCE_PTR */
	assert_int_equal(all, few + 3);
}

TEST(values_are_given_as_far_as_there_is_room)
{
	u32 ids[2] = {0}, count = 1, connector = toy()->connector[0].base.id;
	u64 values[2] = {0};

	must(get_properties(stage.file, connector, DRM_MODE_OBJECT_CONNECTOR,
			    ids, values, &count));
	assert_int_equal(count, 4);
	assert_int_equal(ids[0], config()->dpms_property->base.id);
	assert_int_equal(ids[1], 0);

	count = 1;
	assert_int_equal(get_properties(stage.file, connector,
					DRM_MODE_OBJECT_CONNECTOR, (void *)8,
					values, &count),
			 -EFAULT);
}

TEST(what_setproperty_refuses)
{
	u32 crtc = toy()->crtc[0].base.id;
	u32 connector = toy()->connector[0].base.id;
	u32 link_status = config()->link_status_property->base.id;
	u32 gamma = config()->gamma_lut_property->base.id;

	assert_int_equal(set_property(stage.file, U32_MAX, link_status, 0),
			 -ENOENT);
	assert_int_equal(set_property(stage.file, crtc, U32_MAX, 0), -EINVAL);
	/* A property which only other objects have. */
	assert_int_equal(set_property(stage.file, crtc, link_status, 0),
			 -EINVAL);
	assert_int_equal(set_property(stage.file, toy()->encoder[0].base.id,
				      link_status, 0),
			 -EINVAL);
	assert_int_equal(set_property(stage.file, connector,
				      config()->non_desktop_property->base.id,
				      0),
			 -EINVAL);
	assert_int_equal(set_property(stage.file, connector, link_status, 2),
			 -EINVAL);
	assert_int_equal(set_property(stage.file, crtc, gamma, crtc), -EINVAL);
	assert_int_equal(set_property(stage.second, crtc, gamma, 0), -EACCES);
	assert_int_equal(set_property(stage.file, crtc, gamma, 0), 0);
}

TEST(setproperty_of_a_connector_finds_connectors_only)
{
	struct drm_mode_connector_set_property args = {
		.connector_id = toy()->connector[0].base.id,
		.prop_id = config()->link_status_property->base.id,
	};

	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_SETPROPERTY, &args),
		0);
	args.connector_id = toy()->crtc[0].base.id;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_SETPROPERTY, &args),
		-ENOENT);
}

TEST(a_value_is_checked_by_its_kind)
{
	static const struct drm_prop_enum_list bits[] = {
		{0, "none"}, {2, "two"}, {5, "five"}};
	struct drm_property property = {
		.dev = stage.dev,
		.flags = DRM_MODE_PROP_SIGNED_RANGE,
		.num_values = 2,
		.values = (u64[]){(u64)-5, 5},
	};
	struct drm_mode_object *ref;

	assert_true(drm_property_change_valid_get(&property, (u64)-5, &ref));
	assert_true(drm_property_change_valid_get(&property, 5, &ref));
	assert_false(drm_property_change_valid_get(&property, (u64)-6, &ref));
	property.flags = DRM_MODE_PROP_RANGE;
	assert_false(drm_property_change_valid_get(&property, 5, &ref));
	property.flags = DRM_MODE_PROP_BITMASK;
	property.num_values = ARRAY_SIZE(bits);
	property.values = (u64[]){0, 2, 5};
	assert_true(drm_property_change_valid_get(&property, 0x25, &ref));
	assert_true(drm_property_change_valid_get(&property, 0, &ref));
	assert_false(drm_property_change_valid_get(&property, 0x2, &ref));
	property.flags = DRM_MODE_PROP_ENUM;
	assert_true(drm_property_change_valid_get(&property, 5, &ref));
	assert_false(drm_property_change_valid_get(&property, 4, &ref));
	property.flags |= DRM_MODE_PROP_IMMUTABLE;
	assert_false(drm_property_change_valid_get(&property, 5, &ref));
	assert_null(ref);
}

TEST(what_a_value_names_is_kept_until_it_was_used)
{
	struct drm_property_blob *blob =
		drm_property_create_blob(stage.dev, 4, "abc");
	struct drm_property *property = config()->gamma_lut_property;
	struct drm_mode_object *ref;
	u32 id = blob->base.id;

	assert_true(drm_property_change_valid_get(property, id, &ref));
	drm_property_blob_put(blob);
	assert_ptr_equal(ref, &blob->base);
	drm_property_change_valid_put(property, ref);
	assert_false(drm_property_change_valid_get(property, id, &ref));
	assert_true(drm_property_change_valid_get(property, 0, &ref));
	assert_null(ref);
}

/* ---- blobs ---- */

static int create_blob(struct drm_file *file, const void *data, u32 length)
{
	struct drm_mode_create_blob args = {
		.data = (uintptr_t)data,
		.length = length,
	};
	int ret = display_request(file, DRM_IOCTL_MODE_CREATEPROPBLOB, &args);

	return ret ? ret : (int)args.blob_id;
}

static int destroy_blob(struct drm_file *file, u32 id)
{
	return display_request(file, DRM_IOCTL_MODE_DESTROYPROPBLOB, &id);
}

/* The length of a blob; its bytes if there is room for exactly so many. */
static int get_blob(struct drm_file *file, u32 id, void *data, u32 length)
{
	struct drm_mode_get_blob args = {
		.blob_id = id,
		.length = length,
		.data = (uintptr_t)data,
	};
	int ret = display_request(file, DRM_IOCTL_MODE_GETPROPBLOB, &args);

	return ret ? ret : (int)args.length;
}

TEST(a_blob_is_anybodys_to_read_all_of_it_or_nothing)
{
	u32 id = must(create_blob(stage.file, "abcd", 4));
	char data[5] = "....";

	assert_int_equal(get_blob(stage.second, id, NULL, 0), 4);
	assert_int_equal(get_blob(stage.second, id, data, 3), 4);
	assert_string_equal(data, "....");
	assert_int_equal(get_blob(stage.second, id, data, 4), 4);
	assert_string_equal(data, "abcd");
	assert_int_equal(get_blob(stage.second, id, (void *)8, 4), -EFAULT);
	assert_int_equal(get_blob(stage.file, toy()->crtc[0].base.id, NULL, 0),
			 -ENOENT);
}

TEST(a_blob_is_only_its_makers_to_destroy_and_once)
{
	u32 id = must(create_blob(stage.file, "abcd", 4));

	assert_int_equal(destroy_blob(stage.second, id), -EPERM);
	assert_int_equal(destroy_blob(stage.file, id), 0);
	assert_int_equal(destroy_blob(stage.file, id), -ENOENT);
	assert_int_equal(get_blob(stage.file, id, NULL, 0), -ENOENT);
}

TEST(a_blob_that_is_a_value_lives_on_without_a_maker)
{
	struct drm_color_lut lut[256] = {{.red = 7}};
	u32 id = must(create_blob(stage.file, lut, sizeof(lut)));
	u32 gamma = config()->gamma_lut_property->base.id;
	u32 crtc = toy()->crtc[0].base.id;

	must(set_property(stage.file, crtc, gamma, id));
	must(destroy_blob(stage.file, id));
	assert_int_equal(value_of(crtc, gamma), id);
	assert_int_equal(get_blob(stage.file, id, NULL, 0), sizeof(lut));
	/* It is not the file's any more. */
	assert_int_equal(destroy_blob(stage.file, id), -EPERM);
	must(set_property(stage.file, crtc, gamma, 0));
	assert_int_equal(get_blob(stage.file, id, NULL, 0), -ENOENT);
}

TEST(the_blobs_of_a_file_go_with_it)
{
	struct counts before;
	u32 id;

	count_all(&before);
	id = must(create_blob(stage.second, "abcd", 4));
	must(create_blob(stage.second, "abcd", 4));
	close_file(&stage.second);
	assert_int_equal(get_blob(stage.file, id, NULL, 0), -ENOENT);
	stage.second = open_node(stage.dev, DRM_MINOR_PRIMARY);
	assert_counts(&before);
}

TEST(what_createpropblob_refuses)
{
	char *much = mmap(NULL, 256u << 20, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct counts before;

	count_all(&before);
	assert_int_equal(create_blob(stage.file, "abcd", 0), -EINVAL);
	assert_int_equal(create_blob(stage.file, "abcd", U32_MAX), -EINVAL);
	assert_int_equal(create_blob(stage.file, "abcd", INT32_MAX - 4096),
			 -ENOMEM);
	assert_int_equal(create_blob(stage.file, (void *)8, 4), -EFAULT);
	assert_counts(&before);

	/* All blobs of a device together are limited. */
	for (int i = 0; i < 3; i++) {
		must(create_blob(stage.file, much, 64u << 20));
	}
	assert_int_equal(create_blob(stage.second, much, 64u << 20), -ENOMEM);
	must(create_blob(stage.second, much, 1u << 20));
	munmap(much, 256u << 20);
}

TEST(replacing_a_blob_by_number_checks_its_size)
{
	struct drm_property_blob *value = NULL;
	u32 id = must(create_blob(stage.file, "abcdef", 6));
	bool replaced = false;

#define REPLACE(id, size, elem)                                                \
	drm_property_replace_blob_from_id(stage.dev, &value, id, size, elem,   \
					  &replaced)
	assert_int_equal(REPLACE(id, 5, -1), -EINVAL);
	assert_int_equal(REPLACE(id, -1, 4), -EINVAL);
	assert_int_equal(REPLACE(id + 1, -1, -1), -EINVAL);
	assert_null(value);
	assert_false(replaced);
	assert_int_equal(REPLACE(id, 6, 3), 0);
	assert_true(replaced);
	replaced = false;
	assert_int_equal(REPLACE(id, -1, -1), 0);
	assert_false(replaced);
	assert_int_equal(REPLACE(0, 5, -1), 0);
	assert_true(replaced);
	assert_null(value);
#undef REPLACE
}

static int run_create_blob(void)
{
	int ret = create_blob(stage.file, "abcd", 4);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

static void undo_create_blob(void)
{
	must(destroy_blob(stage.file, at.made));
}

TEST(createpropblob_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "CREATEPROPBLOB",
		.setup = toy_display_setup,
		.run = run_create_blob,
		.undo = undo_create_blob,
	};

	walk_all(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(
			the_first_numbers_are_those_of_the_kernels_properties),
		ON_DISPLAY(
			a_property_tells_its_kind_and_how_much_there_is_of_it),
		ON_DISPLAY(names_are_given_as_far_as_there_is_room),
		ON_DISPLAY(an_object_is_found_as_what_it_is),
		ON_DISPLAY(
			properties_of_atomic_are_shown_to_programs_that_know_it),
		ON_DISPLAY(values_are_given_as_far_as_there_is_room),
		ON_DISPLAY(what_setproperty_refuses),
		ON_DISPLAY(setproperty_of_a_connector_finds_connectors_only),
		ON_DISPLAY(a_value_is_checked_by_its_kind),
		ON_DISPLAY(what_a_value_names_is_kept_until_it_was_used),
		ON_DISPLAY(a_blob_is_anybodys_to_read_all_of_it_or_nothing),
		ON_DISPLAY(a_blob_is_only_its_makers_to_destroy_and_once),
		ON_DISPLAY(a_blob_that_is_a_value_lives_on_without_a_maker),
		ON_DISPLAY(the_blobs_of_a_file_go_with_it),
		ON_DISPLAY(what_createpropblob_refuses),
		ON_DISPLAY(replacing_a_blob_by_number_checks_its_size),
		PLAIN(createpropblob_fails_without_a_trace),
	};

	return cmocka_run_group_tests_name("kms_objects", tests, NULL, NULL);
}
