#!/bin/sh
# SPDX-License-Identifier: MIT
#
# demo.sh BUILD_DIR: ordinary graphics programs on uprime's devices, one on a
# display, then two programs that share a buffer, and what the checker says of
# them. Leaves the pictures in ./display.png and ./demo.png.
#
# Mesa needs no environment: it finds no driver of the device's name (and says
# so in two lines on stderr) and takes its software renderer for KMS devices.

set -u

fail()
{
	echo "demo: $*" >&2
	exit 1
}

heading()
{
	printf '\n== %s\n' "$*"
}

need()
{
	command -v "$1" >/dev/null ||
		fail "$1 not found (Debian package $2)"
}

[ $# -eq 1 ] || fail "usage: demo.sh BUILD_DIR"
build=$(cd "$1" && pwd) || fail "$1: no such build directory"
uprime=$build/uprime
producer=$build/demo/producer
consumer=$build/demo/consumer

for program in "$uprime" "$producer" "$consumer"; do
	[ -x "$program" ] || fail "$program is not built"
done
need drmdevice libdrm-tests
need drm_info drm-info
need eglinfo mesa-utils
need kmscube kmscube

tmp=$(mktemp -d) || fail "cannot make a temporary directory"
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

# captured ARGUMENTS-OF-uprime-run...: output to $tmp/out, errors to $tmp/err;
# both are shown only if it fails.
captured()
{
	timeout 60 "$uprime" run "$@" >"$tmp/out" 2>"$tmp/err" && return
	status=$?
	cat "$tmp/out" "$tmp/err" >&2
	fail "uprime run $*: exit status $status"
}

# shown PATTERN WHAT: the matching lines, of which there must be one.
shown()
{
	grep -E "$1" "$tmp/out" && return
	cat "$tmp/out" "$tmp/err" >&2
	fail "no $2 in the output"
}

heading "drmdevice: what libdrm finds"
captured -- drmdevice
# It opens each node next and lists all of them again.
sed -i '/^--- Opening/,$d' "$tmp/out"
shown 'Devices reported|nodes\[|fullname' 'device'

heading "drm_info: vgem has no display, and it says so, as on Linux"
captured -- drm_info
cat "$tmp/err" >>"$tmp/out"
shown 'card0' 'node'

heading "eglinfo: Mesa on GBM"
# eglinfo fails for the platforms that are not there (X11, Wayland), so only
# what it says of GBM counts.
timeout 60 "$uprime" run -- eglinfo >"$tmp/all" 2>"$tmp/err"
awk '/platform:$/ { gbm = /^GBM/ } gbm' "$tmp/all" >"$tmp/out"
shown '^(GBM platform|EGL (API version|vendor string|client APIs|driver name))' \
	'GBM platform'
grep -q '^EGL driver name' "$tmp/out" || {
	cat "$tmp/err" >&2
	fail "EGL does not work on GBM"
}

heading "kmscube: a GL program on a display of 1280x720"
rm -f display.png
# Any input would be its end.
mkfifo "$tmp/input"
captured --device vkms,display=1280x720 --capture display.png -- \
	sh -c 'exec 9<>"$1"; exec kmscube -c 90 <&9' sh "$tmp/input"
shown 'fps' 'frame rate' | tail -n 1
[ -s display.png ] || fail "display.png was not written"
echo "Look at it: $(pwd)/display.png"

heading "uprime check: does kmscube give back what it took?"
timeout 60 "$uprime" check --device vkms,display=1280x720 -- \
	sh -c 'exec 9<>"$1"; exec kmscube -c 10 <&9' sh "$tmp/input" \
	>"$tmp/out" 2>"$tmp/err"
grep -A 6 '^[0-9]*\. ' "$tmp/err" | head -n 7
tail -n 1 "$tmp/err"
grep -q '^uprime check: ' "$tmp/err" || fail "no report of uprime check"

heading "producer (GBM, EGL, GLES) and consumer (libdrm) share one buffer"
rm -f demo.png
# Both run in one session: they see the same devices, as on one machine.
# shellcheck disable=SC2016 # expanded by the inner shell
timeout 120 "$uprime" run --device vgem --device vram -- sh -c '
	"$1" "$3" &
	"$2" --also /dev/dri/card1 "$3"
	consumer=$?
	# Without its consumer the producer would wait for one.
	[ $consumer -eq 0 ] || kill $! 2>/dev/null
	wait $! && exit $consumer
' sh "$producer" "$consumer" "$tmp/socket" ||
	fail "sharing a buffer: exit status $?"

heading "the picture"
"$consumer" --check demo.png || fail "demo.png is not the picture"
echo "Look at it: $(pwd)/demo.png"
