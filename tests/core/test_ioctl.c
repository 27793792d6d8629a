/* SPDX-License-Identifier: MIT */
/* From a number and an argument to an answer, and dumb buffers. */
#include "counts.h"
#include "stage.h"

static long request(struct drm_file *file, unsigned int cmd, const void *arg)
{
	return drm_ioctl(file, cmd, (unsigned long)arg);
}

/* The number of VERSION with another direction and size. */
static unsigned int version(unsigned int dir, unsigned int size)
{
	return _IOC(dir, DRM_IOCTL_BASE, _IOC_NR(DRM_IOCTL_VERSION), size);
}

TEST(the_type_must_be_d)
{
	char arg[256] = {0};

	for (unsigned int type = 0; type < 256; type++) {
		unsigned int cmd = _IOC(_IOC_READ | _IOC_WRITE, type, 0, 64);

		assert_int_equal(request(stage.file, cmd, arg),
				 type == 'd' ? 0 : -ENOTTY);
	}
}

TEST(unknown_numbers_are_einval_before_anything_is_read)
{
	static const unsigned int numbers[] = {0x0e, 0x0f, 0x2f, 0x3d, 0x3e,
					       0x40, 0x43, 0x9f, 0xcf, 0xff};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_int_equal(request(stage.file,
					 DRM_IOWR(numbers[i], char[64]),
					 (void *)1),
				 -EINVAL);
	}
}

TEST(any_size_is_accepted)
{
	static char arg[16384];

	for (unsigned int size = 0; size < _IOC_SIZEMASK; size += 13) {
		memset(arg, 0, sizeof(arg));
		assert_int_equal(request(stage.file,
					 version(_IOC_READ | _IOC_WRITE, size),
					 arg),
				 0);
		assert_int_equal(arg[0], size ? 1 : 0);
	}
}

TEST(any_direction_is_accepted)
{
	struct drm_version args = {.version_major = 77};

	assert_int_equal(
		request(stage.file, version(_IOC_NONE, sizeof(args)), &args),
		0);
	assert_int_equal(
		request(stage.file, version(_IOC_WRITE, sizeof(args)), &args),
		0);
	assert_int_equal(args.version_major, 77);
	assert_int_equal(
		request(stage.file, version(_IOC_READ, sizeof(args)), &args),
		0);
	assert_int_equal(args.version_major, 1);
}

TEST(missing_bytes_read_as_zero)
{
	/* Without its flags and fd, an export is read only. */
	struct drm_prime_handle args = {
		.handle = must(create_dumb(stage.file, 1)),
		.flags = UINT32_MAX};
	unsigned int nr = _IOC_NR(DRM_IOCTL_PRIME_HANDLE_TO_FD);
	struct counts before, after;

	count_all(&before);
	assert_int_equal(request(stage.file, DRM_IOWR(nr, u32), &args), 0);
	assert_int_equal(args.flags, UINT32_MAX);
	assert_int_equal(args.fd, 0);
	/* The fd that could not be told is there all the same. */
	count_all(&after);
	assert_int_equal(after.fds, before.fds + 2);
	for (int fd = 3; fd < 1024; fd++) {
		struct dma_buf *dma_buf = dma_buf_get(fd);

		if (!IS_ERR(dma_buf)) {
			dma_buf_put(dma_buf);
			if (dma_buf->file->fd != fd && dma_buf->fd != fd) {
				close(fd);
			}
		}
	}
}

TEST(bytes_beyond_the_known_argument_are_kept)
{
	struct {
		struct drm_gem_close args;
		char more[32];
	} arg = {.args.handle = must(create_dumb(stage.file, 1)),
		 .more = "untouched"};

	assert_int_equal(request(stage.file,
				 DRM_IOWR(_IOC_NR(DRM_IOCTL_GEM_CLOSE), arg),
				 &arg),
			 0);
	assert_string_equal(arg.more, "untouched");
}

TEST(a_bad_pointer_is_efault_before_a_lack_of_rights)
{
	struct drm_file *render = open_node(stage.dev, DRM_MINOR_RENDER);
	char zeroes[64] = {0};

	assert_int_equal(request(render, DRM_IOCTL_MODE_CREATE_DUMB, (void *)1),
			 -EFAULT);
	assert_int_equal(request(render, DRM_IOCTL_MODE_CREATE_DUMB, zeroes),
			 -EACCES);
	assert_int_equal(request(stage.file, DRM_IOCTL_VERSION, NULL), -EFAULT);
	close_file(&render);
}

