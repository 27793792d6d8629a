/* SPDX-License-Identifier: MIT */
/* The directories of sessions: what is known of them without asking. */
#ifndef UPRIME_SERVER_SESSION_H
#define UPRIME_SERVER_SESSION_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>

/* Files in a session's directory, beside WIRE_SOCKET. */
#define SESSION_LOCK	"lock"	  /* locked while the server lives */
#define SESSION_TESTBED "testbed" /* path of umockdev's directory */
#define SESSION_DEVICES "devices" /* names of the drivers, one a line */
#define SESSION_SEAT                                                           \
	"seat" /* socket of seatd's protocol, if there is a                    \
		* display */
/* A private folder for sockets, for who has no XDG_RUNTIME_DIR, there as well.
 */
#define SESSION_RUNTIME "run"

/**
 * struct session_base - the directory of this user's sessions
 *
 * Its lock is flock(2) on the directory. Under it sessions are made, joined
 * and removed.
 */
struct session_base {
	char path[PATH_MAX];
	int fd; /* owned */
};

/**
 * struct session - a session that this process hosts
 */
struct session {
	char name[NAME_MAX + 1];
	char path[PATH_MAX];
	int dir;  /* owned */
	int lock; /* owned; locked */
};

enum session_state { SESSION_NONE, SESSION_LIVE, SESSION_STALE };

/**
 * session_base_open() - open the directory of sessions
 * @base: caller's memory
 * @make: create it if it is not there
 *
 * Return: 0; -ENOENT (without @make); else another -errno, and it was said.
 */
int session_base_open(struct session_base *base, bool make);

/**
 * session_base_of() - open the directory which a session's directory is in
 * @base: caller's memory
 * @path: the session's directory
 * @name: where the session's name is stored: a part of @path
 *
 * Return: 0; -errno, unsaid.
 */
int session_base_of(struct session_base *base, const char *path,
		    const char **name);

void session_base_close(struct session_base *base);
void session_base_lock(struct session_base *base);
void session_base_unlock(struct session_base *base);

/**
 * session_list() - all sessions, live and stale, in order of their names
 * @base: the directory
 * @list: as from scandir(3)
 *
 * Return: how many; -errno.
 */
int session_list(struct session_base *base, struct dirent ***list);

/**
 * session_look() - is there such a session, and does its server live?
 * @base: the directory
 * @name: the session's name
 */
enum session_state session_look(struct session_base *base, const char *name);

/**
 * session_clear() - remove what a killed server left behind
 * @base: the directory, locked
 * @name: a stale session
 */
void session_clear(struct session_base *base, const char *name);

/**
 * session_make() - make the directory of a session and lock it
 * @base: the directory, locked
 * @session: caller's memory
 * @name: a name that session_look() does not find
 *
 * Return: 0 and session_remove() undoes it; -errno, and it was said.
 */
int session_make(struct session_base *base, struct session *session,
		 const char *name);

/**
 * session_add_runtime() - make the folder SESSION_RUNTIME
 * @session: the session
 *
 * Return: 0; -errno, and it was said.
 */
int session_add_runtime(struct session *session);

/* session_runtime_dir - does XDG_RUNTIME_DIR name a directory of the user's,
 * which is not one that we have made? */
bool session_runtime_dir(void);

/**
 * session_note() - write one of the files
 * @session: the session
 * @file: SESSION_TESTBED or SESSION_DEVICES
 * @text: its content
 *
 * Return: 0; -errno, and it was said.
 */
int session_note(struct session *session, const char *file, const char *text);

/**
 * session_read() - read one of the files
 * @base: the directory
 * @name: the session's name
 * @file: as for session_note()
 *
 * Return: its content, the caller's to free(); NULL.
 */
char *session_read(struct session_base *base, const char *name,
		   const char *file);

/**
 * session_listen() - make a socket of the session
 * @session: the session
 * @file: WIRE_SOCKET or SESSION_SEAT
 * @type: SOCK_SEQPACKET or SOCK_STREAM
 *
 * Return: a listening socket, the caller's; -errno, and it was said.
 */
int session_listen(struct session *session, const char *file, int type);

/**
 * session_connect() - connect to a session's socket
 * @base: the directory
 * @name: the session's name
 *
 * Return: a socket, the caller's; -errno.
 */
int session_connect(struct session_base *base, const char *name);

/**
 * session_remove() - remove the directory and unlock it
 * @base: the directory, locked
 * @session: the session
 */
void session_remove(struct session_base *base, struct session *session);

#endif
