#!/bin/sh
# SPDX-License-Identifier: MIT
#
# kms.sh BUILD_DIR vkms|live|record|random [SEEDS OPS]
#
# What a display answers, beside Linux. The same program, conform-kms, asks a
# real kernel and uprime; what it prints must be the same, but for
# kms-deviations.txt.
#
#   vkms	beside Linux 6.12 with vkms: what that kernel said is in
#		kms-vkms-6.12.txt, for no kernel of Debian has vkms
#   live	beside Debian's Linux 6.12 in the oracle's guest, which drives
#		QEMU's own display: only what all drivers must answer alike
#   record	builds a kernel with vkms (tests/oracle/vkms-kernel.sh), asks
#		it, and writes kms-vkms-6.12.txt
#   random	asks that kernel SEEDS (100) sequences of OPS (300) calls, which
#		takes two minutes
#
# Transcripts stay in BUILD_DIR/conformance/kms. Exit status: 0 the same, 1
# not, 77 no guest to be had, 125 wrong usage.

set -u

die() {
	echo "kms: $*" >&2
	exit 125
}

usage="usage: kms.sh BUILD_DIR vkms|live|record|random [SEEDS OPS]"
[ $# -ge 2 ] || die "$usage"
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 125
conform=$build/tests/conformance/conform-kms
uprime=$build/uprime
golden=$here/kms-vkms-6.12.txt
[ -x "$conform" ] || die "$conform is not built"
out=$build/conformance/kms
mkdir -p "$out" || exit 125

# What needs CAP_SYS_ADMIN was asked of the kernel, but cannot be here.
"$conform" privileged && all=true || all=false
of_all() {
	if $all; then
		cat "$1"
	else
		grep -v '^[^ ]*-privileged: ' "$1"
	fi
}

# ours WHAT...: the transcript of uprime
ours() {
	timeout 600 "$uprime" run --device vgem --device vkms,overlay -- \
		"$conform" "$@" >"$out/uprime.txt" ||
		echo "conform-kms ended with $? under uprime" \
			>>"$out/uprime.txt"
}

# guest KERNEL WHAT...: that of a real kernel
guest() {
	kernel=$1
	shift
	ORACLE_KERNEL=$kernel ORACLE_TIMEOUT=${ORACLE_TIMEOUT:-600} \
		ORACLE_PARAMETERS=vkms.enable_overlay=1 \
		"$here/../oracle/guest.sh" "$build" "$conform" "$@" \
		>"$out/guest.txt"
	status=$?
	[ $status -ne 77 ] || exit 77
	[ $status -eq 0 ] || die "the guest's program ended with $status"
}

# judge NAME: whether kernel.txt and uprime.txt are the same
judge() {
	same=true
	$all && partial='' || partial=1
	awk -f "$here/deviations.awk" -v linux="$1" ${partial:+-v partial=1} \
		"$here/kms-deviations.txt" "$out/kernel.txt" \
		"$out/uprime.txt" >"$out/adjusted.txt" || same=false
	diff -u "$out/kernel.txt" "$out/adjusted.txt" || same=false
	echo "$1: $(wc -l <"$out/kernel.txt") lines compared"
	$same
}

case $2 in
vkms)
	grep -v '^#' "$golden" >"$out/golden.txt" || die "no $golden"
	of_all "$out/golden.txt" >"$out/kernel.txt"
	ours scripted
	judge vkms || exit 1
	# A comparison that cannot fail is none.
	sed -i 's/^\(flip.*\) -> EBUSY$/\1 -> 0/' "$out/kernel.txt"
	! judge vkms >/dev/null 2>&1 || die "a planted lie was not found"
	;;
live)
	guest 6.12 --driver bochs-drm generic
	of_all "$out/guest.txt" >"$out/kernel.txt"
	ours generic
	judge bochs
	;;
record)
	"$here/../oracle/vkms-kernel.sh" "$build/oracle/vkms" || exit $?
	guest vkms scripted
	{
		echo "# What Linux 6.12 with vkms answers, made by: make oracle-vkms"
		cat "$out/guest.txt"
	} >"$golden"
	echo "$(wc -l <"$out/guest.txt") lines written to $golden"
	;;
random)
	"$here/../oracle/vkms-kernel.sh" "$build/oracle/vkms" || exit $?
	guest vkms random "${3:-100}" "${4:-300}"
	cp "$out/guest.txt" "$out/kernel.txt"
	ours random "${3:-100}" "${4:-300}"
	judge random
	;;
*) die "$usage" ;;
esac
