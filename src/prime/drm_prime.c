/* SPDX-License-Identifier: MIT */
/**
 * DOC: PRIME, the rules
 *
 * PRIME shares GEM objects between files, processes and devices as dma-bufs.
 * The nine helpers below are all of it that a driver sees. A driver puts
 * drm_gem_prime_handle_to_fd() and drm_gem_prime_fd_to_handle() into its table
 * and either uses drm_gem_prime_export() and drm_gem_prime_import() with the
 * gem_prime_* callbacks, or has exports and imports of its own.
 *
 * Identity. An object is exported as one dma-buf for as long as it has a
 * handle anywhere; a dma-buf is imported as one handle per file. Handles are
 * not counted: two imports of one dma-buf into a file give the same handle, and
 * one GEM_CLOSE closes it. Importing a device's own dma-buf gives the object
 * itself; another device's gives an object for each file that imports it, with
 * an attachment of its own.
 *
 * References go one way, so that there are no rings:
 *
 *   importing object -> attachment -> dma-buf -> exported object
 *                                            \-> its drm_device
 *
 * Beside them, what is only a memory of the past is dropped with the handles:
 * each file remembers which handle is which dma-buf until that handle is
 * closed, and an object remembers its dma-buf until its last handle is.
 *
 * Locks. drm_prime_file_private.lock is taken first and makes "look up, else
 * create and remember" one step for a file; object_name_lock nests in it and
 * does the same for an object. An import into another device calls the
 * exporter's driver under both, as in the kernel: callbacks may not export or
 * import themselves.
 *
 * Failures undo what was done, in reverse order: references, tables and fds
 * are as before.
 */
#include <drm.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <linux/dma-buf.h>
#include <linux/slab.h>

#include "../dma-buf/internal.h"
#include "../gem/internal.h"
#include "../host/row.h"
#include "prime_members.h"

/* ------------------------------------------------------------------------
 * The dma-buf of an object
 */

/**
 * drm_gem_dmabuf_export() - make the dma-buf of a GEM object
 * @dev: device of the object
 * @exp_info: as for dma_buf_export(); priv is the object
 *
 * For exporters whose release is drm_gem_dmabuf_release(), which drops what is
 * taken here: a reference to @dev and one to the object. Where @exp_info names
 * no memory it is the object's own. No lock is needed.
 *
 * Return: a dma-buf with one reference, the caller's; what dma_buf_export()
 * says, with no reference taken.
 */
struct dma_buf *drm_gem_dmabuf_export(struct drm_device *dev,
				      struct dma_buf_export_info *exp_info)
{
	struct drm_gem_object *obj = exp_info->priv;
	struct dma_buf *dma_buf;

	if (!exp_info->file) {
		exp_info->file = obj->filp;
	}
	dma_buf = dma_buf_export(exp_info);
	if (IS_ERR(dma_buf)) {
		return dma_buf;
	}
	drm_dev_get(dev);
	drm_gem_object_get(obj);
	return dma_buf;
}

/**
 * drm_gem_dmabuf_release() - the release callback of a GEM object's dma-buf
 * @dma_buf: a dma-buf without references, fds and mappings
 *
 * Drops the references that drm_gem_dmabuf_export() took; the object's last
 * one may be among them. No lock of the device may be held.
 */
void drm_gem_dmabuf_release(struct dma_buf *dma_buf)
{
	struct drm_gem_object *obj = dma_buf->priv;
	struct drm_device *dev = obj->dev;

	drm_gem_object_put(obj);
	drm_dev_put(dev);
}

/**
 * struct prime_attach - what an attachment of ours has cached
 *
 * In dma_buf_attachment.priv; owned by it; guarded by dma_buf.lock once the
 * attachment is made.
 */
struct prime_attach {
	struct sg_table *sgt;        /* the mapping, owned, or NULL */
	enum dma_data_direction dir; /* of the mapping, or DMA_NONE */
};

/* An importer comes: keep the object where it is while it is there. */
static int gem_attach(struct dma_buf *dma_buf,
		      struct dma_buf_attachment *attach)
{
	struct drm_gem_object *obj = dma_buf->priv;
	const struct drm_driver *driver = obj->dev->driver;
	struct prime_attach *prime_attach;
	int ret = 0;

