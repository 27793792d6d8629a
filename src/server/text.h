/* SPDX-License-Identifier: MIT */
/* Texts that programs open as files. */
#ifndef UPRIME_SERVER_TEXT_H
#define UPRIME_SERVER_TEXT_H

#include <linux/types.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * text_open() - open(2) of a text by the current task
 * @name: the path it is opened at
 * @mode: of the path, as stat(2) says it
 * @flags: of open(2)
 * @print: writes the text: 0; -errno
 * @data: for @print
 *
 * The text stays as it is now. Nobody can change it: to write to it is a
 * request (WIRE_WRITE_PATH).
 *
 * Return: an fd, the caller's; -EACCES, -EPERM, -EINVAL (the flags), -ENOMEM,
 * -ENFILE.
 */
int text_open(const char *name, mode_t mode, u32 flags,
	      int (*print)(FILE *out, void *data), void *data);

#endif
