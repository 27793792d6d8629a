/* SPDX-License-Identifier: MIT */
/*
 * What is imported and exported again and again gives what it has to give at
 * that moment, whoever closes what meanwhile. Run under uprime and on Linux.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#include "../passing.h"

#define CARD  "/dev/dri/card0"
#define RW    (DRM_CLOEXEC | DRM_RDWR)
#define TIMES 4 /* more often than anything needs to become fast */

/**
 * struct buffer - a buffer in an open device
 */
struct buffer {
	int card;
	uint32_t handle;
	int fd; /* its dma-buf */
};

/* 0 or an errno. */
static int import(int card, int fd, uint32_t *handle)
{
	struct drm_prime_handle prime = {.fd = fd, .flags = 0x1234};
	int ret = ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);

	if (prime.fd != fd || prime.flags != 0x1234) {
		return ENOTRECOVERABLE;
	}
	*handle = prime.handle;
	return ret ? errno : 0;
}

/* An fd or -errno. */
static int export(int card, uint32_t handle)
{
	struct drm_prime_handle prime = {.handle = handle, .flags = RW};

	return ioctl(card, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime) ? -errno
								 : prime.fd;
}

/* 0 or an errno: is there such a handle? */
static int look_up(int card, uint32_t handle)
{
	struct drm_mode_map_dumb map = {.handle = handle};

	return ioctl(card, DRM_IOCTL_MODE_MAP_DUMB, &map) ? errno : 0;
}

static int close_handle(int card, uint32_t handle)
{
	struct drm_gem_close args = {.handle = handle};

	return ioctl(card, DRM_IOCTL_GEM_CLOSE, &args) ? errno : 0;
}

static uint32_t get_import(int card, int fd)
{
	uint32_t handle = 0;

	assert_int_equal(import(card, fd, &handle), 0);
	return handle;
}

static int open_card(void)
{
	int card = open(CARD, O_RDWR | O_CLOEXEC);

	assert_true(card >= 0);
	return card;
}

static struct buffer make_in(int card)
{
	struct drm_mode_create_dumb create = {
		.width = 64, .height = 16, .bpp = 32};
	struct buffer buffer = {.card = card};

	assert_int_equal(ioctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &create), 0);
	buffer.handle = create.handle;
	buffer.fd = export(card, create.handle);
	assert_true(buffer.fd >= 0);
	return buffer;
}

/* A buffer in a device of its own, which was imported often. */
static struct buffer make(void)
{
	struct buffer buffer = make_in(open_card());

	for (int i = 0; i < TIMES; i++) {
		assert_int_equal(get_import(buffer.card, buffer.fd),
				 buffer.handle);
	}
	return buffer;
}

static void unmake(const struct buffer *buffer)
{
	close(buffer->fd);
	close(buffer->card);
}

static int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

static void an_import_again_gives_the_same_handle(void **state)
{
	struct buffer a = make(), b = make_in(a.card);
	int copy = dup(a.card), fd = dup(b.fd);

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		assert_int_equal(get_import(a.card, a.fd), a.handle);
		assert_int_equal(get_import(copy, b.fd), b.handle);
		assert_int_equal(get_import(a.card, fd), b.handle);
	}
	close(fd);
	close(copy);
	close(b.fd);
	unmake(&a);
}

static void a_closed_handle_is_made_anew(void **state)
{
	struct buffer a = make();

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(close_handle(a.card, a.handle), 0);
		assert_int_equal(look_up(a.card, a.handle), ENOENT);
		/* Its number is another's, sometimes. */
		if (i % 2) {
			close(make_in(a.card).fd);
		}
		a.handle = get_import(a.card, a.fd);
		assert_int_equal(get_import(a.card, a.fd), a.handle);
		assert_int_equal(look_up(a.card, a.handle), 0);
	}
	unmake(&a);
}

