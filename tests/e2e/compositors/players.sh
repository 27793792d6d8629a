#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Programs that show pictures without a compositor: what the display shows is
# what they were told to show, pixel by pixel.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/shown.sh"

# A picture of the display's size.
ffmpeg -v error -f lavfi -i testsrc2=size=1024x768 -frames:v 1 -pix_fmt rgb24 \
	"$tmp/wanted.png"

# ends: it was stopped, by a signal or not
ends()
{
	kill "$running" 2>/dev/null
	wait "$running"
	running=
	true
}

is_wanted()
{
	shot "$tmp/shot.png" && "$picture" same "$tmp/shot.png" "$tmp/wanted.png"
}

mpv_shows_it()
{
	on_display mpv --no-config --vo=drm --image-display-duration=inf \
		--osd-level=0 "$tmp/wanted.png"
	soon is_wanted && ends
}
check mpv_shows_a_picture mpv_shows_it

gstreamer_shows_it()
{
	ffmpeg -v error -i "$tmp/wanted.png" -pix_fmt bgr0 -f rawvideo \
		"$tmp/wanted.raw" || return 1
	on_display gst-launch-1.0 multifilesrc location="$tmp/wanted.raw" \
		! video/x-raw,format=BGRx,width=1024,height=768,framerate=60/1 \
		! kmssink driver-name=vkms sync=false
	soon is_wanted && ends
}
check gstreamer_shows_a_picture gstreamer_shows_it

modetest_shows_it()
{
	on_display modetest -M vkms -s Virtual-1:1024x768
	soon shows bars && ends
}
check modetest_shows_its_pattern modetest_shows_it

modetest_flips()
{
	on_display timeout 4 modetest -M vkms -s Virtual-1:1024x768 -v
	wait "$running"
	running=
	freq=$(sed -n 's/^freq: \([0-9]*\).*/\1/p' "$tmp/log" | tail -n 1)
	echo "$freq flips a second"
	[ "$freq" -ge 55 ] && [ "$freq" -le 61 ]
}
check modetest_flips_at_the_rate_of_the_display modetest_flips

glmark2_runs()
{
	status 0 timeout 100 "$uprime" run --device vkms,display=1024x768 \
		--capture "$tmp/mark.png" -- \
		glmark2-es2-drm -b build:duration=2.0 &&
		says 'glmark2 Score: [1-9]' "$tmp/out" &&
		"$picture" same "$tmp/mark.png" "$tmp/mark.png"
}
check glmark2_draws_with_gl glmark2_runs

done_testing
