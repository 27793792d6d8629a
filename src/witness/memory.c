/* SPDX-License-Identifier: MIT */
/**
 * DOC: mappings
 *
 * A table of what is mapped of devices and dma-bufs, by address: open
 * addressing, where a slot that was used stays so. A mapping is entered after
 * mmap() and removed before munmap(), so no address stands twice. It is gone
 * when its first page is.
 *
 * Mappings of dma-bufs are also in a list, which is short.
 *
 * With TRACE_ACCESS, memory of a dma-buf can be accessed only between
 * DMA_BUF_IOCTL_SYNC's START and END, and written only if START said so: else
 * the access faults, is told, and goes on; the mapping stays open until the
 * next END. System calls that are given such memory fail with EFAULT: that is
 * the price of it, and why one has to ask for it.
 */
#include "witness.h"

#include <linux/dma-buf.h>
#include <signal.h>
#include <ucontext.h>

#define SLOTS	    65536u
#define WATCHED_MAX 4096u
#define PAGE	    4096ul
/* Pages that are looked up one by one rather than going through the table. */
#define FEW_PAGES 1024

/**
 * struct mapping - a mapping
 */
struct mapping {
	_Atomic uintptr_t addr; /* 0: never used; 1: no longer */
	size_t size;
	int prot;
	uint64_t dmabuf; /* its identity; 0: of a device */
};

static struct mapping *table; /* SLOTS of them; or NULL */
static _Atomic unsigned int nr_mappings;
static _Atomic(struct mapping *) watched[WATCHED_MAX]; /* of dma-bufs; NULL:
							  free */
static _Atomic unsigned int watched_end;	       /* none is beyond */
static struct sigaction handler; /* the program's of SIGSEGV */

static struct mapping *slot_at(uintptr_t addr, unsigned int i)
{
	return &table[((addr >> 12) * 2654435761u + i) % SLOTS];
}

static struct mapping *find(uintptr_t addr)
{
	struct mapping *mapping;
	uintptr_t there;

	for (unsigned int i = 0; table && i < SLOTS; i++) {
		mapping = slot_at(addr, i);
		there = atomic_load(&mapping->addr);
		if (there == addr) {
			return mapping;
		}
		if (!there) {
			break;
		}
	}
	return NULL;
}

static void watch(struct mapping *mapping)
{
	struct mapping *none;
	unsigned int end;

	for (unsigned int i = 0; i < WATCHED_MAX; i++) {
		none = NULL;
		if (!atomic_compare_exchange_strong(&watched[i], &none,
						    mapping)) {
			continue;
		}
		end = atomic_load(&watched_end);
		while (end <= i && !atomic_compare_exchange_strong(
					   &watched_end, &end, i + 1)) {
		}
		return;
	}
}

static void unwatch(struct mapping *mapping)
{
	unsigned int end = atomic_load(&watched_end);

	for (unsigned int i = 0; i < end; i++) {
		struct mapping *there = mapping;

		if (atomic_compare_exchange_strong(&watched[i], &there, NULL)) {
			return;
		}
	}
}

static void enter(uintptr_t addr, size_t size, int prot, uint64_t dmabuf)
{
	struct mapping *mapping;
	uintptr_t there;

	for (unsigned int i = 0; table && i < SLOTS; i++) {
		mapping = slot_at(addr, i);
		there = atomic_load(&mapping->addr);
		if (there > 1) {
			continue;
		}
		mapping->size = size;
		mapping->prot = prot;
		mapping->dmabuf = dmabuf;
		if (atomic_compare_exchange_strong(&mapping->addr, &there,
						   addr)) {
			atomic_fetch_add(&nr_mappings, 1);
			if (dmabuf) {
				watch(mapping);
			}
			return;
		}
	}
}

static void leave(struct mapping *mapping)
{
	if (mapping->dmabuf) {
		unwatch(mapping);
	}
	atomic_store(&mapping->addr, 1);
	atomic_fetch_sub(&nr_mappings, 1);
}

static bool make_table(void)
{
	void *memory;

	if (table) {
		return true;
	}
	memory = next()->mmap(NULL, SLOTS * sizeof(struct mapping),
			      PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		return false;
	}
	/* Two threads that do this at once leave one table unused. */
	table = memory;
	return true;
}

