/* SPDX-License-Identifier: MIT */
/**
 * DOC: select
 *
 * As poll.c: the system is asked first, and where something may be a dma-buf
 * the question is asked again, as a poll, since the numbers of proxies are too
 * high for sets. The sets are in and out in one, so what was asked is kept.
 */
#include "client.h"

#include <string.h>

#define WORD_BITS (8 * (int)sizeof(long))
/* Longer sets are looked at up to here. */
#define BITS_MAX   8192
#define WORDS_MAX  (BITS_MAX / WORD_BITS)
#define NS_PER_SEC 1000000000

enum { SET_READ, SET_WRITE, SET_EXCEPT, NR_SETS };

/* What each set asks, and what of a poll's answer counts for it. */
static const short asks[NR_SETS] = {
	[SET_READ] = POLLRDNORM | POLLRDBAND | POLLIN,
	[SET_WRITE] = POLLWRNORM | POLLWRBAND | POLLOUT,
	[SET_EXCEPT] = POLLPRI,
};
static const short counts[NR_SETS] = {
	[SET_READ] = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR,
	[SET_WRITE] = POLLWRNORM | POLLWRBAND | POLLOUT | POLLERR,
	[SET_EXCEPT] = POLLPRI,
};

/**
 * struct question - what a program asks select()
 */
struct question {
	int nr;			       /* bits in each set */
	unsigned long *sets[NR_SETS];  /* the program's; NULL: none */
	unsigned long *asked[NR_SETS]; /* copies of the above */
};

static size_t set_size(int nr)
{
	return (size_t)((nr + WORD_BITS - 1) / WORD_BITS) * sizeof(long);
}

static bool has(const unsigned long *set, int fd)
{
	return set && set[fd / WORD_BITS] >> fd % WORD_BITS & 1;
}

/* Copies the sets, so far as they can be read: a program that says they are
 * longer than a fd_set may be wrong. */
static bool keep(struct question *q)
{
	size_t size = set_size(q->nr);
	int i;

	for (i = 0; i < NR_SETS; i++) {
		if (!q->sets[i]) {
			q->asked[i] = NULL;
			continue;
		}
		if (q->nr <= FD_SETSIZE)
			memcpy(q->asked[i], q->sets[i], size);
		else if (memory_load(q->asked[i], (uintptr_t)q->sets[i], size))
			return false;
	}
	return true;
}

static void give_back(const struct question *q)
{
	int i;

	for (i = 0; i < NR_SETS; i++)
		if (q->sets[i])
			memcpy(q->sets[i], q->asked[i], set_size(q->nr));
}

/* Whether something that is ready may be a dma-buf: what was asked of it, in
 * and out, it is ready for, as files are. */
static bool is_doubtful(const struct question *q)
{
	int fd;

	for (fd = 0; fd < q->nr; fd++) {
		bool in = has(q->asked[SET_READ], fd);
		bool out = has(q->asked[SET_WRITE], fd);

		if ((in || out) && in == has(q->sets[SET_READ], fd) &&
		    out == has(q->sets[SET_WRITE], fd) && dmabuf_may_be(fd))
			return true;
	}
	return false;
}

static nfds_t to_poll(const struct question *q, struct pollfd *fds)
{
	nfds_t nr = 0;
	int fd, i;

	for (fd = 0; fd < q->nr; fd++) {
		struct pollfd p = {.fd = fd};

		for (i = 0; i < NR_SETS; i++)
			if (has(q->asked[i], fd))
				p.events |= asks[i];
		if (p.events)
			fds[nr++] = p;
	}
	return nr;
}

