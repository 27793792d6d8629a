/* SPDX-License-Identifier: MIT */
/*
 * The session's seat, asked as libseat and Weston ask, and by who means no
 * good. An ordinary program, in a session with a display.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>
#include <xf86drm.h>

#include <cmocka.h>

#define CARD	 "/dev/dri/card0"
#define KEYBOARD "/dev/input/event0"

/* How long something may take that has to come, and how long nothing is waited
 * for, in ms. */
#define SOON  5000
#define NEVER 50

/* More clients than a seat takes. */
#define MANY 80

enum {
	OPEN_SEAT = 1,
	CLOSE_SEAT,
	OPEN_DEVICE,
	CLOSE_DEVICE,
	DISABLE_SEAT,
	SWITCH_SESSION,
	PING,

	SEAT_OPENED = 0x8001,
	SEAT_CLOSED,
	DEVICE_OPENED,
	DEVICE_CLOSED,
	DISABLE,
	ENABLE,
	PONG,
	ERROR = 0xffff,
};

enum { LAUNCH_OPEN = 0, LAUNCH_LEFT = 2 };
enum { ACTIVATE, DEACTIVATE, OPENED = 3 };

struct header {
	uint16_t op, size;
};

/* ------------------------------------------------------------------------
 * seatd's protocol
 */

static int seat_connect(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	const char *path = getenv("SEATD_SOCK");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_non_null(path);
	assert_true(strlen(path) < sizeof(sun.sun_path));
	strcpy(sun.sun_path, path);
	assert_true(fd >= 0);
	assert_return_code(connect(fd, (struct sockaddr *)&sun, sizeof(sun)),
			   errno);
	return fd;
}

static void tell(int seat, uint16_t op, const void *data, uint16_t size)
{
	const struct header header = {op, size};

	assert_int_equal(send(seat, &header, sizeof(header), MSG_NOSIGNAL),
			 sizeof(header));
	assert_int_equal(send(seat, data, size, MSG_NOSIGNAL), size);
}

static bool comes(int fd, int timeout)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, timeout) == 1;
}

/* Bytes and, where @fd is given, an fd. */
static ssize_t take(int sock, void *data, size_t size, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = {data, size};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len;

	assert_true(comes(sock, SOON));
	len = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	if (fd && msg.msg_controllen) {
		memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(*fd));
	}
	return len;
}

/* The next message: its number. */
static uint16_t hear_fd(int seat, void *data, size_t size, int *fd)
{
	struct header header;

	assert_int_equal(take(seat, &header, sizeof(header), fd),
			 sizeof(header));
	assert_int_equal(header.size, size);
	if (size) {
		assert_int_equal(take(seat, data, size, fd), size);
	}
	return header.op;
}

/* The next message, whatever is in it. */
static uint16_t hear_any(int seat)
{
	struct header header;
	char data[64];

	assert_int_equal(take(seat, &header, sizeof(header), NULL),
			 sizeof(header));
	assert_true(header.size <= sizeof(data));
	if (header.size) {
		assert_int_equal(take(seat, data, header.size, NULL),
				 header.size);
	}
	return header.op;
}

static void expect(int seat, uint16_t op)
{
	assert_int_equal(hear_fd(seat, NULL, 0, NULL), op);
}

static void expect_error(int seat, int err)
{
	int32_t number;

	assert_int_equal(hear_fd(seat, &number, sizeof(number), NULL), ERROR);
	assert_int_equal(number, err);
}

static void expect_end(int fd)
{
	char byte;

	assert_true(take(fd, &byte, sizeof(byte), NULL) <= 0);
}

static void ask_seat(int seat)
{
	struct {
		uint16_t size;
		char name[5];
	} __attribute__((packed)) opened;

	tell(seat, OPEN_SEAT, NULL, 0);
	assert_int_equal(hear_fd(seat, &opened, sizeof(opened), NULL),
			 SEAT_OPENED);
	assert_int_equal(opened.size, sizeof(opened.name));
	assert_memory_equal(opened.name, "seat0", sizeof(opened.name));
}

