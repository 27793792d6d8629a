/* SPDX-License-Identifier: MIT */
/**
 * DOC: where code is
 *
 * Addresses mean something only with the files that were loaded there. The
 * loader counts what it loads; when the count has changed, all modules are told
 * again, before the record whose stack may need them.
 */
#include "witness.h"

#include <link.h>

static _Atomic unsigned long long told; /* the loader's count, + 1 */

static int tell_one(struct dl_phdr_info *info, size_t size, void *data)
{
	uint64_t first = UINT64_MAX, end = 0;
	const char *path = info->dlpi_name;

	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type == PT_LOAD) {
			if (ph->p_vaddr < first) {
				first = ph->p_vaddr;
			}
			if (ph->p_vaddr + ph->p_memsz > end) {
				end = ph->p_vaddr + ph->p_memsz;
			}
		}
	}
	if (end && (!path || path[0] == '/' || !path[0])) {
		/* The program itself has no name here. */
		ring_tell_module(path && path[0] ? path : ring_program(),
				 (int64_t)info->dlpi_addr,
				 (int64_t)(info->dlpi_addr + first),
				 (int64_t)(info->dlpi_addr + end));
	}
	return 0;
}

static int look_at_count(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(unsigned long long *)data = info->dlpi_adds + 1;
	return 1;
}

void modules_tell(void)
{
	unsigned long long now = 0;

	dl_iterate_phdr(look_at_count, &now);
	if (now != atomic_load(&told)) {
		atomic_store(&told, now);
		dl_iterate_phdr(tell_one, NULL);
	}
}
