/* SPDX-License-Identifier: MIT */
/*
 * A device fd in real processes: dup, fork, exec and fds passed over sockets
 * all mean the same open file; bad input gets an errno. Written against
 * libdrm only, and run under `uprime run`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#include "../passing.h"

#define CARD   "/dev/dri/card0"
#define RENDER "/dev/dri/renderD128"

static int open_node(const char *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static uint32_t make_buffer(int fd)
{
	struct drm_mode_create_dumb create = {
		.width = 64, .height = 16, .bpp = 32};

	assert_int_equal(drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create), 0);
	assert_int_equal(create.size, 4096);
	return create.handle;
}

static uint8_t *map_buffer(int fd, uint32_t handle)
{
	struct drm_mode_map_dumb map = {.handle = handle};
	void *p;

	assert_int_equal(drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map), 0);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 (off_t)map.offset);
	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

static int export_buffer(int fd, uint32_t handle)
{
	int prime = -1;

	assert_int_equal(drmPrimeHandleToFD(fd, handle, DRM_CLOEXEC | DRM_RDWR,
					    &prime),
			 0);
	return prime;
}

/* 0 or an errno: can this fd export that handle? */
static int can_export(int fd, uint32_t handle)
{
	int prime;

	if (drmPrimeHandleToFD(fd, handle, DRM_CLOEXEC, &prime)) {
		return errno;
	}
	close(prime);
	return 0;
}

static int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

static void dup_keeps_the_drm_file(void **state)
{
	int fd = open_node(CARD), copy = dup(fd);
	uint32_t handle = make_buffer(fd);

	(void)state;
	assert_int_equal(can_export(copy, handle), 0);
	close(fd);
	assert_int_equal(can_export(copy, handle), 0);
	close(copy);
}

static void open_again_is_another_drm_file(void **state)
{
	int fd = open_node(CARD), other = open_node(CARD);
	uint32_t handle = make_buffer(fd);

	(void)state;
	assert_int_equal(can_export(other, handle), ENOENT);
	close(other);
	close(fd);
}

static void fork_keeps_the_drm_file(void **state)
{
	int fd = open_node(CARD);
	uint32_t handle = make_buffer(fd);
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		/* The child closes the handle: it is the parent's, too. */
		int ret = can_export(fd, handle);

		_exit(ret ? ret : drmCloseBufferHandle(fd, handle));
	}
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(can_export(fd, handle), ENOENT);
	close(fd);
}

static void exec_keeps_the_drm_file(void **state)
{
	int fd = open(CARD, O_RDWR);
	uint32_t handle = make_buffer(fd);
	char fd_text[16], handle_text[16];
	pid_t pid;

	(void)state;
	snprintf(fd_text, sizeof(fd_text), "%d", fd);
	snprintf(handle_text, sizeof(handle_text), "%u", handle);
	pid = fork();
	if (!pid) {
		execl("/proc/self/exe", "device", "--can-export", fd_text,
		      handle_text, NULL);
		_exit(99);
	}
	assert_int_equal(status_of(pid), 0);
	close(fd);
}

