#!/bin/sh
# SPDX-License-Identifier: MIT
#
# display.sh BUILD: how many frames a second Weston shows of two GL clients, on a
# display of 1920x1080 at several refresh rates; and how many flips a second a
# program alone gets. The clients' own counts, the median of what each says every
# five seconds, but for the first time.

set -u

uprime=${1:?usage: display.sh BUILD}/uprime
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
XDG_RUNTIME_DIR=$tmp
export XDG_RUNTIME_DIR
chmod 700 "$tmp"

cat >"$tmp/clients.sh" <<'SH'
weston --idle-time=0 --log="$1/log" &
weston=$!
left=100
while ! ls "$XDG_RUNTIME_DIR"/wayland-? >/dev/null 2>&1; do
	left=$((left - 1))
	[ $left -gt 0 ] || exit 1
	sleep 0.1
done
export WAYLAND_DISPLAY=wayland-1
timeout -s INT 22 weston-simple-egl >"$1/one" 2>&1 &
one=$!
timeout -s INT 22 weston-simple-egl >"$1/two" 2>&1
wait $one
kill -TERM $weston
wait $weston
SH

median()
{
	sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "none" }'
}

fps()
{
	sed -n 's/.*seconds: \([0-9.]*\) fps.*/\1/p' "$1" | sed 1d | median
}

echo "rate  client 1  client 2  flips alone"
for rate in 60 120 240 500; do
	printf '\r%s Hz ...' $rate >&2
	rm -f "$tmp"/wayland-*
	"$uprime" run --device "vkms,display=1920x1080@$rate" -- \
		sh "$tmp/clients.sh" "$tmp" >/dev/null 2>&1
	# On its own: it prints a rate each second until there is input.
	sleep 6 | timeout 20 "$uprime" run \
		--device "vkms,display=1920x1080@$rate" -- \
		modetest -M vkms -s "Virtual-1:1920x1080" -v 2>&1 |
		sed -n 's/^freq: \([0-9.]*\)Hz/\1/p' >"$tmp/flips"
	printf '\r' >&2
	printf '%4s  %8s  %8s  %11s\n' $rate "$(fps "$tmp/one")" \
		"$(fps "$tmp/two")" "$(median <"$tmp/flips")"
done
