/* SPDX-License-Identifier: MIT */
/* Leases: who may lease what, what a lessee finds, and how a lease ends. */
#include "counts.h"
#include "display_calls.h"
#include "toy_display.h"
#include "walk.h"

#include <linux/err.h>
#include <linux/slab.h>

/* What the host has given an fd for: the lessees' files. */
static struct drm_file *given[4];
static int nr_given, give_error;
static char told[64];

#define LEASE_FD 1000 /* the first one's */

static int give(struct drm_file *file, struct drm_file *like, bool cloexec)
{
	(void)cloexec;
	assert_ptr_equal(file->minor, like->minor);
	if (give_error) {
		drm_close(file);
		return give_error;
	}
	given[nr_given] = file;
	return LEASE_FD + nr_given++;
}

static void tell(struct drm_device *dev, const char *env)
{
	(void)dev;
	snprintf(told, sizeof(told), "%s", env);
}

static int setup(void **state)
{
	static const struct drm_host_ops host = {
		.uevent = tell,
		.file_give = give,
	};
	int ret = toy_display_setup(state);

	nr_given = give_error = 0;
	told[0] = '\0';
	stage.dev->host = &host;
	return ret;
}

static int teardown(void **state)
{
	while (nr_given) {
		close_file(&given[--nr_given]);
	}
	return stage_teardown(state);
}

#define ON_LEASES(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 crtc(int i)
{
	return toy()->crtc[i].base.id;
}

static u32 connector(int i)
{
	return toy()->connector[i].base.id;
}

static u32 primary(int i)
{
	return toy()->primary[i].base.id;
}

/* The lessee's number. */
static int create_lease(struct drm_file *file, const u32 *ids, u32 count)
{
	struct drm_mode_create_lease args = {
		.object_ids = (uintptr_t)ids,
		.object_count = count,
		.flags = O_CLOEXEC,
	};
	int ret = display_request(file, DRM_IOCTL_MODE_CREATE_LEASE, &args);

	if (!ret) {
		assert_int_equal(args.fd, LEASE_FD + nr_given - 1);
	}
	return ret ? ret : (int)args.lessee_id;
}

#define LEASE(file, ...)                                                       \
	create_lease(file, (u32[]){__VA_ARGS__},                               \
		     sizeof((u32[]){__VA_ARGS__}) / sizeof(u32))

/* What goes with a CRTC. */
static int lease_pipe(int i)
{
	return LEASE(stage.file, crtc(i), connector(i));
}

static u32 lessees_of(struct drm_file *file, u32 *ids, u32 room)
{
	struct drm_mode_list_lessees args = {
		.count_lessees = room,
		.lessees_ptr = (uintptr_t)ids,
	};

	must(display_request(file, DRM_IOCTL_MODE_LIST_LESSEES, &args));
	return args.count_lessees;
}

static u32 objects_of(struct drm_file *file, u32 *ids, u32 room)
{
	struct drm_mode_get_lease args = {
		.count_objects = room,
		.objects_ptr = (uintptr_t)ids,
	};

	must(display_request(file, DRM_IOCTL_MODE_GET_LEASE, &args));
	return args.count_objects;
}

static int revoke_lease(struct drm_file *file, u32 lessee)
{
	return display_request(file, DRM_IOCTL_MODE_REVOKE_LEASE, &lessee);
}

static int universal_planes(struct drm_file *file)
{
	struct drm_set_client_cap cap = {DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1};

	return display_request(file, DRM_IOCTL_SET_CLIENT_CAP, &cap);
}

TEST(a_lease_of_a_crtc_has_its_planes)
{
	u32 ids[8];

	assert_int_equal(lease_pipe(1), 1);
	assert_int_equal(objects_of(given[0], ids, 8), 4);
	assert_int_equal(ids[0], primary(1));
	assert_int_equal(ids[1], toy()->cursor[1].base.id);
	assert_int_equal(ids[2], crtc(1));
	assert_int_equal(ids[3], connector(1));
}

TEST(who_knows_planes_names_them)
{
	u32 ids[8];

	must(universal_planes(stage.file));
	assert_int_equal(lease_pipe(0), -EINVAL);
	must(LEASE(stage.file, crtc(0), connector(0), primary(0)));
	assert_int_equal(objects_of(given[0], ids, 2), 3);
	assert_int_equal(ids[0], primary(0));
	assert_int_equal(ids[1], crtc(0));
}

