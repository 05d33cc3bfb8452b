# shellcheck shell=bash
# From the raw numbers, one line a measurement, to the table, the JSON and
# RESULTS.md. Medians of the rounds; the spread is (largest - smallest) /
# median.
# shellcheck disable=SC2153 # B, RAW and the like are contrib/bench/run's

# ROW SIDE MEDIAN SPREAD-PERCENT N
stats() {
	sort -t $'\t' -k1,2 -k4,4g "$RAW" | awk -F '\t' '
		function flush() {
			if (n == 0)
				return
			m = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
			printf("%s %s %.6g %.0f %d\n", row, side, m,
			    m > 0 ? 100 * (v[n] - v[1]) / m : 0, n)
			n = 0
		}
		$1 != row || $2 != side { flush(); row = $1; side = $2 }
		{ v[++n] = $4 }
		END { flush() }'
}

declare -A MEDIAN SPREAD
read_stats() {
	local row side m s
	while read -r row side m s _; do
		MEDIAN[$row.$side]=$m
		SPREAD[$row.$side]=$s
	done < <(stats)
}

# A median with its spread: "15930 ±4 %".
shown() {
	local m=${MEDIAN[$1]:-}
	[[ -n $m ]] || {
		echo "-"
		return
	}
	awk -v m="$m" -v s="${SPREAD[$1]}" 'BEGIN {
		form = m >= 100 ? "%.0f" : m >= 10 ? "%.1f" : "%.2f"
		printf(form " (%d %%)\n", m, s)
	}'
}

quotient() {
	[[ -n ${MEDIAN[$1]:-} && -n ${MEDIAN[$2]:-} ]] || return 0
	awk "BEGIN { if (${MEDIAN[$2]} > 0)
		printf \"%.2f\", ${MEDIAN[$1]} / ${MEDIAN[$2]} }"
}

# line ID TITLE FLOOR PEER OURS RATIO OPERATOR BUDGET: the first five are
# keys of MEDIAN but the title; no line where ours was not measured.
line() {
	local verdict=
	[[ -n ${MEDIAN[$5]:-} ]] || return 0
	if [[ $7 == info ]]; then
		verdict="-"
	elif [[ -z $6 ]]; then
		verdict="not measured"
	elif awk "BEGIN { exit !($6 $7 $8) }"; then
		verdict=met
	else
		verdict="NOT met"
		UNMET+=("$1")
	fi
	LINES+=("$2|$(shown "$3")|$(shown "$4")|$(shown "$5")|${6:--}|${7/info/} $8|$verdict")
}

LINES=()
UNMET=()
all_lines() {
	line hello "bare FastCGI, no database, req/s" - - me.hello "" info ""
	line me "GET /me, req/s; floor: one SELECT" me.select - me.ours \
	    "$(quotient me.ours me.select)" ">=" 0.80
	[[ -z ${MEDIAN[me.peer]:-} ]] ||
		line peer "the same; peer: profile_list" - me.peer me.ours \
		    "$(quotient me.ours me.peer)" ">=" 12
	line signin "sign-in, /s; floor: scrypt, all cores" signin.floor \
	    signin.peer signin.ours "$(quotient signin.ours signin.floor)" ">=" 0.95
	line flood "p99 of /me under a sign-in flood, ms; floor: without" \
	    flood.quiet - flood.ours "$(quotient flood.ours flood.quiet)" "<=" 3
	line refresh "refresh, req/s; floor: SELECT and RSA-2048" refresh.sign \
	    - refresh.ours "$(quotient refresh.ours refresh.sign)" ">=" 0.80
	line signout "sign-out, /s; floor: UPDATE, durable" signout.floor - \
	    signout.ours "$(quotient signout.ours signout.floor)" ">=" 0.60
	line adopt "adoption, /s; floor: UPDATE, durable" adopt.floor - \
	    adopt.ours "$(quotient adopt.ours adopt.floor)" ">=" 0.60
	line memory "memory, idle, PSS, MB" - memory.peer memory.ours \
	    "${MEDIAN[memory.ours]:-}" "<=" 20
	line start "start to the first 200, ms" - - start.ours \
	    "${MEDIAN[start.ours]:-}" "<=" 50
	line growth "/me, req/s, $GROWTH users; floor: with 10000" growth.small \
	    - growth.big "$(quotient growth.small growth.big)" "<=" 1.2
	line growth-first "the same, noting activity each time" \
	    growth-first.small - growth-first.big \
	    "$(quotient growth-first.small growth-first.big)" info ""
}

table() {
	printf '%-52s|%16s|%16s|%16s|%7s|%9s|%s\n' row floor peer ours ratio \
	    budget ' verdict'
	local l
	for l in "${LINES[@]}"; do
		IFS='|' read -r a b c d e f g <<<"$l"
		printf '%-52s|%16s|%16s|%16s|%7s|%9s| %s\n' "$a" "$b" "$c" "$d" \
		    "$e" "$f" "$g"
	done
}

markdown_table() {
	echo "| row | floor | peer | ours | ratio | budget | verdict |"
	echo "|---|---:|---:|---:|---:|---:|---|"
	local l
	for l in "${LINES[@]}"; do
		printf '| %s |\n' "${l//|/ | }"
	done
}

