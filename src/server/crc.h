/* SPDX-License-Identifier: MIT */
/* Checksums of displays, in debugfs. */
#ifndef UPRIME_SERVER_CRC_H
#define UPRIME_SERVER_CRC_H

#include <linux/types.h>

struct server;

/* crc_add - the files of all devices, for those who list or stat them. 0;
 * -errno, and it was said. */
int crc_add(struct server *server);
/* crc_open - open(2) of one by the current task: an fd; -ENOENT: it is none;
 * what drm_crtc_crc_open() and text_open() say */
int crc_open(struct server *server, const char *path, u32 flags);
/* crc_write - write(2) to the text of one. @size; -EPERM: it is none that can
 * be written; what drm_crtc_crc_set_source() says */
long crc_write(struct server *server, const char *path, const char *data,
	       size_t size);

#endif
