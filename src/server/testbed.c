/* SPDX-License-Identifier: MIT */
/**
 * DOC: the testbed
 *
 * What a program sees of a device in /dev and /sys is that of Linux's vgem, a
 * platform device without a bound driver, as udev names it on a desktop.
 * umockdev keeps it in a directory and redirects programs there; it is loaded
 * when it is needed, so that uprime itself has no need of GLib. Used by the
 * main thread only. umockdev has threads of its own.
 *
 * A node is given content so that umockdev makes it a plain file: without, it
 * would be a terminal of the system, of which there may be none. Nobody reads
 * it: the client opens nodes.
 */
#include "testbed.h"

#include <dlfcn.h>
#include <drm/drm_drv.h>
#include <fcntl.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "wire.h"

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

/* The attributes by which every device in /sys speaks of its power. */
static const char power_attributes[] =
	"A: power/async=disabled\\n\n"
	"A: power/control=auto\\n\n"
	"A: power/runtime_active_kids=0\\n\n"
	"A: power/runtime_active_time=0\\n\n"
	"A: power/runtime_enabled=disabled\\n\n"
	"A: power/runtime_status=unsupported\\n\n"
	"A: power/runtime_suspended_time=0\\n\n"
	"A: power/runtime_usage=0\\n\n";

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

/* "card0", "renderD128" */
static void node_name(const struct drm_minor *minor, char *name, size_t size)
{
	snprintf(name, size, "%s%d",
		 minor->type == DRM_MINOR_RENDER ? "renderD" : "card",
		 minor->index);
}

static void describe_node(FILE *text, const struct drm_minor *minor)
{
	const char *bus = minor->dev->dev->name;
	char name[32];

	node_name(minor, name, sizeof(name));
	fprintf(text,
		"\nP: /devices/platform/%s/drm/%s\n"
		"N: dri/%s=00\n"
		"E: DEVNAME=/dev/dri/%s\n"
		"E: DEVTYPE=drm_minor\n"
		"E: MAJOR=%d\n"
		"E: MINOR=%d\n"
		"E: SUBSYSTEM=drm\n"
		"A: dev=%d:%d\\n\n"
		"L: device=../../../%s\n"
		"%s",
		bus, name, name, name, DRM_MAJOR, minor->index, DRM_MAJOR,
		minor->index, bus, power_attributes);
}

/* The device as a .umockdev text, the caller's to free(); NULL. */
static char *describe(const struct drm_device *dev)
{
	const char *bus = dev->dev->name;
	/* "vgem.1" is a platform device "vgem". */
	int kind = (int)strcspn(bus, ".");
	char *text = NULL;
	size_t size;
	FILE *file;

	file = open_memstream(&text, &size);
	if (!file) {
		return NULL;
	}
	fprintf(file,
		"P: /devices/platform/%s\n"
		"E: SUBSYSTEM=platform\n"
		"E: MODALIAS=platform:%.*s\n"
		"A: modalias=platform:%.*s\\n\n"
		"A: driver_override=(null)\\n\n"
		"%s",
		bus, kind, bus, kind, bus, power_attributes);
	describe_node(file, &dev->primary);
	if (dev->render.index >= 0) {
		describe_node(file, &dev->render);
	}
	fputc('\n', file);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

/* umockdev writes all that udev is to know into the file of events, which is
 * more than the kernel does. */
static bool write_uevent(const struct testbed *testbed, const char *device,
			 const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/devices/platform/%s/uevent",
		 testbed->root, device);
	file = fopen(path, "we");
	if (!file) {
		return false;
	}
	fputs(text, file);
	return !fclose(file);
}

/* What the text cannot say of a node: empty, for everybody, with udev's link
 * by its place on the bus. */