TEST(results_are_copied_out_on_errors_too)
{
	struct drm_get_cap cap = {.capability = DRM_CAP_DUMB_BUFFER,
				  .value = 77};

	assert_int_equal(request(stage.file, DRM_IOCTL_GET_CAP, &cap),
			 -EOPNOTSUPP);
	assert_int_equal(cap.value, 0);
}

TEST(a_failing_copy_out_is_efault_and_keeps_what_was_done)
{
	struct drm_mode_create_dumb *args =
		mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	args->width = args->height = args->bpp = 8;
	mprotect(args, PAGE_SIZE, PROT_READ);
	assert_int_equal(request(stage.file, DRM_IOCTL_MODE_CREATE_DUMB, args),
			 -EFAULT);
	assert_int_equal(create_dumb(stage.file, 1), 2);
	munmap(args, PAGE_SIZE);
}

TEST(prime_can_be_asked_for)
{
	struct drm_get_cap cap = {.capability = DRM_CAP_PRIME};

	assert_int_equal(request(stage.file, DRM_IOCTL_GET_CAP, &cap), 0);
	assert_int_equal(cap.value,
			 DRM_PRIME_CAP_IMPORT | DRM_PRIME_CAP_EXPORT);
}

TEST(render_nodes_do_not_create_map_or_name)
{
	struct drm_file *render = open_node(stage.dev, DRM_MINOR_RENDER);
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, DRM_CLOEXEC));
	u32 theirs = must(import_fd(render, fd));
	struct drm_mode_destroy_dumb destroy = {.handle = theirs};

	assert_int_equal(create_dumb(render, 1), -EACCES);
	assert_int_equal(map_dumb(render, theirs), -EACCES);
	assert_int_equal(flink(render, theirs), -EACCES);
	assert_int_equal(open_name(render, 1), -EACCES);
	assert_int_equal(request(render, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy),
			 -EACCES);
	assert_int_equal(close_handle(render, theirs), 0);
	close(fd);
	close_file(&render);
}

static long create(u32 width, u32 height, u32 bpp,
		   struct drm_mode_create_dumb *args)
{
	*args = (struct drm_mode_create_dumb){.width = width,
					      .height = height,
					      .bpp = bpp,
					      .handle = 0xdead,
					      .pitch = 0xdead,
					      .size = 0xdead};
	return request(stage.file, DRM_IOCTL_MODE_CREATE_DUMB, args);
}

TEST(impossible_dumb_buffers_are_einval_and_touch_no_field)
{
	static const u32 bad[][3] = {
		{0, 8, 32},
		{8, 0, 32},
		{8, 8, 0},
		{8, 8, UINT32_MAX},
		{8, 8, UINT32_MAX - 7},
		{8, 8, 1u << 31},
		{65536, 65536, 32},
		{32768, 32768, 32},
		{UINT32_MAX, 1, 8},
		{1, 4294963201u, 8},
		{16, 268435455, 8},
		{UINT32_MAX, UINT32_MAX, UINT32_MAX},
	};
	struct drm_mode_create_dumb args;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(create(bad[i][0], bad[i][1], bad[i][2], &args),
				 -EINVAL);
		assert_int_equal(args.handle, 0xdead);
		assert_int_equal(args.pitch, 0xdead);
		assert_int_equal(args.size, 0xdead);
	}
}

TEST(dumb_buffers_have_the_kernels_pitch_and_size)
{
	static const u64 good[][5] = {
		/* width, height, bpp, pitch, size */
		{8, 8, 1, 1, 0x1000},
		{8, 8, 7, 7, 0x1000},
		{8, 8, 33, 33, 0x1000},
		{8, 8, 4096, 4096, 0x8000},
		{17, 1, 1, 3, 0x1000},
		{1025, 1, 32, 4100, 0x2000},
		{1366, 768, 32, 5464, 0x401000},
		{32768, 32767, 32, 0x20000, 0xfffe0000},
		{1, 4294963200u, 8, 1, 0xfffff000},
		/* The kernel counts the bits of a line in 32 bits. */
		{0x3fffffff, 1, 8, 0x1fffffff, 0x20000000},
	};
	struct drm_mode_create_dumb args;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(create((u32)good[i][0], (u32)good[i][1],
					(u32)good[i][2], &args),
				 0);
		assert_int_equal(args.pitch, good[i][3]);
		assert_int_equal(args.size, good[i][4]);
		assert_int_equal(lookup(stage.file, args.handle)->size,
				 good[i][4]);
	}
}

