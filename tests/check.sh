#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check.sh BUILD_DIR: all tests, in the plain build and with sanitizers. The
# last line counts what the tests themselves count (TAP): "N passed, N failed".

set -u

[ $# -eq 1 ] || {
	echo "usage: check.sh BUILD_DIR" >&2
	exit 125
}
build=$1
passed=0 failed=0 skipped=0

# setup DIR OPTIONS...: a build folder beside the plain one
setup()
{
	dir=$1
	shift
	[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" >/dev/null ||
		exit 1
	ninja -C "$dir" --quiet || exit 1
}

# run NAME DIR ARGUMENTS-OF-meson-test...
run()
{
	name=$1 dir=$2
	shift 2
	printf '\n== %s\n' "$name"
	meson test -C "$dir" --no-rebuild --print-errorlogs "$@"
	status=$?
	log=$dir/meson-logs/testlog.txt
	ok=$(grep -c '^ok ' "$log")
	not_ok=$(grep -c '^not ok ' "$log")
	skip=$(grep -ci '^ok .*# skip' "$log")
	grep -i '^ok .*# skip' "$log"
	# A test program that died before it could say so has failed, too.
	[ "$status" -eq 0 ] || [ "$not_ok" -gt 0 ] || not_ok=1
	passed=$((passed + ok - skip))
	failed=$((failed + not_ok))
	skipped=$((skipped + skip))
}

setup "$build"
run "plain" "$build"

setup "$build-asan" -Db_sanitize=address,undefined -Db_lundef=false
run "AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer" \
	"$build-asan" --no-suite oracle --timeout-multiplier 3

setup "$build-tsan" -Db_sanitize=thread -Db_lundef=false
run "ThreadSanitizer" "$build-tsan" --suite threads --timeout-multiplier 5

if [ "$skipped" -gt 0 ]; then
	printf '\n%s passed, %s failed, %s skipped\n' \
		"$passed" "$failed" "$skipped"
else
	printf '\n%s passed, %s failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]
