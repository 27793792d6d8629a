/* SPDX-License-Identifier: MIT */
/* PROGRAM, as it is to be started. */
#ifndef UPRIME_SERVER_PROGRAM_H
#define UPRIME_SERVER_PROGRAM_H

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/**
 * struct program - a program, and what it inherits from uprime's caller
 */
struct program {
	char **argv;		  /* not owned */
	sigset_t mask;		  /* the caller's */
	struct sigaction sigchld; /* the caller's */
	struct rlimit nofile;	  /* the caller's */
	int *inherited;		  /* fds of the caller above 2; owned */
	size_t nr_inherited;
};

/**
 * program_init() - note what the caller gave us
 * @program: caller's memory
 * @argv: the program's; stays the caller's
 *
 * To be called before any fd is opened and any signal touched. SIGCHLD has
 * its default action afterwards.
 *
 * Return: 0; -errno, and it was said.
 */
int program_init(struct program *program, char **argv);

void program_finish(struct program *program);

/**
 * program_environment() - put a session in this process' environment
 * @session: path of the session's directory
 * @testbed: path of umockdev's directory
 * @preload: path of the client, from program_preload()
 *
 * Return: 0; -errno, and it was said.
 */
int program_environment(const char *session, const char *testbed,
			const char *preload);

/* program_leave_desktop - let this process' environment not tell of the display
 * and the seat at which the caller sits */
void program_leave_desktop(void);

/* program_self - the path of uprime itself, until the next call; NULL: unknown
 */
const char *program_self(void);

/**
 * program_part() - find a file that belongs to uprime
 * @built: its path in the folder that uprime is built in
 * @installed: its path where it is installed
 * @mode: what it is for, as for access(2)
 *
 * Return: the one or the other, the caller's to free(); NULL: neither is there.
 */
char *program_part(const char *built, const char *installed, int mode);

/* program_witness - find what tells `uprime check` of a program: the path, the
 * caller's to free(); NULL, and it was said */
char *program_witness(void);

/**
 * program_preload() - find the client
 *
 * Return: its path, the caller's to free(); NULL, and it was said.
 */
char *program_preload(void);

/**
 * program_start() - fork and exec
 * @program: from program_init()
 * @status: if it fails: EXIT_UPRIME, EXIT_NOT_RUN or EXIT_NOT_FOUND
 *
 * The program runs with this process' environment and what program_init()
 * noted.
 *
 * Return: its pid; -1, and it was said why.
 */
pid_t program_start(const struct program *program, int *status);

/**
 * program_close_inherited() - close what only the program should have open
 * @program: from program_init()
 */
void program_close_inherited(struct program *program);

#endif
