/* SPDX-License-Identifier: MIT */
/*
 * fuzz SECONDS [SEED [PROCESSES [THREADS]]]: run by fuzz.sh in a session with
 * displays. Processes are killed at any moment and started again, displays are
 * plugged in and out and looked at, and somebody with good manners has to be
 * answered all the while. At the end a display has to show a picture.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORKERS 16
/* A sanitizer is slow, and so is a machine with other things to do. */
#define PATIENCE 30

static struct {
	uint64_t seed;
	unsigned int workers, threads;
	pid_t pids[MAX_WORKERS];
	uint64_t generation;
	int shared;	/* a card */
	double slowest; /* answer, in s */
} fuzz;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
	fprintf(stderr, "fuzz: %s\n", what);
	for (unsigned int i = 0; i < fuzz.workers; i++) {
		if (fuzz.pids[i] > 0) {
			kill(fuzz.pids[i], SIGKILL);
		}
	}
	exit(1);
}

static void must(int ret, const char *what)
{
	if (ret) {
		fprintf(stderr, "fuzz: %s: %s\n", what, strerror(errno));
		give_up("it does not work any more");
	}
}

static void start(unsigned int worker)
{
	uint64_t seed = fuzz.seed + fuzz.generation++ * 1000003;

	fuzz.pids[worker] = fork();
	must(fuzz.pids[worker] < 0, "fork");
	if (fuzz.pids[worker] == 0) {
		signal(SIGALRM, SIG_DFL);
		/* Some are all master, by one file. */
		worker_run(seed, worker, fuzz.threads,
			   worker % 4 ? fuzz.shared : -1);
	}
}

/* A tool with a sanitizer in it does not start under the preloads. */
static pid_t command(const char *words)
{
	pid_t pid = fork();
	char line[512];

	if (pid) {
		return pid;
	}
	snprintf(line, sizeof(line),
		 "exec env -u LD_PRELOAD \"$BUILD\"/uprime %s "
		 ">/dev/null 2>&1",
		 words);
	execl("/bin/sh", "sh", "-c", line, NULL);
	_exit(127);
}

static void plug_or_look(struct dice *dice)
{
	static const char *const commands[] = {
		"display plug Virtual-1 640x480",
		"display plug Virtual-1 1280x720 640x480",
		"display unplug Virtual-1",
		"display plug Virtual-2",
		"display plug Virtual-2 320x240@144",
		"display unplug Virtual-2",
		"display list",
		"screenshot /dev/null",
		"view",
		"ls"};
	unsigned int at = roll(dice, sizeof(commands) / sizeof(commands[0]));
	pid_t pid = command(commands[at]);

	/* Who looks on does not end by itself. */
	if (one_in(dice, 4) || !strcmp(commands[at], "view")) {
		usleep(roll(dice, 200000));
		kill(pid, SIGKILL);
	}
	if (pid > 0) {
		waitpid(pid, NULL, 0);
	}
}

static void share_card(void)
{
	if (fuzz.shared >= 0) {
		close(fuzz.shared);
	}
	fuzz.shared = open("/dev/dri/card0", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	for (uint64_t cap = 1; cap < 6; cap++) {
		struct drm_set_client_cap set = {cap, 1};

		request(fuzz.shared, DRM_IOCTL_SET_CLIENT_CAP, &set);
	}
}

/* Somebody asks a little, and must get it whatever others do. */
static void probe(void)
{
	struct drm_mode_card_res res = {0};
	struct drm_mode_create_dumb create = {
		.width = 64, .height = 64, .bpp = 32};
	struct drm_mode_get_connector connector = {0};
	int fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);

	for (unsigned int i = 0; i < display.nr; i++) {
		if (display.objects[i].type == DRM_MODE_OBJECT_CONNECTOR) {
			connector.connector_id = display.objects[i].id;
		}
	}
	if (fd < 0 || request(fd, DRM_IOCTL_MODE_GETRESOURCES, &res) ||
	    request(fd, DRM_IOCTL_MODE_GETCONNECTOR, &connector) ||
	    request(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create)) {
		fprintf(stderr, "fuzz: probe: %s\n", strerror(errno));
		give_up("the server does not answer as it should");
	}
	close(fd);
}

static void hung(int sig)
{
	(void)sig;
	give_up("the server does not answer");
}

static void checked_probe(void)
{
	double asked = now();

	alarm(PATIENCE);
	probe();
	alarm(0);
	asked = now() - asked;
	fuzz.slowest = asked > fuzz.slowest ? asked : fuzz.slowest;
}

static uint32_t connected(int fd, struct drm_mode_modeinfo *mode)
{
	uint32_t ids[16];
	struct drm_mode_card_res res = {.connector_id_ptr = (uintptr_t)ids,
					.count_connectors = 16};

	request(fd, DRM_IOCTL_MODE_GETRESOURCES, &res);
	for (uint32_t i = 0; i < res.count_connectors && i < 16; i++) {
		struct drm_mode_modeinfo modes[64];
		struct drm_mode_get_connector get = {.connector_id = ids[i]};

		if (request(fd, DRM_IOCTL_MODE_GETCONNECTOR, &get) ||
		    !get.count_modes || get.count_modes > 64 ||
		    get.connector_type == DRM_MODE_CONNECTOR_WRITEBACK) {
			continue;
		}
		get.modes_ptr = (uintptr_t)modes;
		get.count_props = get.count_encoders = 0;
		request(fd, DRM_IOCTL_MODE_GETCONNECTOR, &get);
		*mode = modes[0];
		return ids[i];
	}
	return 0;
}