	prime_attach = kzalloc(sizeof(*prime_attach), GFP_KERNEL);
	if (!prime_attach) {
		return -ENOMEM;
	}
	prime_attach->dir = DMA_NONE;
	if (driver->gem_prime_pin) {
		ret = driver->gem_prime_pin(obj);
	}
	if (ret) {
		kfree(prime_attach);
		return ret;
	}
	attach->priv = prime_attach;
	return 0;
}

/* It goes: the cached mapping ends with it. */
static void gem_detach(struct dma_buf *dma_buf,
		       struct dma_buf_attachment *attach)
{
	struct drm_gem_object *obj = dma_buf->priv;
	const struct drm_driver *driver = obj->dev->driver;
	struct prime_attach *prime_attach = attach->priv;
	struct sg_table *sgt = prime_attach->sgt;

	if (sgt) {
		dma_unmap_sg(attach->dev, sgt->sgl, (int)sgt->orig_nents,
			     prime_attach->dir);
		sg_free_table(sgt);
		kfree(sgt);
	}
	kfree(prime_attach);
	attach->priv = NULL;
	if (driver->gem_prime_unpin) {
		driver->gem_prime_unpin(obj);
	}
}

/* A fresh table of the object, fit for the device and with its addresses. */
static struct sg_table *map_for_device(struct drm_gem_object *obj,
				       struct device *dev,
				       enum dma_data_direction dir)
{
	const struct drm_driver *driver = obj->dev->driver;
	struct sg_table *sgt;
	int ret;

	if (!driver->gem_prime_get_sg_table) {
		return ERR_PTR(-ENOSYS);
	}
	sgt = driver->gem_prime_get_sg_table(obj);
	if (IS_ERR_OR_NULL(sgt)) {
		return sgt;
	}
	ret = sg_split_table(sgt, dma_get_max_seg_size(dev), GFP_KERNEL);
	if (ret) {
		goto err_free;
	}
	if (!dma_map_sg(dev, sgt->sgl, (int)sgt->orig_nents, dir)) {
		ret = -ENOMEM;
		goto err_free;
	}
	return sgt;

err_free:
	sg_free_table(sgt);
	kfree(sgt);
	return ERR_PTR(ret);
}

/* One mapping per attachment, in one direction, made once and kept. */
static struct sg_table *gem_map(struct dma_buf_attachment *attach,
				enum dma_data_direction dir)
{
	struct prime_attach *prime_attach = attach->priv;
	struct sg_table *sgt;

	if (dir == DMA_NONE) {
		return ERR_PTR(-EINVAL);
	}
	if (prime_attach->sgt) {
		return prime_attach->dir == dir ? prime_attach->sgt
						: ERR_PTR(-EBUSY);
	}
	sgt = map_for_device(attach->dmabuf->priv, attach->dev, dir);
	if (IS_ERR_OR_NULL(sgt)) {
		return sgt;
	}
	prime_attach->sgt = sgt;
	prime_attach->dir = dir;
	return sgt;
}

static void gem_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
		      enum dma_data_direction dir)
{
	(void)attach;
	(void)sgt;
	(void)dir;
	/* Kept until gem_detach(). */
}

static void *gem_vmap(struct dma_buf *dma_buf)
{
	struct drm_gem_object *obj = dma_buf->priv;
	const struct drm_driver *driver = obj->dev->driver;

	return driver->gem_prime_vmap ? driver->gem_prime_vmap(obj)
				      : ERR_PTR(-EOPNOTSUPP);
}

static void gem_vunmap(struct dma_buf *dma_buf, void *vaddr)
{
	struct drm_gem_object *obj = dma_buf->priv;
	const struct drm_driver *driver = obj->dev->driver;

	if (driver->gem_prime_vunmap) {
		driver->gem_prime_vunmap(obj, vaddr);
	}
}

static int gem_mmap(struct dma_buf *dma_buf, struct vm_area_struct *vma)
{
	struct drm_gem_object *obj = dma_buf->priv;
	const struct drm_driver *driver = obj->dev->driver;

	return driver->gem_prime_mmap ? driver->gem_prime_mmap(obj, vma)
				      : -ENOSYS;
}

