#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A compositor that runs while displays are plugged and unplugged. Weston draws
# with pixman, on the displays of a session.
. "$(dirname "$0")/../tap.sh"

# Ends with the session's last command, so that nothing is left.
"$uprime" run --session plug --device vkms,display=1280x720,display=off -- \
	sh -c 'weston --use-pixman --no-config --idle-time=0 \
		--socket=wayland-uprime >"$1" 2>&1 &
	weston=$!
	while [ ! -e "$2" ]; do sleep 0.1; done
	kill $weston
	wait $weston' - "$tmp/weston.log" "$tmp/end" &
session=$!

# shows CONNECTOR PATTERN: the display shows a mode, or nothing ("-")
shows()
{
	"$uprime" display --session plug >"$tmp/list" 2>&1 &&
		grep -Eq "^vkms +$1 +[a-z]+ +$2 " "$tmp/list"
}

shown_within()
{
	within "$1" shows "$2" "$3" && return 0
	cat "$tmp/list" "$tmp/weston.log"
	return 1
}

check weston_shows_what_is_plugged_at_first \
	shown_within 20 Virtual-1 '1280x720@[0-9.]+'

plugged()
{
	shows Virtual-2 - &&
		"$uprime" display --session plug plug Virtual-2 800x600 &&
		shown_within 10 Virtual-2 '800x600@[0-9.]+' &&
		shown_within 1 Virtual-1 '1280x720@[0-9.]+'
}
check weston_shows_what_is_plugged_later plugged

# A client is told of so many displays, one of them of that size.
client_sees()
{
	"$uprime" run --session plug -- env WAYLAND_DISPLAY=wayland-uprime \
		wayland-info -i wl_output >"$tmp/outputs" 2>&1
	[ "$(grep -c "interface: 'wl_output'" "$tmp/outputs")" -eq "$1" ] &&
		says "width: $2 px" "$tmp/outputs"
}
client_is_told()
{
	within 10 client_sees "$1" "$2" && return 0
	cat "$tmp/outputs"
	return 1
}
check clients_are_told_of_what_is_plugged client_is_told 2 800

picture_has_the_size()
{
	"$uprime" screenshot --session plug --display card0-Virtual-2 \
		"$tmp/shot.png" || return 1
	# The size stands in a PNG's head.
	od -An -t u1 -j 16 -N 8 "$tmp/shot.png" | tr -s ' \n' ' ' >"$tmp/size"
	says '^ 0 0 3 32 0 0 2 88 $' "$tmp/size"
}
check picture_of_a_plugged_display_has_its_size picture_has_the_size

unplugged()
{
	"$uprime" display --session plug unplug Virtual-1 &&
		shown_within 10 Virtual-1 - &&
		shown_within 1 Virtual-2 '800x600@[0-9.]+'
}
check weston_lets_go_of_what_is_unplugged unplugged

check clients_are_told_of_what_is_gone client_is_told 1 800

# Another one in its place, with a picture of another size.
exchanged()
{
	"$uprime" display --session plug plug Virtual-1 640x480 &&
		shown_within 10 Virtual-1 '640x480@[0-9.]+'
}
check weston_shows_another_display_in_its_place exchanged

# What is shown on the last one stays: nobody says what else to show.
all_gone()
{
	"$uprime" display --session plug unplug Virtual-1 &&
		shown_within 10 Virtual-1 - &&
		"$uprime" display --session plug unplug Virtual-2 &&
		sleep 1 &&
		"$uprime" display --session plug plug Virtual-1 800x600 &&
		shown_within 10 Virtual-1 '800x600@[0-9.]+'
}
check weston_lives_on_without_any_display all_gone

ends()
{
	touch "$tmp/end"
	wait $session
	status 125 "$uprime" display --session plug
}
check session_ends_with_weston ends
done_testing
