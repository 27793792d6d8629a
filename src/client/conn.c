/* SPDX-License-Identifier: MIT */
/**
 * DOC: one connection
 *
 * Its number and what the server knows on it. The number may be changed by
 * others at any time (pool_move()), the rest belongs to who has taken the
 * connection from the pool.
 */
#include "client.h"

/**
 * conn_fd() - the number of a connection at this moment
 *
 * pool_move() may change it, so ask before each use.
 */
int conn_fd(struct conn *conn)
{
	return atomic_load_explicit(&conn->fd, memory_order_acquire) - 1;
}

/**
 * conn_knows() - was this device's fd sent on it?
 */
bool conn_knows(struct conn *conn, uint64_t cookie)
{
	unsigned int i;

	for (i = 0; i < CONN_COOKIES; i++)
		if (conn->cookies[i] == cookie)
			return true;
	return false;
}

/**
 * conn_learn() - remember that it was
 */
void conn_learn(struct conn *conn, uint64_t cookie)
{
	conn->cookies[conn->next_cookie++ % CONN_COOKIES] = cookie;
}
