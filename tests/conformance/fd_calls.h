/* SPDX-License-Identifier: MIT */
/* The system calls that any fd can be given, as lines of the transcript. */
#ifndef CONFORM_FD_CALLS_H
#define CONFORM_FD_CALLS_H

/* fstat, statx, fstatfs, readlink, fdinfo. */
void fd_calls_identity(const char *of, int fd);
/* read, write and their kin; the fd must not wait. */
void fd_calls_transfer(const char *of, int fd);
void fd_calls_seek(const char *of, int fd);
/* ftruncate, fallocate, fsync and others about the file's contents. */
void fd_calls_contents(const char *of, int fd);
void fd_calls_fcntl(const char *of, int fd);
/* ioctls of every file. */
void fd_calls_ioctl(const char *of, int fd);
void fd_calls_poll(const char *of, int fd);
/* Opening it anew through /proc/self/fd, with the flags a program may give. */
void fd_calls_reopen(const char *of, int fd);

#endif
