/* SPDX-License-Identifier: MIT */
/* What a file can ask about itself and the driver. */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct buffers {
	char name[32], date[32], desc[64];
};

static void fill(struct buffers *to)
{
	memset(to, '#', sizeof(*to));
	to->name[sizeof(to->name) - 1] = 0;
	to->date[sizeof(to->date) - 1] = 0;
	to->desc[sizeof(to->desc) - 1] = 0;
}

static void ask_version(int file, const char *what, char *name, size_t name_len,
			char *date, size_t date_len, char *desc,
			size_t desc_len)
{
	struct drm_version version = {
		.version_major = 77,
		.version_minor = 77,
		.version_patchlevel = 77,
		.name = name,
		.name_len = name_len,
		.date = date,
		.date_len = date_len,
		.desc = desc,
		.desc_len = desc_len,
	};
	const char *answer = err(ioctl(file, DRM_IOCTL_VERSION, &version));

	result(what, "%s %d.%d.%d lengths %zu %zu %zu", answer,
	       version.version_major, version.version_minor,
	       version.version_patchlevel, version.name_len, version.date_len,
	       version.desc_len);
}

static void version_of(int file, const char *node)
{
	static const size_t lengths[][3] = {
		{0, 0, 0}, {31, 31, 63}, {4, 8, 20}, {3, 7, 19},
		{2, 0, 1}, {5, 9, 21},	 {0, 8, 0},  {1, 1, 1},
	};
	char *bad = (char *)8;
	struct buffers b;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const size_t *n = lengths[i];
		const char *what = text("%s, room for %zu %zu %zu", node, n[0],
					n[1], n[2]);

		fill(&b);
		ask_version(file, what, b.name, n[0], b.date, n[1], b.desc,
			    n[2]);
		result(text("%s, bytes", what), "'%s' '%s' '%s'", b.name,
		       b.date, b.desc);
	}
	fill(&b);
	ask_version(file, text("%s, NULL buffers with lengths", node), NULL, 9,
		    NULL, 9, NULL, 9);
	ask_version(file, text("%s, bad name", node), bad, 31, b.date, 31,
		    b.desc, 63);
	result(text("%s, after a bad name", node), "'%s' '%s'", b.date, b.desc);
	ask_version(file, text("%s, bad date", node), b.name, 31, bad, 31,
		    b.desc, 63);
	result(text("%s, after a bad date", node), "'%s' '%s'", b.name, b.desc);
	fill(&b);
	ask_version(file, text("%s, bad description", node), b.name, 31, b.date,
		    31, bad, 63);
	result(text("%s, after a bad description", node), "'%s' '%s'", b.name,
	       b.date);
	ask_version(file, text("%s, bad name of length 0", node), bad, 0, bad,
		    0, bad, 0);
}

static void version(void)
{
	version_of(open_card(), "card0");
	version_of(open_card(), "second");
	version_of(open_render(), "render");
}

static void ask_unique(int file, const char *what)
{
	static const size_t lengths[] = {0, 2, 3, 4, 5, 60};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char bytes[64];
		struct drm_unique unique = {
			.unique = bytes,
			.unique_len = lengths[i],
		};
		const char *answer;

		memset(bytes, '#', sizeof(bytes));
		answer = err(ioctl(file, DRM_IOCTL_GET_UNIQUE, &unique));
		bytes[8] = 0;
		result(text("%s, room for %zu", what, lengths[i]),
		       "%s length %zu '%s'", answer, unique.unique_len, bytes);
	}
	struct drm_unique bad = {.unique = (char *)8, .unique_len = 60};
	const char *answer = err(ioctl(file, DRM_IOCTL_GET_UNIQUE, &bad));

	result(text("%s, bad pointer", what), "%s length %zu", answer,
	       bad.unique_len);
}

static void set_version(int file, const char *who, int di_major, int di_minor,
			int dd_major, int dd_minor)
{
	struct drm_set_version sv = {
		.drm_di_major = di_major,
		.drm_di_minor = di_minor,
		.drm_dd_major = dd_major,
		.drm_dd_minor = dd_minor,
	};
	const char *answer = err(ioctl(file, DRM_IOCTL_SET_VERSION, &sv));

	result(text("SET_VERSION by %s of %d.%d, %d.%d", who, di_major,
		    di_minor, dd_major, dd_minor),
	       "%s and %d.%d, %d.%d", answer, sv.drm_di_major, sv.drm_di_minor,
	       sv.drm_dd_major, sv.drm_dd_minor);
}

