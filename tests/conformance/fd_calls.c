/* SPDX-License-Identifier: MIT */
#include "fd_calls.h"
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

static void say(const char *of, const char *call, long ret)
{
	int error = errno;

	if (ret < 0) {
		result(text("%s, %s", of, call), "%s", errname(error));
	} else {
		result(text("%s, %s", of, call), "%ld", ret);
	}
}

static void say_stat(const char *of, const char *call, const struct stat *st)
{
	result(text("%s, %s", of, call),
	       "type %#o nlink %lu rdev %u:%u size %lld blocks %lld blksize "
	       "%ld",
	       st->st_mode & S_IFMT, (unsigned long)st->st_nlink,
	       major(st->st_rdev), minor(st->st_rdev), (long long)st->st_size,
	       (long long)st->st_blocks, (long)st->st_blksize);
}

static void fdinfo(const char *of, int fd)
{
	static const char *const keys[] = {"pos", "size", "count", "exp_name",
					   "name"};
	FILE *file = fopen(text("/proc/self/fdinfo/%d", fd), "re");
	char line[256], values[5][128] = {"", "", "", "", ""};

	if (!file) {
		say(of, "fdinfo", -1);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		for (int i = 0; i < 5; i++) {
			size_t length = strlen(keys[i]);

			if (!strncmp(line, keys[i], length)) {
				sscanf(line + length, ": %127[^\n]", values[i]);
			}
		}
	}
	/* Where it is then says nothing. */
	if (strlen(values[0]) == strlen("4611686018427387904")) {
		strcpy(values[0], "beyond all files");
	}
	for (int i = 0; i < 5; i++) {
		result(text("%s, fdinfo %s", of, keys[i]), "'%s'", values[i]);
	}
	fclose(file);
}

void fd_calls_identity(const char *of, int fd)
{
	char path[32], target[256] = "";
	struct statx stx;
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st)) {
		say(of, "fstat", -1);
	} else {
		say_stat(of, "fstat", &st);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	say(of, "readlink", readlink(path, target, sizeof(target) - 1));
	result(text("%s, readlink's target", of), "%s", target);
	if (stat(path, &st)) {
		say(of, "stat through /proc", -1);
	} else {
		say_stat(of, "stat through /proc", &st);
	}
	if (fstatat(fd, "", &st, AT_EMPTY_PATH)) {
		say(of, "fstatat", -1);
	} else {
		say_stat(of, "fstatat", &st);
	}
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx)) {
		say(of, "statx", -1);
	} else {
		result(text("%s, statx", of),
		       "type %#o rdev %u:%u size %llu blocks %llu",
		       stx.stx_mode & S_IFMT, stx.stx_rdev_major,
		       stx.stx_rdev_minor, (unsigned long long)stx.stx_size,
		       (unsigned long long)stx.stx_blocks);
	}
	if (fstatfs(fd, &fs)) {
		say(of, "fstatfs", -1);
	} else {
		result(text("%s, fstatfs type", of), "%#lx", (long)fs.f_type);
	}
	fdinfo(of, fd);
}

void fd_calls_transfer(const char *of, int fd)
{
	char bytes[64] = "";
	struct iovec iov = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	void *volatile bad = (void *)8;
	int pair[2], other = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	pipe(pair);
	say(of, "read", read(fd, bytes, sizeof(bytes)));
	say(of, "read of nothing", read(fd, bytes, 0));
	say(of, "read into a bad buffer", read(fd, bad, 8));
	say(of, "readv", readv(fd, &iov, 1));
	say(of, "pread", pread(fd, bytes, sizeof(bytes), 0));
	say(of, "pread at -1", pread(fd, bytes, sizeof(bytes), -1));
	say(of, "write", write(fd, bytes, sizeof(bytes)));
	say(of, "write of nothing", write(fd, bytes, 0));
	say(of, "writev", writev(fd, &iov, 1));
	say(of, "pwrite", pwrite(fd, bytes, sizeof(bytes), 0));
	say(of, "sendfile from", sendfile(other, fd, NULL, 8));
	say(of, "sendfile to", sendfile(fd, other, NULL, 8));
	say(of, "splice from", splice(fd, NULL, pair[1], NULL, 8, 0));
	say(of, "copy_file_range from",
	    copy_file_range(fd, NULL, other, NULL, 8, 0));
	say(of, "send", send(fd, bytes, 8, MSG_DONTWAIT));
	say(of, "recv", recv(fd, bytes, 8, MSG_DONTWAIT));
	say(of, "getdents64", syscall(SYS_getdents64, fd, bytes, 64));
}

void fd_calls_seek(const char *of, int fd)
{
	static const int whences[] = {SEEK_SET,	 SEEK_CUR, SEEK_END, SEEK_DATA,
				      SEEK_HOLE, 5,	   -1};
	static const char *const names[] = {"SET",  "CUR", "END", "DATA",
					    "HOLE", "5",   "-1"};
	static const long offsets[] = {0, 1, -1, 4095, 4096, 8192, 1L << 40};

	for (int i = 0; i < 7; i++) {
		for (int j = 0; j < 7; j++) {
			say(of, text("lseek %ld %s", offsets[j], names[i]),
			    lseek(fd, offsets[j], whences[i]));
		}
	}
	say(of, "lseek END 0, the offset after", lseek(fd, 0, SEEK_END));
	say(of, "lseek CUR 0 then", lseek(fd, 0, SEEK_CUR));
}

