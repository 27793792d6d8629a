/* SPDX-License-Identifier: MIT */
/* One packet on a connection. */
#ifndef UPRIME_SERVER_PACKET_H
#define UPRIME_SERVER_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Most fds in a packet. */
#define PACKET_FDS 2

/**
 * struct packet_fds - fds that came with a packet
 */
struct packet_fds {
	int fd[PACKET_FDS]; /* owned; -1 once taken */
	unsigned int nr;
	bool lost; /* there were more than we could take */
};

/**
 * packet_send() - send a packet whole
 * @sock: the connection
 * @iov: its parts
 * @nr: number of them
 * @fds: go with it and stay the caller's
 * @nr_fds: number of them, at most PACKET_FDS
 * @flags: MSG_DONTWAIT: never wait for the program
 *
 * Return: 0; -errno, and nothing was sent.
 */
int packet_send(int sock, const struct iovec *iov, size_t nr, const int *fds,
		unsigned int nr_fds, int flags);

/**
 * packet_recv() - wait for a packet
 * @sock: the connection
 * @iov: where it goes
 * @nr: number of them
 * @fds: what came with it, for packet_close()
 * @flags: MSG_DONTWAIT: -EAGAIN if there is none yet
 *
 * Return: its bytes; 0: hung up; -EMSGSIZE: there was no room; -errno. Without
 * bytes there are no fds.
 */
ssize_t packet_recv(int sock, const struct iovec *iov, size_t nr,
		    struct packet_fds *fds, int flags);

/* packet_close - close the fds that nobody took */
void packet_close(struct packet_fds *fds);

#endif
