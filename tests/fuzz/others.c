/* SPDX-License-Identifier: MIT */
/* Objects, events, leases, fences, and bytes which are nothing at all. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static uint32_t some_count(struct dice *dice, uint32_t room)
{
	return roll(dice, room + 1);
}

static void get_connector(struct dice *dice, int card)
{
	static char memory[4][16384];
	struct drm_mode_get_connector get = {
		.connector_id = some_id(dice, DRM_MODE_OBJECT_CONNECTOR),
		.count_modes = some_count(dice, 100),
		.count_props = some_count(dice, 100),
		.count_encoders = some_count(dice, 100)};

	get.modes_ptr = some_address(dice, memory[0]);
	get.props_ptr = some_address(dice, memory[1]);
	get.prop_values_ptr = some_address(dice, memory[2]);
	get.encoders_ptr = some_address(dice, memory[3]);
	request(card, DRM_IOCTL_MODE_GETCONNECTOR, &get);
}

static void get_resources(struct dice *dice, int card)
{
	static char memory[4][4096];
	struct drm_mode_card_res res = {.count_crtcs = some_count(dice, 64),
					.count_fbs = some_count(dice, 64),
					.count_connectors =
						some_count(dice, 64),
					.count_encoders = some_count(dice, 64)};
	struct drm_mode_get_plane_res planes = {.count_planes =
							some_count(dice, 64)};

	res.crtc_id_ptr = some_address(dice, memory[0]);
	res.fb_id_ptr = some_address(dice, memory[1]);
	res.connector_id_ptr = some_address(dice, memory[2]);
	res.encoder_id_ptr = some_address(dice, memory[3]);
	planes.plane_id_ptr = some_address(dice, memory[0]);
	if (one_in(dice, 2)) {
		request(card, DRM_IOCTL_MODE_GETRESOURCES, &res);
	} else {
		request(card, DRM_IOCTL_MODE_GETPLANERESOURCES, &planes);
	}
}

static void get_properties(struct dice *dice, int card)
{
	static char memory[2][4096];
	const struct object *object = some_object(dice, 0);
	struct drm_mode_obj_get_properties get = {
		.obj_id = one_in(dice, 8) ? (uint32_t)pool_pick(dice, POOL_FB)
					  : object->id,
		.obj_type = one_in(dice, 8) ? some_number(dice) : object->type,
		.count_props = some_count(dice, 64)};
	struct drm_mode_get_property prop = {
		.prop_id =
			object->nr_props
				? object->props[roll(dice, object->nr_props)].id
				: 0,
		.count_values = some_count(dice, 64),
		.count_enum_blobs = some_count(dice, 40)};

	get.props_ptr = some_address(dice, memory[0]);
	get.prop_values_ptr = some_address(dice, memory[1]);
	prop.values_ptr = some_address(dice, memory[0]);
	prop.enum_blob_ptr = some_address(dice, memory[1]);
	if (one_in(dice, 2)) {
		request(card, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get);
	} else {
		request(card, DRM_IOCTL_MODE_GETPROPERTY, &prop);
	}
}

void fuzz_objects(struct dice *dice)
{
	int card = pool_pick(dice, POOL_CARD);
	struct drm_mode_get_plane plane = {
		.plane_id = some_id(dice, DRM_MODE_OBJECT_PLANE)};
	struct drm_mode_crtc crtc = {
		.crtc_id = some_id(dice, DRM_MODE_OBJECT_CRTC)};
	struct drm_set_client_cap cap = {roll(dice, 8), roll(dice, 3)};

	switch (roll(dice, 8)) {
	case 0:
	case 1:
		get_connector(dice, card);
		break;
	case 2:
		get_resources(dice, card);
		break;
	case 3:
	case 4:
		get_properties(dice, card);
		break;
	case 5:
		request(card, DRM_IOCTL_MODE_GETPLANE, &plane);
		break;
	case 6:
		request(card, DRM_IOCTL_MODE_GETCRTC, &crtc);
		break;
	default:
		request(card, DRM_IOCTL_SET_CLIENT_CAP, &cap);
	}
}

static void wait_vblank(struct dice *dice, int card)
{
	union drm_wait_vblank wait = {
		.request = {.type = one_in(dice, 6) ? some_number(dice)
						    : roll(dice, 2),
			    .sequence = one_in(dice, 4) ? some_number(dice)
							: roll(dice, 3),
			    .signal = roll64(dice)}};

	if (one_in(dice, 2)) {
		wait.request.type |= _DRM_VBLANK_EVENT;
	}
	if (one_in(dice, 3)) {
		wait.request.type |= 1 << 1;
	}
	request(card, DRM_IOCTL_WAIT_VBLANK, &wait);
}

static void sequence(struct dice *dice, int card)
{
	struct drm_crtc_queue_sequence queue = {
		.crtc_id = some_id(dice, DRM_MODE_OBJECT_CRTC),
		.flags = one_in(dice, 6) ? some_number(dice) : roll(dice, 4),
		.sequence =
			one_in(dice, 4) ? some_number64(dice) : roll(dice, 4),
		.user_data = roll64(dice)};
	struct drm_crtc_get_sequence get = {.crtc_id = queue.crtc_id};

	if (one_in(dice, 4)) {
		request(card, DRM_IOCTL_CRTC_GET_SEQUENCE, &get);
	} else {
		request(card, DRM_IOCTL_CRTC_QUEUE_SEQUENCE, &queue);
	}
}

void fuzz_events(struct dice *dice)
{
	int card = pool_pick(dice, POOL_CARD);
	struct pollfd p = {card, POLLIN, 0};
	char bytes[4096];

	switch (roll(dice, 5)) {
	case 0:
	case 1:
		wait_vblank(dice, card);
		break;
	case 2:
		sequence(dice, card);
		break;
	default:
		if (poll(&p, 1, 0) == 1 && p.revents & POLLIN &&
		    read(card, (void *)(uintptr_t)some_address(dice, bytes),
			 roll(dice, sizeof(bytes))) < 0) {
			return;
		}
	}
}

void fuzz_leases(struct dice *dice)
{
	int card = some_master(dice);
	uint32_t ids[64] = {0};
	struct drm_mode_create_lease create = {
		.object_count =
			one_in(dice, 8) ? some_number(dice) : 1 + roll(dice, 6),
		.flags = one_in(dice, 8) ? some_number(dice) : O_CLOEXEC};
	struct drm_mode_list_lessees list = {.count_lessees =
						     some_count(dice, 64)};
	struct drm_mode_get_lease get = {.count_objects = some_count(dice, 64)};
	struct drm_mode_revoke_lease revoke = {
		.lessee_id = (uint32_t)pool_pick(dice, POOL_LESSEE)};

	switch (roll(dice, 6)) {
	case 0:
	case 1:
		ids[0] = some_id(dice, DRM_MODE_OBJECT_CRTC);
		ids[1] = some_id(dice, DRM_MODE_OBJECT_CONNECTOR);
		for (int i = 2; i < 64; i++) {
			ids[i] = some_id(dice, DRM_MODE_OBJECT_PLANE);
		}
		create.object_ids = some_address(dice, ids);
		if (!request(card, DRM_IOCTL_MODE_CREATE_LEASE, &create)) {
			pool_put(dice, POOL_CARD, (int)create.fd);
			pool_put(dice, POOL_LESSEE, (int)create.lessee_id);
		}
		break;
	case 2:
		list.lessees_ptr = some_address(dice, ids);
		request(card, DRM_IOCTL_MODE_LIST_LESSEES, &list);
		break;
	case 3:
		get.objects_ptr = some_address(dice, ids);
		request(card, DRM_IOCTL_MODE_GET_LEASE, &get);
		break;
	default:
		request(card, DRM_IOCTL_MODE_REVOKE_LEASE, &revoke);
	}
}

/* What no header of programs has. */
struct vgem_attach {
	uint32_t handle, flags, out_fence, pad;
};
struct vgem_signal {
	uint32_t fence, flags;
};
struct sw_sync_create {
	uint32_t value;
	char name[32];
	int32_t fence;
};
struct sync_export {
	uint32_t flags;
	int32_t fd;
};
#define VGEM_ATTACH    DRM_IOWR(DRM_COMMAND_BASE + 1, struct vgem_attach)
#define VGEM_SIGNAL    DRM_IOW(DRM_COMMAND_BASE + 2, struct vgem_signal)
#define SW_SYNC_CREATE _IOWR('W', 0, struct sw_sync_create)
#define SW_SYNC_INC    _IOW('W', 1, uint32_t)
#define EXPORT_FILE    _IOWR('b', 2, struct sync_export)
#define IMPORT_FILE    _IOW('b', 3, struct sync_export)
#define SYNC_RW	       _IOW('b', 0, uint64_t)

