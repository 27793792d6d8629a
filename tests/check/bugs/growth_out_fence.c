/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* Each commit asks for a fence, which nobody closes. */
#include "display.h"

int main(void)
{
	struct display display;
	uint32_t fence_prop, fb_prop;
	int32_t fence;

	display_on(&display);
	fence_prop = property(&display, display.crtc, DRM_MODE_OBJECT_CRTC,
			      "OUT_FENCE_PTR");
	fb_prop = property(&display, display.plane, DRM_MODE_OBJECT_PLANE,
			   "FB_ID");
	for (int i = 0; i < FRAMES; i++) {
		drmModeAtomicReq *req = drmModeAtomicAlloc();

		fence = -1;
		drmModeAtomicAddProperty(req, display.plane, fb_prop,
					 display.fb);
		drmModeAtomicAddProperty(req, display.crtc, fence_prop,
					 (uintptr_t)&fence);
		MUST(!drmModeAtomicCommit(display.card, req, 0, NULL)); /* BUG growth: made */
		drmModeAtomicFree(req);
		MUST(fence >= 0);
#ifndef BUG
		close(fence);
#endif
	}
	display_off(&display);
	return 0;
}
