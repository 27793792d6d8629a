/* SPDX-License-Identifier: MIT */
/* The nine helpers fail without a trace. */
#include <linux/slab.h>

#include "counts.h"
#include "host/fault.h"
#include "toy.h"
#include "walk.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

static int run_handle_to_fd(void)
{
	int ret = export_handle(stage.file, at.handle, RW);

	at.made_fd = ret;
	return ret < 0 ? ret : 0;
}

/* An export is remembered until the handle is closed. */
static void undo_handle_to_fd(void)
{
	close(at.made_fd);
	close_handle(stage.file, at.handle);
	prepare_buffer();
}

TEST(drm_gem_prime_handle_to_fd_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_gem_prime_handle_to_fd",
		.prepare = prepare_buffer,
		.run = run_handle_to_fd,
		.undo = undo_handle_to_fd,
	};

	walk_all(&walk);
}

static void prepare_exported(void)
{
	prepare_buffer();
	close((int)must(export_handle(stage.file, at.handle, RW)));
}

static void close_made_fd(void)
{
	close(at.made_fd);
}

TEST(a_second_export_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_gem_prime_handle_to_fd (again)",
		.prepare = prepare_exported,
		.run = run_handle_to_fd,
		.undo = close_made_fd,
	};

	walk_all(&walk);
}

static int run_fd_to_handle(void)
{
	int ret = import_fd(stage.file, at.fd);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

TEST(drm_gem_prime_fd_to_handle_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_gem_prime_fd_to_handle",
		.prepare = prepare_far_buffer_fd,
		.run = run_fd_to_handle,
		.undo = undo_made,
		.finish = close_fd,
	};

	walk_all(&walk);
}

static void prepare_second_buffer_fd(void)
{
	at.handle = must(create_dumb(stage.second, 3));
	at.fd = (int)must(export_handle(stage.second, at.handle, RW));
}

TEST(a_self_import_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_gem_prime_fd_to_handle (self)",
		.prepare = prepare_second_buffer_fd,
		.run = run_fd_to_handle,
		.undo = undo_made,
		.finish = close_fd,
	};

	walk_all(&walk);
}

static void prepare_object(void)
{
	prepare_buffer();
	at.obj = lookup(stage.file, at.handle);
}

static int run_export(void)
{
	at.dma_buf = drm_gem_prime_export(stage.dev, at.obj, RW);
	return IS_ERR(at.dma_buf) ? (int)PTR_ERR(at.dma_buf) : 0;
}

static void put_dma_buf(void)
{
	dma_buf_put(at.dma_buf);
}

TEST(drm_gem_prime_export_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_gem_prime_export",
		.prepare = prepare_object,
		.run = run_export,
		.undo = put_dma_buf,
	};

	walk_all(&walk);
}

static struct sg_table *no_map(struct dma_buf_attachment *attach,
			       enum dma_data_direction dir)
{
	(void)attach;
	(void)dir;
	return NULL;
}

static void no_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
		     enum dma_data_direction dir)
{
	(void)attach;
	(void)sgt;
	(void)dir;
}

static int run_dmabuf_export(void)
{
	/* An exporter with callbacks of its own. */
	static const struct dma_buf_ops ops = {
		.map_dma_buf = no_map,
		.unmap_dma_buf = no_unmap,
		.release = drm_gem_dmabuf_release,
	};
	struct dma_buf_export_info info = {.exp_name = "test",
					   .ops = &ops,
					   .size = at.obj->size,
					   .flags = O_RDWR,
					   .priv = at.obj};

	at.dma_buf = drm_gem_dmabuf_export(stage.dev, &info);
	return IS_ERR(at.dma_buf) ? (int)PTR_ERR(at.dma_buf) : 0;
}

TEST(drm_gem_dmabuf_export_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_gem_dmabuf_export",
		.prepare = prepare_object,
		.run = run_dmabuf_export,
		.undo = put_dma_buf,
	};

	walk_all(&walk);
}

/* As in an import by the ioctl, whose lock it needs. */
static int run_import(void)
{
	mutex_lock(&stage.dev->object_name_lock);
	at.obj = drm_gem_prime_import(stage.dev, at.dma_buf);
	mutex_unlock(&stage.dev->object_name_lock);
	return IS_ERR(at.obj) ? (int)PTR_ERR(at.obj) : 0;
}

static void put_object(void)
{
	drm_gem_object_put(at.obj);
}