/* A client that is active. */
static int open_seat(void)
{
	int seat = seat_connect();

	ask_seat(seat);
	expect(seat, ENABLE);
	return seat;
}

static void ask_device(int seat, const char *path)
{
	struct {
		uint16_t length;
		char path[256];
	} message = {.length = (uint16_t)(strlen(path) + 1)};

	strcpy(message.path, path);
	tell(seat, OPEN_DEVICE, &message,
	     (uint16_t)(sizeof(message.length) + message.length));
}

static int open_device(int seat, const char *path, int32_t *device)
{
	int fd = -1;

	ask_device(seat, path);
	assert_int_equal(hear_fd(seat, device, sizeof(*device), &fd),
			 DEVICE_OPENED);
	assert_true(fd >= 0);
	return fd;
}

static void expect_node(int fd, unsigned int major, unsigned int minor)
{
	struct stat st;

	assert_return_code(fstat(fd, &st), errno);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(st.st_rdev, makedev(major, minor));
}

/* Wait until whoever had the seat before is gone. */
static void close_client(int seat)
{
	int other = seat_connect();

	close(seat);
	ask_seat(other);
	expect(other, ENABLE);
	tell(other, CLOSE_SEAT, NULL, 0);
	expect(other, SEAT_CLOSED);
	close(other);
}

static void the_active_client_is_master(void **state)
{
	int seat = open_seat(), fd;
	int32_t device;

	(void)state;
	fd = open_device(seat, CARD, &device);
	expect_node(fd, 226, 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_true(drmIsMaster(fd));
	tell(seat, CLOSE_DEVICE, &device, sizeof(device));
	expect(seat, DEVICE_CLOSED);
	assert_false(drmIsMaster(fd));
	tell(seat, CLOSE_DEVICE, &device, sizeof(device));
	expect_error(seat, EBADF);
	close(fd);
	close_client(seat);
}

static void a_device_is_found_by_its_links(void **state)
{
	char link[64] = "/dev/dri/by-path/", target[64] = "";
	int seat = open_seat(), fd;
	int32_t device;
	FILE *list;

	(void)state;
	list = popen("ls /dev/dri/by-path | grep card", "r");
	assert_non_null(list);
	assert_non_null(fgets(target, sizeof(target) / 2, list));
	pclose(list);
	target[strcspn(target, "\n")] = '\0';
	strcat(link, target);
	fd = open_device(seat, link, &device);
	expect_node(fd, 226, 0);
	close(fd);
	close_client(seat);
}

static void only_devices_of_the_session_are_opened(void **state)
{
	static const char *const paths[] = {
		"/etc/passwd",
		"/dev/null",
		"/dev/dri/card7",
		"/dev/dri",
		"/dev/dri/../../../../../../etc/passwd",
		"../../../../../../../../etc/passwd",
		"/dev/dri/card0/",
		"dev/dri/card0",
		"/sys/class/drm/version",
		"/dev/input/event99",
		"",
	};
	int seat = open_seat();
	int32_t number;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		ask_device(seat, paths[i]);
		assert_int_equal(hear_fd(seat, &number, sizeof(number), NULL),
				 ERROR);
		assert_int_equal(number, ENOENT);
	}
	close_client(seat);
}

static void others_wait_for_the_seat(void **state)
{
	int first = open_seat(), second = seat_connect(), fd;
	int32_t device;

	(void)state;
	fd = open_device(first, CARD, &device);
	ask_seat(second);
	assert_false(comes(second, NEVER));
	ask_device(second, CARD);
	expect_error(second, EPERM);
	close(first);
	expect(second, ENABLE);
	assert_false(drmIsMaster(fd));
	close(fd);
	fd = open_device(second, CARD, &device);
	assert_true(drmIsMaster(fd));
	close(fd);
	close_client(second);
}

