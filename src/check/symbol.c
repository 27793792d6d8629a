/* SPDX-License-Identifier: MIT */
/**
 * DOC: names of places
 *
 * elfutils reads what a file and its separate debugging information say. It is
 * asked for what a report shows only, and once for each address.
 */
#include "check.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct module_names - the names in a module
 */
struct module_names {
	Dwfl *dwfl; /* or NULL: it cannot be read */
	GElf_Addr bias;
};

/**
 * struct symbols - what was asked for
 */
struct symbols {
	struct u64map modules; /* struct module's address -> module_names */
	struct u64map known;   /* hash of module and address -> symbol, owned */
};

struct symbols *symbols_create(void)
{
	/* Debugging information comes from this machine. */
	unsetenv("DEBUGINFOD_URLS");
	return calloc(1, sizeof(struct symbols));
}

static void free_symbol(struct symbol *symbol)
{
	struct symbol *caller;

	for (; symbol; symbol = caller) {
		caller = (struct symbol *)symbol->caller;
		free((char *)symbol->function);
		free((char *)symbol->file);
		free(symbol);
	}
}

void symbols_destroy(struct symbols *symbols)
{
	if (!symbols) {
		return;
	}
	for (size_t i = 0; i < symbols->known.size; i++) {
		if (symbols->known.entries[i].value) {
			free_symbol(symbols->known.entries[i].value);
		}
	}
	u64map_destroy(&symbols->known);
	for (size_t i = 0; i < symbols->modules.size; i++) {
		struct module_names *names = symbols->modules.entries[i].value;

		if (names) {
			dwfl_end(names->dwfl);
			free(names);
		}
	}
	u64map_destroy(&symbols->modules);
	free(symbols);
}

static Dwfl *read_module(const char *path, GElf_Addr *bias)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *mod;

	if (!dwfl) {
		return NULL;
	}
	dwfl_report_begin(dwfl);
	mod = dwfl_report_elf(dwfl, path, path, -1, 0, false);
	dwfl_report_end(dwfl, NULL, NULL);
	if (!mod || !dwfl_module_getelf(mod, bias)) {
		dwfl_end(dwfl);
		return NULL;
	}
	return dwfl;
}

static struct module_names *names_of(struct symbols *symbols,
				     const struct module *module)
{
	u64 key = (uintptr_t)module;
	struct module_names *names = u64map_find(&symbols->modules, key);

	if (names) {
		return names;
	}
	names = calloc(1, sizeof(*names));
	if (!names) {
		return NULL;
	}
	names->dwfl = read_module(module->path, &names->bias);
	if (u64map_insert(&symbols->modules, key, names)) {
		dwfl_end(names->dwfl);
		free(names);
		return NULL;
	}
	return names;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* The file and line of a call that was inlined. */
static void find_call(Dwarf_Die *cu, Dwarf_Die *inlined, struct symbol *symbol)
{
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	Dwarf_Word number;
	size_t nr;

	if (dwarf_attr(inlined, DW_AT_call_file, &attr) &&
	    !dwarf_formudata(&attr, &number) &&
	    !dwarf_getsrcfiles(cu, &files, &nr) && number < nr) {
		symbol->file = copy(dwarf_filesrc(files, number, NULL, NULL));
	}
	if (dwarf_attr(inlined, DW_AT_call_line, &attr) &&
	    !dwarf_formudata(&attr, &number)) {
		symbol->line = (int)number;
	}
}

/* Who an address was inlined into: the innermost function's name becomes the
 * symbol's, the others' are its callers. */
static void find_callers(Dwfl_Module *mod, GElf_Addr addr,
			 struct symbol *symbol)
{
	Dwarf_Die *inner = NULL, *scopes = NULL, *cu;
	struct symbol *caller;
	Dwarf_Addr bias;
	int nr;

	cu = dwfl_module_addrdie(mod, addr, &bias);
	if (!cu || dwarf_getscopes(cu, addr - bias, &inner) <= 0) {
		return;
	}
	/* What is around it where it is, not where it was written. */
	nr = dwarf_getscopes_die(&inner[0], &scopes);
	for (int i = 0; i < nr; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_inlined_subroutine &&
		    tag != DW_TAG_subprogram) {
			continue;
		}
		free((char *)symbol->function);
		symbol->function = copy(dwarf_diename(&scopes[i]));
		if (tag == DW_TAG_subprogram) {
			break;
		}
		caller = calloc(1, sizeof(*caller));
		if (!caller) {
			break;
		}
		find_call(cu, &scopes[i], caller);
		caller->module = symbol->module;
		symbol->caller = caller;
		symbol = caller;
	}
	free(scopes);
	free(inner);
}

static void find_names(struct symbols *symbols, const struct frame *frame,
		       struct symbol *symbol)
{
	struct module_names *names = names_of(symbols, frame->module);
	Dwfl_Module *mod;
	Dwfl_Line *line;
	GElf_Addr addr;
	GElf_Off offset;
	GElf_Sym sym;

	if (!names || !names->dwfl) {
		return;
	}
	addr = frame->addr + names->bias;
	mod = dwfl_addrmodule(names->dwfl, addr);
	if (!mod) {
		return;
	}
	symbol->function = copy(dwfl_module_addrinfo(mod, addr, &offset, &sym,
						     NULL, NULL, NULL));
	line = dwfl_module_getsrc(mod, addr);
	if (line) {
		symbol->file = copy(dwfl_lineinfo(line, NULL, &symbol->line,
						  NULL, NULL, NULL));
		find_callers(mod, addr, symbol);
	}
}

const struct symbol *symbols_find(struct symbols *symbols,
				  const struct frame *frame)
{
	static const struct symbol unknown;
	u64 key = ((uintptr_t)frame->module ^ frame->addr * 0x9e3779b97f4a7c15);
	struct symbol *known;

	if (!frame->module) {
		return &unknown;
	}
	known = u64map_find(&symbols->known, key);
	if (known) {
		return known;
	}
	known = calloc(1, sizeof(*known));
	if (!known) {
		return &unknown;
	}
	known->module = frame->module->path;
	find_names(symbols, frame, known);
	if (u64map_insert(&symbols->known, key, known)) {
		free_symbol(known);
		return &unknown;
	}
	return known;
}
