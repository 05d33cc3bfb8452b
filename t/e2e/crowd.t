#!/bin/bash
# Ten thousand connections at nginx that give nothing to do, silent, kept,
# slow or stopped half-way in TLS, while a profile is read: it answers, new
# connections are taken, time-outs free what is held, and nothing is left.
# Then bodies that trickle, which no time-out ends: a limit for each address
# does. CROWD=N takes another number.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

crowd=${CROWD:-10000}
read -r port _ port_tls <<<"$E2E_PORTS"
bin=$CARDEA_BUILD/t/e2e/hostile
errors=$E2E_STATE/var/log/nginx-error.log
errors_from=$(($(wc -c <"$errors") + 1))
json='Content-Type: application/json'

nginx_processes() {
	pgrep -P "$(cut -d ' ' -f 1 "$E2E_STATE/var/run.d/nginx")"
}

# How many files all processes of nginx have open.
nginx_files() {
	local pid n=0
	for pid in $(nginx_processes); do
		# shellcheck disable=SC2012 # numbers
		n=$((n + $($E2E_AS ls "/proc/$pid/fd" | wc -l)))
	done
	echo "$n"
}

nginx_memory() {
	local pid
	for pid in $(nginx_processes); do
		$E2E_AS cat "/proc/$pid/smaps_rollup"
	done | awk '/^Pss:/ { n += $2 } END { print n }'
}

# value NAME: a number of the last line that the crowd printed.
value() {
	sed -n "s/.*\<$1 \([0-9]*\).*/\1/p" <<<"$line"
}

at_least() {
	[[ $2 -ge $1 ]] && echo "at least $1" || echo "$2"
}

at_most() {
	[[ $2 -le $1 ]] && echo "at most $1" || echo "$2"
}

http -H "$json" "$E2E_URL/api/v1/auth/signup" \
    -d "{\"email\":\"crowd-$$@example.com\",\"password\":\"Hinge-and-Door-1\"}"
token=${BODY#*\"access_token\":\"}
token=${token%%\"*}
is 'sign up' 201 "$STATUS"

files=$(nginx_files)
memory=$(nginx_memory)

# --- the crowd -------------------------------------------------------------

mkfifo "$E2E_DIR/in" "$E2E_DIR/out"
"$bin/crowd" "$port" "$port_tls" "$crowd" "$token" \
    <"$E2E_DIR/in" >"$E2E_DIR/out" 2>"$E2E_DIR/crowd.err" &
crowd_pid=$!
exec {in}>"$E2E_DIR/in" {out}<"$E2E_DIR/out"
line='nothing'
read -r line <&"$out" || true
is 'all stand at once, and places that were freed were taken again' \
    full "${line%% *}"
for _ in {1..100}; do # some are just being opened again
	held=$(nginx_files)
	[[ $held -lt $crowd ]] || break
done
is 'nginx holds them' "at least $crowd" "$(at_least "$crowd" "$held")"
echo "# nginx: PSS $memory KB before, $(nginx_memory) KB with $crowd"
http -k "$E2E_TLS/api/v1/health"
is 'TLS meanwhile' 200 "$STATUS"
http "$E2E_URL/"
is 'a page meanwhile' 200 "$STATUS"
http "$E2E_URL/ready"
is 'ready meanwhile' 200 "$STATUS"
http -H "$json" "$E2E_URL/api/v1/auth/signin" \
    -d "{\"email\":\"crowd-$$@example.com\",\"password\":\"Hinge-and-Door-1\"}"
is 'sign in meanwhile' 200 "$STATUS"
echo >&"$in" || true
read -r line <&"$out" || true
echo "# $line"
is 'nginx ends all that say nothing or not enough' over "${line%% *}"
is 'the profile, 500 times or more' 'at least 500' \
    "$(at_least 500 "$(value probes)")"
is 'the profile, not answered' 0 "$(value bad)"
is 'answers that nobody asked for' 0 "$(value surprises)"
for kind in silent header header-drips body tls; do
	is "ended by nginx: $kind" 'at least 1' "$(at_least 1 "$(value $kind)")"
done
exec {in}>&- {out}<&-
status=0
wait "$crowd_pid" || status=$?
is 'the crowd left' 0 "$status"
is 'nothing from the crowd' '' "$(head -n 5 "$E2E_DIR/crowd.err")"
most=$((files + 10))
for _ in {1..100}; do
	left=$(nginx_files)
	[[ $left -gt $most ]] || break
	sleep 0.1
done
is 'files that nginx has open' "at most $most" "$(at_most $most "$left")"
echo "# nginx: PSS $(nginx_memory) KB afterwards"
is 'nginx ran out of nothing' '' "$(tail -c "+$errors_from" "$errors" |
	grep -E '\[(alert|crit|emerg)\]|not enough' | head -n 5 || true)"

# --- bodies that trickle ---------------------------------------------------

# trickle N ADDRESS: that many bodies at once, 200 ms between two bytes.
trickle() {
	"$bin/trickle" "$port" "$1" "$2" "$token"
}

line=$(trickle 300 127.3.0.1 2>"$E2E_DIR/trickle.err" || true)
echo "# $line"
is 'trickling bodies of one address' 128 "$(value held)"
is 'the others are told' 172 "$(value refused)"
is 'as documented' 172 "$(value documented)"
is 'another address meanwhile' 200 "$(value elsewhere)"
is 'that address again afterwards' 200 "$(value after)"
tap_end
