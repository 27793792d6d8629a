#!/bin/sh
# SPDX-License-Identifier: MIT
#
# guest.sh BUILD_DIR PROGRAM [ARGS...]
#
# Ask the real thing: run PROGRAM as root in an emulated machine with Debian's
# own kernel and its vgem driver (/dev/dri/card0, /dev/dri/renderD128). It
# finds there the shared libraries that it has here. stdout, stderr and the
# exit status are the program's; the kernel's console goes to
# BUILD_DIR/oracle/console.log.
#
# The kernel is unpacked once into BUILD_DIR/oracle, from the package that
# linux-image-amd64 stands for, or from a linux-image-*.deb put there by hand.
# Needs neither root nor KVM nor, once the cache is there, a network.
#
# vgem has no syncobjs. The newer kernel that Debian packages for the same
# release has them for the virtio-gpu that QEMU emulates: with
# ORACLE_KERNEL=6.12 the guest has both, vgem as card0 and renderD128 and
# virtio-gpu as card1 and renderD129, and its cache is BUILD_DIR/oracle/6.12.
# For what a plain display answers it has bochs as card2.
#
# No kernel of Debian has vkms. ORACLE_KERNEL=vkms is one that vkms-kernel.sh
# has built in BUILD_DIR/oracle/vkms: vgem as card0, vkms as card1.
#
#   ORACLE_KERNEL	6.1 (default), 6.12 or vkms
#   ORACLE_PARAMETERS	of the kernel, beside those needed
#   ORACLE_TIMEOUT	seconds for boot and program together (default 120)
#   ORACLE_INPUT	a file to be the program's stdin (default: empty)
#   ORACLE_FILES	more files, in a list: they stand beside the program, in
#			/oracle, and their libraries are there
#
# Exit status when it is not the program's:
#    77	the guest cannot be had here; one line on stderr says what to do
#   124	time limit reached
#   125	the guest ended without a status (see console.log), or wrong usage

set -u

die() {
	status=$1
	shift
	echo "oracle: $*" >&2
	exit "$status"
}

skip() {
	die 77 "$*"
}

need() {
	command -v "$1" >/dev/null || skip "$1 not found; apt-get install $2"
}

# Also true of a script, which the guest's busybox can run.
is_static() {
	! ldd "$1" 2>/dev/null | grep -q 'ld-.*\.so'
}

# Put into the folder $2 what the dynamic linker opens for program $1: itself
# and the libraries, where they are here.
copy_libraries() {
	missing=$(ldd "$1" | sed -n 's/^[[:space:]]*\(.*\) => not found.*/\1/p')
	[ -z "$missing" ] || die 125 "$1 needs $missing, not found here"
	ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$2${library%/*}"
		cp -L "$library" "$2$library"
	done
}

# The package of the stock kernel, say linux-image-6.1.0-NN-amd64, or the
# newest of the series asked for.
kernel_package() {
	if [ "$kernel" = 6.1 ]; then
		apt-cache depends linux-image-amd64 2>/dev/null |
			sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' |
			head -n 1
	else
		apt-cache pkgnames "linux-image-$kernel." 2>/dev/null |
			grep '[0-9]+deb12-amd64$' | sort -V | tail -n 1
	fi
}

# Put its file into the cache, whole or not at all; $1 is a folder to work in.
fetch_kernel() {
	package=$(kernel_package)
	[ -n "$package" ] ||
		skip "apt knows no Linux $kernel; run apt-get update, or put Debian's linux-image-*.deb in $cache"
	(cd "$1" && apt-get -qq download "$package" >"$cache/apt.log" 2>&1) ||
		skip "cannot download $package (see $cache/apt.log); run apt-get update, or put its .deb in $cache"
	mv "$1"/*.deb "$cache/"
	rm -f "$cache/apt.log"
}

# Fill $1 with vmlinuz and base.cpio: all of the guest but the program.
make_base() {
	set -- "$1" "$cache"/linux-image-*.deb
	if [ ! -e "$2" ]; then
		fetch_kernel "$1"
		set -- "$1" "$cache"/linux-image-*.deb
	fi

	# Modules are in lib/ or usr/lib/, depending on the release.
	dpkg-deb --fsys-tarfile "$2" 2>/dev/null | tar -C "$1" -x --wildcards \
		'./boot/vmlinuz-*' '*/kernel/drivers/gpu/drm/*' \
		'*/virtio_dma_buf.ko*' '*/modules.*' 2>/dev/null ||
		skip "cannot unpack $2; remove it and try again"
	mv "$1"/boot/vmlinuz-* "$1/vmlinuz"

	root=$1/root
	mkdir -p "$root/bin" "$root/etc" "$root/lib/modules"
	for modules in "$1"/lib/modules/* "$1"/usr/lib/modules/*; do
		[ -d "$modules" ] || continue
		version=${modules##*/}
		mkdir -p "$root/lib/modules/$version"
		for module in drm drm_shmem_helper drm_kms_helper vgem \
			virtio_dma_buf virtio-gpu ttm drm_ttm_helper \
			drm_vram_helper bochs; do
			find "$modules" -name "$module.ko*" \
				-exec cp {} "$root/lib/modules/$version/" \;
		done
		find "$root" -name '*.ko.xz' -exec xz -d {} +
		busybox depmod -b "$root" "$version" ||
			skip "cannot index the modules in $2"
	done
	[ -n "$(find "$root" -name vgem.ko)" ] || skip "$2 has no vgem module"
	make_initramfs "$1"
	rm -rf "${1:?}/boot" "${1:?}/lib" "${1:?}/usr"
}