/* The ops say whose dma-buf it is: see drm_gem_prime_import(). */
static const struct dma_buf_ops gem_dmabuf_ops = {
	.attach = gem_attach,
	.detach = gem_detach,
	.map_dma_buf = gem_map,
	.unmap_dma_buf = gem_unmap,
	.release = drm_gem_dmabuf_release,
	.mmap = gem_mmap,
	.vmap = gem_vmap,
	.vunmap = gem_vunmap,
};

/**
 * drm_gem_prime_export() - a gem_prime_export callback for most drivers
 * @dev: device to export from
 * @obj: the object, one of @dev's own
 * @flags: DRM_CLOEXEC, DRM_RDWR: without the latter the dma-buf's fds can be
 * read only, for ever
 *
 * The dma-buf works with the driver's gem_prime_* callbacks. Called with
 * object_name_lock held.
 *
 * Return: as drm_gem_dmabuf_export().
 */
struct dma_buf *drm_gem_prime_export(struct drm_device *dev,
				     struct drm_gem_object *obj, int flags)
{
	struct dma_buf_export_info exp_info = {
		.exp_name = "drm",
		.ops = &gem_dmabuf_ops,
		.size = obj->size,
		.flags = flags,
		.resv = obj->resv,
		.priv = obj,
	};

	if (dev->driver->gem_prime_res_obj) {
		exp_info.resv = dev->driver->gem_prime_res_obj(obj);
	}
	return drm_gem_dmabuf_export(dev, &exp_info);
}

/* ------------------------------------------------------------------------
 * From handle to fd
 */

/* The dma-buf of an object with handles, made if there is none. Sets @made if
 * the object did not know one. The caller gets a reference. */
static struct dma_buf *get_object_dma_buf(struct drm_device *dev,
					  struct drm_gem_object *obj,
					  int flags, bool *made)
{
	const struct drm_driver *driver = dev->driver;
	struct dma_buf *dma_buf;

	lockdep_assert_held(&dev->object_name_lock);
	*made = false;
	if (obj->import_attach) {
		dma_buf = obj->import_attach->dmabuf;
		get_dma_buf(dma_buf);
		return dma_buf;
	}
	if (obj->dma_buf) {
		get_dma_buf(obj->dma_buf);
		return obj->dma_buf;
	}
	/* Its last handle was closed since we looked it up. */
	if (!obj->handle_count) {
		return ERR_PTR(-ENOENT);
	}
	/* It had no handle for a while, and the dma-buf of before is still in
	 * somebody's hands. */
	dma_buf = obj->filp ? dma_buf_find(obj->filp) : NULL;
	if (!dma_buf) {
		dma_buf = driver->gem_prime_export
				  ? driver->gem_prime_export(dev, obj, flags)
				  : drm_gem_prime_export(dev, obj, flags);
	}
	if (IS_ERR(dma_buf)) {
		return dma_buf;
	}
	*made = true;
	obj->dma_buf = dma_buf;
	get_dma_buf(dma_buf);
	return dma_buf;
}

/* Make an object forget the dma-buf that this export has made. */
static void forget_object_dma_buf(struct drm_device *dev,
				  struct drm_gem_object *obj)
{
	struct dma_buf *dma_buf;

	mutex_lock(&dev->object_name_lock);
	dma_buf = obj->dma_buf;
	obj->dma_buf = NULL;
	mutex_unlock(&dev->object_name_lock);
	/* NULL if the last handle was closed meanwhile. */
	if (dma_buf) {
		dma_buf_put(dma_buf);
	}
}

/* Export a handle of which the file knows no dma-buf yet: an fd or -errno. */
static int export_first(struct drm_device *dev,
			struct drm_file *file, u32 handle, int flags)
{
	struct drm_prime_file_private *prime = &file->prime;
	struct drm_gem_object *obj;
	struct dma_buf *dma_buf;
	bool made;
	int ret;