static void the_seat_is_handed_over_when_asked(void **state)
{
	int first = open_seat(), second = seat_connect(), fd, keyboard, other;
	struct input_event event;
	int32_t device, number;
	bool leaves = false;
	uint16_t op;

	(void)state;
	fd = open_device(first, CARD, &device);
	keyboard = open_device(first, KEYBOARD, &device);
	expect_node(keyboard, 13, 64);
	ask_seat(second);
	/* Numbers go up; the second client's is not known. */
	for (number = 1; !leaves && number < 1000; number++) {
		tell(first, SWITCH_SESSION, &number, sizeof(number));
		tell(first, PING, NULL, 0);
		while ((op = hear_any(first)) != PONG) {
			leaves |= op == DISABLE;
		}
	}
	assert_true(leaves);
	assert_false(drmIsMaster(fd));
	assert_int_equal(read(keyboard, &event, sizeof(event)), -1);
	assert_int_equal(errno, ENODEV);
	assert_false(comes(second, NEVER));
	tell(first, DISABLE_SEAT, NULL, 0);
	expect(second, ENABLE);
	other = open_device(second, CARD, &device);
	assert_true(drmIsMaster(other));
	close(second);
	close(other);
	/* It is master again, of the same file. */
	expect(first, ENABLE);
	assert_true(drmIsMaster(fd));
	close(keyboard);
	close(fd);
	close_client(first);
}

static void what_is_no_message_ends_the_client_only(void **state)
{
	static const struct {
		struct header header;
		char data[8];
		size_t size;
	} bad[] = {
		{{0, 0}, "", 0},
		{{8, 0}, "", 0},
		{{0xffff, 0xffff}, "", 0},
		{{OPEN_SEAT, 4}, "abcd", 4},
		{{OPEN_DEVICE, 0}, "", 0},
		{{OPEN_DEVICE, 1}, "a", 1},
		{{OPEN_DEVICE, 2}, "\377\377", 2},
		{{OPEN_DEVICE, 4}, "\2\0ab", 4},
		{{OPEN_DEVICE, 4}, "\0\0\0\0", 4},
		{{CLOSE_DEVICE, 2}, "ab", 2},
		{{SWITCH_SESSION, 0}, "", 0},
		{{DISABLE_SEAT, 8}, "abcdefg", 8},
	};
	int first = open_seat(), fd;
	int32_t device;

	(void)state;
	fd = open_device(first, CARD, &device);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int seat = seat_connect();

		if (bad[i].header.op != OPEN_SEAT) {
			ask_seat(seat);
		}
		assert_int_equal(send(seat, &bad[i].header,
				      sizeof(bad[i].header), MSG_NOSIGNAL),
				 sizeof(bad[i].header));
		assert_true(send(seat, bad[i].data, bad[i].size,
				 MSG_NOSIGNAL) <= (ssize_t)bad[i].size);
		expect_end(seat);
		close(seat);
	}
	assert_true(drmIsMaster(fd));
	tell(first, PING, NULL, 0);
	expect(first, PONG);
	close(fd);
	close_client(first);
}

static void messages_may_come_in_pieces(void **state)
{
	static const unsigned char pings[] = {PING, 0, 0, 0, PING, 0, 0, 0};
	int seat = seat_connect();

	(void)state;
	for (size_t i = 0; i < sizeof(pings); i++) {
		assert_int_equal(send(seat, &pings[i], 1, MSG_NOSIGNAL), 1);
		usleep(1000);
	}
	expect(seat, PONG);
	expect(seat, PONG);
	close(seat);
}

static void too_many_clients_are_sent_away(void **state)
{
	struct pollfd seats[MANY];
	int first = open_seat();

	(void)state;
	for (int i = 0; i < MANY; i++) {
		seats[i] =
			(struct pollfd){.fd = seat_connect(), .events = POLLIN};
	}
	/* Nobody else hears anything. */
	assert_true(poll(seats, MANY, SOON) > 0);
	tell(first, PING, NULL, 0);
	expect(first, PONG);
	for (int i = 0; i < MANY; i++) {
		close(seats[i].fd);
	}
	tell(first, PING, NULL, 0);
	expect(first, PONG);
	close_client(first);
}

/* ------------------------------------------------------------------------
 * weston-launch's protocol
 */

static int launcher(void)
{
	const char *number = getenv("WESTON_LAUNCHER_SOCK");

	assert_non_null(number);
	return atoi(number);
}

