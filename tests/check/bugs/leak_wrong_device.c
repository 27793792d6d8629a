/* SPDX-License-Identifier: MIT */
/* With two devices open, the handle is closed at the one it is not of. */
#include "bug.h"

int main(void)
{
	int render = open_card(), display = open_card();
	uint32_t handle = make_buffer(render); /* BUG leak-handle: made */

#ifdef BUG
	close_carelessly(display, handle);
#else
	close_carelessly(render, handle);
#endif
	close(display);
	close(render);
	return 0;
}