TEST(flags_of_a_dumb_buffer_are_ignored)
{
	for (int bit = 0; bit < 32; bit++) {
		struct drm_mode_create_dumb args = {
			.width = 8, .height = 8, .bpp = 32, .flags = 1u << bit};

		assert_int_equal(
			request(stage.file, DRM_IOCTL_MODE_CREATE_DUMB, &args),
			0);
	}
}

TEST(destroying_a_bad_dumb_buffer_is_einval)
{
	struct drm_mode_destroy_dumb args = {.handle = 9999};

	assert_int_equal(
		request(stage.file, DRM_IOCTL_MODE_DESTROY_DUMB, &args),
		-EINVAL);
	args.handle = must(create_dumb(stage.file, 1));
	assert_int_equal(
		request(stage.file, DRM_IOCTL_MODE_DESTROY_DUMB, &args), 0);
	assert_int_equal(
		request(stage.file, DRM_IOCTL_MODE_DESTROY_DUMB, &args),
		-EINVAL);
}

TEST(a_dma_buf_answers_the_full_number_of_sync_only)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, DRM_CLOEXEC));
	struct dma_buf *dma_buf = dma_buf_of(fd);
	struct dma_buf_sync sync;

	for (u64 flags = 0; flags < 16; flags++) {
		bool good = flags & 3 && !(flags & 8);

		sync.flags = flags;
		assert_int_equal(dma_buf_ioctl(dma_buf, DMA_BUF_IOCTL_SYNC,
					       (unsigned long)&sync),
				 good ? 0 : -EINVAL);
	}
	assert_int_equal(dma_buf_ioctl(dma_buf, DMA_BUF_IOCTL_SYNC, 1),
			 -EFAULT);
	assert_int_equal(
		dma_buf_ioctl(dma_buf, _IO('b', 0), (unsigned long)&sync),
		-ENOTTY);
	assert_int_equal(dma_buf_ioctl(dma_buf, _IOWR('b', 0, u64),
				       (unsigned long)&sync),
			 -ENOTTY);
	close(fd);
}

TEST(a_dma_buf_takes_names_of_31_characters)
{
	static const char digits[] = "0123456789012345678901234567890123456789";
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, DRM_CLOEXEC));
	struct dma_buf *dma_buf = dma_buf_of(fd);

	for (size_t len = 0; len < 40; len++) {
		char name[64] = "";

		memcpy(name, digits, len);
		assert_int_equal(dma_buf_ioctl(dma_buf, DMA_BUF_SET_NAME_B,
					       (unsigned long)name),
				 len < 32 ? 0 : -EINVAL);
	}
	assert_int_equal(strlen(dma_buf->name), 31);
	assert_int_equal(dma_buf_ioctl(dma_buf, DMA_BUF_SET_NAME_A, 1),
			 -EFAULT);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_type_must_be_d),
		ON_STAGE(unknown_numbers_are_einval_before_anything_is_read),
		ON_STAGE(any_size_is_accepted),
		ON_STAGE(any_direction_is_accepted),
		ON_STAGE(missing_bytes_read_as_zero),
		ON_STAGE(bytes_beyond_the_known_argument_are_kept),
		ON_STAGE(a_bad_pointer_is_efault_before_a_lack_of_rights),
		ON_STAGE(results_are_copied_out_on_errors_too),
		ON_STAGE(a_failing_copy_out_is_efault_and_keeps_what_was_done),
		ON_STAGE(prime_can_be_asked_for),
		ON_STAGE(render_nodes_do_not_create_map_or_name),
		ON_STAGE(impossible_dumb_buffers_are_einval_and_touch_no_field),
		ON_STAGE(dumb_buffers_have_the_kernels_pitch_and_size),
		ON_STAGE(flags_of_a_dumb_buffer_are_ignored),
		ON_STAGE(destroying_a_bad_dumb_buffer_is_einval),
		ON_STAGE(a_dma_buf_answers_the_full_number_of_sync_only),
		ON_STAGE(a_dma_buf_takes_names_of_31_characters),
	};

	return cmocka_run_group_tests_name("ioctl", tests, NULL, NULL);
}
