/* SPDX-License-Identifier: MIT */
#include "fd_calls.h"
#include "conform.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

void fd_calls_poll(const char *of, int fd)
{
	static const short asked[] = {0,       POLLIN,
				      POLLOUT, POLLIN | POLLOUT,
				      POLLPRI, POLLERR | POLLHUP};
	struct timeval now = {0};
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT};
	struct epoll_event ready = {0};
	fd_set readable, writable;
	int epoll = epoll_create1(0), ret;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct pollfd poll_fd = {.fd = fd, .events = asked[i]};

		ret = poll(&poll_fd, 1, 0);
		result(text("%s, poll for %#x", of, (unsigned int)asked[i]),
		       "%d, %#x", ret, (unsigned int)poll_fd.revents);
	}
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_SET(fd, &readable);
	FD_SET(fd, &writable);
	ret = select(fd + 1, &readable, &writable, NULL, &now);
	result(text("%s, select", of), "%d, readable %s, writable %s", ret,
	       yes(FD_ISSET(fd, &readable)), yes(FD_ISSET(fd, &writable)));
	result(text("%s, epoll add", of), "%s",
	       err(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)));
	result(text("%s, epoll add again", of), "%s",
	       err(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)));
	ret = epoll_wait(epoll, &ready, 1, 0);
	result(text("%s, epoll wait", of), "%d, %#x", ret, ready.events);
	event.events = EPOLLIN;
	result(text("%s, epoll change", of), "%s",
	       err(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event)));
	ready.events = 0;
	ret = epoll_wait(epoll, &ready, 1, 0);
	result(text("%s, epoll wait then", of), "%d, %#x", ret, ready.events);
	result(text("%s, epoll remove", of), "%s",
	       err(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event)));
	close(epoll);
}
