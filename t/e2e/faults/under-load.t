#!/bin/bash
# Each fault under load, and what the system costs while nothing happens.
#
# load.c is what judges: its journal, kept beside the database, says what was
# acknowledged, and every person in it is asked for through the API after the
# fault. Then the mails: each exactly once. Then the log, which must say what
# happened. FAULT_ROUNDS=N repeats each fault N times; FAULT_CASES names some.
#
# For t/e2e/run; wants a build without sanitizers, whose memory is measured.
# shellcheck disable=SC2317,SC2013,SC2001 # called by name; no blanks in pids
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=t/e2e/tap.sh
. "$here/../tap.sh"

var=$E2E_STATE/var
log=$var/log/cardea.log
bin=$CARDEA_BUILD/t/e2e/faults
read -r port port2 _ <<<"$E2E_PORTS"
sink_port=$((port2 + 300))
rounds=${FAULT_ROUNDS:-1}
comes_back=90 # seconds, a generous bound
pids=()
mounted=

clean_up() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	[[ -z $mounted ]] || umount "$mounted" || true
}

# --- looking at the instance ----------------------------------------------

sql() {
	$E2E_AS mariadb --defaults-file="$var/db/client.cnf" --connect-timeout=5 \
	    -NB -e "$1" cardea
}

pid_of() {
	cut -d ' ' -f 1 "$var/run.d/$1"
}

# until_true COMMAND...: whether it holds before the bound is over.
until_true() {
	local end=$((SECONDS + comes_back))
	until "$@" >/dev/null 2>&1; do
		[[ $SECONDS -lt $end ]] || return 1
		sleep 0.1
	done
}

holds() {
	local what=$1
	shift
	is "$what" yes "$(until_true "$@" && echo yes || echo "no: $*")"
}

ready() {
	[[ $(curl -s -o /dev/null -w '%{http_code}' --max-time 5 --noproxy '*' \
	    "$E2E_URL/api/v1/health/ready") == 200 ]]
}

not() {
	! "$@"
}

# The pids of the processes of a kind: worker, jobs.
children() {
	local p
	for p in $(cat "/proc/$(pid_of cardea)/task/$(pid_of cardea)/children"); do
		[[ $(cat "/proc/$p/comm" 2>/dev/null) != "cardea-$1" ]] || echo "$p"
	done
}

children_are() {
	[[ $(children "$1" | wc -l) -eq $2 ]]
}

# What the log has got since the case began has a line like this.
logged() {
	tail -c "+$log_at" "$log" | grep -q -- "$1"
}

# What nginx could not hand on; some of it was a GET, which it repeats.
nginx_complains() {
	tail -c "+$nginx_at" "$var/log/nginx-error.log" 2>/dev/null |
		grep -E 'upstream|connect\(\)' || true
}

# --- load -----------------------------------------------------------------

load_start() {
	journal=$E2E_DIR/$1.journal
	: >"$journal"
	log_at=$(($(stat -c %s "$log") + 1))
	nginx_at=$(($(stat -c %s "$var/log/nginx-error.log" 2>/dev/null ||
		echo 0) + 1))
	"$bin/load" run "$port" "$journal" 4 >"$E2E_DIR/$1.load" &
	load=$!
	pids+=("$load")
	progress
}

entries() {
	wc -l <"$journal"
}

more_than() {
	[[ $(entries) -gt $1 ]]
}

# Everybody gets on with it: four more steps of four people.
progress() {
	until_true more_than $(($(entries) + 8))
}

# load_end FAILED-AT-MOST: "any" where the fault takes the service away.
load_end() {
	is "$name: service is back" yes "$(progress && echo yes || echo no)"
	kill -TERM "$load"
	wait "$load" || true
	is "$name: each answer was a right one" "" \
	    "$(grep '^wrong' "$E2E_DIR/$name.load" | head -n 5 || true)"
	if [[ $1 != any ]]; then
		is "$name: requests that failed, at most $1" "" \
		    "$(grep '^failed' "$E2E_DIR/$name.load" |
			tail -n "+$(($1 + 1))" || true)"
		is "$name: what nginx lost, at most $1" "" \
		    "$(nginx_complains | tail -n "+$(($1 + 1))")"
	fi
	"$bin/load" verify "$port" "$journal" >"$E2E_DIR/$name.verify" || true
	is "$name: nothing acknowledged is missing" "" \
	    "$(grep '^wrong' "$E2E_DIR/$name.verify" | head -n 5 || true)"
	has "$name: people were looked at" "$(cat "$E2E_DIR/$name.verify")" people
	printf '# %s: %s; %s\n' "$name" "$(tail -n 1 "$E2E_DIR/$name.load")" \
	    "$(tail -n 1 "$E2E_DIR/$name.verify")"
}

