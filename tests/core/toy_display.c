/* SPDX-License-Identifier: MIT */
#include "toy_display.h"

#include <drm/drm_atomic_helper.h>
#include <drm/drm_gem_shmem_helper.h>
#include <linux/slab.h>

#include "stage.h"
#include "toy_vblank.h"

static const u32 primary_formats[] = {
	DRM_FORMAT_XRGB8888,
	DRM_FORMAT_ARGB8888,
	DRM_FORMAT_RGB565,
	DRM_FORMAT_NV12,
};
static const u32 cursor_formats[] = {DRM_FORMAT_ARGB8888};

static const struct drm_plane_funcs plane_funcs = {
	.reset = drm_atomic_helper_plane_reset,
	.atomic_duplicate_state = drm_atomic_helper_plane_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_plane_destroy_state,
};

static int plane_check(struct drm_plane *plane, struct drm_atomic_state *state)
{
	struct drm_plane_state *new =
		drm_atomic_get_new_plane_state(state, plane);
	struct drm_crtc_state *crtc_state;

	if (!new->crtc) {
		return 0;
	}
	crtc_state = drm_atomic_get_crtc_state(state, new->crtc);
	if (IS_ERR(crtc_state)) {
		return (int)PTR_ERR(crtc_state);
	}
	return drm_atomic_helper_check_plane_state(
		new, crtc_state, DRM_PLANE_NO_SCALING, DRM_PLANE_NO_SCALING,
		true, true);
}

static const struct drm_plane_helper_funcs plane_helper_funcs = {
	.atomic_check = plane_check,
};

static const struct drm_crtc_funcs crtc_funcs = {
	.reset = drm_atomic_helper_crtc_reset,
	.atomic_duplicate_state = drm_atomic_helper_crtc_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_crtc_destroy_state,
};

static const struct drm_crtc_helper_funcs crtc_helper_funcs = {0};

static enum drm_connector_status detect(struct drm_connector *connector,
					bool force)
{
	(void)force;
	return toy_display_of(connector->dev)->status[connector->index];
}

static const struct drm_connector_funcs connector_funcs = {
	.detect = detect,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
	.destroy = drm_connector_cleanup,
};

static int get_modes(struct drm_connector *connector)
{
	struct toy_display *toy = toy_display_of(connector->dev);
	unsigned int i = connector->index;
	int count = 0;

	if (toy->edid[i]) {
		drm_connector_update_edid_property(connector, toy->edid[i],
						   EDID_LENGTH);
	}
	for (int n = 0; n < toy->nr_modes[i]; n++) {
		struct drm_display_mode *mode =
			drm_mode_duplicate(connector->dev, &toy->modes[i][n]);

		if (mode) {
			drm_mode_probed_add(connector, mode);
			count++;
		}
	}
	return count;
}

static const struct drm_connector_helper_funcs connector_helper_funcs = {
	.get_modes = get_modes,
};

static const struct drm_mode_config_funcs config_funcs = {
	.fb_create = drm_gem_fb_create,
	.atomic_check = drm_atomic_helper_check,
	.atomic_commit = drm_atomic_helper_commit,
};

static void fini(struct drm_device *dev)
{
	struct toy_display *toy = dev->dev_private;
	struct drm_connector *connector, *next_connector;
	struct drm_encoder *encoder, *next_encoder;
	struct drm_plane *plane, *next_plane;
	struct drm_crtc *crtc, *next_crtc;
	struct drm_mode_config *config = &dev->mode_config;

	if (!config->hooks) {
		goto out;
	}
	list_for_each_entry_safe (connector, next_connector,
				  &config->connector_list, head) {
		drm_connector_put(connector);
	}
	list_for_each_entry_safe (encoder, next_encoder, &config->encoder_list,
				  head) {
		drm_encoder_cleanup(encoder);
	}
	list_for_each_entry_safe (crtc, next_crtc, &config->crtc_list, head) {
		drm_crtc_cleanup(crtc);
	}
	list_for_each_entry_safe (plane, next_plane, &config->plane_list,
				  head) {
		drm_plane_cleanup(plane);
	}
	drm_vblank_cleanup(dev);
	drm_mode_config_cleanup(dev);
out:
	kfree(toy);
	kfree(dev->dev);
}

static const struct drm_driver toy_display_driver = {
	.name = "toy-display",
	.desc = "Toy with displays",
	.date = "20261126",
	.major = 1,
	.driver_features = DRIVER_GEM | DRIVER_MODESET | DRIVER_ATOMIC,
	.release = fini,
	DRM_GEM_SHMEM_DRIVER_OPS,
};

struct toy_display *toy_display_of(struct drm_device *dev)
{
	return dev->dev_private;
}

