/* SPDX-License-Identifier: MIT */
/* A device fd is an open file of its own kind: what it does is drm_ioctl(),
 * and its last close is drm_close(). */
#include "devfile.h"

#include <drm/drm_ioctl.h>
#include <linux/err.h>
#include <linux/slab.h>

static void devfile_release(struct anon_file *file)
{
	struct devfile *devfile = container_of(file, struct devfile, file);

	drm_close(devfile->drm);
	kfree(devfile);
}

static long devfile_ioctl(struct anon_file *file, unsigned int cmd,
			  unsigned long arg)
{
	return drm_ioctl(container_of(file, struct devfile, file)->drm, cmd,
			 arg);
}

static const struct anon_file_ops devfile_ops = {
	.name = "device",
	.release = devfile_release,
	.ioctl = devfile_ioctl,
};

struct devfile *to_devfile(struct anon_file *file)
{
	return file && file->ops == &devfile_ops
		       ? container_of(file, struct devfile, file)
		       : NULL;
}

int devfile_open(struct drm_minor *minor, int oflags)
{
	struct devfile *devfile = kzalloc(sizeof(*devfile), GFP_KERNEL);
	int ret;

	if (!devfile) {
		return -ENOMEM;
	}
	devfile->oflags = oflags;
	devfile->drm = drm_open(minor);
	if (IS_ERR(devfile->drm)) {
		ret = (int)PTR_ERR(devfile->drm);
		kfree(devfile);
		return ret;
	}
	return anon_file_open(&devfile->file, &devfile_ops);
}
