/* SPDX-License-Identifier: MIT */
/* The system's UAPI header, wherever it stands: with the kernel's headers or
 * with libdrm's. */
#if __has_include_next(<drm/drm_mode.h>)
#include_next <drm/drm_mode.h>
#else
#include <drm_mode.h>
#endif