void fd_calls_contents(const char *of, int fd)
{
	struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	char value[16];

	say(of, "ftruncate 0", ftruncate(fd, 0));
	say(of, "ftruncate 8192", ftruncate(fd, 8192));
	say(of, "ftruncate 99999", ftruncate(fd, 99999));
	say(of, "fallocate", fallocate(fd, 0, 0, 4096));
	say(of, "fallocate more", fallocate(fd, 0, 0, 1 << 20));
	say(of, "fallocate punch",
	    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
	say(of, "fsync", fsync(fd));
	say(of, "fdatasync", fdatasync(fd));
	say(of, "sync_file_range", sync_file_range(fd, 0, 0, 0));
	say(of, "fadvise",
	    -posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL) ? -1 : 0);
	say(of, "readahead", readahead(fd, 0, 4096));
	say(of, "flock", flock(fd, LOCK_EX | LOCK_NB));
	say(of, "flock release", flock(fd, LOCK_UN));
	say(of, "fgetxattr", fgetxattr(fd, "user.x", value, sizeof(value)));
	say(of, "openat below it", openat(fd, "x", O_RDONLY));
	say(of, "fchdir", fchdir(fd));
	say(of, "isatty", isatty(fd) ? 1 : -1);
	say(of, "futimens", futimens(fd, times));
}

void fd_calls_fcntl(const char *of, int fd)
{
	static const struct {
		const char *name;
		int cmd;
		long arg;
	} calls[] = {
		{"F_SETFD CLOEXEC", F_SETFD, FD_CLOEXEC},
		{"F_GETFD", F_GETFD, 0},
		{"F_SETFD 0", F_SETFD, 0},
		{"F_SETFL NONBLOCK", F_SETFL, O_NONBLOCK},
		{"F_SETFL APPEND", F_SETFL, O_APPEND | O_NONBLOCK},
		{"F_SETFL DIRECT", F_SETFL, O_DIRECT},
		{"F_SETFL back", F_SETFL, O_NONBLOCK},
		{"F_GETOWN", F_GETOWN, 0},
		{"F_GETSIG", F_GETSIG, 0},
		{"F_SETLEASE", F_SETLEASE, F_RDLCK},
		{"F_GETLEASE", F_GETLEASE, 0},
		{"F_NOTIFY", F_NOTIFY, DN_ACCESS},
		{"F_GETPIPE_SZ", F_GETPIPE_SZ, 0},
		{"F_GET_SEALS", F_GET_SEALS, 0},
		{"F_ADD_SEALS", F_ADD_SEALS, F_SEAL_SEAL},
		{"a bad command", 9999, 0},
	};
	int copy;

	result(text("%s, O_LARGEFILE", of), "%s",
	       yes(fcntl(fd, F_GETFL) & 0100000));
	result(text("%s, F_GETFL", of), "%#o", status_flags(fd));
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int ret = fcntl(fd, calls[i].cmd, calls[i].arg);
		const char *answer = ret < 0 ? errname(errno) : text("%d", ret);

		result(text("%s, %s", of, calls[i].name), "%s, F_GETFL %#o",
		       answer, status_flags(fd));
	}
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 200);
	result(text("%s, F_DUPFD_CLOEXEC from 200", of), "%d, FD_CLOEXEC %d",
	       copy, fcntl(copy, F_GETFD));
	result(text("%s, dup2", of), "%d", dup2(fd, 300));
	result(text("%s, dup3 CLOEXEC", of), "%d, FD_CLOEXEC %d",
	       dup3(fd, 301, O_CLOEXEC), fcntl(301, F_GETFD));
	result(text("%s, all dups are one file", of), "%s",
	       yes(same_file(fd, copy) && same_file(fd, 300) &&
		   same_file(fd, 301)));
	close(copy);
	close(300);
	close(301);
}

void fd_calls_ioctl(const char *of, int fd)
{
	int number = 1;
	struct termios termios;
	struct winsize winsize;

	say(of, "FIONBIO 1", ioctl(fd, FIONBIO, &number));
	result(text("%s, O_NONBLOCK then", of), "%s",
	       yes(fcntl(fd, F_GETFL) & O_NONBLOCK));
	say(of, "FIOCLEX", ioctl(fd, FIOCLEX));
	result(text("%s, FD_CLOEXEC then", of), "%d", fcntl(fd, F_GETFD));
	say(of, "FIONCLEX", ioctl(fd, FIONCLEX));
	say(of, "FIOASYNC", ioctl(fd, FIOASYNC, &number));
	say(of, "FIONREAD", ioctl(fd, FIONREAD, &number));
	say(of, "TCGETS", ioctl(fd, TCGETS, &termios));
	say(of, "TIOCGWINSZ", ioctl(fd, TIOCGWINSZ, &winsize));
	say(of, "FIGETBSZ", ioctl(fd, FIGETBSZ, &number));
	say(of, "FS_IOC_GETFLAGS", ioctl(fd, FS_IOC_GETFLAGS, &number));
	say(of, "BLKGETSIZE", ioctl(fd, BLKGETSIZE, &number));
	say(of, "an unknown one", ioctl(fd, _IO('x', 77), 0));
}

void fd_calls_reopen(const char *of, int fd)
{
	static const struct {
		const char *name;
		int flags;
	} modes[] = {
		{"O_RDONLY", O_RDONLY},
		{"O_WRONLY", O_WRONLY},
		{"O_RDWR", O_RDWR},
		{"O_PATH", O_PATH},
		{"O_RDWR|O_NONBLOCK", O_RDWR | O_NONBLOCK},
		{"O_RDWR|O_TRUNC", O_RDWR | O_TRUNC},
		{"O_RDONLY|O_NOFOLLOW", O_RDONLY | O_NOFOLLOW},
		{"O_RDONLY|O_DIRECTORY", O_RDONLY | O_DIRECTORY},
	};
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		int again = open(path, modes[i].flags | O_CLOEXEC);

		result(text("%s, reopened %s", of, modes[i].name), "%s",
		       again < 0 ? errname(errno) : "opened");
		close(again);
	}
}
