#!/bin/sh
# SPDX-License-Identifier: MIT
#
# One card draws, another one has the display.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../compositors/shown.sh"
two_cards=${TWO_CARDS:?is the program that uses both}

# on_cards FIRST SECOND PROGRAM...: with two devices, of which one has a display
on_cards()
{
	one=$1
	other=$2
	shift 2
	"$uprime" run --session "$session" --device "$one" \
		--device "$other" -- "$@" >"$tmp/log" 2>&1 <&9 9<&- &
	running=$!
}

# Each device has two buffers at least; what one exports the other imports.
both_have_them()
{
	"$uprime" ls --session "$session" >"$tmp/ls"
	for device in vgem vkms; do
		grep -E " $device +[0-9]+ " "$tmp/ls" >"$tmp/$device"
	done
	cat "$tmp/ls"
	[ "$(grep -c exported "$tmp/$1")" -ge 2 ] &&
		[ "$(grep -c imported "$tmp/$2")" -ge 2 ]
}

ends()
{
	echo >&9
	wait "$running"
	ended=$?
	running=
	cat "$tmp/log"
	[ "$ended" -eq 0 ]
}

says_rate()
{
	cat "$tmp/log"
	took=$(sed -n 's/^60 frames in \([0-9.]*\) s$/\1/p' "$tmp/log")
	# At 60 Hz; the first one is shown at once.
	awk -v took="$took" 'BEGIN { exit !(took > 50 / 60) }'
}

# shows_with EXPORTER IMPORTER FIRST SECOND ARGUMENT...
shows_with()
{
	exporter=$1
	importer=$2
	shift 2
	first=$1
	second=$2
	shift 2
	on_cards "$first" "$second" "$two_cards" "$@"
	soon shows quadrants && both_have_them "$exporter" "$importer"
	ret=$?
	ends && says_rate && return $ret
}
vkms=vkms,display=640x480
check what_vgem_draws_is_shown_by_vkms \
	shows_with vgem vkms $vkms vgem /dev/dri/card1 /dev/dri/card0
check order_of_the_cards_does_not_matter \
	shows_with vgem vkms vgem $vkms /dev/dri/card0 /dev/dri/card1
check what_vkms_draws_comes_back_to_it_by_vgem \
	shows_with vkms vgem $vkms vgem /dev/dri/card0 /dev/dri/card0 \
	/dev/dri/card1

done_testing
