/* SPDX-License-Identifier: MIT */
/**
 * DOC: uprime display
 *
 * Shows the displays of a session, and plugs and unplugs them. The session is
 * the one that it is called in, the one that is named, or the only one there
 * is.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uprime/drivers.h>

#include "say.h"
#include "session.h"
#include "tools.h"
#include "wire.h"

static const char help[] =
	"Usage: uprime display [--session NAME] [--device NAME] [list]\n"
	"       uprime display [--session NAME] [--device NAME] plug CONNECTOR "
	"[MODE]...\n"
	"       uprime display [--session NAME] [--device NAME] unplug "
	"CONNECTOR\n"
	"\n"
	"Lists the displays of a session, plugs one in, with other modes if "
	"they are\n"
	"given, or pulls it out. Programs are told as by a kernel: by udev, "
	"and by the\n"
	"connector's status. Without --session it is the session it is called "
	"in, or\n"
	"the only one there is.\n"
	"\n"
	"  CONNECTOR       as the list names it: Virtual-1\n"
	"  MODE            1920x1080 or 1920x1080@59.94; the first is the "
	"preferred one\n"
	"  --session NAME  the session of this name\n"
	"  --device NAME   one of several devices: vkms.1, or its node card1\n"
	"  --help          show this\n"
	"\n"
	"Examples:\n"
	"  uprime run --session demo --device vkms,display,display=off -- "
	"weston &\n"
	"  uprime display --session demo\n"
	"  uprime display --session demo plug Virtual-2 1280x720\n"
	"  uprime display --session demo unplug Virtual-2\n";

/* A greeted socket to the session's server; -errno, and it was said. */
static int connect_to(struct session_base *base, const char *name)
{
	int sock = session_connect(base, name);

	if (sock >= 0 && talk_hello(sock)) {
		close(sock);
		sock = -EPROTO;
	}
	if (sock < 0) {
		say("there is no session %s: 'uprime ls' shows all.", name);
	}
	return sock;
}

/* The name of the only session, the caller's to free(); NULL, and it was said.
 */
static char *only_session(struct session_base *base)
{
	struct dirent **list;
	int nr = session_list(base, &list), live = 0;
	char *name = NULL;

	for (int i = 0; i < nr; i++) {
		if (session_look(base, list[i]->d_name) == SESSION_LIVE &&
		    !live++) {
			name = strdup(list[i]->d_name);
		}
		free(list[i]);
	}
	if (nr >= 0) {
		free(list);
	}
	if (live != 1) {
		say(live ? "there is more than one session: choose one with "
			   "--session."
			 : "there is no session.");
		free(name);
		return NULL;
	}
	return name;
}

/* Connect to the session that is meant; -errno, and it was said. */
static int open_session(const char *name)
{
	const char *inside = name ? NULL : getenv(WIRE_ENV_SESSION);
	struct session_base base;
	char *only = NULL;
	int ret;

	ret = inside ? session_base_of(&base, inside, &name)
		     : session_base_open(&base, false);
	if (ret) {
		if (ret == -ENOENT || inside) {
			say("there is no session%s%s.", name ? " " : "",
			    name ? name : "");
		}
		return ret;
	}
	if (!name) {
		only = only_session(&base);
		name = only;
	}
	ret = name ? connect_to(&base, name) : -ENOENT;
	free(only);
	session_base_close(&base);
	return ret;
}

static bool is_device(struct json_object *device, const char *name)
{
	struct json_object *value, *nodes;
	const char *node;

	if (!name || (json_object_object_get_ex(device, "name", &value) &&
		      !strcmp(json_object_get_string(value), name))) {
		return true;
	}
	if (!json_object_object_get_ex(device, "nodes", &nodes)) {
		return false;
	}
	for (size_t i = 0; i < json_object_array_length(nodes); i++) {
		node = json_object_get_string(
			json_object_array_get_idx(nodes, i));
		if (!strcmp(node, name) ||
		    !strcmp(strrchr(node, '/') + 1, name)) {
			return true;
		}
	}
	return false;
}

