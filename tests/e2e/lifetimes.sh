#!/bin/sh
# SPDX-License-Identifier: MIT
# Nothing stays behind in the server, however programs end.
. "$(dirname "$0")/tap.sh"
churn=$build/tests/e2e/churn

# What follows runs in one session, in the shell below.
cat >"$tmp/inside.sh" <<'IN'
churn=$1 uprime=$2 tmp=$3
server=$(basename "$UPRIME_SESSION")

fds()
{
	ls "/proc/$server/fd" | wc -l
}

# KiB that belong to the server alone
memory()
{
	awk '/^RssAnon/ { print $2 }' "/proc/$server/status"
}

no_buffers()
{
	# A tool with a sanitizer in it does not start under the preloads.
	env -u LD_PRELOAD "$uprime" ls | grep -q 'no buffers'
}

settled()
{
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 50 ] || return 1
		sleep 0.1
	done
}

result()
{
	echo "$1" >"$tmp/$2"
}

no_more_fds()
{
	[ "$(fds)" -le "$fds_before" ]
}

# More fds than before, also after the last connections have ended.
result_fds()
{
	settled no_more_fds
	result $(($(fds) - fds_before)) "$1"
}

"$churn" 500 || exit 1
"$churn" --live 500 || exit 1
settled no_buffers
fds_before=$(fds) memory_before=$(memory)
"$churn" 10000 && settled no_buffers
result_fds fds
result $(($(memory) - memory_before)) memory

fds_before=$(fds)
"$churn" --live 2000 && settled no_buffers
result_fds live

left=0
for i in 00 01 02 03 05 07 11 13 17 19 23 29 31 37 41 43 47 53 59 61; do
	for who in parent child; do
		"$churn" --pass >"$tmp/pid" &
		until [ -s "$tmp/pid" ]; do sleep 0.01; done
		read -r parent child <"$tmp/pid"
		sleep 0.0$i
		case $who in
		parent) kill -KILL "$parent" ;;
		child) kill -KILL "$child" ;;
		esac
		wait $! 2>/dev/null
		settled no_buffers || left=$((left + 1))
		rm -f "$tmp/pid"
	done
done
result $left killed
result_fds killed_fds
IN

timeout 300 "$uprime" run -- sh "$tmp/inside.sh" "$churn" "$uprime" "$tmp" \
	>"$tmp/log" 2>&1 || {
	echo "Bail out! inside.sh failed"
	sed 's/^/# /' "$tmp/log"
	exit 1
}

at_most()
{
	[ "$(cat "$tmp/$2")" -le "$1" ] || {
		echo "$2: $(cat "$tmp/$2"), more than $1"
		tail -20 "$tmp/log"
		return 1
	}
}

check ten_thousand_buffers_leave_no_fd at_most 0 fds
memory_limit=512
[ -z "${SANITIZED-}" ] || memory_limit=65536
# The C library's heap and caches breathe; 10,000 leaked objects are MiBs. A
# sanitizer keeps freed memory for a while, and finds leaks by itself.
check ten_thousand_buffers_leave_no_memory \
	at_most "$memory_limit" memory
check two_thousand_live_buffers_leave_no_fd at_most 0 live
check killed_processes_leave_no_buffers at_most 0 killed
check killed_processes_leave_no_fds at_most 0 killed_fds

done_testing
