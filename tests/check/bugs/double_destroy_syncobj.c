/* SPDX-License-Identifier: MIT */
/* check: --device vgem,syncobj */
/* Two owners of a syncobj, who both destroy it. */
#include "bug.h"

int main(void)
{
	int card = open_card();
	uint32_t syncobj;

	MUST(!drmSyncobjCreate(card, 0, &syncobj)); /* BUG double-close: made */
	drmSyncobjDestroy(card, syncobj); /* BUG double-close: closed before */
#ifdef BUG
	drmSyncobjDestroy(card, syncobj); /* BUG double-close: closed again */
#endif
	close(card);
	return 0;
}