static void each_open_has_handles_of_its_own(void **state)
{
	struct buffer a = make();
	uint32_t handle;
	int other = open_card();

	(void)state;
	close(make_in(other).fd);
	for (int i = 0; i < TIMES; i++) {
		handle = get_import(other, a.fd);
		assert_int_not_equal(handle, a.handle);
		assert_int_equal(get_import(a.card, a.fd), a.handle);
	}
	close(other);
	/* More than can be remembered, one after the other. */
	for (int i = 0; i < 40; i++) {
		struct buffer b = make();

		assert_int_equal(get_import(b.card, a.fd), 2);
		assert_int_equal(get_import(b.card, a.fd), 2);
		assert_int_equal(get_import(a.card, b.fd), 2);
		assert_int_equal(close_handle(a.card, 2), 0);
		unmake(&b);
	}
	unmake(&a);
}

static void what_cannot_be_imported_is_refused_as_before(void **state)
{
	struct buffer a = make();
	char path[32];
	uint32_t handle;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", a.fd);
	fd = open(path, O_PATH);
	assert_true(fd >= 0);
	assert_int_equal(import(a.card, fd, &handle), EBADF);
	close(fd);
	assert_int_equal(import(a.card, fd, &handle), EBADF);
	assert_int_equal(import(a.card, -1, &handle), EBADF);
	assert_int_equal(import(a.card, a.card, &handle), EINVAL);
	fd = memfd_create("other", 0);
	assert_int_equal(lseek(fd, 1ll << 62 | 1, SEEK_SET), 1ll << 62 | 1);
	assert_int_equal(import(a.card, fd, &handle), EINVAL);
	close(fd);
	assert_int_equal(import(-1, a.fd, &handle), EBADF);
	assert_int_equal(import(a.fd, a.fd, &handle), ENOTTY);
	unmake(&a);
}

static int import_at(int card, void *arg)
{
	return ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, arg) ? errno : 0;
}

static void arguments_may_lie_anywhere(void **state)
{
	struct buffer a = make();
	struct drm_prime_handle prime = {.fd = a.fd}, *at;
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_int_equal(import_at(a.card, NULL), EFAULT);
	assert_int_equal(import_at(a.card, (void *)8), EFAULT);
	assert_int_equal(import_at(a.card, (void *)-8ul), EFAULT);
	/* At an odd address, and on both sides of a page's end. */
	for (int offset = 4096 - 16; offset < 4096; offset++) {
		memcpy(pages + offset, &prime, sizeof(prime));
		assert_int_equal(import_at(a.card, pages + offset), 0);
		memcpy(&prime, pages + offset, sizeof(prime));
		assert_int_equal(prime.handle, a.handle);
		prime.handle = 77;
	}
	assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	for (int offset = 4096 - 11; offset < 4096; offset++) {
		assert_int_equal(import_at(a.card, pages + offset), EFAULT);
	}
	at = (void *)pages;
	*at = prime;
	assert_int_equal(mprotect(pages, 4096, PROT_READ), 0);
	assert_int_equal(import_at(a.card, at), EFAULT);
	assert_int_equal(at->handle, 77);
	munmap(pages, 8192);
	assert_int_equal(import_at(a.card, at), EFAULT);
	unmake(&a);
}

