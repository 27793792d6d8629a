#!/bin/sh
# SPDX-License-Identifier: MIT
# The command line: what it answers to good and bad ones.
. "$(dirname "$0")/tap.sh"
conform=$build/tests/conformance/conform

exit_status_is_the_programs()
{
	for n in 0 1 7 42 125 255; do
		status $n "$uprime" run -- sh -c "exit $n" || return 1
	done
}
check exit_status_is_the_programs exit_status_is_the_programs

death_by_signal_is_passed_on()
{
	status 143 sh -c '"$1" run -- sh -c "kill -TERM \$\$"; exit $?' - \
		"$uprime" &&
		status 137 sh -c '"$1" run -- sh -c "kill -KILL \$\$"; exit $?' - \
			"$uprime"
}
check death_by_signal_is_passed_on death_by_signal_is_passed_on

signal_reaches_the_program()
{
	"$uprime" run -- sh -c 'trap "exit 9" TERM; echo up >"$1"
		while :; do sleep 0.1; done' - "$tmp/up" &
	pid=$!
	within 10 test -s "$tmp/up" || return 1
	kill -TERM $pid
	wait $pid
	[ $? -eq 9 ]
}
check signal_reaches_the_program signal_reaches_the_program

program_not_found()
{
	# A folder in PATH that cannot be read makes it 126, as for env.
	status 127 env PATH=/usr/bin:/bin "$uprime" run -- \
		no-such-program-here &&
		says 'no-such-program-here' "$tmp/err" && one_line "$tmp/err"
}
check program_not_found_is_127 program_not_found

program_not_executable()
{
	echo hello >"$tmp/plain"
	status 126 "$uprime" run -- "$tmp/plain" && one_line "$tmp/err"
}
check program_not_executable_is_126 program_not_executable

unknown_device()
{
	status 125 "$uprime" run --device nosuch -- true &&
		says 'nosuch' "$tmp/err" && says 'vgem' "$tmp/err" &&
		one_line "$tmp/err"
}
check unknown_device_is_125_and_names_the_known unknown_device

bad_device_option()
{
	for options in nosuch '' syncobj=1 name; do
		status 125 "$uprime" run --device "vgem,$options" -- true &&
			says 'syncobj and name=NAME' "$tmp/err" &&
			one_line "$tmp/err" || return 1
	done
}
check unknown_device_option_is_125_and_names_the_known bad_device_option

bad_device_name()
{
	for name in '' a.b a/b 'a b' 12345678901234567890123456789012; do
		status 125 "$uprime" run --device "vgem,name=$name" -- true &&
			says '1 to 31 letters' "$tmp/err" &&
			one_line "$tmp/err" || return 1
	done
}
check bad_device_name_is_125_and_says_what_is_good bad_device_name

# What the device of --device $1 says of itself is left in $tmp/told.
told_by()
{
	"$uprime" run --device "$1" -- "$conform" scripted client >"$tmp/told"
}

device_name_is_told()
{
	for device in vgem,name=my-card_1 vgem,syncobj,name=my-card_1 \
		vram,name=my-card_1,syncobj; do
		told_by $device && says "'my-card_1#" "$tmp/told" ||
			return 1
	done
	"$uprime" run --device vgem,name=my-card_1 -- \
		cat /sys/devices/platform/vgem/modalias >"$tmp/alias" &&
		says '^platform:vgem$' "$tmp/alias" &&
		"$uprime" run --device vgem,name=my-card_1 -- \
		sh -c 'LD_PRELOAD= "$1" ls --json' - "$uprime" >"$tmp/ls" &&
		says '"name": *"vgem"' "$tmp/ls" &&
		says '"driver": *"my-card_1"' "$tmp/ls"
}
check device_name_is_told_and_its_place_stays device_name_is_told

syncobj_caps()
{
	for device in vgem,syncobj vgem,name=x,syncobj vram,syncobj; do
		told_by $device && caps_are 1 || return 1
	done
	told_by vgem && caps_are 0
}
caps_are()
{
	says "GET_CAP 0x13 by master -> 0 value $1$" "$tmp/told" &&
		says "GET_CAP 0x14 by master -> 0 value $1$" "$tmp/told"
}
check syncobj_device_has_both_caps syncobj_caps

