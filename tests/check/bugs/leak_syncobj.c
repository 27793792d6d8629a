/* SPDX-License-Identifier: MIT */
/* check: --device vgem,syncobj */
/* The syncobj of a swap chain's image is made anew with it, the old one
 * forgotten. */
#include "bug.h"

int main(void)
{
	int card = open_card();
	uint32_t first, second;

	MUST(!drmSyncobjCreate(card, 0, &first)); /* BUG leak-syncobj: made */
#ifndef BUG
	MUST(!drmSyncobjDestroy(card, first));
#endif
	MUST(!drmSyncobjCreate(card, 0, &second));
	MUST(!drmSyncobjDestroy(card, second));
	close(card);
	return 0;
}
