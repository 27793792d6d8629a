#!/bin/sh
# SPDX-License-Identifier: MIT
#
# manners.sh MANNERS: of programs without a bug nothing is said, whatever they
# do. (TAP)

manners=$1
. "$(dirname "$0")/../e2e/tap.sh"

nothing_is_said()
{
	status 0 timeout 60 "$uprime" check "$@" &&
		says '^uprime check: 0 findings' "$tmp/err"
}

for way in vforked vforked_exec spawned cloned closed_all killed \
	unmapped_in_parts unmapped_with_others mapped_over moved shrunk threads \
	handled; do
	check "$way" nothing_is_said -- "$manners" "$way"
	check "$way, with --access" nothing_is_said --access -- \
		"$manners" "$way"
done

done_testing
