#!/bin/sh
# SPDX-License-Identifier: MIT
#
# linux.sh LOOPS: the event loops on Linux's own vgem. What they expect of a
# dma-buf is what Linux does.

set -u

"$(dirname "$0")/../../oracle/guest.sh" "${BUILD:?is the build folder}" "$1"
status=$?
# Without a guest it is skipped, which is a failure where CI is set.
if [ $status -eq 77 ] && [ "${CI-}" != true ]; then
	echo "1..0 # SKIP no guest"
	exit 0
fi
exit $status
