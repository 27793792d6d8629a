/* SPDX-License-Identifier: MIT */
/* The system's UAPI header, wherever it stands: with the kernel's headers or
 * with libdrm's. */
#if __has_include_next(<drm/drm.h>)
#include_next <drm/drm.h>
#else
#include <drm.h>
#endif
