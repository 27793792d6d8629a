/* SPDX-License-Identifier: MIT */
/**
 * DOC: vram, buffers in a memory of the device's own
 *
 * A card with 256 MiB of its own memory, of which the CPU sees a window. An
 * object is in that memory only while it is pinned; unpinned it is swapped
 * out, and the next pin puts it somewhere else. Who uses an address of it
 * without holding it pinned reads what is there now, or faults.
 *
 * The window is a reserved range of this process' address space, and "being in
 * the card's memory at offset N" means that the object's memory is mapped into
 * the window at N. Bus addresses are a base plus N; there are no pages behind
 * them, so the tables given to importers have none.
 *
 * vram_device.lock guards the window and all places. It is taken last.
 */
#include <sys/mman.h>

#include "drivers.h"

#define VRAM_SIZE (256ull << 20)
/* Where the card's memory is on the bus: far above all page frames. */
#define VRAM_BUS_BASE (1ull << 40)
/* Lines of a dumb buffer begin on such a boundary, in bytes. */
#define VRAM_PITCH_ALIGN 64u

/**
 * struct vram_device - the card
 */
struct vram_device {
	struct mutex lock;
	char *window;            /* VRAM_SIZE bytes, owned; constant */
	struct list_head placed; /* vram_object.node by offset; lock */
	u64 next;                /* where to look for room first; lock */
};

/**
 * struct vram_object - a buffer
 */
struct vram_object {
	struct drm_gem_object base;
	unsigned int pins;     /* vram_device.lock */
	u64 offset;            /* in the window, while pinned; lock */
	struct list_head node; /* vram_device.placed, while pinned; lock */
	struct sg_table *sgt;  /* import: the exporter's table; constant */
	dma_addr_t *addrs;     /* import: bus address of each page, owned */
};

static struct vram_object *to_vram(struct drm_gem_object *obj)
{
	return container_of(obj, struct vram_object, base);
}

/* The first object that reaches behind @from and lies before @end, or NULL. */
static struct vram_object *occupant(struct vram_device *vram, u64 from,
				    u64 end)
{
	struct vram_object *vobj;

	list_for_each_entry(vobj, &vram->placed, node) {
		if (vobj->offset + vobj->base.size > from) {
			return vobj->offset < end ? vobj : NULL;
		}
	}
	return NULL;
}

/* Room for @size bytes in [from, end): its offset, or -1. */
static s64 find_room(struct vram_device *vram, u64 size, u64 from, u64 end)
{
	while (size <= end && from <= end - size) {
		struct vram_object *vobj = occupant(vram, from, from + size);

		if (!vobj) {
			return (s64)from;
		}
		from = vobj->offset + vobj->base.size;
	}
	return -1;
}

static void insert_by_offset(struct vram_device *vram,
			     struct vram_object *vobj)
{
	struct vram_object *behind;

	list_for_each_entry(behind, &vram->placed, node) {
		if (behind->offset > vobj->offset) {
			break;
		}
	}
	/* Before `behind`, which is the list's head at the end. */
	list_add_tail(&vobj->node, &behind->node);
}

