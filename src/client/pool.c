/* SPDX-License-Identifier: MIT */
/**
 * DOC: the pool of connections
 *
 * A connection carries one request at a time. Who has a request takes one
 * (CONN_FREE -> CONN_BUSY, one compare-and-swap) and puts it back after; if
 * all are busy another is made. A signal handler that interrupts a request
 * finds that connection busy and takes the next. A taker that never comes back
 * (siglongjmp) costs one slot; with all slots gone each request makes a spare
 * connection of its own.
 *
 * fork. The child must not talk on its parent's connections. The pool lies in
 * memory that the kernel wipes in a child (MADV_WIPEONFORK), so there it is
 * empty from the first instruction on, whether libc's fork or a raw clone made
 * the child. What remains to be done is to close the inherited fds: the array
 * `inherited`, in ordinary memory, names each with its cookie, so that a number
 * the child has given to something else since is left alone. Whoever first
 * comes by (the atfork handler, or the first request) does it; he blocks
 * signals meanwhile, so that whoever waits for him is another thread.
 *
 * vfork. Such a child shares this memory but not the fd table. On a connection
 * of the pool it may talk: the parent has the same connection under the same
 * number. A new connection must not get into the pool, nor may one be moved or
 * dropped from it. Nothing tells such a child apart but its pid, which is asked
 * for only at those three occasions. So that it is the parent's pid that a pool
 * has, the pool is made when the library is loaded.
 */
#include "client.h"

#include <pthread.h>
#include <string.h>
#include <signal.h>
#include <time.h>

#define POOL_SLOTS 256
/* How long to wait for a connection when the fd table is full. */
#define POOL_WAITS   1000
#define POOL_WAIT_NS 1000000

enum conn_state { CONN_NONE, CONN_BUSY, CONN_FREE };

enum pool_state { POOL_WIPED, POOL_BEGINNING, POOL_READY };

/* All zero is a pool without connections. */
struct pool {
	_Atomic uint32_t state; /* enum pool_state */
	_Atomic int pid;	/* of the process it belongs to */
	_Atomic int nr_used;	/* slots above were never used */
	struct conn conns[POOL_SLOTS];
};

struct inherited {
	_Atomic int fd; /* number + 1; 0: none */
	_Atomic uint64_t cookie;
};

static _Atomic(struct pool *) the_pool;
static struct inherited inherited[POOL_SLOTS]; /* by slot */

static int own_pid(void)
{
	return (int)raw_syscall(SYS_getpid);
}

static void close_inherited(void)
{
	unsigned int i;

	for (i = 0; i < POOL_SLOTS; i++) {
		uint64_t cookie;
		int fd;

		/* Mostly none: leave the page shared with the parent. */
		if (!atomic_load(&inherited[i].fd))
			continue;
		fd = atomic_exchange(&inherited[i].fd, 0) - 1;
		if (fd < 0)
			continue;
		own_remove(fd);
		if (!raw_cookie(fd, &cookie) &&
		    cookie == atomic_load(&inherited[i].cookie))
			raw_close(fd);
	}
}

/* After a fork, or at the very first: make a wiped pool ready. */
static void pool_begin(struct pool *pool)
{
	uint64_t all = ~0ull, old;
	uint32_t wiped = POOL_WIPED;

	raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &old, sizeof(all));
	if (atomic_compare_exchange_strong(&pool->state, &wiped,
					   POOL_BEGINNING)) {
		close_inherited();
		await_begin();
		atomic_store(&pool->pid, own_pid());
		atomic_store(&pool->state, POOL_READY);
	} else {
		while (atomic_load(&pool->state) != POOL_READY)
			raw_syscall(SYS_sched_yield);
	}
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, sizeof(old));
}

static void pool_in_child(void)
{
	struct pool *pool = atomic_load(&the_pool);

	if (!pool)
		return;
	/* Where the kernel did not wipe it, do so; there is one thread now. */
	if (atomic_load(&pool->state) != POOL_WIPED)
		memset((void *)pool, 0, sizeof(*pool));
	pool_begin(pool);
}

static struct pool *pool_make(void)
{
	struct pool *pool, *other = NULL;
	long addr;

	addr = raw_syscall(SYS_mmap, NULL, sizeof(*pool),
			   PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	if (addr < 0 && addr > -4096)
		return NULL;
	pool = (struct pool *)addr;
	/* Refused on systems without it: then the atfork handler is all. */
	raw_syscall(SYS_madvise, pool, sizeof(*pool), MADV_WIPEONFORK);
	if (!atomic_compare_exchange_strong(&the_pool, &other, pool)) {
		raw_syscall(SYS_munmap, pool, sizeof(*pool));
		pool = other;
	}
	return pool;
}

/* The pool, ready, or NULL (no memory). */
static struct pool *pool_get(void)
{
	struct pool *pool = atomic_load(&the_pool);

	if (!pool)
		pool = pool_make();
	if (pool && atomic_load(&pool->state) != POOL_READY)
		pool_begin(pool);
	return pool;
}

__attribute__((constructor)) static void pool_init(void)
{
	if (!session_on())
		return;
	pthread_atfork(NULL, NULL, pool_in_child);
	pool_get();
}

/* The pool if it has connections, else NULL. */
static struct pool *pool_peek(void)
{
	struct pool *pool = atomic_load(&the_pool);

