#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's own programs on the devices.
. "$(dirname "$0")/tap.sh"

drmdevice_lists_the_device()
{
	status 0 timeout 60 "$uprime" run -- drmdevice &&
		says 'nodes\[0\] .*/dev/dri/card0' "$tmp/out" &&
		says 'nodes\[2\] .*/dev/dri/renderD128' "$tmp/out"
}
check drmdevice_lists_the_device drmdevice_lists_the_device

drmdevice_lists_two_devices()
{
	status 0 timeout 60 "$uprime" run --device vgem --device vram -- \
		drmdevice && says '/dev/dri/card1' "$tmp/out" &&
		says '/dev/dri/renderD129' "$tmp/out"
}
check drmdevice_lists_two_devices drmdevice_lists_two_devices

drm_info_finds_the_node()
{
	# Linux's vgem has no display, and drm_info says of it what it says
	# here.
	status 0 timeout 60 "$uprime" run -- drm_info &&
		cat "$tmp/out" "$tmp/err" >"$tmp/both" &&
		says '/dev/dri/card0' "$tmp/both"
}
check drm_info_finds_the_node drm_info_finds_the_node

modetest_opens_the_driver_by_name()
{
	timeout 60 "$uprime" run -- modetest -M vgem >"$tmp/both" 2>&1
	# It got as far as asking for the display, which vgem has not.
	says 'drmModeGetResources failed' "$tmp/both"
}
check modetest_opens_the_driver_by_name modetest_opens_the_driver_by_name

eglinfo_finds_gbm()
{
	timeout 120 "$uprime" run -- eglinfo >"$tmp/out" 2>"$tmp/err"
	awk '/platform:$/ { gbm = /^GBM/ } gbm' "$tmp/out" >"$tmp/gbm"
	says 'EGL driver name: *(kms_)?swrast' "$tmp/gbm"
}
check eglinfo_finds_gbm eglinfo_finds_gbm

# pair ARGUMENTS-OF-run: the producer and the consumer, in $tmp
pair()
{
	(cd "$tmp" && timeout 120 "$uprime" run "$@" -- sh -c '
		"$1/demo/producer" "$2/socket" & p=$!
		n=0
		until [ -S "$2/socket" ]; do
			n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1
		done
		"$1/demo/consumer" $3 "$2/socket"; c=$?
		wait $p && exit $c' - "$build" "$tmp" "$also")
}

picture_is_shared()
{
	also=
	rm -f "$tmp/socket" "$tmp/demo.png"
	pair && "$build/demo/consumer" --check "$tmp/demo.png"
}
check gl_picture_is_shared_between_processes picture_is_shared

picture_on_a_second_driver()
{
	also="--also /dev/dri/card1"
	rm -f "$tmp/socket" "$tmp/demo.png"
	pair --device vgem --device vram &&
		"$build/demo/consumer" --check "$tmp/demo.png"
}
check gl_picture_is_shared_with_a_second_driver picture_on_a_second_driver

picture_rendered_on_vram()
{
	also="--also /dev/dri/card1"
	rm -f "$tmp/socket" "$tmp/demo.png"
	pair --device vram --device vgem &&
		"$build/demo/consumer" --check "$tmp/demo.png"
}
check gl_picture_is_rendered_in_memory_that_moves picture_rendered_on_vram

nothing_is_left()
{
	within 5 sh -c '"$1" ls | grep -q "no session"' - "$uprime"
}
check nothing_is_left nothing_is_left

done_testing
