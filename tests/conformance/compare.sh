#!/bin/sh
# SPDX-License-Identifier: MIT
#
# compare.sh BUILD_DIR [--seeds N] [--ops N] [--self-test]
#
# The same program on the real kernel's vgem, in the oracle's guest, and under
# uprime: the scripted checks and N random sequences of N operations. What it
# prints must be the same, but for deviations.txt. A sequence that differs is
# made as short as it can be and still differ.
#
# --self-test: the program tells a lie under uprime; the comparison must find
# it and shrink a sequence to it.
#
# Transcripts stay in BUILD_DIR/conformance. Exit status: 0 the same, 1 not,
# 77 no guest to be had, 125 wrong usage.

set -u

die() {
	echo "compare: $*" >&2
	exit 125
}

usage="usage: compare.sh BUILD_DIR [--seeds N] [--ops N] [--self-test]"
here=$(cd "$(dirname "$0")" && pwd)
seeds=20 ops=400 self_test=false
[ $# -ge 1 ] || die "$usage"
[ -d "$1" ] || die "$1: no such folder"
build=$(cd "$1" && pwd)
shift
while [ $# -gt 0 ]; do
	case $1 in
	--seeds)
		seeds=${2:?}
		shift
		;;
	--ops)
		ops=${2:?}
		shift
		;;
	--self-test) self_test=true ;;
	*) die "$usage" ;;
	esac
	shift
done

conform=$build/tests/conformance/conform
uprime=$build/uprime
[ -x "$conform" ] || die "$conform is not built"
[ -x "$uprime" ] || die "$uprime is not built"
out=$build/conformance
mkdir -p "$out" || exit 125

# The guest's program is root: what needs its rights is left out if uprime's
# has not got them.
rights=
"$conform" privileged || rights=--unprivileged

# kernel FILE ARGUMENTS...: the transcript of the real thing
kernel() {
	to=$1
	shift
	ORACLE_TIMEOUT=${ORACLE_TIMEOUT:-600} "$here/../oracle/guest.sh" \
		"$build" "$conform" $rights "$@" >"$to"
	status=$?
	[ "$status" -ne 77 ] || exit 77
	[ "$status" -eq 0 ] || die "the guest's program ended with $status"
}

# ours FILE ARGUMENTS...: that of uprime
ours() {
	to=$1
	shift
	timeout 900 "$uprime" run -- "$conform" $rights "$@" >"$to" ||
		echo "conform ended with $? under uprime" >>"$to"
}

# Which seeds differ, one a line.
differing_seeds() {
	awk 'FNR == 1 { seed = "" }
		/^== seed / { seed = $3; next }
		FILENAME == ARGV[1] { kernel[seed] = kernel[seed] "\n" $0 }
		FILENAME == ARGV[2] { ours[seed] = ours[seed] "\n" $0 }
		END { for (s in kernel) if (s != "" && kernel[s] != ours[s])
			print s }' "$1" "$2" | sort -n
}

lines_differing() {
	diff "$1" "$2" | awk '/^</ { a++ } /^>/ { b++ }
		/^[0-9]/ { n += a > b ? a : b; a = b = 0 }
		END { print n + (a > b ? a : b) }'
}

if $self_test; then
	export CONFORM_LIE=1
fi

kernel "$out/kernel.txt" all "$seeds" "$ops"
ours "$out/uprime.txt" all "$seeds" "$ops"
failed=false
awk -f "$here/deviations.awk" ${rights:+-v partial=1} "$here/deviations.txt" "$out/kernel.txt" \
	"$out/uprime.txt" >"$out/uprime-adjusted.txt" || failed=true
diff -u "$out/kernel.txt" "$out/uprime-adjusted.txt" >"$out/diff" ||
	failed=true
$self_test || cat "$out/diff"

for seed in $(differing_seeds "$out/kernel.txt" "$out/uprime-adjusted.txt"); do
	echo "seed $seed differs; shrinking it"
	python3 "$here/shrink.py" "$build" "$seed" "$ops" $rights ||
		echo "seed $seed could not be shrunk"
	break
done >"$out/shrunk.txt"
cat "$out/shrunk.txt"

echo "$(wc -l <"$out/kernel.txt") lines compared," \
	"$(lines_differing "$out/kernel.txt" "$out/uprime-adjusted.txt") differ"

if $self_test; then
	if $failed && grep -q '^+.* import ' "$out/shrunk.txt"; then
		echo "the planted lie was found"
		exit 0
	fi
	echo "the planted lie was not found"
	exit 1
fi
! $failed
