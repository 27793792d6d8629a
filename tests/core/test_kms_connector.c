/* SPDX-License-Identifier: MIT */
/* Connectors: probing, and what programs are told of them. */
#include "counts.h"
#include "display_calls.h"
#include "toy_display.h"
#include "walk.h"

#include <drm/drm_property.h>
#include <drm/drm_sysfs.h>
#include <linux/err.h>

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 connector_id(int i)
{
	return toy()->connector[i].base.id;
}

static int get_connector(struct drm_file *file, int i,
			 struct drm_mode_get_connector *args)
{
	args->connector_id = connector_id(i);
	return display_request(file, DRM_IOCTL_MODE_GETCONNECTOR, args);
}

/* What is told if nothing but numbers is asked for: a probe. */
static struct drm_mode_get_connector probe(int i)
{
	struct drm_mode_get_connector args = {0};

	must(get_connector(stage.file, i, &args));
	return args;
}

#define MAX_MODES 64

/* The modes that a file is told of: their number. */
static u32 modes_of(struct drm_file *file, int i,
		    struct drm_mode_modeinfo modes[MAX_MODES])
{
	struct drm_mode_get_connector args = {
		.modes_ptr = (uintptr_t)modes,
		.count_modes = MAX_MODES,
	};

	must(get_connector(file, i, &args));
	return args.count_modes;
}

static const struct drm_display_mode vga = {
	.type = DRM_MODE_TYPE_DRIVER,
	.clock = 25175,
	.hdisplay = 640,
	.hsync_start = 656,
	.hsync_end = 752,
	.htotal = 800,
	.vdisplay = 480,
	.vsync_start = 490,
	.vsync_end = 492,
	.vtotal = 525,
	.flags = DRM_MODE_FLAG_NHSYNC | DRM_MODE_FLAG_NVSYNC,
	.name = "640x480",
};

static void set_modes(const struct drm_display_mode *modes, int nr)
{
	toy()->modes[0] = modes;
	toy()->nr_modes[0] = nr;
}

TEST(nothing_is_known_before_the_first_probe)
{
	struct drm_mode_modeinfo modes[MAX_MODES];
	struct drm_mode_get_connector args = {.count_modes = 1,
					      .modes_ptr = (uintptr_t)modes};

	must(get_connector(stage.file, 0, &args));
	assert_int_equal(args.connection, connector_status_unknown);
	assert_int_equal(args.count_modes, 0);
	assert_int_equal(args.connector_type, DRM_MODE_CONNECTOR_VIRTUAL);
	assert_int_equal(args.connector_type_id, 1);
	assert_int_equal(args.encoder_id, 0);
	assert_int_equal(args.count_encoders, 1);
	/* DPMS, link-status, non-desktop, TILE */
	assert_int_equal(args.count_props, 4);
}

TEST(only_the_master_probes)
{
	struct drm_mode_get_connector args = {0};

	must(get_connector(stage.second, 0, &args));
	assert_int_equal(args.connection, connector_status_unknown);
	assert_int_equal(args.count_modes, 0);
	args = probe(0);
	assert_int_equal(args.connection, connector_status_connected);
	assert_true(args.count_modes > 0);
	args = (struct drm_mode_get_connector){0};
	must(get_connector(stage.second, 0, &args));
	assert_int_equal(args.connection, connector_status_connected);
}

TEST(a_display_that_says_nothing_has_vesas_modes)
{
	struct drm_mode_modeinfo modes[MAX_MODES];
	u32 n;

	probe(0);
	n = modes_of(stage.file, 0, modes);
	assert_int_equal(n, 5);
	assert_string_equal(modes[0].name, "1024x768");
	assert_string_equal(modes[1].name, "800x600");
	assert_int_equal(modes[1].vrefresh, 60);
	assert_string_equal(modes[2].name, "800x600");
	assert_int_equal(modes[2].vrefresh, 56);
	assert_string_equal(modes[3].name, "848x480");
	assert_string_equal(modes[4].name, "640x480");
	assert_int_equal(modes[4].type, DRM_MODE_TYPE_DRIVER);
}

