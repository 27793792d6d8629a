/* SPDX-License-Identifier: MIT */
/* The rules' names, as in reports and suppressions. */
#include "check.h"

static const struct {
	const char *name, *says;
} rules[RULE_COUNT] = {
	[RULE_LEAK_HANDLE] = {"leak-handle", "GEM handle never closed"},
	[RULE_LEAK_FB] = {"leak-framebuffer", "framebuffer never removed"},
	[RULE_LEAK_BLOB] = {"leak-blob", "property blob never destroyed"},
	[RULE_LEAK_SYNCOBJ] = {"leak-syncobj", "syncobj never destroyed"},
	[RULE_LEAK_DMABUF_FD] = {"leak-dmabuf-fd", "dma-buf fd never closed"},
	[RULE_LEAK_SYNC_FILE_FD] = {"leak-sync-file-fd",
				    "sync file fd never closed"},
	[RULE_LEAK_SYNCOBJ_FD] = {"leak-syncobj-fd", "syncobj fd never closed"},
	[RULE_LEAK_MAPPING] = {"leak-mapping", "mapping never unmapped"},
	[RULE_GROWTH] = {"growth",
			 "made again and again at one place, and not released"},
	[RULE_ALIAS] = {"alias",
			"one handle for two imports, closed by one of them "
			"while the other still used it"},
	[RULE_DOUBLE_CLOSE] = {"double-close", "closed twice"},
	[RULE_USE_AFTER_CLOSE] = {"use-after-close",
				  "used after it was closed"},
	[RULE_STALE_HANDLE] = {"stale-handle",
			       "probably used by the owner of the handle that "
			       "had this number before"},
	[RULE_DOUBLE_CLOSE_FD] = {"double-close-fd", "fd closed twice"},
	[RULE_SYNC_END] = {"sync-end", "DMA_BUF_IOCTL_SYNC END without START"},
	[RULE_SYNC_OPEN] = {"sync-open",
			    "DMA_BUF_IOCTL_SYNC START without END"},
	[RULE_SYNC_DIRECTION] = {"sync-direction",
				 "DMA_BUF_IOCTL_SYNC END of another direction "
				 "than START"},
	[RULE_ACCESS] = {"access", "memory of a dma-buf accessed without "
				   "DMA_BUF_IOCTL_SYNC START for it"},
	[RULE_FENCE] = {"fence", "fence attached and never signalled"},
	[RULE_LONG_WAIT] = {"long-wait", "fence waited for very long"},
	[RULE_NEVER_IMPORTED] = {"never-imported",
				 "dma-buf passed on, and neither imported nor "
				 "mapped there"},
	[RULE_NO_CLOEXEC] = {"no-cloexec",
			     "fd of a buffer given to another program by exec"},
	[RULE_READ_ONLY_MAP] = {"read-only-map",
				"dma-buf exported without DRM_RDWR mapped for "
				"writing"},
	[RULE_FOREIGN_IMPORT] = {"foreign-import",
				 "import of an fd that is no dma-buf"},
};

const char *rule_name(enum rule rule)
{
	return rules[rule].name;
}

const char *rule_says(enum rule rule)
{
	return rules[rule].says;
}