static bool finish_node(const struct testbed *testbed,
			const struct drm_minor *minor)
{
	char name[32], path[PATH_MAX], target[64], device[64], text[128];

	node_name(minor, name, sizeof(name));
	snprintf(device, sizeof(device), "%s/drm/%s", minor->dev->dev->name,
		 name);
	snprintf(text, sizeof(text),
		 "MAJOR=%d\nMINOR=%d\nDEVNAME=dri/%s\nDEVTYPE=drm_minor\n",
		 DRM_MAJOR, minor->index, name);
	if (!write_uevent(testbed, device, text)) {
		return false;
	}
	snprintf(path, sizeof(path), "%s/dev/dri/%s", testbed->root, name);
	if (truncate(path, 0) || chmod(path, 0666)) {
		return false;
	}
	snprintf(path, sizeof(path), "%s/dev/dri/by-path", testbed->root);
	if (mkdir(path, 0755) && errno != EEXIST) {
		return false;
	}
	snprintf(path, sizeof(path), "%s/dev/dri/by-path/platform-%s-%s",
		 testbed->root, minor->dev->dev->name,
		 minor->type == DRM_MINOR_RENDER ? "render" : "card");
	snprintf(target, sizeof(target), "../%s", name);
	return !symlink(target, path);
}

static bool finish_device(const struct testbed *testbed,
			  const struct drm_device *dev)
{
	const char *bus = dev->dev->name;
	int kind = (int)strcspn(bus, ".");
	char text[128];

	/* libdrm takes devices of one kind for one, unless firmware tells them
	 * apart. */
	snprintf(text, sizeof(text), "%s%s%sMODALIAS=platform:%.*s\n",
		 bus[kind] ? "OF_FULLNAME=/" : "", bus[kind] ? bus : "",
		 bus[kind] ? "\n" : "", kind, bus);
	return write_uevent(testbed, bus, text);
}

static bool finish_class(const struct testbed *testbed)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/class/drm/version", testbed->root);
	file = fopen(path, "we");
	if (!file) {
		return false;
	}
	fputs("drm 1.1.0 20060810\n", file);
	return !fclose(file);
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

/* The same with a text that is freed; NULL: there was no memory for it. */
static int add_text(struct testbed *testbed, const char *name, char *text)
{
	int ret;

	if (!text) {
		say("out of memory.");
		return -ENOMEM;
	}
	ret = testbed_add_text(testbed, name, text);
	free(text);
	return ret;
}

static int say_incomplete(const struct testbed *testbed)
{
	int ret = -errno;

	say("cannot complete %s: %s.", testbed->root, strerror(-ret));
	return ret;
}

int testbed_add(struct testbed *testbed, const struct drm_device *dev)
{
	int ret = add_text(testbed, dev->dev->name, describe(dev));

	if (ret) {
		return ret;
	}
	if (!finish_device(testbed, dev) ||
	    !finish_node(testbed, &dev->primary) ||
	    (dev->render.index >= 0 && !finish_node(testbed, &dev->render)) ||
	    !finish_class(testbed)) {
		return say_incomplete(testbed);
	}
	return 0;
}

/* A connector as a .umockdev text, the caller's to free(); NULL. */
static char *describe_connector(const struct drm_device *dev,
				const char *device)
{
	char *text = NULL;

	return asprintf(&text,
			"P: /devices/platform/%s\n"
			"E: DEVTYPE=drm_connector\n"
			"E: SUBSYSTEM=drm\n"
			"L: device=../../card%d\n"
			"%s\n",
			device, dev->primary.index, power_attributes) < 0
		       ? NULL
		       : text;
}

int testbed_add_connector(struct testbed *testbed, const struct drm_device *dev,
			  const char *name)
{
	char device[PATH_MAX];
	int ret;

	snprintf(device, sizeof(device), "%s/drm/card%d/card%d-%s",
		 dev->dev->name, dev->primary.index, dev->primary.index, name);
	ret = add_text(testbed, name, describe_connector(dev, device));
	if (!ret && !write_uevent(testbed, device, "DEVTYPE=drm_connector\n")) {
		ret = say_incomplete(testbed);
	}
	return ret;
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
