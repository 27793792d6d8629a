/* SPDX-License-Identifier: MIT */
/* Framebuffers: what is checked, who has them, and how long they live. */
#include "display_calls.h"
#include "toy_display.h"

#include <drm/drm_framebuffer.h>

#define RW (DRM_CLOEXEC | DRM_RDWR)
#define W  64u
#define H  32u

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 crtc_id(void)
{
	return toy()->crtc[0].base.id;
}

static int show(u32 fb)
{
	return set_crtc(stage.file, crtc_id(), fb, toy()->connector[0].base.id);
}

/* A command that works, of a buffer of W x H pixels. */
static struct drm_mode_fb_cmd2 good(u32 handle)
{
	return (struct drm_mode_fb_cmd2){
		.width = W,
		.height = H,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles = {handle},
		.pitches = {W * 4},
	};
}

static int addfb2(struct drm_mode_fb_cmd2 cmd)
{
	int ret = display_request(stage.file, DRM_IOCTL_MODE_ADDFB2, &cmd);

	return ret ? ret : (int)cmd.fb_id;
}

/* What is said of a command in which something was changed. */
#define assert_refused(handle, error, ...)                                     \
	do {                                                                   \
		struct drm_mode_fb_cmd2 cmd = good(handle);                    \
		__VA_ARGS__;                                                   \
		assert_int_equal(addfb2(cmd), -(error));                       \
	} while (0)

TEST(what_addfb2_refuses)
{
	u32 handle = must(create_picture(stage.file, W, H));

	assert_refused(handle, EINVAL, cmd.flags = 1 << 2);
	assert_refused(handle, EINVAL, cmd.width = 0);
	assert_refused(handle, EINVAL, cmd.width = TOY_MIN_SIZE - 1);
	assert_refused(handle, EINVAL, cmd.width = TOY_MAX_SIZE + 1);
	assert_refused(handle, EINVAL, cmd.height = U32_MAX);
	assert_refused(handle, EINVAL, cmd.pixel_format = DRM_FORMAT_INVALID);
	/* Known, but to no plane. */
	assert_refused(handle, EINVAL, cmd.pixel_format = DRM_FORMAT_C8);
	assert_refused(handle, EINVAL, cmd.handles[0] = 0);
	assert_refused(handle, ENOENT, cmd.handles[0] = handle + 1);
	assert_refused(handle, EINVAL, cmd.pitches[0] = W * 4 - 1);
	assert_refused(handle, ERANGE, cmd.pitches[0] = U32_MAX);
	assert_refused(handle, ERANGE, cmd.offsets[0] = U32_MAX);
	/* The buffer ends. */
	assert_refused(handle, EINVAL, cmd.height = H + 32);
	assert_refused(handle, EINVAL, cmd.offsets[0] = 4);
	/* The modifier of one without the flag, of another plane, or none that
	 * any plane has. */
	assert_refused(handle, EINVAL, cmd.modifier[0] = 1);
	assert_refused(handle, EINVAL, cmd.modifier[1] = 1);
	assert_refused(handle, EINVAL, cmd.flags = DRM_MODE_FB_MODIFIERS;
		       cmd.modifier[0] = I915_FORMAT_MOD_X_TILED);
	/* Planes that are not used are looked at with the flag only. */
	assert_refused(handle, EINVAL, cmd.flags = DRM_MODE_FB_MODIFIERS;
		       cmd.handles[1] = handle);
	assert_refused(handle, EINVAL, cmd.flags = DRM_MODE_FB_MODIFIERS;
		       cmd.pitches[3] = 1);
	assert_refused(handle, EINVAL, cmd.flags = DRM_MODE_FB_MODIFIERS;
		       cmd.offsets[2] = 1);
}