# --- mail -----------------------------------------------------------------

outbox_empty() {
	[[ $(sql 'SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL
	    AND channel = "mail"') == 0 ]]
}

# What waits after a failure is due in a minute; here it is due at once.
mail_due() {
	sql 'UPDATE outbox SET due_at = created_at
	    WHERE due_at IS NOT NULL AND claimed_by IS NULL'
	kill -HUP "$(pid_of cardea)"
}

# Who should have got which mail, and who has.
mails_wanted() {
	awk '{ p[$1] = $0 }
	END {
		for (i in p) {
			split(p[i], f)
			if (f[7] != ".")
				continue
			if (f[4] != "-")
				print f[1], "Confirm"
			if (f[2] == "Fresh-Paint-99")
				print f[1], "Your"
		}
	}' "$journal" | sort
}

# Of the people of whom everything is known.
mails_there() {
	awk 'FNR == NR { p[$1] = $7; next }
	/^To: / { sub(/\r$/, ""); to = $2 }
	/^Subject: / { if (p[to] == ".") print to, $2; nextfile }' \
	    "$journal" "$var"/mail/*.eml | sort
}

mails() {
	holds "$name: mail goes out" outbox_empty
	mails_wanted >"$E2E_DIR/$name.wanted"
	mails_there >"$E2E_DIR/$name.there"
	is "$name: each mail once" "" \
	    "$(diff "$E2E_DIR/$name.wanted" "$E2E_DIR/$name.there" || true)"
	is "$name: no mail is dead" 0 \
	    "$(sql 'SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL')"
}

# --- faults ---------------------------------------------------------------

kill_worker() {
	local i pid
	for ((i = 0; i < 4 * rounds; i++)); do
		pid=$(children worker | shuf -n 1)
		kill -9 "$pid" || true
		progress
	done
	holds "$name: eight workers" children_are worker 8
	load_end $((4 * rounds))
	holds "$name: the log" logged 'master.child_died .*what=worker.*signal=9'
}

kill_jobs() {
	local i
	for ((i = 0; i < 2 * rounds; i++)); do
		kill -9 "$(children jobs)"
		holds "$name: another one" children_are jobs 1
		progress
	done
	load_end 0
	# What it held goes out when the lease is over: not waited for here.
	sql 'UPDATE outbox SET due_at = created_at, claimed_by = NULL
	    WHERE claimed_by IS NOT NULL'
	mail_due
	holds "$name: the log" logged 'master.child_died .*what=jobs.*signal=9'
}

# Nothing restarts a master but what has started it: here, quickstart.
kill_master() {
	local i
	for ((i = 0; i < rounds; i++)); do
		kill -9 "$(pid_of cardea)"
		sleep 0.3
		"$QUICKSTART" start >"$E2E_DIR/start.log" 2>&1
		holds "$name: eight workers" children_are worker 8
		progress
	done
	load_end any
	holds "$name: the log" logged master.start
}

# database SIGNAL
database() {
	local i pid master
	master=$(pid_of cardea)
	for ((i = 0; i < rounds; i++)); do
		pid=$(pid_of db)
		kill "-$1" "$pid"
		holds "$name: gone" not test -e "/proc/$pid/exe"
		holds "$name: not ready" not ready
		holds "$name: the log, away" logged ' db\.away '
		"$QUICKSTART" start >"$E2E_DIR/start.log" 2>&1
		holds "$name: ready" ready
		progress
	done
	is "$name: by itself" "$master" "$(pid_of cardea)"
	load_end any
	holds "$name: the log, back" logged ' db\.back '
}

stop_database() {
	database TERM
}

kill_database() {
	database KILL
}

reload_nginx() {
	local i
	for ((i = 0; i < 5 * rounds; i++)); do
		kill -HUP "$(pid_of nginx)"
		sleep 0.2
	done
	load_end 0
}

# reload SIGNAL EVENT: of the master, which stays the same process.
reload() {
	local i master
	master=$(pid_of cardea)
	for ((i = 0; i < 5 * rounds; i++)); do
		kill "-$1" "$master"
		sleep 0.4
	done
	holds "$name: eight workers" children_are worker 8
	load_end 0
	holds "$name: the log" logged "$2"
}

reload_cardea() {
	reload HUP master.reload
}

upgrade_cardea() {
	reload USR2 master.upgrade
}

# A small file system that is full; where none can be mounted, a limit on
# the size of the files that the jobs process may write.
full_spool() {
	if [[ $(id -u) == 0 ]] &&
		mount -t tmpfs -o size=64k,mode=777 cardea "$var/mail" 2>/dev/null
	then
		mounted=$var/mail
		head -c 65536 /dev/zero >"$var/mail/.full" 2>/dev/null || true
		printf '# %s: a tmpfs of 64 KiB\n' "$name"
	else
		prlimit --pid "$(children jobs)" --fsize=16
		printf '# %s: RLIMIT_FSIZE\n' "$name"
	fi
	progress
	holds "$name: the log" logged 'mail\.failed .*\(No.*space\|File.*too\)'
	is "$name: the process goes on" 1 "$(children jobs | wc -l)"
	if [[ -n $mounted ]]; then
		umount "$mounted"
		mounted=
	else
		prlimit --pid "$(children jobs)" --fsize=unlimited
	fi
	load_end 0
	mail_due
}

conf_set() {
	sed -i "/^$1 *=/d" "$var/cardea.conf"
	printf '%s = %s\n' "$1" "$2" >>"$var/cardea.conf"
}

sink_ids() {
	sort "$E2E_DIR/sink.ids" 2>/dev/null
}

# A mail server that is not there, and is back.
smtp_away() {
	local ids
	conf_set mail_smtp_url "smtp://127.0.0.1:$sink_port"
	conf_set mail_smtp_tls optional
	conf_set mail_transport smtp
	kill -HUP "$(pid_of cardea)"
	progress
	holds "$name: the log" logged 'mail.failed '
	"$bin/sink" "$sink_port" "$E2E_DIR/sink.ids" &
	pids+=($!)
	sink=$!
	load_end 0
	mail_due
	holds "$name: mail goes out" outbox_empty
	# What was sent before the reload is in the spool; nothing is in both.
	ids=$( (sink_ids; cat "$var"/mail/*.eml | grep '^Message-ID') |
		tr -d '\r' | sort)
	is "$name: no mail twice" "" "$(uniq -d <<<"$ids")"
	is "$name: no mail lost" \
	    "$(sql 'SELECT COUNT(*) FROM outbox WHERE done_at IS NOT NULL
		AND channel = "mail"')" "$(grep -c . <<<"$ids")"
	conf_set mail_transport spool
	kill -HUP "$(pid_of cardea)"
	kill "$sink"
}

# shift_write SECONDS: little-endian, 8 bytes.
shift_write() {
	local i v=$1 text=
	for ((i = 0; i < 8; i++)); do
		text+=$(printf '\\x%02x' $((v >> (8 * i) & 255)))
	done
	printf '%b' "$text" | dd of="$E2E_DIR/shift" conv=notrunc status=none
}

# The wall clock of Cardea alone goes back within the leeway of tokens, then
# forth by a minute, by a library before libc. Then back by that minute:
# tokens of the future are refused, and a refresh is the way out.
clock_step() {
	local master
	shift_write 0
	chmod 644 "$E2E_DIR/shift"
	kill -TERM "$(pid_of cardea)"
	until_true not test -e "/proc/$(pid_of cardea)/exe"
	CLOCK_SHIFT=$E2E_DIR/shift LD_PRELOAD=$bin/shift.so \
	    $E2E_AS "$E2E_STATE/prefix/sbin/cardea" -c "$var/cardea.conf" \
	    </dev/null >>"$log" 2>&1 &
	master=$!
	pids+=("$master")
	holds "$name: ready" ready
	progress
	shift_write -4
	progress
	shift_write 60
	progress
	load_end any
	holds "$name: mail goes out" outbox_empty
	back_a_minute
	kill -TERM "$master"
	wait "$master" || true
	"$QUICKSTART" start >"$E2E_DIR/start.log" 2>&1
}

member() {
	sed "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/" <<<"$BODY"
}

back_a_minute() {
	local json='Content-Type: application/json' access refresh
	http -H "$json" -d "{\"email\":\"clock-$$@example.com\",\
\"password\":\"Hinge-and-Door-1\"}" "$E2E_URL/api/v1/auth/signup"
	is "$name: sign up" 201 "$STATUS"
	access=$(member access_token) refresh=$(member refresh_token)
	shift_write 0
	http -H "Authorization: Bearer $access" "$E2E_URL/api/v1/auth/me"
	is "$name: a token of the future" 401 "$STATUS"
	http -H "$json" -d "{\"refresh_token\":\"$refresh\"}" \
	    "$E2E_URL/api/v1/auth/refresh"
	is "$name: the session goes on" 200 "$STATUS"
	http -H "Authorization: Bearer $(member access_token)" \
	    "$E2E_URL/api/v1/auth/me"
	is "$name: and its new token is good" 200 "$STATUS"
}

# --- what it costs --------------------------------------------------------

counter() {
	sql "SHOW GLOBAL STATUS WHERE Variable_name = '$1'" | cut -f 2
}

# What reading the counters adds to them: the least of some tries, since the
# jobs process may ask something meanwhile.
own_statements() {
	local try before after least=
	for try in 1 2 3; do
		before=$(counter Questions)
		after=$(counter Questions)
		[[ $try -gt 1 && $((after - before)) -ge $least ]] ||
			least=$((after - before))
	done
	echo "$least"
}

idle() {
	local before after n own
	holds "idle: nothing waits" outbox_empty
	own=$(own_statements)
	sleep 2
	before=$(counter Questions)
	sleep 28
	after=$(counter Questions)
	n=$((after - before - own))
	printf '# idle: %d statements in 28 s (and %d of the counter)\n' "$n" "$own"
	is "idle: at most one statement in 30 s" yes \
	    "$([[ $n -ge 0 && $n -le 1 ]] && echo yes || echo "$n")"
}

counters() {
	sql "SHOW GLOBAL STATUS WHERE Variable_name IN
	    ('Com_select', 'Com_update', 'Questions')" | cut -f 2 | paste -s -d ' '
}

# Ten requests; the jobs process may ask something meanwhile, but not in
# each of three tries.
me() {
	local token i try own s0 u0 q0 s1 u1 q1 got=
	own=$(own_statements)
	http -H 'Content-Type: application/json' -d "{\"email\":\
\"admin@example.com\",\"password\":\"$(cat "$var/admin/main")\"}" \
	    "$E2E_URL/api/v1/auth/signin"
	token=$(member access_token)
	for ((i = 0; i < 40; i++)); do
		http -H "Authorization: Bearer $token" "$E2E_URL/api/v1/auth/me"
	done
	is "me: answers" 200 "$STATUS"
	for try in 1 2 3; do
		read -r s0 u0 q0 <<<"$(counters)"
		for ((i = 0; i < 10; i++)); do
			http -H "Authorization: Bearer $token" \
			    "$E2E_URL/api/v1/auth/me"
		done
		read -r s1 u1 q1 <<<"$(counters)"
		got="$((s1 - s0)) $((u1 - u0)) $((q1 - q0 - own))"
		printf '# me, try %d: select, update, all: %s\n' "$try" "$got"
		[[ $got != "10 0 10" && $got != "10 1 11" ]] || break
	done
	has "me: one SELECT, and one UPDATE a minute at most" \
	    "10 0 10, 10 1 11" "$got"
}

memory() {
	local p kb sum=0 master
	master=$(pid_of cardea)
	for p in "$master" $(children worker) $(children jobs); do
		kb=$(awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup")
		sum=$((sum + kb))
	done
	printf '# memory: PSS of master, workers and jobs: %d KiB\n' "$sum"
	is "memory: 20 MB at most" yes \
	    "$([[ $sum -gt 0 && $sum -le 20480 ]] && echo yes || echo "$sum KiB")"
}

# --------------------------------------------------------------------------

trap clean_up EXIT
cases=${FAULT_CASES-kill_worker kill_jobs kill_master stop_database
	kill_database reload_nginx reload_cardea upgrade_cardea full_spool
	smtp_away clock_step}
for name in $cases; do
	load_start "$name"
	"$name"
	case $name in
	smtp_away) ;;
	*) mails ;;
	esac
done
me
idle
memory
tap_end