	lockdep_assert_held(&prime->lock);
	obj = drm_gem_object_lookup(file, handle);
	if (!obj) {
		return -ENOENT;
	}
	mutex_lock(&dev->object_name_lock);
	dma_buf = get_object_dma_buf(dev, obj, flags, &made);
	if (IS_ERR(dma_buf)) {
		mutex_unlock(&dev->object_name_lock);
		ret = (int)PTR_ERR(dma_buf);
		goto out_put_object;
	}
	ret = prime_member_add(prime, dma_buf, handle);
	mutex_unlock(&dev->object_name_lock);
	if (ret) {
		goto err_forget;
	}
	ret = dma_buf_give(dma_buf, flags);
	if (ret >= 0) {
		goto out_put;
	}
	dma_buf_put(prime_member_remove(prime, handle));
err_forget:
	if (made) {
		forget_object_dma_buf(dev, obj);
	}
out_put:
	dma_buf_put(dma_buf);
out_put_object:
	drm_gem_object_put(obj);
	return ret;
}

/**
 * drm_gem_prime_handle_to_fd() - export a handle
 * @dev: device of the file
 * @file_priv: the file
 * @handle: a handle of @file_priv
 * @flags: DRM_CLOEXEC and DRM_RDWR; anything else was refused by the ioctl
 * @prime_fd: where the fd is stored, one of the current task, which owns it
 *
 * The first export of an object makes its dma-buf and fixes the access mode;
 * later ones, from any file, give the same open file. An imported object gives
 * the dma-buf it came from. No lock may be held.
 *
 * Return: 0; -ENOENT (no such handle, or its object is going away), -EMFILE,
 * -ENFILE, -ENOMEM, what the driver's gem_prime_export says.
 */
int drm_gem_prime_handle_to_fd(struct drm_device *dev,
			       struct drm_file *file_priv, uint32_t handle,
			       uint32_t flags, int *prime_fd)
{
	struct drm_prime_file_private *prime = &file_priv->prime;
	const struct prime_member *known;
	struct dma_buf *dma_buf;
	int ret;

	mutex_lock(&prime->lock);
	known = prime_member_of_handle(prime, handle);
	if (known) {
		dma_buf = known->dma_buf;
		get_dma_buf(dma_buf);
		mutex_unlock(&prime->lock);
		ret = dma_buf_give(dma_buf, (int)flags);
		dma_buf_put(dma_buf);
	} else {
		ret = export_first(dev, file_priv, handle, (int)flags);
		mutex_unlock(&prime->lock);
	}
	if (ret < 0) {
		return ret;
	}
	*prime_fd = ret;
	return 0;
}

/* ------------------------------------------------------------------------
 * From fd to handle
 */

/**
 * drm_gem_prime_import() - a gem_prime_import callback for most drivers
 * @dev: device to import into
 * @dma_buf: referenced by the caller
 *
 * A dma-buf of @dev's own objects gives the object. Another one is attached
 * and mapped in both directions, and the driver's gem_prime_import_sg_table
 * makes an object of the table; that object then owns the attachment and a
 * reference to @dma_buf, until drm_prime_gem_destroy(). Called with
 * object_name_lock held.
 *
 * Return: an object with a reference for the caller; -EINVAL (the driver does
 * not import), -ENOMEM, what the exporter and gem_prime_import_sg_table say.
 */
struct drm_gem_object *drm_gem_prime_import(struct drm_device *dev,
					    struct dma_buf *dma_buf)
{
	const struct drm_driver *driver = dev->driver;
	struct dma_buf_attachment *attach;
	struct drm_gem_object *obj;
	struct sg_table *sgt;

	if (dma_buf->ops == &gem_dmabuf_ops) {
		obj = dma_buf->priv;
		if (obj->dev == dev) {
			drm_gem_object_get(obj);
			return obj;
		}
	}
	if (!driver->gem_prime_import_sg_table) {
		return ERR_PTR(-EINVAL);
	}
	attach = dma_buf_attach(dma_buf, dev->dev);
	if (IS_ERR(attach)) {
		return ERR_CAST(attach);
	}
	get_dma_buf(dma_buf);
	sgt = dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt)) {
		obj = ERR_CAST(sgt);
		goto err_detach;
	}
	obj = driver->gem_prime_import_sg_table(dev, attach, sgt);
	if (IS_ERR(obj)) {
		goto err_unmap;
	}
	obj->import_attach = attach;
	obj->resv = dma_buf->resv;
	return obj;

err_unmap:
	dma_buf_unmap_attachment(attach, sgt, DMA_BIDIRECTIONAL);
err_detach:
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	return obj;
}