	if (pool && atomic_load(&pool->state) == POOL_READY)
		return pool;
	return NULL;
}

/**
 * pool_is_vfork_child() - is this memory another process', too?
 */
bool pool_is_vfork_child(void)
{
	struct pool *pool = pool_peek();

	return pool && atomic_load(&pool->pid) != own_pid();
}

static void conn_set_fd(struct pool *pool, struct conn *conn, int fd)
{
	struct inherited *in = &inherited[conn - pool->conns];
	uint64_t cookie = 0;

	raw_cookie(fd, &cookie);
	atomic_store(&in->cookie, cookie);
	atomic_store(&in->fd, fd + 1);
	atomic_store(&conn->fd, fd + 1);
}

static struct conn *take_free(struct pool *pool)
{
	int i, nr = atomic_load(&pool->nr_used);

	for (i = 0; i < nr; i++) {
		struct conn *conn = &pool->conns[i];
		uint32_t state = CONN_FREE;

		if (atomic_load(&conn->state) == CONN_FREE &&
		    atomic_compare_exchange_strong(&conn->state, &state,
						   CONN_BUSY))
			return conn;
	}
	return NULL;
}

static struct conn *take_none(struct pool *pool)
{
	int i, nr;

	for (i = 0; i < POOL_SLOTS; i++) {
		struct conn *conn = &pool->conns[i];
		uint32_t state = CONN_NONE;

		if (atomic_load(&conn->state) != CONN_NONE ||
		    !atomic_compare_exchange_strong(&conn->state, &state,
						    CONN_BUSY))
			continue;
		nr = atomic_load(&pool->nr_used);
		while (nr <= i && !atomic_compare_exchange_weak(&pool->nr_used,
								&nr, i + 1))
			;
		return conn;
	}
	return NULL;
}

/* A new connection, out of the program's sight. */
static int connect_high(void)
{
	int fd = session_connect();

	return fd < 0 ? fd : own_add(fd);
}

static int make_spare(struct conn *spare)
{
	int fd = connect_high();

	if (fd < 0)
		return fd;
	memset((void *)spare, 0, sizeof(*spare));
	spare->spare = true;
	atomic_store(&spare->fd, fd + 1);
	return 0;
}

/* Makes a connection and puts it, busy, in the pool; if it has no slot left,
 * or is another process', in @spare. */
static int pool_grow(struct pool *pool, struct conn **out, struct conn *spare)
{
	struct conn *conn = NULL;
	int fd, ret;

	if (atomic_load(&pool->pid) == own_pid())
		conn = take_none(pool);
	if (!conn) {
		ret = make_spare(spare);
		*out = spare;
		return ret;
	}
	fd = connect_high();
	if (fd < 0) {
		atomic_store(&conn->state, CONN_NONE);
		return fd;
	}
	memset(conn->cookies, 0, sizeof(conn->cookies));
	conn->next_cookie = 0;
	conn->spin = (struct spin){0};
	conn_set_fd(pool, conn, fd);
	*out = conn;
	return 0;
}

/**
 * pool_take() - take a connection
 * @conn: it
 * @spare: room for one, if there is none in the pool
 *
 * Return: 0: the caller ends it with pool_put() or pool_drop(); else as
 * session_connect().
 */
int pool_take(struct conn **conn, struct conn *spare)
{
	const struct timespec pause = {.tv_nsec = POOL_WAIT_NS};
	struct pool *pool = pool_get();
	int waits, ret;

	if (!pool)
		return -ENOMEM;
	for (waits = 0;; waits++) {
		*conn = take_free(pool);
		if (*conn)
			return 0;
		ret = pool_grow(pool, conn, spare);
		/* The program's fd table is full. What it asks for may not
		 * need an fd, so wait for another thread's connection. */
		if (ret != -EMFILE || waits == POOL_WAITS ||
		    !atomic_load(&pool->nr_used))
			return ret;
		raw_syscall(SYS_nanosleep, &pause, NULL);
	}
}

/**
 * pool_spare() - make a connection that is not the pool's
 *
 * Return: as pool_take().
 */
int pool_spare(struct conn *spare)
{
	return make_spare(spare);
}

/**
 * pool_put() - give a connection back
 */
void pool_put(struct conn *conn)
{
	if (conn->spare)
		own_close(conn_fd(conn));
	else
		atomic_store_explicit(&conn->state, CONN_FREE,
				      memory_order_release);
}

/**
 * pool_drop() - end a connection
 * @conn: taken
 * @ours: false if its number was closed by the program, behind our back
 */
void pool_drop(struct conn *conn, bool ours)
{
	struct pool *pool = atomic_load(&the_pool);
	int fd = conn_fd(conn);

	if (!conn->spare) {
		if (pool_is_vfork_child()) {
			/* It is the parent's to drop, who must find out. */
			if (ours)
				raw_syscall(SYS_shutdown, fd, SHUT_RDWR);
			pool_put(conn);
			return;
		}
		atomic_store(&conn->fd, 0);
		atomic_store(&inherited[conn - pool->conns].fd, 0);
		atomic_store(&conn->state, CONN_NONE);
	}
	if (ours && fd >= 0)
		own_close(fd);
	else
		own_remove(fd);
}

/**
 * pool_move() - give a connection another number
 * @fd: one of ours
 *
 * A request that waits on the old number keeps waiting on the same socket, and
 * goes on with the new number.
 *
 * Return: 0, also where @fd is no connection; or -EBUSY.
 */
int pool_move(int fd)
{
	struct pool *pool = pool_peek();
	int i, nr, moved;

	if (!pool)
		return 0;
	nr = atomic_load(&pool->nr_used);
	for (i = 0; i < nr; i++) {
		struct conn *conn = &pool->conns[i];

		if (conn_fd(conn) != fd)
			continue;
		moved = own_move(fd);
		if (moved < 0)
			return moved;
		conn_set_fd(pool, conn, moved);
	}
	return 0;
}