TEST(what_create_lease_refuses)
{
	struct drm_mode_create_lease args = {.flags = O_APPEND};
	struct counts before;

	count_all(&before);
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_CREATE_LEASE, &args),
		-EINVAL);
	assert_int_equal(LEASE(stage.second, crtc(0), connector(0)), -EACCES);
	assert_int_equal(LEASE(stage.file, crtc(0)), -EINVAL);
	assert_int_equal(LEASE(stage.file, connector(0)), -EINVAL);
	assert_int_equal(LEASE(stage.file, crtc(0), connector(0), U32_MAX),
			 -ENOENT);
	assert_int_equal(LEASE(stage.file, toy()->encoder[0].base.id, crtc(0),
			       connector(0)),
			 -EINVAL);
	assert_int_equal(LEASE(stage.file, crtc(0), crtc(0), connector(0)),
			 -ENOSPC);
	/* The planes came with the CRTC already. */
	assert_int_equal(LEASE(stage.file, crtc(0), connector(0), primary(0)),
			 -ENOSPC);
	assert_int_equal(create_lease(stage.file, (void *)8, 2), -EFAULT);
	assert_int_equal(create_lease(stage.file, (void *)8, U32_MAX), -ENOMEM);
	assert_int_equal(nr_given, 0);
	assert_counts(&before);
}

TEST(an_object_is_leased_once)
{
	must(lease_pipe(0));
	assert_int_equal(LEASE(stage.file, crtc(1), connector(0)), -EBUSY);
	assert_int_equal(LEASE(stage.file, crtc(0), connector(1)), -EBUSY);
	assert_int_equal(lease_pipe(1), 2);
}

TEST(a_lease_can_be_empty)
{
	u32 ids[1];

	assert_int_equal(create_lease(stage.file, NULL, 0), 1);
	assert_int_equal(objects_of(given[0], ids, 1), 0);
	/* As if it was revoked. */
	assert_int_equal(lessees_of(stage.file, ids, 1), 0);
}

TEST(an_owner_has_all_objects)
{
	u32 all = objects_of(stage.file, NULL, 0);

	assert_int_equal(all, stage.dev->mode_config.object_idr.count);
	must(lease_pipe(0));
	assert_int_equal(objects_of(stage.file, NULL, 0), all);
}

TEST(a_lessee_finds_what_it_was_leased)
{
	u32 crtcs[2], connectors[2], planes[8];
	struct drm_mode_card_res res = {
		.crtc_id_ptr = (uintptr_t)crtcs,
		.count_crtcs = 2,
		.connector_id_ptr = (uintptr_t)connectors,
		.count_connectors = 2,
	};
	struct drm_mode_get_plane_res plane_res = {
		.plane_id_ptr = (uintptr_t)planes,
		.count_planes = 8,
	};
	struct drm_mode_crtc get_crtc = {.crtc_id = crtc(0)};
	struct drm_mode_get_connector get_connector = {.connector_id =
							       connector(0)};
	struct drm_mode_get_encoder get_encoder = {
		.encoder_id = toy()->encoder[0].base.id};

	must(lease_pipe(1));
	must(display_request(given[0], DRM_IOCTL_MODE_GETRESOURCES, &res));
	assert_int_equal(res.count_crtcs, 1);
	assert_int_equal(crtcs[0], crtc(1));
	assert_int_equal(res.count_connectors, 1);
	assert_int_equal(connectors[0], connector(1));
	assert_int_equal(res.count_encoders, 2);
	must(universal_planes(given[0]));
	must(display_request(given[0], DRM_IOCTL_MODE_GETPLANERESOURCES,
			     &plane_res));
	assert_int_equal(plane_res.count_planes, 2);
	assert_int_equal(planes[0], primary(1));

	assert_int_equal(
		display_request(given[0], DRM_IOCTL_MODE_GETCRTC, &get_crtc),
		-ENOENT);
	assert_int_equal(display_request(given[0], DRM_IOCTL_MODE_GETCONNECTOR,
					 &get_connector),
			 -ENOENT);
	/* CRTCs count from what it has. */
	must(display_request(given[0], DRM_IOCTL_MODE_GETENCODER,
			     &get_encoder));
	assert_int_equal(get_encoder.possible_crtcs, 1);
	/* The owner still finds all. */
	must(display_request(stage.file, DRM_IOCTL_MODE_GETCRTC, &get_crtc));
}