joined_session_has_the_options()
{
	"$uprime" run --session opts --device vgem,syncobj,name=x -- \
		sh -c 'echo up >"$1"; while [ ! -e "$1.end" ]; do sleep 0.1
		done' - "$tmp/opts" &
	pid=$!
	within 10 test -s "$tmp/opts" &&
		status 0 "$uprime" run --session opts --device \
		vgem,name=x,syncobj -- true &&
		status 125 "$uprime" run --session opts --device vgem -- true &&
		says 'vgem,syncobj,name=x' "$tmp/err"
	ret=$?
	touch "$tmp/opts.end"
	wait $pid
	return $ret
}
check joined_session_has_the_same_device_options joined_session_has_the_options

bad_display_options()
{
	while read -r options why; do
		status 125 "$uprime" run --device "$options" -- true &&
			says "$why" "$tmp/err" &&
			one_line "$tmp/err" || return 1
	done <<-END
		vkms,display=1920 is no mode
		vkms,display=1920x is no mode
		vkms,display=1920x1080@ is no mode
		vkms,display=1920x1080@60.1234 is no mode
		vkms,display=1920x1080@60+ is no mode
		vkms,display= is no mode
		vkms,display=-1x5 is no mode
		vkms,display=99999999999x600 is no mode
		vkms,display=9x600 10 to 8192 pixels
		vkms,display=800x8193 10 to 8192 pixels
		vkms,display=800x600@0.5 1 to 1000 times
		vkms,display=800x600@1001 1 to 1000 times
		vkms$(printf ',display%.0s' 1 2 3 4 5 6 7 8 9) at most 8 displays
		vkms$(printf ',display%.0s' 1 2 3 4),overlay at most 3 displays
		vkms,display=9x9+9x9 10 to 8192
		vkms,display=$(printf '800x600+%.0s' 1 2 3 4 5 6 7 8)640x480 most 8 modes
		vkms,cursor=maybe neither cursor=on nor cursor=off
		vkms,cursor no option 'cursor'
		vkms,overlay=1 no option 'overlay=1'
		vgem,display=1920x1080 vgem has no option 'display=1920x1080'
		vgem,writeback=off vgem has no option 'writeback=off'
	END
}
check bad_options_of_displays_are_125_and_say_why bad_display_options

# What `uprime display` lists of --device $1 is left in $tmp/list.
list_of()
{
	"$uprime" run --device "$1" -- sh -c 'LD_PRELOAD= "$1" display list' \
		- "$uprime" >"$tmp/list"
}
displays_are_listed()
{
	list_of vkms && says 'vkms +Virtual-1 ' "$tmp/list" &&
		[ "$(wc -l <"$tmp/list")" -eq 2 ] &&
		list_of vkms,display=800x600@59.94,display=640x480+off,display &&
		[ "$(wc -l <"$tmp/list")" -eq 4 ] &&
		says 'Virtual-3' "$tmp/list" &&
		list_of vgem && says '^no displays' "$tmp/list"
}
check displays_of_a_session_are_listed displays_are_listed

session_with_displays_is_joined()
{
	"$uprime" run --session disp --device \
		vkms,display=800x600+640x480@59.94,display=off,cursor=off -- \
		sh -c 'echo up >"$1"; while [ ! -e "$1.end" ]; do sleep 0.1
		done' - "$tmp/disp" &
	pid=$!
	within 10 test -s "$tmp/disp" &&
		status 0 "$uprime" run --session disp --device \
		vkms,cursor=off,display=800x600@60+640x480@59.940,display=off \
		-- true &&
		status 125 "$uprime" run --session disp --device vkms -- true &&
		says 'vkms,display=800x600@60\+640x480@59.94,display=off,cur' \
			"$tmp/err" &&
		status 0 "$uprime" display plug Virtual-2 320x200 &&
		status 0 "$uprime" display --session disp --device card0 \
			unplug card0-Virtual-2 &&
		status 0 "$uprime" ls --json --session disp &&
		says '"status": *"disconnected"' "$tmp/out" &&
		status 125 "$uprime" display --session disp plug Virtual-9 &&
		one_line "$tmp/err" && says 'no display Virtual-9' "$tmp/err" &&
		status 125 "$uprime" display --device vgem unplug Virtual-1 &&
		one_line "$tmp/err" && says 'no device vgem' "$tmp/err"
	ret=$?
	touch "$tmp/disp.end"
	wait $pid
	return $ret
}
check session_with_displays_is_joined_and_plugged session_with_displays_is_joined

