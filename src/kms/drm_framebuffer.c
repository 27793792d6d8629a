/* SPDX-License-Identifier: MIT */
/**
 * DOC: framebuffers and the files that made them
 *
 * <drm/drm_framebuffer.h> tells whose the references are. A framebuffer is
 * found by its number until its last reference is gone, whoever has that. While
 * it lives, its objects count it as one of their handles: they keep their name
 * and their dma-buf, as they do in Linux.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* How long a file's end waits until its framebuffers are off the screen. */
#define RELEASE_NS NSEC_PER_SEC

/* The modifier of which the core itself knows something. */
static bool fits_modifier(const struct drm_mode_fb_cmd2 *cmd, int i, int width,
			  int height)
{
	if (cmd->modifier[i] != DRM_FORMAT_MOD_SAMSUNG_64_32_TILE) {
		return true;
	}
	return cmd->pixel_format == DRM_FORMAT_NV12 && !(width % 128) &&
	       !(height % 32) && !(cmd->pitches[i] % 128);
}

static int check_plane(const struct drm_mode_fb_cmd2 *cmd,
		       const struct drm_format_info *info, int i)
{
	int width = drm_format_info_plane_width(info, (int)cmd->width, i);
	int height = drm_format_info_plane_height(info, (int)cmd->height, i);
	u64 min_pitch = drm_format_info_min_pitch(info, i, (unsigned int)width);

	if (!info->cpp[i] && cmd->modifier[i] == DRM_FORMAT_MOD_LINEAR) {
		return -EINVAL;
	}
	if (!cmd->handles[i]) {
		return -EINVAL;
	}
	if (min_pitch > U32_MAX ||
	    (u64)height * cmd->pitches[i] + cmd->offsets[i] > U32_MAX) {
		return -ERANGE;
	}
	if (info->cpp[i] && cmd->pitches[i] < min_pitch) {
		return -EINVAL;
	}
	if (cmd->flags & DRM_MODE_FB_MODIFIERS
		    ? cmd->modifier[i] != cmd->modifier[0]
		    : cmd->modifier[i] != 0) {
		return -EINVAL;
	}
	return fits_modifier(cmd, i, width, height) ? 0 : -EINVAL;
}

/* Programs older than the modifiers leave anything in what they do not use. */
static int check_unused_plane(const struct drm_mode_fb_cmd2 *cmd, int i)
{
	if (cmd->modifier[i]) {
		return -EINVAL;
	}
	if (!(cmd->flags & DRM_MODE_FB_MODIFIERS)) {
		return 0;
	}
	return cmd->handles[i] || cmd->pitches[i] || cmd->offsets[i] ? -EINVAL
								     : 0;
}

static int check_planes(const struct drm_mode_fb_cmd2 *cmd)
{
	const struct drm_format_info *info = drm_format_info(cmd->pixel_format);
	int i, ret = 0;

	if (!info || !cmd->width || !cmd->height) {
		return -EINVAL;
	}
	for (i = 0; i < info->num_planes && !ret; i++) {
		ret = check_plane(cmd, info, i);
	}
	for (; i < DRM_FORMAT_MAX_PLANES && !ret; i++) {
		ret = check_unused_plane(cmd, i);
	}
	return ret;
}

struct drm_framebuffer *
drm_internal_framebuffer_create(struct drm_device *dev,
				const struct drm_mode_fb_cmd2 *cmd,
				struct drm_file *file)
{
	const struct drm_mode_config *config = &dev->mode_config;
	int ret;

	if (cmd->flags &
	    ~(u32)(DRM_MODE_FB_INTERLACED | DRM_MODE_FB_MODIFIERS)) {
		return ERR_PTR(-EINVAL);
	}
	if (cmd->width < (u32)config->min_width ||
	    cmd->width > (u32)config->max_width ||
	    cmd->height < (u32)config->min_height ||
	    cmd->height > (u32)config->max_height) {
		return ERR_PTR(-EINVAL);
	}
	if (cmd->flags & DRM_MODE_FB_MODIFIERS &&
	    config->fb_modifiers_not_supported) {
		return ERR_PTR(-EINVAL);
	}
	ret = check_planes(cmd);
	if (ret) {
		return ERR_PTR(ret);
	}
	return config->funcs->fb_create(dev, file, cmd);
}

int drm_mode_addfb2(struct drm_device *dev, struct drm_mode_fb_cmd2 *cmd,
		    struct drm_file *file)
{
	struct drm_framebuffer *fb =
		drm_internal_framebuffer_create(dev, cmd, file);

	if (IS_ERR(fb)) {
		return (int)PTR_ERR(fb);
	}
	cmd->fb_id = fb->base.id;
	mutex_lock(&file->fbs_lock);
	list_add(&fb->filp_head, &file->fbs);
	mutex_unlock(&file->fbs_lock);
	return 0;
}

