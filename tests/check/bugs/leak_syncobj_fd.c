/* SPDX-License-Identifier: MIT */
/* check: --device vgem,syncobj */
/* A timeline is given to a compositor as an fd, which stays open here. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t syncobj;

	MUST(!drmSyncobjCreate(card, 0, &syncobj));
	MUST(!drmSyncobjHandleToFD(card, syncobj, &fd)); /* BUG leak-syncobj-fd: made */
#ifndef BUG
	close(fd);
#endif
	MUST(!drmSyncobjDestroy(card, syncobj));
	close(card);
	return 0;
}
