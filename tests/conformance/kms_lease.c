/* SPDX-License-Identifier: MIT */
/* Leases: a part of the display for another master. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ROOM 16

static int lease(int file, const uint32_t *objects, uint32_t count,
		 uint32_t *id)
{
	struct drm_mode_create_lease create = {
		.object_ids = POINTER(objects),
		.object_count = count,
		.flags = O_CLOEXEC,
	};

	if (ioctl(file, DRM_IOCTL_MODE_CREATE_LEASE, &create)) {
		*id = 0;
		return -1;
	}
	*id = create.lessee_id;
	return (int)create.fd;
}

static int end_lease(int file, uint32_t id)
{
	struct drm_mode_revoke_lease call = {.lessee_id = id};

	return ioctl(file, DRM_IOCTL_MODE_REVOKE_LEASE, &call);
}

static const char *lessees(int file)
{
	uint32_t found[ROOM] = {0};
	struct drm_mode_list_lessees list = {
		.count_lessees = ROOM,
		.lessees_ptr = POINTER(found),
	};
	const char *all = "";

	if (ioctl(file, DRM_IOCTL_MODE_LIST_LESSEES, &list)) {
		return errname(errno);
	}
	for (uint32_t i = 0; i < list.count_lessees && i < ROOM; i++) {
		all = text("%s %u", all, found[i]);
	}
	return text("%u:%s", list.count_lessees, all);
}

static const char *leased(int file)
{
	uint32_t found[ROOM] = {0};
	struct drm_mode_get_lease get = {
		.count_objects = ROOM,
		.objects_ptr = POINTER(found),
	};
	const char *all = "";

	if (ioctl(file, DRM_IOCTL_MODE_GET_LEASE, &get)) {
		return errname(errno);
	}
	for (uint32_t i = 0; i < get.count_objects && i < ROOM; i++) {
		all = text("%s %s", all, kms_name(found[i]));
	}
	return text("%u:%s", get.count_objects, all);
}

static void view(const char *when, int file)
{
	uint32_t crtcs[ROOM], connectors[ROOM], encoders[ROOM], planes[ROOM];
	struct drm_mode_card_res res = {
		.crtc_id_ptr = POINTER(crtcs),
		.connector_id_ptr = POINTER(connectors),
		.encoder_id_ptr = POINTER(encoders),
		.count_crtcs = ROOM,
		.count_connectors = ROOM,
		.count_encoders = ROOM,
	};
	struct drm_mode_get_plane_res get = {
		.plane_id_ptr = POINTER(planes),
		.count_planes = ROOM,
	};
	const char *answer =
		err(ioctl(file, DRM_IOCTL_MODE_GETRESOURCES, &res));
	const char *list = "";

	result(when, "%s, crtcs %u, connectors %u, encoders %u", answer,
	       res.count_crtcs, res.count_connectors, res.count_encoders);
	answer = err(ioctl(file, DRM_IOCTL_MODE_GETPLANERESOURCES, &get));
	for (uint32_t i = 0; i < get.count_planes && i < ROOM; i++) {
		list = text("%s %s", list, kms_name(planes[i]));
	}
	result(when, "%s, planes%s", answer, list);
}

static void create(void)
{
	int file = kms_open(), other = kms_open_other(), universal;
	uint32_t fb = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888), id;
	const struct {
		const char *name;
		uint32_t objects[4], count;
	} tries[] = {
		{"nothing", {0}, 0},
		{"a connector", {ids.display}, 1},
		{"a CRTC", {ids.crtc[0]}, 1},
		{"both", {ids.crtc[0], ids.display}, 2},
		{"and a plane", {ids.crtc[0], ids.display, ids.overlay}, 3},
		{"and the primary", {ids.crtc[0], ids.display, ids.primary}, 3},
		{"an encoder", {ids.crtc[0], ids.display, ids.encoder[0]}, 3},
		{"a framebuffer", {ids.crtc[0], ids.display, fb}, 3},
		{"an object twice",
		 {ids.crtc[0], ids.display, ids.display, ids.overlay},
		 4},
		{"an unknown one", {ids.crtc[0], ids.display, 9999}, 3},
		{"id 0", {0, ids.display}, 2},
		{"the writeback connector", {ids.crtc[0], ids.writeback}, 2},
	};

	kms_said("by another file", lease(other, tries[3].objects, 2, &id));
	for (int all = 0; all < 2; all++) {
		universal = all;
		kms_set_cap(file, DRM_CLIENT_CAP_UNIVERSAL_PLANES,
			    (uint64_t)universal);
		for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
			int lessee = lease(file, tries[i].objects,
					   tries[i].count, &id);
			const char *answer = err(lessee);

			result(text("%s%s", tries[i].name,
				    all ? ", universal planes" : ""),
			       "%s; lessees %s; leased %s", answer,
			       lessees(file),
			       lessee >= 0 ? leased(lessee) : "-");
			if (lessee >= 0) {
				close(lessee);
			}
		}
	}
}

/* By a lessee, who sees only what it has. */
static void lessee(void)
{
	int file = kms_open_atomic(), tenant, late;
	const uint32_t objects[] = {ids.crtc[0], ids.display, ids.primary,
				    ids.overlay};
	uint32_t id, second, fb;
	struct request request = {0};

	tenant = lease(file, objects, 4, &id);
	kms_said("a lease", tenant);
	result("its id", "%u", id);
	result("close on exec", "%s", yes(fcntl(tenant, F_GETFD) & FD_CLOEXEC));
	result("lessees of the lessor", "%s", lessees(file));
	result("lessees of the lessee", "%s", lessees(tenant));
	result("leased", "%s", leased(tenant));
	result("is master", "%s", yes(is_master(tenant)));
	result("the lessor is master", "%s", yes(is_master(file)));
	view("as the lessee sees it", tenant);
	kms_set_cap(tenant, DRM_CLIENT_CAP_ATOMIC, 1);
	kms_set_cap(tenant, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1);
	view("with its capabilities", tenant);
	view("as the lessor sees it", file);
	kms_said("the same once more", lease(file, objects, 4, &second));
	kms_said("of the lessee's", lease(tenant, objects, 4, &second));

	fb = kms_light(tenant);
	result("the lessee lights it", "%s", kms_crtc_state(tenant));
	result("the lessor sees", "%s", kms_crtc_state(file));
	kms_said("the lessor turns it off", kms_set_crtc(file, 0));
	result("then", "%s", kms_crtc_state(tenant));
	kms_set_crtc(tenant, fb);
	kms_said("GETPLANE of one not leased",
		 ioctl(tenant, DRM_IOCTL_MODE_GETPLANE,
		       &(struct drm_mode_get_plane){.plane_id = ids.cursor}));
	kms_said("GETCONNECTOR of one not leased",
		 ioctl(tenant, DRM_IOCTL_MODE_GETCONNECTOR,
		       &(struct drm_mode_get_connector){
			       .connector_id = ids.writeback}));
	request_plane(&request, ids.cursor, fb, 0, 0, 1024, 768);
	kms_said("a request with one not leased",
		 request_commit(tenant, &request, 0, 0));
	request = (struct request){0};
	request_plane(&request, ids.overlay, fb, 0, 0, 1024, 768);
	kms_said("a request with its own",
		 request_commit(tenant, &request, 0, 0));
	kms_said("CURSOR without the cursor's plane",
		 ioctl(tenant, DRM_IOCTL_MODE_CURSOR,
		       &(struct drm_mode_cursor){.flags = DRM_MODE_CURSOR_MOVE,
						 .crtc_id = ids.crtc[0]}));
	kms_said("the lessee drops its mastership", drop_master(tenant));
	result("is master", "%s", yes(is_master(tenant)));
	kms_said("and takes it again", set_master(tenant));
	kms_said("the lessor drops its", drop_master(file));
	kms_said("the lessee's SETCRTC then", kms_set_crtc(tenant, fb));
	result("is master", "%s", yes(is_master(tenant)));
	late = kms_open_other();
	kms_said("another master's revoke", end_lease(late, id));
	close(late);
	set_master(file);
	kms_said("the lessee's SETCRTC", kms_set_crtc(tenant, fb));
	close(tenant);
	result("the lessee closed", "%s", kms_crtc_state(file));
	result("lessees", "%s", lessees(file));
	kms_said("a new lease", tenant = lease(file, objects, 4, &id));
	result("its id", "%u", id);
	close(file);
	result("the lessor closed", "%s", leased(tenant));
	kms_said("the lessee's SETCRTC", kms_set_crtc(tenant, 0));
}

