#!/bin/sh
# SPDX-License-Identifier: MIT
# Nothing of displays stays behind in the server, however programs end.
# ROUNDS=10000 takes some minutes.
. "$(dirname "$0")/tap.sh"
churn=$build/tests/e2e/display-churn

# What follows runs in one session, in the shell below.
cat >"$tmp/inside.sh" <<'IN'
churn=$1 uprime=$2 tmp=$3 rounds=$4
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

settled()
{
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 50 ] || return 1
		sleep 0.1
	done
}

no_more_fds()
{
	[ "$(fds)" -le "$fds_before" ]
}

begin()
{
	fds_before=$(fds) memory_before=$(memory)
}

end()
{
	settled no_more_fds
	echo $(($(fds) - fds_before)) >"$tmp/$1.fds"
	echo $(($(memory) - memory_before)) >"$tmp/$1.memory"
}

# A tool with a sanitizer in it does not start under the preloads.
tool()
{
	env -u LD_PRELOAD "$uprime" "$@"
}

plug()
{
	for i in 1 2 3 4 5 6 7 8 9 10; do
		tool display unplug Virtual-1 && tool display plug Virtual-1 ||
			exit 1
	done
}

killed()
{
	for i in 1 3 5 7 9; do
		"$churn" 100000 &
		sleep 0.$i
		kill -KILL $!
		wait $! 2>/dev/null || :
	done
}

# Once, so that all is there that stays.
"$churn" 200 && "$churn" --plug 50 && plug && killed || exit 1
sleep 0.2
begin
"$churn" "$rounds" || exit 1
end pictures
begin
"$churn" --plug "$rounds" && plug || exit 1
end plugs
begin
killed
end killed
IN

timeout 600 "$uprime" run --device vkms,display=64x48 -- sh "$tmp/inside.sh" \
	"$churn" "$uprime" "$tmp" "${ROUNDS-1000}" >"$tmp/log" 2>&1 || {
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

# See lifetimes.sh.
limit=512
[ -z "${SANITIZED-}" ] || limit=65536
for what in pictures plugs killed; do
	check "${what}_leave_no_fd" at_most 0 "$what.fds"
	check "${what}_leave_no_memory" at_most "$limit" "$what.memory"
done

done_testing
