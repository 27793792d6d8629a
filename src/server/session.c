/* SPDX-License-Identifier: MIT */
/**
 * DOC: the directories of sessions
 *
 * A session is a private directory BASE/NAME, where BASE is
 * $XDG_RUNTIME_DIR/uprime or, if there is no such place, /tmp/uprime-UID. It
 * lives as long as its server holds the lock on the file `lock` in it; the
 * system drops that lock with the server, however that ends. A directory whose
 * lock is free is stale: its server was killed. The next to come by removes it,
 * and the umockdev directory that it names.
 *
 * Directories come and go under the lock on BASE. So who has it and finds a
 * session alive can connect to it, and the server, which takes the lock before
 * it ends, finds out in time.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "say.h"
#include "wire.h"

/* Opens a directory that is ours alone. */
static int open_private(struct session_base *base, bool make)
{
	struct stat st;
	int fd;

	if (make && mkdir(base->path, 0700) && errno != EEXIST) {
		return -errno;
	}
	fd = open(base->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	if (fstat(fd, &st) || st.st_uid != geteuid() || st.st_mode & 077) {
		close(fd);
		return -EPERM;
	}
	base->fd = fd;
	return 0;
}

/* In a session XDG_RUNTIME_DIR can be the session's own. */
static bool is_ours(const char *dir)
{
	const char *session = getenv(WIRE_ENV_SESSION);
	size_t len = session ? strlen(session) : 0;

	return len && !strncmp(dir, session, len) &&
	       !strcmp(dir + len, "/" SESSION_RUNTIME);
}

bool session_runtime_dir(void)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	return dir && dir[0] == '/' && !stat(dir, &st) && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && !is_ours(dir);
}

static bool runtime_dir(struct session_base *base)
{
	return session_runtime_dir() &&
	       snprintf(base->path, sizeof(base->path), "%s/uprime",
			getenv("XDG_RUNTIME_DIR")) < (int)sizeof(base->path);
}

int session_base_open(struct session_base *base, bool make)
{
	int ret;

	if (runtime_dir(base)) {
		ret = open_private(base, make);
		if (!ret || ret == -ENOENT) {
			return ret;
		}
	}
	snprintf(base->path, sizeof(base->path), "/tmp/uprime-%u",
		 (unsigned int)geteuid());
	ret = open_private(base, make);
	switch (ret) {
	case 0:
	case -ENOENT:
		break;
	case -EPERM:
	case -ENOTDIR:
	case -ELOOP:
		say("%s is not a private directory of yours: remove it, or set "
		    "XDG_RUNTIME_DIR to one.",
		    base->path);
		break;
	default:
		say("cannot use %s (%s): set XDG_RUNTIME_DIR to a private "
		    "directory.",
		    base->path, strerror(-ret));
		break;
	}
	return ret;
}

int session_base_of(struct session_base *base, const char *path,
		    const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (!slash || !slash[1] || len >= sizeof(base->path)) {
		return -EINVAL;
	}
	memcpy(base->path, path, len);
	base->path[len] = '\0';
	*name = slash + 1;
	return open_private(base, false);
}

void session_base_close(struct session_base *base)
{
	close(base->fd);
}

void session_base_lock(struct session_base *base)
{
	while (flock(base->fd, LOCK_EX) && errno == EINTR) {
	}
}