/* Bring an object into the card's memory, each time to another place. */
static int place(struct vram_device *vram, struct vram_object *vobj)
{
	u64 size = vobj->base.size;
	s64 offset;
	int fd;

	lockdep_assert_held(&vram->lock);
	offset = find_room(vram, size, vram->next, VRAM_SIZE);
	if (offset < 0) {
		offset = find_room(vram, size, 0, VRAM_SIZE);
	}
	if (offset < 0) {
		return -ENOMEM;
	}
	fd = file_fd(vobj->base.filp);
	if (fd < 0) {
		return fd;
	}
	if (mmap(vram->window + offset, size, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED) {
		return -ENOMEM;
	}
	vobj->offset = (u64)offset;
	vram->next = vobj->offset + size;
	insert_by_offset(vram, vobj);
	return 0;
}

static void swap_out(struct vram_device *vram, struct vram_object *vobj)
{
	lockdep_assert_held(&vram->lock);
	list_del_init(&vobj->node);
	/* Stale addresses fault from now on. If the system has no room for
	 * that they read the old contents, which is no worse than before. */
	if (mmap(vram->window + vobj->offset, vobj->base.size, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		 0) == MAP_FAILED) {
		WARN_ON(true);
	}
}

static int vram_pin(struct drm_gem_object *obj)
{
	struct vram_device *vram = obj->dev->dev_private;
	struct vram_object *vobj = to_vram(obj);
	int ret = 0;

	mutex_lock(&vram->lock);
	if (!vobj->pins) {
		ret = place(vram, vobj);
	}
	if (!ret) {
		vobj->pins++;
	}
	mutex_unlock(&vram->lock);
	return ret;
}

static void vram_unpin(struct drm_gem_object *obj)
{
	struct vram_device *vram = obj->dev->dev_private;
	struct vram_object *vobj = to_vram(obj);

	mutex_lock(&vram->lock);
	if (!WARN_ON(!vobj->pins) && !--vobj->pins) {
		swap_out(vram, vobj);
	}
	mutex_unlock(&vram->lock);
}

static void vram_free_object(struct drm_gem_object *obj)
{
	struct vram_object *vobj = to_vram(obj);

	WARN_ON(vobj->pins);
	if (obj->import_attach) {
		drm_prime_gem_destroy(obj, vobj->sgt);
	}
	drm_gem_object_release(obj);
	kfree(vobj->addrs);
	kfree(vobj);
}

static int vram_dumb_create(struct drm_file *file, struct drm_device *dev,
			    struct drm_mode_create_dumb *args)
{
	struct vram_object *vobj;
	u64 pitch;
	int ret;

	pitch = ALIGN((u64)drm_gem_dumb_pitch(args), VRAM_PITCH_ALIGN);
	if (pitch > U32_MAX || pitch * args->height > VRAM_SIZE) {
		return -ENOMEM;
	}
	args->pitch = (u32)pitch;
	args->size = PAGE_ALIGN(pitch * args->height);
	vobj = kzalloc(sizeof(*vobj), GFP_KERNEL);
	if (!vobj) {
		return -ENOMEM;
	}
	ret = drm_gem_object_init(dev, &vobj->base, args->size);
	if (ret) {
		kfree(vobj);
		return ret;
	}
	ret = drm_gem_handle_create(file, &vobj->base, &args->handle);
	drm_gem_object_put(&vobj->base);
	return ret;
}

/* Addresses without pages. The importer's attachment has pinned the object. */
static struct sg_table *vram_get_sg_table(struct drm_gem_object *obj)
{
	struct vram_object *vobj = to_vram(obj);
	struct sg_table *sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	int ret;

	if (!sgt) {
		return ERR_PTR(-ENOMEM);
	}
	ret = sg_alloc_table(sgt, 1, GFP_KERNEL);
	if (ret) {
		kfree(sgt);
		return ERR_PTR(ret);
	}
	sgt->sgl->dma_address = VRAM_BUS_BASE + vobj->offset;
	sgt->sgl->dma_length = (unsigned int)obj->size;
	return sgt;
}

/* The card's own page table: the bus address of every page of the buffer. */
static struct drm_gem_object *
vram_import_sg_table(struct drm_device *dev, struct dma_buf_attachment *attach,
		     struct sg_table *sgt)
{
	size_t size = PAGE_ALIGN(attach->dmabuf->size);
	unsigned int n = (unsigned int)(size >> PAGE_SHIFT);
	struct vram_object *vobj = kzalloc(sizeof(*vobj), GFP_KERNEL);

	if (!vobj) {
		return ERR_PTR(-ENOMEM);
	}
	vobj->addrs = kmalloc_array(n, sizeof(*vobj->addrs), GFP_KERNEL);
	if (!vobj->addrs) {
		kfree(vobj);
		return ERR_PTR(-ENOMEM);
	}
	if (drm_prime_sg_to_page_addr_arrays(sgt, NULL, vobj->addrs, (int)n)) {
		kfree(vobj->addrs);
		kfree(vobj);
		return ERR_PTR(-EINVAL);
	}
	drm_gem_private_object_init(dev, &vobj->base, size);
	vobj->sgt = sgt;
	return &vobj->base;
}

static void *vram_vmap(struct drm_gem_object *obj)
{
	struct vram_device *vram = obj->dev->dev_private;
	int ret = vram_pin(obj);

	return ret ? ERR_PTR(ret) : vram->window + to_vram(obj)->offset;
}

static void vram_vunmap(struct drm_gem_object *obj, void *vaddr)
{
	(void)vaddr;
	vram_unpin(obj);
}

static int vram_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	/* A program's mapping follows the object wherever it is. */
	return drm_gem_mmap_obj(obj, obj->size, vma);
}

static void vram_release(struct drm_device *dev)
{
	struct vram_device *vram = dev->dev_private;

	if (vram) {
		munmap(vram->window, VRAM_SIZE);
		mutex_destroy(&vram->lock);
		kfree(vram);
	}
	uprime_device_release(dev);
}

static const struct drm_driver vram_driver = {
	.name = "vram",
	.desc = "Card with memory of its own",
	.date = "20261122",
	.major = 1,
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.release = vram_release,
	.gem_free_object = vram_free_object,
	.prime_handle_to_fd = drm_gem_prime_handle_to_fd,
	.prime_fd_to_handle = drm_gem_prime_fd_to_handle,
	.gem_prime_export = drm_gem_prime_export,
	.gem_prime_import = drm_gem_prime_import,
	.gem_prime_pin = vram_pin,
	.gem_prime_unpin = vram_unpin,
	.gem_prime_get_sg_table = vram_get_sg_table,
	.gem_prime_import_sg_table = vram_import_sg_table,
	.gem_prime_vmap = vram_vmap,
	.gem_prime_vunmap = vram_vunmap,
	.gem_prime_mmap = vram_mmap,
	.dumb_create = vram_dumb_create,
};

static struct drm_device *
vram_create(const struct uprime_device_options *options)
{
	struct vram_device *vram = kzalloc(sizeof(*vram), GFP_KERNEL);
	struct drm_device *dev;

	if (!vram) {
		return ERR_PTR(-ENOMEM);
	}
	mutex_init(&vram->lock);
	INIT_LIST_HEAD(&vram->placed);
	vram->window = mmap(NULL, VRAM_SIZE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			    0);
	if (vram->window == MAP_FAILED) {
		dev = ERR_PTR(-ENOMEM);
		goto err_free;
	}
	dev = uprime_device_create(&vram_driver, options, vram);
	if (IS_ERR(dev)) {
		goto err_unmap;
	}
	return dev;

err_unmap:
	munmap(vram->window, VRAM_SIZE);
err_free:
	mutex_destroy(&vram->lock);
	kfree(vram);
	return dev;
}

const struct uprime_driver vram_uprime_driver = {
	.name = "vram",
	.summary = "256 MiB of memory of the card's own, which moves unless pinned",
	.create = vram_create,
	.destroy = uprime_device_destroy,
};
