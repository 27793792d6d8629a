/* SPDX-License-Identifier: MIT */
/**
 * DOC: which fd is an open file of the server's
 *
 * Devices, sync files and their like are sockets that the server made, and what
 * is known of a socket is known by its cookie, a number that the kernel never
 * gives twice. So nothing has to be forgotten when fds are closed, duplicated,
 * inherited or sent, and no wrapper has to follow them.
 *
 * The cache is one word per entry, `cookie << 8 | what`, so that reading or
 * replacing an entry is one atomic access. `what` is REMOTE_FOREIGN or an
 * index in `remotes`, which only grows (a node has an entry, and a kind of
 * other files has one): an entry there is written by whoever moved it from
 * REMOTE_NONE to REMOTE_WRITING, and read only after it is REMOTE_KNOWN. Both
 * stay right in a child after fork.
 *
 * The ioctls of devices are called so often that to ask for the cookie would be
 * felt: there a device's number is remembered as well, until it is closed. Who
 * enters one looks again afterwards, and who closes it removes it before and
 * after, so that it does not matter who comes first.
 */
#include "client.h"

#include <string.h>

#define CACHE_SIZE     256
#define REMOTES_MAX    64
#define NUMBERS	       1024 /* of fds; higher ones are asked for */
#define REMOTE_FOREIGN 0xffu

enum remote_state { REMOTE_NONE, REMOTE_WRITING, REMOTE_KNOWN };

static _Atomic uint64_t cache[CACHE_SIZE];
static struct remote remotes[REMOTES_MAX];
static _Atomic uint64_t numbers[NUMBERS]; /* the cookie of a device, or 0 */
/* Set once, never cleared: */
static atomic_bool has_anon;
static atomic_bool has_device;

static void cache_set(uint64_t cookie, unsigned int what)
{
	atomic_store_explicit(&cache[cookie % CACHE_SIZE], cookie << 8 | what,
			      memory_order_release);
}

/* Where this is in `remotes`; -1: it is full. */
static int remote_index(const struct wire_ident *ident)
{
	uint32_t state;
	int i;

	for (i = 0; i < REMOTES_MAX; i++) {
		struct remote *remote = &remotes[i];

		state = atomic_load_explicit(&remote->state,
					     memory_order_acquire);
		if (state == REMOTE_KNOWN && remote->kind == ident->kind &&
		    remote->rdev == ident->rdev &&
		    !strcmp(remote->name, ident->name))
			return i;
		/* Somebody else's while being written: at worst the same thing
		 * is listed twice. */
		if (state != REMOTE_NONE ||
		    !atomic_compare_exchange_strong(&remote->state, &state,
						    REMOTE_WRITING))
			continue;
		remote->kind = ident->kind;
		remote->rdev = ident->rdev;
		remote->ino = ident->ino;
		remote->always_ready = ident->always_ready;
		remote->reads_packets = ident->reads_packets;
		memcpy(remote->name, ident->name,
		       strnlen(ident->name, NODE_PATH_MAX - 1));
		atomic_store_explicit(&remote->state, REMOTE_KNOWN,
				      memory_order_release);
		return i;
	}
	return -1;
}

/* Whether the server could have made a socket. */
static bool may_be_remote(int fd)
{
	int domain, type;

	return !raw_sockopt(fd, SO_DOMAIN, &domain, sizeof(domain)) &&
	       domain == AF_UNIX &&
	       !raw_sockopt(fd, SO_TYPE, &type, sizeof(type)) &&
	       type == SOCK_SEQPACKET && !own_has(fd);
}

/* Asks the server what a socket is: an index, REMOTE_FOREIGN or -errno. */
static int ask_server(int fd)
{
	struct wire_ident ident;
	int ret = request_ident(fd, &ident);

	if (ret < 0)
		return ret;
	if (ident.kind != WIRE_KIND_DEVICE && ident.kind != WIRE_KIND_ANON)
		return REMOTE_FOREIGN;
	atomic_store(ident.kind == WIRE_KIND_ANON ? &has_anon : &has_device,
		     true);
	return remote_index(&ident);
}

/**
 * remote_of() - is this fd an open file of the server's?
 * @fd: any number
 * @cookie: set if it is one; may be NULL
 *
 * One system call if the fd is no socket or was seen before.
 */
