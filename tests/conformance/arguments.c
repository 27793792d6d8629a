/* SPDX-License-Identifier: MIT */
#include "arguments.h"
#include "conform.h"

#include <linux/sync_file.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void apply(const struct fault *fault, char *argument)
{
	memcpy(argument + fault->offset, &fault->value, fault->size);
}

static bool overlap(const struct fault *a, const struct fault *b)
{
	return a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

/* The name of a sync file has numbers in it, of any length: only its beginning
 * is told. */
static bool is_text(const struct call *call, size_t i)
{
	return call->cmd == SYNC_IOC_FILE_INFO && i &&
	       i < sizeof(((struct sync_file_info *)0)->name);
}

/* Which 32-bit words the kernel wrote, as "2 3"; fds are numbers, so their
 * values are not told. */
static const char *changed_words(const struct call *call, const char *before,
				 const char *after)
{
	const char *list = "";

	for (size_t i = 0; i < MAX_ARGUMENT; i += 4) {
		if (is_text(call, i)) {
			continue;
		}
		if (memcmp(before + i, after + i, 4)) {
			list = text("%s %zu", list, i / 4);
		}
	}
	return *list ? text(", wrote%s", list) : "";
}

static const char *ask(const struct call *call, const struct fault *first,
		       const struct fault *second, bool zero)
{
	char argument[MAX_ARGUMENT] = {0}, before[MAX_ARGUMENT];
	int fd = call->prepare(argument);
	const char *answer;

	if (zero) {
		memset(argument, 0, sizeof(argument));
	}
	if (first) {
		apply(first, argument);
	}
	if (second) {
		apply(second, argument);
	}
	memcpy(before, argument, sizeof(before));
	answer = err(ioctl(fd, call->cmd, argument));
	/* What was prepared goes with the next one's files. */
	close_range(3, ~0u, 0);
	return text("%s%s", answer, changed_words(call, before, argument));
}

static const char *ask_at(const struct call *call, void *pointer)
{
	char argument[MAX_ARGUMENT] = {0};
	int fd = call->prepare(argument);
	const char *answer = err(ioctl(fd, call->cmd, pointer));

	close_range(3, ~0u, 0);
	return answer;
}

void call_arguments(const struct call *call)
{
	result(call->name, "%s", ask(call, NULL, NULL, false));
	result(text("%s, zeroes", call->name), "%s",
	       ask(call, NULL, NULL, true));
	result(text("%s, NULL", call->name), "%s", ask_at(call, NULL));
	result(text("%s, bad pointer", call->name), "%s",
	       ask_at(call, (void *)8));
	for (const struct fault *a = call->faults; a->name; a++) {
		result(text("%s, %s", call->name, a->name), "%s",
		       ask(call, a, NULL, false));
		for (const struct fault *b = a + 1; b->name; b++) {
			if (!overlap(a, b)) {
				result(text("%s, %s and %s", call->name,
					    a->name, b->name),
				       "%s", ask(call, a, b, false));
			}
		}
	}
}
