#!/bin/sh
# SPDX-License-Identifier: MIT
# People look at the display: what they see is what the program shows, pixel by
# pixel.
. "$(dirname "$0")/../tap.sh"
painter=$build/tests/e2e/look/painter
viewer=$build/tests/e2e/look/viewer
run="$uprime run --device vkms"
two="$uprime run --device vkms,display=640x480,display=640x480"

# at NAME PROGRAM...: run it in a session of that name, with the standard input
# held open until `let_go`, and go on when it says "shown"
at()
{
	session=$1
	shift
	mkfifo "$tmp/$session.in"
	$run --session "$session" "$@" <"$tmp/$session.in" \
		>"$tmp/$session.out" 2>"$tmp/$session.err" &
	pid=$!
	exec 9>"$tmp/$session.in"
	within 10 grep -q shown "$tmp/$session.out" && return 0
	cat "$tmp/$session.err"
	let_go
	return 1
}

let_go()
{
	exec 9>&-
	wait $pid
}

last_picture()
{
	for how in '' off die; do
		rm -f "$tmp/last.png"
		$run --capture "$tmp/last.png" -- "$painter" show 5 $how \
			</dev/null
		ret=$?
		if [ "$how" = die ]; then
			[ $ret -eq 137 ] || return 1
		else
			[ $ret -eq 0 ] || return 1
		fi
		"$painter" check "$tmp/last.png" 5 || return 1
	done
}
check last_picture_is_captured_however_the_program_ends last_picture

# numbers FILE...: those of the pictures in them are from 1 to $1, in order,
# with gaps; their number is left in $kept
numbers()
{
	last=0
	kept=0
	most=$1
	shift
	for file in "$@"; do
		number=$("$painter" number "$file") || return 1
		[ "$number" -gt $last ] || return 1
		last=$number
		kept=$((kept + 1))
	done
	[ $last -eq "$most" ]
}

each_picture()
{
	$run --capture "$tmp/frame-%03d.png" -- "$painter" show 40 \
		2>"$tmp/err" || return 1
	cat "$tmp/err"
	numbers 40 "$tmp"/frame-*.png || return 1
	lost=$(sed -n 's/.*; \([0-9]*\) more came too fast.*/\1/p' "$tmp/err")
	[ $((kept + ${lost:-0})) -eq 40 ] && [ -e "$tmp/frame-001.png" ] &&
		[ ! -e "$tmp/frame-041.png" ]
}
check each_picture_is_captured_once_or_counted_as_lost each_picture

frames_of()
{
	ffprobe -v error -count_frames -select_streams v:0 -show_entries \
		stream=width,height,nb_read_frames -of csv=p=0 "$1"
}

video()
{
	for suffix in mkv mp4 webm; do
		start=$(date +%s%3N)
		$run --capture "$tmp/video.$suffix" -- "$painter" show 60 ||
			return 1
		most=$((($(date +%s%3N) - start) * 60 / 1000 + 2))
		frames_of "$tmp/video.$suffix" | tr , ' ' >"$tmp/probe"
		read -r width height frames <"$tmp/probe"
		echo "$suffix: $width $height $frames, at most $most"
		[ "$width" -eq 640 ] && [ "$height" -eq 480 ] &&
			[ "$frames" -ge 59 ] && [ "$frames" -le $most ] ||
			return 1
	done
}
if command -v ffprobe >/dev/null; then
	check video_has_the_rate_of_the_display video
fi

capture_of_nothing()
{
	status 0 $run --capture "$tmp/none.png" -- true &&
		says 'no display has shown anything' "$tmp/err" &&
		one_line "$tmp/err" && [ ! -e "$tmp/none.png" ]
}
check capture_of_nothing_says_so capture_of_nothing

capture_that_fails()
{
	mkdir "$tmp/full.png"
	status 125 $run --capture "$tmp/full.png" -- "$painter" show 1 &&
		says 'cannot write' "$tmp/err" && one_line "$tmp/err"
}
check capture_that_cannot_be_written_is_125 capture_that_fails

screenshot()
{
	at shot -- "$painter" show 3 hold || return 1
	status 0 "$uprime" screenshot "$tmp/a.png" &&
		status 0 "$uprime" screenshot --session shot \
			--display Virtual-1 "$tmp/b.png" &&
		status 0 "$uprime" screenshot --display card0-Virtual-1 \
			"$tmp/c.png" &&
		status 125 "$uprime" screenshot --display nosuch "$tmp/d.png" &&
		says 'the displays are card0-Virtual-1' "$tmp/err" &&
		status 125 "$uprime" screenshot "$tmp/nosuch/d.png" &&
		says 'cannot write' "$tmp/err"
	ret=$?
	let_go
	[ $ret -eq 0 ] || return 1
	for file in a b c; do
		"$painter" check "$tmp/$file.png" 3 || return 1
	done
}
check screenshot_is_what_is_shown screenshot

