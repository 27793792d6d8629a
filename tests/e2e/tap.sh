# SPDX-License-Identifier: MIT
# For test scripts: each `check` is a test of its own (TAP).
#
# Sourced with BUILD set; gives $uprime, $tmp and the functions below.

build=$(cd "${BUILD:?is the build folder}" && pwd) || exit 125
uprime=$build/uprime
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tests=0
bad=0

# Sessions of this script are nobody else's.
XDG_RUNTIME_DIR=$tmp/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"
export XDG_RUNTIME_DIR

# check NAME COMMAND...: it must succeed
check()
{
	tested=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$tmp/check.out" 2>&1; then
		echo "ok $tests - $tested"
	else
		bad=$((bad + 1))
		echo "not ok $tests - $tested"
		sed 's/^/# /' "$tmp/check.out"
	fi
}

# status WANTED COMMAND...: it must end with that status; its output is left
# in $tmp/out and $tmp/err
status()
{
	wanted=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	[ "$got" -eq "$wanted" ] && return 0
	echo "status $got instead of $wanted: $*"
	cat "$tmp/out" "$tmp/err"
	return 1
}

# says PATTERN FILE: and in one line
says()
{
	grep -Eq "$1" "$2" && return 0
	echo "no '$1' in:"
	cat "$2"
	return 1
}

one_line()
{
	[ "$(wc -l <"$1")" -eq 1 ] && return 0
	echo "not one line:"
	cat "$1"
	return 1
}

# within SECONDS COMMAND...: it succeeds by then
within()
{
	left=$(($1 * 10))
	shift
	while ! "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.1
	done
}

done_testing()
{
	echo "1..$tests"
	[ "$bad" -eq 0 ]
	exit
}
