/* SPDX-License-Identifier: MIT */
/**
 * DOC: folders
 *
 * umockdev opens its own folder in the place of /dev/dri, in which a node is a
 * plain file: readdir() says here what it is. Of the program's fds it leaves
 * out what is ours, so that who counts them finds its own. Functions of the C
 * library which open folders without anybody seeing it are told which functions
 * to use, or given the folder. Folders of /run which are the session's are in
 * umockdev's as well. No state.
 */
#include "client.h"

#include <string.h>

/* The type of a folder's entry, if it is not what the system says. */
static void set_type(DIR *dir, const char *name, unsigned char *type)
{
	struct node node;

	if (*type == DT_REG && node_find_nofollow(dirfd(dir), name, &node))
		*type = DT_CHR;
}

/* Is it in the folder of our fds, and no fd of the program's? */
static bool is_hidden(DIR *dir, const char *name)
{
	int fd;

	if (name[0] < '0' || name[0] > '9' || !session_on())
		return false;
	fd = atoi(name);
	return own_has(fd) && node_fd_link(dirfd(dir), name) == fd;
}

WRAPPER DIR *opendir(const char *path)
{
	char inside[NODE_RUN_MAX];

	return next()->opendir(path && node_run(path, inside) ? inside : path);
}

WRAPPER struct dirent *readdir(DIR *dir)
{
	struct dirent *entry;

	do {
		entry = next()->readdir(dir);
	} while (entry && is_hidden(dir, entry->d_name));
	if (entry)
		set_type(dir, entry->d_name, &entry->d_type);
	return entry;
}

WRAPPER struct dirent64 *readdir64(DIR *dir)
{
	struct dirent64 *entry;

	do {
		entry = next()->readdir64(dir);
	} while (entry && is_hidden(dir, entry->d_name));
	if (entry)
		set_type(dir, entry->d_name, &entry->d_type);
	return entry;
}

/* May it be umockdev's folder? Sets *@fd to what the next layer opens there;
 * -1 with errno. */
static bool open_folder(const char *path, int *fd)
{
	if (!session_on() || !path ||
	    (strncmp(path, "/dev", 4) && strncmp(path, "/sys", 4)))
		return false;
	*fd = next()->open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return true;
}

WRAPPER int scandir(const char *path, struct dirent ***list,
		    int (*filter)(const struct dirent *),
		    int (*compare)(const struct dirent **,
				   const struct dirent **))
{
	int fd, ret;

	if (!open_folder(path, &fd))
		return next()->scandir(path, list, filter, compare);
	if (fd < 0)
		return -1;
	ret = scandirat(fd, ".", list, filter, compare);
	raw_close(fd);
	return ret;
}

WRAPPER int scandir64(const char *path, struct dirent64 ***list,
		      int (*filter)(const struct dirent64 *),
		      int (*compare)(const struct dirent64 **,
				     const struct dirent64 **))
{
	int fd, ret;

	if (!open_folder(path, &fd))
		return next()->scandir64(path, list, filter, compare);
	if (fd < 0)
		return -1;
	ret = scandirat64(fd, ".", list, filter, compare);
	raw_close(fd);
	return ret;
}

/* glob(3)'s view of a folder. */
static void *glob_opendir(const char *path)
{
	return opendir(path);
}

static struct dirent *glob_readdir(void *dir)
{
	return readdir(dir);
}

static struct dirent64 *glob_readdir64(void *dir)
{
	return readdir64(dir);
}

static void glob_closedir(void *dir)
{
	closedir(dir);
}

WRAPPER int glob(const char *restrict pattern, int flags,
		 int (*failed)(const char *, int), glob_t *restrict found)
{
	if (session_on() && !(flags & GLOB_ALTDIRFUNC)) {
		flags |= GLOB_ALTDIRFUNC;
		found->gl_opendir = glob_opendir;
		found->gl_readdir = glob_readdir;
		found->gl_closedir = glob_closedir;
		found->gl_stat = stat;
		found->gl_lstat = lstat;
	}
	return next()->glob(pattern, flags, failed, found);
}

WRAPPER int glob64(const char *restrict pattern, int flags,
		   int (*failed)(const char *, int), glob64_t *restrict found)
{
	if (session_on() && !(flags & GLOB_ALTDIRFUNC)) {
		flags |= GLOB_ALTDIRFUNC;
		found->gl_opendir = glob_opendir;
		found->gl_readdir = glob_readdir64;
		found->gl_closedir = glob_closedir;
		found->gl_stat = stat64;
		found->gl_lstat = lstat64;
	}
	return next()->glob64(pattern, flags, failed, found);
}
