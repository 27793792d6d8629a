/* SPDX-License-Identifier: MIT */
/* Leases. The order of checks is the kernel's. */
#include <fcntl.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"

/* The most bytes the kernel takes in one piece. */
#define MAX_ID_BYTES (4u << 20)

/* What the program wants to lease, as numbers. */
static int take_objects(struct drm_file *file,
			const struct drm_mode_create_lease *args,
			struct idr *leases)
{
	u32 count = args->object_count, *ids;
	int ret;

	if (!count) {
		return 0;
	}
	ids = count > MAX_ID_BYTES / sizeof(*ids)
		      ? NULL
		      : kmalloc_array(count, sizeof(*ids), GFP_KERNEL);
	if (!ids) {
		return -ENOMEM;
	}
	ret = copy_from_user(ids, args->object_ids, count * sizeof(*ids));
	if (!ret) {
		ret = drm_lease_fill(file, ids, count, leases);
	}
	kfree(ids);
	return ret;
}

/* An fd of the lessee's file: one of the same node, with it as master. The
 * lessee's reference is taken over. */
static int open_lease(struct drm_file *file, struct drm_master *lessee,
		      bool cloexec)
{
	const struct drm_host_ops *host = file->minor->dev->host;
	struct drm_file *opened;

	opened = host ? drm_open(file->minor) : ERR_PTR(-EOPNOTSUPP);
	if (IS_ERR(opened)) {
		drm_master_put(&lessee);
		return (int)PTR_ERR(opened);
	}
	drm_master_lease(opened, lessee);
	return host->file_give(opened, file, cloexec);
}

static int create_lease(struct drm_file *file, struct drm_master *lessor,
			struct drm_mode_create_lease *args)
{
	struct drm_master *lessee;
	struct idr leases;
	int ret;
	u32 id;

	/* A lessee cannot lease on. */
	if (lessor->lessor) {
		return -EINVAL;
	}
	idr_init(&leases, 0);
	ret = take_objects(file, args, &leases);
	if (ret) {
		goto out;
	}
	lessee = drm_lease_create(lessor, &leases);
	if (IS_ERR(lessee)) {
		ret = (int)PTR_ERR(lessee);
		goto out;
	}
	id = (u32)lessee->lessee_id;
	ret = open_lease(file, lessee, args->flags & O_CLOEXEC);
	if (ret >= 0) {
		args->fd = (u32)ret;
		args->lessee_id = id;
		ret = 0;
	}
out:
	idr_destroy(&leases);
	return ret;
}

int drm_mode_create_lease_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	struct drm_mode_create_lease *args = data;
	struct drm_master *lessor;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	if (args->flags & ~(u32)(O_CLOEXEC | O_NONBLOCK)) {
		return -EINVAL;
	}
	lessor = drm_file_get_master(file);
	ret = create_lease(file, lessor, args);
	drm_master_put(&lessor);
	return ret;
}

/* Give a program the ids that @list tells of its master. @pad must be 0. */
static int give_list(struct drm_device *dev, struct drm_file *file, u32 pad,
		     int (*list)(struct drm_master *master, u32 **ids,
				 u32 *count),
		     u64 to, u32 *room)
{
	struct drm_master *master;
	u32 *ids, count;
	int ret;

	if (pad) {
		return -EINVAL;
	}
	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	master = drm_file_get_master(file);
	ret = list(master, &ids, &count);
	drm_master_put(&master);
	if (!ret) {
		ret = drm_give_ids(to, ids, count, room);
	}
	kfree(ids);
	return ret;
}

int drm_mode_list_lessees_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	struct drm_mode_list_lessees *args = data;

	return give_list(dev, file, args->pad, drm_lease_list,
			 args->lessees_ptr, &args->count_lessees);
}

int drm_mode_get_lease_ioctl(struct drm_device *dev, void *data,
			     struct drm_file *file)
{
	struct drm_mode_get_lease *args = data;

	return give_list(dev, file, args->pad, drm_lease_objects,
			 args->objects_ptr, &args->count_objects);
}

int drm_mode_revoke_lease_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	const struct drm_mode_revoke_lease *args = data;
	struct drm_master *lessor;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	lessor = drm_file_get_master(file);
	ret = drm_lease_revoke_id(lessor, args->lessee_id);
	drm_master_put(&lessor);
	return ret;
}
