/* SPDX-License-Identifier: MIT */
/**
 * DOC: uprime check
 *
 * A child is `uprime run` (or, with --device host, PROGRAM itself), with the
 * trace's name in its environment: so the witness is loaded into PROGRAM and
 * all that it starts. This process reads the trace meanwhile, and reports.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "program.h"
#include "say.h"
#include "tools.h"

/* How long to sleep when there is nothing to read, in ms. */
#define PAUSE 5
/* How many pauses until it is looked whose processes have ended. */
#define LOOK_EVERY 20
/* Words of `uprime run`, beside PROGRAM's. */
#define RUN_WORDS 32

static const char help[] =
	"Usage: uprime check [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
	"\n"
	"Runs PROGRAM as 'uprime run' does and says which GEM handles, "
	"dma-bufs,\n"
	"framebuffers, blobs, syncobjs, sync files and mappings were leaked,\n"
	"closed twice or used after that, and where in the program.\n"
	"\n"
	"  --error-exitcode N   exit with N if there are findings; else, and\n"
	"                       without it, with PROGRAM's status\n"
	"  --json FILE          write the findings as JSON\n"
	"  --junit FILE         write them as a JUnit file, for CI\n"
	"  --suppressions FILE  leave out what its lines RULE:PATTERN name\n"
	"  --watch              report what grows at once, not at the end\n"
	"  --access             find access to a dma-buf's memory outside of\n"
	"                       DMA_BUF_IOCTL_SYNC, too; slow, and system "
	"calls\n"
	"                       with such memory fail\n"
	"  --device host        look at PROGRAM on this machine's real "
	"devices\n"
	"  --help               show this\n"
	"\n"
	"--device, --session, --capture and --vnc are those of 'uprime run'.\n"
	"SIGUSR1 makes it report what was found so far.\n"
	"\n"
	"Examples:\n"
	"  uprime check -- ./my-compositor-test\n"
	"  uprime check --error-exitcode 9 --junit check.xml -- ./my-tests\n"
	"  uprime check --device vkms -- weston\n"
	"  uprime check --device host -- kmscube\n";

/**
 * struct options - what was asked for
 */
struct options {
	const char *json, *junit, *suppressions;
	bool watch, access, host;
	int error_exitcode; /* 0: PROGRAM's own */
	const char *run[RUN_WORDS];
	int nr_run;
	char **program;
};

static int add_run(struct options *options, const char *name, const char *value)
{
	/* Two words each, and "--" at the end. */
	if (options->nr_run + 3 > RUN_WORDS) {
		say("there are too many options for 'uprime run'.");
		return -EINVAL;
	}
	options->run[options->nr_run++] = name;
	if (value) {
		options->run[options->nr_run++] = value;
	}
	return 0;
}

static int set_exitcode(struct options *options, const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || end == text || value < 1 || value > 255) {
		say("--error-exitcode '%s' is no status from 1 to 255.", text);
		return -EINVAL;
	}
	options->error_exitcode = (int)value;
	return 0;
}

static int set_device(struct options *options, const char *text)
{
	if (!strcmp(text, "host")) {
		options->host = true;
		return 0;
	}
	return add_run(options, "--device", text);
}

static int set_option(struct options *options, int option, char *word)
{
	switch (option) {
	case 'e':
		return set_exitcode(options, optarg);
	case 'j':
		options->json = optarg;
		return 0;
	case 'u':
		options->junit = optarg;
		return 0;
	case 'p':
		options->suppressions = optarg;
		return 0;
	case 'w':
		options->watch = true;
		return 0;
	case 'a':
		options->access = true;
		return 0;
	case 'd':
		return set_device(options, optarg);
	case 's':
		return add_run(options, "--session", optarg);
	case 'c':
		return add_run(options, "--capture", optarg);
	case 'v':
		return add_run(options, word, NULL);
	default:
		say("%s %s: see 'uprime check --help'.",
		    option == ':' ? "a value must follow"
				  : "there is no option",
		    word);
		return -EINVAL;
	}
}

/* 0: go on; 1: done; -errno, and it was said. */
static int parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{"error-exitcode", required_argument, NULL, 'e'},
		{"json", required_argument, NULL, 'j'},
		{"junit", required_argument, NULL, 'u'},
		{"suppressions", required_argument, NULL, 'p'},
		{"watch", no_argument, NULL, 'w'},
		{"access", no_argument, NULL, 'a'},
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
	       (option = getopt_long(argc, argv, "+:", names, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1;
		}
		ret = set_option(options, option, argv[optind - 1]);
	}
	if (!ret && optind == argc) {
		say("no PROGRAM to run was given: see 'uprime check --help'.");
		ret = -EINVAL;
	}
	if (!ret && options->host && options->nr_run) {
		say("--device host has no session: leave out %s.",
		    options->run[0]);
		ret = -EINVAL;
	}
	options->program = argv + optind;
	return ret;
}

/* PROGRAM alone, with the witness. Returns only if it cannot be run. */
static int exec_program(char **program)
{
	const char *old = getenv("LD_PRELOAD");
	char *witness = program_witness(), *value;
	int ret;

	if (!witness) {
		return EXIT_UPRIME;
	}
	if (asprintf(&value, "%s%s%s", witness, old && old[0] ? ":" : "",
		     old ? old : "") < 0) {
		value = NULL;
	}
	ret = value ? setenv("LD_PRELOAD", value, 1) : -1;
	free(value);
	free(witness);
	if (ret) {
		say("out of memory.");
		return EXIT_UPRIME;
	}
	execvp(program[0], program);
	say("cannot run %s: %m.", program[0]);
	return errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN;
}