static int list(int sock, const char *device)
{
	char *text = talk_ls(sock);
	struct json_object *session = text ? json_tokener_parse(text) : NULL;
	struct json_object *devices, *kept = json_object_new_array();
	int ret = -EPROTO;

	free(text);
	if (session &&
	    json_object_object_get_ex(session, "devices", &devices)) {
		for (size_t i = 0; i < json_object_array_length(devices); i++) {
			struct json_object *one =
				json_object_array_get_idx(devices, i);

			if (is_device(one, device)) {
				json_object_array_add(kept,
						      json_object_get(one));
			}
		}
		ret = table_displays(kept);
	}
	if (ret) {
		say(ret == -ENOMEM ? "out of memory."
				   : "the session does not answer.");
	}
	json_object_put(kept);
	json_object_put(session);
	return ret;
}

/* What to ask for, from the words behind the command. 0; -EINVAL, and it was
 * said. */
static int parse_change(struct wire_plug *change, int argc, char **argv)
{
	struct uprime_mode_options mode;

	change->plug = !strcmp(argv[0], "plug");
	if (argc < 2) {
		say("a CONNECTOR must follow: 'uprime display' lists them.");
		return -EINVAL;
	}
	if (argc > 2 && !change->plug) {
		say("'%s' is too much: see 'uprime display --help'.", argv[2]);
		return -EINVAL;
	}
	if (argc - 2 > WIRE_MODES_MAX) {
		say("a display has at most %d modes of its own.",
		    WIRE_MODES_MAX);
		return -EINVAL;
	}
	snprintf(change->connector, sizeof(change->connector), "%s", argv[1]);
	for (int i = 2; i < argc; i++) {
		if (mode_parse(argv[i], &mode)) {
			return -EINVAL;
		}
		change->modes[change->nr_modes++] = (struct wire_mode){
			mode.width, mode.height, mode.refresh_mhz};
	}
	return 0;
}

static int say_failure(const struct wire_plug *change, int error)
{
	switch (error) {
	case -ENODEV:
		say("the session has no device %s with displays.",
		    change->device);
		break;
	case -ENXIO:
		say("there is no display %s: 'uprime display' lists them.",
		    change->connector);
		break;
	case -EINVAL:
		say("%s cannot have these modes.", change->connector);
		break;
	default:
		say("the session does not answer: %s.", strerror(-error));
		break;
	}
	return error;
}

static int change(int sock, struct wire_plug *change, const char *device)
{
	int ret;

	snprintf(change->device, sizeof(change->device), "%s",
		 device ? device : "");
	ret = talk_plug(sock, change);
	return ret ? say_failure(change, ret) : 0;
}

/* Carry out the command's words, of which there is one at least. */
static int carry_out(const char *session, const char *device, int argc,
		     char **argv)
{
	struct wire_plug request = {.hdr.op = WIRE_PLUG};
	bool lists = !strcmp(argv[0], "list");
	int sock, ret;

	if (!lists && strcmp(argv[0], "plug") != 0 &&
	    strcmp(argv[0], "unplug") != 0) {
		say("'%s' is none of list, plug and unplug: see 'uprime "
		    "display --help'.",
		    argv[0]);
		return -EINVAL;
	}
	if (lists && argc > 1) {
		say("'%s' is too much: see 'uprime display --help'.", argv[1]);
		return -EINVAL;
	}
	if (!lists && parse_change(&request, argc, argv)) {
		return -EINVAL;
	}
	sock = open_session(session);
	if (sock < 0) {
		return sock;
	}
	ret = lists ? list(sock, device) : change(sock, &request, device);
	close(sock);
	return ret;
}

int display_command(int argc, char **argv)
{
	static const struct option options[] = {
		{"session", required_argument, NULL, 's'},
		{"device", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	static char *const nothing[] = {"list", NULL};
	const char *session = NULL, *device = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case 's':
			session = optarg;
			break;
		case 'd':
			device = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			say("%s %s: see 'uprime display --help'.",
			    option == ':' ? "a NAME must follow"
					  : "there is no option",
			    argv[optind - 1]);
			return EXIT_UPRIME;
		}
	}
	if (optind == argc) {
		argc = 1;
		argv = (char **)nothing;
	} else {
		argc -= optind;
		argv += optind;
	}
	return carry_out(session, device, argc, argv) ? EXIT_UPRIME : 0;
}