static void sw_sync(struct dice *dice)
{
	struct sw_sync_create create = {.value = roll(dice, 8), .name = "fuzz"};
	uint32_t steps = roll(dice, 3);
	int timeline = pool_pick(dice, POOL_TIMELINE);

	if (one_in(dice, 6)) {
		timeline = open("/sys/kernel/debug/sync/sw_sync",
				O_RDWR | O_CLOEXEC);
		pool_put(dice, POOL_TIMELINE, timeline);
	} else if (one_in(dice, 2)) {
		request(timeline, SW_SYNC_INC, &steps);
	} else if (!request(timeline, SW_SYNC_CREATE, &create)) {
		pool_put(dice, POOL_SYNC, create.fence);
	}
}

static void sync_file(struct dice *dice)
{
	struct sync_export arg = {.flags = one_in(dice, 8) ? some_number(dice)
							   : roll(dice, 4),
				  .fd = pool_pick(dice, POOL_SYNC)};
	int buf = pool_pick(dice, POOL_BUF);
	uint64_t flags = roll(dice, 8);
	struct pollfd p = {arg.fd, POLLIN, 0};

	switch (roll(dice, 4)) {
	case 0:
		if (!request(buf, EXPORT_FILE, &arg)) {
			pool_put(dice, POOL_SYNC, arg.fd);
		}
		break;
	case 1:
		request(buf, IMPORT_FILE, &arg);
		break;
	case 2:
		request(buf, SYNC_RW, &flags);
		break;
	default:
		poll(&p, 1, (int)roll(dice, 3));
	}
}

