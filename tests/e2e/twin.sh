#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's programs print the same here and on Linux's own vgem.
. "$(dirname "$0")/tap.sh"
guest=$(dirname "$0")/../oracle/guest.sh

# same PROGRAM ARGUMENTS...: its output and its errors, in the guest and here
same()
{
	program=$(command -v "$1") || return 1
	shift
	"$guest" "$build" "$program" "$@" >"$tmp/kernel" 2>"$tmp/kernel.err"
	kernel=$?
	if [ $kernel -eq 77 ]; then
		cat "$tmp/kernel.err"
		return 77
	fi
	timeout 60 "$uprime" run -- "$program" "$@" >"$tmp/ours" 2>"$tmp/ours.err"
	ours=$?
	cat "$tmp/kernel.err" >>"$tmp/kernel"
	cat "$tmp/ours.err" >>"$tmp/ours"
	[ $kernel -eq $ours ] && diff -u "$tmp/kernel" "$tmp/ours"
}

# twin PROGRAM ARGUMENTS...: a test; without a guest it is skipped, which is a failure
# where CI is set.
twin()
{
	tests=$((tests + 1))
	same "$@" >"$tmp/check.out" 2>&1
	case $? in
	0) echo "ok $tests - $1_prints_the_same_on_linux" ;;
	77)
		if [ "${CI-}" = true ]; then
			bad=$((bad + 1))
			echo "not ok $tests - $1_prints_the_same_on_linux"
			sed 's/^/# /' "$tmp/check.out"
		else
			echo "ok $tests - $1 # SKIP $(head -1 "$tmp/check.out")"
		fi
		;;
	*)
		bad=$((bad + 1))
		echo "not ok $tests - $1_prints_the_same_on_linux"
		sed 's/^/# /' "$tmp/check.out"
		;;
	esac
}

twin drmdevice
twin drm_info
# These want a display, and say so where there is none.
twin modetest -M vgem
twin modeprint vgem
twin proptest -M vgem
twin vbltest -M vgem

done_testing
