/* SPDX-License-Identifier: MIT */
/**
 * DOC: what is waited for in place of a dma-buf
 *
 * A dma-buf's fd is a file of memory to the system, which calls it always
 * ready and will not have it in an epoll instance. The server makes a socket
 * that is ready when the dma-buf is, its proxy, and a leash, by whose closing
 * it learns that the proxy is not wanted any more. Both are fds of our own.
 *
 * The table has a slot for each low number of the program's fds, and a slot is
 * one word: the two numbers, and of which file they are, by its inode. So
 * reading or replacing one is one atomic access; who took a word out of the
 * table is the one to close its fds. A number which was closed or given to
 * another file behind our back is found out by the inode. A stranger's sealed
 * memfd has a word without fds, so that the server is asked once.
 *
 * An epoll instance knows a file by its number as well as by itself. So each
 * number of a dma-buf has a proxy of its own, and one that was put into an
 * epoll instance keeps its number. It forgets a file not when an fd is closed
 * but when the file is gone: as long as a dma-buf has a handle or an fd
 * anywhere, the proxy of a number that was closed stays (it is found again, if
 * the number becomes the same dma-buf's). The leash tells.
 *
 * Children of fork go on with what they inherited. Those of vfork share the
 * table but not the fds: they use what is there and change nothing.
 */
#include "client.h"

#define SLOTS 16384

#define PROXY_SHIFT 0  /* 16 bits: the number of the proxy */
#define LEASH_SHIFT 16 /* 16 bits: of the leash; the same: there is none */
#define WATCHED	    (1ull << 32)
#define CLOSED	    (1ull << 33) /* only the proxy is still there */
#define INODE_SHIFT 34		 /* 30 bits of device and inode */
#define NUMBER_MASK 0xffffull

_Static_assert(OWN_MAX - 1 <= NUMBER_MASK, "a number of ours has its bits");

static _Atomic uint64_t slots[SLOTS];
/* In how many epoll instances the proxy is; WATCHED: in one or more. */
static _Atomic uint16_t watches[SLOTS];
static _Atomic int nr_closed; /* CLOSED slots, about */
static _Atomic int nr_used;   /* slots above were never used */

static int proxy_number(uint64_t word)
{
	return (int)(word >> PROXY_SHIFT & NUMBER_MASK);
}

static int leash_number(uint64_t word)
{
	return (int)(word >> LEASH_SHIFT & NUMBER_MASK);
}

static bool has_fds(uint64_t word)
{
	return proxy_number(word) != leash_number(word);
}

static uint64_t make_word(uint64_t inode, int proxy, int leash)
{
	return inode | (uint64_t)proxy << PROXY_SHIFT |
	       (uint64_t)leash << LEASH_SHIFT;
}

/* The part of a word that tells the file behind @fd from others; 0: closed. */
static uint64_t inode_of(int fd)
{
	struct statx st;

	if (raw_syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &st) < 0)
		return 0;
	return (st.stx_ino ^ (uint64_t)st.stx_dev_minor << 23 ^
		(uint64_t)st.stx_dev_major << 27)
	       << INODE_SHIFT;
}

static void close_fds(uint64_t word)
{
	if (!has_fds(word))
		return;
	own_close(proxy_number(word));
	own_close(leash_number(word));
}

/* The server has a copy of the proxy, and it is with the last copy that an
 * epoll instance forgets it, which has to be now. */
static void end(uint64_t word)
{
	close_fds(word);
	if (has_fds(word) && word & WATCHED)
		request_settle();
}

/* Whether there is still such a dma-buf; what was closed before has been
 * noticed. */
static bool is_alive(uint64_t word)
{
	struct pollfd leash = {.fd = leash_number(word), .events = POLLIN};
	const struct timespec now = {0};

	return !raw_syscall(SYS_ppoll, &leash, 1, &now, NULL, 0);
}

static int make_own(int fds[2])
{
	int i;

	for (i = 0; i < 2; i++) {
		fds[i] = fds[i] < 0 ? -EMFILE : own_add(fds[i]);
	}
	if (fds[0] >= 0 && fds[1] >= 0)
		return 0;
	for (i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			own_close(fds[i]);
	}
	return -EMFILE;
}