TEST(what_addfb2_takes)
{
	u32 handle = must(create_picture(stage.file, W, H));
	struct drm_mode_fb_cmd2 cmd = good(handle);

	must(addfb2(cmd));
	cmd.flags = DRM_MODE_FB_MODIFIERS | DRM_MODE_FB_INTERLACED;
	must(addfb2(cmd));
	cmd = good(handle);
	cmd.handles[1] = 77;
	cmd.pitches[1] = 77;
	cmd.offsets[3] = 77;
	must(addfb2(cmd));
	/* The last line may be shorter than the others. */
	cmd = good(handle);
	cmd.width = W - 2;
	cmd.offsets[0] = 8;
	must(addfb2(cmd));
}

/* The sizes are looked at before the flags of the modifiers and the format,
 * the handles before the pitch, and the buffer last. */
TEST(addfb2_checks_in_the_order_of_linux)
{
	u32 handle = must(create_picture(stage.file, W, H));

	assert_refused(handle, EINVAL, cmd.height = TOY_MAX_SIZE + 1;
		       cmd.pitches[0] = U32_MAX);
	assert_refused(handle, EINVAL, cmd.handles[0] = 0;
		       cmd.pitches[0] = U32_MAX);
	assert_refused(handle, ERANGE, cmd.pitches[0] = U32_MAX;
		       cmd.modifier[0] = 1);
	/* A format that no plane has is told before a handle that is none. */
	assert_refused(handle, EINVAL, cmd.handles[0] = handle + 1;
		       cmd.pixel_format = DRM_FORMAT_XBGR8888);
}

TEST(planes_can_be_in_one_buffer)
{
	u32 handle = must(create_picture(stage.file, W, H));
	struct drm_mode_fb_cmd2 cmd = {
		.width = W,
		.height = H,
		.pixel_format = DRM_FORMAT_NV12,
		.handles = {handle, handle},
		.pitches = {W, W},
		.offsets = {0, W * H},
	};
	struct drm_mode_fb_cmd2 told = {0};
	u32 other;

	told.fb_id = must(addfb2(cmd));
	must(display_request(stage.file, DRM_IOCTL_MODE_GETFB2, &told));
	assert_int_equal(told.pixel_format, DRM_FORMAT_NV12);
	assert_int_equal(told.flags, DRM_MODE_FB_MODIFIERS);
	assert_int_equal(told.pitches[1], W);
	assert_int_equal(told.offsets[1], W * H);
	assert_int_not_equal(told.handles[0], handle);
	assert_int_equal(told.handles[0], told.handles[1]);
	assert_int_equal(told.handles[2], 0);

	other = must(create_picture(stage.file, W, H));
	cmd.handles[1] = other;
	told.fb_id = must(addfb2(cmd));
	must(display_request(stage.file, DRM_IOCTL_MODE_GETFB2, &told));
	assert_int_not_equal(told.handles[0], told.handles[1]);
	assert_ptr_equal(lookup(stage.file, told.handles[1]),
			 lookup(stage.file, other));

	cmd.handles[1] = 0;
	assert_int_equal(addfb2(cmd), -EINVAL);
	cmd.handles[1] = 999;
	assert_int_equal(addfb2(cmd), -ENOENT);
	cmd.handles[1] = other;
	cmd.pitches[1] = W - 1;
	assert_int_equal(addfb2(cmd), -EINVAL);
}

static int addfb(u32 handle, u32 bpp, u32 depth)
{
	struct drm_mode_fb_cmd args = {
		.width = W,
		.height = H,
		.pitch = W * 4,
		.bpp = bpp,
		.depth = depth,
		.handle = handle,
	};
	int ret = display_request(stage.file, DRM_IOCTL_MODE_ADDFB, &args);

	return ret ? ret : (int)args.fb_id;
}

