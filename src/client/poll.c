/* SPDX-License-Identifier: MIT */
/**
 * DOC: poll
 *
 * The system is asked with what the program gave. Only when it calls something
 * ready in the way in which it speaks of files of memory, a second look is
 * taken: dma-bufs among them are replaced by their proxies (proxy.c), in a
 * copy, and the rest of the time is spent waiting for those. A sync file or its
 * like is a socket, which is ready for more; that is left out the same way.
 *
 * Programs without either pay for a look at what is ready.
 */
#include "client.h"

#include <string.h>
#include <time.h>

/* As many are copied to the stack; it may be a signal handler's. */
#define FEW 128
/* How often a proxy may turn out closed. */
#define TRIES	   8
/* How long the server may take to change a proxy. */
#define CHANGE_LOOKS 1000
#define NS_PER_SEC 1000000000

/* What a socket says and a sync file does not. */
#define SOCKET_ONLY (POLLRDNORM | POLLRDBAND | POLLWRBAND | POLLRDHUP)

/**
 * poll_clock() - what deadlines are measured by
 */
int64_t poll_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

static bool polls_as_file(const struct pollfd *p)
{
	return p->revents && p->revents == (p->events & POLL_FILE) &&
	       dmabuf_may_be(p->fd);
}

static bool polls_as_socket(const struct pollfd *p)
{
	return p->revents & SOCKET_ONLY && remote_anon(p->fd);
}

/* The first that may not be what the system says, or @nr. */
static nfds_t first_doubtful(const struct pollfd *fds, nfds_t nr)
{
	nfds_t i;

	for (i = 0; i < nr; i++)
		if (polls_as_file(&fds[i]) || polls_as_socket(&fds[i]))
			break;
	return i;
}

/* Lets @p name what is to be waited for. */
static int replace(struct pollfd *p)
{
	int proxy;

	if (polls_as_socket(p)) {
		p->events &= remote_anon(p->fd)->always_ready ? POLL_FILE
							      : POLLIN;
		return 0;
	}
	if (!polls_as_file(p))
		return 0;
	proxy = proxy_of(p->fd);
	if (proxy == -ENODEV)
		return 0;
	if (proxy < 0)
		return -ENOMEM;
	p->fd = proxy;
	p->events &= POLLIN | POLLOUT;
	return 0;
}

