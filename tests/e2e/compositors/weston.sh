#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A compositor and a client, whose buffers are dma-bufs of a dumb buffer.
# Weston draws with GL, without a display, and takes pictures of itself.
. "$(dirname "$0")/../tap.sh"
quad=${QUAD:?is the program that knows the picture}

# Runs in the session. The window appears when there is a display to ask for.
cat >"$tmp/session.sh" <<'EOF'
cd "$1" || exit 1
weston --backend=headless-backend.so --use-gl --width=640 --height=480 \
	--debug --no-config --idle-time=0 --socket=wayland-uprime \
	>weston.log 2>&1 &
weston=$!
n=0
until [ -S "$XDG_RUNTIME_DIR/wayland-uprime" ]; do
	n=$((n + 1))
	[ $n -lt 100 ] && kill -0 $weston || { cat weston.log; exit 1; }
	sleep 0.1
done
export WAYLAND_DISPLAY=wayland-uprime
wayland-info >info 2>&1
weston-simple-dmabuf-egl -d "$2" >client.log 2>&1 &
client=$!
sleep 3
"$3" ls >holders
weston-screenshooter || echo "no picture"
kill $client
wait $client 2>/dev/null
sleep 1
"$3" ls >holders.after
kill $weston
wait $weston
mv wayland-screenshot-*.png shot.png
EOF

# with NODE ARGUMENTS-OF-run...: leaves pictures and what was said in $tmp
with()
{
	node=$1
	shift
	rm -f "$tmp"/*.png "$tmp"/*.log "$tmp"/holders* "$tmp/info"
	timeout 60 "$uprime" run "$@" -- \
		sh "$tmp/session.sh" "$tmp" "$node" "$uprime" &&
		return 0
	cat "$tmp"/*.log
	return 1
}

client_is_on_the_screen()
{
	with /dev/dri/card0 && "$quad" "$tmp/shot.png"
}
check weston_shows_a_clients_dmabuf client_is_on_the_screen

formats_are_offered()
{
	says "'XR24'" "$tmp/info" && says "'NV12'" "$tmp/info"
}
check weston_offers_formats_of_dmabufs formats_are_offered

# One buffer: the client's, which the compositor has imported.
buffer_is_shared()
{
	says 'exported.*weston-simple-.*card0:' "$tmp/holders" &&
		says 'exported.* weston\[[0-9]*\]/card0:' "$tmp/holders"
}
check weston_imported_the_clients_buffer buffer_is_shared

# llvmpipe keeps what it last drew with until it draws again.
one_buffer_is_left()
{
	[ "$(grep -Ec 'exported|imported' "$tmp/holders.after")" -le 1 ] &&
		! grep weston-simple "$tmp/holders.after"
}
check weston_lets_go_of_a_client_that_was_killed one_buffer_is_left

done_testing
