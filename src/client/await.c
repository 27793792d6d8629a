/* SPDX-License-Identifier: MIT */
/**
 * DOC: waiting for the server's answer
 *
 * First awake (spin.h), then asleep. To wait awake is no wait to the system: a
 * signal handler that runs meanwhile would interrupt nothing, and the server
 * would not hear of it. So all signals are held back for that time, and then it
 * is known which of them end the wait. When many ask at once, the server says
 * so in its replies; then all sleep, and are served in turn.
 */
#include "client.h"

/**
 * struct kernel_sigaction - what rt_sigaction(2) tells
 */
struct kernel_sigaction {
	void (*handler)(int signal);
	unsigned long flags;
	unsigned long rest[8]; /* differs by machine */
};

static struct spinners spinners;

/**
 * await_begin() - at the start of the process, and after fork
 */
void await_begin(void)
{
	uint64_t mine[16] = {0}; /* of 1024 processors */
	int nr = 0;
	size_t i;

	raw_syscall(SYS_sched_getaffinity, 0, sizeof(mine), mine);
	for (i = 0; i < ARRAY_SIZE(mine); i++)
		nr += __builtin_popcountll(mine[i]);
	atomic_store(&spinners.now, 0);
	spinners_init(&spinners, nr);
}

/* Does this signal have a handler for which the system does not go on with a
 * system call by itself? */
static bool interrupts(int signal)
{
	struct kernel_sigaction action = {0};

	return !raw_syscall(SYS_rt_sigaction, signal, NULL, &action,
			    sizeof(uint64_t)) &&
	       action.handler != SIG_DFL && action.handler != SIG_IGN &&
	       !(action.flags & SA_RESTART);
}

/* Is there one among those that wait to be handled? @mask: the thread's own. */
static bool is_interrupted(uint64_t mask)
{
	uint64_t pending = 0;
	int signal;

	raw_syscall(SYS_rt_sigpending, &pending, sizeof(pending));
	pending &= ~mask;
	for (signal = 1; pending; signal++, pending >>= 1)
		if (pending & 1 && interrupts(signal))
			return true;
	return false;
}

/* Return: as packet_recv_interruptible(), or -EAGAIN: still nothing. */
static int look(struct conn *conn, struct packet *p)
{
	uint64_t all = ~0ull, mask = 0;
	int i, ret = -EAGAIN;

	raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(mask));
	for (i = 0; i < SPIN_TRIES && ret == -EAGAIN; i++)
		ret = packet_try_recv(conn_fd(conn), p);
	if (ret == -EAGAIN && is_interrupted(mask))
		ret = -EINTR;
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return ret;
}

/**
 * await_packet() - wait for a packet, or a signal
 *
 * Return: as packet_recv_interruptible().
 */
int await_packet(struct conn *conn, struct packet *p)
{
	/* Whatever comes begins with its head. */
	const struct wire_hdr *hdr = p->iov[0].iov_base;
	int ret = -EAGAIN;

	if (spin_begin(&spinners, &conn->spin)) {
		ret = look(conn, p);
		spin_end(&spinners, &conn->spin,
			 ret >= (int)sizeof(*hdr) && hdr->cpu != spin_here());
	}
	if (ret == -EAGAIN)
		ret = packet_recv_interruptible(conn_fd(conn), p);
	if (ret >= (int)sizeof(*hdr))
		conn->spin.crowded = hdr->flags & WIRE_F_CROWDED;
	return ret;
}