static void a_position_is_not_moved(void **state)
{
	struct buffer a = make();
	char byte = 0;

	(void)state;
	assert_int_equal(lseek(a.fd, 0, SEEK_END), 4096);
	assert_int_equal(lseek(a.fd, 0, SEEK_SET), 0);
	assert_int_equal(lseek(a.fd, 0, SEEK_CUR), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(lseek(a.fd, 1, SEEK_SET), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(read(a.fd, &byte, 1), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(write(a.fd, &byte, 1), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(get_import(a.card, a.fd), a.handle);
	unmake(&a);
}

/* Behind the library's back. On Linux it is refused. */
static void a_position_that_was_moved_gives_nothing_away(void **state)
{
	struct buffer a = make(), b = make_in(open_card());
	long position = syscall(SYS_lseek, b.fd, 0, SEEK_CUR);
	uint32_t handle;

	(void)state;
	syscall(SYS_lseek, a.fd, 0, SEEK_SET);
	assert_int_equal(get_import(a.card, a.fd), a.handle);
	/* The other buffer is not in this device: there it has no handle. */
	syscall(SYS_lseek, a.fd, position, SEEK_SET);
	for (int i = 0; i < TIMES; i++) {
		assert_int_equal(get_import(a.card, a.fd), a.handle);
	}
	syscall(SYS_lseek, a.fd, position + (1 << 18), SEEK_SET);
	assert_int_equal(get_import(a.card, a.fd), a.handle);
	assert_int_equal(import(a.card, b.fd, &handle), 0);
	assert_int_not_equal(handle, a.handle);
	unmake(&b);
	unmake(&a);
}

/* ---- others close meanwhile ---- */

#define THREADS 3
#define ROUNDS	2000

static struct buffer shared;
static atomic_bool over;
static atomic_int number; /* an fd's, of one buffer or another */

/* Imports what somebody else closes. */
static void *import_until_over(void *arg)
{
	uint32_t handle;

	(void)arg;
	while (!over) {
		if (import(shared.card, shared.fd, &handle) || !handle) {
			return &shared;
		}
	}
	return NULL;
}

static void start(pthread_t threads[THREADS], void *(*run)(void *arg))
{
	over = false;
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, run, NULL),
				 0);
	}
}

static void stop(pthread_t threads[THREADS])
{
	void *failed;

	over = true;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

static void threads_see_a_close(void **state)
{
	pthread_t threads[THREADS];
	uint32_t handle;

	(void)state;
	shared = make();
	start(threads, import_until_over);
	/* Nobody else closes: what was imported here is there until then. */
	for (int i = 0; i < ROUNDS; i++) {
		handle = get_import(shared.card, shared.fd);
		assert_int_equal(look_up(shared.card, handle), 0);
		assert_int_equal(close_handle(shared.card, handle), 0);
	}
	stop(threads);
	unmake(&shared);
}

static uint32_t handles[2];

static void *import_the_number(void *arg)
{
	uint32_t handle;

	(void)arg;
	while (!over) {
		if (import(shared.card, number, &handle) ||
		    (handle != handles[0] && handle != handles[1])) {
			return &shared;
		}
	}
	return NULL;
}

static void threads_see_a_number_change(void **state)
{
	pthread_t threads[THREADS];
	struct buffer other;

	(void)state;
	shared = make();
	other = make_in(shared.card);
	handles[0] = shared.handle;
	handles[1] = other.handle;
	number = dup(shared.fd);
	start(threads, import_the_number);
	for (int i = 0; i < ROUNDS; i++) {
		dup2(i % 2 ? shared.fd : other.fd, number);
		assert_int_equal(get_import(shared.card, number),
				 handles[i % 2 ? 0 : 1]);
	}
	stop(threads);
	close(number);
	close(other.fd);
	unmake(&shared);
}

/* Closes whatever handle it is told of. */
static void close_for_others(int card, int socket)
{
	uint32_t handle;
	int ret;

	while (read(socket, &handle, sizeof(handle)) == sizeof(handle)) {
		ret = close_handle(card, handle);
		if (write(socket, &ret, sizeof(ret)) != sizeof(ret)) {
			break;
		}
	}
}

static void import_beside(const struct buffer *a, int socket)
{
	uint32_t handle;
	int ret;

	for (int i = 0; i < 300; i++) {
		handle = get_import(a->card, a->fd);
		assert_int_equal(get_import(a->card, a->fd), handle);
		assert_int_equal(look_up(a->card, handle), 0);
		assert_int_equal(write(socket, &handle, sizeof(handle)),
				 sizeof(handle));
		assert_int_equal(read(socket, &ret, sizeof(ret)), sizeof(ret));
		assert_int_equal(ret, 0);
		if (i % 2) {
			close(make_in(a->card).fd);
		}
	}
}

static void another_process_closes(void **state)
{
	struct buffer a = make();
	int pair[2];
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	if (!pid) {
		close(pair[0]);
		close_for_others(a.card, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	import_beside(&a, pair[0]);
	close(pair[0]);
	assert_int_equal(status_of(pid), 0);
	unmake(&a);
}

static void the_receiver_of_a_device_closes(void **state)
{
	struct buffer a;
	int pair[2];
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	if (!pid) {
		close(pair[0]);
		close_for_others(receive_fd(pair[1]), pair[1]);
		_exit(0);
	}
	close(pair[1]);
	a = make();
	assert_int_equal(send_fd(pair[0], a.card), 0);
	import_beside(&a, pair[0]);
	close(pair[0]);
	assert_int_equal(status_of(pid), 0);
	unmake(&a);
}

static void exec_keeps_the_handles(void **state)
{
	struct buffer a = make();
	char card[12], fd[12], handle[12];
	pid_t pid;

	(void)state;
	snprintf(card, sizeof(card), "%d", a.card);
	snprintf(fd, sizeof(fd), "%d", a.fd);
	snprintf(handle, sizeof(handle), "%u", a.handle);
	pid = fork();
	if (!pid) {
		fcntl(a.card, F_SETFD, 0);
		fcntl(a.fd, F_SETFD, 0);
		execl("/proc/self/exe", "repeat", card, fd, handle, NULL);
		_exit(99);
	}
	assert_int_equal(status_of(pid), 0);
	unmake(&a);
}

/* In the child of exec_keeps_the_handles(). */
static int check_import(char **argv)
{
	uint32_t handle, expected = (uint32_t)atoi(argv[3]);

	for (int i = 0; i < TIMES; i++) {
		if (import(atoi(argv[1]), atoi(argv[2]), &handle) ||
		    handle != expected) {
			return 1;
		}
	}
	return 0;
}

/* ---- exports ---- */

#define NUMBERS 8192 /* fds of nobody are higher */

/* The fds of this process that are buffers, also those it does not see. */
static int count_dma_bufs(void)
{
	char path[32], link[256];
	int nr = 0;
	long len;

	for (int fd = 0; fd < NUMBERS; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = syscall(SYS_readlinkat, AT_FDCWD, path, link,
			      sizeof(link) - 1);
		link[len < 0 ? 0 : len] = '\0';
		nr += strstr(link, "/memfd:") || strstr(link, "/dmabuf:");
	}
	return nr;
}

/* A buffer in a device of its own, which was exported often. Its fd is closed.
 */
static struct buffer make_exported(void)
{
	struct buffer buffer = make_in(open_card());

	for (int i = 0; i < TIMES; i++) {
		close(export(buffer.card, buffer.handle));
	}
	close(buffer.fd);
	buffer.fd = -1;
	return buffer;
}

static bool same_file(int a, int b)
{
	return !syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, a, b);
}

static void an_export_again_gives_the_same_file(void **state)
{
	struct drm_prime_handle prime = {.flags = DRM_RDWR};
	struct buffer a = make_exported();
	int first = export(a.card, a.handle), fd;

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		/* The lowest number that is free, as dup() gives. */
		fd = export(a.card, a.handle);
		assert_int_equal(fd, first + 1);
		assert_true(same_file(first, fd));
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		close(fd);
		prime.handle = a.handle;
		assert_int_equal(ioctl(a.card, DRM_IOCTL_PRIME_HANDLE_TO_FD,
				       &prime),
				 0);
		assert_int_equal(prime.fd, fd);
		assert_int_equal(fcntl(fd, F_GETFD), 0);
		assert_int_equal(get_import(a.card, fd), a.handle);
		close(fd);
	}
	close(first);
	close(a.card);
}

static int export_at(int card, void *arg)
{
	return ioctl(card, DRM_IOCTL_PRIME_HANDLE_TO_FD, arg) ? errno : 0;
}

static void a_wrong_export_is_refused_as_before(void **state)
{
	struct buffer a = make_exported();
	struct drm_prime_handle prime = {.handle = a.handle, .flags = 0x1234};

	(void)state;
	assert_int_equal(export_at(a.card, &prime), EINVAL);
	assert_int_equal(export_at(a.card, NULL), EFAULT);
	assert_int_equal(export_at(a.card, (void *)-8ul), EFAULT);
	assert_int_equal(export(a.card, a.handle + 1), -ENOENT);
	assert_int_equal(export(-1, a.handle), -EBADF);
	close(a.card);
	assert_int_equal(export(a.card, a.handle), -EBADF);
}

static void nothing_is_left_of_a_closed_handle(void **state)
{
	struct drm_mode_destroy_dumb destroy;
	struct buffer a;

	(void)state;
	for (int i = 0; i < 10; i++) {
		a = make_exported();
		destroy.handle = a.handle;
		assert_int_equal(i % 2 ? close_handle(a.card, a.handle)
				       : ioctl(a.card,
					       DRM_IOCTL_MODE_DESTROY_DUMB,
					       &destroy),
				 0);
		assert_int_equal(count_dma_bufs(), 0);
		assert_int_equal(export(a.card, a.handle), -ENOENT);
		close(a.card);
	}
}

static void nothing_is_left_of_a_closed_device(void **state)
{
	struct buffer a = make_exported(), b = make_exported();
	int other = open_card(), copy = dup(b.card);

	(void)state;
	close(a.card);
	assert_int_equal(dup2(other, b.card), b.card);
	assert_int_equal(count_dma_bufs(), 0);
	/* The number is another device now, and the device has another. */
	assert_int_equal(export(b.card, b.handle), -ENOENT);
	for (int i = 0; i < TIMES; i++) {
		close(export(copy, b.handle));
	}
	assert_int_equal(close_range((unsigned int)copy, (unsigned int)copy, 0),
			 0);
	assert_int_equal(count_dma_bufs(), 0);
	close(b.card);
	close(other);
}

static void nothing_is_left_in_a_child(void **state)
{
	struct buffer a = make_exported();
	pid_t pid = fork();
	int fd;

	(void)state;
	if (!pid) {
		fd = count_dma_bufs() ? -1 : export(a.card, a.handle);
		_exit(fd < 0 || get_import(a.card, fd) != a.handle);
	}
	assert_int_equal(status_of(pid), 0);
	fd = export(a.card, a.handle);
	assert_int_equal(get_import(a.card, fd), a.handle);
	close(fd);
	close(a.card);
}

static void a_handle_that_another_process_closed_is_gone(void **state)
{
	struct buffer a = make_exported();
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		_exit(close_handle(a.card, a.handle));
	}
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(export(a.card, a.handle), -ENOENT);
	assert_int_equal(count_dma_bufs(), 0);
	close(a.card);
}

static void all_numbers_can_be_had(void **state)
{
	struct buffer a = make_exported();
	int fd;

	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int to = a.card + 1; to < 1024; to++) {
			assert_int_equal(dup2(STDERR_FILENO, to), to);
		}
		for (int to = a.card + 1; to < 1024; to++) {
			assert_int_equal(close(to), 0);
		}
		for (int n = 0; n < TIMES; n++) {
			fd = export(a.card, a.handle);
			assert_int_equal(get_import(a.card, fd), a.handle);
			close(fd);
		}
	}
	close(a.card);
}

