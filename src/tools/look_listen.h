/* SPDX-License-Identifier: MIT */
/* Where viewers connect. */
#ifndef UPRIME_TOOLS_LOOK_LISTEN_H
#define UPRIME_TOOLS_LOOK_LISTEN_H

#include <netinet/in.h>
#include <stdbool.h>

/* Longest text of an address and a port, with its end. */
#define LISTEN_TEXT (INET6_ADDRSTRLEN + 16)

/**
 * struct listen_at - the next address to listen at
 */
struct listen_at {
	struct sockaddr_storage address;
	socklen_t len;
	bool any_port; /* take the first that is free */
};

/* listen_parse - read "127.0.0.1:5900" or "[::1]:5900"; NULL: this machine's,
 * any free port from 5900 on. 0; -EINVAL, and it was said. */
int listen_parse(struct listen_at *at, const char *text);

/* listen_is_local - can only programs of this machine connect? */
bool listen_is_local(const struct listen_at *at);

/* listen_next - listen, and at the next port the next time. A socket; -errno,
 * and it was said. */
int listen_next(struct listen_at *at);

/* listen_text - where a socket listens */
void listen_text(int fd, char text[LISTEN_TEXT]);

/* listen_accept - whoever waits: a socket; -errno */
int listen_accept(int fd);

#endif