/* Let a connector tell again whether it is plugged in. */
static void unforce(const char *connector)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/class/drm/card0-%s/status",
		 connector);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	must(fd < 0 || write(fd, "detect", 6) != 6, path);
	close(fd);
}

/* After all that a display is there for who comes next. */
static void show(void)
{
	int fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	struct drm_mode_modeinfo mode = {0};
	uint32_t connector, crtcs[16];
	struct drm_mode_card_res res = {.crtc_id_ptr = (uintptr_t)crtcs,
					.count_crtcs = 16};
	struct drm_mode_create_dumb create = {.bpp = 32};
	struct drm_mode_fb_cmd2 fb = {.pixel_format = DRM_FORMAT_XRGB8888};
	struct drm_mode_crtc crtc = {.count_connectors = 1, .mode_valid = 1};
	struct drm_mode_crtc_page_flip flip = {.flags = 1};
	struct pollfd p = {fd, POLLIN, 0};
	char event[256];
	int tries = 100;

	must(fd < 0, "open");
	unforce("Virtual-1");
	unforce("Virtual-2");
	waitpid(command("display plug Virtual-1 640x480"), NULL, 0);
	/* Those who were killed are gone when the server has seen it. */
	while (request(fd, DRM_IOCTL_SET_MASTER, NULL) && tries--) {
		usleep(100000);
	}
	must(tries < 0, "SET_MASTER");
	must(display_restore(fd), "ATOMIC");
	connector = connected(fd, &mode);
	must(!connector, "a display that is plugged in");
	must(request(fd, DRM_IOCTL_MODE_GETRESOURCES, &res), "GETRESOURCES");
	create.width = mode.hdisplay;
	create.height = mode.vdisplay;
	must(request(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create), "CREATE_DUMB");
	fb.width = create.width;
	fb.height = create.height;
	fb.handles[0] = create.handle;
	fb.pitches[0] = create.pitch;
	must(request(fd, DRM_IOCTL_MODE_ADDFB2, &fb), "ADDFB2");
	crtc.crtc_id = flip.crtc_id = crtcs[0];
	crtc.fb_id = flip.fb_id = fb.fb_id;
	crtc.set_connectors_ptr = (uintptr_t)&connector;
	crtc.mode = mode;
	must(request(fd, DRM_IOCTL_MODE_SETCRTC, &crtc), "SETCRTC");
	must(request(fd, DRM_IOCTL_MODE_PAGE_FLIP, &flip), "PAGE_FLIP");
	must(poll(&p, 1, PATIENCE * 1000) != 1, "the event of a flip");
	must(read(fd, event, sizeof(event)) < 16, "read");
	close(fd);
}

static void run(double seconds)
{
	double begin = now();
	struct dice dice;
	int fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);

	must(fd < 0, "open");
	display_read(fd);
	close(fd);
	fuzz.shared = -1;
	share_card();
	for (unsigned int i = 0; i < fuzz.workers; i++) {
		start(i);
	}
	for (uint64_t nr = 0; now() - begin < seconds; nr++) {
		dice_init(&dice, fuzz.seed, ~0ull, nr);
		if (one_in(&dice, 2)) {
			plug_or_look(&dice);
		} else {
			unsigned int worker = roll(&dice, fuzz.workers);

			/* Who says nothing more holds nobody up. */
			if (one_in(&dice, 3)) {
				kill(fuzz.pids[worker], SIGSTOP);
				usleep(roll(&dice, 100000));
				checked_probe();
			}
			kill(fuzz.pids[worker], SIGKILL);
			waitpid(fuzz.pids[worker], NULL, 0);
			if (one_in(&dice, 4)) {
				share_card();
			}
			start(worker);
		}
		usleep(roll(&dice, 200000));
		checked_probe();
	}
	for (unsigned int i = 0; i < fuzz.workers; i++) {
		kill(fuzz.pids[i], SIGKILL);
		waitpid(fuzz.pids[i], NULL, 0);
	}
	close(fuzz.shared);
	/* What they still gave each other. */
	close(exchange[0]);
	close(exchange[1]);
	show();
	printf("fuzz: seed %llu, %.0f s, %llu requests, %llu processes, "
	       "slowest answer %.0f ms\n",
	       (unsigned long long)fuzz.seed, now() - begin,
	       (unsigned long long)*nr_requests,
	       (unsigned long long)fuzz.generation, fuzz.slowest * 1000);
}

int main(int argc, char **argv)
{
	if (argc < 2 || !getenv("BUILD")) {
		fprintf(stderr, "usage: BUILD=DIR fuzz SECONDS [SEED "
				"[PROCESSES [THREADS]]]\n");
		return 2;
	}
	fuzz.seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	fuzz.workers = argc > 3 ? (unsigned int)atoi(argv[3]) : 4;
	fuzz.threads = argc > 4 ? (unsigned int)atoi(argv[4]) : 3;
	if (!fuzz.workers || fuzz.workers > MAX_WORKERS || !fuzz.threads ||
	    fuzz.threads > 16) {
		return 2;
	}
	signal(SIGALRM, hung);
	signal(SIGPIPE, SIG_IGN);
	nr_requests = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (nr_requests == MAP_FAILED ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, exchange)) {
		return 1;
	}
	run(atof(argv[1]));
	return 0;
}
