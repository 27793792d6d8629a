/* SPDX-License-Identifier: MIT */
/* uprime screenshot: what a display shows now, as a file. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "look.h"
#include "say.h"

static const char help[] =
	"Usage: uprime screenshot [--session NAME] [--display NAME] FILE.png\n"
	"\n"
	"Writes what a display of a running session shows now to FILE.png.\n"
	"Without --session it is the only session there is, or the one in\n"
	"which the command is run; without --display the first display that\n"
	"is on.\n"
	"\n"
	"  --session NAME  of this session\n"
	"  --display NAME  this display: card0-Virtual-1, or just Virtual-1\n"
	"  --help          show this\n"
	"\n"
	"Examples:\n"
	"  uprime screenshot now.png\n"
	"  uprime screenshot --session demo --display Virtual-2 right.png\n";

/**
 * struct wish - what is wanted
 */
struct wish {
	const char *session, *display; /* or NULL */
	const char *file;
};

/* 0; 1: done; -EINVAL, and it was said. */
static int parse(struct wish *wish, int argc, char **argv)
{
	static const struct option options[] = {
		{"session", required_argument, NULL, 's'},
		{"display", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case 's':
			wish->session = optarg;
			break;
		case 'd':
			wish->display = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 1;
		default:
			say("%s %s: see 'uprime screenshot --help'.",
			    option == ':' ? "a NAME must follow"
					  : "there is no option",
			    argv[optind - 1]);
			return -EINVAL;
		}
	}
	if (optind == argc) {
		say("no FILE.png to write was given: see 'uprime screenshot "
		    "--help'.");
		return -EINVAL;
	}
	if (optind + 1 < argc) {
		say("'%s' is too much: see 'uprime screenshot --help'.",
		    argv[optind + 1]);
		return -EINVAL;
	}
	wish->file = argv[optind];
	return 0;
}

/* "card0-Virtual-1" is also "Virtual-1". */
static bool is_called(const char *display, const char *name)
{
	const char *dash = strchr(display, '-');

	return !strcmp(display, name) || (dash && !strcmp(dash + 1, name));
}

static int find_display(const struct look *look, const char *name)
{
	char known[1024] = "";
	size_t at = 0;

	for (unsigned int i = 0; i < look->nr; i++) {
		if (is_called(look->displays[i].name, name)) {
			return (int)i;
		}
		if (at < sizeof(known)) {
			at += (size_t)snprintf(known + at, sizeof(known) - at,
					       "%s%s", i ? ", " : "",
					       look->displays[i].name);
		}
	}
	say("there is no display '%s': the displays are %s.", name, known);
	return -ENOENT;
}

static int first_that_is_on(struct look *look, struct wire_frame_reply *info)
{
	for (unsigned int i = 0; i < look->nr; i++) {
		int ret = look_frame(look, i, info);

		if (!ret && info->on) {
			return 0;
		}
		if (ret && ret != -ENODATA) {
			return ret;
		}
	}
	say("no display is on: no program shows anything.");
	return -ENODATA;
}

static int one_by_name(struct look *look, const char *name,
		       struct wire_frame_reply *info)
{
	int ret = find_display(look, name);

	if (ret < 0) {
		return ret;
	}
	ret = look_frame(look, (unsigned int)ret, info);
	if (ret == -ENODATA || (!ret && !info->on)) {
		say("the display %s is off: no program shows anything there.",
		    name);
		return -ENODATA;
	}
	return ret;
}

static int shoot(struct look *look, const struct wish *wish)
{
	struct wire_frame_reply info;
	int ret = wish->display ? one_by_name(look, wish->display, &info)
				: first_that_is_on(look, &info);

	if (ret) {
		if (ret != -ENODATA && ret != -ENOENT) {
			say("the session does not tell what it shows: %s.",
			    strerror(-ret));
		}
		return EXIT_UPRIME;
	}
	ret = png_write(wish->file, &info, look->pixels, false);
	if (ret) {
		say("cannot write %s: %s.", wish->file, strerror(-ret));
		return EXIT_UPRIME;
	}
	return 0;
}

int screenshot_command(int argc, char **argv)
{
	struct wish wish = {0};
	struct look look;
	int ret, status;

	ret = parse(&wish, argc, argv);
	if (ret) {
		return ret < 0 ? EXIT_UPRIME : 0;
	}
	ret = look_session(wish.session);
	if (ret < 0 || look_open(&look, ret)) {
		return EXIT_UPRIME;
	}
	status = shoot(&look, &wish);
	look_close(&look);
	return status;
}
