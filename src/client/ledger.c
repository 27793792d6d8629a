/* SPDX-License-Identifier: MIT */
/**
 * DOC: the ledgers of this process' devices
 *
 * What src/wire/ledger.h describes, of the devices through which dma-bufs are
 * imported more than once. A ledger belongs to the open file, so it stays right
 * after fork, and when the device's fd is duplicated, sent or closed.
 *
 * Each has a place in one range of addresses that is never given back: who
 * reads a ledger while another takes its place reads that one instead. The
 * cookies say which ledger is where; a place is nobody's while it changes. Who
 * finds the same cookie before and after has read the right ledger.
 */
#include "client.h"

#include "ledger.h"

#define PLACES 8
/* Of devices which have no ledger here, of how many is known if they want one.
 */
#define CANDIDATES 16

/* No device has this cookie: the place is being changed. */
#define CHANGING UINT64_MAX

/* Once in a candidate's word, beside its cookie: do not ask again. */
#define ASKED 1ull

static _Atomic(const struct ledger *) places; /* PLACES in a row, or NULL */
static _Atomic uint64_t cookies[PLACES];      /* by place; 0: it is free */
static _Atomic uint64_t removals[PLACES];     /* that were seen, by place */
static atomic_bool lost; /* a ledger went, and nobody has asked since */
static _Atomic unsigned int next_place;	      /* to be taken from another */
static _Atomic uint64_t candidates[CANDIDATES]; /* cookie << 1 | ASKED */

/* The place of a device's ledger, or -1. */
static int place_of(uint64_t cookie)
{
	int i;

	for (i = 0; i < PLACES; i++)
		if (atomic_load_explicit(&cookies[i], memory_order_acquire) ==
		    cookie)
			return i;
	return -1;
}

/**
 * ledger_is_here() - is there any use in asking ledger_handle()?
 */
bool ledger_is_here(uint64_t cookie)
{
	return place_of(cookie) >= 0;
}

/**
 * ledger_handle() - the handle that an import would give
 * @cookie: of the device
 * @position: of the dma-buf's fd
 *
 * Return: the handle, as it was at some moment of the call; 0: ask the server.
 */
uint32_t ledger_handle(uint64_t cookie, uint64_t position)
{
	int place = place_of(cookie);
	const struct ledger_slot *slot;
	uint64_t before, handle, after;

	if (place < 0)
		return 0;
	slot = &atomic_load(&places)[place].slots[ledger_slot_of(position)];
	before = atomic_load(&slot->position);
	handle = atomic_load(&slot->handle);
	after = atomic_load(&slot->position);
	if (before != position || after != position ||
	    atomic_load(&cookies[place]) != cookie)
		return 0;
	return (uint32_t)handle;
}

/**
 * ledger_has_removals() - did handles end since this was last asked?
 * @cookie: of the device; without a ledger here: of those that had one
 */
bool ledger_has_removals(uint64_t cookie)
{
	int place = place_of(cookie);
	uint64_t now;

	if (place < 0)
		return atomic_load_explicit(&lost, memory_order_relaxed) &&
		       atomic_exchange(&lost, false);
	now = atomic_load(&atomic_load(&places)[place].removals);
	return atomic_exchange(&removals[place], now) != now;
}

static void *map(void *addr, int prot, int flags, int fd)
{
	long ret = raw_syscall(SYS_mmap, addr, sizeof(struct ledger), prot,
			       flags | MAP_FIXED, fd, 0);

	return ret < 0 && ret > -4096 ? NULL : (void *)ret;
}

/* The range of all places, reserved once. */
static const struct ledger *get_places(void)
{
	const struct ledger *made, *other = NULL;
	size_t size = PLACES * sizeof(struct ledger);
	long ret;

	made = atomic_load(&places);
	if (made)
		return made;
	ret = raw_syscall(SYS_mmap, NULL, size, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ret < 0 && ret > -4096)
		return NULL;
	made = (const struct ledger *)ret;
	if (atomic_compare_exchange_strong(&places, &other, made))
		return made;
	raw_syscall(SYS_munmap, made, size);
	return other;
}

static void forget_candidate(uint64_t cookie)
{
	uint64_t word = cookie << 1 | ASKED;

	atomic_compare_exchange_strong(&candidates[cookie % CANDIDATES], &word,
				       0);
}

/* Takes a place: a free one, else the one that was taken longest ago. -1: it is
 * just being taken by another. */
static int take_place(void)
{
	int place = place_of(0);
	uint64_t old;

	if (place < 0)
		place = (int)(atomic_fetch_add(&next_place, 1) % PLACES);
	old = atomic_exchange(&cookies[place], CHANGING);
	if (old == CHANGING)
		return -1;
	if (old) {
		forget_candidate(old);
		atomic_store(&lost, true);
	}
	return place;
}

static void enter(uint64_t cookie, int memory)
{
	const struct ledger *all = get_places();
	int place = all ? take_place() : -1;
	void *addr;

	if (place < 0)
		return;
	addr = (void *)&all[place];
	if (map(addr, PROT_READ, MAP_SHARED, memory)) {
		atomic_store(&cookies[place], cookie);
		return;
	}
	/* The system may have taken away what was there. A place that cannot
	 * be had again stays nobody's. */
	if (map(addr, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		-1))
		atomic_store(&cookies[place], 0);
}

static void ask_server(int fd, uint64_t cookie)
{
	struct wire_ledger head = {.cookie = cookie};
	struct request rq;

	request_init(&rq, &head, sizeof(head), WIRE_LEDGER);
	rq.fd = fd;
	rq.cookie = cookie;
	if (request_run(&rq) < 0 || rq.reply_fd < 0)
		return;
	enter(cookie, rq.reply_fd);
	raw_close(rq.reply_fd);
}

/**
 * ledger_wanted() - a request could have been spared by a ledger
 * @fd: the device
 * @cookie: of it
 *
 * Who does something once need not do it fast: the second time gets it.
 */
void ledger_wanted(int fd, uint64_t cookie)
{
	_Atomic uint64_t *candidate = &candidates[cookie % CANDIDATES];
	uint64_t word = atomic_load(candidate);

	if (word >> 1 != cookie)
		atomic_store(candidate, cookie << 1);
	else if (!(word & ASKED) &&
		 atomic_compare_exchange_strong(candidate, &word, word | ASKED))
		ask_server(fd, cookie);
}