TEST(the_old_addfb_knows_formats_by_depth)
{
	u32 handle = must(create_picture(stage.file, W, H));
	struct drm_mode_fb_cmd args = {0};

	assert_int_equal(addfb(handle, 32, 16), -EINVAL);
	/* One that no plane has. */
	assert_int_equal(addfb(handle, 24, 24), -EINVAL);
	args.fb_id = must(addfb(handle, 32, 32));
	must(display_request(stage.file, DRM_IOCTL_MODE_GETFB, &args));
	assert_int_equal(args.width, W);
	assert_int_equal(args.height, H);
	assert_int_equal(args.pitch, W * 4);
	assert_int_equal(args.bpp, 32);
	assert_int_equal(args.depth, 32);
	assert_ptr_equal(lookup(stage.file, args.handle),
			 lookup(stage.file, handle));
	must(addfb(handle, 32, 24));
	must(addfb(handle, 16, 16));
}

TEST(getfb_knows_one_plane)
{
	u32 handle = must(create_picture(stage.file, W, H));
	struct drm_mode_fb_cmd2 cmd = {
		.width = W,
		.height = H,
		.pixel_format = DRM_FORMAT_NV12,
		.handles = {handle, handle},
		.pitches = {W, W},
	};
	struct drm_mode_fb_cmd args = {.fb_id = must(addfb2(cmd))};

	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETFB, &args),
		-EINVAL);
	args.fb_id = 9999;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETFB, &args),
		-ENOENT);
	cmd.fb_id = 9999;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETFB2, &cmd),
		-ENOENT);
	/* A number of something else. */
	args.fb_id = crtc_id();
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETFB, &args),
		-ENOENT);
}

TEST(handles_are_for_masters_and_administrators)
{
	struct drm_mode_fb_cmd args = {.fb_id = make_fb(stage.file, W, H)};
	struct drm_mode_fb_cmd2 args2 = {.fb_id = args.fb_id};

	must(display_request(stage.second, DRM_IOCTL_MODE_GETFB, &args));
	assert_int_not_equal(args.handle, 0);
	must(display_request(stage.second, DRM_IOCTL_MODE_GETFB2, &args2));
	assert_int_not_equal(args2.handles[0], 0);

	drop_rights();
	must(display_request(stage.second, DRM_IOCTL_MODE_GETFB, &args));
	assert_int_equal(args.handle, 0);
	assert_int_equal(args.pitch, W * 4);
	must(display_request(stage.second, DRM_IOCTL_MODE_GETFB2, &args2));
	assert_int_equal(args2.handles[0], 0);
	assert_int_equal(args2.pitches[0], W * 4);
	must(display_request(stage.file, DRM_IOCTL_MODE_GETFB, &args));
	assert_int_not_equal(args.handle, 0);
	must(display_request(stage.file, DRM_IOCTL_MODE_GETFB2, &args2));
	assert_int_not_equal(args2.handles[0], 0);
}

TEST(a_framebuffer_keeps_its_buffer)
{
	u32 handle = must(create_picture(stage.file, W, H));
	u32 fb = must(add_fb(stage.file, handle, W, H, DRM_FORMAT_XRGB8888));
	struct drm_gem_object *obj = lookup(stage.file, handle);
	struct drm_mode_fb_cmd args = {.fb_id = fb};

	must(close_handle(stage.file, handle));
	must(display_request(stage.file, DRM_IOCTL_MODE_GETFB, &args));
	assert_ptr_equal(lookup(stage.file, args.handle), obj);
	must(close_handle(stage.file, args.handle));
	must(rm_fb(stage.file, fb));
	assert_true(list_empty(&stage.dev->objects));
}

/* As in Linux 6.12, where a framebuffer counts as a handle. */
TEST(a_framebuffer_keeps_name_and_dma_buf_of_its_buffer)
{
	u32 handle = must(create_picture(stage.file, W, H));
	u32 fb = must(add_fb(stage.file, handle, W, H, DRM_FORMAT_XRGB8888));
	u32 name = must(flink(stage.file, handle));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	struct dma_buf *dma_buf = dma_buf_of(fd);

	close(fd);
	must(close_handle(stage.file, handle));
	handle = must(open_name(stage.second, name));
	fd = (int)must(export_handle(stage.second, handle, RW));
	assert_ptr_equal(dma_buf_of(fd), dma_buf);
	close(fd);
	must(close_handle(stage.second, handle));
	must(rm_fb(stage.file, fb));
	assert_int_equal(open_name(stage.second, name), -ENOENT);
}

