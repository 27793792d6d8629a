# SPDX-License-Identifier: MIT
#
# awk -f deviations.awk -v linux=VERSION [-v partial=1] DEVIATIONS KERNEL UPRIME:
# the transcript of uprime with the kernel's lines where the deviations say so.
# What was used goes to stderr; entries that were not end it with status 1.
#
# An entry is of all versions, and must be used on 6.1 (of displays: vkms) at
# least, unless it says "on: VERSION". With partial, only those must be used
# whose kernel's line is there. The kernel's line "nothing": it has no such.

FILENAME == ARGV[1] && /^uprime: / { ours = substr($0, 9) }
FILENAME == ARGV[1] && /^kernel: / { theirs[ours] = substr($0, 9) }
FILENAME == ARGV[1] && /^why: / { why[ours] = substr($0, 6) }
FILENAME == ARGV[1] && /^on: / { on[ours] = substr($0, 5) }
FILENAME == ARGV[1] { next }

FILENAME == ARGV[2] { said[$0] = 1; next }

function of_this(line) {
	return !(line in on) || on[line] == linux
}

function is_said(line) {
	return theirs[line] == "nothing" || theirs[line] in said
}

function must_be_used(line) {
	if (theirs[line] in said)
		return 1
	return !partial && (line in on || linux == "6.1" || linux == "vkms")
}

($0 in theirs) && of_this($0) && is_said($0) {
	printf "deliberate: %s\n  the kernel: %s\n  because %s\n", $0, \
		theirs[$0], why[$0] >"/dev/stderr"
	used[$0] = 1
	if (theirs[$0] != "nothing")
		print theirs[$0]
	next
}
{ print }

END {
	for (line in theirs) {
		if (!of_this(line))
			continue
		total++
		if (!(line in used) && must_be_used(line)) {
			printf "unused deviation: %s\n", line >"/dev/stderr"
			unused++
		}
	}
	printf "%d deliberate differences, %d of them unused\n", total, \
		unused >"/dev/stderr"
	exit unused > 0
}