/* More buffers than there is room for, and then fewer. */
static void many_buffers_take_turns(void **state)
{
	static struct buffer buffers[200];
	int card = open_card(), fd;

	(void)state;
	for (int i = 0; i < 200; i++) {
		buffers[i] = make_in(card);
	}
	for (int n = 0; n < 3 * TIMES; n++) {
		for (int i = 0; i < (n < TIMES ? 200 : 10); i++) {
			fd = export(card, buffers[i].handle);
			assert_true(same_file(fd, buffers[i].fd));
			close(fd);
		}
	}
	for (int i = 0; i < 200; i++) {
		close(buffers[i].fd);
		assert_int_equal(close_handle(card, buffers[i].handle), 0);
	}
	assert_int_equal(count_dma_bufs(), 0);
	close(card);
}

static void *export_until_over(void *arg)
{
	uint32_t handle;
	int fd;

	(void)arg;
	while (!over) {
		fd = export(shared.card, shared.handle);
		if (fd == -ENOENT) {
			continue;
		}
		/* It may be closed again by now, and its number another's. */
		if (fd < 0 || import(shared.card, fd, &handle) || !handle) {
			return &shared;
		}
		close(fd);
	}
	return NULL;
}

static void threads_export_what_is_closed(void **state)
{
	pthread_t threads[THREADS];
	int fd;

	(void)state;
	shared = make();
	start(threads, export_until_over);
	for (int i = 0; i < ROUNDS; i++) {
		fd = export(shared.card, shared.handle);
		if (fd < 0) {
			assert_int_equal(fd, -ENOENT);
		} else {
			assert_true(same_file(fd, shared.fd));
			close(fd);
		}
		assert_int_equal(close_handle(shared.card,
					      get_import(shared.card,
							 shared.fd)),
				 0);
		assert_int_equal(get_import(shared.card, shared.fd) > 0, 1);
	}
	stop(threads);
	unmake(&shared);
	assert_int_equal(count_dma_bufs(), 0);
}