/* A word, without fds if the server says that it is a stranger's file. */
static int ask_server(int fd, uint64_t inode, uint64_t *word)
{
	struct wire_hdr head;
	struct request rq;
	int fds[2], ret;

	request_init(&rq, &head, sizeof(head), WIRE_POLL);
	rq.fd = fd;
	ret = request_run(&rq);
	if (ret < 0)
		return ret;
	fds[0] = rq.reply_fd;
	fds[1] = rq.second_fd;
	ret = rq.reply.ret;
	if (ret == -EINVAL) {
		*word = make_word(inode, 0, 0);
		return 0;
	}
	if (ret < 0)
		return ret;
	ret = make_own(fds);
	if (ret < 0)
		return ret;
	*word = make_word(inode, fds[0], fds[1]);
	return 0;
}

/* Puts @word in the slot of @fd, where @old was. Another thread may have been
 * faster: then his. */
static uint64_t enter(int fd, uint64_t old, uint64_t word)
{
	int nr = atomic_load(&nr_used);

	while (nr <= fd && !atomic_compare_exchange_weak(&nr_used, &nr, fd + 1))
		;
	while (!atomic_compare_exchange_strong(&slots[fd], &old, word)) {
		if (old >> INODE_SHIFT == word >> INODE_SHIFT) {
			close_fds(word);
			return old;
		}
	}
	atomic_store(&watches[fd], word & WATCHED ? 1 : 0);
	/* Of a file that had this number before. */
	if (old & CLOSED)
		atomic_fetch_sub(&nr_closed, 1);
	end(old);
	return word;
}

/**
 * proxy_of() - what to wait for in place of a dma-buf
 * @fd: any number
 *
 * The number is good until @fd is closed; it is the table's.
 *
 * Return: the number; -ENODEV: @fd is no dma-buf of the session, or nobody
 * answers; -ENOSPC, -EMFILE, -ENFILE, -ENOMEM: there is no room for another.
 */
int proxy_of(int fd)
{
	uint64_t word, old, inode;
	int ret;

	if (!dmabuf_may_be(fd))
		return -ENODEV;
	inode = inode_of(fd);
	if (fd >= SLOTS)
		return dmabuf_is(fd, NULL) ? -ENOSPC : -ENODEV;
	word = old = atomic_load_explicit(&slots[fd], memory_order_acquire);
	if (!word || word >> INODE_SHIFT != inode >> INODE_SHIFT) {
		if (pool_is_vfork_child() || !session_answers())
			return -ENODEV;
		ret = ask_server(fd, inode, &word);
		if (ret < 0)
			return ret == -EBADF ? -ENODEV : ret;
		word = enter(fd, old, word);
	}
	if (word & CLOSED) {
		atomic_fetch_sub(&nr_closed, 1);
		atomic_fetch_and(&slots[fd], ~CLOSED);
	}
	return has_fds(word) ? proxy_number(word) : -ENODEV;
}

/**
 * proxy_watched() - the proxy of this number is in an epoll instance
 */
void proxy_watched(int fd)
{
	if (pool_is_vfork_child())
		return;
	atomic_fetch_add(&watches[fd], 1);
	atomic_fetch_or(&slots[fd], WATCHED);
}

/**
 * proxy_unwatched() - it was taken out of one again
 */
void proxy_unwatched(int fd)
{
	if (pool_is_vfork_child() || !atomic_load(&watches[fd]))
		return;
	if (atomic_fetch_sub(&watches[fd], 1) == 1)
		atomic_fetch_and(&slots[fd], ~WATCHED);
}

/**
 * proxy_take() - take the proxy of an fd out of the table
 * @fd: any number
 * @proxy: set to it, for proxy_end() or proxy_put_back()
 *
 * Return: whether there was one.
 */
bool proxy_take(int fd, struct proxy *proxy)
{
	if (fd < 0 || fd >= SLOTS ||
	    !atomic_load_explicit(&slots[fd], memory_order_relaxed) ||
	    pool_is_vfork_child())
		return false;
	proxy->word = atomic_exchange(&slots[fd], 0);
	if (proxy->word & CLOSED)
		atomic_fetch_sub(&nr_closed, 1);
	return proxy->word;
}