TEST(a_framebuffer_is_removed_by_its_file)
{
	u32 fb = make_fb(stage.file, W, H);

	assert_int_equal(rm_fb(stage.second, fb), -ENOENT);
	assert_int_equal(close_fb(stage.second, fb), -ENOENT);
	must(rm_fb(stage.file, fb));
	assert_int_equal(rm_fb(stage.file, fb), -ENOENT);
	assert_int_equal(close_fb(stage.file, fb), -ENOENT);
	assert_int_equal(stage.dev->mode_config.num_fb, 0);
}

TEST(a_removed_framebuffer_goes_off_the_screen)
{
	u32 fb = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);

	must(show(fb));
	assert_int_equal(shown_fb(stage.file, crtc_id()), fb);
	must(rm_fb(stage.file, fb));
	assert_int_equal(shown_fb(stage.file, crtc_id()), 0);
	assert_int_equal(stage.dev->mode_config.num_fb, 0);
}

TEST(a_closed_framebuffer_stays_on_the_screen)
{
	struct drm_mode_fb_cmd args = {0};
	u32 fb = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
	u32 bad[2] = {fb, 1};

	must(show(fb));
	assert_int_equal(
		display_request(stage.file, DRM_IOWR(0xD0, u32[2]), bad),
		-EINVAL);
	must(close_fb(stage.file, fb));
	assert_int_equal(shown_fb(stage.file, crtc_id()), fb);
	/* It still has its number, but is no file's. */
	args.fb_id = fb;
	must(display_request(stage.file, DRM_IOCTL_MODE_GETFB, &args));
	assert_int_equal(rm_fb(stage.file, fb), -ENOENT);
	must(show(0));
	assert_int_equal(stage.dev->mode_config.num_fb, 0);
}

TEST(what_a_file_shows_goes_with_it)
{
	struct drm_file *file;
	u32 fb, unshown;

	close_file(&stage.file);
	close_file(&stage.second);
	file = open_node(stage.dev, DRM_MINOR_PRIMARY);
	fb = make_fb(file, MODE_WIDTH, MODE_HEIGHT);
	unshown = make_fb(file, W, H);
	assert_int_not_equal(fb, unshown);
	must(set_crtc(file, crtc_id(), fb, toy()->connector[0].base.id));
	stage.second = open_node(stage.dev, DRM_MINOR_PRIMARY);
	close_file(&file);
	assert_int_equal(shown_fb(stage.second, crtc_id()), 0);
	assert_int_equal(stage.dev->mode_config.num_fb, 0);
}

static int dirty(u32 fb, u32 flags, u32 num_clips, const void *clips)
{
	struct drm_mode_fb_dirty_cmd args = {
		.fb_id = fb,
		.flags = flags,
		.num_clips = num_clips,
		.clips_ptr = (uintptr_t)clips,
	};

	return display_request(stage.file, DRM_IOCTL_MODE_DIRTYFB, &args);
}

TEST(dirtyfb_checks_what_a_driver_does_not_have)
{
	const struct drm_clip_rect clips[2] = {{0, 0, 1, 1}, {0, 0, 2, 2}};
	u32 fb = make_fb(stage.file, W, H);

	assert_int_equal(dirty(fb, 0, 0, NULL), -ENOSYS);
	assert_int_equal(dirty(fb, 0, 2, clips), -ENOSYS);
	assert_int_equal(dirty(9999, 0, 0, NULL), -ENOENT);
	assert_int_equal(dirty(fb, 0, 1, NULL), -EINVAL);
	assert_int_equal(dirty(fb, 0, 0, clips), -EINVAL);
	assert_int_equal(dirty(fb, DRM_MODE_FB_DIRTY_ANNOTATE_COPY, 1, clips),
			 -EINVAL);
	assert_int_equal(dirty(fb, 0, DRM_MODE_FB_DIRTY_MAX_CLIPS + 1, clips),
			 -EINVAL);
}

