/* SPDX-License-Identifier: MIT */
#include "toy.h"

#include <linux/dma-resv.h>
#include <linux/slab.h>

#include "host/fault.h"
#include "stage.h"

#define NR_TOYS 2

static struct device buses[NR_TOYS] = {{.name = "toy.0"}, {.name = "toy.1"}};
static struct drm_device *toys[NR_TOYS];
static int pins, opened;

static char log_text[2][512];
static unsigned int log_of;

static const char *hooked;
static void (*hook)(void *data);
static void *hook_data;

struct dma_resv toy_resv;

struct toy_object {
	struct drm_gem_object base;
	struct sg_table *sgt; /* import */
};

static void log_word(const struct drm_device *dev, const char *word)
{
	char *text = log_text[log_of];
	size_t used = strlen(text);

	snprintf(text + used, sizeof(log_text[0]) - used, "%s%s ",
		 dev->dev == &buses[1] ? "toy.1:" : "", word);
}

const char *toy_log(void)
{
	const char *text = log_text[log_of];

	log_of = !log_of;
	log_text[log_of][0] = '\0';
	return text;
}

void toy_hook(const char *callback, void (*fn)(void *data), void *data)
{
	hooked = callback;
	hook = fn;
	hook_data = data;
}

void toy_count(int *pins_now, int *opened_now)
{
	*pins_now = pins;
	*opened_now = opened;
}

/* Every callback begins with this. True if it has to fail. */
static bool enter(const struct drm_device *dev, const char *callback)
{
	log_word(dev, callback);
	if (hooked && !strcmp(hooked, callback)) {
		hooked = NULL;
		hook(hook_data);
	}
	return fault_point();
}

/* Those that cannot fail begin with this. */
static void enter_void(const struct drm_device *dev, const char *callback)
{
	log_word(dev, callback);
	if (hooked && !strcmp(hooked, callback)) {
		hooked = NULL;
		hook(hook_data);
	}
}

static int toy_open(struct drm_device *dev, struct drm_file *file)
{
	(void)file;
	return enter(dev, "open") ? -TOY_ERROR : 0;
}

static void toy_postclose(struct drm_device *dev, struct drm_file *file)
{
	(void)file;
	enter_void(dev, "postclose");
}

static void toy_release(struct drm_device *dev)
{
	enter_void(dev, "release");
}

static void toy_free_object(struct drm_gem_object *obj)
{
	struct toy_object *tobj = container_of(obj, struct toy_object, base);

	enter_void(obj->dev, "free");
	if (obj->import_attach) {
		drm_prime_gem_destroy(obj, tobj->sgt);
	}
	drm_gem_object_release(obj);
	kfree(tobj);
}

static int toy_open_object(struct drm_gem_object *obj, struct drm_file *file)
{
	(void)file;
	if (enter(obj->dev, "open_object")) {
		return -TOY_ERROR;
	}
	opened++;
	return 0;
}

static void toy_close_object(struct drm_gem_object *obj, struct drm_file *file)
{
	(void)file;
	enter_void(obj->dev, "close_object");
	opened--;
}

static struct dma_buf *toy_export(struct drm_device *dev,
				  struct drm_gem_object *obj, int flags)
{
	return enter(dev, "export") ? ERR_PTR(-TOY_ERROR)
				    : drm_gem_prime_export(dev, obj, flags);
}

static struct drm_gem_object *toy_import(struct drm_device *dev,
					 struct dma_buf *dma_buf)
{
	return enter(dev, "import") ? ERR_PTR(-TOY_ERROR)
				    : drm_gem_prime_import(dev, dma_buf);
}

static int toy_pin(struct drm_gem_object *obj)
{
	if (enter(obj->dev, "pin")) {
		return -TOY_ERROR;
	}
	pins++;
	return 0;
}

static void toy_unpin(struct drm_gem_object *obj)
{
	enter_void(obj->dev, "unpin");
	pins--;
}

static struct dma_resv *toy_res_obj(struct drm_gem_object *obj)
{
	enter_void(obj->dev, "res_obj");
	return &toy_resv;
}

static struct sg_table *toy_get_sg_table(struct drm_gem_object *obj)
{
	struct page **pages;
	struct sg_table *sgt;

	if (enter(obj->dev, "get_sg_table")) {
		return ERR_PTR(-TOY_ERROR);
	}
	pages = drm_gem_get_pages(obj);
	if (IS_ERR(pages)) {
		return ERR_CAST(pages);
	}
	sgt = drm_prime_pages_to_sg(pages,
				    (unsigned int)(obj->size >> PAGE_SHIFT));
	drm_gem_put_pages(pages);
	return sgt;
}

static struct drm_gem_object *
toy_import_sg_table(struct drm_device *dev, struct dma_buf_attachment *attach,
		    struct sg_table *sgt)
{
	struct toy_object *tobj;

	if (enter(dev, "import_sg_table")) {
		return ERR_PTR(-TOY_ERROR);
	}
	tobj = kzalloc(sizeof(*tobj), GFP_KERNEL);
	if (!tobj) {
		return ERR_PTR(-ENOMEM);
	}
	drm_gem_private_object_init(dev, &tobj->base, attach->dmabuf->size);
	tobj->sgt = sgt;
	return &tobj->base;
}

