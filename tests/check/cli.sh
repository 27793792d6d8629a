#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cli.sh BUILT: what people and CI get of `uprime check`. (TAP)

built=$1
. "$(dirname "$0")/../e2e/tap.sh"

clean=$built/double_close
buggy=$built/double_close-bug

counts()
{
	grep -q "^uprime check: $1 finding" "$tmp/err" && return 0
	tail -n 1 "$tmp/err"
	return 1
}

clean_program()
{
	status 0 "$uprime" check --error-exitcode 9 -- "$clean" && counts 0
}
check "a clean program: status 0" clean_program

findings_alone()
{
	status 0 "$uprime" check -- "$buggy" && counts 1
}
check "without --error-exitcode the status is the program's" findings_alone

chosen_status()
{
	status 9 "$uprime" check --error-exitcode 9 -- "$buggy"
}
check "with it, findings have the status that was chosen" chosen_status

own_status()
{
	status 3 "$uprime" check --error-exitcode 9 -- sh -c 'exit 3'
}
check "without findings the status is the program's" own_status

killed()
{
	status 143 "$uprime" check -- sh -c 'kill -TERM $$'
}
check "128 and the signal's number" killed

missing_program()
{
	status 127 "$uprime" check -- ./no-such-program &&
		status 127 "$uprime" check --device host -- ./no-such-program
}
check "127: not found" missing_program

bad_lines()
{
	for line in "--error-exitcode 0 -- true" "--error-exitcode x -- true" \
		"--nonsense" "" "--json" "--suppressions /nonexistent -- true" \
		"--device host --session x -- true"; do
		# shellcheck disable=SC2086 # some words
		status 125 "$uprime" check $line && one_line "$tmp/err" ||
			return 1
	done
}
check "a bad command line gets one sentence" bad_lines

says_places()
{
	status 0 "$uprime" check -- "$buggy" &&
		says 'double-close' "$tmp/err" &&
		says 'closed again' "$tmp/err" &&
		says 'closed before' "$tmp/err" &&
		says 'main \(double_close\.c:' "$tmp/err"
}
check "the report names rule, places and lines" says_places

suppressed()
{
	printf '# a comment\n\n%s\n' "$1" >"$tmp/suppressions"
	status "$2" "$uprime" check --error-exitcode 9 \
		--suppressions "$tmp/suppressions" -- "$buggy"
}
check "suppressed by function" suppressed "double-close:ma?n" 0
check "suppressed by source, any rule" suppressed "*:double_close.c" 0
check "suppressed by module" suppressed "double-close:double_close-*" 0
check "not suppressed: another rule" suppressed "leak-handle:main" 9
check "not suppressed: another function" suppressed "double-close:other" 9
check "a suppression of no rule is refused" suppressed "leek:main" 125
check "a line without pattern is refused" suppressed "double-close" 125

# Names from a file beside the program, as Debian's -dbgsym packages have them.
split()
{
	cp "$buggy" "$tmp/split" &&
		objcopy --only-keep-debug "$tmp/split" "$tmp/split.debug" &&
		objcopy --strip-all --add-gnu-debuglink="$tmp/split.debug" \
			"$tmp/split" &&
		status 9 "$uprime" check --error-exitcode 9 -- "$tmp/split" &&
		says 'main \(double_close\.c:' "$tmp/err"
}
check "names from split debugging information" split

stripped()
{
	rm "$tmp/split.debug"
	status 9 "$uprime" check --error-exitcode 9 -- "$tmp/split" &&
		says 'drmIoctl \(in libdrm' "$tmp/err" &&
		says '0x[0-9a-f]+ \(in split\)' "$tmp/err"
}
check "without any: functions of libraries, and addresses" stripped

junit()
{
	status 0 "$uprime" check --junit "$tmp/junit.xml" -- "$buggy" &&
		python3 - "$tmp/junit.xml" <<'PY'
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()
cases = suite.findall("testcase")
failed = [c for c in cases if c.find("failure") is not None]
assert len(cases) == int(suite.get("tests")), suite.attrib
assert len(failed) == int(suite.get("failures")) == 1, suite.attrib
assert "double_close.c" in failed[0].find("failure").text
PY
}
check "JUnit: well-formed, its numbers right" junit

json()
{
	status 0 "$uprime" check --json "$tmp/check.json" -- "$buggy" &&
		python3 - "$tmp/check.json" <<'PY'
import json, sys
findings = json.load(open(sys.argv[1]))["findings"]
assert [f["rule"] for f in findings] == ["double-close"], findings
assert len(findings[0]["places"]) == 3
PY
}
check "JSON" json

cannot_write()
{
	status 125 "$uprime" check --json /nonexistent/x -- "$clean" &&
		says 'cannot write /nonexistent/x' "$tmp/err"
}
check "a report that cannot be written is an error" cannot_write

watch()
{
	"$uprime" check --watch -- sh -c \
		"'$built/growth_fd-bug'; echo ended >&2" 2>"$tmp/err"
	awk '/\[growth\]/ && !ended { early = 1 } /^ended/ { ended = 1 }
		END { exit !early }' "$tmp/err"
}
check "--watch: growth is told before the program ends" watch

on_signal()
{
	"$uprime" check -- sh -c "'$buggy'; echo ready; read x" \
		>"$tmp/ready" 2>"$tmp/err" <"$tmp/stdin" &
	pid=$!
	exec 8>"$tmp/stdin"
	within 10 grep -q ready "$tmp/ready" && sleep 0.3 &&
		kill -USR1 $pid && within 10 counts 1
	ret=$?
	echo >&8
	exec 8>&-
	wait $pid
	return $ret
}
mkfifo "$tmp/stdin"
check "SIGUSR1: what was found so far" on_signal

# A sanitized program cannot run in a session.
if [ -z "${SANITIZED-}" ]; then
	nested()
	{
		status 9 "$uprime" run -- "$uprime" check --error-exitcode 9 \
			-- "$buggy"
	}
	check "called inside a session" nested
fi

no_files_left()
{
	before=$(ls /dev/shm /tmp | grep -c uprime-check)
	status 0 "$uprime" check -- "$clean"
	[ "$(ls /dev/shm /tmp | grep -c uprime-check)" -le "$before" ]
}
check "no file is left" no_files_left

done_testing
