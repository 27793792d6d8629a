/* SPDX-License-Identifier: MIT */
/* A text is a memfd which nobody can change, opened anew so that the program
 * has the access mode that it asked for. */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uprime/host.h>

/* What an open file of debugfs or sysfs keeps of the flags it was opened with.
 */
#define KEPT_FLAGS (O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC | O_NOATIME)

/* What open(2) says of these flags for such a file. It is the user's: who may
 * write it at all may write it here. */
static int check_flags(mode_t mode, u32 flags)
{
	if (!(mode & 0222) &&
	    ((flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC) &&
	    !capable(CAP_DAC_OVERRIDE)) {
		return -EACCES;
	}
	if (flags & O_NOATIME && !(mode & 0222) && !capable(CAP_FOWNER)) {
		return -EPERM;
	}
	return flags & O_DIRECT ? -EINVAL : 0;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);

		if (n < 0) {
			return -errno;
		}
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

/* A file with this text, opened with these flags. By its name the client sees
 * what it is. */
static int text_fd(const char *name, const char *text, size_t size, mode_t mode,
		   u32 flags)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char link[32];
	int ret;

	if (fd < 0) {
		return errno == EMFILE ? -ENFILE : -errno;
	}
	ret = write_all(fd, text, size);
	if (!ret &&
	    (fcntl(fd, F_ADD_SEALS,
		   F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) ||
	     fchmod(fd, mode & 07777))) {
		ret = -errno;
	}
	if (!ret) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		ret = open(link, (int)(flags & KEPT_FLAGS) | O_CLOEXEC);
		if (ret < 0) {
			ret = errno == EMFILE ? -ENFILE : -errno;
		}
	}
	close(fd);
	return ret;
}

int text_open(const char *name, mode_t mode, u32 flags,
	      int (*print)(FILE *out, void *data), void *data)
{
	int ret = check_flags(mode, flags);
	char *text = NULL;
	size_t size;
	FILE *out;

	if (ret) {
		return ret;
	}
	out = open_memstream(&text, &size);
	if (!out) {
		return -ENOMEM;
	}
	ret = print(out, data);
	if (fclose(out)) {
		ret = -ENOMEM;
	}
	if (!ret) {
		ret = text_fd(name, text, size, mode, flags);
	}
	free(text);
	return ret;
}