TEST(drm_gem_prime_import_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_gem_prime_import",
		.prepare = prepare_far_dma_buf,
		.run = run_import,
		.undo = put_object,
		.finish = finish_far_dma_buf,
	};

	walk_all(&walk);
}

static int run_pages_to_sg(void)
{
	struct page **pages = drm_gem_get_pages(at.obj);

	if (IS_ERR(pages)) {
		return (int)PTR_ERR(pages);
	}
	at.sgt = drm_prime_pages_to_sg(pages, 3);
	drm_gem_put_pages(pages);
	return IS_ERR(at.sgt) ? (int)PTR_ERR(at.sgt) : 0;
}

static void free_sgt(void)
{
	sg_free_table(at.sgt);
	kfree(at.sgt);
}

TEST(drm_prime_pages_to_sg_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_prime_pages_to_sg",
		.prepare = prepare_object,
		.run = run_pages_to_sg,
		.undo = free_sgt,
	};

	walk_all(&walk);
}

/* The arrays are the caller's; what can fail is what a driver needs to get
 * there: its table, and room for the arrays. */
static int run_page_addr_arrays(void)
{
	struct page **pages;
	int ret = run_pages_to_sg();

	if (ret) {
		return ret;
	}
	pages = kcalloc(3, sizeof(*pages), GFP_KERNEL);
	ret = pages ? drm_prime_sg_to_page_addr_arrays(at.sgt, pages, NULL, 3)
		    : -ENOMEM;
	if (!ret) {
		assert_ptr_equal(pages[2], sg_page(at.sgt->sgl) + 2);
	} else {
		free_sgt();
	}
	kfree(pages);
	return ret;
}

TEST(drm_prime_sg_to_page_addr_arrays_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "drm_prime_sg_to_page_addr_arrays",
		.prepare = prepare_object,
		.run = run_page_addr_arrays,
		.undo = free_sgt,
	};

	walk_all(&walk);
}

/* An import of a buffer that its exporter has closed, so that the import has
 * the last reference; the fd is still open. */
static void prepare_last_import(void)
{
	prepare_far_buffer_fd();
	at.made = must(import_fd(stage.file, at.fd));
	close_handle(stage.far, at.handle);
}

static int run_gem_destroy(void)
{
	return drm_gem_handle_delete(stage.file, at.made);
}

static void undo_gem_destroy(void)
{
	struct counts counts;

	/* Only the fd keeps the exporter's object now, nothing pins it. */
	count_all(&counts);
	assert_int_equal(counts.objects, 1);
	assert_int_equal(counts.attachments, 0);
	assert_int_equal(counts.pins, 0);
	close(at.fd);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.objects, 0);
	prepare_last_import();
}

TEST(drm_prime_gem_destroy_works_whatever_fails)
{
	static const struct walk walk = {
		.name = "drm_prime_gem_destroy",
		.prepare = prepare_last_import,
		.run = run_gem_destroy,
		.undo = undo_gem_destroy,
		.finish = close_fd,
	};

	walk_all(&walk);
}

static int run_last_handle(void)
{
	return drm_gem_handle_delete(stage.file, at.handle);
}

TEST(drm_gem_dmabuf_release_runs_whatever_fails)
{
	static const struct walk walk = {
		.name = "drm_gem_dmabuf_release",
		.prepare = prepare_exported_fd,
		.run = run_last_handle,
		.undo = undo_last_handle,
		.finish = close_fd,
	};

	walk_all(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(drm_gem_dmabuf_export_fails_without_a_trace),
		PLAIN(drm_gem_dmabuf_release_runs_whatever_fails),
		PLAIN(drm_gem_prime_export_fails_without_a_trace),
		PLAIN(drm_gem_prime_handle_to_fd_fails_without_a_trace),
		PLAIN(a_second_export_fails_without_a_trace),
		PLAIN(drm_gem_prime_import_fails_without_a_trace),
		PLAIN(drm_gem_prime_fd_to_handle_fails_without_a_trace),
		PLAIN(a_self_import_fails_without_a_trace),
		PLAIN(drm_prime_pages_to_sg_fails_without_a_trace),
		PLAIN(drm_prime_sg_to_page_addr_arrays_fails_without_a_trace),
		PLAIN(drm_prime_gem_destroy_works_whatever_fails),
	};

	return cmocka_run_group_tests_name("prime-faults", tests, NULL, NULL);
}
