/* SPDX-License-Identifier: MIT */
/* Open files that are no memory. */
#include <poll.h>
#include <sys/socket.h>
#include <uprime/anon_file.h>

#include "stage.h"

static int released;

static void release(struct anon_file *file)
{
	(void)file;
	released++;
}

static int told_of_room;

static void room(struct anon_file *file)
{
	(void)file;
	told_of_room++;
}

static const struct anon_file_ops ops = {
	.name = "mine",
	.release = release,
	.room = room,
};
static const struct anon_file_ops other_ops = {.name = "other",
					       .release = release};

static struct anon_file file;

static int open_it(void)
{
	int fd = anon_file_open(&file, &ops);

	assert_true(fd >= 0);
	released = 0;
	return fd;
}

static short polls(int fd)
{
	struct pollfd pollfd = {.fd = fd,
				.events = POLLIN | POLLOUT | POLLPRI};

	assert_true(poll(&pollfd, 1, 0) >= 0);
	return pollfd.revents;
}

TEST(a_file_lives_until_its_last_fd_is_closed)
{
	int fd = open_it(), copy = dup(fd);

	close(fd);
	anon_file_dispatch();
	assert_int_equal(released, 0);
	close(copy);
	assert_int_equal(released, 0);
	anon_file_dispatch();
	assert_int_equal(released, 1);
	anon_file_dispatch();
	assert_int_equal(released, 1);
}

TEST(a_file_lives_until_its_last_user_is_gone)
{
	int fd = open_it();

	assert_ptr_equal(anon_file_get(fd, &ops), &file);
	close(fd);
	anon_file_dispatch();
	assert_int_equal(released, 0);
	anon_file_put(&file);
	assert_int_equal(released, 1);
	anon_file_put(NULL);
}

TEST(a_file_is_found_by_any_copy_of_its_fd)
{
	int fd = open_it(), copy = dup(fd), null, sockets[2];

	assert_ptr_equal(anon_file_get(copy, NULL), &file);
	anon_file_put(&file);
	assert_int_equal(PTR_ERR(anon_file_get(fd, &other_ops)), -EINVAL);
	close(copy);
	assert_int_equal(PTR_ERR(anon_file_get(copy, NULL)), -EBADF);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(PTR_ERR(anon_file_get(null, NULL)), -EINVAL);
	close(null);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
				    sockets),
			 0);
	assert_int_equal(PTR_ERR(anon_file_get(sockets[0], NULL)), -EINVAL);
	close(sockets[0]);
	close(sockets[1]);
	close_range(fd, fd, 0);
	anon_file_dispatch();
	assert_int_equal(released, 1);
}

TEST(a_file_is_found_by_its_cookie_until_its_end_is_noticed)
{
	int fd = open_it();
	u64 cookie = anon_file_cookie(fd);

	assert_true(cookie);
	assert_ptr_equal(anon_file_find(cookie), &file);
	anon_file_put(&file);
	assert_null(anon_file_find(0));
	close(fd);
	anon_file_dispatch();
	assert_null(anon_file_find(cookie));
}

TEST(a_file_polls_as_nothing_and_then_readable)
{
	int fd = open_it();

	assert_int_equal(polls(fd), 0);
	anon_file_set_readable(&file);
	assert_int_equal(polls(fd), POLLIN);
	anon_file_set_readable(&file);
	assert_int_equal(polls(fd), POLLIN);
	/* That is not taken for its end. */
	anon_file_dispatch();
	assert_int_equal(released, 0);
	close(fd);
	anon_file_dispatch();
	assert_int_equal(released, 1);
}