static void revoking(void)
{
	int file = kms_open_atomic(), tenant;
	const uint32_t objects[] = {ids.crtc[0], ids.display, ids.primary};
	uint32_t id, fb;

	tenant = lease(file, objects, 3, &id);
	fb = kms_light(tenant);
	kms_said("of no such", end_lease(file, id + 7));
	kms_said("of its own", end_lease(file, 0));
	kms_said("by the lessee", end_lease(tenant, id));
	kms_said("by the lessor", end_lease(file, id));
	result("lessees", "%s", lessees(file));
	result("leased", "%s", leased(tenant));
	result("is master", "%s", yes(is_master(tenant)));
	view("as the lessee sees it", tenant);
	result("the display", "%s", kms_crtc_state(file));
	result("the display, to the lessee", "%s", kms_crtc_state(tenant));
	kms_said("the lessee's SETCRTC", kms_set_crtc(tenant, fb));
	kms_said("revoke again", end_lease(file, id));
	kms_said("a lease again", lease(file, objects, 3, &id));
	result("its id", "%u", id);
	close(tenant);
	result("the first closed", "%s", kms_crtc_state(file));
	result("lessees", "%s", lessees(file));
}

static void lists(void)
{
	int file = kms_open_atomic(), tenant;
	const uint32_t objects[] = {ids.crtc[0], ids.display, ids.primary};
	uint32_t id, found[ROOM];
	struct drm_mode_list_lessees list = {.pad = 1};
	struct drm_mode_get_lease get = {.pad = 1};

	tenant = lease(file, objects, 3, &id);
	kms_said("LIST_LESSEES with a pad",
		 ioctl(file, DRM_IOCTL_MODE_LIST_LESSEES, &list));
	kms_said("GET_LEASE with a pad",
		 ioctl(file, DRM_IOCTL_MODE_GET_LEASE, &get));
	for (uint32_t room = 0; room < 4; room++) {
		list = (struct drm_mode_list_lessees){
			.count_lessees = room, .lessees_ptr = POINTER(found)};
		get = (struct drm_mode_get_lease){
			.count_objects = room, .objects_ptr = POINTER(found)};
		kms_said(text("LIST_LESSEES, room for %u", room),
			 ioctl(file, DRM_IOCTL_MODE_LIST_LESSEES, &list));
		kms_said(text("GET_LEASE, room for %u", room),
			 ioctl(tenant, DRM_IOCTL_MODE_GET_LEASE, &get));
		result("there are", "%u, %u", list.count_lessees,
		       get.count_objects);
		list = (struct drm_mode_list_lessees){.count_lessees = room,
						      .lessees_ptr = 8};
		get = (struct drm_mode_get_lease){.count_objects = room,
						  .objects_ptr = 8};
		kms_said(text("LIST_LESSEES, bad room for %u", room),
			 ioctl(file, DRM_IOCTL_MODE_LIST_LESSEES, &list));
		kms_said(text("GET_LEASE, bad room for %u", room),
			 ioctl(tenant, DRM_IOCTL_MODE_GET_LEASE, &get));
	}
}

