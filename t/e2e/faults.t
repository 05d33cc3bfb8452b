#!/bin/bash
# What is killed, stopped or reloaded while clients write. A journal outside
# the database has every write that was acknowledged; afterwards each of them
# must be there, each with its one mail, and the service back by itself.
# FAULT_ROUNDS=N repeats it all.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

json='Content-Type: application/json'
var=$E2E_STATE/var
socket=$(${E2E_AS:-} "$QUICKSTART" ctl config show | sed -n 's/^db_socket = \([^ ]*\).*/\1/p')
loads=()
trap 'for load in "${loads[@]}"; do kill "$load" 2>/dev/null || true; done' EXIT

pid() {
	cut -d ' ' -f 1 "$var/run.d/$1"
}

children() {
	pgrep -P "$(pid cardea)" || true
}

sql() {
	# shellcheck disable=SC2086 # a command prefix
	$E2E_AS mariadb --no-defaults -S "$socket" -N cardea -e "$1"
}

# One sign-up after another; the journal has the status of each.
writer() {
	local i status
	for ((i = 0; ; i++)); do
		status=$(curl -s -o /dev/null -w '%{http_code}' --max-time 20 \
		    -H "$json" "$E2E_URL/api/v1/auth/signup" -d \
		    "{\"email\":\"$1-$i@example.com\",\"password\":\"Hinge-and-Door-1\"}" ||
			true)
		echo "$1-$i@example.com $status" >>"$E2E_DIR/journal"
	done
}

# A profile read again and again.
reader() {
	while :; do
		curl -s -o /dev/null -w '%{http_code}\n' --max-time 20 \
		    -H "Authorization: Bearer $token" \
		    "$E2E_URL/api/v1/auth/me" >>"$E2E_DIR/reads" || true
	done
}

load_start() {
	: >"$E2E_DIR/reads"
	: >"$E2E_DIR/lines"
	local before=0
	[[ ! -e $E2E_DIR/journal ]] || before=$(wc -l <"$E2E_DIR/journal")
	echo "$before" >"$E2E_DIR/lines"
	writer "$1" &
	loads=("$!")
	reader &
	loads+=("$!")
}

load_stop() {
	local load
	for load in "${loads[@]}"; do
		kill "$load"
		wait "$load" 2>/dev/null || true
	done
	loads=()
}

# Statuses of this load's writes, and of its reads, each once.
writes() {
	tail -n "+$(($(cat "$E2E_DIR/lines") + 1))" "$E2E_DIR/journal" |
		awk '{ print $2 }' | sort -u | paste -s -d ' '
}

reads() {
	sort -u "$E2E_DIR/reads" | paste -s -d ' '
}

# until_served: the service answers again, by itself.
until_served() {
	local tries
	for tries in {1..300}; do
		if [[ $(curl -s -o /dev/null -w '%{http_code}' --max-time 5 \
		    "$E2E_URL/ready") == 200 ]]; then
			echo 200
			return
		fi
		sleep 0.1
	done
	echo "not after $tries tries"
}

# more N: until the load has made N more reads and one more write.
more() {
	local want writes
	want=$(($(wc -l <"$E2E_DIR/reads") + $1))
	writes=$(($(wc -l <"$E2E_DIR/journal" 2>/dev/null || echo 0) + 1))
	for _ in {1..600}; do
		if [[ $(wc -l <"$E2E_DIR/reads") -ge $want &&
		    $(wc -l <"$E2E_DIR/journal") -ge $writes ]]; then
			return
		fi
		sleep 0.05
	done
	is "load goes on" yes no
}

