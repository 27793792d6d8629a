/* SPDX-License-Identifier: MIT */
/* The processes that look at the displays for `uprime run`. */
#ifndef UPRIME_TOOLS_LOOKERS_H
#define UPRIME_TOOLS_LOOKERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "server.h"

/**
 * struct lookers - what is wanted of them, and who they are
 */
struct lookers {
	const char *capture; /* a file's name, or NULL; not owned */
	bool vnc;
	const char *vnc_address; /* or NULL: the usual one; not owned */
	pid_t pids[SERVER_LOOKERS_MAX];
	unsigned int nr;
};

/* lookers_check - can this file be written? 0; -errno, and it was said. */
int lookers_check(const char *file);

/* lookers_start - start them. For a session to be made their sockets are left
 * in the config; @join: for the one there is. 0; negative, and it was said. */
int lookers_start(struct lookers *lookers, struct server_config *config,
		  bool join);

/* lookers_let_go - close the sockets in the config, which the server has */
void lookers_let_go(struct server_config *config);

/* lookers_finish - PROGRAM has ended: let them end as well, and wait for it.
 * False: one failed, and said why. */
bool lookers_finish(struct lookers *lookers);

#endif