bad_display_commands()
{
	while read -r words; do
		# shellcheck disable=SC2086 # words
		status 125 "$uprime" display $words && one_line "$tmp/err" ||
			return 1
	done <<-END
		frobnicate
		plug
		unplug Virtual-1 800x600
		plug Virtual-1 800
		list Virtual-1
		--nosuch
		--session
		--session nosuch list
	END
	status 125 "$uprime" display && says 'no session' "$tmp/err" &&
		one_line "$tmp/err" && status 0 "$uprime" display --help &&
		says 'xample' "$tmp/out"
}
check bad_display_commands_are_125_in_one_line bad_display_commands

unknown_option()
{
	status 125 "$uprime" run --nosuch -- true && says 'help' "$tmp/err"
}
check unknown_option_is_125_and_points_to_help unknown_option

unknown_command()
{
	status 125 "$uprime" frobnicate && says 'help' "$tmp/err"
}
check unknown_command_is_125 unknown_command

no_program()
{
	status 125 "$uprime" run && says 'PROGRAM' "$tmp/err"
}
check missing_program_is_125 no_program

help_has_examples()
{
	status 0 "$uprime" --help && says 'uprime run' "$tmp/out" &&
		status 0 "$uprime" run --help && says 'xample' "$tmp/out" &&
		status 0 "$uprime" ls --help && says 'xample' "$tmp/out" &&
		status 0 "$uprime" screenshot --help &&
		says 'xample' "$tmp/out" && status 0 "$uprime" view --help &&
		says 'xample' "$tmp/out" &&
		status 0 "$uprime" --version && says '[0-9]\.[0-9]' "$tmp/out"
}
check help_has_examples help_has_examples

missing_umockdev()
{
	# A library of that name which is none: the loader refuses it.
	mkdir -p "$tmp/lib"
	echo no library >"$tmp/lib/libumockdev.so.0"
	status 125 env LD_LIBRARY_PATH="$tmp/lib" "$uprime" run -- true &&
		says 'Debian package umockdev' "$tmp/err" && one_line "$tmp/err"
}
check missing_umockdev_names_the_package missing_umockdev

bad_capture()
{
	for name in out out.jpg 'out-%s.png' 'out-%d-%d.png' 'out%5.png'; do
		status 125 "$uprime" run --capture "$name" -- true &&
			says 'does not say what to capture' "$tmp/err" &&
			one_line "$tmp/err" || return 1
	done
	status 125 "$uprime" run --capture "$tmp/nosuch/out.png" -- true &&
		says 'No such file' "$tmp/err" && one_line "$tmp/err" &&
		status 125 "$uprime" run --capture a.png --capture b.png -- \
		true && says 'only one' "$tmp/err"
}
check bad_capture_is_125_and_says_what_is_good bad_capture

capture_without_ffmpeg()
{
	mkdir -p "$tmp/empty"
	status 125 env PATH="$tmp/empty" "$uprime" run --capture out.mkv -- \
		true && says 'Debian package ffmpeg' "$tmp/err" &&
		one_line "$tmp/err"
}
check capture_of_a_video_without_ffmpeg_names_the_package \
	capture_without_ffmpeg

nothing_to_be_seen()
{
	for option in --capture=out.png --vnc; do
		status 125 "$uprime" run $option -- true &&
			says 'device with a display' "$tmp/err" &&
			one_line "$tmp/err" || return 1
	done
}
check without_a_display_there_is_nothing_to_be_seen nothing_to_be_seen

# A sanitized program cannot run in a session.
if [ -z "${SANITIZED-}" ]; then
	no_screenshot()
	{
		"$uprime" run -- sh -c '"$1" screenshot out.png; echo $?' - \
			"$uprime" >"$tmp/told" 2>&1
		says '^125$' "$tmp/told" && says 'has a display' "$tmp/told"
	}
	check without_a_display_there_is_no_screenshot no_screenshot
fi

bad_vnc()
{
	for address in nosuch 0.0.0.0:5950 192.0.2.1:5950; do
		status 125 "$uprime" run --device vkms --vnc="$address" -- \
			touch "$tmp/ran" && one_line "$tmp/err" &&
			says 'no ADDRESS:PORT|UPRIME_VNC_PASSWORD' \
				"$tmp/err" || return 1
	done
	# There is no such address here: it is one of documentation.
	status 125 env UPRIME_VNC_PASSWORD=x "$uprime" run --device vkms \
		--vnc=192.0.2.1:5950 -- touch "$tmp/ran" &&
		says 'cannot listen' "$tmp/err" && one_line "$tmp/err" &&
		[ ! -e "$tmp/ran" ]
}
check bad_vnc_is_125_before_anything_runs bad_vnc

