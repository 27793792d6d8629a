#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A program that needs no compositor: it draws with GL and flips pages itself.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../compositors/shown.sh"

moves()
{
	shows cube && ! "$picture" same "$tmp/shows.png" "$tmp/first.png"
}
cube_is_shown()
{
	on_display kmscube --count=1000000 "$@"
	soon shows cube && cp "$tmp/shows.png" "$tmp/first.png" && soon moves
	ret=$?
	kill "$running"
	wait "$running"
	running=
	return $ret
}
check cube_is_shown_and_turns cube_is_shown
check cube_with_a_texture_is_shown cube_is_shown --mode=rgba
check cube_with_a_texture_of_two_planes_is_shown cube_is_shown \
	--mode=nv12-2img

# It is no faster than the display, and how much slower is a matter of the
# machine.
cube_has_the_rate_of_the_display()
{
	device=vkms,display=640x480@25
	on_display kmscube --count=60
	device=vkms
	wait "$running" || return 1
	running=
	rate=$(sed -n 's/^Rendered.*(\([0-9.]*\) fps)/\1/p' "$tmp/log" | tail -n 1)
	echo "$rate frames per second"
	awk -v is="$rate" 'BEGIN { exit !(is <= 27 && is >= 5) }'
}
check cube_has_the_rate_of_the_display cube_has_the_rate_of_the_display

done_testing
