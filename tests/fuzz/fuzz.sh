#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fuzz.sh BUILD_DIR [SECONDS [SEED [PROCESSES [THREADS]]]]: hostile programs in
# a session with displays. What a sanitizer says of the server, an invariant
# that does not hold, an answer that does not come, and a display that does not
# work afterwards are failures.

set -u

[ $# -ge 1 ] || {
	echo "usage: fuzz.sh BUILD_DIR [SECONDS [SEED [PROCESSES [THREADS]]]]" >&2
	exit 125
}
BUILD=$(cd "$1" && pwd) || exit 125
export BUILD
here=$(cd "$(dirname "$0")" && pwd)
seconds=${2-60} seed=${3-1}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

XDG_RUNTIME_DIR=$tmp/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"
export XDG_RUNTIME_DIR

# The server has no stderr of its own, but for this.
UPRIME_DEBUG=1
ASAN_OPTIONS=log_path=$tmp/report
UBSAN_OPTIONS=print_stacktrace=1:log_path=$tmp/report
TSAN_OPTIONS=log_path=$tmp/report:suppressions=$here/tsan.supp
export UPRIME_DEBUG ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

# With each third seed the server has to ask programs for their memory.
[ $((seed % 3)) -ne 0 ] || export UPRIME_NO_VM_ACCESS=1

{
	timeout -k 10 $((seconds + 120)) "$BUILD/uprime" run \
		--device vkms,overlay,syncobj,display=640x480,display=800x600+640x480 \
		--device vgem \
		-- "$BUILD/tests/fuzz/fuzz" "$seconds" "$seed" \
		${4+"$4"} ${5+"$5"} 2>&1
	echo $? >"$tmp/status"
} | grep -v '^uprime run: pid' >"$tmp/said"

cat "$tmp"/report.* >>"$tmp/said" 2>/dev/null
sed 's/^/# /' "$tmp/said"
echo "1..1"
if [ "$(cat "$tmp/status")" -ne 0 ] ||
	grep -Eq 'unexpected: |ERROR: |WARNING: Thread|runtime error: ' \
		"$tmp/said"; then
	echo "not ok 1 - hostile_programs_break_nothing (seed $seed)"
	exit 1
fi
echo "ok 1 - hostile_programs_break_nothing"
