#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Programs that play videos or draw with GL, on a display of their own: what it
# shows is what the same source looks like in a file.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../compositors/shown.sh"

# GStreamer's, in this folder.
HOME=$tmp
export HOME

# plays FILE PROGRAM...: run it to its end; its last picture is in the file
plays()
{
	file=$1
	shift
	rm -f "$file"
	status 0 timeout 60 "$uprime" run --device vkms,display=640x480 \
		--capture "$file" -- "$@"
}

# at_most RATE NUMBER: frames come at the display's rate at most, and not at
# nothing like it; how far below it they are is a matter of the machine.
at_most()
{
	echo "$2 frames per second"
	awk -v most="$1" -v is="$2" \
		'BEGIN { exit !(is <= most * 1.1 && is >= most / 6) }'
}

ffmpeg -v error -y -f lavfi -i rgbtestsrc=size=640x480 -frames:v 1 \
	-pix_fmt rgb24 "$tmp/colours.png"
colours=av://lavfi:rgbtestsrc=size=640x480:rate=30

mpv_shows()
{
	plays "$tmp/mpv.png" mpv --no-config --quiet --no-input-terminal \
		--length=0.3 "$@" "$colours" &&
		"$picture" same "$tmp/colours.png" "$tmp/mpv.png"
}
check mpv_with_vo_drm_shows_a_video mpv_shows --vo=drm
# Mesa's software renderer makes no surfaces with modifiers, which mpv wants if
# it may make atomic commits.
check mpv_with_vo_gpu_shows_a_video mpv_shows --vo=gpu --gpu-context=drm \
	--drm-atomic=no --dither-depth=no

# 120 frames as fast as can be.
mpv_waits_for_the_display()
{
	start=$(date +%s%N)
	plays "$tmp/mpv.png" mpv --no-config --quiet --no-input-terminal \
		--vo=drm --untimed --length=0.12 \
		av://lavfi:testsrc2=size=640x480:rate=1000 || return 1
	took=$((($(date +%s%N) - start) / 1000000))
	echo "$took ms"
	[ $took -gt 1900 ]
}
check mpv_shows_frames_at_the_rate_of_the_display mpv_waits_for_the_display

# gst_shows HOW FORMAT PROPERTY...: what kmssink shows of a test picture is the
# same as, or near what GStreamer makes of it in plain memory.
gst_shows()
{
	how=$1
	caps=video/x-raw,width=640,height=480,format=$2
	shift 2
	plays "$tmp/gst.png" gst-launch-1.0 -q \
		videotestsrc num-buffers=10 pattern=smpte75 ! "$caps" ! \
		kmssink driver-name=vkms "$@" &&
		gst-launch-1.0 -q videotestsrc num-buffers=1 \
			pattern=smpte75 ! "$caps" ! videoconvert ! \
			video/x-raw,format=RGB ! pngenc ! \
			filesink location="$tmp/gst-file.png" &&
		"$picture" "$how" "$tmp/gst-file.png" "$tmp/gst.png"
}
check gstreamer_kmssink_shows_BGRx gst_shows same BGRx
check gstreamer_kmssink_shows_RGB16 gst_shows same RGB16
check gstreamer_kmssink_shows_NV12 gst_shows near NV12 \
	plane-properties='s,COLOR_RANGE=(guint64)0'

gst_waits_for_the_display()
{
	plays "$tmp/gst.png" gst-launch-1.0 -v videotestsrc num-buffers=150 ! \
		video/x-raw,width=640,height=480,format=BGRx,framerate=1000/1 ! \
		fpsdisplaysink sync=false text-overlay=false \
		video-sink='kmssink driver-name=vkms' || return 1
	at_most 60 "$(sed -n 's/.*average: \([0-9.]*\).*/\1/p' "$tmp/out" |
		tail -n 1)"
}
check gstreamer_kmssink_has_the_rate_of_the_display gst_waits_for_the_display

# Buffers of one card are on the display of another.
buffers_are_imported()
{
	grep -q played "$tmp/log" && shot "$tmp/shot.png" &&
		"$picture" same "$tmp/gst-file.png" "$tmp/shot.png" &&
		"$uprime" ls --session "$session" >"$tmp/ls" &&
		says ' vkms +[0-9]+ +imported ' "$tmp/ls" &&
		says ' vgem +[0-9]+ +exported ' "$tmp/ls"
}
gst_imports()
{
	gst_shows same BGRx || return 1
	"$uprime" run --session "$session" --device vkms,display=640x480 \
		--device vgem -- "$build/tests/e2e/gst/imported" \
		/dev/dri/card1 >"$tmp/log" 2>&1 <&9 9<&- &
	running=$!
	soon buffers_are_imported
	ret=$?
	echo >&9
	wait "$running" || ret=1
	running=
	return $ret
}
check gstreamer_kmssink_shows_buffers_of_another_card gst_imports

horse_is_shown()
{
	device=vkms,display=640x480
	on_display "$1" --swap-mode fifo -b build:duration=6
	device=vkms
	soon shows figure && cp "$tmp/shows.png" "$tmp/first.png" &&
		soon moves
	ret=$?
	wait "$running" && at_most 60 \
		"$(sed -n 's/^\[build\].*FPS: \([0-9]*\).*/\1/p' "$tmp/log")" &&
		[ $ret -eq 0 ]
	ret=$?
	running=
	return $ret
}
# Another picture of the kind.
moves()
{
	shows figure && ! "$picture" same "$tmp/shows.png" "$tmp/first.png"
}
for program in glmark2-es2-drm glmark2-drm; do
	check ${program}_shows_a_horse_that_turns horse_is_shown $program
done

# Others may read what is shown only if they are the system's administrator.
screen_is_grabbed()
{
	on_display modetest -M vkms -r
	soon shot "$tmp/shot.png" && beside ffmpeg -v error -y \
		-device /dev/dri/card0 -f kmsgrab -i - \
		-vf hwdownload,format=bgr0 -frames:v 1 -pix_fmt rgb24 \
		"$tmp/grab.png" </dev/null &&
		"$picture" same "$tmp/shot.png" "$tmp/grab.png"
	ret=$?
	echo >&9
	wait "$running"
	running=
	return $ret
}
if [ "$(id -u)" -eq 0 ]; then
	check ffmpeg_kmsgrab_reads_what_is_shown screen_is_grabbed
fi

done_testing
