/* SPDX-License-Identifier: MIT */
/**
 * DOC: fds kept for exports to come
 *
 * Who exports a handle again and again gets copies of one open file. Of a
 * buffer that is exported often we keep an fd, a lease, out of the program's
 * sight, and copy it ourselves. It is used only while the device's ledger says
 * that the handle is still this dma-buf's, and given up when that has ended, or
 * the device is closed: so it never keeps alive what nobody else does.
 *
 * A handle has its lease in one of the slots of a row. Where the row is full one
 * is given up now and then, so that those who are used no more go.
 *
 * A slot's word counts its users, of whom the table is one; what else is in it
 * stands still until the last has gone, who closes the fd. So nobody copies a
 * number that has become another file's, and nobody waits.
 *
 * Children of fork have leases of their own to make. Those of vfork share the
 * table but not the fds: they may use them and change nothing.
 */
#include "client.h"

#include <sys/resource.h>

#include "ledger.h"

#define ROWS  8
#define ROW   8
#define SLOTS (ROWS * ROW)
#define CANDIDATES 1024
/* One of so many who find their row full makes room. */
#define PATIENCE 16
/* At most this part of the fds that the program may have. */
#define PART_OF_LIMIT 16

/* In `users`: nobody has the slot but who fills or empties it. */
#define BUSY (1u << 31)

/**
 * struct lease - an fd of a dma-buf, and which handle it is
 */
struct lease {
	_Atomic uint32_t users; /* 0: it is free */
	atomic_bool over;	/* the table's own use has ended */
	/* Written while BUSY, and read by users; the handle by all, to see
	 * where it is worth to look: */
	_Atomic uint32_t handle;
	uint64_t cookie;   /* of the device */
	uint64_t position; /* of the dma-buf */
	int via; /* the number by which the program has the device */
	int fd;	 /* owned, one of ours */
};

static struct lease leases[SLOTS];
static _Atomic int nr_leases;
/* Of handles that were exported once: cookie and handle. */
static _Atomic uint64_t candidates[CANDIDATES];
static _Atomic unsigned int nr_refused; /* for want of room */
/* Bit n % 64 for each number `via`; cleared when there are no leases. */
static _Atomic uint64_t devices;

static struct lease *row_of(uint64_t cookie, uint32_t handle)
{
	return &leases[(cookie * 7 + handle) % ROWS * ROW];
}

static uint64_t device_bit(int fd)
{
	return 1ull << ((unsigned int)fd % 64);
}

/* Become a user. False: there is none. */
static bool enter(struct lease *lease)
{
	uint32_t users = atomic_load(&lease->users);

	do {
		if (!users || users & BUSY)
			return false;
	} while (!atomic_compare_exchange_weak(&lease->users, &users,
					       users + 1));
	return true;
}

static void leave(struct lease *lease)
{
	uint32_t users = atomic_load(&lease->users);

	while (!atomic_compare_exchange_weak(&lease->users, &users,
					     users == 1 ? BUSY : users - 1))
		;
	if (users > 1)
		return;
	own_close(lease->fd);
	if (atomic_fetch_sub(&nr_leases, 1) == 1) {
		atomic_store(&devices, 0);
		/* Of one that was just begun the bit may be gone. */
		if (lease_any())
			atomic_store(&devices, ~0ull);
	}
	atomic_store(&lease->users, 0);
}

/* Become a user of a handle's lease; NULL. */
static struct lease *enter_lease_of(uint64_t cookie, uint32_t handle)
{
	struct lease *lease = row_of(cookie, handle);
	int i;

	for (i = 0; i < ROW; i++, lease++) {
		if (atomic_load_explicit(&lease->handle,
					 memory_order_relaxed) != handle ||
		    !enter(lease))
			continue;
		if (lease->cookie == cookie && lease->handle == handle)
			return lease;
		leave(lease);
	}
	return NULL;
}

/* End the table's own use, of which the caller has another. */
static void give_up(struct lease *lease)
{
	if (!atomic_exchange(&lease->over, true))
		leave(lease);
}

static bool is_valid(const struct lease *lease)
{
	return ledger_handle(lease->cookie, lease->position) == lease->handle;
}

/**
 * lease_copy() - an fd of a handle's dma-buf
 * @cookie: of the device
 * @handle: the handle
 * @cloexec: close-on-exec or not
 *
 * Return: the program's; -1: ask the server.
 */
int lease_copy(uint64_t cookie, uint32_t handle, bool cloexec)
{
	struct lease *lease = enter_lease_of(cookie, handle);
	long fd = -1;

	if (!lease)
		return -1;
	if (is_valid(lease))
		fd = raw_syscall(SYS_fcntl, lease->fd,
				 cloexec ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
	leave(lease);
	return fd < 0 ? -1 : (int)fd;
}

static bool there_is_room(void)
{
	struct rlimit limit;

	return !raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) &&
	       (uint64_t)atomic_load(&nr_leases) <
		       limit.rlim_cur / PART_OF_LIMIT;
}

/* Make what stands in a slot that is ours (BUSY) a lease. */
static void begin(struct lease *lease)
{
	atomic_store(&lease->over, false);
	atomic_fetch_add(&nr_leases, 1);
	atomic_fetch_or(&devices, device_bit(lease->via));
	atomic_store(&lease->users, 1);
	/* Was it closed meanwhile? From now on whoever closes it sees us. */
	if (enter(lease)) {
		if (!is_valid(lease))
			give_up(lease);
		leave(lease);
	}
}

