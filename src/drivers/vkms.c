/* SPDX-License-Identifier: MIT */
/**
 * DOC: vkms, displays in memory
 *
 * The driver of Linux with this name: displays that nobody has to have. Each
 * has a CRTC, a connector and planes of its own, vblanks at its mode's rate,
 * and a writeback connector, by which programs get what it shows. Who hosts the
 * device can look at the displays (<uprime/display.h>), and plug them in and
 * pull them out.
 *
 * A picture is composed when somebody wants to have it, and not else.
 */
#include <drm/drm_gem_shmem_helper.h>

#include "vkms.h"

#define MAX_PLANES 32 /* of a device: masks have a bit for each */

static int vkms_atomic_check(struct drm_device *dev,
			     struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		if (new_state->gamma_lut && new_state->color_mgmt_changed &&
		    new_state->gamma_lut->length /
				    sizeof(struct drm_color_lut) >
			    VKMS_LUT_SIZE) {
			return -EINVAL;
		}
	}
	return drm_atomic_helper_check(dev, state);
}

/* Planes first, then modes: a CRTC that is switched on has its picture. */
static void vkms_atomic_commit_tail(struct drm_atomic_state *state)
{
	struct drm_device *dev = state->dev;

	drm_atomic_helper_commit_modeset_disables(dev, state);
	drm_atomic_helper_commit_planes(dev, state, 0);
	drm_atomic_helper_commit_modeset_enables(dev, state);
	drm_atomic_helper_fake_vblank(state);
	drm_atomic_helper_commit_hw_done(state);
	drm_atomic_helper_wait_for_flip_done(dev, state);
	drm_atomic_helper_cleanup_planes(dev, state);
}

static const struct drm_mode_config_funcs vkms_mode_funcs = {
	.fb_create = drm_gem_fb_create,
	.atomic_check = vkms_atomic_check,
	.atomic_commit = drm_atomic_helper_commit,
};

static const struct drm_mode_config_helper_funcs vkms_mode_config_helpers = {
	.atomic_commit_tail = vkms_atomic_commit_tail,
};

static void set_mode_config(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;

	config->funcs = &vkms_mode_funcs;
	config->helper_private = &vkms_mode_config_helpers;
	config->min_width = VKMS_SIZE_MIN;
	config->min_height = VKMS_SIZE_MIN;
	config->max_width = VKMS_SIZE_MAX;
	config->max_height = VKMS_SIZE_MAX;
	config->cursor_width = VKMS_CURSOR_SIZE;
	config->cursor_height = VKMS_CURSOR_SIZE;
}

static void fini_outputs(struct vkms_device *vkms)
{
	while (vkms->nr_outputs) {
		vkms_output_fini(&vkms->outputs[--vkms->nr_outputs]);
	}
}

static int init_outputs(struct drm_device *dev,
			const struct uprime_device_options *options,
			unsigned int count)
{
	struct vkms_device *vkms = dev->dev_private;
	int ret = 0;

	while (!ret && vkms->nr_outputs < count) {
		unsigned int i = vkms->nr_outputs;

		ret = vkms_output_init(&vkms->outputs[i], dev, options, i);
		if (!ret) {
			vkms->nr_outputs++;
		}
	}
	if (!ret) {
		ret = drm_mode_config_reset(dev);
	}
	if (ret) {
		fini_outputs(vkms);
	}
	return ret;
}

/* Who only looks, and /sys, finds the displays probed: where Linux has a
 * console on them, that has done it. */
static void probe_outputs(struct drm_device *dev)
{
	struct vkms_device *vkms = dev->dev_private;

	mutex_lock(&dev->mode_config.mutex);
	for (unsigned int i = 0; i < vkms->nr_outputs; i++) {
		drm_helper_probe_single_connector_modes(
			&vkms->outputs[i].connector, VKMS_SIZE_MAX,
			VKMS_SIZE_MAX);
	}
	mutex_unlock(&dev->mode_config.mutex);
}

static void vkms_release(struct drm_device *dev)
{
	struct vkms_device *vkms = dev->dev_private;

	if (vkms) {
		fini_outputs(vkms);
		drm_vblank_cleanup(dev);
		drm_mode_config_cleanup(dev);
		mutex_destroy(&vkms->watch_lock);
		kfree(vkms);
	}
	uprime_device_release(dev);
}

