/* SPDX-License-Identifier: MIT */
/**
 * DOC: reading a device
 *
 * The server sends each event of a device as a packet. To read the device gives
 * as many whole ones as there is room for, and waits only for the first, if the
 * fd is one that waits. An event for which there is no room, or whose place
 * cannot be written, stays: so each is looked at before it is taken. Two who
 * read at once may look at the same event, but each is taken once.
 */
#include "client.h"

#include <linux/input.h>
#include <sys/sysmacros.h>

/* Look at the first event, at @buf: how long it is, whatever room there is. */
static ssize_t look(int fd, char *buf, size_t room, bool wait)
{
	ssize_t len;

	if (!wait)
		return raw_syscall(SYS_recvfrom, fd, buf, room,
				   MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
	/* As with read(), a thread can be cancelled here. */
	len = recv(fd, buf, room, MSG_PEEK | MSG_TRUNC);
	return len < 0 ? -errno : len;
}

/* What an input device says where there is no room for an event, or where it
 * was taken away. The end of any other is that of the session. */
static ssize_t input_error(const struct remote *device, size_t size)
{
	if (major(device->rdev) != INPUT_MAJOR)
		return 0;
	return size < sizeof(struct input_event) ? -EINVAL : -ENODEV;
}

/* Of what is a packet each time, that one; and nothing of it, if it does not
 * fit. */
static ssize_t packet_read(int fd, void *buf, size_t size)
{
	ssize_t len = look(fd, buf, size, true);

	if (len <= 0)
		return len;
	if ((size_t)len > size)
		return -EINVAL;
	return raw_syscall(SYS_recvfrom, fd, buf, size, 0);
}

/**
 * event_read() - read(2) of a device
 * @fd: the device
 * @device: what it is
 * @buf: perhaps bad
 * @size: bytes there
 *
 * Return: bytes of events; 0: there is no room for the first; -EAGAIN, -EINTR,
 * -EFAULT; of an input device -EINVAL (no room), -ENODEV (it was taken away).
 */
ssize_t event_read(int fd, const struct remote *device, void *buf, size_t size)
{
	ssize_t len, error = input_error(device, size);
	char *at = buf;
	size_t done = 0;

	if (device->reads_packets)
		return packet_read(fd, buf, size);
	if (error == -EINVAL)
		return size ? error : 0;
	for (;;) {
		len = look(fd, at + done, size - done, !done);
		if (len <= 0 || (size_t)len > size - done)
			break;
		len = raw_syscall(SYS_recvfrom, fd, at + done, size - done,
				  MSG_DONTWAIT);
		if (len > 0)
			done += (size_t)len;
		else if (len != -EAGAIN)
			break;
	}
	if (done || len > 0)
		return (ssize_t)done;
	return len ? len : error;
}

/* The bytes of all parts, or -errno. */
static ssize_t total_of(const struct iovec *iov, int nr)
{
	struct iovec part;
	size_t total = 0;
	int i;

	if (nr < 0 || nr > IOV_MAX)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		if (memory_load(&part, (uintptr_t)&iov[i], sizeof(part)) < 0)
			return -EFAULT;
		if (part.iov_len > SSIZE_MAX - total)
			return -EINVAL;
		total += part.iov_len;
	}
	return (ssize_t)total;
}

/**
 * event_readv() - readv(2) of a device
 * @fd: the device
 * @device: what it is
 * @iov: perhaps bad
 * @nr: number of parts
 *
 * Each part is read by itself, until one is not filled.
 *
 * Return: as event_read(), or -EINVAL.
 */
ssize_t event_readv(int fd, const struct remote *device,
		    const struct iovec *iov, int nr)
{
	ssize_t total = total_of(iov, nr), done = 0, len;
	struct iovec part;
	int i;

	if (total <= 0)
		return total;
	for (i = 0; i < nr; i++) {
		if (memory_load(&part, (uintptr_t)&iov[i], sizeof(part)) < 0)
			break;
		if (!part.iov_len)
			continue;
		len = event_read(fd, device, part.iov_base, part.iov_len);
		if (len < 0)
			return done ? done : len;
		done += len;
		if ((size_t)len < part.iov_len)
			break;
	}
	return done;
}