TEST(the_best_mode_comes_first)
{
	struct drm_display_mode given[4] = {vga, vga, vga, vga};
	struct drm_mode_modeinfo modes[MAX_MODES];

	given[1].vtotal = 1050; /* 30 Hz */
	given[2].hdisplay = 600;
	given[2].type |= DRM_MODE_TYPE_PREFERRED;
	given[3].hdisplay = 648;
	set_modes(given, 4);
	probe(0);
	assert_int_equal(modes_of(stage.file, 0, modes), 4);
	assert_int_equal(modes[0].hdisplay, 600);
	assert_int_equal(modes[1].hdisplay, 648);
	assert_int_equal(modes[2].vrefresh, 60);
	assert_int_equal(modes[3].vrefresh, 30);
}

TEST(what_cannot_be_shown_is_left_out)
{
	struct drm_display_mode given[7] = {vga, vga, vga, vga, vga, vga, vga};
	struct drm_mode_modeinfo modes[MAX_MODES];

	given[0].hdisplay = TOY_MAX_SIZE + 1;
	given[0].hsync_start = given[0].hsync_end = given[0].htotal = 4000;
	given[1].vdisplay = TOY_MAX_SIZE + 1;
	given[1].vsync_start = given[1].vsync_end = given[1].vtotal = 4000;
	given[2].flags |= DRM_MODE_FLAG_INTERLACE;
	given[3].flags |= DRM_MODE_FLAG_DBLSCAN;
	given[4].flags |= DRM_MODE_FLAG_3D_TOP_AND_BOTTOM;
	given[5].htotal = 1;
	set_modes(given, 7);
	probe(0);
	assert_int_equal(modes_of(stage.file, 0, modes), 1);
	assert_int_equal(modes[0].flags, vga.flags);
}

TEST(equal_modes_are_one_with_all_their_types)
{
	struct drm_display_mode given[2] = {vga, vga};
	struct drm_mode_modeinfo modes[MAX_MODES];

	given[0].clock = 100001;
	given[1].clock = 100002; /* not enough to be another one */
	given[1].type = DRM_MODE_TYPE_PREFERRED;
	set_modes(given, 2);
	probe(0);
	assert_int_equal(modes_of(stage.file, 0, modes), 1);
	assert_int_equal(modes[0].type,
			 DRM_MODE_TYPE_DRIVER | DRM_MODE_TYPE_PREFERRED);
	assert_int_equal(modes[0].clock, 100002);
	/* The next probe knows nothing of that. */
	set_modes(given, 1);
	probe(0);
	assert_int_equal(modes_of(stage.file, 0, modes), 1);
	assert_int_equal(modes[0].type, DRM_MODE_TYPE_DRIVER);
	assert_int_equal(modes[0].clock, 100001);
}

TEST(modes_go_when_the_display_is_unplugged)
{
	struct drm_mode_modeinfo modes[MAX_MODES];

	probe(0);
	toy()->status[0] = connector_status_disconnected;
	assert_true(modes_of(stage.file, 0, modes) > 0);
	assert_int_equal(probe(0).connection, connector_status_disconnected);
	assert_int_equal(modes_of(stage.file, 0, modes), 0);
}

TEST(modes_are_given_all_or_none)
{
	struct drm_mode_modeinfo modes[MAX_MODES] = {{0}};
	struct drm_mode_get_connector args = {
		.modes_ptr = (uintptr_t)modes,
		.count_modes = 4,
	};

	assert_int_equal(probe(0).count_modes, 5);
	must(get_connector(stage.file, 0, &args));
	assert_int_equal(args.count_modes, 5);
	assert_int_equal(modes[0].clock, 0);
	args.modes_ptr = 8;
	args.count_props = 0;
	assert_int_equal(get_connector(stage.file, 0, &args), -EFAULT);
}

TEST(lists_of_encoders_and_properties_are_written_where_there_is_room)
{
	u32 encoder = 0, props[8];
	u64 values[8];
	struct drm_mode_get_connector args = {
		.encoders_ptr = (uintptr_t)&encoder,
		.count_encoders = 1,
		.props_ptr = (uintptr_t)props,
		.prop_values_ptr = (uintptr_t)values,
		.count_props = 8,
		.count_modes = 1,
		.modes_ptr = 8,
	};

	must(get_connector(stage.file, 1, &args));
	assert_int_equal(encoder, toy()->encoder[1].base.id);
	assert_int_equal(args.count_props, 5);
	assert_int_equal(props[0],
			 stage.dev->mode_config.edid_property->base.id);
	args.encoders_ptr = 8;
	assert_int_equal(get_connector(stage.file, 1, &args), -EFAULT);
}

