#!/bin/sh
# SPDX-License-Identifier: MIT
#
# libdrm's own programs and drm_info, which show what a display is, and a
# pattern on it. What the display shows is looked at pixel by pixel.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tap.sh"
. "$here/../compositors/shown.sh"
pattern=${PATTERN:?is the program that knows the pattern}

# modetest's pattern covers that part of the picture; see pattern.c
shows_pattern()
{
	shot "$tmp/pattern.png" && how=$1 && shift &&
		"$pattern" "$how" "$tmp/pattern.png" "$@"
}

# It ends when somebody types Return.
ends()
{
	echo >&9
	wait "$running"
	ended=$?
	running=
	[ "$ended" -eq 0 ] && return 0
	echo "it ended with $ended:"
	cat "$tmp/log"
	return 1
}

# modetest_shows LIST-OF-ARGUMENTS ARGUMENTS-OF-shows_pattern...
modetest_shows()
{
	# shellcheck disable=SC2086 # words
	on_display modetest -M vkms $1
	shift
	soon shows_pattern "$@"
	ret=$?
	ends && return $ret
}

# The number of the first object that modetest lists so, in a session with
# $device: its list, and a pattern.
number()
{
	"$uprime" run --device "$device" -- modetest -M vkms "$1" 2>/dev/null |
		sed -nE "s/^([0-9]+)	$2.*/\\1/p" | sed -n "${3:-1}p"
}

# Numbers of objects are the driver's own affair. kms-deviations.txt says why
# the rest is left out.
as_on_linux()
{
	sed -E 's/[│├└─]/ /g
		s/(Object ID: |blob = )[1-9][0-9]*/\1N/
		/XRGB2101010|NV12|COLOR_ENCODING|COLOR_RANGE|Clones:/d' "$1"
}
drm_info_is_the_same()
{
	status 0 timeout 60 "$uprime" run --device vkms -- \
		drm_info /dev/dri/card0 || return 1
	as_on_linux "$tmp/out" >"$tmp/tree"
	diff -u "$here/drm_info-vkms-6.12.txt" "$tmp/tree"
}
check drm_info_says_what_it_says_of_linux_vkms drm_info_is_the_same

modes_are_the_same()
{
	status 0 timeout 60 "$uprime" run --device vkms -- \
		modetest -M vkms -c || return 1
	grep '^  #' "$tmp/out" | diff -u "$here/modes-vkms-6.12.txt" -
}
check modetest_lists_the_modes_of_linux_vkms modes_are_the_same

connector=$(number -c '[0-9]+	connected')
plane=$(number -p '0	0	0,0')

format_is_shown()
{
	modetest_shows "-s $connector:640x480@$1" upright 0 0 640 480 "$2"
}
for format in XR24 AR24 XR30; do
	check modetest_shows_its_pattern_in_$format format_is_shown $format 0
done
# 5 bits of 8
check modetest_shows_its_pattern_in_RG16 format_is_shown RG16 7

# It writes NV12 as video has it.
nv12_is_shown()
{
	modetest_shows "-w $plane:COLOR_RANGE:0 -s $connector:640x480@NV12" \
		upright 0 0 640 480 4
}
check modetest_shows_its_pattern_in_NV12 nv12_is_shown

largest_is_shown()
{
	modetest_shows "-s $connector:1920x1080" upright 0 0 1920 1080
}
check modetest_shows_its_pattern_in_another_size largest_is_shown

for turn in rotate-180:4 reflect-x:17; do
	check modetest_turns_its_pattern_by_${turn%:*} modetest_shows \
		"-w $plane:rotation:${turn#*:} -s $connector:640x480" \
		"${turn%:*}"
done

check modetest_moves_its_cursor modetest_shows \
	"-s $connector:640x480 -C" cursor

# It is one framebuffer, of which each display shows a part.
both_show_it()
{
	shows_on Virtual-1 0 && shows_on Virtual-2 -1280
}
shows_on()
{
	"$uprime" screenshot --session "$session" --display "$1" \
		"$tmp/pattern.png" &&
		"$pattern" upright "$tmp/pattern.png" "$2" 0 2080 720
}
two_displays()
{
	device=vkms,display=1280x720,display=800x600
	on_display modetest -M vkms -s Virtual-1:1280x720 -s Virtual-2:800x600
	soon both_show_it
	ret=$?
	device=vkms
	ends && return $ret
}
check modetest_shows_its_pattern_on_two_displays two_displays

# Frames come at the display's rate, but for how exactly a busy machine can tell,
# or fewer: how many fewer is a matter of who else is on it.
at_the_rate_of()
{
	grep '^freq:' "$1" | tail -n +2 | grep -Eo '[0-9.]+' | sort -n \
		>"$tmp/rates"
	awk -v most="$2" '{ rate[NR] = $1 }
		END { is = rate[int((NR + 1) / 2)]; print is, "Hz"
		exit !(is <= most * 1.05 && is >= most / 2) }' "$tmp/rates"
}

# They say the rate now and then; the first is of the start as well.
says_rates()
{
	[ "$(grep -c '^freq:' "$1")" -ge 3 ]
}
flips_at()
{
	device=vkms,display=640x480@$1
	on_display modetest -M vkms -s "Virtual-1:640x480" -v
	device=vkms
	soon says_rates "$tmp/log"
	ends && at_the_rate_of "$tmp/log" "$1"
}
check modetest_flips_at_the_rate_of_a_display_of_30_Hz flips_at 30
check modetest_flips_at_the_rate_of_a_display_of_60_Hz flips_at 60

vblanks_come()
{
	device=vkms,display=640x480@50
	on_display modetest -M vkms -s "Virtual-1:640x480"
	device=vkms
	soon shot "$tmp/start.png"
	timeout 60 "$uprime" run --session "$session" -- \
		stdbuf -oL vbltest -M vkms <&9 >"$tmp/vblanks" 2>&1 &
	vblanks=$!
	soon says_rates "$tmp/vblanks"
	kill $vblanks
	wait $vblanks
	ends && at_the_rate_of "$tmp/vblanks" 50
}
check vbltest_counts_the_vblanks_of_a_display vblanks_come

# Planes that lie on the first one.
device=vkms,overlay
connector=$(number -c '[0-9]+	connected')
crtc=$(number -p '0	\(0,0\)')
first=$(number -p '0	0	0,0' 1)
second=$(number -p '0	0	0,0' 2)
third=$(number -p '0	0	0,0' 3)

overlays_are_shown()
{
	shows_pattern upright 50 60 140 90 &&
		"$pattern" upright "$tmp/pattern.png" 300 200 210 180
}
planes()
{
	# shellcheck disable=SC2086 # words
	on_display modetest -M vkms -F smpte,smpte $1 \
		-P "$second@$crtc:140x90+50+60" \
		-P "$third@$crtc:210x180+300+200"
	soon overlays_are_shown
	ret=$?
	ends && return $ret
}
check modetest_shows_overlays planes "-s $connector:640x480"
check modetest_shows_overlays_in_an_atomic_commit planes \
	"-a -s $connector:640x480 -P $first@$crtc:640x480"

done_testing
