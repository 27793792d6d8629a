/* SPDX-License-Identifier: MIT */
/**
 * DOC: the conformance program of displays
 *
 *	conform-kms list
 *	conform-kms [--driver NAME] scripted [SUBJECT...]
 *	conform-kms [--driver NAME] generic	what all drivers must answer
 *alike
 *
 * Without --driver it asks vkms.
 */
#include "kms.h"
#include "kms_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct subject *const subjects[] = {
	&kms_caps_subject,
	&kms_resources_subject,
	&kms_property_subject,
	&kms_blob_subject,
	&kms_fb_subject,
	&kms_fb_arguments_subject,
	&kms_crtc_subject,
	&kms_gamma_subject,
	&kms_cursor_subject,
	&kms_plane_subject,
	&kms_flip_subject,
	&kms_vblank_subject,
	&kms_event_subject,
	&kms_atomic_subject,
	&kms_atomic_values_subject,
	&kms_atomic_arguments_subject,
	&kms_fence_subject,
	&kms_owner_subject,
	&kms_lease_subject,
	&kms_writeback_subject,
	&kms_crc_subject,
	&kms_files_subject,
	&kms_buffer_subject,
	&kms_random_subject,
	NULL,
};

static int usage(void)
{
	fprintf(stderr,
		"usage: conform-kms list|privileged\n"
		"       conform-kms [--driver NAME] scripted [SUBJECT...]\n"
		"       conform-kms [--driver NAME] generic\n"
		"       conform-kms random SEEDS OPS\n");
	return 2;
}

struct sequence {
	unsigned int seed, ops;
};

static void run_sequence(void *data)
{
	const struct sequence *which = data;

	kms_random_run(which->seed, which->ops);
}

/* Each in a process of its own, as checks are. */
static int run_random(unsigned int seeds, unsigned int ops)
{
	drop_sys_admin();
	for (unsigned int seed = 1; seed <= seeds; seed++) {
		struct sequence which = {seed, ops};

		report_subject(text("seed %u", seed));
		in_child(run_sequence, &which);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {.privileged = have_sys_admin()};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2 && !strcmp(argv[1], "--driver")) {
		kms_driver = argv[2];
		argc -= 2;
		argv += 2;
	}
	if (argc == 2 && !strcmp(argv[1], "privileged")) {
		return options.privileged ? 0 : 1;
	}
	if (argc == 2 && !strcmp(argv[1], "list")) {
		scripted_list();
		return 0;
	}
	if (argc >= 2 && !strcmp(argv[1], "scripted")) {
		return scripted_run(argv + 2, &options) ? 0 : 2;
	}
	if (argc == 2 && !strcmp(argv[1], "generic")) {
		options.generic = true;
		return scripted_run(argv + 2, &options) ? 0 : 2;
	}
	if (argc == 4 && !strcmp(argv[1], "random")) {
		return run_random((unsigned int)strtoul(argv[2], NULL, 0),
				  (unsigned int)strtoul(argv[3], NULL, 0));
	}
	return usage();
}
