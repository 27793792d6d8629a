/* SPDX-License-Identifier: MIT */
/**
 * DOC: writing an open device's ledger
 *
 * It is a memfd which this process has mapped and which nobody else can map or
 * write but to read it. Most of it is never touched, and takes no memory.
 */
#include "prime_ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../host/fault.h"
#include "../wire/ledger.h"

/**
 * struct prime_ledger - a ledger and its memory
 */
struct prime_ledger {
	int fd;             /* owned; constant */
	struct ledger *map; /* owned; constant */
};

static int open_memory(void)
{
	return fault_point() ? -1
			     : memfd_create("ledger",
					    MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

/* Whoever maps it from now on maps it for reading. */
static int seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS,
		     F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW |
			     F_SEAL_SEAL);
}

static struct ledger *map_memory(int fd)
{
	void *map;

	if (fault_point() || ftruncate(fd, sizeof(struct ledger))) {
		return NULL;
	}
	map = mmap(NULL, sizeof(struct ledger), PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		return NULL;
	}
	if (seal(fd)) {
		munmap(map, sizeof(struct ledger));
		return NULL;
	}
	return map;
}

struct prime_ledger *prime_ledger_create(void)
{
	struct prime_ledger *ledger = kzalloc(sizeof(*ledger), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!ledger) {
		return ERR_PTR(-ENOMEM);
	}
	ledger->fd = open_memory();
	if (ledger->fd < 0) {
		ret = -ENFILE;
		goto err_free;
	}
	ledger->map = map_memory(ledger->fd);
	if (!ledger->map) {
		goto err_close;
	}
	return ledger;

err_close:
	close(ledger->fd);
err_free:
	kfree(ledger);
	return ERR_PTR(ret);
}

void prime_ledger_destroy(struct prime_ledger *ledger)
{
	if (!ledger) {
		return;
	}
	munmap(ledger->map, sizeof(*ledger->map));
	close(ledger->fd);
	kfree(ledger);
}

int prime_ledger_fd(const struct prime_ledger *ledger)
{
	int fd = fault_point() ? -1 : fcntl(ledger->fd, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -ENFILE : fd;
}

void prime_ledger_set(struct prime_ledger *ledger, u64 position, u32 handle)
{
	struct ledger_slot *slot = &ledger->map->slots[ledger_slot_of(position)];

	if (!position) {
		return;
	}
	atomic_store(&slot->position, 0);
	if (handle) {
		atomic_store(&slot->handle, handle);
		atomic_store(&slot->position, position);
	}
}
