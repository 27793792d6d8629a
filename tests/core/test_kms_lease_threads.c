/* SPDX-License-Identifier: MIT */
/**
 * DOC: leases, blobs and probes between threads
 *
 * Programs lease, revoke, probe, make blobs and pass mastership on at once.
 * Which of them is refused is a matter of chance; that nothing is left in the
 * end is not. Threads check with expect(), as an assertion can leave only the
 * thread of the test.
 */
#include <pthread.h>
#include <stdlib.h>

#include "counts.h"
#include "display_calls.h"
#include "expect.h"
#include "toy_display.h"

#include <drm/drm_property.h>

#ifdef __SANITIZE_THREAD__
#define ROUNDS 2000
#else
#define ROUNDS 20000
#endif

static u32 crtc, connector, gamma;
static u8 edids[2][EDID_LENGTH] = {{1}, {2}};

/* Each thread has at most one lessee. */
static _Thread_local struct drm_file *lessee;

static int give(struct drm_file *file, struct drm_file *like, bool cloexec)
{
	(void)like;
	(void)cloexec;
	lessee = file;
	return 1000;
}

static void tell(struct drm_device *dev, const char *env)
{
	(void)dev;
	(void)env;
}

static const struct drm_host_ops host = {
	.uevent = tell,
	.file_give = give,
};

static bool is_one_of(int ret, int a, int b)
{
	return !ret || ret == a || ret == b;
}

/* Lease a CRTC, look at the lease, and end it in one way or the other. */
static void lease(unsigned int *seed)
{
	u32 ids[] = {crtc, connector}, had[8];
	struct drm_mode_create_lease args = {
		.object_ids = (uintptr_t)ids,
		.object_count = ARRAY_SIZE(ids),
	};
	struct drm_mode_get_lease get = {
		.objects_ptr = (uintptr_t)had,
		.count_objects = ARRAY_SIZE(had),
	};
	int ret =
		display_request(stage.file, DRM_IOCTL_MODE_CREATE_LEASE, &args);

	expect(is_one_of(ret, -EBUSY, -EACCES));
	if (ret) {
		return;
	}
	ret = display_request(lessee, DRM_IOCTL_MODE_GET_LEASE, &get);
	expect(is_one_of(ret, -EACCES, -EACCES));
	expect(ret || get.count_objects == 4 || !get.count_objects);
	if (rand_r(seed) % 2) {
		ret = display_request(stage.file, DRM_IOCTL_MODE_REVOKE_LEASE,
				      &args.lessee_id);
		expect(is_one_of(ret, -EACCES, -EACCES));
	}
	drm_close(lessee);
}

/* Revoke somebody's. */
static void revoke_all(unsigned int *seed)
{
	u32 ids[4] = {0};
	struct drm_mode_list_lessees list = {
		.lessees_ptr = (uintptr_t)ids,
		.count_lessees = ARRAY_SIZE(ids),
	};
	int ret =
		display_request(stage.file, DRM_IOCTL_MODE_LIST_LESSEES, &list);

	(void)seed;
	expect(is_one_of(ret, -EACCES, -EACCES));
	for (u32 i = 0; !ret && i < min(list.count_lessees, 4u); i++) {
		int revoked = display_request(
			stage.file, DRM_IOCTL_MODE_REVOKE_LEASE, &ids[i]);

		expect(is_one_of(revoked, -ENOENT, -EACCES));
	}
}

static void probe(unsigned int *seed)
{
	struct toy_display *toy = toy_display_of(stage.dev);
	struct drm_mode_modeinfo modes[64];
	struct drm_mode_get_connector args = {
		.connector_id = toy->connector[1].base.id};

	/* The display is another one now. */
	mutex_lock(&stage.dev->mode_config.mutex);
	toy->edid[1] = edids[rand_r(seed) % 2];
	toy->status[1] = rand_r(seed) % 4 ? connector_status_connected
					  : connector_status_disconnected;
	mutex_unlock(&stage.dev->mode_config.mutex);
	expect(!display_request(stage.file, DRM_IOCTL_MODE_GETCONNECTOR,
				&args));
	args = (struct drm_mode_get_connector){
		.connector_id = toy->connector[1].base.id,
		.modes_ptr = (uintptr_t)modes,
		.count_modes = ARRAY_SIZE(modes),
	};
	expect(!display_request(stage.second, DRM_IOCTL_MODE_GETCONNECTOR,
				&args));
	drm_connector_detect_changed(&toy->connector[1]);
}

