#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compositors with wlroots on a display: sway, cage, phoc and Wayfire, as an
# ordinary user, for sway does not run as root. What grim sees through the
# compositor is what the display shows.

if [ "$(id -u)" -eq 0 ]; then
	nobody=$(id -u nobody)
	exec setpriv --reuid "$nobody" --regid "$nobody" --clear-groups \
		env HOME=/nonexistent "$0" "$@"
fi
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/shown.sh"

# Nothing that changes by itself.
# shellcheck disable=SC2016 # variables of the shell in the terminal
text='for i in 1 2 3 4 5 6 7 8 9; do echo line $i of a text; done'
cat >"$tmp/sway" <<EOF
exec foot -e sh -c '$text; while read line; do echo "\$line" >>$tmp/typed; done'
EOF

# A socket of the compositor's, of which only its children are told the name.
socket_appears()
{
	for socket in "$XDG_RUNTIME_DIR"/wayland-*; do
		[ -S "$socket" ] && WAYLAND_DISPLAY=${socket##*/} && return 0
	done
	return 1
}

# starts COMPOSITOR...
starts()
{
	rm -f "$XDG_RUNTIME_DIR"/wayland-*
	on_display "$@"
	soon socket_appears && soon shot "$tmp/start.png"
}

pictures_are_the_same()
{
	beside env WAYLAND_DISPLAY="$WAYLAND_DISPLAY" grim -c "$tmp/grim.png" &&
		shot "$tmp/shot.png" &&
		"$picture" same "$tmp/shot.png" "$tmp/grim.png"
}

display_shows_what_grim_sees()
{
	soon pictures_are_the_same
}

sway_starts()
{
	starts sway -d -c "$tmp/sway"
}
check sway_shows_itself sway_starts
check grim_in_sway_sees_what_the_display_shows display_shows_what_grim_sees

# "a", "B", and the end of the line.
line_is_typed()
{
	by_hand key 0x61 press 0xffe1 key 0x42 >/dev/null 2>&1 &&
		by_hand key 0xff0d >/dev/null 2>&1
	sleep 0.2
	says '^aB$' "$tmp/typed"
}
typing_is_read()
{
	soon line_is_typed
}
check what_is_typed_comes_to_the_terminal_in_sway typing_is_read
check sway_ends_well off_display

cage_starts()
{
	starts cage -- foot -e sh -c "$text; "'until [ -e "$0" ]; do
		sleep 0.1; done' "$tmp/end"
}
check cage_shows_its_program cage_starts
check grim_in_cage_sees_what_the_display_shows display_shows_what_grim_sees

# It does not survive a signal: it writes to a number that is no fd.
cage_ends()
{
	touch "$tmp/end"
	wait "$running"
	ended=$?
	running=
	return $ended
}
check cage_ends_with_its_program cage_ends

for compositor in phoc wayfire; do
	check ${compositor}_shows_itself starts $compositor
	check grim_in_${compositor}_sees_what_the_display_shows \
		display_shows_what_grim_sees
	cut_off
done

done_testing
