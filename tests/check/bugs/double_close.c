/* SPDX-License-Identifier: MIT */
/* A buffer is closed when its window goes, and once more when the display is
 * left. */
#include "bug.h"

int main(void)
{
	int card = open_card();
	uint32_t handle = make_buffer(card); /* BUG double-close: made */

	close_carelessly(card, handle); /* BUG double-close: closed before */
#ifdef BUG
	close_carelessly(card, handle); /* BUG double-close: closed again */
#endif
	close(card);
	return 0;
}
