#!/bin/sh
# SPDX-License-Identifier: MIT
#
# programs.sh [large]: real programs under `uprime check`. What is found is a
# true bug, told in docs/check.md, or nothing. (TAP)

which=${1-}
. "$(dirname "$0")/../e2e/tap.sh"

# finds RULES COMMAND...: findings of these rules, and of no other
finds()
{
	rules=$1
	shift
	timeout 60 "$uprime" check --device vkms --json "$tmp/check.json" -- \
		"$@" >"$tmp/out" 2>"$tmp/err" || {
		tail -n 20 "$tmp/out" "$tmp/err"
		return 1
	}
	python3 - "$tmp/check.json" "$rules" <<'PY'
import json, sys
found = {f["rule"] for f in json.load(open(sys.argv[1]))["findings"]}
print("found:", sorted(found))
sys.exit(found != set(sys.argv[2].split()))
PY
}

if [ -z "$which" ]; then
	check "drm_info is clean" finds "" drm_info
	check "modetest is clean" finds "" modetest -M vkms
	# It takes any input for its end, and its own end for time to go.
	mkfifo "$tmp/input"
	check "kmscube leaves what it shows to the system" \
		finds "leak-mapping leak-handle leak-framebuffer" \
		sh -c 'exec 9<>"$1"; exec kmscube -c 20 <&9' - "$tmp/input"
else
	check "GStreamer's kmssink is clean" finds "" gst-launch-1.0 -q \
		videotestsrc num-buffers=20 ! video/x-raw,format=BGRx ! \
		kmssink driver-name=vkms
	# A client that is closed for its end, and the compositor with it.
	cat >"$tmp/weston.sh" <<'SH'
weston --idle-time=0 --log="$1/weston.log" &
weston=$!
left=100
while ! ls "$XDG_RUNTIME_DIR"/wayland-? >/dev/null 2>&1; do
	left=$((left - 1))
	[ $left -gt 0 ] || exit 1
	sleep 0.1
done
sleep 1
export WAYLAND_DISPLAY=wayland-1
timeout -s INT 3 weston-simple-egl
timeout -s INT 3 weston-simple-dmabuf-egl -d /dev/dri/card0
kill -TERM $weston
wait $weston
SH
	# How much it has then depends on the moment.
	weston_alone()
	{
		finds "" sh "$tmp/weston.sh" "$tmp" && return
		python3 - "$tmp/check.json" <<'PY'
import json, sys
found = json.load(open(sys.argv[1]))["findings"]
allowed = {"leak-mapping", "leak-handle", "leak-framebuffer", "leak-blob"}
for finding in found:
    print(finding["program"], finding["rule"], finding["detail"])
sys.exit(any(f["program"] != "weston" or f["rule"] not in allowed
             or f["detail"] != "there when the program ended" for f in found))
PY
	}
	check "weston and its clients: only what weston has when it ends" \
		weston_alone
fi
done_testing
