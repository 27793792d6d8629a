#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check.sh BUILD: what `uprime check` costs kmscube, as a ratio to `uprime run`:
# seconds of processor time of all processes, the smallest of five runs by turns.
# (A frame waits for the display, so the time that passes is the same.)

set -u

uprime=${1:?usage: check.sh BUILD}/uprime
frames=300

# Seconds of processor time that a command and its children took.
cpu()
{
	sleep 10 | bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1' - \
		"$@" 2>&1 | awk '{ print $1 + $2 }'
}

run='' check=''
for turn in 1 2 3 4 5; do
	printf '\r%s of 5' "$turn" >&2
	run="$run $(cpu "$uprime" run --device vkms -- kmscube -c $frames)"
	check="$check $(cpu "$uprime" check --device vkms -- kmscube -c $frames)"
done
printf '\r' >&2

least()
{
	printf '%s\n' "$@" | sort -n | head -n 1
}
# shellcheck disable=SC2086 # lists of words
run=$(least $run) check=$(least $check)
echo "kmscube, $frames frames: run $run s, check $check s of processor time"
awk -v run="$run" -v check="$check" \
	'BEGIN { printf "ratio %.2f (to be below 1.5)\n", check / run }'