/* The framebuffer of a number, referenced. */
static struct drm_framebuffer *get_fb(u32 id)
{
	struct drm_framebuffer *fb =
		drm_framebuffer_lookup(stage.dev, stage.file, id);

	assert_non_null(fb);
	return fb;
}

TEST(the_pixels_of_a_framebuffer_are_those_of_its_buffer)
{
	u32 handle = must(create_picture(stage.file, W, H));
	u32 *pixels = map_device(stage.file, (u64)map_dumb(stage.file, handle),
				 2, PROT_READ | PROT_WRITE);
	struct drm_mode_fb_cmd2 cmd = good(handle);
	void *data[DRM_FORMAT_MAX_PLANES];
	struct drm_framebuffer *fb;

	cmd.height = H - 1;
	cmd.offsets[0] = W * 4;
	fb = get_fb(must(addfb2(cmd)));
	pixels[W] = 0x123456;
	must(drm_gem_fb_vmap(fb, data));
	assert_int_equal(*(u32 *)data[0], 0x123456);
	*(u32 *)data[0] = 0x654321;
	assert_int_equal(pixels[W], 0x654321);
	drm_gem_fb_vunmap(fb, data);
	drm_framebuffer_put(fb);
	munmap(pixels, 2 * PAGE_SIZE);
}

TEST(the_pixels_of_an_imported_buffer_are_its_exporters)
{
	u32 far = must(create_picture(stage.far, W, H));
	int fd = (int)must(export_handle(stage.far, far, RW));
	u32 handle = must(import_fd(stage.file, fd));
	u32 *pixels = map_device(stage.far, (u64)map_dumb(stage.far, far), 2,
				 PROT_READ | PROT_WRITE);
	void *data[DRM_FORMAT_MAX_PLANES];
	struct drm_framebuffer *fb;

	close(fd);
	fb = get_fb(
		must(add_fb(stage.file, handle, W, H, DRM_FORMAT_XRGB8888)));
	pixels[1] = 77;
	must(drm_gem_fb_vmap(fb, data));
	assert_int_equal(((u32 *)data[0])[1], 77);
	drm_gem_fb_vunmap(fb, data);
	drm_framebuffer_put(fb);
	munmap(pixels, 2 * PAGE_SIZE);
}

TEST(a_card_brings_its_buffer_in_while_it_is_looked_at)
{
	const struct uprime_driver *vram = uprime_driver_find("vram");
	struct drm_device *card = vram->create(NULL);
	struct drm_file *file = open_node(card, DRM_MINOR_PRIMARY);
	u32 far = must(create_picture(file, W, H));
	u32 *pixels = map_device(file, (u64)map_dumb(file, far), 2,
				 PROT_READ | PROT_WRITE);
	int fd = (int)must(export_handle(file, far, RW));
	u32 handle = must(import_fd(stage.file, fd));
	u32 id = must(add_fb(stage.file, handle, W, H, DRM_FORMAT_XRGB8888));
	void *data[DRM_FORMAT_MAX_PLANES];
	struct drm_framebuffer *fb = get_fb(id);

	close(fd);
	pixels[W] = 99;
	for (int i = 0; i < 2; i++) {
		must(drm_gem_fb_vmap(fb, data));
		assert_int_equal(((u32 *)data[0])[W], 99);
		drm_gem_fb_vunmap(fb, data);
		assert_null(data[0]);
	}
	drm_framebuffer_put(fb);
	must(rm_fb(stage.file, id));
	must(close_handle(stage.file, handle));
	munmap(pixels, 2 * PAGE_SIZE);
	close_file(&file);
	file_watch_dispatch();
	vram->destroy(card);
}