/**
 * proxy_end() - @fd was closed
 *
 * The proxy's fds are closed, unless an epoll instance has to know it longer.
 */
void proxy_end(int fd, const struct proxy *proxy)
{
	uint64_t word = proxy->word, none = 0;
	int closed;

	if (!has_fds(word) || !(word & WATCHED)) {
		close_fds(word);
		return;
	}
	if (!(word & CLOSED))
		request_settle();
	if (!is_alive(word)) {
		close_fds(word);
		return;
	}
	/* To look at all of them takes time: each time there are twice as
	 * many. */
	closed = atomic_fetch_add(&nr_closed, 1);
	if (!(closed & (closed - 1)))
		proxy_collect();
	if (atomic_compare_exchange_strong(&slots[fd], &none, word | CLOSED))
		return;
	atomic_fetch_sub(&nr_closed, 1);
	end(word);
}

/**
 * proxy_collect() - close the fds of closed numbers whose dma-bufs are gone
 */
void proxy_collect(void)
{
	int fd, nr = atomic_load(&nr_used), left = atomic_load(&nr_closed);
	uint64_t word;

	if (pool_is_vfork_child())
		return;
	for (fd = 0; fd < nr && left > 0; fd++) {
		word = atomic_load_explicit(&slots[fd], memory_order_relaxed);
		if (!(word & CLOSED))
			continue;
		left--;
		if (!is_alive(word) &&
		    atomic_compare_exchange_strong(&slots[fd], &word, 0)) {
			atomic_fetch_sub(&nr_closed, 1);
			close_fds(word);
		}
	}
}

/**
 * proxy_put_back() - after all, @fd was not closed
 */
void proxy_put_back(int fd, const struct proxy *proxy)
{
	if (proxy->word & CLOSED)
		atomic_fetch_add(&nr_closed, 1);
	enter(fd, 0, proxy->word);
}

/**
 * proxy_lost() - a proxy's number was found closed
 * @fd: the dma-buf
 * @number: from proxy_of()
 */
void proxy_lost(int fd, int number)
{
	uint64_t word = atomic_load(&slots[fd]);

	if (!has_fds(word) || proxy_number(word) != number ||
	    pool_is_vfork_child() ||
	    !atomic_compare_exchange_strong(&slots[fd], &word, 0))
		return;
	own_remove(number);
	own_close(leash_number(word));
}

/**
 * proxy_any() - was there ever one in this process?
 */
bool proxy_any(void)
{
	return atomic_load_explicit(&nr_used, memory_order_relaxed);
}

/**
 * proxy_next() - the lowest fd in [first, last] that has a proxy, or -1
 */
int proxy_next(unsigned int first, unsigned int last)
{
	unsigned int fd, nr = (unsigned int)atomic_load(&nr_used);

	for (fd = first; fd < nr && fd <= last; fd++) {
		if (atomic_load_explicit(&slots[fd], memory_order_relaxed))
			return (int)fd;
	}
	return -1;
}

/**
 * proxy_move() - give a proxy or a leash another number
 * @number: one of ours
 *
 * Return: 0, also where @number is neither; or -EBUSY.
 */
int proxy_move(int number)
{
	int fd, moved, nr = atomic_load(&nr_used);
	uint64_t word, to;

	proxy_collect();
	for (fd = 0; fd < nr; fd++) {
		word = atomic_load(&slots[fd]);
		if (!has_fds(word) || (proxy_number(word) != number &&
				       leash_number(word) != number))
			continue;
		if (proxy_number(word) == number && word & WATCHED)
			return -EBUSY;
		moved = own_move(number);
		if (moved < 0)
			return moved;
		to = proxy_number(word) == number
			     ? make_word(0, moved, leash_number(word))
			     : make_word(0, proxy_number(word), moved);
		to |= word >> INODE_SHIFT << INODE_SHIFT |
		      (word & (WATCHED | CLOSED));
		if (!atomic_compare_exchange_strong(&slots[fd], &word, to)) {
			own_close(moved);
			return -EBUSY;
		}
	}
	return 0;
}