TEST(a_lessee_shows_on_what_it_has_while_its_owner_is_master)
{
	u32 fb;

	must(lease_pipe(1));
	fb = make_fb(given[0], MODE_WIDTH, MODE_HEIGHT);
	assert_int_equal(set_crtc(given[0], crtc(1), fb, connector(1)), 0);
	assert_int_equal(set_crtc(given[0], crtc(0), fb, connector(0)),
			 -ENOENT);
	assert_int_equal(set_crtc(given[0], crtc(1), fb, connector(0)),
			 -ENOENT);
	must(display_request(stage.file, DRM_IOCTL_DROP_MASTER, NULL));
	assert_int_equal(set_crtc(given[0], crtc(1), fb, connector(1)),
			 -EACCES);
	must(display_request(stage.file, DRM_IOCTL_SET_MASTER, NULL));
	assert_int_equal(set_crtc(given[0], crtc(1), 0, 0), 0);
}

TEST(a_lessee_cannot_lease_on)
{
	must(lease_pipe(0));
	assert_int_equal(LEASE(given[0], crtc(0), connector(0)), -EINVAL);
	assert_int_equal(lessees_of(given[0], NULL, 0), 0);
}

TEST(mastership_is_not_the_lessees_to_drop_or_take)
{
	must(lease_pipe(0));
	assert_int_equal(display_request(given[0], DRM_IOCTL_DROP_MASTER, NULL),
			 -EINVAL);
	/* It has it. */
	assert_int_equal(display_request(given[0], DRM_IOCTL_SET_MASTER, NULL),
			 0);
	must(display_request(stage.file, DRM_IOCTL_DROP_MASTER, NULL));
	assert_int_equal(display_request(given[0], DRM_IOCTL_SET_MASTER, NULL),
			 -EINVAL);
	assert_int_equal(display_request(given[0], DRM_IOCTL_DROP_MASTER, NULL),
			 -EINVAL);
}

TEST(a_revoked_lease_is_empty_and_can_be_leased_again)
{
	u32 ids[2], lessee = must(lease_pipe(0));

	assert_int_equal(lessees_of(stage.file, ids, 2), 1);
	assert_int_equal(ids[0], lessee);
	assert_int_equal(revoke_lease(stage.file, lessee + 1), -ENOENT);
	assert_int_equal(revoke_lease(stage.file, 0), -ENOENT);
	/* Of the owner's lessees, itself is known, but not its own. */
	assert_int_equal(revoke_lease(given[0], lessee), -EACCES);
	assert_int_equal(revoke_lease(stage.file, lessee), 0);
	assert_int_equal(objects_of(given[0], ids, 2), 0);
	assert_int_equal(lessees_of(stage.file, ids, 2), 0);
	/* The number is taken until the file is closed. */
	assert_int_equal(lease_pipe(0), lessee + 1);
	assert_string_equal(told, "");
	close_file(&given[0]);
	assert_string_equal(told, "LEASE=1\n");
	assert_int_equal(lease_pipe(1), lessee);
}

TEST(a_lease_ends_with_its_file)
{
	struct counts before;

	count_all(&before);
	must(lease_pipe(0));
	close_file(&given[0]);
	assert_counts(&before);
	must(lease_pipe(0));
}

TEST(leases_are_empty_once_their_owner_is_closed)
{
	struct drm_mode_card_res res = {0};
	u32 fb;

	must(lease_pipe(0));
	fb = make_fb(given[0], MODE_WIDTH, MODE_HEIGHT);
	close_file(&stage.file);
	/* Nobody is master, and so it is not. */
	assert_int_equal(set_crtc(given[0], crtc(0), fb, connector(0)),
			 -EACCES);
	must(display_request(given[0], DRM_IOCTL_MODE_GETRESOURCES, &res));
	assert_int_equal(res.count_crtcs, 0);
	assert_int_equal(res.count_connectors, 0);
	/* Another one can be. */
	must(display_request(stage.second, DRM_IOCTL_SET_MASTER, NULL));
	assert_int_equal(LEASE(stage.second, crtc(0), connector(0)), 1);
}

