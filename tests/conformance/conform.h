/* SPDX-License-Identifier: MIT */
/**
 * DOC: one program, two kernels
 *
 * What this program prints depends on nothing but what the device answers:
 * errnos by name, equal or not equal, handles as given; never an address, an
 * fd number, an inode or a pid. So the real vgem and uprime must make it print
 * the same, line for line.
 *
 * A subject is a list of checks in a file of its own. Every check runs in a
 * fresh process which opens what it needs, so that one cannot colour the next.
 * To add a subject: write its file, and name it here and in conform.c.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include <fcntl.h> /* for DRM_RDWR */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm.h>
#include <drm_mode.h>

#define CARD   "/dev/dri/card0"
#define RENDER "/dev/dri/renderD128"
#define PAGE   4096u

struct check {
	const char *name;
	void (*run)(void);
	bool privileged; /* needs CAP_SYS_ADMIN; the others run without it */
	/* Newer kernels answer otherwise, and uprime is like Linux 6.1. */
	bool of_61;
	/* Mostly waits, and may do so beside others: it prints nothing that
	 * they could change. */
	bool waits;
	/* Of displays: no driver may answer otherwise. */
	bool generic;
};

struct subject {
	const char *name;
	const struct check *checks; /* ends with one that has no name */
	bool syncobj;		    /* needs a device that has syncobjs */
};

/* What the program is told to do. */
struct options {
	/* Has CAP_SYS_ADMIN, and checks what needs it. */
	bool privileged;
	/* There is a device with syncobjs; not all else is as on 6.1. */
	bool syncobj;
	/* Of displays: only what all drivers must answer alike. */
	bool generic;
};

/* What the program knows; ends with NULL. */
extern const struct subject *const subjects[];

extern const struct subject ioctl_table_subject;
extern const struct subject client_subject;
extern const struct subject master_subject;
extern const struct subject dumb_subject;
extern const struct subject prime_subject;
extern const struct subject names_subject;
extern const struct subject mmap_subject;
extern const struct subject dmabuf_fd_subject;
extern const struct subject dmabuf_ioctl_subject;
extern const struct subject lifetime_subject;
extern const struct subject permute_subject;
extern const struct subject node_subject;
extern const struct subject debugfs_subject;
extern const struct subject path_subject;
extern const struct subject vgem_fence_subject;
extern const struct subject fence_poll_subject;
extern const struct subject sync_file_subject;
extern const struct subject fence_wait_subject;
extern const struct subject syncobj_subject;
extern const struct subject syncobj_wait_subject;
extern const struct subject syncobj_point_subject;
extern const struct subject syncobj_fd_subject;

/* scripted.c: running the subjects */

/* Runs the subjects named, or all that the options allow; false if one of the
 * names is unknown. */
bool scripted_run(char **names, const struct options *options);
void scripted_list(void);

/* replay.c: sequences of operations */

/* Prints the sequence that @seed stands for; only @ops of it. */
void random_print(unsigned int seed, unsigned int ops,
		  const struct options *options);
/* Runs it, with a line for every operation and its result. */
int random_run(unsigned int seed, unsigned int ops,
	       const struct options *options);
/* Runs the sequences in a file ("-": stdin), separated by lines "== NAME".
 * @digest: only one line per sequence, which stands for its transcript. */
int replay_run(const char *path, bool digest);

/* report.c: what is printed */

/* A formatted string that lives until some 250 later calls. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The name of an errno value. */
const char *errname(int number);
/* The name of errno if @ret is negative, else "0". */
const char *err(long ret);
/* "yes" or "no" */
const char *yes(bool value);
/* One line: "subject: what -> result". */
void result(const char *what, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void report_subject(const char *name);
/* A check that cannot go on says so in a line, and ends its process. */
_Noreturn void give_up(const char *what);

/* device.c: the device, with plain ioctl(); -1 and errno on failure */

/* Opens a node for reading and writing, or gives up. */
int open_card(void);
int open_render(void);
/* A dumb buffer, 32 bits per pixel. */
int dumb_create(int file, uint32_t width, uint32_t height,
		struct drm_mode_create_dumb *dumb);
/* A dumb buffer of whole pages; its handle; or gives up. */
uint32_t dumb_pages(int file, uint32_t pages);
int dumb_offset(int file, uint32_t handle, uint64_t *offset);
int dumb_destroy(int file, uint32_t handle);
int gem_close(int file, uint32_t handle);
/* The new fd. */
int prime_export(int file, uint32_t handle, uint32_t flags);
/* As prime_export(), or gives up. */
int must_export(int file, uint32_t handle, uint32_t flags);
int prime_import(int file, int dmabuf, uint32_t *handle);
/* "handle 3" or the errno's name. */
const char *import_result(int file, int dmabuf);
int gem_flink(int file, uint32_t handle, uint32_t *name);
int gem_open(int file, uint32_t name, uint32_t *handle, uint64_t *size);
const char *open_result(int file, uint32_t name);
int get_magic(int file, uint32_t *magic);
int auth_magic(int file, uint32_t magic);
int set_master(int file);
int drop_master(int file);
/* Whether the file is master: asked by what only a master may do. */
bool is_master(int file);
bool is_authenticated(int file);
/* F_GETFL without O_LARGEFILE, which is for the kernel alone to know. */
int status_flags(int fd);
/* Whether two fds have the same inode. */
bool same_inode(int a, int b);
/* Whether they are one open file. */
bool same_file(int a, int b);
/* Handles 1 to 16 that the file (card0) knows, as "1 3 4". */
const char *handles(int file);
/* The object's pages through the device, MAP_SHARED; MAP_FAILED. */
void *device_map(int file, uint32_t handle, size_t length, int prot);

/* process.c: other processes */

/* Runs @run in a child and waits for it; lines it prints are in order. */
void in_child(void (*run)(void *), void *data);
/* A socket pair for fd_send() and fd_receive(). */
void fd_channel(int pair[2]);
void fd_send(int channel, int fd);
/* The fd; -1: the other end is closed. */
int fd_receive(int channel);
/* Starts this program anew to call run_helper() on an fd; its output goes
 * where ours does. */
void exec_helper(const char *what, int fd);
int run_helper(const char *what, int fd);
void drop_sys_admin(void);
bool have_sys_admin(void);

/* For the comparison's own test: whether to lie in one place. */
bool lying(void);

#endif
