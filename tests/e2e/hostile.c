/* SPDX-License-Identifier: MIT */
/*
 * hostile [ROUNDS [SEED]]: talks to the session's server as no client should:
 * random packets, lies about sizes, foreign fds, guessed cookies, hang-ups in
 * the middle of a request. After each round the device must answer as before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xf86drm.h>

#include "wire.h"

static int rounds = 300;
static unsigned int seed = 1;

static int connect_raw(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%s",
		 getenv(WIRE_ENV_SESSION), WIRE_SOCKET);
	assert_true(fd >= 0);
	assert_int_equal(
		connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static void send_raw(int fd, const void *data, size_t size, const int *fds,
		     size_t nr_fds)
{
	char control[CMSG_SPACE(sizeof(int) * 8)] = {0};
	struct iovec iov = {(void *)data, size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (nr_fds) {
		struct cmsghdr *cmsg;

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nr_fds);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * nr_fds);
		memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * nr_fds);
	}
	sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The size of the next packet, within two seconds; 0 if hung up. */
static ssize_t receive_raw(int fd, void *data, size_t size)
{
	struct pollfd p = {fd, POLLIN, 0};

	if (poll(&p, 1, 2000) != 1) {
		return -1;
	}
	return recv(fd, data, size, 0);
}

static void hello(int fd)
{
	struct wire_hello hello = {.hdr.op = WIRE_HELLO,
				   .version = WIRE_VERSION};
	char reply[4096];

	send_raw(fd, &hello, sizeof(hello), NULL, 0);
	assert_true(receive_raw(fd, reply, sizeof(reply)) >=
		    (ssize_t)sizeof(struct wire_reply));
}

/* The device does what it always does. */
static void device_works(void)
{
	struct drm_mode_create_dumb create = {
		.width = 64, .height = 16, .bpp = 32};
	int fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC), prime;
	drmVersionPtr version;

	assert_true(fd >= 0);
	version = drmGetVersion(fd);
	assert_non_null(version);
	assert_string_equal(version->name, "vgem");
	drmFreeVersion(version);
	assert_int_equal(drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create), 0);
	assert_int_equal(create.handle, 1);
	assert_int_equal(drmPrimeHandleToFD(fd, 1, DRM_CLOEXEC, &prime), 0);
	close(prime);
	close(fd);
}

static uint32_t some_op(void)
{
	static const uint32_t ops[] = {
		WIRE_HELLO, WIRE_OPEN, WIRE_IDENT,	 WIRE_IOCTL,  WIRE_MMAP,
		WIRE_GOT,   WIRE_LS,   WIRE_DMABUF_IOCTL, WIRE_CANCEL,
		WIRE_POLL,  WIRE_HOLD, WIRE_OPEN_PATH, WIRE_LEDGER,
		WIRE_VIEWS, WIRE_LOOK, WIRE_FRAME, WIRE_INPUT,
		WIRE_WRITE_PATH, WIRE_PLUG, WIRE_SEAT};
	size_t nr = sizeof(ops) / sizeof(ops[0]);

	return rand() % 16 ? ops[(size_t)rand() % nr] : (uint32_t)rand();
}

static void random_packets_change_nothing(void **state)
{
	int fds[8], nr = 0;

	(void)state;
	fds[nr++] = open("/dev/null", O_RDWR);
	fds[nr++] = open("/", O_RDONLY | O_DIRECTORY);
	fds[nr++] = open("/", O_PATH);
	fds[nr++] = memfd_create("hostile", 0);
	fds[nr++] = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	fds[nr++] = open("/dev/dri/card0", O_RDWR);
	fds[nr++] = open("/dev/dri/renderD128", O_RDWR);
	fds[nr++] = socket(AF_INET, SOCK_DGRAM, 0);

	srand(seed);
	for (int round = 0; round < rounds; round++) {
		uint32_t packet[256];
		int fd = connect_raw();

		if (rand() % 4) {
			hello(fd);
		}
		for (int i = rand() % 8; i >= 0; i--) {
			struct wire_hdr *hdr = (struct wire_hdr *)packet;
			size_t size = (size_t)rand() % sizeof(packet);

			for (size_t w = 0; w < 256; w++) {
				packet[w] = rand() % 3 ? (uint32_t)rand() % 300
						       : (uint32_t)rand();
			}
			hdr->op = some_op();
			hdr->flags = rand() & 0x3f;
			send_raw(fd, packet, size, fds,
				 (size_t)rand() % ((size_t)nr + 1));
		}
		close(fd);
		if (round % 50 == 0) {
			device_works();
		}
	}
	while (nr--) {
		close(fds[nr]);
	}
	device_works();
}

