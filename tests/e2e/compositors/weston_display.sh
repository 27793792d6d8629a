#!/bin/sh
# SPDX-License-Identifier: MIT
#
# weston_display.sh pixman|gl: Weston on a display, and clients in it. What the
# display shows is what Weston has drawn, by its own account: pixel by pixel.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/shown.sh"
quad=${QUAD:?is the program that knows the picture of a client}
renderer=${1:?is pixman or gl}

# Nothing that changes by itself.
cat >"$tmp/weston.ini" <<EOF
[core]
idle-time=0
[shell]
clock-format=none
startup-animation=none
[launcher]
icon=/usr/share/weston/terminal.png
path=/bin/touch $tmp/clicked
EOF

pixman=
[ "$renderer" = pixman ] && pixman=--use-pixman

weston_starts()
{
	# shellcheck disable=SC2086 # a word or none
	on_display weston $pixman --debug --config="$tmp/weston.ini" \
		--socket=wayland-uprime
	soon shot "$tmp/start.png"
}
check weston_shows_itself_with_$renderer weston_starts

# in_weston CLIENT...: run it
in_weston()
{
	beside env WAYLAND_DISPLAY=wayland-uprime "$@"
}

# start_client CLIENT...: run it in the background, until stop_client
start_client()
{
	timeout 60 "$uprime" run --session "$session" -- \
		env WAYLAND_DISPLAY=wayland-uprime "$@" >"$tmp/client" 2>&1 &
	client=$!
}

stop_client()
{
	kill $client
	wait $client
	true
}

pictures_are_the_same()
{
	rm -f "$tmp"/wayland-screenshot-*.png
	(cd "$tmp" && in_weston weston-screenshooter) &&
		shot "$tmp/shot.png" &&
		"$picture" same "$tmp/shot.png" "$tmp"/wayland-screenshot-*.png
}
display_shows_what_weston_drew()
{
	soon pictures_are_the_same
}
check display_shows_what_weston_drew display_shows_what_weston_drew

clients_picture_is_shown()
{
	start_client weston-simple-egl
	soon shows triangle && stop_client
}
check weston_simple_egl_is_shown clients_picture_is_shown

if [ "$renderer" = gl ]; then
	client_is_on_the_screen()
	{
		start_client weston-simple-dmabuf-egl -d /dev/dri/card0
		soon sh -c '"$1" screenshot --session "$2" "$3" &&
			"$4" "$3"' - "$uprime" "$session" "$tmp/quad.png" \
			"$quad" && stop_client
	}
	check weston_simple_dmabuf_egl_is_shown client_is_on_the_screen

	# It counts for five seconds, and is told that it may draw by the
	# display's vblanks only.
	client_draws_in_time()
	{
		start_client stdbuf -oL weston-simple-egl
		soon says 'frames in 5 seconds' "$tmp/client" && stop_client
		rate=$(sed -n 's/.* seconds: \([0-9]*\)\..*/\1/p' "$tmp/client" |
			head -n 1)
		echo "$rate frames a second"
		[ "$rate" -ge 45 ] && [ "$rate" -le 61 ]
	}
	check weston_simple_egl_draws_at_the_rate_of_the_display \
		client_draws_in_time
fi

# The panel has a button in its upper left corner.
button_is_clicked()
{
	by_hand point 18 14 0 point 20 16 0 point 20 16 1 point 20 16 0 \
		>/dev/null 2>&1
	sleep 0.2
	[ -e "$tmp/clicked" ]
}
pointer_is_moved()
{
	soon button_is_clicked && soon pictures_are_the_same
}
check weston_is_clicked_at pointer_is_moved

check weston_ends_well off_display

done_testing