/* A new handle for a dma-buf the file does not know yet. On failure *@handle
 * is 0, or a handle which is to be closed when the lock is not held. */
static int import_as_handle(struct drm_device *dev, struct drm_file *file,
			    struct dma_buf *dma_buf, u32 *handle)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_gem_object *obj;
	int ret;

	*handle = 0;
	mutex_lock(&dev->object_name_lock);
	obj = driver->gem_prime_import ? driver->gem_prime_import(dev, dma_buf)
				       : drm_gem_prime_import(dev, dma_buf);
	if (IS_ERR(obj)) {
		mutex_unlock(&dev->object_name_lock);
		return (int)PTR_ERR(obj);
	}
	if (obj->dma_buf) {
		WARN_ON(obj->dma_buf != dma_buf);
	} else {
		obj->dma_buf = dma_buf;
		get_dma_buf(dma_buf);
	}
	/* Unlocks; on failure the handle that was not to be takes obj->dma_buf
	 * with it if it would have been the only one. */
	ret = drm_gem_handle_create_tail(file, obj, handle);
	drm_gem_object_put(obj);
	return ret ? ret : prime_member_add(&file->prime, dma_buf, *handle);
}

/* The handle of a dma-buf that the file knows. Not of one whose description we
 * have no copy of: this fd may be it. */
static bool find_handle(struct drm_prime_file_private *prime,
			const struct dma_buf_look *look, u32 *handle)
{
	const struct prime_member *known;
	bool found;

	mutex_lock(&prime->lock);
	known = prime_member_of_inode(prime, look->ino);
	found = known && known->dma_buf->file->dev == look->dev &&
		dma_buf_is_kept(known->dma_buf);
	if (found) {
		*handle = known->handle;
	}
	mutex_unlock(&prime->lock);
	return found;
}

/**
 * drm_gem_prime_fd_to_handle() - import an fd
 * @dev: device of the file
 * @file_priv: the file
 * @prime_fd: an fd of the current task; stays its own
 * @handle: where the handle is stored, owned by @file_priv
 *
 * A dma-buf this file has a handle for gives that handle again; see DOC for
 * what that means for closing. No lock may be held.
 *
 * Return: 0; -EBADF (no such fd), -EINVAL (no dma-buf, or the driver does not
 * import), -ENOMEM, what the drivers on both sides say.
 */
int drm_gem_prime_fd_to_handle(struct drm_device *dev,
			       struct drm_file *file_priv, int prime_fd,
			       uint32_t *handle)
{
	struct drm_prime_file_private *prime = &file_priv->prime;
	const struct prime_member *known;
	struct dma_buf_look look;
	struct dma_buf *dma_buf;
	u32 made;
	int ret;

	ret = dma_buf_look(&look, prime_fd);
	if (ret) {
		return ret;
	}
	if (find_handle(prime, &look, handle)) {
		dma_buf_look_end(&look);
		return 0;
	}
	dma_buf = dma_buf_look_get(&look);
	dma_buf_look_end(&look);
	if (IS_ERR(dma_buf)) {
		return (int)PTR_ERR(dma_buf);
	}
	mutex_lock(&prime->lock);
	known = prime_member_of_inode(prime, dma_buf->file->ino);
	if (known) {
		*handle = known->handle;
		mutex_unlock(&prime->lock);
		dma_buf_put(dma_buf);
		return 0;
	}
	ret = import_as_handle(dev, file_priv, dma_buf, &made);
	mutex_unlock(&prime->lock);
	if (!ret) {
		*handle = made;
	} else if (made) {
		drm_gem_handle_delete(file_priv, made);
	}
	dma_buf_put(dma_buf);
	return ret;
}

/* ------------------------------------------------------------------------
 * Tables and pages
 */

/**
 * drm_prime_pages_to_sg() - a table of an array of pages
 * @pages: the pages, in order
 * @nr_pages: how many
 *
 * Neighbouring pages share an entry. For gem_prime_get_sg_table; the table is
 * not mapped for any device. No lock is needed.
 *
 * Return: a table the caller frees with sg_free_table() and kfree();
 * ERR_PTR: -EINVAL (no pages), -ENOMEM.
 */