/* The number of a device becomes another's without anybody being told. */
static void a_number_becomes_another_file(void **state)
{
	struct buffer a = make_exported();
	int other, waiting = -1, ends[2];

	(void)state;
	syscall(SYS_close, a.card);
	other = open_card();
	assert_int_equal(other, a.card);
	assert_int_equal(export(other, a.handle), -ENOENT);
	close(make_in(other).fd);
	syscall(SYS_close, other);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(ends[0], a.card);
	assert_int_equal(ioctl(ends[0], FIONREAD, &waiting), 0);
	assert_int_equal(waiting, 0);
	close(ends[0]);
	close(ends[1]);
}

/* ---- nobody is asked ---- */

static pid_t server;
static volatile sig_atomic_t rung;

static void wake_server(int sig)
{
	(void)sig;
	rung = 1;
	kill(server, SIGCONT);
}

/* With the server stopped: who asks it waits until the alarm wakes it. On Linux
 * there is none to be stopped. */
static void stop_server(void)
{
	rung = 0;
	if (!getenv("UPRIME_SESSION")) {
		return;
	}
	server = getppid();
	signal(SIGALRM, wake_server);
	alarm(20);
	assert_int_equal(kill(server, SIGSTOP), 0);
}

static void let_server_go_on(void)
{
	alarm(0);
	if (server) {
		assert_int_equal(kill(server, SIGCONT), 0);
	}
	assert_int_equal(rung, 0);
}

