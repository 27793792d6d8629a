#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A program that needs no compositor: it draws with GL and flips pages itself.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/shown.sh"

cube_is_shown()
{
	on_display kmscube --count=1000000
	soon shows cube
	ret=$?
	kill "$running"
	wait "$running"
	running=
	return $ret
}

check cube_is_shown cube_is_shown

done_testing