static int replace_all(struct pollfd *copy, const struct pollfd *fds, nfds_t nr)
{
	nfds_t i;
	int ret;

	memcpy(copy, fds, nr * sizeof(*fds));
	for (i = first_doubtful(fds, nr); i < nr; i++) {
		ret = replace(&copy[i]);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Answers for what was replaced. -EAGAIN: a proxy is gone. */
static int translate(struct pollfd *copy, const struct pollfd *fds, nfds_t nr)
{
	short pending;
	nfds_t i;

	for (i = 0; i < nr; i++) {
		if (copy[i].fd == fds[i].fd)
			continue;
		if (copy[i].revents & POLLNVAL) {
			proxy_lost(fds[i].fd, copy[i].fd);
			return -EAGAIN;
		}
		/* The session is over: what is left is a file of memory. */
		if (copy[i].revents & (POLLHUP | POLLERR))
			copy[i].revents = fds[i].revents;
		copy[i].revents &= POLLIN | POLLOUT;
		pending = copy[i].events & ~copy[i].revents;
		if (pending)
			request_hold(fds[i].fd, (unsigned short)pending);
	}
	return 0;
}

static int wait_until(struct pollfd *fds, nfds_t nr, int64_t deadline,
		      const sigset_t *mask)
{
	struct timespec timeout = {0};
	int64_t left = deadline;
	int saved = errno, ret;

	if (deadline != POLL_FOREVER) {
		left -= poll_clock();
		if (left > 0) {
			timeout.tv_sec = left / NS_PER_SEC;
			timeout.tv_nsec = left % NS_PER_SEC;
		}
	}
	ret = next()->ppoll(fds, nr, deadline == POLL_FOREVER ? NULL : &timeout,
			    mask);
	if (ret < 0) {
		ret = -errno;
		errno = saved;
	}
	return ret;
}

/* Nobody can use what nobody may read: this proxy is about to be ready for
 * both, or for neither. */
static bool is_changing(int proxy)
{
	struct pollfd p = {.fd = proxy, .events = POLLIN | POLLOUT};

	return wait_until(&p, 1, 0, NULL) > 0 && p.revents == POLLOUT;
}

/* Programs see a fence that is signalled, or one that is new, at once in all
 * that they wait for: let the server finish. -EAGAIN: nothing is ready after
 * all. */
static int finish_changes(struct pollfd *copy, const struct pollfd *fds,
			  nfds_t nr, int ret)
{
	bool was_changing = false;
	nfds_t i;
	int n;

	for (i = 0; i < nr && ret > 0; i++) {
		if (copy[i].fd == fds[i].fd || !(copy[i].revents & POLLOUT))
			continue;
		for (n = 0; n < CHANGE_LOOKS && is_changing(copy[i].fd); n++)
			raw_syscall(SYS_sched_yield);
		was_changing = true;
	}
	if (!was_changing)
		return ret;
	ret = wait_until(copy, nr, 0, NULL);
	return ret ? ret : -EAGAIN;
}

static int wait_in_copy(struct pollfd *copy, struct pollfd *fds, nfds_t nr,
			int64_t deadline, const sigset_t *mask)
{
	int tries, ret = 0;
	nfds_t i;

	for (tries = 0; tries < TRIES; tries++) {
		ret = replace_all(copy, fds, nr);
		if (ret < 0)
			return ret;
		ret = wait_until(copy, nr, deadline, mask);
		if (ret < 0 && ret != -EINTR)
			return ret;
		ret = finish_changes(copy, fds, nr, ret);
		if (ret == -EAGAIN)
			tries--;
		else if (!translate(copy, fds, nr))
			break;
	}
	for (i = 0; i < nr; i++)
		fds[i].revents = copy[i].revents;
	return ret;
}

/* Not to be inlined: it is for those who have dma-bufs to use the stack. */
static __attribute__((noinline)) int wait_on_stack(struct pollfd *fds,
						   nfds_t nr, int64_t deadline,
						   const sigset_t *mask)
{
	struct pollfd copy[FEW];

	return wait_in_copy(copy, fds, nr, deadline, mask);
}

static int wait_in_memory(struct pollfd *fds, nfds_t nr, int64_t deadline,
			  const sigset_t *mask)
{
	size_t size = nr * sizeof(*fds);
	long copy;
	int ret;

	copy = raw_syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (copy < 0 && copy > -4096)
		return -ENOMEM;
	ret = wait_in_copy((struct pollfd *)copy, fds, nr, deadline, mask);
	raw_syscall(SYS_munmap, copy, size);
	return ret;
}

/* After @ret of @fds were found ready. */
static int look_again(struct pollfd *fds, nfds_t nr, int64_t deadline,
		      const sigset_t *mask, int ret)
{
	if (first_doubtful(fds, nr) == nr)
		return ret;
	if (nr <= FEW)
		return wait_on_stack(fds, nr, deadline, mask);
	return wait_in_memory(fds, nr, deadline, mask);
}

/**
 * poll_until() - wait as on a kernel
 * @fds: good memory
 * @nr: of @fds
 * @deadline: by poll_clock(), or POLL_FOREVER
 * @mask: signals blocked meanwhile; NULL: those that are
 *
 * Return: how many are ready, or -errno.
 */
int poll_until(struct pollfd *fds, nfds_t nr, int64_t deadline,
	       const sigset_t *mask)
{
	int ret = wait_until(fds, nr, deadline, mask);

	return ret <= 0 ? ret : look_again(fds, nr, deadline, mask, ret);
}

static int64_t deadline_of(const struct timespec *timeout)
{
	int64_t now;

	if (!timeout)
		return POLL_FOREVER;
	if (!timeout->tv_sec && !timeout->tv_nsec)
		return 0;
	now = poll_clock();
	if (timeout->tv_sec >= (POLL_FOREVER - now) / NS_PER_SEC - 1)
		return POLL_FOREVER;
	return now + (int64_t)timeout->tv_sec * NS_PER_SEC + timeout->tv_nsec;
}

WRAPPER int poll(struct pollfd *fds, nfds_t nr, int timeout)
{
	int64_t deadline = timeout < 0 ? POLL_FOREVER : 0;
	int ret;

	if (timeout > 0 && session_on())
		deadline = poll_clock() + (int64_t)timeout * 1000000;
	ret = next()->poll(fds, nr, timeout);
	if (ret <= 0)
		return ret;
	return (int)wrapper_return(look_again(fds, nr, deadline, NULL, ret));
}

WRAPPER int ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		  const sigset_t *mask)
{
	int64_t deadline = session_on() ? deadline_of(timeout) : 0;
	int ret = next()->ppoll(fds, nr, timeout, mask);

	if (ret <= 0)
		return ret;
	return (int)wrapper_return(look_again(fds, nr, deadline, mask, ret));
}

/* What these are in programs built with _FORTIFY_SOURCE. */
WRAPPER int __poll_chk(struct pollfd *fds, nfds_t nr, int timeout, size_t size)
{
	if (size / sizeof(*fds) < nr)
		return next()->__poll_chk(fds, nr, timeout, size);
	return poll(fds, nr, timeout);
}

WRAPPER int __ppoll_chk(struct pollfd *fds, nfds_t nr,
			const struct timespec *timeout, const sigset_t *mask,
			size_t size)
{
	if (size / sizeof(*fds) < nr)
		return next()->__ppoll_chk(fds, nr, timeout, mask, size);
	return ppoll(fds, nr, timeout, mask);
}
