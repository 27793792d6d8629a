/* SPDX-License-Identifier: MIT */
/* Places: modules by their path, stacks by what is in them. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

/**
 * struct stacks - all stacks and modules
 */
struct stacks {
	struct u64map by_hash; /* -> struct stack, owned */
	struct module *modules;
};

struct stacks *stacks_create(void)
{
	return calloc(1, sizeof(struct stacks));
}

void stacks_destroy(struct stacks *stacks)
{
	struct module *module;

	if (!stacks) {
		return;
	}
	for (size_t i = 0; i < stacks->by_hash.size; i++) {
		free(stacks->by_hash.entries[i].value);
	}
	u64map_destroy(&stacks->by_hash);
	while ((module = stacks->modules)) {
		stacks->modules = module->next;
		free(module->path);
		free(module);
	}
	free(stacks);
}

static const struct module *module_get(struct stacks *stacks, const char *path)
{
	struct module *module;

	for (module = stacks->modules; module; module = module->next) {
		if (!strcmp(module->path, path)) {
			return module;
		}
	}
	module = calloc(1, sizeof(*module));
	if (!module) {
		return NULL;
	}
	module->path = strdup(path);
	if (!module->path) {
		free(module);
		return NULL;
	}
	module->next = stacks->modules;
	stacks->modules = module;
	return module;
}

void code_add(struct stacks *stacks, struct code *code,
	      const struct trace_record *record)
{
	struct code_range range = {
		.bias = (u64)record->args[0],
		.first = (u64)record->args[1],
		.end = (u64)record->args[2],
	};
	struct code_range *ranges;

	range.module = module_get(stacks, record->path);
	for (size_t i = 0; i < code->nr; i++) {
		/* What was there before is no longer loaded. */
		if (code->ranges[i].first < range.end &&
		    range.first < code->ranges[i].end) {
			code->ranges[i] = range;
			return;
		}
	}
	if (code->nr == code->room) {
		code->room = code->room ? 2 * code->room : 64;
		ranges = realloc(code->ranges, code->room * sizeof(*ranges));
		if (!ranges) {
			code->room = code->nr;
			return;
		}
		code->ranges = ranges;
	}
	code->ranges[code->nr++] = range;
}

void code_copy(struct code *to, const struct code *from)
{
	*to = (struct code){0};
	to->ranges = malloc(from->nr * sizeof(*to->ranges) + 1);
	if (to->ranges) {
		memcpy(to->ranges, from->ranges,
		       from->nr * sizeof(*to->ranges));
		to->nr = to->room = from->nr;
	}
}

void code_clear(struct code *code)
{
	free(code->ranges);
	*code = (struct code){0};
}

static const struct code_range *range_of(const struct code *code, u64 addr)
{
	for (size_t i = 0; i < code->nr; i++) {
		if (addr >= code->ranges[i].first &&
		    addr < code->ranges[i].end) {
			return &code->ranges[i];
		}
	}
	return NULL;
}

/* What stands between the program and the system is nobody's place. */
static bool is_ours(const struct module *module)
{
	const char *name = module ? strrchr(module->path, '/') : NULL;

	return name && (!strcmp(name, "/libuprime-witness.so") ||
			!strcmp(name, "/libuprime-preload.so") ||
			!strncmp(name, "/libunwind", 10) ||
			!strncmp(name, "/libumockdev-preload", 20));
}

static void fill(struct stack *stack, const struct code *code,
		 const struct trace_record *record)
{
	bool begun = false;

	for (unsigned int i = 0; i < record->nr_frames; i++) {
		/* A return address: the call is before it. */
		u64 addr = record->frames[i] - 1;
		const struct code_range *range = range_of(code, addr);
		struct frame frame = {.addr = addr};

		if (range) {
			frame.module = range->module;
			frame.addr = addr - range->bias;
		}
		if (!begun && is_ours(frame.module)) {
			continue;
		}
		begun = true;
		stack->frames[stack->nr++] = frame;
	}
}

static u64 hash_of(const struct stack *stack)
{
	u64 hash = 0xcbf29ce484222325ull;

	for (unsigned int i = 0; i < stack->nr; i++) {
		hash = (hash ^ (uintptr_t)stack->frames[i].module) *
		       0x100000001b3ull;
		hash = (hash ^ stack->frames[i].addr) * 0x100000001b3ull;
		hash ^= hash >> 29;
	}
	return hash;
}

const struct stack *stacks_get(struct stacks *stacks, const struct code *code,
			       const struct trace_record *record)
{
	struct stack stack = {0}, *kept;

	fill(&stack, code, record);
	if (!stack.nr) {
		return NULL;
	}
	stack.hash = hash_of(&stack);
	kept = u64map_find(&stacks->by_hash, stack.hash);
	if (kept) {
		return kept;
	}
	kept = malloc(sizeof(*kept));
	if (!kept) {
		return NULL;
	}
	*kept = stack;
	if (u64map_insert(&stacks->by_hash, stack.hash, kept)) {
		free(kept);
		return NULL;
	}
	return kept;
}