screenshot_of_what_was_drawn()
{
	at draw -- "$painter" show 3 draw || return 1
	echo >&9
	within 5 drawn_is 4
	ret=$?
	let_go
	return $ret
}
drawn_is()
{
	"$uprime" screenshot "$tmp/drawn.png" &&
		"$painter" check "$tmp/drawn.png" "$1"
}
check screenshot_has_what_was_drawn_without_being_told \
	screenshot_of_what_was_drawn

screenshot_when_off()
{
	at off -- "$painter" show 3 off || return 1
	status 125 "$uprime" screenshot "$tmp/off.png" &&
		says 'no display is on' "$tmp/err" && one_line "$tmp/err" &&
		status 125 "$uprime" screenshot --display Virtual-1 \
			"$tmp/off.png" && says 'is off' "$tmp/err" &&
		one_line "$tmp/err"
	ret=$?
	let_go
	return $ret
}
check screenshot_of_a_display_that_is_off_says_so screenshot_when_off

# port FILE: the one that is said to listen
port()
{
	sed -n 's/.* can be seen at 127\.0\.0\.1:\([0-9]*\) (VNC)\.$/\1/p' "$1"
}

# start_view OPTION...: its process is left in $view, and what it says, which
# is where it is to be seen, in $tmp/view.err
start_view()
{
	rm -f "$tmp/view.err"
	"$uprime" view "$@" 2>"$tmp/view.err" 9>&- &
	view=$!
	within 10 grep -q VNC "$tmp/view.err"
}

# sees FILE COMMAND...: a viewer of what is said there to be seen
sees()
{
	where=$1
	shift
	timeout 20 "$viewer" "$(port "$where")" "$@"
}

live_view()
{
	"$painter" raw "$tmp/3.raw" 3 && "$painter" raw "$tmp/4.raw" 4 &&
		at live --vnc -- "$painter" show 3 draw || return 1
	start_view --session live &&
		sees "$tmp/live.err" until "$tmp/3.raw" &&
		sees "$tmp/view.err" until "$tmp/3.raw" &&
		echo >&9 && sees "$tmp/view.err" until "$tmp/4.raw"
	ret=$?
	let_go
	# It ends with the session.
	wait $view && [ $ret -eq 0 ] && one_line "$tmp/view.err" &&
		one_line "$tmp/live.err"
}
check live_view_is_what_is_shown live_view

mode_changes()
{
	mkfifo "$tmp/mode.in"
	$run --session mode --vnc -- sh -c 'read -r go; exec "$1" show 3 hold' \
		- "$painter" <"$tmp/mode.in" >"$tmp/mode.out" \
		2>"$tmp/mode.err" &
	pid=$!
	exec 9>"$tmp/mode.in"
	within 10 grep -q VNC "$tmp/mode.err" || return 1
	# It is connected while the display is still off.
	sees "$tmp/mode.err" until "$tmp/3.raw" 9>&- &
	seen=$!
	sleep 0.5
	echo go >&9
	wait $seen
	ret=$?
	let_go
	return $ret
}
check viewer_sees_the_display_go_on mode_changes

live_view_with_password()
{
	at password -- "$painter" show 3 hold || return 1
	export UPRIME_VNC_PASSWORD=secret PASSWORD=secret
	start_view && sees "$tmp/view.err" until "$tmp/3.raw" &&
		export PASSWORD=other &&
		! sees "$tmp/view.err" until "$tmp/3.raw" &&
		unset PASSWORD && ! sees "$tmp/view.err" until "$tmp/3.raw"
	ret=$?
	unset UPRIME_VNC_PASSWORD PASSWORD
	let_go
	wait $view && return $ret
}
check live_view_asks_for_its_password live_view_with_password

# What the program reads of a device, as type, code and value of each event.
events_of()
{
	od -An -v -w24 -tx2 "$1" | awk '{ print $9, $10, $11 }'
}

