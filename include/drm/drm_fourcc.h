/* SPDX-License-Identifier: MIT */
/* The system's UAPI header, wherever it stands: with the kernel's headers or
 * with libdrm's. */
#if __has_include_next(<drm/drm_fourcc.h>)
#include_next <drm/drm_fourcc.h>
#else
#include <drm_fourcc.h>
#endif