struct sg_table *drm_prime_pages_to_sg(struct page **pages,
				       unsigned int nr_pages)
{
	struct sg_table *sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	int ret;

	if (!sgt) {
		return ERR_PTR(-ENOMEM);
	}
	ret = sg_alloc_table_from_pages_segment(
		sgt, pages, nr_pages, 0, (u64)nr_pages << PAGE_SHIFT,
		SCATTERLIST_MAX_SEGMENT, GFP_KERNEL);
	if (ret) {
		kfree(sgt);
		return ERR_PTR(ret);
	}
	return sgt;
}

/* Both at once, where each entry of the table is one page, as the CPU sees it
 * and as the device does. False: it is not so. */
static bool fill_both(struct sg_table *sgt, struct page **pages,
		      dma_addr_t *addrs, unsigned int max)
{
	struct scatterlist *sg;
	unsigned int i;

	if (sgt->orig_nents != sgt->nents || sgt->nents > max) {
		return false;
	}
	for_each_sgtable_sg(sgt, sg, i) {
		if (!sg_page(sg) || sg->length != PAGE_SIZE ||
		    sg_dma_len(sg) != PAGE_SIZE) {
			return false;
		}
		pages[i] = sg_page(sg);
		addrs[i] = sg_dma_address(sg);
	}
	return true;
}

static int fill_pages(struct sg_table *sgt, struct page **to, unsigned int max)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(sgt, sg, i) {
		unsigned int n = DIV_ROUND_UP(sg->length, PAGE_SIZE);

		if (!sg_page(sg)) {
			return -1;
		}
		if (n == 1 && max) {
			*to++ = sg_page(sg);
			max--;
			continue;
		}
		row_fill(to, (uintptr_t)sg_page(sg), sizeof(struct page),
			 min(n, max));
		if (n > max) {
			return -1;
		}
		to += n;
		max -= n;
	}
	return 0;
}

static int fill_addrs(struct sg_table *sgt, dma_addr_t *to, unsigned int max)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		unsigned int n = DIV_ROUND_UP(sg_dma_len(sg), PAGE_SIZE);

		if (n == 1 && max) {
			*to++ = sg_dma_address(sg);
			max--;
			continue;
		}
		row_fill(to, sg_dma_address(sg), PAGE_SIZE, min(n, max));
		if (n > max) {
			return -1;
		}
		to += n;
		max -= n;
	}
	return 0;
}

/**
 * drm_prime_sg_to_page_addr_arrays() - the pages and addresses of a table
 * @sgt: the table, mapped for a device if @addrs is given
 * @pages: where the pages are stored, or NULL
 * @addrs: where their bus addresses are stored, or NULL
 * @max_pages: length of both arrays
 *
 * Nothing is stored beyond @max_pages. No lock is needed.
 *
 * Return: 0; -1 if the table is longer than the arrays, which are then full,
 * or if @pages is given for memory without pages.
 */
int drm_prime_sg_to_page_addr_arrays(struct sg_table *sgt, struct page **pages,
				     dma_addr_t *addrs, int max_pages)
{
	unsigned int max = max_pages > 0 ? (unsigned int)max_pages : 0;

	if (pages && addrs && fill_both(sgt, pages, addrs, max)) {
		return 0;
	}
	/* The CPU's and the device's entries need not be cut alike. */
	if (pages && fill_pages(sgt, pages, max)) {
		return -1;
	}
	return addrs ? fill_addrs(sgt, addrs, max) : 0;
}

/* ------------------------------------------------------------------------
 * The end of an import
 */

/**
 * drm_prime_gem_destroy() - undo drm_gem_prime_import()
 * @obj: an imported object without references
 * @sg: the table its gem_prime_import_sg_table was given, or NULL
 *
 * For gem_free_object, before drm_gem_object_release(). The exporter's object
 * may end with this. No lock of a device may be held.
 */
void drm_prime_gem_destroy(struct drm_gem_object *obj, struct sg_table *sg)
{
	struct dma_buf_attachment *attach = obj->import_attach;
	struct dma_buf *dma_buf = attach->dmabuf;

	if (sg) {
		dma_buf_unmap_attachment(attach, sg, DMA_BIDIRECTIONAL);
	}
	obj->import_attach = NULL;
	obj->resv = &obj->own_resv;
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
}