# Every acknowledged write is in the database, and has one mail.
nothing_lost() {
	local acked missing=0 email mails
	awk '$2 == 201 { print $1 }' "$E2E_DIR/journal" | sort >"$E2E_DIR/acked"
	sql 'SELECT email FROM user' | sort >"$E2E_DIR/there"
	acked=$(wc -l <"$E2E_DIR/acked")
	missing=$(comm -23 "$E2E_DIR/acked" "$E2E_DIR/there" | wc -l)
	is "$1: no write of $acked missing" 0 "$missing"
	for _ in {1..600}; do
		[[ $(sql 'SELECT COUNT(*) FROM outbox WHERE done_at IS NULL') == 0 ]] &&
			break
		sleep 0.1
	done
	grep -h '^To: ' "$var"/mail/*.eml | sed 's/^To: //; s/\r$//' | sort \
	    >"$E2E_DIR/mailed"
	mails=$(comm -23 "$E2E_DIR/acked" <(uniq "$E2E_DIR/mailed") | wc -l)
	is "$1: no mail missing" 0 "$mails"
	email=$(grep -Fxf "$E2E_DIR/acked" "$E2E_DIR/mailed" | uniq -d | head -n 1)
	is "$1: no mail twice" '' "$email"
}

log_has() {
	has "$1" "$(tail -n 2000 "$var/log/cardea.log")" "$2"
}

# Reloading, upgrading: nothing may fail at all.
gentle() {
	local signal=$1 i
	load_start "$signal$round"
	for i in 1 2 3; do
		more 10
		kill "-$signal" "$(pid cardea)"
	done
	more 20
	load_stop
	is "$signal: writes" 201 "$(writes)"
	is "$signal: reads" 200 "$(reads)"
}

nginx_reload() {
	load_start nginx$round
	for _ in 1 2 3; do
		more 5
		kill -HUP "$(pid nginx)"
	done
	more 20
	load_stop
	is 'nginx reloaded: reads' 200 "$(reads)"
	nothing_lost 'nginx reloaded'
}

worker_killed() {
	local i victim
	load_start worker$round
	for i in 1 2 3 4; do
		more 5
		victim=$(children | head -n "$i" | tail -n 1)
		[[ -z $victim ]] || kill -9 "$victim"
	done
	more 20
	load_stop
	is 'workers killed: reads' 200 "$(reads)"
	is 'workers killed: writes, but for those in work' 201 \
	    "$(writes | tr ' ' '\n' | grep -v 503 | paste -s -d ' ')"
	nothing_lost 'workers killed'
	log_has 'workers killed: in the log' 'signal=9'
}

database_killed() {
	load_start database$round
	more 5
	kill -9 "$(pid db)"
	sleep 1
	"$QUICKSTART" >"$E2E_DIR/start.log" 2>&1
	is 'database killed: back' 200 "$(until_served)"
	more 20
	load_stop
	is 'database killed: reads, but for the time without' 200 \
	    "$(reads | tr ' ' '\n' | grep -v 503 | paste -s -d ' ')"
	nothing_lost 'database killed'
	is 'database killed: the next read' 200 "$(curl -s -o /dev/null \
	    -w '%{http_code}' -H "Authorization: Bearer $token" \
	    "$E2E_URL/api/v1/auth/me")"
}

master_killed() {
	local workers
	workers=$(children)
	load_start master$round
	more 5
	kill -9 "$(pid cardea)"
	for _ in {1..100}; do
		# shellcheck disable=SC2086 # several
		kill -0 $workers 2>/dev/null || break
		sleep 0.1
	done
	# shellcheck disable=SC2086 # several
	is 'master killed: no orphans' gone \
	    "$(kill -0 $workers 2>/dev/null && echo there || echo gone)"
	"$QUICKSTART" >"$E2E_DIR/start.log" 2>&1
	is 'master killed: back' 200 "$(until_served)"
	more 20
	load_stop
	nothing_lost 'master killed'
}

ann=faults-$$@example.com
http -H "$json" "$E2E_URL/api/v1/auth/signup" \
    -d "{\"email\":\"$ann\",\"password\":\"Hinge-and-Door-1\"}"
token=${BODY#*\"access_token\":\"}
token=${token%%\"*}
is 'sign up' 201 "$STATUS"

for ((round = 1; round <= ${FAULT_ROUNDS:-1}; round++)); do
	gentle HUP
	gentle USR2
	nothing_lost 'reloads and upgrades'
	nginx_reload
	worker_killed
	database_killed
	master_killed
done
tap_end
