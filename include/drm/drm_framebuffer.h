/* SPDX-License-Identifier: MIT */
/**
 * DOC: framebuffers
 *
 * A framebuffer says how pixels lie in GEM objects, of which it has references:
 * it lives on when their handles are closed. Its references: one of the file
 * that made it (until RMFB or the file's end, which also take it off the
 * screen; CLOSEFB does not), one of each state of a plane that shows it.
 */
#ifndef UPRIME_DRM_FRAMEBUFFER_H
#define UPRIME_DRM_FRAMEBUFFER_H

#include <drm/drm_fourcc.h>
#include <drm/drm_mode_object.h>
#include <linux/list.h>

struct drm_clip_rect;
struct drm_file;
struct drm_framebuffer;
struct drm_gem_object;

struct drm_framebuffer_funcs {
	/* the last reference is gone: free it */
	void (*destroy)(struct drm_framebuffer *fb);
	/* a handle of its object, for GETFB */
	int (*create_handle)(struct drm_framebuffer *fb, struct drm_file *file,
			     unsigned int *handle);
	/* optional: DIRTYFB; without: -ENOSYS */
	int (*dirty)(struct drm_framebuffer *fb, struct drm_file *file,
		     unsigned int flags, unsigned int color,
		     struct drm_clip_rect *clips, unsigned int num_clips);
};

/**
 * struct drm_framebuffer - a framebuffer; constant but for its lists
 */
struct drm_framebuffer {
	struct drm_device *dev;
	struct list_head head;	     /* mode_config.fb_list; fb_lock */
	struct list_head filp_head;  /* drm_file.fbs: with the file's
					reference; drm_file.fbs_lock */
	struct drm_mode_object base; /* counted */
	const struct drm_format_info *format;
	const struct drm_framebuffer_funcs *funcs;
	unsigned int pitches[DRM_FORMAT_MAX_PLANES]; /* bytes */
	unsigned int offsets[DRM_FORMAT_MAX_PLANES]; /* bytes */
	u64 modifier;
	unsigned int width, height;			   /* pixels */
	int flags;					   /* DRM_MODE_FB_* */
	struct drm_gem_object *obj[DRM_FORMAT_MAX_PLANES]; /* referenced */
	u32 handle_refs; /* mask of planes: their objects count this as a handle
			    as well, and keep name and dma-buf */
};

#define obj_to_fb(x) container_of(x, struct drm_framebuffer, base)

/**
 * drm_helper_mode_fill_fb_struct() - what a command says, into a framebuffer
 * @dev: the device
 * @fb: zeroed memory of the driver
 * @cmd: checked by the core
 */
EXPORT_SYMBOL void
drm_helper_mode_fill_fb_struct(struct drm_device *dev,
			       struct drm_framebuffer *fb,
			       const struct drm_mode_fb_cmd2 *cmd);
/**
 * drm_framebuffer_init() - let a framebuffer be found
 * @dev: the device
 * @fb: complete but for what is made here
 * @funcs: of who made it
 *
 * Return: 0 and the caller has the one reference, funcs->destroy() being called
 * with the last; -EINVAL (no format), -ENOMEM, and @fb needs nothing.
 */
EXPORT_SYMBOL int
drm_framebuffer_init(struct drm_device *dev, struct drm_framebuffer *fb,
		     const struct drm_framebuffer_funcs *funcs);
/**
 * drm_framebuffer_lookup() - the framebuffer of a number
 * @dev: the device
 * @file: who asks; NULL: the core
 * @id: any number
 *
 * Return: the framebuffer with a reference, whose file's it may be; NULL.
 */
EXPORT_SYMBOL struct drm_framebuffer *
drm_framebuffer_lookup(struct drm_device *dev, struct drm_file *file, u32 id);
/**
 * drm_framebuffer_remove() - take it off the screen and drop a reference
 * @fb: in no file's list
 *
 * mode_config.mutex is not held: it is taken if there are other references.
 */
EXPORT_SYMBOL void drm_framebuffer_remove(struct drm_framebuffer *fb);
/* drm_framebuffer_cleanup - undo drm_framebuffer_init(), in funcs->destroy();
 * its objects are still there */
EXPORT_SYMBOL void drm_framebuffer_cleanup(struct drm_framebuffer *fb);
/* drm_framebuffer_unregister_private - take its number back before it goes */
EXPORT_SYMBOL void drm_framebuffer_unregister_private(struct drm_framebuffer *);
/**
 * drm_framebuffer_check_src_coords() - is a part of a framebuffer within it?
 * @src_x: from the left, 16.16
 * @src_y: from the top, 16.16
 * @src_w: 16.16
 * @src_h: 16.16
 * @fb: the framebuffer
 *
 * Return: 0; -ENOSPC.
 */
EXPORT_SYMBOL int
drm_framebuffer_check_src_coords(u32 src_x, u32 src_y, u32 src_w, u32 src_h,
				 const struct drm_framebuffer *fb);

static inline void drm_framebuffer_get(struct drm_framebuffer *fb)
{
	drm_mode_object_get(&fb->base);
}

static inline void drm_framebuffer_put(struct drm_framebuffer *fb)
{
	drm_mode_object_put(&fb->base);
}

/* drm_framebuffer_assign - *p becomes @fb, with a reference of its own */
static inline void drm_framebuffer_assign(struct drm_framebuffer **p,
					  struct drm_framebuffer *fb)
{
	if (fb) {
		drm_framebuffer_get(fb);
	}
	if (*p) {
		drm_framebuffer_put(*p);
	}
	*p = fb;
}

/* ---- of GEM objects: drm_gem_framebuffer_helper.c ---- */

/**
 * drm_gem_fb_create() - a framebuffer of GEM objects, for fb_create
 * @dev: the device
 * @file: whose handles they are
 * @cmd: what was asked for, checked by the core
 *
 * Return: for drm_framebuffer_put(); ERR_PTR: -ENOENT (handle), -EINVAL (too
 * small, modifier), -ENOMEM.
 */
EXPORT_SYMBOL struct drm_framebuffer *
drm_gem_fb_create(struct drm_device *dev, struct drm_file *file,
		  const struct drm_mode_fb_cmd2 *cmd);

/**
 * drm_gem_fb_vmap() - the pixels of a framebuffer in this process' memory
 * @fb: the framebuffer
 * @data: set to the address of each plane's first pixel
 *
 * Return: 0 and drm_gem_fb_vunmap() undoes it; -EINVAL (a plane without an
 * object, a driver without gem_prime_vmap), -ENOMEM, what the driver says.
 */
EXPORT_SYMBOL int drm_gem_fb_vmap(struct drm_framebuffer *fb,
				  void *data[DRM_FORMAT_MAX_PLANES]);

/**
 * drm_gem_fb_vunmap() - undo one drm_gem_fb_vmap()
 * @fb: the framebuffer
 * @data: what that has stored
 */
EXPORT_SYMBOL void drm_gem_fb_vunmap(struct drm_framebuffer *fb,
				     void *data[DRM_FORMAT_MAX_PLANES]);

#endif
