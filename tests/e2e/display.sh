#!/bin/sh
# SPDX-License-Identifier: MIT
# What a session with a display has beside its device: a seat, input devices,
# and what compositors need of the environment.
. "$(dirname "$0")/tap.sh"

# with PROGRAM...: in a session with a display; its output is in $tmp/out
with()
{
	status 0 timeout 60 "$uprime" run --device vkms -- "$@"
}

runtime_dir_is_made()
{
	(
		unset XDG_RUNTIME_DIR
		# shellcheck disable=SC2016 # the session's variable
		with sh -c 'echo "$XDG_RUNTIME_DIR" &&
			touch "$XDG_RUNTIME_DIR/x" &&
			stat -c %a "$XDG_RUNTIME_DIR"'
	) || return 1
	dir=$(head -n 1 "$tmp/out")
	says '^700$' "$tmp/out" && [ -n "$dir" ] && [ ! -e "$dir" ]
}
check runtime_dir_is_made_and_goes_with_the_session runtime_dir_is_made

# A sanitized program cannot run in a session.
if [ -z "${SANITIZED-}" ]; then
	session_is_found()
	{
		(
			unset XDG_RUNTIME_DIR
			with "$uprime" ls
		) && says 'Virtual-1' "$tmp/out"
	}
	check session_is_found_inside_of_it session_is_found
fi

runtime_dir_of_the_user_stays()
{
	# shellcheck disable=SC2016 # the session's variable
	with sh -c 'echo "$XDG_RUNTIME_DIR"' &&
		says "^$XDG_RUNTIME_DIR\$" "$tmp/out"
}
check runtime_dir_of_the_user_stays runtime_dir_of_the_user_stays

desktop_is_left()
{
	DISPLAY=:9 WAYLAND_DISPLAY=wayland-9 XDG_SEAT=seat9 with env &&
		! grep -E '^(DISPLAY|WAYLAND_DISPLAY|XDG_SEAT)=' "$tmp/out" &&
		says '^LIBSEAT_BACKEND=seatd$' "$tmp/out"
}
check desktop_is_left_for_the_display desktop_is_left

other_sessions_stay_on_the_desktop()
{
	DISPLAY=:9 status 0 "$uprime" run -- env &&
		says '^DISPLAY=:9$' "$tmp/out" &&
		! grep -E '^(SEATD_SOCK|LIBSEAT_BACKEND)=' "$tmp/out" &&
		status 0 "$uprime" run -- sh -c '! [ -e /dev/input/event0 ]'
}
check other_sessions_have_no_seat other_sessions_stay_on_the_desktop

nodes_are_there()
{
	with stat -c '%F %t:%T' /dev/input/event0 /dev/input/event1 &&
		says '^character special file d:40$' "$tmp/out" &&
		says '^character special file d:41$' "$tmp/out" &&
		with cat /run/udev/data/c13:64 &&
		says '^E:ID_INPUT_KEYBOARD=1$' "$tmp/out"
}
check keyboard_and_pointer_are_there nodes_are_there

done_testing