static int run_program(struct options *options)
{
	size_t nr = 0, at = 0;
	char **argv;
	int status;

	if (options->host) {
		return exec_program(options->program);
	}
	while (options->program[nr]) {
		nr++;
	}
	argv = calloc((size_t)options->nr_run + nr + 3, sizeof(*argv));
	if (!argv) {
		say("out of memory.");
		return EXIT_UPRIME;
	}
	argv[at++] = (char *)"run";
	for (int i = 0; i < options->nr_run; i++) {
		argv[at++] = (char *)options->run[i];
	}
	argv[at++] = (char *)"--";
	memcpy(argv + at, options->program, nr * sizeof(*argv));
	optind = 0;
	status = run_command((int)(at + nr), argv);
	free(argv);
	return status;
}

static void drain(struct check *check, struct reader *reader)
{
	const struct trace_record *record;

	while ((record = reader_next(reader))) {
		check_record(check, record);
	}
}

/* End the processes which are gone; all of them, if everything is over. */
static void end_processes(struct check *check, struct reader *reader, bool all)
{
	size_t nr = check->processes.count, at = 0;
	int *gone = calloc(nr + 1, sizeof(*gone));

	for (size_t i = 0; gone && i < check->processes.size; i++) {
		const struct process *process =
			check->processes.entries[i].value;

		if (process &&
		    (all || (kill(process->pid, 0) && errno == ESRCH))) {
			gone[at++] = process->pid;
		}
	}
	/* What they told last. */
	drain(check, reader);
	for (size_t i = 0; i < at; i++) {
		struct process *process = process_of(check, gone[i]);

		if (process) {
			check_process_ended(check, process);
		}
	}
	free(gone);
}

/* What grows, once. */
static void tell_growth(struct check *check)
{
	struct finding *finding;

	list_for_each_entry (finding, &check->findings.list, node) {
		if (finding->rule == RULE_GROWTH && !finding->told) {
			finding->told = true;
			report_finding(stderr, 1, finding, check->symbols);
		}
	}
}

static void signalled(struct check *check, int signals, pid_t child)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR1) {
			report_text(stderr, &check->findings, check->symbols);
		} else if (info.ssi_code <= 0) {
			/* The terminal's reach it anyway. */
			kill(child, (int)info.ssi_signo);
		}
	}
}

/* Returns the child's status, as from wait(2). */
static int follow(const struct options *options, struct check *check,
		  struct reader *reader, int signals, pid_t child)
{
	struct pollfd fd = {.fd = signals, .events = POLLIN};
	unsigned int pauses = 0;
	int status = 0;

	while (!waitpid(child, &status, WNOHANG)) {
		drain(check, reader);
		if (options->watch) {
			tell_growth(check);
		}
		if (++pauses % LOOK_EVERY == 0) {
			end_processes(check, reader, false);
		}
		if (poll(&fd, 1, PAUSE) > 0) {
			signalled(check, signals, child);
		}
	}
	end_processes(check, reader, true);
	return status;
}

static int report(const struct options *options, struct check *check,
		  const struct suppressions *suppressions)
{
	int ret = 0, err;

	if (suppressions) {
		suppressions_apply(suppressions, &check->findings,
				   check->symbols);
	}
	report_text(stderr, &check->findings, check->symbols);
	if (options->json) {
		err = report_json(options->json, &check->findings,
				  check->symbols);
		if (err) {
			say("cannot write %s: %s.", options->json,
			    strerror(-err));
			ret = err;
		}
	}
	if (options->junit) {
		err = report_junit(options->junit, &check->findings,
				   check->symbols);
		if (err) {
			say("cannot write %s: %s.", options->junit,
			    strerror(-err));
			ret = err;
		}
	}
	return ret;
}

static int run_watched(struct options *options, struct check *check,
		       struct suppressions *suppressions)
{
	static const int numbers[] = {SIGTERM, SIGHUP,	SIGINT, SIGQUIT,
				      SIGUSR1, SIGUSR2, SIGCONT};
	struct reader reader;
	sigset_t set, before;
	int signals, status, ret;
	pid_t child;

	if (reader_open(&reader, options->access ? TRACE_ACCESS : 0)) {
		return EXIT_UPRIME;
	}
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		sigaddset(&set, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &set, &before);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	fflush(NULL);
	child = signals < 0 ? -1 : fork();
	if (!child) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		close(signals);
		/* The parent's, of which this process has a copy. */
		check_destroy(check);
		suppressions_destroy(suppressions);
		say_as("uprime run");
		setenv(TRACE_ENV, reader.path, 1);
		exit(run_program(options));
	}
	if (child < 0) {
		say("cannot start a process: %m.");
		status = EXIT_UPRIME;
		goto out_close;
	}
	ret = follow(options, check, &reader, signals, child);
	status = WIFEXITED(ret) ? WEXITSTATUS(ret) : 128 + WTERMSIG(ret);
	if (report(options, check, suppressions)) {
		status = EXIT_UPRIME;
	} else if (options->error_exitcode &&
		   findings_count(&check->findings)) {
		status = options->error_exitcode;
	}
out_close:
	if (signals >= 0) {
		close(signals);
	}
	reader_close(&reader);
	return status;
}

int check_command(int argc, char **argv)
{
	struct suppressions *suppressions = NULL;
	struct options options = {0};
	struct check *check;
	int ret, status = EXIT_UPRIME;

	ret = parse(&options, argc, argv);
	if (ret) {
		return ret < 0 ? EXIT_UPRIME : 0;
	}
	if (options.suppressions) {
		suppressions = suppressions_read(options.suppressions);
		if (!suppressions) {
			return EXIT_UPRIME;
		}
	}
	check = check_create();
	if (check) {
		status = run_watched(&options, check, suppressions);
		check_destroy(check);
	} else {
		say("out of memory.");
	}
	suppressions_destroy(suppressions);
	return status;
}
