/* SPDX-License-Identifier: MIT */
/* Blobs: whose they are, and when they go. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int create(int file, const void *data, uint32_t length, uint32_t *id)
{
	struct drm_mode_create_blob blob = {
		.data = POINTER(data),
		.length = length,
	};
	int ret = ioctl(file, DRM_IOCTL_MODE_CREATEPROPBLOB, &blob);

	*id = blob.blob_id;
	return ret;
}

static int destroy(int file, uint32_t id)
{
	struct drm_mode_destroy_blob blob = {.blob_id = id};

	return ioctl(file, DRM_IOCTL_MODE_DESTROYPROPBLOB, &blob);
}

static void get(const char *who, int file, uint32_t id, uint32_t length)
{
	char bytes[32] = "";
	struct drm_mode_get_blob blob = {
		.blob_id = id,
		.length = length,
		.data = POINTER(bytes),
	};
	const char *answer =
		err(ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &blob));

	result(text("%s, room for %u", who, length), "%s, %u bytes: '%s'",
	       answer, blob.length, bytes);
}

static void life(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t id, second;

	kms_said("create", create(file, "0123456", 8, &id));
	get("its file", file, id, 0);
	get("its file", file, id, 7);
	get("its file", file, id, 8);
	get("its file", file, id, 9);
	get("another file", other, id, 8);
	kms_said("the same again", create(file, "0123456", 8, &second));
	result("another one", "%s", yes(id != second));
	kms_said("another file destroys it", destroy(other, id));
	kms_said("destroy", destroy(file, id));
	kms_said("destroy again", destroy(file, id));
	get("destroyed", file, id, 8);
	kms_said("a third", create(file, "abcdefg", 8, &id));
	get("the second", other, second, 8);
	close(file);
	get("its file closed", other, second, 8);
	kms_said("by who is not master", create(other, "abcdefg", 8, &id));
	kms_said("destroy", destroy(other, id));
}

static void sizes(void)
{
	static char bytes[70000];
	int file = kms_open();
	uint32_t id;

	kms_said("none", create(file, bytes, 0, &id));
	kms_said("1", create(file, bytes, 1, &id));
	kms_said("4096", create(file, bytes, 4096, &id));
	kms_said("65536", create(file, bytes, 65536, &id));
	kms_said("bad memory", create(file, (void *)8, 8, &id));
	kms_said("NULL", create(file, NULL, 8, &id));
	kms_said("beyond what is there", create(file, (void *)8, 0x10000, &id));
	kms_said("-1", create(file, bytes, ~0u, &id));
	kms_said("2^31", create(file, bytes, 0x80000000u, &id));
	kms_said("2^31 - 1 without a page",
		 create(file, (void *)8, 0x7fffffff, &id));
}

static void bad_room(void)
{
	int file = kms_open();
	struct drm_mode_get_blob blob = {.length = 8, .data = 8};
	uint32_t id;

	create(file, "0123456", 8, &id);
	blob.blob_id = id;
	kms_said("bad memory, the right length",
		 ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &blob));
	blob.length = 4;
	kms_said("bad memory, a wrong length",
		 ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &blob));
	kms_said("destroy nothing", destroy(file, 0));
	kms_said("destroy a plane", destroy(file, ids.primary));
	kms_said("destroy the driver's own",
		 destroy(file,
			 (uint32_t)kms_value(file, ids.primary, "IN_FORMATS")));
}

/* A blob that is a mode lives for as long as it is shown. */
static void in_use(void)
{
	int file = kms_open_atomic(), other = kms_open_other();
	struct request on = {0}, off = {0};
	uint32_t id;

	request_on(&on, file, kms_screen(file));
	kms_said("on",
		 request_commit(file, &on, DRM_MODE_ATOMIC_ALLOW_MODESET, 0));
	id = (uint32_t)kms_value(file, ids.crtc[0], "MODE_ID");
	result("it is the file's", "%s", yes(id == on.values[1]));
	kms_said("destroy", destroy(file, id));
	kms_said("destroy again", destroy(file, id));
	result("MODE_ID is still it", "%s",
	       yes(id == (uint32_t)kms_value(file, ids.crtc[0], "MODE_ID")));
	get("another file", other, id, 0);
	request_off(&off);
	kms_said("off",
		 request_commit(file, &off, DRM_MODE_ATOMIC_ALLOW_MODESET, 0));
	get("then", other, id, 0);
	/* And one that the kernel made, for SETCRTC. */
	kms_light(file);
	id = (uint32_t)kms_value(file, ids.crtc[0], "MODE_ID");
	get("the kernel's", other, id, 0);
	kms_said("destroy the kernel's", destroy(file, id));
	kms_set_crtc(file, 0);
	get("then", other, id, 0);
}

static char eight[8];

static int prepare(void *argument)
{
	struct drm_mode_create_blob *blob = argument;

	blob->data = POINTER(eight);
	blob->length = 8;
	return kms_open();
}

static const struct fault faults[] = {
	FAULT(drm_mode_create_blob, data, 0),
	FAULT(drm_mode_create_blob, data, 8),
	FAULT(drm_mode_create_blob, length, 0),
	FAULT(drm_mode_create_blob, length, 0xffffffff),
	FAULT(drm_mode_create_blob, blob_id, 9),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "CREATEPROPBLOB",
		.cmd = DRM_IOCTL_MODE_CREATEPROPBLOB,
		.prepare = prepare,
		.faults = faults,
	});
}

static const struct check checks[] = {
	{.name = "life", .run = life, .generic = true},
	{.name = "sizes", .run = sizes, .generic = true},
	{.name = "bad-room", .run = bad_room, .generic = true},
	{.name = "in-use", .run = in_use, .generic = true},
	{.name = "arguments", .run = arguments, .generic = true},
	{0},
};

const struct subject kms_blob_subject = {
	.name = "blob",
	.checks = checks,
};
