/* SPDX-License-Identifier: MIT */
/**
 * DOC: uprime run
 *
 * Reads the command line and finds out whether the program starts a session or
 * joins one, under the lock on the directory of sessions, so that of two that
 * ask for one name at once the second joins the first. The lock passes to the
 * server of a new session, which gives it up when others can connect; it is
 * not held while a server is waited for.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uprime/drivers.h>

#include "lookers.h"
#include "say.h"
#include "server.h"
#include "session.h"
#include "tools.h"

static const char help[] =
	"Usage: uprime run [--device NAME[,OPTION]...]... [--session NAME]\n"
	"                  [--capture FILE] [--vnc[=ADDRESS:PORT]]\n"
	"                  [--] PROGRAM [ARGUMENT]...\n"
	"\n"
	"Runs PROGRAM with /dev/dri/card0 and /dev/dri/renderD128, which "
	"answer\n"
	"as Linux does, and exits with its status. PROGRAM and all that it\n"
	"starts see the same devices.\n"
	"\n"
	"  --device NAME   a device; again for more (card1, renderD129, ...)\n"
	"  --session NAME  join the session of this name, or make it\n"
	"  --capture FILE  write what the display shows: out.png (the last\n"
	"                  picture), frames-%05d.png (each one), out.mkv, "
	".mp4,\n"
	"                  .webm (a video, by ffmpeg)\n"
	"  --vnc           let VNC viewers see and use the display, at\n"
	"                  127.0.0.1:5900 or the next port, or\n"
	"                  --vnc=ADDRESS:PORT\n"
	"  --help          show this\n"
	"\n"
	"Devices:\n";

static const char help_end[] =
	"\n"
	"Options of a device:\n"
	"  syncobj         it has sync objects, with timelines\n"
	"  name=NAME       what DRM_IOCTL_VERSION calls its driver\n"
	"\n"
	"Options of a device with displays:\n"
	"  display[=MODE[+MODE]...]\n"
	"                  a display; again for more. MODE is 1920x1080 or\n"
	"                  1920x1080@59.94; the first one is preferred\n"
	"  display=[MODE+...]off\n"
	"                  one that is not plugged in: see uprime-display(1)\n"
	"  overlay         it has overlay planes\n"
	"  cursor=off      it has no cursor plane\n"
	"  writeback=off   it has no writeback connector\n"
	"\n"
	"Exit status: PROGRAM's; 125 if uprime failed, 126 if PROGRAM cannot "
	"be\n"
	"run, 127 if it was not found. If PROGRAM dies of a signal, so does\n"
	"uprime run.\n"
	"\n"
	"Examples:\n"
	"  uprime run -- drmdevice\n"
	"  uprime run --device vgem --device vram -- ./my-tests\n"
	"  uprime run --device vgem,syncobj,name=mycard -- ./my-tests\n"
	"  uprime run --device vkms,display=1920x1080 -- weston\n"
	"  uprime run --device vkms --capture out.png -- modetest -s Virtual-1:"
	"1024x768\n"
	"  uprime run --session demo -- ./producer &\n"
	"  uprime run --session demo -- ./consumer\n";

static void print_help(void)
{
	const struct uprime_driver *driver;

	fputs(help, stdout);
	for (unsigned int i = 0; (driver = uprime_driver_at(i)); i++) {
		printf("  %-15s %s\n", driver->name, driver->summary);
	}
	fputs(help_end, stdout);
}

static int add_device(struct server_config *config, const char *text)
{
	if (config->nr_devices == SERVER_DEVICES_MAX) {
		say("a session has at most %d devices.", SERVER_DEVICES_MAX);
		return -EINVAL;
	}
	return device_parse(text, &config->devices[config->nr_devices++]);
}

static int set_name(struct server_config *config, const char *name)
{
	if (!name[0] || name[0] == '.' || strchr(name, '/') ||
	    strlen(name) > NAME_MAX) {
		say("'%s' cannot be the name of a session: it becomes that of "
		    "a directory and must not begin with a dot.",
		    name);
		return -EINVAL;
	}
	config->name = name;
	return 0;
}

static int set_capture(struct lookers *lookers, const char *file)
{
	if (lookers->capture) {
		say("only one --capture can be given: %s or %s.",
		    lookers->capture, file);
		return -EINVAL;
	}
	lookers->capture = file;
	return lookers_check(file);
}

/* 0: run; 1: done; -errno: said. Sets @first to PROGRAM's place in argv. */
static int parse(struct server_config *config, struct lookers *lookers,
		 int argc, char **argv, int *first)
{
	static const struct option options[] = {
		{"device", required_argument, NULL, 'd'},
		{"session", required_argument, NULL, 's'},
		{"capture", required_argument, NULL, 'c'},
		{"vnc", optional_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, ret = 0;

	opterr = 0;
	while (!ret &&
	       (option = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			ret = add_device(config, optarg);
			break;
		case 's':
			ret = set_name(config, optarg);
			break;
		case 'c':
			ret = set_capture(lookers, optarg);
			break;
		case 'v':
			lookers->vnc = true;
			lookers->vnc_address = optarg;
			break;
		case 'h':
			print_help();
			return 1;
		default:
			say("%s %s: see 'uprime run --help'.",
			    option == ':' ? "a NAME must follow"
					  : "there is no option",
			    argv[optind - 1]);
			ret = -EINVAL;
			break;
		}
	}
	if (!ret && optind == argc) {
		say("no PROGRAM to run was given: see 'uprime run --help'.");
		ret = -EINVAL;
	}
	*first = optind;
	return ret;
}

static void clear_stale(struct session_base *base)
{
	struct dirent **list;
	int nr = session_list(base, &list);

	if (nr < 0) {
		return;
	}
	for (int i = 0; i < nr; i++) {
		if (session_look(base, list[i]->d_name) == SESSION_STALE) {
			session_clear(base, list[i]->d_name);
		}
		free(list[i]);
	}
	free(list);
}

/* Has the session the devices that were asked for, if any were? */
static bool has_devices(const struct server_config *config, const char *devices)
{
	const char *at = devices;
	bool same = true;

	for (unsigned int i = 0; i < config->nr_devices && same; i++) {
		char *text = server_device_text(&config->devices[i]);
		size_t len = text ? strlen(text) : 0;

		same = text && !strncmp(at, text, len) && at[len] == '\n';
		at += len + same;
		free(text);
	}
	return same && (!config->nr_devices || !*at);
}

/* "vgem\nvram\n" as people write it */
static void on_one_line(char *devices)
{
	for (char *end; (end = strchr(devices, '\n'));) {
		*end = end[1] ? ' ' : '\0';
	}
}

/* Connect to a live session and put it in our environment. The connection,
 * which is never used, keeps the session alive. */
static int join(const struct server_config *config)
{
	struct session_base *base = config->base;
	char *testbed = session_read(base, config->name, SESSION_TESTBED);
	char *devices = session_read(base, config->name, SESSION_DEVICES);
	int sock = session_connect(base, config->name), ret = -EINVAL;
	char path[2 * PATH_MAX];

	session_base_unlock(base);
	if (sock < 0 || !testbed || !devices || talk_hello(sock)) {
		say("the session %s does not answer: see 'uprime ls'.",
		    config->name);
		goto out;
	}
	if (!has_devices(config, devices)) {
		on_one_line(devices);
		say("the session %s has other devices (%s): leave out "
		    "--device, or name another session.",
		    config->name, devices);
		goto out;
	}
	snprintf(path, sizeof(path), "%s/%s", base->path, config->name);
	ret = program_environment(path, testbed, config->preload);
out:
	if (ret && sock >= 0) {
		close(sock);
	}
	free(devices);
	free(testbed);
	return ret;
}

static bool is_number(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

/* Is there a device with a display among those of a new session? */
static bool has_display(const struct server_config *config)
{
	for (unsigned int i = 0; i < config->nr_devices; i++) {
		if (config->devices[i].driver->display) {
			return true;
		}
	}
	return false;
}

static int host(struct server_config *config, struct lookers *lookers)
{
	/* Sessions without a name are called by the server's pid. */
	if (config->name && is_number(config->name)) {
		say("there is no session %s, and a new one needs a name that "
		    "is no number.",
		    config->name);
		return EXIT_UPRIME;
	}
	if (!config->nr_devices) {
		add_device(config, "vgem");
	}
	if ((lookers->capture || lookers->vnc) && !has_display(config)) {
		say("there is nothing to be seen: a device with a display is "
		    "needed, --device vkms.");
		return EXIT_UPRIME;
	}
	if (lookers_start(lookers, config, false)) {
		return EXIT_UPRIME;
	}
	return front_host(config, lookers);
}

static int run(struct server_config *config, struct lookers *lookers)
{
	struct session_base base;
	int status = EXIT_UPRIME;

	if (session_base_open(&base, true)) {
		return EXIT_UPRIME;
	}
	config->base = &base;
	session_base_lock(&base);
	clear_stale(&base);
	if (config->name && session_look(&base, config->name) == SESSION_LIVE) {
		if (!join(config) && !lookers_start(lookers, config, true)) {
			status = front_join(config->program, lookers);
		}
	} else {
		status = host(config, lookers);
	}
	session_base_close(&base);
	return status;
}

int run_command(int argc, char **argv)
{
	struct server_config config = {0};
	struct lookers lookers = {0};
	struct program program;
	int first, ret, status;
	char *preload;

	ret = parse(&config, &lookers, argc, argv, &first);
	if (ret) {
		return ret < 0 ? EXIT_UPRIME : 0;
	}
	if (program_init(&program, argv + first)) {
		return EXIT_UPRIME;
	}
	preload = program_preload();
	config.program = &program;
	config.preload = preload;
	status = preload ? run(&config, &lookers) : EXIT_UPRIME;
	free(preload);
	program_finish(&program);
	return status;
}
