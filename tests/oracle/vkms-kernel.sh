#!/bin/sh
# SPDX-License-Identifier: MIT
#
# vkms-kernel.sh OUT_DIR
#
# Debian's kernels have no vkms. This builds a small one that has, from
# Debian's own source of Linux 6.12 (package linux-source-6.12), as
# OUT_DIR/vmlinuz, for guest.sh. It is there already: nothing is done. Takes
# some minutes, and 2 GB in OUT_DIR, which are given back.
#
#   ORACLE_JOBS	how many compilers at a time (default: 2)
#
# Exit status: 0 it is there, 77 something is missing here, 1 it was not built.

set -u

die() {
	status=$1
	shift
	echo "vkms-kernel: $*" >&2
	exit "$status"
}

[ $# -eq 1 ] || die 125 "usage: vkms-kernel.sh OUT_DIR"
here=$(cd "$(dirname "$0")" && pwd)
source=/usr/src/linux-source-6.12.tar.xz
config=$here/vkms.config

mkdir -p "$1" || die 77 "cannot make $1"
out=$(cd "$1" && pwd)
exec 9>"$out/lock"
flock 9

if [ -n "$(find "$out" -name vmlinuz -newer "$config")" ]; then
	exit 0
fi
[ -e "$source" ] || die 77 "no $source; apt-get install linux-source-6.12"
for command in flex bison bc make gcc xz; do
	command -v $command >/dev/null ||
		die 77 "$command not found; apt-get install build-essential flex bison bc xz-utils"
done

tree=$out/tree
rm -rf "$tree"
mkdir "$tree" || die 1 "cannot make $tree"
trap 'rm -rf "$tree"' EXIT
trap 'exit 130' INT TERM HUP

# The tools and documents of the kernel are half of it, and not needed.
tar -C "$tree" --strip-components=1 --exclude='*/Documentation/*/*' \
	--exclude='*/tools/testing' -xf "$source" ||
	die 1 "cannot unpack $source"

quietly() {
	"$@" >>"$out/build.log" 2>&1
}

: >"$out/build.log"
quietly make -C "$tree" ARCH=x86_64 KCONFIG_ALLCONFIG="$config" allnoconfig ||
	die 1 "cannot configure it; see $out/build.log"
# Kconfig leaves out without a word what depends on something that is off.
sed -n 's/^\(CONFIG_[^=]*=.*\)/\1/p' "$config" | while read -r line; do
	grep -qxF "$line" "$tree/.config" || echo "$line"
done >"$out/missing"
[ ! -s "$out/missing" ] ||
	die 1 "not in this kernel: $(tr '\n' ' ' <"$out/missing")"

quietly nice -n 10 make -C "$tree" ARCH=x86_64 -j"${ORACLE_JOBS:-2}" bzImage ||
	die 1 "cannot build it; see $out/build.log"
cp "$tree/.config" "$out/config"
cp "$tree/arch/x86/boot/bzImage" "$out/vmlinuz.new" &&
	mv "$out/vmlinuz.new" "$out/vmlinuz"