/* Fill a slot that is ours (BUSY). */
static bool fill(struct lease *lease, uint64_t cookie, uint32_t handle, int fd)
{
	long copy = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return false;
	lease->fd = own_add((int)copy);
	if (lease->fd < 0)
		return false;
	lease->cookie = cookie;
	lease->handle = handle;
	lease->position = (uint64_t)raw_syscall(SYS_lseek, lease->fd, 0,
						SEEK_CUR);
	if (is_valid(lease))
		return true;
	own_close(lease->fd);
	return false;
}

/* A free slot of a row, BUSY; NULL. */
static struct lease *take_free(struct lease *row)
{
	uint32_t users;
	int i;

	for (i = 0; i < ROW; i++) {
		users = 0;
		if (!atomic_load(&row[i].users) &&
		    atomic_compare_exchange_strong(&row[i].users, &users, BUSY))
			return &row[i];
	}
	return NULL;
}

/* For who comes next. */
static void make_room(struct lease *row)
{
	unsigned int refused = atomic_fetch_add(&nr_refused, 1);
	struct lease *lease = &row[refused / PATIENCE % ROW];

	if (refused % PATIENCE || !enter(lease))
		return;
	give_up(lease);
	leave(lease);
}

static void make_lease(int device, uint64_t cookie, uint32_t handle, int fd)
{
	struct lease *row = row_of(cookie, handle), *lease;

	lease = take_free(row);
	if (!lease) {
		make_room(row);
		return;
	}
	lease->via = device;
	if (fill(lease, cookie, handle, fd))
		begin(lease);
	else
		atomic_store(&lease->users, 0);
}

/**
 * lease_wanted() - the server exported a handle
 * @device: the device's fd
 * @cookie: of it
 * @handle: the handle
 * @fd: the dma-buf's fd, the program's, which may have closed it
 *
 * What is done once need not be fast: the second time makes a lease.
 */
void lease_wanted(int device, uint64_t cookie, uint32_t handle, int fd)
{
	_Atomic uint64_t *candidate =
		&candidates[(cookie * 7 + handle) % CANDIDATES];
	uint64_t word = cookie << 32 | handle;

	if (atomic_exchange(candidate, word) != word)
		return;
	if (!ledger_is_here(cookie))
		ledger_wanted(device, cookie);
	if (ledger_is_here(cookie) && there_is_room() && !pool_is_vfork_child())
		make_lease(device, cookie, handle, fd);
}

/**
 * lease_any() - are there leases in this process?
 */
bool lease_any(void)
{
	return atomic_load_explicit(&nr_leases, memory_order_relaxed) > 0;
}

/**
 * lease_end() - a handle is about to be closed
 */
void lease_end(uint64_t cookie, uint32_t handle)
{
	struct lease *lease = enter_lease_of(cookie, handle);

	if (!lease)
		return;
	if (!pool_is_vfork_child())
		give_up(lease);
	leave(lease);
}

/**
 * lease_sweep() - give up those whose handles were closed
 * @cookie: of the device to look at
 */
void lease_sweep(uint64_t cookie)
{
	int i;

	if (!lease_any() || !ledger_has_removals(cookie) ||
	    pool_is_vfork_child())
		return;
	for (i = 0; i < SLOTS; i++) {
		if (!enter(&leases[i]))
			continue;
		if (!is_valid(&leases[i]))
			give_up(&leases[i]);
		leave(&leases[i]);
	}
}

static void end_via(unsigned int first, unsigned int last)
{
	unsigned int via;
	int i;

	for (i = 0; i < SLOTS; i++) {
		if (!enter(&leases[i]))
			continue;
		via = (unsigned int)leases[i].via;
		if (via >= first && via <= last)
			give_up(&leases[i]);
		leave(&leases[i]);
	}
}

/**
 * lease_closing() - fds are about to be closed
 * @first: the lowest number
 * @last: the highest
 *
 * One of a device may be its last: then all its buffers go.
 */
void lease_closing(unsigned int first, unsigned int last)
{
	if (!lease_any() ||
	    (first == last && !(atomic_load(&devices) & device_bit((int)first))))
		return;
	if (!pool_is_vfork_child())
		end_via(first, last);
}

/**
 * lease_move() - give up a number of ours that the program wants
 *
 * Return: 0, also where it is no lease; -EBUSY: another thread uses it.
 */
int lease_move(int number)
{
	bool busy = false;
	int i;

	for (i = 0; i < SLOTS && lease_any(); i++) {
		if (!enter(&leases[i]))
			continue;
		if (leases[i].fd == number) {
			give_up(&leases[i]);
			busy = atomic_load(&leases[i].users) > 1;
		}
		leave(&leases[i]);
	}
	return busy ? -EBUSY : 0;
}

/**
 * lease_in_child() - after fork: what was inherited is closed
 */
void lease_in_child(void)
{
	struct lease *lease;
	int i;

	for (i = 0; i < SLOTS && lease_any(); i++) {
		lease = &leases[i];
		if (!atomic_load(&lease->users))
			continue;
		/* Or is the number somebody else's already? */
		if (!(atomic_load(&lease->users) & BUSY) &&
		    own_has(lease->fd) &&
		    raw_syscall(SYS_lseek, lease->fd, 0, SEEK_CUR) ==
			    (long)lease->position)
			own_close(lease->fd);
		atomic_store(&lease->users, 0);
	}
	atomic_store(&nr_leases, 0);
	atomic_store(&devices, 0);
}