void session_base_unlock(struct session_base *base)
{
	flock(base->fd, LOCK_UN);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int session_list(struct session_base *base, struct dirent ***list)
{
	int nr = scandirat(base->fd, ".", list, is_visible, versionsort);

	return nr < 0 ? -errno : nr;
}

static int open_dir(struct session_base *base, const char *name)
{
	return openat(base->fd, name,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum session_state session_look(struct session_base *base, const char *name)
{
	enum session_state state = SESSION_STALE;
	int dir, lock;

	dir = open_dir(base, name);
	if (dir < 0) {
		return SESSION_NONE;
	}
	lock = openat(dir, SESSION_LOCK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (lock >= 0) {
		if (flock(lock, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK) {
			state = SESSION_LIVE;
		}
		close(lock);
	}
	close(dir);
	return state;
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* umockdev's directory is found by what a file says: look twice. */
static void remove_testbed(const char *path)
{
	const char *base = strrchr(path, '/');
	struct stat st;

	if (base && !strncmp(base, "/umockdev.", strlen("/umockdev.")) &&
	    !lstat(path, &st) && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid()) {
		remove_tree(path);
	}
}

static void remove_files(struct session_base *base, const char *name, int dir)
{
	char runtime[PATH_MAX];

	if (snprintf(runtime, sizeof(runtime), "%s/%s/" SESSION_RUNTIME,
		     base->path, name) < (int)sizeof(runtime)) {
		remove_tree(runtime);
	}
	unlinkat(dir, WIRE_SOCKET, 0);
	unlinkat(dir, SESSION_SEAT, 0);
	unlinkat(dir, SESSION_TESTBED, 0);
	unlinkat(dir, SESSION_DEVICES, 0);
	unlinkat(dir, SESSION_LOCK, 0);
	unlinkat(base->fd, name, AT_REMOVEDIR);
}

void session_clear(struct session_base *base, const char *name)
{
	char *testbed = session_read(base, name, SESSION_TESTBED);
	int dir = open_dir(base, name);

	if (testbed) {
		remove_testbed(testbed);
		free(testbed);
	}
	if (dir >= 0) {
		remove_files(base, name, dir);
		close(dir);
	}
}

int session_make(struct session_base *base, struct session *session,
		 const char *name)
{
	int ret;

	snprintf(session->name, sizeof(session->name), "%s", name);
	if (snprintf(session->path, sizeof(session->path), "%s/%s", base->path,
		     name) >= (int)sizeof(session->path)) {
		ret = -ENAMETOOLONG;
		goto err_say;
	}
	if (mkdirat(base->fd, name, 0700)) {
		ret = -errno;
		goto err_say;
	}
	session->dir = open_dir(base, name);
	if (session->dir < 0) {
		ret = -errno;
		goto err_rmdir;
	}
	session->lock = openat(session->dir, SESSION_LOCK,
			       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (session->lock < 0) {
		ret = -errno;
		goto err_close;
	}
	if (flock(session->lock, LOCK_EX | LOCK_NB)) {
		ret = -errno;
		goto err_unlink;
	}
	return 0;

err_unlink:
	close(session->lock);
	unlinkat(session->dir, SESSION_LOCK, 0);
err_close:
	close(session->dir);
err_rmdir:
	unlinkat(base->fd, name, AT_REMOVEDIR);
err_say:
	say("cannot make the session's directory %s/%s: %s.", base->path, name,
	    strerror(-ret));
	return ret;
}

int session_add_runtime(struct session *session)
{
	int ret = mkdirat(session->dir, SESSION_RUNTIME, 0700) ? -errno : 0;

	if (ret) {
		say("cannot make %s/" SESSION_RUNTIME ": %s.", session->path,
		    strerror(-ret));
	}
	return ret;
}

int session_note(struct session *session, const char *file, const char *text)
{
	int fd = openat(session->dir, file,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t len = (ssize_t)strlen(text);
	int ret = 0;

	if (fd < 0 || write(fd, text, (size_t)len) != len) {
		ret = errno ? -errno : -ENOSPC;
		say("cannot write %s/%s: %s.", session->path, file,
		    strerror(-ret));
	}
	if (fd >= 0) {
		close(fd);
	}
	return ret;
}

char *session_read(struct session_base *base, const char *name,
		   const char *file)
{
	int dir = open_dir(base, name), fd;
	struct stat st;
	char *text;
	ssize_t len;

	if (dir < 0) {
		return NULL;
	}
	fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	close(dir);
	if (fd < 0) {
		return NULL;
	}
	text = fstat(fd, &st) ? NULL : malloc((size_t)st.st_size + 1);
	len = text ? read(fd, text, (size_t)st.st_size) : -1;
	close(fd);
	if (len < 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* A socket seen through the directory's fd: a path that is never too long for
 * a sockaddr_un. */
static struct sockaddr_un socket_address(int dir, const char *file)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s", dir,
		 file);
	return sun;
}

int session_listen(struct session *session, const char *file, int type)
{
	struct sockaddr_un sun = socket_address(session->dir, file);
	int fd, ret;

	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) ||
	    listen(fd, SOMAXCONN)) {
		ret = -errno;
		say("cannot make the socket in %s: %s.", session->path,
		    strerror(-ret));
		if (fd >= 0) {
			close(fd);
		}
		return ret;
	}
	return fd;
}

int session_connect(struct session_base *base, const char *name)
{
	struct sockaddr_un sun;
	int dir, fd, ret;

	dir = open_dir(base, name);
	if (dir < 0) {
		return -errno;
	}
	sun = socket_address(dir, WIRE_SOCKET);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	ret = fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun))
		      ? -errno
		      : fd;
	if (ret < 0 && fd >= 0) {
		close(fd);
	}
	close(dir);
	return ret;
}

void session_remove(struct session_base *base, struct session *session)
{
	remove_files(base, session->name, session->dir);
	close(session->lock);
	close(session->dir);
}