static int from_poll(const struct question *q, const struct pollfd *fds,
		     nfds_t nr)
{
	int ready = 0, i;
	nfds_t n;

	for (n = 0; n < nr; n++)
		if (fds[n].revents & POLLNVAL)
			return -EBADF;
	for (i = 0; i < NR_SETS; i++) {
		if (!q->sets[i])
			continue;
		memset(q->sets[i], 0, set_size(q->nr));
		for (n = 0; n < nr; n++) {
			int fd = fds[n].fd;

			if (!has(q->asked[i], fd) ||
			    !(fds[n].revents & counts[i]))
				continue;
			q->sets[i][fd / WORD_BITS] |= 1ul << fd % WORD_BITS;
			ready++;
		}
	}
	return ready;
}

static int ask_again(const struct question *q, int64_t deadline,
		     const sigset_t *mask)
{
	size_t size = (size_t)q->nr * sizeof(struct pollfd);
	struct pollfd *fds;
	long memory;
	nfds_t nr;
	int ret;

	memory = raw_syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory < 0 && memory > -4096) {
		give_back(q);
		return -ENOMEM;
	}
	fds = (struct pollfd *)memory;
	nr = to_poll(q, fds);
	ret = poll_until(fds, nr, deadline, mask);
	if (ret >= 0)
		ret = from_poll(q, fds, nr);
	/* Who is interrupted finds his sets as they were. */
	if (ret < 0)
		give_back(q);
	raw_syscall(SYS_munmap, memory, size);
	return ret;
}

/* Room for the copies of a question's sets, which are none of @q's business
 * after the function it is used in has returned. */
#define QUESTION(q, nr_, read, write, except)                                  \
	unsigned long copies[NR_SETS][WORDS_MAX];                              \
	struct question q = {                                                  \
		.nr = (nr_) < BITS_MAX ? (nr_) : BITS_MAX,                     \
		.sets = {(unsigned long *)(read), (unsigned long *)(write),    \
			 (unsigned long *)(except)},                           \
		.asked = {copies[0], copies[1], copies[2]},                    \
	}

static int64_t deadline_in(int64_t sec, int64_t nsec)
{
	int64_t now;

	if (!sec && !nsec)
		return 0;
	now = poll_clock();
	if (sec >= (POLL_FOREVER - now) / NS_PER_SEC - 1)
		return POLL_FOREVER;
	return now + sec * NS_PER_SEC + nsec;
}

static void tell_left(struct timeval *timeout, int64_t deadline)
{
	int64_t left = deadline ? deadline - poll_clock() : 0;

	if (deadline == POLL_FOREVER)
		return;
	left = left > 0 ? left : 0;
	timeout->tv_sec = left / NS_PER_SEC;
	timeout->tv_usec = left % NS_PER_SEC / 1000;
}

WRAPPER int select(int nr, fd_set *read, fd_set *write, fd_set *except,
		   struct timeval *timeout)
{
	QUESTION(q, nr, read, write, except);
	bool looks = session_on() && nr > 0 && (read || write) && keep(&q);
	int64_t deadline = POLL_FOREVER;
	int ret = next()->select(nr, read, write, except, timeout);

	if (ret <= 0 || !looks || !is_doubtful(&q))
		return ret;
	/* The system has written there what is left of the time. */
	if (timeout)
		deadline = deadline_in(timeout->tv_sec,
				       (int64_t)timeout->tv_usec * 1000);
	ret = ask_again(&q, deadline, NULL);
	if (timeout)
		tell_left(timeout, deadline);
	return (int)wrapper_return(ret);
}

WRAPPER int pselect(int nr, fd_set *read, fd_set *write, fd_set *except,
		    const struct timespec *timeout, const sigset_t *mask)
{
	QUESTION(q, nr, read, write, except);
	bool looks = session_on() && nr > 0 && (read || write) && keep(&q);
	int64_t deadline = POLL_FOREVER;
	int ret;

	if (looks && timeout)
		deadline = deadline_in(timeout->tv_sec, timeout->tv_nsec);
	ret = next()->pselect(nr, read, write, except, timeout, mask);
	if (ret <= 0 || !looks || !is_doubtful(&q))
		return ret;
	return (int)wrapper_return(ask_again(&q, deadline, mask));
}
