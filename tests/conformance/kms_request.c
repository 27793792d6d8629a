/* SPDX-License-Identifier: MIT */
#include "kms.h"

#include <errno.h>
#include <sys/ioctl.h>

void request_add_id(struct request *request, uint32_t object, uint32_t property,
		    uint64_t value)
{
	unsigned int last = request->nr_objects - 1;

	if (!request->nr_objects || request->objects[last] != object) {
		last = request->nr_objects++;
		request->objects[last] = object;
		request->counts[last] = 0;
	}
	request->counts[last]++;
	request->props[request->nr_props] = property;
	request->values[request->nr_props++] = value;
}

void request_add(struct request *request, uint32_t object, const char *property,
		 uint64_t value)
{
	request_add_id(request, object, kms_property(object, property), value);
}

void request_plane(struct request *request, uint32_t plane, uint32_t fb, int x,
		   int y, unsigned int width, unsigned int height)
{
	uint64_t w = fb ? width : 0, h = fb ? height : 0;

	request_add(request, plane, "FB_ID", fb);
	request_add(request, plane, "CRTC_ID", fb ? ids.crtc[0] : 0);
	request_add(request, plane, "CRTC_X", (uint64_t)x);
	request_add(request, plane, "CRTC_Y", (uint64_t)y);
	request_add(request, plane, "CRTC_W", w);
	request_add(request, plane, "CRTC_H", h);
	request_add(request, plane, "SRC_X", 0);
	request_add(request, plane, "SRC_Y", 0);
	request_add(request, plane, "SRC_W", w << 16);
	request_add(request, plane, "SRC_H", h << 16);
}

void request_on(struct request *request, int file, uint32_t fb)
{
	const struct drm_mode_modeinfo *mode = kms_mode(file);

	request_add(request, ids.display, "CRTC_ID", ids.crtc[0]);
	request_add(request, ids.crtc[0], "MODE_ID",
		    kms_blob(file, mode, sizeof(*mode)));
	request_add(request, ids.crtc[0], "ACTIVE", 1);
	request_plane(request, ids.primary, fb, 0, 0, mode->hdisplay,
		      mode->vdisplay);
}

void request_off(struct request *request)
{
	for (unsigned int i = 0; i < ids.nr_planes; i++) {
		request_plane(request, ids.plane[i], 0, 0, 0, 0, 0);
		if (kms_property(ids.plane[i], "rotation")) {
			request_add(request, ids.plane[i], "rotation", 1);
		}
	}
	for (unsigned int i = 0; i < ids.nr_connectors; i++) {
		request_add(request, ids.connector[i], "CRTC_ID", 0);
	}
	for (unsigned int i = 0; i < ids.nr_crtcs; i++) {
		request_add(request, ids.crtc[i], "ACTIVE", 0);
		request_add(request, ids.crtc[i], "MODE_ID", 0);
		if (kms_property(ids.crtc[i], "GAMMA_LUT")) {
			request_add(request, ids.crtc[i], "GAMMA_LUT", 0);
		}
	}
}

int request_commit(int file, const struct request *request, uint32_t flags,
		   uint64_t user_data)
{
	struct drm_mode_atomic atomic = {
		.flags = flags,
		.count_objs = request->nr_objects,
		.objs_ptr = POINTER(request->objects),
		.count_props_ptr = POINTER(request->counts),
		.props_ptr = POINTER(request->props),
		.prop_values_ptr = POINTER(request->values),
		.user_data = user_data,
	};

	return ioctl(file, DRM_IOCTL_MODE_ATOMIC, &atomic);
}

uint32_t kms_blob(int file, const void *data, uint32_t length)
{
	struct drm_mode_create_blob blob = {
		.data = POINTER(data),
		.length = length,
	};

	if (ioctl(file, DRM_IOCTL_MODE_CREATEPROPBLOB, &blob)) {
		give_up("CREATEPROPBLOB");
	}
	return blob.blob_id;
}
