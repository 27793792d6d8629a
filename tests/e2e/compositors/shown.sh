# SPDX-License-Identifier: MIT
# For tests of programs on a display. Sourced after tap.sh, with PICTURE set to
# the program that knows pictures, and VIEWER to the one that types and points;
# gives the functions below.

picture=${PICTURE:?is the program that knows pictures}
viewer=${VIEWER:?is a VNC viewer}
session=shown-$$
running=
device=vkms

# Who reads what is typed, and ends when there is no more, waits for it.
mkfifo "$tmp/stdin"
exec 9<>"$tmp/stdin"

# on_display PROGRAM...: run it on a display of $device in the background; what
# it says is left in $tmp/log
on_display()
{
	"$uprime" run --session "$session" --device "$device" --vnc -- "$@" \
		>"$tmp/log" 2>&1 <&9 9<&- &
	running=$!
}

# by_hand COMMAND...: somebody types and points; see viewer.c
by_hand()
{
	"$viewer" "$(sed -n 's/.* at 127\.0\.0\.1:\([0-9]*\) (VNC).*/\1/p' \
		"$tmp/log")" "$@"
}

# beside PROGRAM...: run it in the same session
beside()
{
	timeout 60 "$uprime" run --session "$session" -- "$@"
}

# off_display: end what on_display() has started; it must end well
off_display()
{
	[ -n "$running" ] || return 0
	kill "$running" 2>/dev/null
	wait "$running"
	ended=$?
	running=
	[ "$ended" -eq 0 ] && return 0
	echo "it ended with $ended:"
	tail -50 "$tmp/log"
	return 1
}

# cut_off: the same for what dies of a signal
cut_off()
{
	kill "$running" 2>/dev/null
	wait "$running" 2>/dev/null
	running=
	true
}

# shot FILE: what the display shows
shot()
{
	"$uprime" screenshot --session "$session" "$1"
}

# soon COMMAND...: it succeeds within 20 seconds, while the program runs
soon()
{
	left=100
	until "$@" >"$tmp/soon" 2>&1; do
		left=$((left - 1))
		if [ "$left" -eq 0 ] || ! kill -0 "$running" 2>/dev/null; then
			echo "this did not happen: $*"
			cat "$tmp/soon"
			tail -50 "$tmp/log"
			return 1
		fi
		sleep 0.2
	done
}

# shows WHAT: the display's picture is that; see picture.c
shows()
{
	shot "$tmp/shows.png" && "$picture" "$1" "$tmp/shows.png"
}

# Nothing is to be left of a program that hangs.
trap 'off_display >/dev/null; rm -rf "$tmp"' EXIT