static const struct drm_driver vkms_driver = {
	.name = "vkms",
	.desc = "Virtual Kernel Mode Setting",
	.date = "0", /* as Linux has said of every driver for some time */
	.major = 1,
	.driver_features = DRIVER_MODESET | DRIVER_ATOMIC | DRIVER_GEM,
	.release = vkms_release,
	DRM_GEM_SHMEM_DRIVER_OPS,
};

/* Everything but the nodes. On failure vkms is gone. */
static int init_device(struct drm_device *dev, struct vkms_device *vkms,
		       const struct uprime_device_options *options,
		       unsigned int displays)
{
	int ret;

	mutex_init(&vkms->watch_lock);
	INIT_LIST_HEAD(&vkms->watches);
	ret = drm_mode_config_init(dev);
	if (ret) {
		goto err_free;
	}
	set_mode_config(dev);
	ret = drm_vblank_init(dev, displays);
	if (ret) {
		goto err_config;
	}
	dev->dev_private = vkms;
	ret = init_outputs(dev, options, displays);
	if (ret) {
		goto err_vblank;
	}
	return 0;

err_vblank:
	dev->dev_private = NULL;
	drm_vblank_cleanup(dev);
err_config:
	drm_mode_config_cleanup(dev);
err_free:
	mutex_destroy(&vkms->watch_lock);
	kfree(vkms);
	return ret;
}

/* How many displays are asked for; -EINVAL: more than there can be. */
static int count_displays(const struct uprime_device_options *options)
{
	unsigned int displays = max(options->nr_displays, 1u);
	unsigned int planes = 1 + (options->overlay ? VKMS_OVERLAY_PLANES : 0) +
			      !options->no_cursor;

	if (displays > UPRIME_DISPLAYS_MAX || displays * planes > MAX_PLANES) {
		return -EINVAL;
	}
	return (int)displays;
}

static struct drm_device *
vkms_create(const struct uprime_device_options *options)
{
	static const struct uprime_device_options none;
	struct vkms_device *vkms;
	struct drm_device *dev;
	int displays, ret;

	options = options ? options : &none;
	displays = count_displays(options);
	if (displays < 0) {
		return ERR_PTR(displays);
	}
	vkms = kzalloc(sizeof(*vkms) +
			       (size_t)displays * sizeof(*vkms->outputs),
		       GFP_KERNEL);
	if (!vkms) {
		return ERR_PTR(-ENOMEM);
	}
	dev = uprime_device_alloc(&vkms_driver, options);
	if (IS_ERR(dev)) {
		kfree(vkms);
		return dev;
	}
	ret = init_device(dev, vkms, options, (unsigned int)displays);
	if (!ret) {
		probe_outputs(dev);
		ret = drm_dev_register(dev);
	}
	if (ret) {
		drm_dev_put(dev);
		return ERR_PTR(ret);
	}
	return dev;
}

static void vkms_destroy(struct drm_device *dev)
{
	drm_dev_unregister(dev);
	drm_atomic_helper_shutdown(dev);
	drm_dev_put(dev);
}

static int vkms_plug(struct drm_device *dev, unsigned int display,
		     bool connected,
		     const struct uprime_display_options *options)
{
	struct vkms_device *vkms = dev->dev_private;
	struct vkms_output *output;
	int ret = 0;

	if (display >= vkms->nr_outputs) {
		return -EINVAL;
	}
	output = &vkms->outputs[display];
	mutex_lock(&dev->mode_config.mutex);
	if (options) {
		ret = vkms_output_set_modes(output, options);
	}
	if (!ret) {
		output->connected = connected;
	}
	mutex_unlock(&dev->mode_config.mutex);
	if (ret) {
		return ret;
	}
	if (drm_connector_detect_changed(&output->connector) || options) {
		drm_kms_helper_connector_hotplug_event(&output->connector);
	}
	return 0;
}

const struct uprime_driver vkms_uprime_driver = {
	.name = "vkms",
	.summary = "a display in memory, as Linux's vkms",
	.create = vkms_create,
	.destroy = vkms_destroy,
	.display = &vkms_display_ops,
	.plug = vkms_plug,
};