typing()
{
	$run --vnc --session type -- sh -c 'cat /dev/input/event0 >"$1" &
		keys=$!; cat /dev/input/event1 >"$2" & points=$!
		echo shown; read -r end; kill $keys $points' - "$tmp/keys" \
		"$tmp/points" >"$tmp/type.out" 2>"$tmp/type.err" <"$tmp/type.in" &
	pid=$!
	exec 9>"$tmp/type.in"
	within 10 grep -q VNC "$tmp/type.err" &&
		within 10 grep -q shown "$tmp/type.out" && sleep 0.5 &&
		sees "$tmp/type.err" key 0x41 point 0 0 1 point 9999 9999 0 \
			point 9999 9999 8 press 0xffe1
	sleep 0.5
	let_go
	events_of "$tmp/keys" >"$tmp/keys.txt"
	events_of "$tmp/points" >"$tmp/points.txt"
	cat "$tmp/keys.txt" "$tmp/points.txt"
	# KEY_A; KEY_LEFTSHIFT, which nobody has released but who went.
	printf '%s\n' '0001 001e 0001' '0000 0000 0000' '0001 001e 0000' \
		'0000 0000 0000' '0001 002a 0001' '0000 0000 0000' \
		'0001 002a 0000' '0000 0000 0000' | cmp - "$tmp/keys.txt" &&
		# BTN_LEFT; ABS_X and ABS_Y; REL_WHEEL.
		printf '%s\n' '0001 0110 0001' '0000 0000 0000' \
			'0003 0000 ffff' '0003 0001 ffff' '0001 0110 0000' \
			'0000 0000 0000' '0002 0008 0001' '0000 0000 0000' |
		cmp - "$tmp/points.txt"
}
mkfifo "$tmp/type.in"
check viewers_type_and_point typing

several_displays()
{
	export DISPLAY_NR=1
	status 0 $two --capture "$tmp/many.png" -- "$painter" show 5 &&
		[ "$(ls "$tmp"/many*)" = "$tmp/many-card0-Virtual-2.png" ] &&
		"$painter" check "$tmp/many-card0-Virtual-2.png" 5
	ret=$?
	mkfifo "$tmp/many.in"
	$two --session many --vnc -- "$painter" show 3 hold \
		<"$tmp/many.in" >"$tmp/many.out" 2>"$tmp/many.err" &
	pid=$!
	exec 9>"$tmp/many.in"
	within 10 grep -q shown "$tmp/many.out" &&
		port "$tmp/many.err" >"$tmp/ports" && [ $ret -eq 0 ] &&
		status 0 "$uprime" screenshot "$tmp/many.png" &&
		"$painter" check "$tmp/many.png" 3 &&
		status 125 "$uprime" screenshot --display Virtual-1 \
			"$tmp/many.png" && says 'is off' "$tmp/err" &&
		[ "$(wc -l <"$tmp/ports")" -eq 2 ] &&
		timeout 20 "$viewer" "$(sed -n 2p "$tmp/ports")" until \
			"$tmp/3.raw" &&
		! timeout 2 "$viewer" "$(sed -n 1p "$tmp/ports")" until \
			"$tmp/3.raw"
	ret=$?
	unset DISPLAY_NR
	let_go
	return $ret
}
check displays_have_names_files_and_ports_of_their_own several_displays

stopped_viewer()
{
	at stopped -- "$painter" show 3 hold || return 1
	start_view && sees "$tmp/view.err" until "$tmp/3.raw" &&
		kill -STOP $view
	let_go
	ret=$?
	no_session && [ $ret -eq 0 ]
	ret=$?
	kill -CONT $view
	wait $view
	return $ret
}
no_session()
{
	"$uprime" ls | grep -q 'no session'
}
check session_ends_without_a_viewer_that_hangs stopped_viewer

joined_session()
{
	at joined -- "$painter" show 3 hold || return 1
	$run --session joined --capture "$tmp/joined.png" -- true &&
		"$painter" check "$tmp/joined.png" 3
	ret=$?
	let_go
	return $ret
}
check session_that_is_joined_can_be_captured joined_session

program_goes_on()
{
	# Its end is that of the capture, not the session's.
	$run --capture "$tmp/first.png" -- sh -c '"$1" show 7 hold <"$2" >"$3" &
		while ! grep -q shown "$3"; do sleep 0.1; done' - "$painter" \
		"$tmp/goes.in" "$tmp/goes.out" &
	pid=$!
	exec 9>"$tmp/goes.in"
	wait $pid && "$painter" check "$tmp/first.png" 7
	ret=$?
	exec 9>&-
	within 10 no_session && return $ret
}
mkfifo "$tmp/goes.in"
: >"$tmp/goes.out"
check capture_ends_with_the_program program_goes_on

viewer_inside()
{
	$run -- sh -c 'env -u LD_PRELOAD "$1" view 2>"$2" &
		while ! grep -q VNC "$2"; do sleep 0.1; done' - "$uprime" \
		"$tmp/inside.err" && within 10 no_session
}
: >"$tmp/inside.err"
check session_ends_though_its_program_has_started_a_viewer viewer_inside

done_testing
