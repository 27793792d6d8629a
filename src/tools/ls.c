/* SPDX-License-Identifier: MIT */
/**
 * DOC: uprime ls
 *
 * Asks the servers of the sessions and shows what they say. A server that ends
 * meanwhile has no session to show. What killed servers left behind is removed
 * on the way, and said.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "session.h"
#include "tools.h"
#include "wire.h"

static const char help[] =
	"Usage: uprime ls [--json] [--session NAME]\n"
	"\n"
	"Lists the buffers of sessions, and who holds them: by handles of the\n"
	"device, by file descriptors, by mappings. Called inside a session it\n"
	"shows that one, else all of this user's.\n"
	"\n"
	"  --json          as JSON\n"
	"  --session NAME  this session only\n"
	"  --help          show this\n"
	"\n"
	"Examples:\n"
	"  uprime ls\n"
	"  uprime ls --session demo\n"
	"  uprime ls --json | jq '.sessions[].devices[].buffers[].size'\n";

/* The session as its server describes it; NULL: there is none (any more). */
static struct json_object *ask(struct session_base *base, const char *name)
{
	struct json_object *session = NULL;
	int sock = session_connect(base, name);
	char *text = NULL;

	if (sock < 0) {
		return NULL;
	}
	if (!talk_hello(sock)) {
		text = talk_ls(sock);
	}
	if (text) {
		session = json_tokener_parse(text);
		free(text);
	}
	close(sock);
	return session;
}

static void ask_all(struct session_base *base, struct json_object *sessions)
{
	struct json_object *session;
	struct dirent **list;
	int nr;

	session_base_lock(base);
	nr = session_list(base, &list);
	for (int i = 0; i < nr; i++) {
		if (session_look(base, list[i]->d_name) == SESSION_STALE) {
			session_clear(base, list[i]->d_name);
			say("removed the session %s, whose server was killed.",
			    list[i]->d_name);
		}
	}
	/* Servers need the lock to end, so they are asked without it. */
	session_base_unlock(base);
	for (int i = 0; i < nr; i++) {
		session = ask(base, list[i]->d_name);
		if (session) {
			json_object_array_add(sessions, session);
		}
		free(list[i]);
	}
	if (nr >= 0) {
		free(list);
	}
}

/* Fill in the sessions to be shown. 0, or the exit status if it failed. */
static int collect(struct json_object *sessions, const char *name)
{
	const char *inside = name ? NULL : getenv(WIRE_ENV_SESSION);
	struct json_object *session = NULL;
	struct session_base base;
	int ret;

	ret = inside ? session_base_of(&base, inside, &name)
		     : session_base_open(&base, false);
	if (!ret && !name) {
		ask_all(&base, sessions);
	} else if (!ret) {
		session = ask(&base, name);
		if (session) {
			json_object_array_add(sessions, session);
		}
	}
	if (!ret) {
		session_base_close(&base);
	} else if (ret != -ENOENT) {
		return EXIT_UPRIME;
	}
	if (name && !session && !inside) {
		say("there is no session %s: 'uprime ls' shows all.", name);
		return EXIT_UPRIME;
	}
	return 0;
}

static int show(struct json_object *sessions, bool json)
{
	struct json_object *all;

	if (!json) {
		return table_print(sessions);
	}
	all = json_object_new_object();
	json_object_object_add(all, "sessions", json_object_get(sessions));
	puts(json_object_to_json_string_ext(
		all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
	return 0;
}

int ls_command(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"session", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct json_object *sessions;
	const char *name = NULL;
	bool json = false;
	int option, status;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 's':
			name = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			say("%s %s: see 'uprime ls --help'.",
			    option == ':' ? "a NAME must follow"
					  : "there is no option",
			    argv[optind - 1]);
			return EXIT_UPRIME;
		}
	}
	if (optind < argc) {
		say("'%s' is too much: see 'uprime ls --help'.", argv[optind]);
		return EXIT_UPRIME;
	}
	sessions = json_object_new_array();
	status = collect(sessions, name);
	if (!status && show(sessions, json)) {
		say("out of memory.");
		status = EXIT_UPRIME;
	}
	json_object_put(sessions);
	return status;
}