static void unique(void)
{
	int first = open_card(), second = open_card(), render = open_render();

	ask_unique(first, "at once");
	set_version(first, "master", -1, -1, -1, -1);
	ask_unique(first, "after -1");
	set_version(second, "second", 1, 4, -1, -1);
	set_version(render, "render", 1, 4, -1, -1);
	set_version(first, "master", 1, 4, -1, -1);
	ask_unique(first, "after 1.4");
	ask_unique(second, "second");
	ask_unique(render, "render");
	set_version(first, "master", 1, 0, -1, -1);
	ask_unique(first, "after 1.0");
	set_version(first, "master", 1, 1, -1, -1);
	ask_unique(second, "second after 1.1");
	close(first);
	ask_unique(second, "second, master closed");
	ask_unique(open_card(), "third, master closed");
}

static void set_versions(void)
{
	static const int some[] = {-2, -1, 0, 1, 2, 4, 5, 9};
	int file = open_card();

	for (size_t i = 0; i < 8; i++) {
		for (size_t j = 0; j < 8; j++) {
			set_version(file, "master", some[i], some[j], -1, -1);
			set_version(file, "master", -1, -1, some[i], some[j]);
		}
	}
	set_version(file, "master", 1, 4, 9, 9);
	set_version(file, "master", 9, 9, 1, 0);
	ask_unique(file, "in the end");
}

static void ask_client(int file, const char *what)
{
	for (int i = -1; i < 3; i++) {
		struct drm_client client = {
			.idx = i,
			.auth = 77,
			.pid = 7777777,
			.uid = 77,
			.magic = 77,
			.iocs = 77,
		};
		const char *answer =
			err(ioctl(file, DRM_IOCTL_GET_CLIENT, &client));
		const char *whose = client.pid == 7777777 ? "untouched"
				    : client.pid == (unsigned long)getpid()
					    ? "own"
					    : "other";

		result(text("GET_CLIENT %d of %s", i, what),
		       "%s auth %d, pid %s, uid %lu, magic %lu, iocs %lu",
		       answer, client.auth, whose, client.uid, client.magic,
		       client.iocs);
	}
}

static void client_in_child(void *file)
{
	ask_client(*(int *)file, "the parent's file");
}

static void get_client(void)
{
	int first = open_card(), second = open_card(), render = open_render();
	uint32_t magic;

	ask_client(first, "master");
	ask_client(second, "second");
	ask_client(render, "render");
	get_magic(second, &magic);
	ask_client(second, "second with a magic");
	auth_magic(first, magic);
	ask_client(second, "second, authenticated");
	in_child(client_in_child, &first);
}

static void caps_of(int file, const char *who)
{
	for (uint64_t cap = 0; cap <= 0x20; cap++) {
		struct drm_get_cap get = {.capability = cap, .value = 77};
		const char *answer = err(ioctl(file, DRM_IOCTL_GET_CAP, &get));

		result(text("GET_CAP %#llx by %s", (unsigned long long)cap,
			    who),
		       "%s value %llu", answer, (unsigned long long)get.value);
	}
	for (int bit = 5; bit < 64; bit += 3) {
		struct drm_get_cap get = {
			.capability = 5 | 1ULL << bit,
			.value = 77,
		};
		const char *answer = err(ioctl(file, DRM_IOCTL_GET_CAP, &get));

		result(text("GET_CAP 5 and bit %d by %s", bit, who),
		       "%s value %llu", answer, (unsigned long long)get.value);
	}
	for (uint64_t cap = 0; cap <= 8; cap++) {
		for (uint64_t value = 0; value <= 2; value++) {
			struct drm_set_client_cap set = {cap, value};

			result(text("SET_CLIENT_CAP %u to %u by %s",
				    (unsigned int)cap, (unsigned int)value,
				    who),
			       "%s",
			       err(ioctl(file, DRM_IOCTL_SET_CLIENT_CAP,
					 &set)));
		}
	}
}

static void caps(void)
{
	caps_of(open_card(), "master");
	caps_of(open_card(), "second");
	caps_of(open_render(), "render");
}

static const struct check checks[] = {
	{.name = "version", .run = version, .of_61 = true},
	{.name = "unique", .run = unique},
	{.name = "set-version", .run = set_versions},
	{.name = "get-client", .run = get_client},
	{.name = "get-client-privileged",
	 .run = get_client,
	 .privileged = true},
	{.name = "caps", .run = caps, .of_61 = true},
	{0},
};

const struct subject client_subject = {
	.name = "client",
	.checks = checks,
};