/* Take a framebuffer from a file, with the reference which that had. */
static int take_from_file(struct drm_framebuffer *fb, struct drm_file *file)
{
	struct drm_framebuffer *other;
	int ret = -ENOENT;

	mutex_lock(&file->fbs_lock);
	list_for_each_entry (other, &file->fbs, filp_head) {
		if (other == fb) {
			list_del_init(&fb->filp_head);
			ret = 0;
			break;
		}
	}
	mutex_unlock(&file->fbs_lock);
	return ret;
}

int drm_mode_closefb(struct drm_device *dev, u32 fb_id, struct drm_file *file)
{
	struct drm_framebuffer *fb = drm_framebuffer_lookup(dev, file, fb_id);
	int ret;

	if (!fb) {
		return -ENOENT;
	}
	ret = take_from_file(fb, file);
	if (!ret) {
		drm_framebuffer_put(fb);
	}
	drm_framebuffer_put(fb);
	return ret;
}

int drm_mode_rmfb(struct drm_device *dev, u32 fb_id, struct drm_file *file)
{
	struct drm_framebuffer *fb = drm_framebuffer_lookup(dev, file, fb_id);
	int ret;

	if (!fb) {
		return -ENOENT;
	}
	ret = take_from_file(fb, file);
	/* The lookup's. The file's is left, if it was the file's. */
	drm_framebuffer_put(fb);
	if (!ret) {
		drm_framebuffer_remove(fb);
	}
	return ret;
}

/* Take it off the screen, and drop a reference. */
static void remove_now(struct drm_framebuffer *fb)
{
	WARN_ON(!list_empty(&fb->filp_head));
	/* Without other references it is shown nowhere. */
	if (kref_read(&fb->base.refcount) > 1) {
		WARN_ON(drm_atomic_remove_fb(fb));
	}
	drm_framebuffer_put(fb);
}

/* Framebuffers that are taken off the screen. */
struct removal {
	struct kref refcount; /* who waits, and the worker */
	struct work_struct work;
	struct completion done;
	struct drm_device *dev; /* referenced, until it is done */
	struct list_head fbs;	/* drm_framebuffer.filp_head: with a reference;
				   the worker's once it is queued */
};

static void free_removal(struct kref *ref)
{
	kfree(container_of(ref, struct removal, refcount));
}

static void remove_all(struct list_head *fbs)
{
	struct drm_framebuffer *fb, *next;

	list_for_each_entry_safe (fb, next, fbs, filp_head) {
		list_del_init(&fb->filp_head);
		remove_now(fb);
	}
}

static void remove_work(struct work_struct *work)
{
	struct removal *removal = container_of(work, struct removal, work);

	remove_all(&removal->fbs);
	drm_dev_put(removal->dev);
	complete_all(&removal->done);
	kref_put(&removal->refcount, free_removal);
}

/* Let a worker take framebuffers off the screen, for what is shown before can
 * wait for a program, and wait for that, but for @timeout ns only. */
static void remove_and_wait(struct drm_device *dev, struct list_head *fbs,
			    s64 timeout)
{
	struct removal *removal = kzalloc(sizeof(*removal), GFP_KERNEL);
	struct drm_framebuffer *fb, *next;

	if (!removal) {
		remove_all(fbs);
		return;
	}
	kref_init(&removal->refcount);
	kref_get(&removal->refcount);
	init_work(&removal->work, remove_work);
	init_completion(&removal->done);
	drm_dev_get(dev);
	removal->dev = dev;
	INIT_LIST_HEAD(&removal->fbs);
	list_for_each_entry_safe (fb, next, fbs, filp_head) {
		list_del_init(&fb->filp_head);
		list_add_tail(&fb->filp_head, &removal->fbs);
	}
	queue_work(system_unbound_wq, &removal->work);
	wait_for_completion_timeout(&removal->done, timeout, false);
	kref_put(&removal->refcount, free_removal);
}

void drm_fb_release(struct drm_file *file)
{
	struct drm_framebuffer *fb, *next;

	/* The file is nobody's any more: no lock is needed. */
	list_for_each_entry_safe (fb, next, &file->fbs, filp_head) {
		if (kref_read(&fb->base.refcount) == 1) {
			list_del_init(&fb->filp_head);
			remove_now(fb);
		}
	}
	/* Who waits for a fence of the same program, which is closed after this
	 * file, must not be waited for for ever. */
	if (!list_empty(&file->fbs)) {
		remove_and_wait(file->minor->dev, &file->fbs, RELEASE_NS);
	}
}

void drm_framebuffer_remove(struct drm_framebuffer *fb)
{
	LIST_HEAD(fbs);

	if (kref_read(&fb->base.refcount) == 1) {
		remove_now(fb);
		return;
	}
	list_add(&fb->filp_head, &fbs);
	remove_and_wait(fb->dev, &fbs, TASK_FOREVER);
}