static void *toy_vmap(struct drm_gem_object *obj)
{
	return enter(obj->dev, "vmap") ? ERR_PTR(-TOY_ERROR)
				       : shmem_file_vaddr(obj->filp);
}

static void toy_vunmap(struct drm_gem_object *obj, void *vaddr)
{
	(void)vaddr;
	enter_void(obj->dev, "vunmap");
}

static int toy_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return enter(obj->dev, "mmap") ? -TOY_ERROR
				       : drm_gem_mmap_obj(obj, obj->size, vma);
}

static int toy_dumb_create(struct drm_file *file, struct drm_device *dev,
			   struct drm_mode_create_dumb *args)
{
	struct toy_object *tobj;
	int ret;

	if (enter(dev, "dumb_create")) {
		return -TOY_ERROR;
	}
	args->pitch = args->width * DIV_ROUND_UP(args->bpp, 8);
	args->size = PAGE_ALIGN((u64)args->pitch * args->height);
	tobj = kzalloc(sizeof(*tobj), GFP_KERNEL);
	if (!tobj) {
		return -ENOMEM;
	}
	ret = drm_gem_object_init(dev, &tobj->base, args->size);
	if (ret) {
		kfree(tobj);
		return ret;
	}
	ret = drm_gem_handle_create(file, &tobj->base, &args->handle);
	drm_gem_object_put(&tobj->base);
	return ret;
}

static int toy_dumb_map_offset(struct drm_file *file, struct drm_device *dev,
			       u32 handle, u64 *offset)
{
	return enter(dev, "dumb_map_offset")
		       ? -TOY_ERROR
		       : drm_gem_dumb_map_offset(file, dev, handle, offset);
}

static int toy_dumb_destroy(struct drm_file *file, struct drm_device *dev,
			    u32 handle)
{
	return enter(dev, "dumb_destroy") ? -TOY_ERROR
					  : drm_gem_handle_delete(file, handle);
}

/* Driver ioctl 0: adds one to a number. */
static int toy_increment(struct drm_device *dev, void *data,
			 struct drm_file *file)
{
	(void)file;
	if (enter(dev, "increment")) {
		return -TOY_ERROR;
	}
	++*(u32 *)data;
	return 0;
}

static const struct drm_ioctl_desc toy_ioctls[] = {
	{.cmd = DRM_IOWR(DRM_COMMAND_BASE, u32),
	 .flags = DRM_RENDER_ALLOW,
	 .func = toy_increment},
};

const struct drm_driver toy_driver = {
	.name = "toy",
	.desc = "Fails on demand",
	.date = "20260101",
	.major = 1,
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.open = toy_open,
	.postclose = toy_postclose,
	.release = toy_release,
	.gem_free_object = toy_free_object,
	.gem_open_object = toy_open_object,
	.gem_close_object = toy_close_object,
	.prime_handle_to_fd = drm_gem_prime_handle_to_fd,
	.prime_fd_to_handle = drm_gem_prime_fd_to_handle,
	.gem_prime_export = toy_export,
	.gem_prime_import = toy_import,
	.gem_prime_pin = toy_pin,
	.gem_prime_unpin = toy_unpin,
	.gem_prime_res_obj = toy_res_obj,
	.gem_prime_get_sg_table = toy_get_sg_table,
	.gem_prime_import_sg_table = toy_import_sg_table,
	.gem_prime_vmap = toy_vmap,
	.gem_prime_vunmap = toy_vunmap,
	.gem_prime_mmap = toy_mmap,
	.dumb_create = toy_dumb_create,
	.dumb_map_offset = toy_dumb_map_offset,
	.dumb_destroy = toy_dumb_destroy,
	.ioctls = toy_ioctls,
	.num_ioctls = ARRAY_SIZE(toy_ioctls),
};

struct drm_device *toy_create(const struct drm_driver *driver)
{
	int i = toys[0] ? 1 : 0;

	assert_null(toys[i]);
	if (!i) {
		dma_resv_init(&toy_resv);
	}
	buses[i].max_segment_size = 0;
	buses[i].dma_mask = 0;
	toys[i] = drm_dev_alloc(driver, &buses[i]);
	assert_false(IS_ERR(toys[i]));
	assert_int_equal(drm_dev_register(toys[i]), 0);
	return toys[i];
}

void toy_destroy(struct drm_device *dev)
{
	toys[dev->dev == &buses[1]] = NULL;
	drm_dev_unregister(dev);
	drm_dev_put(dev);
	if (!toys[0] && !toys[1]) {
		dma_resv_fini(&toy_resv);
	}
}

int toy_stage(const struct drm_driver *driver,
	      const struct drm_driver *far_driver)
{
	struct drm_device *dev = toy_create(driver);
	int ret = stage_setup_devices(dev, toy_create(far_driver), toy_destroy);

	toy_log();
	return ret;
}

int toy_setup(void **state)
{
	(void)state;
	return toy_stage(&toy_driver, &toy_driver);
}