TEST(of_modes_that_differ_in_their_aspect_ratio_some_see_one)
{
	struct drm_set_client_cap cap = {DRM_CLIENT_CAP_ASPECT_RATIO, 1};
	struct drm_display_mode given[3] = {vga, vga, vga};
	struct drm_mode_modeinfo modes[MAX_MODES];

	given[0].picture_aspect_ratio = DRM_MODE_PICTURE_ASPECT_4_3;
	given[1].picture_aspect_ratio = DRM_MODE_PICTURE_ASPECT_16_9;
	given[2].hdisplay = 600;
	given[2].picture_aspect_ratio = DRM_MODE_PICTURE_ASPECT_16_9;
	set_modes(given, 3);
	probe(0);
	assert_int_equal(modes_of(stage.file, 0, modes), 2);
	assert_int_equal(modes[0].flags, vga.flags);
	assert_int_equal(modes[1].flags, vga.flags);
	must(display_request(stage.file, DRM_IOCTL_SET_CLIENT_CAP, &cap));
	assert_int_equal(modes_of(stage.file, 0, modes), 3);
	assert_int_equal(modes[0].flags, vga.flags | DRM_MODE_FLAG_PIC_AR_4_3);
	assert_int_equal(modes_of(stage.second, 0, modes), 2);
}

TEST(an_edid_is_a_property_until_the_display_is_unplugged)
{
	struct drm_connector *connector = &toy()->connector[1];
	const struct drm_property_blob *blob;
	u8 edid[EDID_LENGTH] = {1}, other[EDID_LENGTH] = {2};
	u64 epoch;

	toy()->edid[1] = edid;
	probe(1);
	blob = connector->edid_blob_ptr;
	assert_memory_equal(blob->data, edid, sizeof(edid));
	assert_int_equal(connector->properties.values[0], blob->base.id);
	epoch = connector->epoch_counter;
	probe(1);
	assert_int_equal(connector->epoch_counter, epoch);
	toy()->edid[1] = other;
	probe(1);
	assert_int_equal(connector->epoch_counter, epoch + 1);
	toy()->status[1] = connector_status_disconnected;
	probe(1);
	assert_null(connector->edid_blob_ptr);
	assert_int_equal(connector->properties.values[0], 0);
}

TEST(an_encoder_tells_which_crtcs_it_can_have)
{
	struct drm_mode_get_encoder args = {.encoder_id =
						    toy()->encoder[1].base.id};

	must(display_request(stage.file, DRM_IOCTL_MODE_GETENCODER, &args));
	assert_int_equal(args.encoder_type, DRM_MODE_ENCODER_VIRTUAL);
	assert_int_equal(args.possible_crtcs, 3);
	assert_int_equal(args.possible_clones, 2);
	assert_int_equal(args.crtc_id, 0);
	args.encoder_id = connector_id(0);
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETENCODER, &args),
		-ENOENT);
}

TEST(what_is_lit_is_told_by_encoder_and_connector)
{
	u32 crtc = toy()->crtc[1].base.id;
	u32 fb = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
	struct drm_mode_get_encoder args = {.encoder_id =
						    toy()->encoder[0].base.id};

	must(set_crtc(stage.file, crtc, fb, connector_id(0)));
	must(display_request(stage.second, DRM_IOCTL_MODE_GETENCODER, &args));
	assert_int_equal(args.crtc_id, crtc);
	assert_int_equal(probe(0).encoder_id, args.encoder_id);
	must(set_crtc(stage.file, crtc, 0, 0));
	must(display_request(stage.second, DRM_IOCTL_MODE_GETENCODER, &args));
	assert_int_equal(args.crtc_id, 0);
	assert_int_equal(probe(0).encoder_id, 0);
}

