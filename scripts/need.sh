#!/bin/sh
# SPDX-License-Identifier: MIT
#
# need.sh build|demo|check|bench|programs|vkms: the Debian packages for that are
# there, or are installed now (as root), or are named in one line to run (as
# anybody else).

set -u

build="gcc libc6-dev make meson ninja-build pkg-config libdrm-dev
	libjson-c-dev libgbm-dev libegl-dev libgles-dev
	libpng-dev libvncserver-dev libdw-dev libunwind-dev libcmocka-dev"
run="umockdev"
demo="libdrm-tests drm-info mesa-utils libegl-mesa0 libgl1-mesa-dri libgbm1
	kmscube"
gst="libgstreamer-plugins-base1.0-dev gstreamer1.0-plugins-base
	gstreamer1.0-gl"
udev="libudev-dev"
loops="libglib2.0-dev libuv1-dev libwayland-dev"
look="ffmpeg"
display="weston kmscube"
programs="piglit wayland-utils sway cage phoc wayfire xwayland foot grim mpv
	gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
	glmark2-drm glmark2-es2-drm waypipe socat iproute2 xserver-xorg-core
	x11-apps"
kernel="linux-source-6.12 flex bison bc libelf-dev"
oracle="qemu-system-x86 busybox-static cpio xz-utils kmod python3"

case ${1-} in
build) wanted="$build $run" ;;
demo) wanted="$build $run $demo" ;;
check) wanted="$build $run $demo $gst $loops $udev $look $display $oracle" ;;
bench) wanted="$build $run $oracle" ;;
vkms) wanted="$build $oracle $kernel" ;;
programs) wanted="$build $run $demo $gst $look $display $programs" ;;
*)
	echo "usage: need.sh build|demo|check|bench|programs|vkms" >&2
	exit 125
	;;
esac

command -v dpkg-query >/dev/null || exit 0

missing=
for package in $wanted; do
	case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
	ii*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "Some packages are missing. Install them with this line:" >&2
	echo "  sudo apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "Installing:$missing"
apt-get update -qq &&
	# shellcheck disable=SC2086 # a list of words
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $missing >/dev/null