static void imports_again_ask_nobody(void **state)
{
	struct buffer a = make();
	struct drm_prime_handle *heap = malloc(sizeof(*heap));

	(void)state;
	*heap = (struct drm_prime_handle){.fd = a.fd};
	stop_server();
	for (int i = 0; i < 100; i++) {
		assert_int_equal(get_import(a.card, a.fd), a.handle);
		assert_int_equal(import_at(a.card, heap), 0);
		assert_int_equal(lseek(a.fd, 0, SEEK_END), 4096);
	}
	let_server_go_on();
	assert_int_equal(heap->handle, a.handle);
	free(heap);
	unmake(&a);
}

static void exports_again_ask_nobody(void **state)
{
	struct buffer a = make_exported();
	int fd;

	(void)state;
	stop_server();
	for (int i = 0; i < 100; i++) {
		fd = export(a.card, a.handle);
		assert_true(fd >= 0);
		assert_int_equal(close(fd), 0);
	}
	let_server_go_on();
	close(a.card);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_import_again_gives_the_same_handle),
		cmocka_unit_test(a_closed_handle_is_made_anew),
		cmocka_unit_test(each_open_has_handles_of_its_own),
		cmocka_unit_test(what_cannot_be_imported_is_refused_as_before),
		cmocka_unit_test(arguments_may_lie_anywhere),
		cmocka_unit_test(a_position_is_not_moved),
		cmocka_unit_test(a_position_that_was_moved_gives_nothing_away),
		cmocka_unit_test(threads_see_a_close),
		cmocka_unit_test(threads_see_a_number_change),
		cmocka_unit_test(another_process_closes),
		cmocka_unit_test(the_receiver_of_a_device_closes),
		cmocka_unit_test(exec_keeps_the_handles),
		cmocka_unit_test(an_export_again_gives_the_same_file),
		cmocka_unit_test(a_wrong_export_is_refused_as_before),
		cmocka_unit_test(nothing_is_left_of_a_closed_handle),
		cmocka_unit_test(nothing_is_left_of_a_closed_device),
		cmocka_unit_test(nothing_is_left_in_a_child),
		cmocka_unit_test(a_handle_that_another_process_closed_is_gone),
		cmocka_unit_test(all_numbers_can_be_had),
		cmocka_unit_test(many_buffers_take_turns),
		cmocka_unit_test(threads_export_what_is_closed),
		cmocka_unit_test(a_number_becomes_another_file),
		cmocka_unit_test(imports_again_ask_nobody),
		cmocka_unit_test(exports_again_ask_nobody),
	};

	if (argc == 4) {
		return check_import(argv);
	}
	/* Also where no environment says so: on Linux, in the guest. */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
