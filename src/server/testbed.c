/* SPDX-License-Identifier: MIT */
/**
 * DOC: the testbed
 *
 * What a program sees of devices in /dev and /sys umockdev keeps in a
 * directory, and redirects programs there. It is loaded when it is needed, so
 * that uprime itself has no need of GLib. Used by the main thread only.
 * umockdev has threads of its own.
 */
#include "testbed.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

/* A miscellaneous device, with a number the system gives to nothing else. */
#define MISC_MAJOR 10
#define MISC_MINOR 255

#define LIBRARY		"libumockdev.so.0"
#define PRELOAD_LIBRARY "libumockdev-preload.so.0"

struct gerror {
	unsigned int domain;
	int code;
	char *message;
};

/**
 * struct testbed_calls - what we use of umockdev and GLib
 */
struct testbed_calls {
	void *(*create)(void);
	int (*add_from_string)(void *testbed, const char *text,
			       struct gerror **error);
	char *(*get_root_dir)(void *testbed);
	void (*unref)(void *object);
	void (*error_free)(struct gerror *error);
	void (*free)(void *memory);
};

static bool load(struct testbed_calls *calls)
{
	/* Never unloaded: GLib cannot be. */
	void *preload = dlopen(PRELOAD_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	void *lib = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);

	if (preload) {
		dlclose(preload);
	}
	if (!lib || !preload) {
		return false;
	}
	calls->create = dlsym(lib, "umockdev_testbed_new");
	calls->add_from_string = dlsym(lib, "umockdev_testbed_add_from_string");
	calls->get_root_dir = dlsym(lib, "umockdev_testbed_get_root_dir");
	calls->unref = dlsym(lib, "g_object_unref");
	calls->error_free = dlsym(lib, "g_error_free");
	calls->free = dlsym(lib, "g_free");
	return calls->create && calls->add_from_string && calls->get_root_dir &&
	       calls->unref && calls->error_free && calls->free;
}

int testbed_open(struct testbed *testbed)
{
	static struct testbed_calls calls;
	char *root;

	if (!load(&calls)) {
		say("umockdev is missing (%s, %s): install the Debian package "
		    "umockdev.",
		    LIBRARY, PRELOAD_LIBRARY);
		return -ENOENT;
	}
	testbed->calls = &calls;
	testbed->object = calls.create();
	root = testbed->object ? calls.get_root_dir(testbed->object) : NULL;
	testbed->root = root ? strdup(root) : NULL;
	calls.free(root);
	if (!testbed->root) {
		say("umockdev could not make its directory: is %s writable?",
		    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
		if (testbed->object) {
			calls.unref(testbed->object);
		}
		return -EIO;
	}
	return 0;
}

/* umockdev tells udev's listeners of a new device, of which there are none yet,
 * and complains on stderr that the system's own /sys does not know it. */
static int mute_stderr(void)
{
	int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (saved >= 0 && null >= 0) {
		dup2(null, STDERR_FILENO);
	}
	if (null >= 0) {
		close(null);
	}
	return saved;
}

static void unmute_stderr(int saved)
{
	if (saved >= 0) {
		dup2(saved, STDERR_FILENO);
		close(saved);
	}
}

int testbed_add_text(struct testbed *testbed, const char *name,
		     const char *text)
{
	struct gerror *error = NULL;
	int quiet = mute_stderr(), added;

	added = testbed->calls->add_from_string(testbed->object, text, &error);
	unmute_stderr(quiet);
	if (added) {
		return 0;
	}
	say("umockdev refuses the device %s: %s", name,
	    error ? error->message : "no reason given");
	if (error) {
		testbed->calls->error_free(error);
	}
	return -EINVAL;
}

int testbed_write(const struct testbed *testbed, const char *name,
		  const char *text)
{
	char path[PATH_MAX];
	FILE *file;
	int ret;

	snprintf(path, sizeof(path), "%s%s", testbed->root, name);
	file = fopen(path, "we");
	if (!file) {
		goto err_say;
	}
	fputs(text, file);
	if (fclose(file)) {
		goto err_say;
	}
	return 0;

err_say:
	ret = -errno;
	say("cannot write %s: %s.", path, strerror(-ret));
	return ret;
}

/* A file and the folders it is in; a character device is one which umockdev
 * says is one. */
static bool make_file(const struct testbed *testbed, const char *name,
		      mode_t mode, off_t size)
{
	char path[PATH_MAX], node[64];
	bool made;
	int fd;

	snprintf(path, sizeof(path), "%s%s", testbed->root, name);
	for (char *slash = path + strlen(testbed->root) + 1;
	     (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST) {
			return false;
		}
		*slash = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		return false;
	}
	made = !ftruncate(fd, size) && !fchmod(fd, mode & 07777);
	close(fd);
	if (!made) {
		return false;
	}
	if (!S_ISCHR(mode)) {
		return true;
	}
	snprintf(path, sizeof(path), "%s/dev/.node/%s", testbed->root,
		 name + strlen("/dev/"));
	snprintf(node, sizeof(node), "%d:%d", MISC_MAJOR, MISC_MINOR);
	return !symlink(node, path);
}

int testbed_add_file(struct testbed *testbed, const char *name, mode_t mode,
		     off_t size)
{
	int ret = 0;

	if (!make_file(testbed, name, mode, size)) {
		ret = -errno;
		say("cannot make %s in %s: %s.", name, testbed->root,
		    strerror(-ret));
	}
	return ret;
}

void testbed_close(struct testbed *testbed)
{
	testbed->calls->unref(testbed->object);
	free(testbed->root);
}
