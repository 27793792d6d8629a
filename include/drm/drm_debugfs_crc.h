/* SPDX-License-Identifier: MIT */
/**
 * DOC: checksums of what is shown
 *
 * A driver may tell a checksum of each picture that a CRTC shows, while a
 * program wants them: dri/N/crtc-N/crc/data of debugfs is read, one line a
 * frame. Where from is chosen by crc/control.
 */
#ifndef UPRIME_DRM_DEBUGFS_CRC_H
#define UPRIME_DRM_DEBUGFS_CRC_H

#include <linux/spinlock.h>

struct drm_crtc;
struct drm_crtc_crc_file;

/**
 * struct drm_crtc_crc - the checksums of a CRTC
 */
struct drm_crtc_crc {
	spinlock_t lock;    /* a leaf but for anon_file_send() */
	const char *source; /* one of the driver's; lock */
	bool opened;	    /* somebody reads them, or is about to; lock */
	struct drm_crtc_crc_file *file; /* who gets them, or NULL; lock */
};

/**
 * drm_crtc_crc_open() - open(2) of crc/data by the current task
 * @crtc: a CRTC whose driver has set_crc_source
 *
 * Checksums are told until the last copy of the fd is closed. A line is a
 * packet.
 *
 * Return: the program's end, the caller's to give away; -EIO: it is off;
 * -EBUSY: it is open; -ENOMEM, -ENFILE.
 */
EXPORT_SYMBOL int drm_crtc_crc_open(struct drm_crtc *crtc);

/**
 * drm_crtc_crc_set_source() - write(2) to crc/control
 * @crtc: as above
 * @name: the source's, perhaps with a newline at its end
 * @size: bytes
 *
 * Return: 0; -EINVAL: there is no such source; -EBUSY: crc/data is open.
 */
EXPORT_SYMBOL int drm_crtc_crc_set_source(struct drm_crtc *crtc,
					  const char *name, size_t size);

/**
 * drm_crtc_add_crc_entry() - tell a checksum
 * @crtc: as above
 * @frame: the vblank since which it is shown
 * @crc: the checksum
 *
 * Any lock may be held. Who reads too slowly misses some.
 */
EXPORT_SYMBOL void drm_crtc_add_crc_entry(struct drm_crtc *crtc, u32 frame,
					  u32 crc);

#endif
