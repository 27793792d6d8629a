#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The X server, with its driver for any KMS device: what the display shows is
# what X programs read of the screen. On a seat of its own it wants no terminal,
# and no rights.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../compositors/shown.sh"

cat >"$tmp/xorg.conf" <<'EOT'
Section "Device"
	Identifier "display"
	Driver "modesetting"
	Option "kmsdev" "/dev/dri/card0"
EndSection
Section "Screen"
	Identifier "screen"
	Device "display"
EndSection
EOT

# It says in a file which number it has taken.
xorg_starts()
{
	: >"$tmp/number"
	on_display sh -c 'exec /usr/lib/xorg/Xorg -displayfd 5 -seat seat-uprime \
		-config "$1" -logfile "$2" -nolisten tcp 5>"$3"' - \
		"$tmp/xorg.conf" "$tmp/xorg.log" "$tmp/number"
	soon test -s "$tmp/number"
	DISPLAY=:$(cat "$tmp/number")
	export DISPLAY
}
check xorg_starts xorg_starts

screen_is_shown()
{
	xwd -root -silent >"$tmp/screen.xwd" &&
		ffmpeg -v error -y -i "$tmp/screen.xwd" -pix_fmt rgb24 \
			"$tmp/screen.png" &&
		shot "$tmp/shot.png" &&
		"$picture" same "$tmp/shot.png" "$tmp/screen.png"
}
window_is_shown()
{
	xlogo &
	logo=$!
	soon screen_is_shown
	ret=$?
	kill $logo
	return $ret
}
check xlogo_is_on_the_display window_is_shown

# Without a D-Bus of the system it crashes when it ends.
kill "$running" 2>/dev/null
wait "$running" 2>/dev/null
running=

done_testing