static void launch_ask(int sock, const char *path)
{
	struct {
		int32_t op, flags;
		char path[64];
	} message = {LAUNCH_OPEN, O_RDWR | O_CLOEXEC, ""};
	size_t size = offsetof(__typeof__(message), path) + strlen(path) + 1;

	strcpy(message.path, path);
	assert_int_equal(send(sock, &message, size, MSG_NOSIGNAL), size);
}

static int launch_open(int sock, const char *path)
{
	int32_t opened[2];
	int fd = -1;

	launch_ask(sock, path);
	assert_int_equal(take(sock, opened, sizeof(opened), &fd),
			 sizeof(opened));
	assert_int_equal(opened[0], OPENED);
	assert_int_equal(opened[1], fd < 0 ? -1 : 0);
	return fd;
}

static void expect_launch(int sock, int32_t event)
{
	int32_t number;

	assert_int_equal(take(sock, &number, sizeof(number), NULL),
			 sizeof(number));
	assert_int_equal(number, event);
}

static void weston_is_master_from_its_start(void **state)
{
	int sock = launcher(), fd, keyboard;

	(void)state;
	fd = launch_open(sock, CARD);
	expect_node(fd, 226, 0);
	assert_true(drmIsMaster(fd));
	keyboard = launch_open(sock, KEYBOARD);
	expect_node(keyboard, 13, 64);
	assert_int_equal(launch_open(sock, "/etc/passwd"), -1);
	assert_int_equal(launch_open(sock, "/dev/null"), -1);
	assert_false(comes(sock, NEVER));
	close(keyboard);
	close(fd);
	close_client(sock);
}

static void weston_waits_while_another_is_active(void **state)
{
	int seat = open_seat(), sock = launcher(), fd;

	(void)state;
	expect_launch(sock, DEACTIVATE);
	assert_int_equal(launch_open(sock, KEYBOARD), -1);
	close(seat);
	expect_launch(sock, ACTIVATE);
	fd = launch_open(sock, CARD);
	assert_true(drmIsMaster(fd));
	close(fd);
	close_client(sock);
}

/* As when it is started again. */
static void weston_has_the_seat_of_the_one_before(void **state)
{
	int sock, fd;

	(void)state;
	for (int i = 0; i < 50; i++) {
		sock = launcher();
		fd = launch_open(sock, CARD);
		assert_true(drmIsMaster(fd));
		assert_false(comes(sock, 0));
		close(fd);
		close(sock);
	}
}

static void what_is_no_packet_ends_weston_only(void **state)
{
	static const struct {
		char data[12];
		size_t size;
	} bad[] = {
		{"a", 1},
		{"\0\0\0\0", 4},
		{"\0\0\0\0\0\0\0\0", 8},
		{"\0\0\0\0\0\0\0\0abcd", 12},
		{"\1\0\0\0", 4},
		{"\2\0\0\0\0", 5},
		{"\377\377\377\377", 4},
	};
	char long_path[4096] = "";
	int sock;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sock = launcher();
		assert_int_equal(
			send(sock, bad[i].data, bad[i].size, MSG_NOSIGNAL),
			bad[i].size);
		expect_end(sock);
		close(sock);
	}
	sock = launcher();
	memset(long_path + 8, '/', sizeof(long_path) - 9);
	assert_int_equal(send(sock, long_path, sizeof(long_path), MSG_NOSIGNAL),
			 sizeof(long_path));
	expect_end(sock);
	close_client(sock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_active_client_is_master),
		cmocka_unit_test(a_device_is_found_by_its_links),
		cmocka_unit_test(only_devices_of_the_session_are_opened),
		cmocka_unit_test(others_wait_for_the_seat),
		cmocka_unit_test(the_seat_is_handed_over_when_asked),
		cmocka_unit_test(what_is_no_message_ends_the_client_only),
		cmocka_unit_test(messages_may_come_in_pieces),
		cmocka_unit_test(too_many_clients_are_sent_away),
		cmocka_unit_test(weston_is_master_from_its_start),
		cmocka_unit_test(weston_waits_while_another_is_active),
		cmocka_unit_test(weston_has_the_seat_of_the_one_before),
		cmocka_unit_test(what_is_no_packet_ends_weston_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
