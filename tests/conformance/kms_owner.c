/* SPDX-License-Identifier: MIT */
/* What needs a master, and what a display keeps of those that were. */
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned long cmd;
} calls[] = {
	{"WAIT_VBLANK", DRM_IOCTL_WAIT_VBLANK},
	{"CRTC_GET_SEQUENCE", DRM_IOCTL_CRTC_GET_SEQUENCE},
	{"CRTC_QUEUE_SEQUENCE", DRM_IOCTL_CRTC_QUEUE_SEQUENCE},
	{"MODESET_CTL", DRM_IOCTL_MODESET_CTL},
	{"GETRESOURCES", DRM_IOCTL_MODE_GETRESOURCES},
	{"GETCRTC", DRM_IOCTL_MODE_GETCRTC},
	{"SETCRTC", DRM_IOCTL_MODE_SETCRTC},
	{"CURSOR", DRM_IOCTL_MODE_CURSOR},
	{"GETGAMMA", DRM_IOCTL_MODE_GETGAMMA},
	{"SETGAMMA", DRM_IOCTL_MODE_SETGAMMA},
	{"GETENCODER", DRM_IOCTL_MODE_GETENCODER},
	{"GETCONNECTOR", DRM_IOCTL_MODE_GETCONNECTOR},
	{"ATTACHMODE", DRM_IOCTL_MODE_ATTACHMODE},
	{"DETACHMODE", DRM_IOCTL_MODE_DETACHMODE},
	{"GETPROPERTY", DRM_IOCTL_MODE_GETPROPERTY},
	{"SETPROPERTY", DRM_IOCTL_MODE_SETPROPERTY},
	{"GETPROPBLOB", DRM_IOCTL_MODE_GETPROPBLOB},
	{"GETFB", DRM_IOCTL_MODE_GETFB},
	{"ADDFB", DRM_IOCTL_MODE_ADDFB},
	{"RMFB", DRM_IOCTL_MODE_RMFB},
	{"PAGE_FLIP", DRM_IOCTL_MODE_PAGE_FLIP},
	{"DIRTYFB", DRM_IOCTL_MODE_DIRTYFB},
	{"CREATE_DUMB", DRM_IOCTL_MODE_CREATE_DUMB},
	{"MAP_DUMB", DRM_IOCTL_MODE_MAP_DUMB},
	{"DESTROY_DUMB", DRM_IOCTL_MODE_DESTROY_DUMB},
	{"GETPLANERESOURCES", DRM_IOCTL_MODE_GETPLANERESOURCES},
	{"GETPLANE", DRM_IOCTL_MODE_GETPLANE},
	{"SETPLANE", DRM_IOCTL_MODE_SETPLANE},
	{"ADDFB2", DRM_IOCTL_MODE_ADDFB2},
	{"OBJ_GETPROPERTIES", DRM_IOCTL_MODE_OBJ_GETPROPERTIES},
	{"OBJ_SETPROPERTY", DRM_IOCTL_MODE_OBJ_SETPROPERTY},
	{"CURSOR2", DRM_IOCTL_MODE_CURSOR2},
	{"ATOMIC", DRM_IOCTL_MODE_ATOMIC},
	{"CREATEPROPBLOB", DRM_IOCTL_MODE_CREATEPROPBLOB},
	{"DESTROYPROPBLOB", DRM_IOCTL_MODE_DESTROYPROPBLOB},
	{"CREATE_LEASE", DRM_IOCTL_MODE_CREATE_LEASE},
	{"LIST_LESSEES", DRM_IOCTL_MODE_LIST_LESSEES},
	{"GET_LEASE", DRM_IOCTL_MODE_GET_LEASE},
	{"REVOKE_LEASE", DRM_IOCTL_MODE_REVOKE_LEASE},
	{"GETFB2", DRM_IOCTL_MODE_GETFB2},
	{"CLOSEFB", DRM_IOCTL_MODE_CLOSEFB},
};

