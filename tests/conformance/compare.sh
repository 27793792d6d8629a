#!/bin/sh
# SPDX-License-Identifier: MIT
#
# compare.sh BUILD_DIR [--seeds N] [--ops N] [--kernel VERSION]... [--self-test]
#
# The same program on the real kernel, in the oracle's guest, and under uprime:
# the scripted checks and N random sequences of N operations. What it prints
# must be the same, but for deviations.txt. A sequence that differs is made as
# short as it can be and still differ.
#
# Linux 6.1 has vgem; 6.12 has a device with syncobjs as well, and uprime is
# then one device that has both. Without --kernel it is both kernels.
#
# --self-test: the program tells a lie under uprime; the comparison must find
# it and shrink a sequence to it. No scripted checks.
#
# Transcripts stay in BUILD_DIR/conformance/VERSION. Exit status: 0 the same, 1
# not, 77 no guest to be had, 125 wrong usage.

set -u

die() {
	echo "compare: $*" >&2
	exit 125
}

usage="usage: compare.sh BUILD_DIR [--seeds N] [--ops N] [--kernel VERSION]... [--self-test]"
here=$(cd "$(dirname "$0")" && pwd)
seeds=20 ops=400 kernels='' self_test=false what=all
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
	--kernel)
		kernels="$kernels ${2:?}"
		shift
		;;
	--self-test) self_test=true what=sequences ;;
	*) die "$usage" ;;
	esac
	shift
done
kernels=${kernels:-6.1 6.12}

conform=$build/tests/conformance/conform
uprime=$build/uprime
[ -x "$conform" ] || die "$conform is not built"
[ -x "$uprime" ] || die "$uprime is not built"
out=$build/conformance
for kernel in $kernels; do
	mkdir -p "$out/$kernel" || exit 125
done

# The guest's program is root: what needs its rights is left out if uprime's
# has not got them.
rights=
"$conform" privileged || rights=--unprivileged

# What uprime is beside a kernel, and what the program is told of it.
device_of() {
	case $1 in
	6.1) echo vgem ;;
	*) echo vgem,syncobj ;;
	esac
}

options_of() {
	case $1 in
	6.1) echo "$rights" ;;
	*) echo "$rights --syncobj" ;;
	esac
}

# guest VERSION: the transcript of the real thing, and how it ended
guest() {
	# shellcheck disable=SC2046 # words
	ORACLE_KERNEL=$1 ORACLE_TIMEOUT=${ORACLE_TIMEOUT:-600} \
		"$here/../oracle/guest.sh" "$build" "$conform" \
		$(options_of "$1") $what "$seeds" "$ops" >"$out/$1/kernel.txt"
	echo $? >"$out/$1/status"
}

# ours VERSION: that of uprime
ours() {
	# shellcheck disable=SC2046 # words
	timeout 900 "$uprime" run --device "$(device_of "$1")" -- "$conform" \
		$(options_of "$1") $what "$seeds" "$ops" \
		>"$out/$1/uprime.txt" ||
		echo "conform ended with $? under uprime" >>"$out/$1/uprime.txt"
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

# judge VERSION: whether the two transcripts are the same
judge() {
	dir=$out/$1 same=true
	# The sequences have deviations of their own, the checks are not there.
	partial=${rights:+1}
	! $self_test || partial=1
	awk -f "$here/deviations.awk" -v linux="$1" ${partial:+-v partial=1} \
		"$here/deviations.txt" "$dir/kernel.txt" "$dir/uprime.txt" \
		>"$dir/adjusted.txt" || same=false
	diff -u "$dir/kernel.txt" "$dir/adjusted.txt" >"$dir/diff" ||
		same=false
	$self_test || cat "$dir/diff"
	for seed in $(differing_seeds "$dir/kernel.txt" "$dir/adjusted.txt"); do
		echo "seed $seed differs; shrinking it"
		# shellcheck disable=SC2046 # words
		python3 "$here/shrink.py" "$build" "$1" "$seed" "$ops" \
			$(options_of "$1") ||
			echo "seed $seed could not be shrunk"
		break
	done >"$dir/shrunk.txt"
	cat "$dir/shrunk.txt"
	$same
}

if $self_test; then
	export CONFORM_LIE=1
fi

for kernel in $kernels; do
	guest "$kernel" &
done
wait
for kernel in $kernels; do
	status=$(cat "$out/$kernel/status")
	[ "$status" -ne 77 ] || exit 77
	[ "$status" -eq 0 ] ||
		die "the guest's program ended with $status on Linux $kernel"
done
for kernel in $kernels; do
	ours "$kernel" &
done
wait

failed=false counts=
for kernel in $kernels; do
	judge "$kernel" || failed=true
	dir=$out/$kernel
	counts="$counts
Linux $kernel: $(wc -l <"$dir/kernel.txt") lines compared, \
$(lines_differing "$dir/kernel.txt" "$dir/adjusted.txt") differ"
done
echo "${counts#?}"

if $self_test; then
	if $failed && grep -q '^+.* import ' "$dir/shrunk.txt"; then
		echo "the planted lie was found"
		exit 0
	fi
	echo "the planted lie was not found"
	exit 1
fi
! $failed
