#!/bin/sh
# SPDX-License-Identifier: MIT
# uprime bench: what it says, writes and draws; not how fast anything is.
. "$(dirname "$0")/tap.sh"

# bad PATTERN ARGUMENT...: it is told in one sentence
bad()
{
	pattern=$1
	shift
	status 125 "$uprime" bench "$@" && says "$pattern" "$tmp/err" &&
		one_line "$tmp/err"
}

bad_options()
{
	bad 'no option --nosuch: see' --nosuch &&
		bad 'must follow --only' --only &&
		bad 'must follow --json' --quick --json &&
		bad "'more' is too much" --quick more
}
check bad_options_are_125_and_one_sentence bad_options

bad_files()
{
	echo '{"points": 3}' >"$tmp/odd"
	echo '{"points": [{"name": "x"}]}' >"$tmp/half"
	for file in "$tmp/odd" "$tmp/half" "$tmp/none" /dev/null; do
		bad "$file is no file that" --compare "$file" || return 1
	done
	bad 'cannot write /proc/no/file' --json /proc/no/file &&
		bad 'cannot make the folder /proc/no' --plot /proc/no/plots
}
check bad_files_are_125_before_it_measures bad_files

help_has_examples()
{
	status 0 "$uprime" bench --help && says 'xample' "$tmp/out" &&
		says 'guest COMMAND' "$tmp/out"
}
check help_has_examples help_has_examples

measures()
{
	status 0 "$uprime" bench --quick --only 're-export' \
		--json "$tmp/bench.json" --plot "$tmp/plots" &&
		cp "$tmp/out" "$tmp/tables" && cp "$tmp/err" "$tmp/progress"
}
check measuring_ends_well measures

# What the measuring programs say themselves.
refused()
{
	"$BUILD/bench/$1" $2 >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 2 ] && [ ! -s "$tmp/out" ] && one_line "$tmp/err"
}

options_of_programs()
{
	for program in uprime-bench-core uprime-bench-device; do
		refused $program --frob && refused $program --only &&
			refused $program more || return 1
	done
}
check options_of_the_programs_are_refused_in_a_sentence options_of_programs

core_points()
{
	"$BUILD/bench/uprime-bench-core" --quick --only import >"$tmp/core" \
		2>"$tmp/err" && says '^progress [1-9]' "$tmp/err" || return 1
	python3 - "$tmp/core" <<-'END'
		import json, sys
		points = [json.loads(line) for line in open(sys.argv[1])]
		assert all(p['median'] > 0 and p['group'] == 'core'
		           for p in points)
		found = {(p['name'], p['scale'], p['n']) for p in points}
		for name in ('self-import', 'first import',
		             'cross-device import', 'repeated import'):
		    assert (name, '', 0) in found, name
		assert ('self-import one file', 'threads', 8) in found
	END
}
check core_is_measured_in_process core_points

# same_as_listed PROGRAM TEXT: what is measured is what is listed, each once
same_as_listed()
{
	"$BUILD/bench/$1" --list --only "$2" >"$tmp/list" || return 1
	"$BUILD/bench/$1" --quick --only "$2" >"$tmp/points" 2>"$tmp/err" ||
		return 1
	python3 - "$tmp/points" "$tmp/list" <<-'END'
		import json, sys
		listed = open(sys.argv[2]).read().splitlines()
		points = [json.loads(line) for line in open(sys.argv[1])]
		assert listed and len(set(listed)) == len(listed)
		assert [' '.join([p['group']] + ([p['scale'], str(p['n'])]
		        if p['scale'] else []) + [p['name']])
		        for p in points] == listed
		assert all(p['median'] > 0 for p in points)
	END
}

core_lists()
{
	same_as_listed uprime-bench-core re-export &&
		same_as_listed uprime-bench-core 'sg to arrays contiguous' &&
		same_as_listed uprime-bench-core 'limit pages'
}
check core_measures_what_it_lists core_lists

lists_all()
{
	"$BUILD/bench/uprime-bench-core" --list >"$tmp/list" &&
		says '^limit null syscall$' "$tmp/list" &&
		says '^core handles 1000000 lookup$' "$tmp/list" &&
		says '^core threads 8 self-import one file$' "$tmp/list" &&
		says '^core pages 4194304 sg to arrays scattered rate$' \
			"$tmp/list" &&
		"$BUILD/bench/uprime-bench-device" --list >"$tmp/list" &&
		says '^device buffers 100000 self-import of all$' \
			"$tmp/list" &&
		says '^device clients 256 create.close fairness$' "$tmp/list"
}
check lists_have_all_scales_and_need_no_device lists_all

device_lists()
{
	"$BUILD/bench/uprime-bench-device" --list --only 're-export of 16' \
		>"$tmp/list" && one_line "$tmp/list" &&
		status 0 "$uprime" run -- "$BUILD/bench/uprime-bench-device" \
		--quick --only 're-export of 16' && one_line "$tmp/out" &&
		says '"median":[0-9]*[1-9]' "$tmp/out" &&
		status 0 "$BUILD/bench/uprime-bench-device" --quick \
		--only 'idle cpu' && one_line "$tmp/out" &&
		says '"missing":"a process that serves' "$tmp/out"
}
check device_measures_what_is_asked_for device_lists

