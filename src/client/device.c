/* SPDX-License-Identifier: MIT */
/**
 * DOC: which fd is a device
 *
 * A device fd is a socket that the server made, and what is known of a socket
 * is known by its cookie, a number that the kernel never gives twice. So
 * nothing has to be forgotten when fds are closed, duplicated, inherited or
 * sent, and no wrapper has to follow them.
 *
 * The cache is one word per entry, `cookie << 8 | what`, so that reading or
 * replacing an entry is one atomic access. `what` is DEVICE_FOREIGN or the
 * index of a node in `devices`, which only grows: an entry there is written by
 * whoever moved it from DEVICE_NONE to DEVICE_WRITING, and read only after it
 * is DEVICE_KNOWN. Both stay right in a child after fork.
 */
#include "client.h"

#include <string.h>

#define CACHE_SIZE     256
#define DEVICES_MAX    64
#define DEVICE_FOREIGN 0xffu

enum device_state { DEVICE_NONE, DEVICE_WRITING, DEVICE_KNOWN };

static _Atomic uint64_t cache[CACHE_SIZE];
static struct device devices[DEVICES_MAX];

static void cache_set(uint64_t cookie, unsigned int what)
{
	atomic_store_explicit(&cache[cookie % CACHE_SIZE], cookie << 8 | what,
			      memory_order_release);
}

/* The index of a node in `devices`; -1: it is full. */
static int device_index(uint64_t rdev, uint64_t ino, const char *path)
{
	uint32_t state;
	int i;

	for (i = 0; i < DEVICES_MAX; i++) {
		struct device *dev = &devices[i];

		state = atomic_load_explicit(&dev->state, memory_order_acquire);
		if (state == DEVICE_KNOWN && dev->rdev == rdev &&
		    !strcmp(dev->path, path))
			return i;
		/* Somebody else's while being written: at worst the same node
		 * is listed twice. */
		if (state != DEVICE_NONE ||
		    !atomic_compare_exchange_strong(&dev->state, &state,
						    DEVICE_WRITING))
			continue;
		dev->rdev = rdev;
		dev->ino = ino;
		memcpy(dev->path, path, strnlen(path, NODE_PATH_MAX - 1));
		atomic_store_explicit(&dev->state, DEVICE_KNOWN,
				      memory_order_release);
		return i;
	}
	return -1;
}

/* Whether the server could have made a socket. */
static bool may_be_device(int fd)
{
	int domain, type;

	return !raw_sockopt(fd, SO_DOMAIN, &domain, sizeof(domain)) &&
	       domain == AF_UNIX &&
	       !raw_sockopt(fd, SO_TYPE, &type, sizeof(type)) &&
	       type == SOCK_SEQPACKET && !pool_owns(fd);
}

/* Asks the server what a socket is: an index, DEVICE_FOREIGN or -errno. */
static int ask_server(int fd)
{
	struct wire_ident ident;
	int ret = request_ident(fd, &ident);

	if (ret < 0)
		return ret;
	if (ident.kind != WIRE_KIND_DEVICE)
		return DEVICE_FOREIGN;
	return device_index(ident.rdev, ident.ino, ident.name);
}

/**
 * device_of() - is this fd a device?
 * @fd: any number
 * @cookie: set if it is one; may be NULL
 *
 * One system call if the fd is no socket or was seen before.
 */
const struct device *device_of(int fd, uint64_t *cookie)
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
		what = DEVICE_FOREIGN;
		if (may_be_device(fd)) {
			if (!session_answers())
				return NULL;
			what = ask_server(fd);
			/* No answer is not an answer to remember. */
			if (what < 0)
				return NULL;
		}
		cache_set(number, (unsigned int)what);
	}
	if (what == DEVICE_FOREIGN)
		return NULL;
	if (cookie)
		*cookie = number;
	return &devices[what];
}

/**
 * device_enter() - remember what we opened ourselves
 */
void device_enter(int fd, uint64_t rdev, uint64_t ino, const char *path)
{
	uint64_t cookie;
	int what;

	if (raw_cookie(fd, &cookie) < 0)
		return;
	what = device_index(rdev, ino, path);
	if (what >= 0)
		cache_set(cookie, (unsigned int)what);
}
