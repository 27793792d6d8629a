#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A window of another host: two network namespaces, joined by a cable. In one
# there is Weston on a display, in the other a program whose window waypipe
# brings over. Who is not root has namespaces of users first, where that is
# allowed.
if [ "$(id -u)" -ne 0 ] && unshare --map-root-user --net --mount true \
	2>/dev/null; then
	# shellcheck disable=SC2016 # for the shell in the namespace
	exec unshare --map-root-user --net --mount sh -c \
		'mount -t tmpfs tmpfs /run && exec "$0" "$@"' "$0" "$@"
fi
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/shown.sh"

near=uprime-near-$$
far=uprime-far-$$

if ! ip netns add "$near" 2>"$tmp/netns"; then
	echo "1..0 # SKIP no network namespaces: $(head -n 1 "$tmp/netns")"
	exit 0
fi
trap 'off_display >/dev/null; ip netns del "$near"; ip netns del "$far"
	rm -rf "$tmp"' EXIT

lay_cable()
{
	ip netns add "$far" &&
		ip link add cable netns "$near" type veth \
			peer name cable netns "$far" &&
		ip -n "$near" addr add 10.213.0.1/30 dev cable &&
		ip -n "$far" addr add 10.213.0.2/30 dev cable &&
		ip -n "$near" link set cable up &&
		ip -n "$far" link set cable up
}
check hosts_are_joined lay_cable

weston_starts()
{
	on_display ip netns exec "$near" weston --idle-time=0 \
		--socket=wayland-uprime
	soon shot "$tmp/start.png"
}
check weston_shows_itself weston_starts

# Neither host sees the other but over the cable.
window_is_shown()
{
	timeout 60 ip netns exec "$near" "$uprime" run --session "$session" -- \
		env WAYLAND_DISPLAY=wayland-uprime \
		waypipe --no-gpu -s "$tmp/near" client >"$tmp/client" 2>&1 &
	client=$!
	soon test -S "$tmp/near" || return 1
	timeout 60 ip netns exec "$near" socat \
		TCP-LISTEN:7000,bind=10.213.0.1 UNIX-CONNECT:"$tmp/near" &
	timeout 60 ip netns exec "$far" socat UNIX-LISTEN:"$tmp/far",fork \
		TCP:10.213.0.1:7000,retry=20,interval=0.2 &
	cable=$!
	soon test -S "$tmp/far" || return 1
	timeout 60 ip netns exec "$far" env -u WAYLAND_DISPLAY \
		waypipe --no-gpu -s "$tmp/far" server -- weston-simple-egl \
		>"$tmp/server" 2>&1 &
	server=$!
	soon shows triangle
	ret=$?
	cat "$tmp/client" "$tmp/server"
	kill $server $cable $client
	wait $server $cable $client
	return $ret
}
check window_of_the_other_host_is_shown window_is_shown

check weston_ends_well off_display

done_testing
