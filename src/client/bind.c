/* SPDX-License-Identifier: MIT */
/**
 * DOC: listening to udev
 *
 * In place of a netlink socket for uevents umockdev gives programs a socket in
 * the testbed's directory, when they bind it, named by the fd's number. So two
 * programs would take it from each other: it is named by the process as well.
 */
#include "client.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

/* Is this umockdev's in place of a netlink socket? */
static bool is_monitor(int fd)
{
	int domain;

	return session_on() && session_testbed()[0] &&
	       !raw_sockopt(fd, SO_DOMAIN, &domain, sizeof(domain)) &&
	       domain == AF_UNIX;
}

WRAPPER int bind(int fd, const struct sockaddr *addr, socklen_t size)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	sa_family_t family;

	if (size < sizeof(family) ||
	    memory_load(&family, (uintptr_t)addr, sizeof(family)) < 0 ||
	    family != AF_NETLINK || !is_monitor(fd) ||
	    snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/event%ld-%d",
		     session_testbed(), raw_syscall(SYS_getpid),
		     fd) >= (int)sizeof(sun.sun_path))
		return next()->bind(fd, addr, size);
	/* It can be left from a process with the same number. */
	raw_syscall(SYS_unlinkat, AT_FDCWD, sun.sun_path, 0);
	return (int)wrapper_return(
		raw_syscall(SYS_bind, fd, &sun, sizeof(sun)));
}
