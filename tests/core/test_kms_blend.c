/* SPDX-License-Identifier: MIT */
/* What planes say of how they are put together, and their order. */
#include "stage.h"
#include "toy_display.h"

#include <drm/drm_atomic.h>
#include <drm/drm_property.h>

#define OVERLAY (&toy_display_of(stage.dev)->overlay)
#define PRIMARY (&toy_display_of(stage.dev)->primary[0])
#define CURSOR	(&toy_display_of(stage.dev)->cursor[0])

/* Properties are made before a device can be opened. */
static int setup(void **state)
{
	int ret = toy_display_setup(state);

	stage.dev->registered = false;
	return ret;
}

static int teardown(void **state)
{
	stage.dev->registered = true;
	return stage_teardown(state);
}

#define ON_UNREGISTERED(name)                                                  \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

static u64 first_value(struct drm_property *property)
{
	u64 value;

	must(drm_object_property_get_default_value(&OVERLAY->base, property,
						   &value));
	return value;
}

/* The name of an enum's or bitmask's value, or NULL. */
static const char *name_of(struct drm_property *property, u64 value)
{
	struct drm_property_enum *each;

	list_for_each_entry (each, &property->enum_list, head) {
		if (each->value == value) {
			return each->name;
		}
	}
	return NULL;
}

TEST(a_plane_is_opaque_at_first)
{
	must(drm_plane_create_alpha_property(OVERLAY));
	assert_string_equal(OVERLAY->alpha_property->name, "alpha");
	assert_int_equal(OVERLAY->alpha_property->values[1], 0xffff);
	assert_int_equal(first_value(OVERLAY->alpha_property), 0xffff);
	assert_int_equal(OVERLAY->state->alpha, 0xffff);
}

TEST(a_plane_is_premultiplied_at_first)
{
	struct drm_property *property;

	must(drm_plane_create_blend_mode_property(
		OVERLAY,
		1 << DRM_MODE_BLEND_PREMULTI | 1 << DRM_MODE_BLEND_PIXEL_NONE));
	property = OVERLAY->blend_mode_property;
	assert_string_equal(property->name, "pixel blend mode");
	assert_int_equal(first_value(property), DRM_MODE_BLEND_PREMULTI);
	assert_string_equal(name_of(property, DRM_MODE_BLEND_PREMULTI),
			    "Pre-multiplied");
	assert_string_equal(name_of(property, DRM_MODE_BLEND_PIXEL_NONE),
			    "None");
	assert_null(name_of(property, DRM_MODE_BLEND_COVERAGE));
}

TEST(only_what_is_supported_has_a_name)
{
	struct drm_property *property;

	must(drm_plane_create_rotation_property(
		OVERLAY, DRM_MODE_ROTATE_180,
		DRM_MODE_ROTATE_0 | DRM_MODE_ROTATE_180 | DRM_MODE_REFLECT_Y));
	property = OVERLAY->rotation_property;
	assert_string_equal(name_of(property, 2), "rotate-180");
	assert_string_equal(name_of(property, 5), "reflect-y");
	assert_null(name_of(property, 1));
	assert_int_equal(OVERLAY->state->rotation, DRM_MODE_ROTATE_180);

	must(drm_plane_create_color_properties(
		OVERLAY, 1 << DRM_COLOR_YCBCR_BT709,
		1 << DRM_COLOR_YCBCR_LIMITED_RANGE |
			1 << DRM_COLOR_YCBCR_FULL_RANGE,
		DRM_COLOR_YCBCR_BT709, DRM_COLOR_YCBCR_FULL_RANGE));
	property = OVERLAY->color_encoding_property;
	assert_string_equal(name_of(property, DRM_COLOR_YCBCR_BT709),
			    "ITU-R BT.709 YCbCr");
	assert_null(name_of(property, DRM_COLOR_YCBCR_BT601));
	property = OVERLAY->color_range_property;
	assert_string_equal(name_of(property, DRM_COLOR_YCBCR_FULL_RANGE),
			    "YCbCr full range");
	assert_int_equal(OVERLAY->state->color_range,
			 DRM_COLOR_YCBCR_FULL_RANGE);
}

TEST(two_reflections_are_half_a_turn)
{
	const unsigned int turns = DRM_MODE_ROTATE_MASK;

	assert_int_equal(drm_rotation_simplify(DRM_MODE_ROTATE_90, turns),
			 DRM_MODE_ROTATE_90);
	assert_int_equal(drm_rotation_simplify(DRM_MODE_ROTATE_180,
					       DRM_MODE_ROTATE_0 |
						       DRM_MODE_REFLECT_MASK),
			 DRM_MODE_ROTATE_0 | DRM_MODE_REFLECT_MASK);
	assert_int_equal(
		drm_rotation_simplify(DRM_MODE_ROTATE_90 | DRM_MODE_REFLECT_X,
				      turns | DRM_MODE_REFLECT_Y),
		DRM_MODE_ROTATE_270 | DRM_MODE_REFLECT_Y);
}

TEST(a_fixed_order_cannot_be_changed)
{
	must(drm_plane_create_zpos_immutable_property(OVERLAY, 3));
	assert_true(OVERLAY->zpos_property->flags & DRM_MODE_PROP_IMMUTABLE);
	assert_int_equal(first_value(OVERLAY->zpos_property), 3);
	assert_int_equal(OVERLAY->state->zpos, 3);
}

/* A plane of the first CRTC at a height. */
static void put_at(struct drm_atomic_state *state, struct drm_plane *plane,
		   unsigned int zpos)
{
	struct drm_plane_state *plane_state =
		drm_atomic_get_plane_state(state, plane);

	assert_false(IS_ERR(plane_state));
	must(drm_atomic_set_crtc_for_plane(
		plane_state, &toy_display_of(stage.dev)->crtc[0]));
	plane_state->zpos = zpos;
}

static unsigned int place(struct drm_atomic_state *state,
			  struct drm_plane *plane)
{
	return drm_atomic_get_new_plane_state(state, plane)->normalized_zpos;
}

TEST(planes_are_counted_from_the_lowest)
{
	struct mutex *mutex = &stage.dev->mode_config.mutex;
	struct drm_atomic_state *change = drm_atomic_state_alloc(stage.dev);

	assert_non_null(change);
	mutex_lock(mutex);
	put_at(change, PRIMARY, 7);
	put_at(change, CURSOR, 9);
	put_at(change, OVERLAY, 2);
	must(drm_atomic_normalize_zpos(stage.dev, change));
	assert_int_equal(place(change, OVERLAY), 0);
	assert_int_equal(place(change, PRIMARY), 1);
	assert_int_equal(place(change, CURSOR), 2);
	/* Of those at one height the older one is below. */
	put_at(change, OVERLAY, 9);
	must(drm_atomic_normalize_zpos(stage.dev, change));
	assert_int_equal(place(change, PRIMARY), 0);
	assert_int_equal(place(change, CURSOR), 1);
	assert_int_equal(place(change, OVERLAY), 2);
	mutex_unlock(mutex);
	drm_atomic_state_put(change);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_UNREGISTERED(a_plane_is_opaque_at_first),
		ON_UNREGISTERED(a_plane_is_premultiplied_at_first),
		ON_UNREGISTERED(only_what_is_supported_has_a_name),
		ON_UNREGISTERED(two_reflections_are_half_a_turn),
		ON_UNREGISTERED(a_fixed_order_cannot_be_changed),
		ON_UNREGISTERED(planes_are_counted_from_the_lowest),
	};

	return cmocka_run_group_tests_name("kms-blend", tests, NULL, NULL);
}