tables()
{
	says '^re-export  .* [num]s' "$tmp/tables" &&
		says '^re-export, over buffers$' "$tmp/tables" &&
		says 'targets of [0-9]+ reached' "$tmp/tables"
}
check tables_have_the_points tables

progress()
{
	says '^\[ *[0-9]+%\] device: re-export, 1 buffers$' "$tmp/progress" &&
		! grep '^progress' "$tmp/progress"
}
check progress_is_told_a_line_for_each_part progress

json_is_whole()
{
	python3 - "$tmp/bench.json" <<-'END'
		import json, sys
		whole = json.load(open(sys.argv[1]))
		machine, points = whole['machine'], whole['points']
		for fact in 'cpu', 'kernel', 'date', 'uprime':
		    assert machine[fact], fact
		assert machine['cpus'] > 0
		ours = [p for p in points if p['group'] == 'device']
		assert all('re-export' in p['name'] for p in ours)
		for scale, n in ('', 0), ('buffers', 1), ('buffers', 10):
		    point, = [p for p in ours if p['name'] == 're-export'
		              and p['scale'] == scale and p['n'] == n]
		    assert 0 < point['min'] <= point['p25'] <= point['median']
		    assert point['median'] <= point['p75'] <= point['p99']
		    assert point['unit'] == 'ns' and point['samples'] > 1
	END
}
check json_has_the_machine_and_the_points json_is_whole

plots_are_xml()
{
	[ -s "$tmp/plots/buffers.svg" ] || return 1
	python3 - "$tmp"/plots/*.svg <<-'END'
		import sys, xml.etree.ElementTree as tree
		for path in sys.argv[1:]:
		    root = tree.parse(path).getroot()
		    assert root.tag == '{http://www.w3.org/2000/svg}svg', path
		    lines = list(root.iter(root.tag[:-3] + 'polyline'))
		    assert lines and all(l.get('points') for l in lines), path
	END
}
check plots_are_xml_with_lines plots_are_xml

compares()
{
	status 0 "$uprime" bench --quick --only 're-export of 16' \
		--compare "$tmp/bench.json" &&
		says 'median  .*  before/now$' "$tmp/out" &&
		says '^re-export of 16 .* [0-9.]+$' "$tmp/out" &&
		! grep -q before/now "$tmp/tables"
}
check comparing_adds_a_column compares

json_on_stdout()
{
	status 0 "$uprime" bench --quick --only 're-export of 16' --json - &&
		python3 -c 'import json, sys
assert json.load(sys.stdin)["points"]' <"$tmp/out"
}
check json_on_stdout_is_alone_there json_on_stdout

starts()
{
	status 0 "$uprime" bench --quick --only 'start' --json "$tmp/start" &&
		says '^true  ' "$tmp/out" &&
		says '^uprime run, session up  ' "$tmp/out" &&
		says '^uprime run, cold  ' "$tmp/out" &&
		says '^umockdev-run  ' "$tmp/out" &&
		within 5 sh -c '"$1" ls | grep -q "no session"' - "$uprime"
}
check starts_are_measured_and_their_sessions_end starts

# A guest that measures nothing: it says what it was asked to run.
cat >"$tmp/guest" <<-'END'
	echo "guest: $*" >&2
	case $1 in
	*/uprime-bench-device)
		printf '{"group":"limit","name":"dup+close","scale":"",'
		echo '"n":0,"unit":"ns","median":5}'
		printf '{"group":"device","name":"re-export","scale":"",'
		echo '"n":0,"missing":"it is made up"}'
		;;
	esac
	exit "${GUEST_STATUS-0}"
END

guest_gets_the_program()
{
	status 0 "$uprime" bench --quick --only 're-export of 16' \
		--guest "sh '$tmp/guest'" --json "$tmp/linux.json" &&
		says '^guest: .*-device --quick --only re-export of 16$' \
			"$tmp/err" &&
		says '^dup.close +5.00 ns$' "$tmp/out" &&
		says '^re-export +missing: it is made up$' "$tmp/out" &&
		says '"group": *"linux limit"' "$tmp/linux.json"
}
check guest_gets_the_program_and_its_points_are_linuxs guest_gets_the_program

guest_boots()
{
	status 0 "$uprime" bench --quick --only 'guest boots' \
		--guest "sh '$tmp/guest'" &&
		says '^guest boots and runs true +[0-9]' "$tmp/out"
}
check guest_that_runs_true_is_timed guest_boots

guest_fails()
{
	status 0 env GUEST_STATUS=77 "$uprime" bench --quick --only guest \
		--guest "sh '$tmp/guest'" &&
		says '^the rest +missing: it ended with status 77$' \
			"$tmp/out" &&
		says '^guest boots and runs true +missing: .*77' "$tmp/out"
}
check guest_that_fails_is_missing guest_fails

done_testing