static void mapped(void *addr, size_t size, int prot, int fd, int64_t offset,
		   int err)
{
	struct fd_look look = {.kind = TRACE_KIND_NONE};
	bool watched;

	fds_look(fd, &look);
	if (!err && make_table()) {
		watched = look.kind == TRACE_KIND_DMABUF;
		enter((uintptr_t)addr, size, prot, watched ? look.identity : 0);
		if (watched && ring_options() & TRACE_ACCESS) {
			mprotect(addr, size, PROT_NONE);
		}
	}
	tell(TRACE_MAP, -err, 0, fd, err ? 0 : (int64_t)(uintptr_t)addr,
	     (int64_t)size, prot, offset);
}

/* A mapping loses these pages; what else it has is not looked at any more. */
static void cut(struct mapping *mapping, uintptr_t addr, uintptr_t first,
		uintptr_t end)
{
	uintptr_t last = addr + mapping->size;

	if (last > end && mapping->dmabuf && ring_options() & TRACE_ACCESS) {
		mprotect((void *)end, last - end, mapping->prot);
	}
	if (addr < first) {
		mapping->size = first - addr;
		return;
	}
	tell(TRACE_UNMAP, 0, 0, (int64_t)addr, (int64_t)mapping->size);
	leave(mapping);
}

/* These pages are about to be unmapped or to become something else. */
static void forget(uintptr_t first, uintptr_t end)
{
	struct mapping *mapping;
	uintptr_t addr;

	if ((end - first) / PAGE <= FEW_PAGES &&
	    !(ring_options() & TRACE_ACCESS)) {
		for (addr = first; addr < end; addr += PAGE) {
			mapping = find(addr);
			if (mapping) {
				cut(mapping, addr, first, end);
			}
		}
		return;
	}
	for (unsigned int i = 0; table && i < SLOTS; i++) {
		addr = atomic_load(&table[i].addr);
		if (addr > 1 && addr < end && addr + table[i].size > first) {
			cut(&table[i], addr, first, end);
		}
	}
}

/* A range that the system would take. */
static bool is_range(const void *addr, size_t size)
{
	return !((uintptr_t)addr % PAGE) && size &&
	       size <= UINTPTR_MAX - (uintptr_t)addr - PAGE;
}

static void forget_range(const void *addr, size_t size)
{
	if (is_range(addr, size)) {
		forget((uintptr_t)addr,
		       (uintptr_t)addr + (size + PAGE - 1) / PAGE * PAGE);
	}
}

#define MMAP(name, type)                                                       \
	WRAPPER void *name(void *addr, size_t size, int prot, int flags,       \
			   int fd, type offset)                                \
	{                                                                      \
		void *ret;                                                     \
		int saved;                                                     \
                                                                               \
		if (flags & MAP_FIXED && atomic_load(&nr_mappings) &&          \
		    ring_enter()) {                                            \
			forget_range(addr, size);                              \
			ring_leave();                                          \
		}                                                              \
		ret = next()->name(addr, size, prot, flags, fd, offset);       \
		saved = errno;                                                 \
                                                                               \
		if (fd >= 0 && fds_has(fd) && ring_enter()) {                  \
			mapped(ret, size, prot, fd, (int64_t)offset,           \
			       ret == MAP_FAILED ? saved : 0);                 \
			ring_leave();                                          \
			errno = saved;                                         \
		}                                                              \
		return ret;                                                    \
	}

MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

WRAPPER int munmap(void *addr, size_t size)
{
	int saved, ret;

	if (!atomic_load(&nr_mappings) || !ring_enter()) {
		return next()->munmap(addr, size);
	}
	forget_range(addr, size);
	ret = next()->munmap(addr, size);
	saved = errno;
	ring_leave();
	errno = saved;
	return ret;
}

static void moved(struct mapping *mapping, uintptr_t from, void *to,
		  size_t size)
{
	size_t old_size = mapping->size;
	int prot = mapping->prot;
	uint64_t dmabuf = mapping->dmabuf;

	leave(mapping);
	enter((uintptr_t)to, size, prot, dmabuf);
	tell(TRACE_UNMAP, 0, 0, (int64_t)from, (int64_t)old_size,
	     (int64_t)(uintptr_t)to);
}

