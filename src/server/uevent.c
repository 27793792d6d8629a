/* SPDX-License-Identifier: MIT */
/**
 * DOC: uevents
 *
 * No udev daemon hears of what happens to the devices of a session, so its
 * part is played here, with the properties that it would add by the rules which
 * all systems have.
 *
 * umockdev makes a socket in the testbed of each udev monitor of a program:
 * "event" and a number. An event is a packet of udev's to each of them. One
 * that takes none any more is gone, and its socket is removed; one that is full
 * misses the event, as it would miss one of udev's.
 *
 * lock guards the number of the last event, and their order. It is a leaf.
 */
#include "uevent.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <drm/drm_drv.h>
#include <errno.h>
#include <linux/mutex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

#define MAGIC 0xfeedcafe

static const char *const tags[] = {"master-of-seat", "seat", "uaccess"};

static DEFINE_MUTEX(lock);
static unsigned long long last_event; /* lock */

/**
 * struct header - what a packet of udev's begins with
 *
 * The fields that a socket's filter looks at are in the order of networks.
 */
struct header {
	char prefix[8];
	u32 magic;
	u32 header_size;
	u32 properties_off, properties_len; /* bytes */
	u32 subsystem_hash, devtype_hash;
	u32 tags_hi, tags_lo; /* four bits for each tag */
};

static void print_ids(FILE *out, const struct drm_minor *minor)
{
	const char *bus = minor->dev->dev->name;

	fprintf(out,
		"ID_PATH=platform-%s\n"
		"ID_PATH_TAG=platform-%s\n"
		"ID_FOR_SEAT=drm-platform-%s\n"
		"DEVLINKS=/dev/dri/by-path/platform-%s-card\n",
		bus, bus, bus, bus);
}

/* The hash of a string that udev's filters know: MurmurHash2. */
static u32 hash(const char *text)
{
	const u32 factor = 0x5bd1e995;
	size_t left = strlen(text);
	u32 sum = (u32)left, part;

	for (; left >= sizeof(part); text += sizeof(part)) {
		memcpy(&part, text, sizeof(part));
		part *= factor;
		part ^= part >> 24;
		sum = sum * factor ^ part * factor;
		left -= sizeof(part);
	}
	if (left) {
		while (left--) {
			sum ^= (u32)(unsigned char)text[left] << 8 * left;
		}
		sum *= factor;
	}
	sum ^= sum >> 13;
	sum *= factor;
	return sum ^ sum >> 15;
}

/* The bits that all tags have. */
static u64 bits_of_tags(void)
{
	u64 bits = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		u32 sum = hash(tags[i]);

		for (int n = 0; n < 4; n++) {
			bits |= 1ull << (sum >> 6 * n & 63);
		}
	}
	return bits;
}

static void print_tags(FILE *out, const char *name)
{
	fprintf(out, "%s=:", name);
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		fprintf(out, "%s:", tags[i]);
	}
	fputc('\n', out);
}

static void print_event(FILE *out, const struct drm_minor *minor,
			const char *env)
{
	fprintf(out,
		"ACTION=change\n"
		"DEVPATH=/devices/platform/%s/drm/card%d\n"
		"SUBSYSTEM=drm\n"
		"%s"
		"DEVNAME=/dev/dri/card%d\n"
		"DEVTYPE=drm_minor\n"
		"SEQNUM=%llu\n"
		"MAJOR=%d\n"
		"MINOR=%d\n"
		"USEC_INITIALIZED=1\n",
		minor->dev->dev->name, minor->index, env, minor->index,
		++last_event, DRM_MAJOR, minor->index);
	print_ids(out, minor);
	print_tags(out, "TAGS");
	print_tags(out, "CURRENT_TAGS");
}

static void send_to(int sock, const char *path, const struct iovec iov[2])
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct msghdr msg = {
		.msg_name = &sun,
		.msg_namelen = sizeof(sun),
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = 2,
	};

	if (strlen(path) >= sizeof(sun.sun_path)) {
		return;
	}
	strcpy(sun.sun_path, path);
	if (sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		debug("%s: %m", path);
		if (errno == ECONNREFUSED) {
			unlink(path);
		}
	}
}

static bool is_monitor(const char *name)
{
	return !strncmp(name, "event", strlen("event")) &&
	       isdigit((unsigned char)name[strlen("event")]);
}

/* Send an event to all monitors in the testbed's directory. */
static void send_to_all(const char *root, const struct iovec iov[2])
{
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	DIR *dir = opendir(root);
	const struct dirent *entry;
	char path[PATH_MAX];

	while (dir && sock >= 0 && (entry = readdir(dir))) {
		if (is_monitor(entry->d_name)) {
			snprintf(path, sizeof(path), "%s/%s", root,
				 entry->d_name);
			send_to(sock, path, iov);
		}
	}
	if (dir) {
		closedir(dir);
	}
	if (sock >= 0) {
		close(sock);
	}
}

void uevent_send(struct drm_device *dev, const char *env)
{
	const struct testbed *testbed = dev->host_data;
	const struct drm_minor *minor = &dev->primary;
	u64 bits = bits_of_tags();
	struct header header = {
		.prefix = "libudev",
		.magic = htonl(MAGIC),
		.header_size = sizeof(header),
		.properties_off = sizeof(header),
		.subsystem_hash = htonl(hash("drm")),
		.devtype_hash = htonl(hash("drm_minor")),
		.tags_hi = htonl((u32)(bits >> 32)),
		.tags_lo = htonl((u32)bits),
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	mutex_lock(&lock);
	out = open_memstream(&text, &size);
	if (out) {
		print_event(out, minor, env);
	}
	if (!out || fclose(out)) {
		debug("an event is lost: out of memory");
		goto out_unlock;
	}
	/* Each property ends with a 0. */
	for (char *end = text; (end = strchr(end, '\n')); end++) {
		*end = '\0';
	}
	header.properties_len = (u32)size;
	send_to_all(testbed->root, (const struct iovec[]){
					   {&header, sizeof(header)},
					   {text, size},
				   });
out_unlock:
	mutex_unlock(&lock);
	free(text);
}
