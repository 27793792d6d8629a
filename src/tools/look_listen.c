/* SPDX-License-Identifier: MIT */
/* Sockets for viewers to connect to. No state. */
#include "look_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

#define FIRST_PORT 5900
#define LAST_PORT  5999

static in_port_t *port_of(struct listen_at *at)
{
	return at->address.ss_family == AF_INET6
		       ? &((struct sockaddr_in6 *)&at->address)->sin6_port
		       : &((struct sockaddr_in *)&at->address)->sin_port;
}

/* Split "[::1]:5900" in place. False: it is not like that. */
static bool split(char *text, char **host, char **port)
{
	char *colon = strrchr(text, ':');
	size_t len;

	if (!colon || colon == text || !colon[1] ||
	    colon[1 + strspn(colon + 1, "0123456789")]) {
		return false;
	}
	*colon = '\0';
	*port = colon + 1;
	len = strlen(text);
	if (text[0] == '[' && text[len - 1] == ']') {
		text[len - 1] = '\0';
		text++;
	} else if (strchr(text, ':')) {
		return false;
	}
	*host = text;
	return true;
}

static int resolve(struct listen_at *at, char *text)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	struct addrinfo *found;
	char *host, *port;
	long number;

	if (!split(text, &host, &port)) {
		return -EINVAL;
	}
	number = strtol(port, NULL, 10);
	if (number < 1 || number > 65535 ||
	    getaddrinfo(host, port, &hints, &found)) {
		return -EINVAL;
	}
	memcpy(&at->address, found->ai_addr, found->ai_addrlen);
	at->len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

int listen_parse(struct listen_at *at, const char *text)
{
	struct sockaddr_in local = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(FIRST_PORT),
	};
	char *copy;
	int ret;

	*at = (struct listen_at){.any_port = !text};
	if (!text) {
		memcpy(&at->address, &local, sizeof(local));
		at->len = sizeof(local);
		return 0;
	}
	copy = strdup(text);
	ret = copy ? resolve(at, copy) : -ENOMEM;
	free(copy);
	if (ret) {
		say("'%s' is no ADDRESS:PORT of this machine, such as "
		    "127.0.0.1:5900 or [::1]:5900.",
		    text);
	}
	return ret;
}

bool listen_is_local(const struct listen_at *at)
{
	const struct sockaddr_in *in = (const void *)&at->address;
	const struct sockaddr_in6 *in6 = (const void *)&at->address;

	if (at->address.ss_family == AF_INET6) {
		return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	}
	return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static int try_to_listen(const struct listen_at *at)
{
	const int one = 1;
	int fd, ret;

	fd = socket(at->address.ss_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return -errno;
	}
	/* Viewers of before, who are gone, do not keep the port. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&at->address, at->len) ||
	    listen(fd, SOMAXCONN)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

int listen_next(struct listen_at *at)
{
	in_port_t *port = port_of(at);
	int fd;

	do {
		fd = try_to_listen(at);
		*port = htons((in_port_t)(ntohs(*port) + 1));
	} while (fd == -EADDRINUSE && at->any_port &&
		 ntohs(*port) <= LAST_PORT);
	if (fd < 0) {
		say("cannot listen at port %d: %s.", ntohs(*port) - 1,
		    strerror(-fd));
	}
	return fd;
}

void listen_text(int fd, char text[LISTEN_TEXT])
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[INET6_ADDRSTRLEN], port[8];

	if (getsockname(fd, (struct sockaddr *)&address, &len) ||
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof(host),
			port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV)) {
		text[0] = '\0';
		return;
	}
	snprintf(text, LISTEN_TEXT,
		 address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
		 port);
}

int listen_accept(int fd)
{
	int got = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	return got < 0 ? -errno : got;
}