/* Send a request of which all but its head is this byte: its result. */
static int answer_to(uint32_t op, size_t size, int byte)
{
	struct {
		struct wire_hdr hdr;
		char bytes[1024];
	} request;
	struct wire_reply reply = {0};
	int fd = connect_raw();

	hello(fd);
	memset(&request, byte, sizeof(request));
	request.hdr = (struct wire_hdr){.op = op};
	send_raw(fd, &request, size, NULL, 0);
	assert_true(receive_raw(fd, &reply, sizeof(reply)) > 0);
	close(fd);
	return reply.ret;
}

static void names_without_end_are_no_names(void **state)
{
	static const int bytes[] = {0, 1, 'a', 0xff};

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(answer_to(WIRE_OPEN_PATH,
					   sizeof(struct wire_open_path),
					   bytes[i]),
				 -ENOENT);
		assert_true(answer_to(WIRE_WRITE_PATH,
				      sizeof(struct wire_write_path),
				      bytes[i]) < 0);
		assert_true(answer_to(WIRE_PLUG, sizeof(struct wire_plug),
				      bytes[i]) < 0);
	}
	device_works();
}

static void guessed_cookie_is_ebadf(void **state)
{
	int victim = open("/dev/dri/card0", O_RDWR), fd = connect_raw();
	struct drm_version version = {0};
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie;
	struct {
		struct wire_ioctl head;
		struct drm_version arg;
	} rq = {.head = {.hdr.op = WIRE_IOCTL,
			 .cmd = DRM_IOCTL_VERSION,
			 .size = sizeof(struct drm_version)},
		.arg = version};
	struct {
		struct wire_reply head;
		char data[4096];
	} reply;

	(void)state;
	/* The right number, but not the fd that would prove it. */
	assert_int_equal(
		getsockopt(victim, SOL_SOCKET, SO_COOKIE, &cookie, &len), 0);
	hello(fd);
	rq.head.cookie = cookie;
	send_raw(fd, &rq, sizeof(rq), NULL, 0);
	assert_true(receive_raw(fd, &reply, sizeof(reply)) >=
		    (ssize_t)sizeof(reply.head));
	assert_int_equal(reply.head.hdr.op, WIRE_REPLY);
	assert_int_equal(reply.head.ret, -EBADF);
	close(fd);
	close(victim);
}

static void late_cancels_change_nothing(void **state)
{
	const struct wire_hdr cancel = {.op = WIRE_CANCEL};
	const struct wire_open open = {.hdr.op = WIRE_OPEN, .rdev = 1};
	struct wire_reply reply;
	int fd = connect_raw();

	(void)state;
	hello(fd);
	for (int i = 0; i < 200; i++) {
		for (int n = i % 5; n; n--) {
			send_raw(fd, &cancel, sizeof(cancel), NULL, 0);
		}
		send_raw(fd, &open, sizeof(open), NULL, 0);
		send_raw(fd, &cancel, sizeof(cancel), NULL, 0);
		assert_int_equal(receive_raw(fd, &reply, sizeof(reply)),
				 sizeof(reply));
		assert_int_equal(reply.ret, -ENXIO);
	}
	close(fd);
	device_works();
}