const struct remote *remote_of(int fd, uint64_t *cookie)
{
	uint64_t number, entry;
	int what;

	if (!session_on() || raw_cookie(fd, &number) < 0)
		return NULL;
	entry = atomic_load_explicit(&cache[number % CACHE_SIZE],
				     memory_order_acquire);
	if (entry >> 8 == number) {
		what = entry & 0xff;
	} else {
		what = REMOTE_FOREIGN;
		if (may_be_remote(fd)) {
			if (!session_answers())
				return NULL;
			what = ask_server(fd);
			/* No answer is not an answer to remember. */
			if (what < 0)
				return NULL;
		}
		cache_set(number, (unsigned int)what);
	}
	if (what == REMOTE_FOREIGN)
		return NULL;
	if (cookie)
		*cookie = number;
	return &remotes[what];
}

/* What the cache has of a cookie, if that is a device. */
static const struct remote *cached_device(uint64_t cookie)
{
	uint64_t entry = atomic_load_explicit(&cache[cookie % CACHE_SIZE],
					      memory_order_acquire);
	const struct remote *remote = &remotes[entry & 0xff];

	return entry >> 8 == cookie && (entry & 0xff) != REMOTE_FOREIGN &&
			       remote->kind == WIRE_KIND_DEVICE
		       ? remote
		       : NULL;
}

static void remember_number(int fd, uint64_t cookie)
{
	uint64_t again;

	/* Its numbers are others'. */
	if (pool_is_vfork_child())
		return;
	atomic_store(&numbers[fd], cookie);
	if (raw_cookie(fd, &again) < 0 || again != cookie)
		atomic_store(&numbers[fd], 0);
}

/**
 * remote_often() - remote_of(), of what is asked about often
 *
 * No system call if the fd is a device whose number is remembered.
 */
const struct remote *remote_often(int fd, uint64_t *cookie)
{
	const struct remote *remote = NULL;

	if (fd < 0 || fd >= NUMBERS)
		return remote_of(fd, cookie);
	*cookie = atomic_load_explicit(&numbers[fd], memory_order_acquire);
	if (*cookie)
		remote = cached_device(*cookie);
	if (remote)
		return remote;
	remote = remote_of(fd, cookie);
	if (remote && remote->kind == WIRE_KIND_DEVICE)
		remember_number(fd, *cookie);
	return remote;
}

/**
 * remote_closing() - numbers are about to be closed, or were
 * @first: the lowest
 * @last: the highest
 */
void remote_closing(unsigned int first, unsigned int last)
{
	unsigned int fd;

	for (fd = first; fd <= last && fd < NUMBERS; fd++)
		if (atomic_load_explicit(&numbers[fd], memory_order_relaxed))
			atomic_store(&numbers[fd], 0);
}

static const struct remote *remote_of_kind(int fd, enum wire_kind kind)
{
	const struct remote *remote = remote_of(fd, NULL);

	return remote && remote->kind == kind ? remote : NULL;
}

/**
 * remote_device() - remote_of() for devices only
 */
const struct remote *remote_device(int fd)
{
	return remote_of_kind(fd, WIRE_KIND_DEVICE);
}

/**
 * remote_anon() - remote_of() for all but devices
 */
const struct remote *remote_anon(int fd)
{
	return remote_of_kind(fd, WIRE_KIND_ANON);
}

/**
 * remote_enter_device() - remember what we opened ourselves
 */
void remote_enter_device(int fd, uint64_t rdev, uint64_t ino, const char *path)
{
	struct wire_ident ident = {
		.kind = WIRE_KIND_DEVICE,
		.rdev = rdev,
		.ino = ino,
	};
	uint64_t cookie;
	int what;

	if (raw_cookie(fd, &cookie) < 0)
		return;
	remote_closing((unsigned int)fd, (unsigned int)fd);
	atomic_store(&has_device, true);
	memcpy(ident.name, path, strnlen(path, sizeof(ident.name) - 1));
	what = remote_index(&ident);
	if (what >= 0)
		cache_set(cookie, (unsigned int)what);
}

/**
 * remote_given() - look at what the server just gave the program
 */
void remote_given(int fd)
{
	uint64_t cookie;

	/* Devices are opened, and dma-bufs are no sockets. */
	if (!raw_cookie(fd, &cookie))
		atomic_store(&has_anon, true);
}

/**
 * remote_has_anon() - was a file that is no device seen in this process?
 *
 * For calls that are too frequent to look at each: one that came from another
 * process, and was only read from yet, is overlooked.
 */
bool remote_has_anon(void)
{
	return atomic_load_explicit(&has_anon, memory_order_relaxed);
}

/**
 * remote_has_events() - was a device with events seen in this process?
 *
 * As remote_has_anon(): one that came from another process, with which nothing
 * was done yet, is overlooked.
 */
bool remote_has_events(void)
{
	return atomic_load_explicit(&has_device, memory_order_relaxed) &&
	       session_has_events();
}