static uint32_t wanted[4];

static int prepare(void *argument)
{
	struct drm_mode_create_lease *call = argument;
	int file = kms_open();

	kms_set_cap(file, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1);
	wanted[0] = ids.crtc[0];
	wanted[1] = ids.display;
	wanted[2] = ids.primary;
	call->object_ids = POINTER(wanted);
	call->object_count = 3;
	return file;
}

static const struct fault faults[] = {
	FAULT(drm_mode_create_lease, object_ids, 8),
	FAULT(drm_mode_create_lease, object_count, 0),
	FAULT(drm_mode_create_lease, object_count, 4),
	FAULT(drm_mode_create_lease, object_count, 0xffffffff),
	FAULT(drm_mode_create_lease, flags, O_NONBLOCK),
	FAULT(drm_mode_create_lease, flags, O_RDWR),
	FAULT(drm_mode_create_lease, lessee_id, 9),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "CREATE_LEASE",
		.cmd = DRM_IOCTL_MODE_CREATE_LEASE,
		.prepare = prepare,
		.faults = faults,
	});
}

static const struct check checks[] = {
	{.name = "create", .run = create},
	{.name = "lessee", .run = lessee},
	{.name = "lessee-privileged", .run = lessee, .privileged = true},
	{.name = "revoking", .run = revoking},
	{.name = "lists", .run = lists, .generic = true},
	{.name = "arguments", .run = arguments, .generic = true},
	{0},
};

const struct subject kms_lease_subject = {
	.name = "lease",
	.checks = checks,
};