# The same with the kernel that vkms-kernel.sh has built; it has no modules.
make_vkms_base() {
	[ -e "$cache/vmlinuz" ] ||
		skip "no kernel with vkms; run make oracle-vkms, or tests/oracle/vkms-kernel.sh $cache"
	mkdir -p "$1/root/bin" "$1/root/etc"
	cp "$cache/vmlinuz" "$1/vmlinuz"
	make_initramfs "$1"
}

# Add what all guests have to $1/root, and pack it.
make_initramfs() {
	root=$1/root
	cp "$(command -v busybox)" "$root/bin/busybox"
	cp "$here/init" "$root/init"
	chmod 755 "$root/init" "$root/bin/busybox"
	printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' \
		>"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"

	pack "$root" >"$1/base.cpio" || skip "cannot pack the guest's files"
	rm -rf "$root"
}

# A folder as an initramfs on stdout; everything in it belongs to root.
pack() {
	(cd "$1" && find . | cpio --quiet -o -H newc -R 0:0)
}

# One shell word that reads back as $1, whatever is in it.
quote() {
	printf "'"
	printf '%s' "$1" | sed "s/'/'\\\\''/g"
	printf "' "
}

# Runs by trap.
# shellcheck disable=SC2317
finish() {
	trap - EXIT INT TERM HUP
	if [ -n "$guest" ]; then
		kill "$guest" 2>/dev/null
		wait "$guest" 2>/dev/null
	fi
	rm -rf "$work"
}

[ $# -ge 2 ] || die 125 "usage: guest.sh BUILD_DIR PROGRAM [ARGS...]"
[ -x "$2" ] || die 125 "$2: no such program"
input=${ORACLE_INPUT:-/dev/null}
[ -r "$input" ] || die 125 "$input: cannot be read"

here=$(cd "$(dirname "$0")" && pwd)
kernel=${ORACLE_KERNEL:-6.1}
case $kernel in
6.1) cache=$1/oracle gpu= ;;
6.12)
	cache=$1/oracle/6.12
	gpu="-device virtio-gpu-pci -device bochs-display"
	;;
vkms) cache=$1/oracle/vkms gpu= ;;
*) die 125 "ORACLE_KERNEL is 6.1, 6.12 or vkms, not $kernel" ;;
esac
limit=${ORACLE_TIMEOUT:-120}
program=$2
shift 2

need qemu-system-x86_64 qemu-system-x86
need busybox busybox-static
need cpio cpio
need dpkg-deb dpkg
is_static "$(command -v busybox)" ||
	skip "busybox needs shared libraries; apt-get install busybox-static"
mkdir -p "$cache" 2>/dev/null ||
	skip "cannot make $cache; give another BUILD_DIR"
cache=$(cd "$cache" && pwd)
console=$cache/console.log

guest=
work=$(mktemp -d) || exit 125
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Whoever comes first makes the base, others wait for it. One that is older
# than the scripts is made anew.
base=$cache/base
is_made() {
	[ -e "$base/base.cpio" ] || return 1
	set -- "$here/init" "$here/guest.sh"
	[ "$kernel" != vkms ] || set -- "$@" "$cache/vmlinuz"
	[ -z "$(find "$@" -newer "$base/base.cpio")" ]
}
if ! is_made; then
	[ -w "$cache" ] || skip "cannot write to $cache; give another BUILD_DIR"
	exec 9>"$cache/lock"
	flock 9
	if ! is_made; then
		rm -rf "$base" "$base.new"
		mkdir "$base.new"
		if [ "$kernel" = vkms ]; then
			make_vkms_base "$base.new"
		else
			make_base "$base.new"
		fi
		mv "$base.new" "$base"
	fi
	exec 9>&-
fi

mkdir -p "$work/root/oracle"
name=${program##*/}
cp "$program" "$work/root/oracle/$name"
cat "$input" >"$work/root/oracle/input"
is_static "$program" || copy_libraries "$program" "$work/root"
for file in ${ORACLE_FILES-}; do
	cp "$file" "$work/root/oracle/${file##*/}"
	is_static "$file" || copy_libraries "$file" "$work/root"
done
{
	printf 'exec '
	quote "/oracle/$name"
	for arg; do
		quote "$arg"
	done
	echo
} >"$work/root/oracle/run"

# The kernel unpacks archives that follow each other.
{ cat "$base/base.cpio" && pack "$work/root"; } >"$work/initramfs" ||
	die 125 "cannot pack $program"

: >"$work/out"
: >"$work/err"
: >"$work/status"
# Whatever ends this script, even SIGKILL, ends the guest.
# shellcheck disable=SC2086 # $gpu is some words or none
setpriv --pdeathsig TERM timeout -k 5 "$limit" qemu-system-x86_64 \
	-accel tcg -m 512M -nodefaults -display none -no-reboot -nic none $gpu \
	-kernel "$base/vmlinuz" -initrd "$work/initramfs" \
	-append "console=ttyS0 panic=-1 8250.nr_uarts=4 mitigations=off nokaslr ${ORACLE_PARAMETERS-}" \
	-serial "file:$work/console" -serial "file:$work/out" \
	-serial "file:$work/err" -serial "file:$work/status" \
	</dev/null >"$work/qemu" 2>&1 &
guest=$!
wait "$guest"
ended=$?
guest=

cat "$work/out"
cat "$work/err" >&2
# Another user's cache serves as well; its log is then left as it was.
[ ! -w "$cache" ] || cat "$work/qemu" "$work/console" >"$console"

status=$(cat "$work/status")
case $status in
[0-9]*)
	exit "$status"
	;;
esac
[ "$ended" -ne 124 ] || die 124 "no end after $limit seconds"
die 125 "the guest ended without a status; see $console"
