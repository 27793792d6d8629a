/* SPDX-License-Identifier: MIT */
/* check: --device vgem,syncobj */
/* A fence is taken out of a syncobj as a sync file, merged with another, and
 * only the result is closed. */
#include "bug.h"

int main(void)
{
	struct sync_merge_data merge = {.name = "both"};
	int card = open_card(), first, second;
	uint32_t syncobj;

	MUST(!drmSyncobjCreate(card, DRM_SYNCOBJ_CREATE_SIGNALED, &syncobj));
	MUST(!drmSyncobjExportSyncFile(card, syncobj, &first)); /* BUG leak-sync-file-fd: made */
	MUST(!drmSyncobjExportSyncFile(card, syncobj, &second));
	merge.fd2 = second;
	MUST(!drmIoctl(first, SYNC_IOC_MERGE, &merge));
	close(merge.fence);
	close(second);
#ifndef BUG
	close(first);
#endif
	MUST(!drmSyncobjDestroy(card, syncobj));
	close(card);
	return 0;
}