bad_screenshot()
{
	status 125 "$uprime" screenshot && says 'FILE.png' "$tmp/err" &&
		one_line "$tmp/err" &&
		status 125 "$uprime" screenshot a.png b.png &&
		says "'b.png' is too much" "$tmp/err" &&
		status 125 "$uprime" screenshot --nosuch a.png &&
		says 'help' "$tmp/err" &&
		status 125 "$uprime" screenshot --session nosuch a.png &&
		says 'no session' "$tmp/err" && one_line "$tmp/err" &&
		status 125 "$uprime" screenshot a.png &&
		says 'no session' "$tmp/err" && one_line "$tmp/err"
}
check bad_screenshot_is_125_and_says_why bad_screenshot

bad_view()
{
	for address in nosuch 127.0.0.1 127.0.0.1:x 127.0.0.1:70000 ::1:5900 \
		:5900; do
		status 125 "$uprime" view --listen "$address" &&
			says 'no ADDRESS:PORT' "$tmp/err" &&
			one_line "$tmp/err" || return 1
	done
	status 125 "$uprime" view --listen 0.0.0.0:5950 &&
		says 'UPRIME_VNC_PASSWORD' "$tmp/err" && one_line "$tmp/err" &&
		status 125 "$uprime" view too much &&
		says "'too' is too much" "$tmp/err" && one_line "$tmp/err"
}
check bad_view_is_125_and_says_why bad_view

ls_without_sessions()
{
	status 0 "$uprime" ls && says 'no session' "$tmp/out"
}
check ls_without_sessions_says_so ls_without_sessions

nodes_are_character_devices()
{
	"$uprime" run -- sh -c 'stat -c "%F %t:%T" /dev/dri/card0 \
		/dev/dri/renderD128' >"$tmp/stat" || return 1
	says '^character special file e2:0$' "$tmp/stat" &&
		says '^character special file e2:80$' "$tmp/stat"
}
check nodes_are_character_devices nodes_are_character_devices

second_device()
{
	"$uprime" run --device vgem --device vram -- ls /dev/dri >"$tmp/dri" &&
		says card1 "$tmp/dri" && says renderD129 "$tmp/dri"
}
check second_device_has_its_nodes second_device

program_has_no_children_of_ours()
{
	"$uprime" run -- sh -c 'cat /proc/$$/task/$$/children' >"$tmp/kids"
	# cat itself is the only one
	[ "$(wc -w <"$tmp/kids")" -le 1 ]
}
check program_has_no_children_of_ours program_has_no_children_of_ours

stdin_passes_through()
{
	[ "$(echo hello | "$uprime" run -- cat)" = hello ]
}
check stdin_passes_through stdin_passes_through

output_ends_with_the_program()
{
	# The server must not hold the caller's pipe open.
	out=$(timeout 10 "$uprime" run -- echo done) && [ "$out" = done ]
}
check output_ends_with_the_program output_ends_with_the_program

session_is_private()
{
	"$uprime" run -- sh -c 'stat -c %a "$UPRIME_SESSION"' >"$tmp/mode"
	says '^700$' "$tmp/mode"
}
check session_directory_is_private session_is_private

session_goes_on_for_background_programs()
{
	"$uprime" run -- sh -c '(sleep 2; [ -e /dev/dri/card0 ] &&
		exec 3<>/dev/dri/card0 && echo open >"$1") >/dev/null 2>&1 &' \
		- "$tmp/late"
	within 10 test -s "$tmp/late"
}
check session_goes_on_for_background_programs \
	session_goes_on_for_background_programs

session_ends_with_the_last_program()
{
	"$uprime" run -- true
	within 5 sh -c '"$1" ls | grep -q "no session"' - "$uprime"
}
check session_ends_with_the_last_program session_ends_with_the_last_program

stale_session()
{
	# A session whose server was killed leaves its directory behind.
	"$uprime" run -- sh -c 'echo "$UPRIME_SESSION" >"$1"; sleep 30' - \
		"$tmp/where" &
	pid=$!
	within 10 test -s "$tmp/where" || return 1
	session=$(cat "$tmp/where")
	kill -KILL "$(basename "$session")"
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	status 1 env UPRIME_SESSION="$session" \
		LD_PRELOAD="$build/libuprime-preload.so" sh -c \
		'exec 3<>/dev/dri/card0' || status 2 env \
		UPRIME_SESSION="$session" \
		LD_PRELOAD="$build/libuprime-preload.so" sh -c \
		'exec 3<>/dev/dri/card0'
	"$uprime" run -- true && "$uprime" ls >/dev/null &&
		[ ! -e "$session" ]
}
check stale_session_is_cleaned_up stale_session

done_testing