void drm_framebuffer_free(struct kref *kref)
{
	struct drm_framebuffer *fb =
		container_of(kref, struct drm_framebuffer, base.refcount);

	WARN_ON(!list_empty(&fb->filp_head));
	drm_mode_object_unregister(fb->dev, &fb->base);
	fb->funcs->destroy(fb);
}

void drm_helper_mode_fill_fb_struct(struct drm_device *dev,
				    struct drm_framebuffer *fb,
				    const struct drm_mode_fb_cmd2 *cmd)
{
	fb->dev = dev;
	fb->format = drm_format_info(cmd->pixel_format);
	fb->width = cmd->width;
	fb->height = cmd->height;
	for (int i = 0; i < DRM_FORMAT_MAX_PLANES; i++) {
		fb->pitches[i] = cmd->pitches[i];
		fb->offsets[i] = cmd->offsets[i];
	}
	fb->modifier = cmd->modifier[0];
	fb->flags = (int)cmd->flags;
}

static void get_handles(struct drm_framebuffer *fb)
{
	for (int i = 0; i < fb->format->num_planes; i++) {
		if (fb->obj[i] &&
		    drm_gem_object_handle_get_if_exists(fb->obj[i])) {
			fb->handle_refs |= 1u << i;
		}
	}
}

static void put_handles(struct drm_framebuffer *fb)
{
	for (int i = 0; i < fb->format->num_planes; i++) {
		if (fb->handle_refs & 1u << i) {
			drm_gem_object_handle_put(fb->obj[i]);
		}
	}
	fb->handle_refs = 0;
}

int drm_framebuffer_init(struct drm_device *dev, struct drm_framebuffer *fb,
			 const struct drm_framebuffer_funcs *funcs)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret;

	if (WARN_ON(fb->dev != dev || !fb->format)) {
		return -EINVAL;
	}
	get_handles(fb);
	INIT_LIST_HEAD(&fb->filp_head);
	fb->funcs = funcs;
	ret = drm_mode_object_add_counted(dev, &fb->base, DRM_MODE_OBJECT_FB,
					  false, drm_framebuffer_free);
	if (ret) {
		put_handles(fb);
		return ret;
	}
	mutex_lock(&config->fb_lock);
	config->num_fb++;
	list_add(&fb->head, &config->fb_list);
	mutex_unlock(&config->fb_lock);
	drm_mode_object_register(dev, &fb->base);
	return 0;
}

void drm_framebuffer_cleanup(struct drm_framebuffer *fb)
{
	struct drm_mode_config *config = &fb->dev->mode_config;

	put_handles(fb);
	mutex_lock(&config->fb_lock);
	list_del_init(&fb->head);
	config->num_fb--;
	mutex_unlock(&config->fb_lock);
}

struct drm_framebuffer *drm_framebuffer_lookup(struct drm_device *dev,
					       struct drm_file *file, u32 id)
{
	struct drm_mode_object *obj =
		drm_mode_object_find(dev, file, id, DRM_MODE_OBJECT_FB);

	return obj ? obj_to_fb(obj) : NULL;
}

void drm_framebuffer_unregister_private(struct drm_framebuffer *fb)
{
	drm_mode_object_unregister(fb->dev, &fb->base);
}

int drm_framebuffer_check_src_coords(u32 src_x, u32 src_y, u32 src_w, u32 src_h,
				     const struct drm_framebuffer *fb)
{
	u32 width = fb->width << 16, height = fb->height << 16;

	return src_w > width || src_x > width - src_w || src_h > height ||
			       src_y > height - src_h
		       ? -ENOSPC
		       : 0;
}

/* The plane before @i with the same object, or @i. */
static int first_with_object(const struct drm_framebuffer *fb, int i)
{
	for (int j = 0; j < i; j++) {
		if (fb->obj[j] == fb->obj[i]) {
			return j;
		}
	}
	return i;
}

int drm_framebuffer_create_handles(struct drm_framebuffer *fb,
				   struct drm_file *file,
				   u32 handles[DRM_FORMAT_MAX_PLANES])
{
	int i, ret;

	for (i = 0; i < fb->format->num_planes; i++) {
		int first = first_with_object(fb, i);

		if (first < i) {
			handles[i] = handles[first];
			continue;
		}
		ret = drm_gem_handle_create(file, fb->obj[i], &handles[i]);
		if (ret) {
			goto err_delete;
		}
	}
	return 0;

err_delete:
	while (i--) {
		if (first_with_object(fb, i) == i) {
			drm_gem_handle_delete(file, handles[i]);
		}
		handles[i] = 0;
	}
	return ret;
}
