/* SPDX-License-Identifier: MIT */
/**
 * DOC: which processes have a buffer open or mapped
 *
 * The system knows: /proc/PID/fd and /proc/PID/maps of all processes that we
 * may look into. Processes come and go meanwhile; what cannot be read is left
 * out. No state, no locks.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"

struct json_object *ls_process(pid_t pid)
{
	struct json_object *json = json_object_new_object();
	char path[64], comm[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (file) {
		if (fgets(comm, sizeof(comm), file)) {
			comm[strcspn(comm, "\n")] = '\0';
		}
		fclose(file);
	}
	json_object_object_add(json, "pid", json_object_new_int(pid));
	json_object_object_add(json, "comm", json_object_new_string(comm));
	return json;
}

static struct memory *find(const struct u64map *index, dev_t dev, ino_t ino)
{
	struct memory *memory = u64map_find(index, ino);

	return memory && memory->dev == dev ? memory : NULL;
}

/* What a buffer's list `key` says of a process: made if it is not the last. */
static struct json_object *entry_of(const struct memory *memory,
				    const char *key, pid_t pid)
{
	struct json_object *list, *entry, *number;
	size_t nr;

	json_object_object_get_ex(memory->buffer, key, &list);
	nr = json_object_array_length(list);
	if (nr) {
		entry = json_object_array_get_idx(list, nr - 1);
		json_object_object_get_ex(entry, "pid", &number);
		if (json_object_get_int(number) == pid) {
			return entry;
		}
	}
	entry = ls_process(pid);
	json_object_array_add(list, entry);
	return entry;
}

static void add_fd(struct memory *memory, pid_t pid, int fd)
{
	struct json_object *entry, *fds;

	memory->nr_fds++;
	if (!memory->buffer) {
		return;
	}
	entry = entry_of(memory, "fds", pid);
	if (!json_object_object_get_ex(entry, "fds", &fds)) {
		fds = json_object_new_array();
		json_object_object_add(entry, "fds", fds);
	}
	json_object_array_add(fds, json_object_new_int(fd));
}

static void add_mapping(struct memory *memory, pid_t pid)
{
	struct json_object *entry, *count;
	int n = 0;

	memory->nr_mappings++;
	if (!memory->buffer) {
		return;
	}
	entry = entry_of(memory, "mappings", pid);
	if (json_object_object_get_ex(entry, "count", &count)) {
		n = json_object_get_int(count);
	}
	json_object_object_add(entry, "count", json_object_new_int(n + 1));
}

static void look_at_fds(const struct u64map *index, int proc, pid_t pid)
{
	int dir = openat(proc, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *fds = dir < 0 ? NULL : fdopendir(dir);
	const struct dirent *entry;
	struct memory *memory;
	char link[16];
	struct stat st;

	if (!fds) {
		if (dir >= 0) {
			close(dir);
		}
		return;
	}
	while ((entry = readdir(fds))) {
		/* Only memfds are looked at: a stat of others may block. */
		if (readlinkat(dir, entry->d_name, link, sizeof(link)) <
			    (ssize_t)strlen("/memfd:") ||
		    strncmp(link, "/memfd:", strlen("/memfd:")) ||
		    fstatat(dir, entry->d_name, &st, 0)) {
			continue;
		}
		memory = find(index, st.st_dev, st.st_ino);
		if (memory) {
			add_fd(memory, pid, atoi(entry->d_name));
		}
	}
	closedir(fds);
}

static void look_at_maps(const struct u64map *index, int proc, pid_t pid)
{
	int fd = openat(proc, "maps", O_RDONLY | O_CLOEXEC);
	FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
	unsigned int dev_major, dev_minor;
	struct memory *memory;
	unsigned long ino;
	char *line = NULL;
	size_t size = 0;

	if (!maps) {
		if (fd >= 0) {
			close(fd);
		}
		return;
	}
	while (getline(&line, &size, maps) > 0) {
		if (sscanf(line, "%*s %*s %*s %x:%x %lu", &dev_major,
			   &dev_minor, &ino) != 3) {
			continue;
		}
		memory = find(index, makedev(dev_major, dev_minor), ino);
		if (memory) {
			add_mapping(memory, pid);
		}
	}
	free(line);
	fclose(maps);
}

static void look_at_process(const struct u64map *index, int procs,
			    const char *name)
{
	int proc = openat(procs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (proc >= 0) {
		look_at_fds(index, proc, atoi(name));
		look_at_maps(index, proc, atoi(name));
		close(proc);
	}
}

void ls_holders(struct memory *memory, size_t nr)
{
	struct u64map index = {0}; /* inode -> memory */
	const struct dirent *entry;
	DIR *procs = nr ? opendir("/proc") : NULL;

	if (!procs) {
		return;
	}
	for (size_t i = 0; i < nr; i++) {
		/* Without memory for it, its holders are not shown. */
		if (memory[i].ino) {
			(void)u64map_insert(&index, memory[i].ino, &memory[i]);
		}
	}
	while ((entry = readdir(procs))) {
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    atoi(entry->d_name) != getpid()) {
			look_at_process(&index, dirfd(procs), entry->d_name);
		}
	}
	closedir(procs);
	u64map_destroy(&index);
}