static void syncobj(struct dice *dice, int card)
{
	uint32_t handle = (uint32_t)pool_pick(dice, POOL_SYNCOBJ);
	struct drm_syncobj_create create = {.flags = roll(dice, 2)};
	struct drm_syncobj_handle fd = {.handle = handle,
					.flags = roll(dice, 2),
					.fd = pool_pick(dice, POOL_SYNC)};
	struct drm_syncobj_destroy destroy = {.handle = handle};
	struct drm_syncobj_array array = {.handles = (uintptr_t)&handle,
					  .count_handles = 1};
	struct drm_syncobj_wait wait = {.handles = (uintptr_t)&handle,
					.timeout_nsec = 0,
					.count_handles = 1,
					.flags = roll(dice, 8)};

	switch (roll(dice, 7)) {
	case 0:
		if (!request(card, DRM_IOCTL_SYNCOBJ_CREATE, &create)) {
			pool_put(dice, POOL_SYNCOBJ, (int)create.handle);
		}
		break;
	case 1:
		if (!request(card, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &fd)) {
			pool_put(dice, POOL_SYNC, fd.fd);
		}
		break;
	case 2:
		if (!request(card, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &fd) &&
		    !fd.flags) {
			pool_put(dice, POOL_SYNCOBJ, (int)fd.handle);
		}
		break;
	case 3:
		request(card, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy);
		break;
	case 4:
		request(card, DRM_IOCTL_SYNCOBJ_SIGNAL, &array);
		break;
	case 5:
		request(card, DRM_IOCTL_SYNCOBJ_RESET, &array);
		break;
	default:
		request(card, DRM_IOCTL_SYNCOBJ_WAIT, &wait);
	}
}

void fuzz_fences(struct dice *dice)
{
	int card = pool_pick(dice, POOL_CARD);
	struct vgem_attach attach = {
		.handle = (uint32_t)pool_pick(dice, POOL_HANDLE),
		.flags = roll(dice, 2)};
	struct vgem_signal signal = {
		.fence = (uint32_t)pool_pick(dice, POOL_FENCE)};

	switch (roll(dice, 8)) {
	case 0:
	case 1:
		sw_sync(dice);
		break;
	case 2:
	case 3:
		sync_file(dice);
		break;
	case 4:
		if (!request(card, VGEM_ATTACH, &attach)) {
			pool_put(dice, POOL_FENCE, (int)attach.out_fence);
		}
		break;
	case 5:
		request(card, VGEM_SIGNAL, &signal);
		break;
	default:
		syncobj(dice, card);
	}
}

/* Any number, with an argument of ids, addresses and noise. */
void fuzz_bytes(struct dice *dice)
{
	static char memory[4096];
	uint64_t words[64];
	uint32_t *half = (uint32_t *)words;
	unsigned long nr =
		one_in(dice, 6) ? roll(dice, 256) : 0xa0 + roll(dice, 0x31);

	for (int i = 0; i < 128; i++) {
		half[i] = one_in(dice, 3)   ? some_number(dice)
			  : one_in(dice, 2) ? some_id(dice, 0)
					    : roll(dice, 8);
	}
	for (int i = 0; i < 64; i++) {
		if (one_in(dice, 3)) {
			words[i] = some_address(dice, memory);
		}
	}
	/* These make fds that nobody would know of. */
	if (nr == 0x2d || nr == 0xc1 || nr == 0xc6) {
		nr = 0xbc;
	}
	request(pool_pick(dice, POOL_CARD),
		_IOC(roll(dice, 4), 'd', nr, roll(dice, 256)), words);
}