TEST(what_is_sent_is_read_packet_by_packet)
{
	char packet[64] = "one";
	int fd = open_it();
	unsigned int one;

	assert_int_equal(anon_file_unread(&file), 0);
	assert_int_equal(anon_file_send(&file, packet, 32), 0);
	assert_int_equal(polls(fd), POLLIN);
	one = anon_file_unread(&file);
	assert_true(one > 0);
	assert_int_equal(anon_file_send(&file, packet, 32), 0);
	assert_int_equal(anon_file_unread(&file), 2 * one);
	assert_int_equal(read(fd, packet, sizeof(packet)), 32);
	assert_int_equal(anon_file_unread(&file), one);
	assert_int_equal(read(fd, packet, sizeof(packet)), 32);
	assert_int_equal(anon_file_unread(&file), 0);
	assert_int_equal(polls(fd), 0);
	close(fd);
	assert_true(anon_file_send(&file, packet, 32) < 0);
	anon_file_dispatch();
	assert_int_equal(released, 1);
}

TEST(room_is_told_once_to_who_awaits_it)
{
	char packet[2048] = "";
	int fd = open_it(), size = 1, sent = 0;

	told_of_room = 0;
	assert_int_equal(setsockopt(file.fd, SOL_SOCKET, SO_SNDBUF, &size,
				    sizeof(size)),
			 0);
	while (!anon_file_send(&file, packet, sizeof(packet))) {
		sent++;
	}
	assert_true(sent > 0);
	assert_int_equal(anon_file_send(&file, packet, 1), -EAGAIN);
	anon_file_await_room(&file);
	anon_file_dispatch();
	assert_int_equal(told_of_room, 0);
	while (sent--) {
		assert_int_equal(read(fd, packet, sizeof(packet)),
				 sizeof(packet));
	}
	assert_int_equal(polls(anon_file_watch_fd()), POLLIN);
	anon_file_dispatch();
	assert_int_equal(told_of_room, 1);
	anon_file_dispatch();
	assert_int_equal(told_of_room, 1);
	assert_int_equal(polls(anon_file_watch_fd()), 0);
	assert_int_equal(anon_file_send(&file, packet, 1), 0);
	close(fd);
	anon_file_dispatch();
	assert_int_equal(released, 1);
}

TEST(the_end_of_a_file_is_told_to_who_waits)
{
	int fd = open_it();
	int watch = anon_file_watch_fd();

	assert_int_equal(polls(watch), 0);
	close(fd);
	assert_int_equal(polls(watch), POLLIN);
	anon_file_dispatch();
	assert_int_equal(polls(watch), 0);
}

TEST(more_files_than_one_look_takes_end_at_once)
{
	static struct anon_file files[200];
	int fds[200];

	released = 0;
	for (int i = 0; i < 200; i++) {
		fds[i] = anon_file_open(&files[i], &ops);
		assert_true(fds[i] >= 0);
	}
	for (int i = 0; i < 200; i++) {
		close(fds[i]);
	}
	anon_file_dispatch();
	assert_int_equal(released, 200);
}

TEST(a_given_fd_is_close_on_exec_if_asked)
{
	int fd = anon_file_give(&file, &ops, true);

	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	anon_file_dispatch();
	fd = anon_file_give(&file, &ops, false);
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	close(fd);
	anon_file_dispatch();
}

TEST(a_host_that_ends_closes_all)
{
	int fd = open_it();

	anon_file_close_all();
	assert_int_equal(released, 1);
	assert_int_equal(PTR_ERR(anon_file_get(fd, NULL)), -EINVAL);
	close(fd);
	anon_file_dispatch();
	assert_int_equal(released, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(a_file_lives_until_its_last_fd_is_closed),
		ON_STAGE(a_file_lives_until_its_last_user_is_gone),
		ON_STAGE(a_file_is_found_by_any_copy_of_its_fd),
		ON_STAGE(a_file_is_found_by_its_cookie_until_its_end_is_noticed),
		ON_STAGE(a_file_polls_as_nothing_and_then_readable),
		ON_STAGE(what_is_sent_is_read_packet_by_packet),
		ON_STAGE(room_is_told_once_to_who_awaits_it),
		ON_STAGE(the_end_of_a_file_is_told_to_who_waits),
		ON_STAGE(more_files_than_one_look_takes_end_at_once),
		ON_STAGE(a_given_fd_is_close_on_exec_if_asked),
		ON_STAGE(a_host_that_ends_closes_all),
	};

	return cmocka_run_group_tests_name("anon-file", tests, NULL, NULL);
}