TEST(a_buffer_that_is_shown_goes_to_another_device)
{
	u32 handle = must(create_picture(stage.file, W, H));
	u32 fb = must(add_fb(stage.file, handle, W, H, DRM_FORMAT_XRGB8888));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	u32 far = must(import_fd(stage.far, fd));
	struct drm_gem_object *obj = lookup(stage.file, handle);

	/* There and back it is the same buffer. */
	close(fd);
	must(close_handle(stage.file, handle));
	fd = (int)must(export_handle(stage.far, far, RW));
	handle = must(import_fd(stage.file, fd));
	assert_ptr_equal(lookup(stage.file, handle), obj);
	close(fd);
	must(close_handle(stage.far, far));
	must(rm_fb(stage.file, fb));
}

/* What is asked of a device without displays. */
TEST(without_displays_there_are_no_framebuffers)
{
	struct drm_mode_fb_cmd2 cmd = {0};
	struct drm_mode_fb_cmd old = {0};
	u32 id = 1;

	assert_int_equal(display_request(stage.far, DRM_IOCTL_MODE_ADDFB, &old),
			 -EOPNOTSUPP);
	assert_int_equal(
		display_request(stage.far, DRM_IOCTL_MODE_ADDFB2, &cmd),
		-EOPNOTSUPP);
	assert_int_equal(display_request(stage.far, DRM_IOCTL_MODE_RMFB, &id),
			 -EOPNOTSUPP);
	assert_int_equal(display_request(stage.far, DRM_IOCTL_MODE_GETFB, &old),
			 -EOPNOTSUPP);
	assert_int_equal(
		display_request(stage.far, DRM_IOCTL_MODE_GETFB2, &cmd),
		-EINVAL);
	/* Linux 6.1 has not heard of it. */
	assert_int_equal(close_fb(stage.far, 1), -EINVAL);
}

/* Linux 6.12, which answers for displays, has forgotten them: nobody's rights
 * are asked for. */
TEST(with_displays_the_ioctls_of_the_first_drivers_are_gone)
{
	struct drm_file *other = open_node(stage.far_dev, DRM_MINOR_PRIMARY);
	struct drm_control args = {0};

	assert_int_equal(display_request(other, DRM_IOCTL_CONTROL, &args),
			 -EACCES);
	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_CONTROL, &args),
		-EINVAL);
	close_file(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(what_addfb2_refuses),
		ON_DISPLAY(what_addfb2_takes),
		ON_DISPLAY(addfb2_checks_in_the_order_of_linux),
		ON_DISPLAY(planes_can_be_in_one_buffer),
		ON_DISPLAY(the_old_addfb_knows_formats_by_depth),
		ON_DISPLAY(getfb_knows_one_plane),
		ON_DISPLAY(handles_are_for_masters_and_administrators),
		ON_DISPLAY(a_framebuffer_keeps_its_buffer),
		ON_DISPLAY(a_framebuffer_keeps_name_and_dma_buf_of_its_buffer),
		ON_DISPLAY(a_framebuffer_is_removed_by_its_file),
		ON_DISPLAY(a_removed_framebuffer_goes_off_the_screen),
		ON_DISPLAY(a_closed_framebuffer_stays_on_the_screen),
		ON_DISPLAY(what_a_file_shows_goes_with_it),
		ON_DISPLAY(dirtyfb_checks_what_a_driver_does_not_have),
		ON_DISPLAY(the_pixels_of_a_framebuffer_are_those_of_its_buffer),
		ON_DISPLAY(the_pixels_of_an_imported_buffer_are_its_exporters),
		ON_DISPLAY(a_card_brings_its_buffer_in_while_it_is_looked_at),
		ON_DISPLAY(a_buffer_that_is_shown_goes_to_another_device),
		ON_DISPLAY(without_displays_there_are_no_framebuffers),
		ON_DISPLAY(
			with_displays_the_ioctls_of_the_first_drivers_are_gone),
	};

	return cmocka_run_group_tests_name("kms-fb", tests, NULL, NULL);
}
