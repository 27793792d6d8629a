/* SPDX-License-Identifier: MIT */
/**
 * DOC: uprime bench
 *
 * Runs the measuring programs and measures the start of sessions itself, puts
 * all points together and shows them: tables, JSON, plots. It judges how far
 * they reach the targets, but ends well whatever it found: a measurement is no
 * test.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "say.h"
#include "tools.h"

static const char help[] =
	"Usage: uprime bench [--quick] [--only TEXT] [--json FILE] [--plot "
	"DIR]\n"
	"                    [--guest COMMAND] [--compare FILE]\n"
	"\n"
	"Measures what operations cost: in the core, in a program with the\n"
	"devices, and starting one; each beside what the system itself takes\n"
	"for the like, and beside the targets of this project.\n"
	"\n"
	"  --quick          fewer repetitions\n"
	"  --only TEXT      only what has TEXT in its group, scale and name\n"
	"  --json FILE      write all numbers as JSON; - is stdout, which "
	"then\n"
	"                   has no tables\n"
	"  --plot DIR       write plots (SVG) into this folder\n"
	"  --guest COMMAND  measure Linux's own vgem as well: COMMAND is run\n"
	"                   with a program and its arguments appended, and "
	"has\n"
	"                   to run it there\n"
	"  --compare FILE   compare with an earlier --json FILE\n"
	"  --help           show this\n"
	"\n"
	"Examples:\n"
	"  uprime bench --quick\n"
	"  uprime bench --only re-export\n"
	"  uprime bench --json before.json\n"
	"  uprime bench --compare before.json --plot plots\n"
	"  uprime bench --guest 'sh tests/oracle/guest.sh build'\n";

/* 0: go on; 1: done; -EINVAL: said. */
static int set_option(struct bench *bench, int option, const char *given)
{
	switch (option) {
	case 'q':
		bench->quick = true;
		return 0;
	case 'o':
		bench->only = optarg;
		return 0;
	case 'j':
		bench->json = optarg;
		return 0;
	case 'p':
		bench->plot = optarg;
		return 0;
	case 'g':
		bench->guest = optarg;
		return 0;
	case 'c':
		return points_load(&bench->before, optarg);
	case 'h':
		fputs(help, stdout);
		return 1;
	case ':':
		say("something must follow %s: see 'uprime bench --help'.",
		    given);
		return -EINVAL;
	default:
		say("there is no option %s: see 'uprime bench --help'.", given);
		return -EINVAL;
	}
}

static int parse(struct bench *bench, int argc, char **argv)
{
	static const struct option options[] = {
		{"quick", no_argument, NULL, 'q'},
		{"only", required_argument, NULL, 'o'},
		{"json", required_argument, NULL, 'j'},
		{"plot", required_argument, NULL, 'p'},
		{"guest", required_argument, NULL, 'g'},
		{"compare", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, ret = 0;

	opterr = 0;
	while (!ret &&
	       (option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		ret = set_option(bench, option, argv[optind - 1]);
	}
	if (!ret && optind < argc) {
		say("'%s' is too much: see 'uprime bench --help'.",
		    argv[optind]);
		ret = -EINVAL;
	}
	return ret;
}

/* Whether files can be written is told before it all, not after minutes. */
static int try_files(const struct bench *bench)
{
	FILE *file;

	if (bench->json && strcmp(bench->json, "-")) {
		file = fopen(bench->json, "ae");
		if (!file) {
			say("cannot write %s: %m.", bench->json);
			return -errno;
		}
		fclose(file);
	}
	if (bench->plot && mkdir(bench->plot, 0777) && errno != EEXIST) {
		say("cannot make the folder %s: %m.", bench->plot);
		return -errno;
	}
	return 0;
}

static int show(const struct bench *bench)
{
	int ret = 0;

	if (!bench->json || strcmp(bench->json, "-")) {
		ret = bench_tables(bench);
		if (ret) {
			say("out of memory.");
		}
	}
	if (bench->json && points_save(&bench->points, bench->json)) {
		ret = -EIO;
	}
	if (bench->plot && bench_plots(&bench->points, bench->plot)) {
		ret = -EIO;
	}
	return ret;
}

int bench_command(int argc, char **argv)
{
	struct bench bench = {0};
	int ret = parse(&bench, argc, argv);

	if (!ret) {
		ret = try_files(&bench);
	}
	if (!ret) {
		run_programs(&bench);
		start_measure(&bench);
		run_progress_end();
		ret = show(&bench);
	}
	points_finish(&bench.points);
	points_finish(&bench.before);
	return ret < 0 ? EXIT_UPRIME : 0;
}