WRAPPER void *mremap(void *old, size_t old_size, size_t size, int flags, ...)
{
	struct mapping *mapping;
	va_list ap;
	void *to, *ret;
	int saved;

	va_start(ap, flags);
	to = flags & MREMAP_FIXED ? va_arg(ap, void *) : NULL;
	va_end(ap);
	if (!atomic_load(&nr_mappings) || !ring_enter()) {
		return next()->mremap(old, old_size, size, flags, to);
	}
	if (to) {
		forget_range(to, size);
	}
	mapping = find((uintptr_t)old);
	ret = next()->mremap(old, old_size, size, flags, to);
	saved = errno;
	if (mapping && ret != MAP_FAILED) {
		moved(mapping, (uintptr_t)old, ret, size);
	}
	ring_leave();
	errno = saved;
	return ret;
}

void memory_synced(uint64_t identity, uint64_t flags)
{
	int saved = errno, prot = PROT_NONE;

	if (!(ring_options() & TRACE_ACCESS)) {
		return;
	}
	if (!(flags & DMA_BUF_SYNC_END)) {
		prot = PROT_READ;
		if (flags & DMA_BUF_SYNC_WRITE) {
			prot |= PROT_WRITE;
		}
	}
	for (unsigned int i = 0; i < atomic_load(&watched_end); i++) {
		const struct mapping *mapping = atomic_load(&watched[i]);

		if (mapping && mapping->dmabuf == identity) {
			mprotect((void *)atomic_load(&mapping->addr),
				 mapping->size, prot & mapping->prot);
		}
	}
	errno = saved;
}

bool memory_fault(uintptr_t fault, bool is_write)
{
	for (unsigned int i = 0; i < atomic_load(&watched_end); i++) {
		const struct mapping *mapping = atomic_load(&watched[i]);
		uintptr_t addr = mapping ? atomic_load(&mapping->addr) : 0;

		if (addr < 2 || fault < addr || fault - addr >= mapping->size ||
		    (is_write && !(mapping->prot & PROT_WRITE))) {
			continue;
		}
		if (ring_enter()) {
			tell(TRACE_ACCESS_MISSING, 0, 0, (int64_t)fault,
			     is_write, (int64_t)addr);
			ring_leave();
		}
		return !mprotect((void *)addr, mapping->size, mapping->prot);
	}
	return false;
}

/* What the program would have had. */
static void pass_on(int number, siginfo_t *info, void *context)
{
	if (handler.sa_flags & SA_SIGINFO && handler.sa_sigaction) {
		handler.sa_sigaction(number, info, context);
	} else if (handler.sa_handler != SIG_DFL &&
		   handler.sa_handler != SIG_IGN) {
		handler.sa_handler(number);
	} else {
		/* Again, without us. */
		next()->sigaction(SIGSEGV, &handler, NULL);
	}
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	int saved = errno;
	/* Bit 1 of the processor's error code: it was a write. */
	bool is_write = uc->uc_mcontext.gregs[REG_ERR] & 2;

	if (info->si_code == SEGV_ACCERR &&
	    memory_fault((uintptr_t)info->si_addr, is_write)) {
		errno = saved;
		return;
	}
	pass_on(number, info, context);
}

void memory_start(void)
{
	struct sigaction ours = {.sa_sigaction = on_fault,
				 .sa_flags = SA_SIGINFO | SA_NODEFER};

	if (ring_options() & TRACE_ACCESS) {
		next()->sigaction(SIGSEGV, &ours, &handler);
	}
}

/* The program's handler of SIGSEGV comes after ours. */
WRAPPER int sigaction(int number, const struct sigaction *act,
		      struct sigaction *old)
{
	if (number != SIGSEGV || !(ring_options() & TRACE_ACCESS)) {
		return next()->sigaction(number, act, old);
	}
	if (old) {
		*old = handler;
	}
	if (act) {
		handler = *act;
	}
	return 0;
}