TEST(lists_are_written_where_there_is_room)
{
	struct drm_mode_list_lessees list = {.lessees_ptr = 8,
					     .count_lessees = 1};
	struct drm_mode_get_lease get = {.objects_ptr = 8, .count_objects = 1};
	u32 ids[2] = {77, 77};

	must(lease_pipe(0));
	must(lease_pipe(1));
	assert_int_equal(lessees_of(stage.file, ids, 1), 2);
	assert_int_equal(ids[0], 1);
	assert_int_equal(ids[1], 77);
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_LIST_LESSEES, &list),
		-EFAULT);
	assert_int_equal(list.count_lessees, 1);
	assert_int_equal(
		display_request(given[0], DRM_IOCTL_MODE_GET_LEASE, &get),
		-EFAULT);
	list.pad = 1;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_LIST_LESSEES, &list),
		-EINVAL);
	get.pad = 1;
	assert_int_equal(
		display_request(given[0], DRM_IOCTL_MODE_GET_LEASE, &get),
		-EINVAL);
}

TEST(a_lease_without_an_fd_is_none)
{
	struct counts before;

	count_all(&before);
	give_error = -EMFILE;
	assert_int_equal(lease_pipe(0), -EMFILE);
	assert_counts(&before);
	give_error = 0;
	assert_int_equal(lease_pipe(0), 1);
}

static int run_create_lease(void)
{
	int ret = lease_pipe(0);

	return ret < 0 ? ret : 0;
}

static void undo_create_lease(void)
{
	close_file(&given[--nr_given]);
}

TEST(create_lease_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "CREATE_LEASE",
		.setup = setup,
		.run = run_create_lease,
		.undo = undo_create_lease,
	};

	walk_all(&walk);
}

static void prepare_lease(void)
{
	must(lease_pipe(0));
}

static int run_list_lessees(void)
{
	struct drm_mode_list_lessees args = {0};

	return display_request(stage.file, DRM_IOCTL_MODE_LIST_LESSEES, &args);
}

static int run_get_lease(void)
{
	struct drm_mode_get_lease args = {0};

	return display_request(given[0], DRM_IOCTL_MODE_GET_LEASE, &args);
}

TEST(lists_of_leases_fail_without_a_trace)
{
	static const struct walk walks[] = {
		{
			.name = "LIST_LESSEES",
			.setup = setup,
			.prepare = prepare_lease,
			.run = run_list_lessees,
			.finish = undo_create_lease,
		},
		{
			.name = "GET_LEASE",
			.setup = setup,
			.prepare = prepare_lease,
			.run = run_get_lease,
			.finish = undo_create_lease,
		},
	};

	walk_all(&walks[0]);
	walk_all(&walks[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_LEASES(a_lease_of_a_crtc_has_its_planes),
		ON_LEASES(who_knows_planes_names_them),
		ON_LEASES(what_create_lease_refuses),
		ON_LEASES(an_object_is_leased_once),
		ON_LEASES(a_lease_can_be_empty),
		ON_LEASES(an_owner_has_all_objects),
		ON_LEASES(a_lessee_finds_what_it_was_leased),
		ON_LEASES(
			a_lessee_shows_on_what_it_has_while_its_owner_is_master),
		ON_LEASES(a_lessee_cannot_lease_on),
		ON_LEASES(mastership_is_not_the_lessees_to_drop_or_take),
		ON_LEASES(a_revoked_lease_is_empty_and_can_be_leased_again),
		ON_LEASES(a_lease_ends_with_its_file),
		ON_LEASES(leases_are_empty_once_their_owner_is_closed),
		ON_LEASES(lists_are_written_where_there_is_room),
		ON_LEASES(a_lease_without_an_fd_is_none),
		PLAIN(create_lease_fails_without_a_trace),
		PLAIN(lists_of_leases_fail_without_a_trace),
	};

	return cmocka_run_group_tests_name("kms_lease", tests, NULL, NULL);
}