static void hangup_in_the_middle_changes_nothing(void **state)
{
	int victim = open("/dev/dri/card0", O_RDWR);
	struct {
		struct wire_ioctl head;
		struct drm_version arg;
	} rq = {.head = {.hdr = {WIRE_IOCTL, WIRE_F_FD},
			 .cmd = DRM_IOCTL_VERSION,
			 .arg = 4096,
			 .size = sizeof(struct drm_version)},
		.arg = {.name_len = 100, .name = (char *)8192}};
	socklen_t len = sizeof(uint64_t);

	(void)state;
	assert_int_equal(getsockopt(victim, SOL_SOCKET, SO_COOKIE,
				    &rq.head.cookie, &len),
			 0);
	for (int i = 0; i < 100; i++) {
		int fd = connect_raw();

		hello(fd);
		send_raw(fd, &rq, sizeof(rq), &victim, 1);
		if (i % 2) {
			char ask[256];

			receive_raw(fd, ask, sizeof(ask));
		}
		close(fd);
	}
	close(victim);
	device_works();
}

static void silent_connections_hold_nobody_up(void **state)
{
	int fds[100];

	(void)state;
	for (int i = 0; i < 100; i++) {
		fds[i] = connect_raw();
	}
	device_works();
	for (int i = 0; i < 100; i++) {
		close(fds[i]);
	}
}

/* The server asks them for an fd, and never hears of it. */
static void who_does_not_answer_holds_nobody_up(void **state)
{
	int victim = open("/dev/dri/card0", O_RDWR), fds[20];
	struct {
		struct wire_ioctl head;
		struct drm_prime_handle arg;
	} rq = {.head = {.hdr = {WIRE_IOCTL, WIRE_F_FD},
			 .cmd = DRM_IOCTL_PRIME_FD_TO_HANDLE,
			 .arg = 4096,
			 .size = sizeof(struct drm_prime_handle)},
		.arg = {.fd = 77}};
	socklen_t len = sizeof(uint64_t);
	struct wire_ask ask;

	(void)state;
	assert_int_equal(getsockopt(victim, SOL_SOCKET, SO_COOKIE,
				    &rq.head.cookie, &len),
			 0);
	for (int i = 0; i < 20; i++) {
		fds[i] = connect_raw();
		hello(fds[i]);
		send_raw(fds[i], &rq, sizeof(rq.head) + sizeof(rq.arg),
			 &victim, 1);
		assert_int_equal(receive_raw(fds[i], &ask, sizeof(ask)),
				 sizeof(ask));
		assert_int_equal(ask.hdr.op, WIRE_ASK_FD);
		device_works();
	}
	for (int i = 0; i < 20; i++) {
		close(fds[i]);
	}
	close(victim);
	device_works();
}

/* As many requests as there is room for, until the server cannot reply. */
static void who_does_not_read_holds_nobody_up(void **state)
{
	const struct wire_open open = {.hdr.op = WIRE_OPEN, .rdev = 1};
	int fds[20];

	(void)state;
	for (int i = 0; i < 20; i++) {
		fds[i] = connect_raw();
		hello(fds[i]);
	}
	for (int n = 0; n < 40; n++) {
		for (int i = 0; i < 20; i++) {
			for (int k = 0; k < 50; k++) {
				send_raw(fds[i], &open, sizeof(open), NULL, 0);
			}
		}
		device_works();
	}
	for (int i = 0; i < 20; i++) {
		close(fds[i]);
	}
	device_works();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_packets_change_nothing),
		cmocka_unit_test(names_without_end_are_no_names),
		cmocka_unit_test(guessed_cookie_is_ebadf),
		cmocka_unit_test(late_cancels_change_nothing),
		cmocka_unit_test(hangup_in_the_middle_changes_nothing),
		cmocka_unit_test(silent_connections_hold_nobody_up),
		cmocka_unit_test(who_does_not_answer_holds_nobody_up),
		cmocka_unit_test(who_does_not_read_holds_nobody_up),
	};

	if (argc > 1) {
		rounds = atoi(argv[1]);
	}
	if (argc > 2) {
		seed = (unsigned int)atoi(argv[2]);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