static int init_plane(struct drm_device *dev, struct drm_plane *plane,
		      u32 crtcs, enum drm_plane_type type)
{
	bool cursor = type == DRM_PLANE_TYPE_CURSOR;
	int ret = drm_universal_plane_init(dev, plane, crtcs, &plane_funcs,
					   cursor ? cursor_formats
						  : primary_formats,
					   cursor ? ARRAY_SIZE(cursor_formats)
						  : ARRAY_SIZE(primary_formats),
					   NULL, type);

	drm_plane_helper_add(plane, &plane_helper_funcs);
	return ret;
}

static int init_pipe(struct drm_device *dev, struct toy_display *toy, int i)
{
	int ret;

	ret = init_plane(dev, &toy->primary[i], 1u << i,
			 DRM_PLANE_TYPE_PRIMARY);
	if (!ret) {
		ret = init_plane(dev, &toy->cursor[i], 1u << i,
				 DRM_PLANE_TYPE_CURSOR);
	}
	if (!ret) {
		ret = drm_crtc_init_with_planes(dev, &toy->crtc[i],
						&toy->primary[i],
						&toy->cursor[i],
						toy->counts
							? &toy_vblank_crtc_funcs
							: &crtc_funcs);
	}
	if (!ret) {
		drm_crtc_helper_add(&toy->crtc[i],
				    toy->counts ? &toy_vblank_crtc_helper_funcs
						: &crtc_helper_funcs);
		drm_crtc_enable_color_mgmt(&toy->crtc[i], 0, false, 256);
		ret = drm_mode_crtc_set_gamma_size(&toy->crtc[i], 256);
	}
	return ret;
}

static int init_output(struct drm_device *dev, struct toy_display *toy, int i)
{
	int ret;

	ret = drm_encoder_init(dev, &toy->encoder[i], DRM_MODE_ENCODER_VIRTUAL);
	if (ret) {
		return ret;
	}
	toy->encoder[i].possible_crtcs = (1u << TOY_PIPES) - 1;
	ret = drm_connector_init(dev, &toy->connector[i], &connector_funcs,
				 i ? DRM_MODE_CONNECTOR_HDMIA
				   : DRM_MODE_CONNECTOR_VIRTUAL);
	if (ret) {
		return ret;
	}
	drm_connector_helper_add(&toy->connector[i], &connector_helper_funcs);
	toy->status[i] = connector_status_connected;
	return drm_connector_attach_encoder(&toy->connector[i],
					    &toy->encoder[i]);
}

static int init(struct drm_device *dev, struct toy_display *toy)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret = toy->counts ? toy_vblank_init(dev) : 0;

	config->min_width = config->min_height = TOY_MIN_SIZE;
	config->max_width = config->max_height = TOY_MAX_SIZE;
	config->funcs = &config_funcs;
	for (int i = 0; i < TOY_PIPES && !ret; i++) {
		ret = init_pipe(dev, toy, i);
	}
	if (!ret) {
		ret = init_plane(dev, &toy->overlay, (1u << TOY_PIPES) - 1,
				 DRM_PLANE_TYPE_OVERLAY);
	}
	for (int i = 0; i < TOY_PIPES && !ret; i++) {
		ret = init_output(dev, toy, i);
	}
	if (!ret) {
		ret = drm_mode_config_reset(dev);
	}
	return ret ? ret : drm_dev_register(dev);
}

static struct drm_device *create(bool counts)
{
	struct device *parent = kzalloc(sizeof(*parent), GFP_KERNEL);
	struct toy_display *toy = kzalloc(sizeof(*toy), GFP_KERNEL);
	struct drm_device *dev;
	int ret;

	if (!parent || !toy) {
		dev = ERR_PTR(-ENOMEM);
		goto err_free;
	}
	parent->name = "toy-display.0";
	dev = drm_dev_alloc(&toy_display_driver, parent);
	if (IS_ERR(dev)) {
		goto err_free;
	}
	dev->dev_private = toy;
	toy->counts = counts;
	ret = drm_mode_config_init(dev);
	if (ret) {
		goto err_put;
	}
	ret = init(dev, toy);
	if (ret) {
		goto err_put;
	}
	return dev;

err_put:
	drm_dev_put(dev);
	return ERR_PTR(ret);
err_free:
	kfree(parent);
	kfree(toy);
	return dev;
}

struct drm_device *toy_display_create(void)
{
	return create(false);
}

struct drm_device *toy_display_create_counting(void)
{
	return create(true);
}

void toy_display_destroy(struct drm_device *dev)
{
	drm_dev_unregister(dev);
	drm_atomic_helper_shutdown(dev);
	drm_dev_put(dev);
}

static void destroy(struct drm_device *dev)
{
	if (dev->driver == &toy_display_driver) {
		toy_display_destroy(dev);
	} else {
		uprime_driver_find("vgem")->destroy(dev);
	}
}

int toy_display_setup_on(struct drm_device *dev, void **state)
{
	(void)state;
	assert_false(IS_ERR(dev));
	return stage_setup_devices(
		dev, uprime_driver_find("vgem")->create(NULL), destroy);
}

int toy_display_setup(void **state)
{
	return toy_display_setup_on(toy_display_create(), state);
}
