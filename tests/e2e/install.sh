#!/bin/sh
# SPDX-License-Identifier: MIT
# What is installed is enough to write a driver, and to run the tool.
. "$(dirname "$0")/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)

installs()
{
	meson install -C "$build" --no-rebuild --destdir "$tmp/root"
}
check it_installs installs
prefix=$(find "$tmp/root" -name uprime -path '*/bin/*' -exec dirname {} \;)/..
pc=$(find "$tmp/root" -name uprime.pc)
lib=$(dirname "$pc")/..
# As if it had been installed where it is.
mkdir "$tmp/pkgconfig"
sed "s|^prefix=.*|prefix=$prefix|" "$pc" >"$tmp/pkgconfig/uprime.pc"

flags()
{
	PKG_CONFIG_PATH=$tmp/pkgconfig pkg-config "$@" uprime
}

driver_compiles()
{
	# shellcheck disable=SC2046 # flags are words
	cc -std=gnu11 -Wall -Werror $(flags --cflags) -o "$tmp/driver" \
		"$here/driver.c" $(flags --libs)
}
check driver_compiles_against_the_installed_headers driver_compiles

driver_runs()
{
	LD_LIBRARY_PATH=$lib "$tmp/driver"
}
check driver_runs_with_the_installed_library driver_runs

helpers_are_listed()
{
	nm -D "$lib/libuprime.so" >"$tmp/symbols"
	for name in drm_gem_dmabuf_export drm_gem_dmabuf_release \
		drm_gem_prime_export drm_gem_prime_import \
		drm_gem_prime_handle_to_fd drm_gem_prime_fd_to_handle \
		drm_prime_pages_to_sg drm_prime_sg_to_page_addr_arrays \
		drm_prime_gem_destroy; do
		says " T $name\$" "$tmp/symbols" || return 1
	done
}
check nine_helpers_are_in_the_library helpers_are_listed

done_testing