static void passed_fd_keeps_the_drm_file(void **state)
{
	uint32_t handle;
	int pair[2], fd;
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	if (!pid) {
		close(pair[0]);
		fd = receive_fd(pair[1]);
		_exit(can_export(fd, 1));
	}
	fd = open_node(CARD);
	handle = make_buffer(fd);
	assert_int_equal(handle, 1);
	assert_int_equal(send_fd(pair[0], fd), 0);
	assert_int_equal(status_of(pid), 0);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

static void buffer_crosses_to_another_process(void **state)
{
	uint8_t *mine;
	int pair[2], fd, prime;
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	if (!pid) {
		struct dma_buf_sync sync = {DMA_BUF_SYNC_START |
					    DMA_BUF_SYNC_RW};
		uint32_t handle, again;
		uint8_t *theirs;

		prime = receive_fd(pair[1]);
		fd = open(RENDER, O_RDWR);
		if (drmPrimeFDToHandle(fd, prime, &handle) ||
		    drmPrimeFDToHandle(fd, prime, &again) ||
		    handle != again || ioctl(prime, DMA_BUF_IOCTL_SYNC, &sync)) {
			_exit(1);
		}
		theirs = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			      prime, 0);
		if (theirs == MAP_FAILED || theirs[7] != 0xa5) {
			_exit(2);
		}
		theirs[8] = 0x5a;
		_exit(0);
	}
	fd = open_node(CARD);
	prime = export_buffer(fd, make_buffer(fd));
	mine = map_buffer(fd, 1);
	mine[7] = 0xa5;
	assert_int_equal(send_fd(pair[0], prime), 0);
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(mine[8], 0x5a);
	munmap(mine, 4096);
	close(prime);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

/* Let a second opener in, as a display server does: it may use names then. */
static void authenticate(int master, int client)
{
	drm_magic_t magic;

	assert_int_equal(drmGetMagic(client, &magic), 0);
	assert_int_equal(drmAuthMagic(master, magic), 0);
}

static void mapping_keeps_the_closed_file_alive(void **state)
{
	struct drm_gem_flink flink = {0};
	struct drm_gem_open open_name = {0};
	int fd = open_node(CARD), other = open_node(CARD);
	uint8_t *mapping;

	(void)state;
	authenticate(fd, other);
	flink.handle = make_buffer(fd);
	mapping = map_buffer(fd, flink.handle);
	assert_int_equal(drmIoctl(fd, DRM_IOCTL_GEM_FLINK, &flink), 0);
	close(fd);

	open_name.name = flink.name;
	assert_int_equal(drmIoctl(other, DRM_IOCTL_GEM_OPEN, &open_name), 0);
	assert_int_equal(drmCloseBufferHandle(other, open_name.handle), 0);
	mapping[0] = 1;
	munmap(mapping, 4096);
	assert_int_equal(drmIoctl(other, DRM_IOCTL_GEM_OPEN, &open_name), -1);
	assert_int_equal(errno, ENOENT);
	close(other);
}

static void close_releases_before_it_returns(void **state)
{
	(void)state;
	/* Each time the first opener: it becomes master, or the one before is
	 * not gone yet. */
	for (int i = 0; i < 200; i++) {
		int fd = open_node(CARD);

		assert_int_equal(drmIsMaster(fd), 1);
		close(fd);
	}
}

static void fstat_agrees_with_stat(void **state)
{
	int fd = open_node(RENDER);
	struct stat by_path, by_fd;

	(void)state;
	assert_int_equal(stat(RENDER, &by_path), 0);
	assert_int_equal(fstat(fd, &by_fd), 0);
	assert_true(S_ISCHR(by_fd.st_mode));
	assert_int_equal(by_fd.st_rdev, makedev(226, 128));
	assert_int_equal(by_fd.st_rdev, by_path.st_rdev);
	assert_int_equal(by_fd.st_ino, by_path.st_ino);
	assert_int_equal(by_fd.st_dev, by_path.st_dev);
	close(fd);
}

static void bad_pointers_are_efault(void **state)
{
	struct drm_version version = {.name_len = 10, .name = (char *)1};
	int fd = open_node(CARD);

	(void)state;
	assert_int_equal(ioctl(fd, DRM_IOCTL_VERSION, NULL), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(ioctl(fd, DRM_IOCTL_VERSION, (void *)1), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(ioctl(fd, DRM_IOCTL_VERSION, &version), -1);
	assert_int_equal(errno, EFAULT);
	close(fd);
}

static void closed_fd_is_ebadf(void **state)
{
	struct drm_gem_close args = {.handle = 1};
	int fd = open_node(CARD);

	(void)state;
	close(fd);
	assert_int_equal(ioctl(fd, DRM_IOCTL_GEM_CLOSE, &args), -1);
	assert_int_equal(errno, EBADF);
}

static void dma_buf_cannot_be_shrunk(void **state)
{
	int fd = open_node(CARD), prime = export_buffer(fd, make_buffer(fd));

	(void)state;
	assert_int_equal(ftruncate(prime, 0), -1);
	assert_int_equal(lseek(prime, 0, SEEK_END), 4096);
	close(prime);
	close(fd);
}

static void name_is_set_and_too_long_is_einval(void **state)
{
	int fd = open_node(CARD), prime = export_buffer(fd, make_buffer(fd));

	(void)state;
	assert_int_equal(ioctl(prime, DMA_BUF_SET_NAME_B, "front"), 0);
	assert_int_equal(ioctl(prime, DMA_BUF_SET_NAME_B,
			       "this name is much longer than one may be"),
			 -1);
	assert_int_equal(errno, EINVAL);
	close(prime);
	close(fd);
}

static void unknown_dma_buf_ioctl_is_enotty(void **state)
{
	int fd = open_node(CARD), prime = export_buffer(fd, make_buffer(fd));

	(void)state;
	assert_int_equal(ioctl(prime, _IO('b', 99), 0), -1);
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(ioctl(fd, _IO('x', 1), 0), -1);
	assert_int_equal(errno, ENOTTY);
	close(prime);
	close(fd);
}

static void full_fd_table_is_emfile(void **state)
{
	int fd = open_node(CARD), filler[512], n = 0;
	struct rlimit limit, few;
	struct drm_prime_handle args = {.handle = make_buffer(fd),
					.flags = DRM_CLOEXEC};

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = 512;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (n < 512 && (filler[n] = dup(fd)) >= 0) {
		n++;
	}
	assert_int_equal(errno, EMFILE);
	assert_int_equal(ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args), -1);
	assert_int_equal(errno, EMFILE);
	while (n--) {
		close(filler[n]);
	}
	assert_int_equal(drmIoctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	close(args.fd);
	close(fd);
}

static void *work(void *arg)
{
	int fd = *(int *)arg;

	for (int i = 0; i < 100; i++) {
		uint32_t handle = make_buffer(fd), again;
		int prime = export_buffer(fd, handle);

		assert_int_equal(drmPrimeFDToHandle(fd, prime, &again), 0);
		assert_int_equal(again, handle);
		assert_int_equal(drmCloseBufferHandle(fd, handle), 0);
		close(prime);
	}
	return NULL;
}

static void threads_share_a_device(void **state)
{
	int fd = open_node(CARD);
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		pthread_create(&threads[i], NULL, work, &fd);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dup_keeps_the_drm_file),
		cmocka_unit_test(open_again_is_another_drm_file),
		cmocka_unit_test(fork_keeps_the_drm_file),
		cmocka_unit_test(exec_keeps_the_drm_file),
		cmocka_unit_test(passed_fd_keeps_the_drm_file),
		cmocka_unit_test(buffer_crosses_to_another_process),
		cmocka_unit_test(mapping_keeps_the_closed_file_alive),
		cmocka_unit_test(close_releases_before_it_returns),
		cmocka_unit_test(fstat_agrees_with_stat),
		cmocka_unit_test(bad_pointers_are_efault),
		cmocka_unit_test(closed_fd_is_ebadf),
		cmocka_unit_test(dma_buf_cannot_be_shrunk),
		cmocka_unit_test(name_is_set_and_too_long_is_einval),
		cmocka_unit_test(unknown_dma_buf_ioctl_is_enotty),
		cmocka_unit_test(full_fd_table_is_emfile),
		cmocka_unit_test(threads_share_a_device),
	};

	if (argc == 4 && !strcmp(argv[1], "--can-export")) {
		return can_export(atoi(argv[2]), (uint32_t)atoi(argv[3]));
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
