/* SPDX-License-Identifier: MIT */
#ifndef UPRIME_HOST_PROC_PATH_H
#define UPRIME_HOST_PROC_PATH_H

#include <stdio.h>

#define PROC_PATH_MAX 32

/* proc_path - the path under which this process can re-open one of its fds */
static inline void proc_path(char path[PROC_PATH_MAX], int fd)
{
	snprintf(path, PROC_PATH_MAX, "/proc/self/fd/%d", fd);
}

#endif