TEST(getresources_lists_what_there_is)
{
	u32 crtcs[2] = {0}, connectors[4] = {0}, encoders[1] = {0}, fbs[2];
	struct drm_mode_card_res res = {
		.crtc_id_ptr = (uintptr_t)crtcs,
		.count_crtcs = 2,
		.connector_id_ptr = (uintptr_t)connectors,
		.count_connectors = 4,
		.encoder_id_ptr = (uintptr_t)encoders,
		.count_encoders = 1,
		.fb_id_ptr = (uintptr_t)fbs,
		.count_fbs = 2,
	};
	u32 fb = make_fb(stage.file, 64, 64);

	make_fb(stage.second, 64, 64);
	must(display_request(stage.file, DRM_IOCTL_MODE_GETRESOURCES, &res));
	assert_int_equal(res.count_crtcs, 2);
	assert_int_equal(crtcs[1], toy()->crtc[1].base.id);
	assert_int_equal(res.count_connectors, 2);
	assert_int_equal(connectors[0], connector_id(0));
	assert_int_equal(res.count_encoders, 2);
	assert_int_equal(encoders[0], toy()->encoder[0].base.id);
	/* Framebuffers are the file's own. */
	assert_int_equal(res.count_fbs, 1);
	assert_int_equal(fbs[0], fb);
	assert_int_equal(res.min_width, TOY_MIN_SIZE);
	assert_int_equal(res.max_height, TOY_MAX_SIZE);
	res.encoder_id_ptr = 8;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETRESOURCES, &res),
		-EFAULT);
}

/* ---- hot-plug ---- */

static char told[256];

static void note_uevent(struct drm_device *dev, const char *env)
{
	(void)dev;
	strncat(told, env, sizeof(told) - strlen(told) - 1);
}

TEST(a_change_is_told_to_who_asks_for_it_though_a_program_probes_first)
{
	struct drm_connector *connector = &toy()->connector[0];

	probe(0);
	assert_false(drm_connector_detect_changed(connector));
	toy()->status[0] = connector_status_disconnected;
	assert_true(drm_connector_detect_changed(connector));
	assert_false(drm_connector_detect_changed(connector));
	toy()->status[0] = connector_status_connected;
	probe(0);
	assert_true(drm_connector_detect_changed(connector));
	assert_false(drm_connector_detect_changed(connector));
}

TEST(a_plugged_display_is_told_of_with_its_connectors_number)
{
	static const struct drm_host_ops host = {.uevent = note_uevent};
	char expected[64];

	drm_kms_helper_hotplug_event(stage.dev);
	stage.dev->host = &host;
	told[0] = '\0';
	drm_kms_helper_hotplug_event(stage.dev);
	assert_string_equal(told, "HOTPLUG=1\n");
	told[0] = '\0';
	drm_kms_helper_connector_hotplug_event(&toy()->connector[1]);
	snprintf(expected, sizeof(expected), "HOTPLUG=1\nCONNECTOR=%u\n",
		 connector_id(1));
	assert_string_equal(told, expected);
}

/* ---- faults ---- */

static void prepare_probed(void)
{
	probe(0);
}

static int run_get_connector(void)
{
	struct drm_mode_modeinfo modes[MAX_MODES];
	struct drm_mode_get_connector args = {
		.modes_ptr = (uintptr_t)modes,
		.count_modes = MAX_MODES,
	};

	return get_connector(stage.file, 0, &args);
}

TEST(getconnector_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "GETCONNECTOR",
		.setup = toy_display_setup,
		.prepare = prepare_probed,
		.run = run_get_connector,
	};

	walk_all(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(nothing_is_known_before_the_first_probe),
		ON_DISPLAY(only_the_master_probes),
		ON_DISPLAY(a_display_that_says_nothing_has_vesas_modes),
		ON_DISPLAY(the_best_mode_comes_first),
		ON_DISPLAY(what_cannot_be_shown_is_left_out),
		ON_DISPLAY(equal_modes_are_one_with_all_their_types),
		ON_DISPLAY(modes_go_when_the_display_is_unplugged),
		ON_DISPLAY(modes_are_given_all_or_none),
		ON_DISPLAY(
			lists_of_encoders_and_properties_are_written_where_there_is_room),
		ON_DISPLAY(
			of_modes_that_differ_in_their_aspect_ratio_some_see_one),
		ON_DISPLAY(
			an_edid_is_a_property_until_the_display_is_unplugged),
		ON_DISPLAY(an_encoder_tells_which_crtcs_it_can_have),
		ON_DISPLAY(what_is_lit_is_told_by_encoder_and_connector),
		ON_DISPLAY(getresources_lists_what_there_is),
		ON_DISPLAY(
			a_change_is_told_to_who_asks_for_it_though_a_program_probes_first),
		ON_DISPLAY(
			a_plugged_display_is_told_of_with_its_connectors_number),
		PLAIN(getconnector_fails_without_a_trace),
	};

	return cmocka_run_group_tests_name("kms_connector", tests, NULL, NULL);
}
