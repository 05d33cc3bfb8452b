#!/bin/bash
# fuzz-run.sh SECONDS TARGET...: runs the targets that contrib/quickstart fuzz
# has installed, as the owner of the state folder; a line each, then a table.

set -euo pipefail
HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
KEPT=$QS_VAR/fuzz
SECONDS_EACH=$1
shift

broken=()
rows=()

# The last number that libFuzzer said behind a word in the target's log.
said() {
	grep -oE "$1 +[0-9]+" "$KEPT/log/$target" | tail -n 1 | grep -oE '[0-9]+$' ||
		echo 0
}

fuzz_one() {
	local out=$KEPT/corpus/$target crashes=$KEPT/crashes/$target
	local -a more=()
	mkdir -p "$out" "$crashes"
	# libfcgi leaks, and looking for leaks of ours after each input is slow
	[[ $target != fcgi ]] || more=(-detect_leaks=0)
	nice -n 10 timeout -k 10 $((SECONDS_EACH + 120)) \
	    "$HERE/bin/$target-fuzz" -max_total_time="$SECONDS_EACH" \
	    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
	    -artifact_prefix="$crashes/" -dict="$HERE/dict/$target.dict" \
	    "${more[@]}" "$out" "$HERE/corpus/$target" >"$KEPT/log/$target" 2>&1 </dev/null
}

# The files that broke it in this run; slow ones alone do not.
found_in_log() {
	sed -n 's/.*Test unit written to \(.*\)$/\1/p' "$KEPT/log/$target" |
		grep -v '/slow-unit-' || true
}

target_run() {
	local number=$1 status=0 word=ok runs corpus found
	target=$2
	printf '[%d/%d] %-12s ' "$number" "$total" "$target"
	fuzz_one || status=$?
	mapfile -t found < <(found_in_log)
	runs=$(said 'number_of_executed_units:')
	corpus=$(find "$KEPT/corpus/$target" -type f | wc -l)
	if [[ $status -ne 0 ]]; then
		word=BROKEN
		broken+=("$target ${found[0]:-}")
	fi
	printf '%d runs, %d edges, %d files, %s\n' "$runs" "$(said cov:)" \
	    "$corpus" "$word"
	rows+=("$(printf '%-12s %12d %9d %7d %7d %7d' "$target" "$runs" \
	    "$(said 'average_exec_per_sec:')" "$(said cov:)" "$corpus" \
	    "$((status == 0 ? 0 : ${#found[@]} > 0 ? ${#found[@]} : 1))")")
}

table() {
	printf '\n%-12s %12s %9s %7s %7s %7s\n' target executions 'a second' \
	    edges corpus crashes
	printf '%s\n' "${rows[@]}"
	printf '\nNew corpus, crashes and logs: %s/{corpus,crashes,log}\n' "$KEPT"
}

explain() {
	local line target file
	for line in "${broken[@]}"; do
		read -r target file <<<"$line"
		printf '\n%s broke; the end of its log:\n' "$target"
		grep -E 'does not hold|ERROR: |SUMMARY: |runtime error' \
		    "$KEPT/log/$target" | head -n 5 | sed 's/^/    /' || true
		if [[ -n $file ]]; then
			printf 'To see it again:\n    %s \\\n        %s\n' \
			    "$HERE/bin/$target-fuzz" "$file"
		else
			printf 'See %s\n' "$KEPT/log/$target"
		fi
	done
}

mkdir -p "$KEPT/log"
exec 8>"$KEPT/lock"
flock -n 8 || {
	echo "quickstart: another fuzz run is at work in $KEPT" >&2
	exit 1
}
cd "$KEPT"
total=$#
printf '%d targets, %d s each, at nice 10\n' "$total" "$SECONDS_EACH"
number=0
for name; do
	target_run $((number += 1)) "$name"
done
table
if [[ ${#broken[@]} -gt 0 ]]; then
	explain
	exit 1
fi
