/* SPDX-License-Identifier: MIT */
/**
 * DOC: the session
 *
 * Which session the process belongs to is read from the environment once, as
 * early as possible, and never again: a program that clears its environment
 * keeps its devices. Unset means that the library does nothing at all.
 *
 * The hints of the hello reply are the same for every connection of a session,
 * so each connection stores them over again, word by word, and nobody needs a
 * lock: the count last, so that a reader who sees it sees the hints.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static char session_dir[PATH_MAX];
static char testbed_dir[PATH_MAX];

static atomic_bool known; /* the two above are set; set once */
static atomic_bool dead;  /* the last try to connect found nobody */
static atomic_bool told;  /* the user was told so; never cleared */

static atomic_bool has_events; /* as in the hello reply */
static _Atomic uint32_t nr_hints;
static _Atomic uint32_t hints[WIRE_HINTS_MAX];

static void copy_env(char *dst, const char *name)
{
	const char *value = getenv(name);

	/* Only whole paths: part of one would name something else. */
	if (value && strlen(value) < PATH_MAX)
		memcpy(dst, value, strlen(value) + 1);
}

__attribute__((constructor(101))) static void session_init(void)
{
	/* Before the C library is set up there is no environment to read. */
	if (atomic_load(&known) || !environ)
		return;
	copy_env(session_dir, WIRE_ENV_SESSION);
	copy_env(testbed_dir, "UMOCKDEV_DIR");
	atomic_store(&known, true);
}

/**
 * session_on() - does this process belong to a session?
 */
bool session_on(void)
{
	if (!atomic_load_explicit(&known, memory_order_acquire))
		session_init();
	return session_dir[0];
}

/**
 * session_answers() - was there somebody when we last asked?
 */
bool session_answers(void)
{
	return !atomic_load_explicit(&dead, memory_order_relaxed);
}

/**
 * session_testbed() - umockdev's directory, or ""
 */
const char *session_testbed(void)
{
	return testbed_dir;
}

/* One sentence for each process; children made by fork have said it too. */
static void session_tell(int err)
{
	char line[PATH_MAX + 128];
	int len;

	if (atomic_exchange(&told, true))
		return;
	len = snprintf(line, sizeof(line),
		       "uprime: the session in %s does not answer (%s).\n",
		       session_dir, strerrordesc_np(-err));
	if (len > 0)
		raw_syscall(SYS_write, 2, line, len);
}

/* As connect(2), also where the path is longer than a sockaddr_un has room
 * for: then it is reached through the directory's fd. */
static int connect_socket(int fd)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int dir = -1;
	long ret;

	if (strlen(session_dir) + sizeof("/" WIRE_SOCKET) <=
	    sizeof(sun.sun_path)) {
		strcpy(sun.sun_path, session_dir);
		strcat(sun.sun_path, "/" WIRE_SOCKET);
	} else {
		dir = (int)raw_syscall(SYS_openat, AT_FDCWD, session_dir,
				       O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			return dir;
		snprintf(sun.sun_path, sizeof(sun.sun_path),
			 "/proc/self/fd/%d/" WIRE_SOCKET, dir);
	}
	do {
		ret = raw_syscall(SYS_connect, fd, &sun, sizeof(sun));
	} while (ret == -EINTR);
	if (dir >= 0)
		raw_close(dir);
	return (int)ret;
}

static void store_hints(const struct wire_hello_reply *data)
{
	uint32_t nr = data->nr_hints, i;

	if (nr > WIRE_HINTS_MAX)
		nr = WIRE_HINTS_MAX;
	for (i = 0; i < nr; i++) {
		uint32_t word;

		_Static_assert(sizeof(word) == sizeof(data->hints[0]),
			       "a hint is one word");
		memcpy(&word, &data->hints[i], sizeof(word));
		atomic_store_explicit(&hints[i], word, memory_order_relaxed);
	}
	atomic_store_explicit(&nr_hints, nr, memory_order_release);
}

static int greet(int fd)
{
	struct wire_hello hello = {
		.hdr.op = WIRE_HELLO,
		.version = WIRE_VERSION,
	};
	struct {
		struct wire_reply head;
		struct wire_hello_reply data;
	} answer = {.head.ret = -EPROTO};
	struct packet p;
	int ret;

	packet_init(&p, &hello, sizeof(hello));
	ret = packet_send(fd, &p);
	if (ret < 0)
		return ret;
	packet_init(&p, &answer, sizeof(answer));
	ret = packet_recv(fd, &p);
	if (ret < 0)
		return ret;
	packet_close_fds(&p);
	if (ret < (int)sizeof(answer.head))
		return ret ? -EPROTO : -ECONNRESET;
	if (answer.head.ret < 0)
		return answer.head.ret;
	if (answer.data.version != WIRE_VERSION)
		return -EPROTO;
	atomic_store(&has_events, answer.data.has_events);
	store_hints(&answer.data);
	return 0;
}

/**
 * session_connect() - make a connection
 *
 * Return: a socket that has sent and received its hello, the caller's; or
 * -EMFILE, -ENFILE, -ENOMEM, and for everything else -ENODEV, of which the
 * user is told.
 */
int session_connect(void)
{
	int fd, ret;

	fd = (int)raw_syscall(SYS_socket, AF_UNIX,
			      SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		ret = fd;
		goto fail;
	}
	ret = connect_socket(fd);
	if (ret < 0)
		goto fail_close;
	ret = greet(fd);
	if (ret < 0)
		goto fail_close;
	atomic_store(&dead, false);
	return fd;

fail_close:
	raw_close(fd);
fail:
	/* These say something of this process and nothing of the server. */
	if (ret == -EMFILE || ret == -ENFILE || ret == -ENOMEM)
		return ret;
	atomic_store(&dead, true);
	session_tell(ret);
	return -ENODEV;
}

/**
 * session_hint() - where does the argument of an ioctl name an fd?
 *
 * Return: the offset, such that a u32 there lies within the argument; or -1.
 */
int session_hint(uint32_t cmd)
{
	uint32_t nr = atomic_load_explicit(&nr_hints, memory_order_acquire), i;
	struct wire_hint hint;
	uint32_t word;

	for (i = 0; i < nr; i++) {
		word = atomic_load_explicit(&hints[i], memory_order_relaxed);
		memcpy(&hint, &word, sizeof(hint));
		if (hint.type == _IOC_TYPE(cmd) && hint.nr == _IOC_NR(cmd) &&
		    hint.offset + sizeof(uint32_t) <= _IOC_SIZE(cmd))
			return hint.offset;
	}
	return -1;
}

/**
 * session_has_events() - do devices of the session have events to be read?
 */
bool session_has_events(void)
{
	return atomic_load_explicit(&has_events, memory_order_relaxed);
}