# What is known of a row whose budget is not met. This run tells that it is
# not, never why: what is no more than likely says so.
reason() {
	case $1 in
	me) echo "Known (callgrind): beside the floor's SELECT we hash the token, decode and check session and user, count a quota and write headers and JSON; each session also notes its activity once a minute, which is a write. Their shares of the time were not measured." ;;
	peer) echo "Known: the peer has no nginx before it. Otherwise not looked into." ;;
	signin) echo "Likely, not measured: load generator, nginx and MariaDB share the cores with the hashing; the floor has them alone." ;;
	flood) echo "Likely, not measured: one core hashes, and the other carries nginx, MariaDB, the load generator and the workers." ;;
	refresh) echo "Known: beside SELECT and signature there are two MACs, JSON in and out, and quotas. Their shares were not measured." ;;
	signout | adopt) echo "Known (strace): each of our writes comes through nginx and FastCGI and after a SELECT; the floor has neither. Likely, not measured: what the workers do between two commits makes fewer of them share one flush of the log." ;;
	*) echo "Not looked into." ;;
	esac
}

reasons() {
	local id
	for id in "${UNMET[@]}"; do
		echo "- $id: $(reason "$id")"
	done
}

setting() {
	local v
	v=$(conf_get "$CONF" "$1")
	echo "${v:-$2}"
}

parameters() {
	local cpu kernel memory
	cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	kernel=$(uname -sr)
	memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)
	cat <<-EOT
		- machine: $CORES cores, ${cpu:-unknown}, $memory, $kernel; load generator, nginx, workers and MariaDB share it
		- versions: $(mariadbd --version 2>/dev/null | sed 's/.*Ver \([^ ]*\).*/MariaDB \1/'), $(nginx -v 2>&1 | sed 's/.*: //'), $(openssl version | cut -d' ' -f1,2), $(wrk -v 2>&1 | head -n 1 | cut -d' ' -f1,2)
		- load: wrk, 1 thread, $HTTP connections kept alive (sign-in $((CORES * 2)); flood: 8 readers, and 16 who sign in, each 100 ms after the last answer); requests made beforehand
		- rounds: $ROUNDS of $SECONDS_EACH s for each side in turn; medians, in brackets (largest - smallest) / median
		- ours: $WORKERS workers, $(setting signing_alg RS256), scrypt $(cut -d'$' -f3 <<<"$PHC"), quota_scale $QS_SCALE so that no quota ends the load
		- floors: $WORKERS processes behind an nginx with the same configuration, the same requests, the same bytes in the answer; the UPDATE over $WORKERS connections without HTTP
		- /me: 500 sessions in turn, each with its token; growth: ${SAMPLE:-20000} sessions picked over the table, marked as active beforehand so that none is written, but for the row that says so
		- not counted: sign-ins that were refused, ours by the gate, the peer's by errors of its own
		- database: one private MariaDB on a socket, buffer pool 16 MB, durable commits$([[ -z ${GROWTH_MB:-} ]] || echo "; the growth rows' own has a pool of $POOL MB for $GROWTH_MB MB of data and indexes, both sizes in one server")
	EOT
	if [[ -n $PEER_RUNS ]]; then
		echo "- peer: Glewlwyd $(cat "$B/peer/version") of Debian, without nginx before it, on the same MariaDB; passwords there by $(peer_hash), against scrypt here"
	else
		echo "- peer: $PEER_WHY"
	fi
	[[ -z ${MEDIAN[flood-signin.ours]:-} ]] ||
		echo "- during the flood: ${MEDIAN[flood-rate.ours]} reads and ${MEDIAN[flood-signin.ours]} sign-ins a second"
}

json_file() {
	local begun=$1
	awk -F '\t' -v begun="$begun" '
		BEGIN { printf "{\"begun\":\"%s\",\"measurements\":[", begun }
		{
			printf("%s\n{\"row\":\"%s\",\"side\":\"%s\",\"round\":%d,\"value\":%s,\"unit\":\"%s\"}",
			    NR > 1 ? "," : "", $1, $2, $3, $4, $5)
		}
		END { print "\n]}" }' "$RAW" >"$B/raw.json"
}

results_file() {
	{
		cat <<-EOT
			# What it costs

			Written by \`contrib/quickstart bench\`; run it to see your own machine's.
			Only the ratios of one run mean something. COSTS.md tells where the
			time goes, and what changed what.

		EOT
		markdown_table
		if [[ ${#UNMET[@]} -gt 0 ]]; then
			printf '\nNot met, and what is known of it:\n\n'
			reasons
		fi
		printf '\nHow it was measured, %s:\n\n' "$1"
		parameters
	} >"$B/RESULTS.md"
}

report() {
	read_stats
	all_lines
	[[ ${#LINES[@]} -gt 0 ]] || fail "nothing was measured" "See --only."
	json_file "$1"
	results_file "$1"
	printf '\n'
	table
	printf '\n'
	reasons
	parameters
	printf '\nraw numbers: %s\n' "$B/raw.json"
}