/* With zeroes for an argument: is it the rights that are missed first? */
static void every_call(void)
{
	int file = kms_open(), other = kms_open_other(), late;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		char zero[256] = "";
		const char *answers = "";

		/* A lease of nothing is one: it would be an fd more. */
		if (calls[i].cmd == DRM_IOCTL_MODE_CREATE_LEASE) {
			((struct drm_mode_create_lease *)zero)->flags = ~0u;
		}
		answers = err(ioctl(file, calls[i].cmd, zero));
		memset(zero, 0, sizeof(zero));
		result(calls[i].name, "master %s, another %s", answers,
		       err(ioctl(other, calls[i].cmd, zero)));
	}
	drop_master(file);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		char zero[256] = "";

		if (calls[i].cmd == DRM_IOCTL_MODE_CREATE_LEASE) {
			((struct drm_mode_create_lease *)zero)->flags = ~0u;
		}
		kms_said(text("%s, dropped", calls[i].name),
			 ioctl(file, calls[i].cmd, zero));
	}
	late = kms_open_other();
	kms_said("who opens it then is master",
		 ioctl(late, DRM_IOCTL_MODE_SETCRTC,
		       &(struct drm_mode_crtc){0}));
	kms_said("the first cannot be again", set_master(file));
	close(late);
	kms_said("until it closes", set_master(file));
}

static void state(const char *when, int file)
{
	result(when, "%s; primary %s", kms_crtc_state(file),
	       kms_plane_state(file, ids.primary));
}

/* What is shown stays while masters come and go. */
static void handing_over(void)
{
	int file = kms_open(), other;
	uint32_t fb = kms_light(file), theirs;

	kms_said("drop", drop_master(file));
	state("dropped", file);
	other = kms_open_other();
	state("seen by the next", other);
	kms_said("the next sets its own", kms_set_crtc(other, 0));
	state("off", file);
	theirs = kms_light(other);
	state("theirs", file);
	result("another", "%s", yes(theirs != fb));
	kms_said("the first shows its again", kms_set_crtc(file, fb));
	kms_said("the next drops", drop_master(other));
	kms_said("the first is master", set_master(file));
	kms_said("and shows its", kms_set_crtc(file, fb));
	state("the first's", file);
	close(file);
	state("the first closed", other);
}

/* Nothing of a file is left when it goes, but what was only set. */
static void going(void)
{
	int file = kms_open_atomic(), other;
	uint32_t fb = kms_light(file);
	struct request request = {0};

	request_plane(&request, ids.overlay,
		      kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888), 3, 4, 64, 64);
	request_add(&request, ids.overlay, "rotation", 4);
	request_add(&request, ids.overlay, "CRTC_X", 7);
	kms_said("an overlay", request_commit(file, &request, 0, 0));
	result("the first framebuffer", "%s", kms_name(fb));
	close(file);
	other = kms_open_other();
	kms_set_cap(other, DRM_CLIENT_CAP_ATOMIC, 1);
	state("all closed", other);
	result("the overlay", "%s at %d, turned %d",
	       kms_plane_state(other, ids.overlay),
	       (int)kms_value(other, ids.overlay, "CRTC_X"),
	       (int)kms_value(other, ids.overlay, "rotation"));
	result("active", "%d", (int)kms_value(other, ids.crtc[0], "ACTIVE"));
	kms_light(other);
	state("lit", other);
	request = (struct request){0};
	request_add(&request, ids.overlay, "rotation", 1);
	kms_said("turned back", request_commit(other, &request, 0, 0));
}

static const struct check checks[] = {
	{.name = "every-call", .run = every_call},
	{.name = "every-call-privileged",
	 .run = every_call,
	 .privileged = true},
	{.name = "handing-over", .run = handing_over},
	{.name = "going", .run = going},
	{0},
};

const struct subject kms_owner_subject = {
	.name = "owner",
	.checks = checks,
};