/* A blob, which is a value for a while. */
static void blob(unsigned int *seed)
{
	struct drm_color_lut lut[256] = {{.red = 1}};
	struct drm_mode_create_blob create = {.data = (uintptr_t)lut,
					      .length = sizeof(lut)};
	struct drm_mode_obj_set_property set = {
		.obj_id = crtc,
		.obj_type = DRM_MODE_OBJECT_CRTC,
		.prop_id = gamma,
	};
	struct drm_file *file = rand_r(seed) % 2 ? stage.second : stage.file;
	u32 id;
	int ret;

	expect(!display_request(file, DRM_IOCTL_MODE_CREATEPROPBLOB, &create));
	id = create.blob_id;
	set.value = id;
	ret = display_request(stage.file, DRM_IOCTL_MODE_OBJ_SETPROPERTY, &set);
	expect(is_one_of(ret, -EACCES, -EBUSY));
	expect(!display_request(file, DRM_IOCTL_MODE_DESTROYPROPBLOB, &id));
	set.value = 0;
	ret = display_request(stage.file, DRM_IOCTL_MODE_OBJ_SETPROPERTY, &set);
	expect(is_one_of(ret, -EACCES, -EBUSY));
}

static void pass_mastership(unsigned int *seed)
{
	struct drm_file *file = rand_r(seed) % 2 ? stage.second : stage.file;
	int ret = display_request(file, DRM_IOCTL_DROP_MASTER, NULL);

	expect(is_one_of(ret, -EINVAL, -EINVAL));
	ret = display_request(stage.file, DRM_IOCTL_SET_MASTER, NULL);
	expect(is_one_of(ret, -EBUSY, -EBUSY));
}

static void (*const acts[])(unsigned int *seed) = {
	lease, lease, revoke_all, probe, blob, pass_mastership,
};

static void *act(void *data)
{
	intptr_t index = (intptr_t)data;
	unsigned int seed = (unsigned int)index + 1;

	enter_task();
	for (int i = 0; i < ROUNDS; i++) {
		acts[index](&seed);
	}
	return NULL;
}

TEST(nothing_is_left_of_what_programs_leased_and_made_at_once)
{
	struct toy_display *toy = toy_display_of(stage.dev);
	pthread_t threads[ARRAY_SIZE(acts)];
	struct counts before;

	stage.dev->host = &host;
	crtc = toy->crtc[0].base.id;
	connector = toy->connector[0].base.id;
	gamma = stage.dev->mode_config.gamma_lut_property->base.id;
	atomic_store(&broken, 0);
	count_all(&before);
	for (intptr_t i = 0; i < (intptr_t)ARRAY_SIZE(acts); i++) {
		assert_int_equal(
			pthread_create(&threads[i], NULL, act, (void *)i), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		pthread_join(threads[i], NULL);
	}
	assert_int_equal(atomic_load(&broken), 0);
	/* What was set last stays: it is taken back before counting. */
	must(display_request(stage.file, DRM_IOCTL_SET_MASTER, NULL));
	must(display_request(stage.file, DRM_IOCTL_MODE_OBJ_SETPROPERTY,
			     &(struct drm_mode_obj_set_property){
				     .obj_id = crtc,
				     .obj_type = DRM_MODE_OBJECT_CRTC,
				     .prop_id = gamma,
			     }));
	toy->status[1] = connector_status_disconnected;
	must(display_request(
		stage.file, DRM_IOCTL_MODE_GETCONNECTOR,
		&(struct drm_mode_get_connector){
			.connector_id = toy->connector[1].base.id}));
	assert_counts(&before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(
			nothing_is_left_of_what_programs_leased_and_made_at_once),
	};

	return cmocka_run_group_tests_name("kms_lease_threads", tests, NULL,
					   NULL);
}
