#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test.sh BUILD_DIR same|lie: compare.sh as a test (TAP). Without a guest it is
# skipped, which is a failure where CI is set.

here=$(dirname "$0")
case ${2-} in
same)
	test=transcript_is_the_one_of_linux
	options="--seeds 50 --ops 400"
	;;
lie)
	test=planted_lie_is_found_and_shrunk
	options="--seeds 3 --ops 200 --self-test --kernel 6.1"
	;;
*)
	echo "usage: test.sh BUILD_DIR same|lie" >&2
	exit 125
	;;
esac

# shellcheck disable=SC2086 # a list of words
out=$("$here/compare.sh" "$1" $options 2>&1)
status=$?
echo "1..1"
if [ $status -eq 77 ] && [ "${CI-}" != true ]; then
	echo "ok 1 - $test # SKIP $out"
	exit 0
fi
[ $status -eq 0 ] || printf 'not '
echo "ok 1 - $test"
echo "$out" | tail -100 | sed 's/^/# /'
[ $status -eq 0 ]
