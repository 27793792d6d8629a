/* SPDX-License-Identifier: MIT */
/* Pictures: what a CRTC shows, independent of what it shows next. */
#include "vkms.h"

struct vkms_picture *vkms_picture_get(struct vkms_picture *picture)
{
	kref_get(&picture->ref);
	return picture;
}

static void picture_free(struct kref *ref)
{
	struct vkms_picture *picture =
		container_of(ref, struct vkms_picture, ref);

	for (unsigned int i = 0; i < picture->nr_layers; i++) {
		drm_framebuffer_put(picture->layers[i].fb);
	}
	if (picture->gamma_lut) {
		drm_property_blob_put(picture->gamma_lut);
	}
	kfree(picture->pixels);
	kfree(picture);
}

void vkms_picture_put(struct vkms_picture *picture)
{
	if (picture) {
		kref_put(&picture->ref, picture_free);
	}
}

static void add_layer(struct vkms_picture *picture,
		      const struct drm_plane_state *plane_state)
{
	struct vkms_layer *layer = &picture->layers[picture->nr_layers++];

	drm_framebuffer_get(plane_state->fb);
	layer->fb = plane_state->fb;
	layer->src_x = plane_state->src.x1 >> 16;
	layer->src_y = plane_state->src.y1 >> 16;
	layer->dst = plane_state->dst;
	layer->rotation = plane_state->rotation;
	layer->encoding = plane_state->color_encoding;
	layer->range = plane_state->color_range;
}

static u32 refresh_mhz(const struct drm_display_mode *mode)
{
	u64 pixels = (u64)mode->htotal * mode->vtotal;

	return pixels ? (u32)(((u64)mode->clock * 1000000 + pixels / 2) /
			      pixels)
		      : 0;
}

struct vkms_picture *
vkms_picture_create(const struct drm_atomic_state *state,
		    const struct drm_crtc_state *crtc_state)
{
	struct vkms_picture *picture = kzalloc(sizeof(*picture), GFP_KERNEL);
	struct drm_plane *plane;

	if (!picture) {
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&picture->ref);
	picture->width = crtc_state->mode.hdisplay;
	picture->height = crtc_state->mode.vdisplay;
	picture->refresh_mhz = refresh_mhz(&crtc_state->mode);
	if (crtc_state->gamma_lut) {
		picture->gamma_lut =
			drm_property_blob_get(crtc_state->gamma_lut);
	}
	/* The planes have no zpos: the order is that in which they were made.
	 */
	drm_for_each_plane_mask (plane, state->dev, crtc_state->plane_mask) {
		const struct drm_plane_state *plane_state =
			drm_atomic_get_new_plane_state(state, plane);

		if (!WARN_ON(!plane_state) && plane_state->visible) {
			add_layer(picture, plane_state);
		}
	}
	return picture;
}

struct vkms_picture *vkms_picture_still(const struct vkms_picture *picture)
{
	struct vkms_picture *still = kzalloc(sizeof(*still), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!still) {
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&still->ref);
	still->width = picture->width;
	still->height = picture->height;
	still->refresh_mhz = picture->refresh_mhz;
	still->pixels = kmalloc_array((size_t)still->width * still->height,
				      sizeof(*still->pixels), GFP_KERNEL);
	if (still->pixels) {
		ret = vkms_compose(picture, still->pixels,
				   still->width * (u32)sizeof(u32));
	}
	if (ret) {
		vkms_picture_put(still);
		return ERR_PTR(ret);
	}
	return still;
}
