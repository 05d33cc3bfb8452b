#!/bin/bash
# Each fault under load, and what the system costs while nothing happens.
#
# Two witnesses outside of the system judge. load.c keeps a journal of what
# was acknowledged: after the fault every person in it is looked for in the
# database and asked for through the API. sink.c is the mail server, and its
# record says which mail came how often: each one that the journal implies,
# once; a second time, with the same id, only where the sender was killed
# between the server's word and its own mark. Then the log, which must say
# what happened.
#
# FAULT_ROUNDS=N repeats each fault N times; with N above 1 no mail that
# waits for its next try, or for the end of a lease, is hurried on, so that
# it takes minutes. FAULT_CASES names some cases, FAULT_SPOOL=limit fills the
# spool as where nothing can be mounted.
#
# For t/e2e/run; wants a build without sanitizers, whose memory is measured.
# shellcheck disable=SC2317,SC2013,SC2001 # called by name; no blanks in pids
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=t/e2e/tap.sh
. "$here/../tap.sh"

var=$E2E_STATE/var
log=$var/log/cardea.log
nginx_log=$var/log/nginx-error.log
record=$E2E_DIR/mails
bin=$CARDEA_BUILD/t/e2e/faults
read -r port port2 _ <<<"$E2E_PORTS"
sink_port=$((port2 + 300))
rounds=${FAULT_ROUNDS:-1}
comes_back=240 # seconds; a lease of a mail ends after 120
later=() # cases whose mails are judged at the end
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
		sleep 0.05
	done
}

holds() {
	local what=$1
	shift
	is "$what" yes "$(until_true "$@" && echo yes || echo "no: $*")"
}

not() {
	! "$@"
}

ready() {
	http "$E2E_URL/api/v1/health/ready"
	[[ $STATUS == 200 ]]
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

generation() {
	sed -n 's/^generation //p' "$var/state/status"
}

# logged PATTERN [N]: what the log has got since the case began has N such
# lines at least.
logged() {
	[[ $(tail -c "+$log_at" "$log" | grep -c -- "$1" || true) -ge ${2:-1} ]]
}

conf_set() {
	if grep -q "^$1 = " "$var/cardea.conf"; then
		sed -i "s|^$1 = .*|$1 = $2|" "$var/cardea.conf"
	else
		printf '%s = %s\n' "$1" "$2" >>"$var/cardea.conf"
	fi
}

# reload [NAME VALUE]: of the configuration, until only new processes are.
reload() {
	local before
	before=$(generation)
	[[ $# -eq 0 ]] || conf_set "$1" "$2"
	kill -HUP "$(pid_of cardea)"
	until_true newer_than "$before"
}

newer_than() {
	[[ $(generation) -gt $1 ]] && ! grep -q ' ending ' "$var/state/status" &&
		children_are worker 8 && children_are jobs 1
}

# --- load -----------------------------------------------------------------

load_start() {
	journal=$E2E_DIR/$name.journal
	: >"$journal"
	log_at=$(($(stat -c %s "$log") + 1))
	nginx_at=$(($(stat -c %s "$nginx_log") + 1))
	"$bin/load" run "$port" "$journal" 4 >"$E2E_DIR/$name.load" &
	load=$!
	pids+=("$load")
	echo "load-$load-" >"$E2E_DIR/$name.prefix"
	progress || true
}

entries() {
	wc -l <"$journal"
}

more_than() {
	[[ $(entries) -gt $1 ]]
}

# Everybody gets on with it.
progress() {
	until_true more_than $(($(entries) + 20))
}

# From here on nothing may fail.
service_back() {
	kill -USR1 "$load"
	holds "$name: people get on" progress
}

service_away() {
	kill -USR2 "$load"
}

# The last that the journal has of each person of whom everything is known.
people() {
	awk '{ p[$1] = $0 }
	END {
		for (i in p) {
			split(p[i], f)
			if (f[8] == "." && f[4] != "-")
				print p[i]
		}
	}' "$E2E_DIR/$1.journal"
}

# E-mail, password changed, sign-outs, adoptions: as the journal has it,
people_wanted() {
	people "$name" | awk '{
		print $1, $2 == "Fresh-Paint-99" ? 1 : 0, $6 == "-" ? 0 : 1, $7
	}' | sort
}

# and as the database has it.
people_there() {
	sql "SELECT u.email, u.password_changed_at <> u.created_at,
	    COALESCE(SUM(s.revoked_reason = 'sign_out'), 0),
	    COALESCE(MAX(s.counter), 0)
	    FROM user u LEFT JOIN session s ON s.user_id = u.id
	    WHERE u.email LIKE '$(cat "$E2E_DIR/$name.prefix")%'
	    GROUP BY u.id" | tr '\t' ' ' | sort |
		join - <(people "$name" | cut -d ' ' -f 1 | sort)
}

# What nginx could not hand on; some of it was a GET, which it repeats.
nginx_complains() {
	tail -c "+$nginx_at" "$nginx_log" | grep -E 'upstream|connect\(\)' || true
}

# load_end FAILED-AT-MOST: "any" where the fault takes the service away.
load_end() {
	holds "$name: service is back" progress
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
	is "$name: nothing acknowledged is missing in the database" "" \
	    "$(diff <(people_wanted) <(people_there) | head -n 5 || true)"
	"$bin/load" verify "$port" "$journal" >"$E2E_DIR/$name.verify" || true
	is "$name: nor through the API" "" \
	    "$(grep '^wrong' "$E2E_DIR/$name.verify" | head -n 5 || true)"
	is "$name: people were looked at" yes "$(awk -v n="$(people "$name" |
		wc -l)" '/^people/ { print (n >= 4 && $4 >= 3 * n ? "yes" : $0) }' \
		"$E2E_DIR/$name.verify")"
	printf '# %s: %s; %s\n' "$name" "$(tail -n 1 "$E2E_DIR/$name.load")" \
	    "$(tail -n 1 "$E2E_DIR/$name.verify")"
}

# --- mail -----------------------------------------------------------------

sink_start() {
	"$bin/sink" "$sink_port" "$record" &
	sink=$!
	pids+=("$sink")
	until_true listening
}

listening() {
	grep -q ":$(printf '%04X' "$sink_port") [0-9A-F:]* 0A" /proc/net/tcp
}

# A mail is with the server, which has not acknowledged it.
mail_hold() {
	: >"$record.hold"
	holds "$name: a mail is held" test -e "$record.held"
}

mail_release() {
	rm -f "$record.hold"
}

waiting() {
	sql "SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL
	    AND recipient LIKE '$(cat "$E2E_DIR/$1.prefix")%'"
}

all_sent() {
	[[ $(waiting "$1") == 0 ]]
}

claims() {
	sql 'SELECT HEX(claimed_by) FROM outbox
	    WHERE due_at IS NOT NULL AND claimed_by IS NOT NULL' | sort
}

# What waits after a failure, or was leased by who is dead, is due at once:
# a lease that stays the same for seconds, since a living one ends in less.
hurry() {
	local old try
	[[ $rounds -eq 1 ]] || return 0
	sql 'UPDATE outbox SET due_at = created_at WHERE due_at IS NOT NULL
	    AND claimed_by IS NULL'
	old=$(claims)
	for ((try = 0; try < 50; try++)); do
		old=$(comm -12 <(echo "$old") <(claims))
		[[ -n $old ]] || break
		sleep 0.1
	done
	for try in $old; do
		sql "UPDATE outbox SET due_at = created_at
		    WHERE claimed_by = UNHEX('$try')"
	done
	kill -HUP "$(pid_of cardea)"
}

# Who should have got which mail,
mails_wanted() {
	people "$1" | awk '{
		print $1, "Confirm"
		if ($2 == "Fresh-Paint-99")
			print $1, "Your"
	}' | sort
}

# and who has got which, by which id: of those of whom everything is known.
mails_there() {
	{
		cat "$record"
		spooled
	} | sort | join - <(people "$1" | cut -d ' ' -f 1 | sort)
}

spooled() {
	find "$var/mail" -name '*.eml' -exec awk '
		{ sub(/\r$/, "") }
		/^To: / { to = $2 }
		/^Subject: / { subject = $2 }
		/^Message-ID: / { id = $2 }
		/^$/ { print to, subject, id; nextfile }' {} +
}

repeats() {
	mails_there "$1" | uniq -c | awk '{ n += $1 - 1 } END { print n + 0 }'
}

# mails_judge CASE LEAST MOST: as often a sender was killed, and might have
# been, over a mail that was out already; that one comes again, and no other.
mails_judge() {
	local n
	holds "$1: mail goes out" all_sent "$1"
	is "$1: each mail" "" "$(diff <(mails_wanted "$1") \
	    <(mails_there "$1" | uniq | cut -d ' ' -f 1,2) | head -n 5 || true)"
	n=$(repeats "$1")
	is "$1: mails that came again, $2 to $3" yes \
	    "$([[ $n -ge $2 && $n -le $3 ]] && echo yes || echo "$n")"
	is "$1: no mail is dead" 0 \
	    "$(sql 'SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL')"
}

# mails [LEAST MOST]
mails() {
	if [[ $rounds -gt 1 ]]; then
		later+=("$name ${1:-0} ${2:-0}")
		return
	fi
	all_sent "$name" || hurry
	mails_judge "$name" "${1:-0}" "${2:-0}"
}

# --- nothing may fail -----------------------------------------------------

reload_nginx() {
	local i
	for ((i = 1; i <= 3 * rounds; i++)); do
		kill -HUP "$(pid_of nginx)"
		holds "$name: the log" nginx_reconfigured "$i"
		progress || true
	done
	load_end 0
	mails
}

nginx_reconfigured() {
	[[ $(tail -c "+$nginx_at" "$nginx_log" |
		grep -c 'SIGHUP.*reconfiguring') -ge $1 ]]
}

# While a mail is on its way, which the old jobs process is given the time
# to end; what comes in between, "jobs --once", leaves that mail alone.
reload_cardea() {
	local i before once
	for ((i = 1; i <= 3 * rounds; i++)); do
		before=$(generation)
		mail_hold
		kill -HUP "$(pid_of cardea)"
		holds "$name: the log" logged ' master\.reload .*generation=' "$i"
		"$QUICKSTART" ctl jobs --once &
		once=$!
		progress || true
		[[ $rounds -eq 1 || $i -gt 1 ]] || sleep 35 # of patience 30
		mail_release
		wait "$once" && once=0 || once=$?
		is "$name: jobs --once" 0 "$once"
		holds "$name: a new generation" newer_than "$before"
		progress || true
	done
	is "$name: nothing was killed" "" \
	    "$(tail -c "+$log_at" "$log" | grep 'child_killed' || true)"
	load_end 0
	mails
}

# Each time a new file, of another inode, in the old one's place.
upgrade_cardea() {
	local i master before binary=$E2E_STATE/prefix/sbin/cardea
	master=$(pid_of cardea)
	for ((i = 1; i <= 3 * rounds; i++)); do
		before=$(generation)
		cp -p "$binary" "$binary.new"
		mv "$binary.new" "$binary"
		kill -USR2 "$master"
		holds "$name: a new generation" newer_than "$before"
		is "$name: the new binary" "$(stat -c %i "$binary")" \
		    "$(stat -L -c %i "/proc/$master/exe")"
		holds "$name: the log, upgrade" logged ' master\.upgrade ' "$i"
		holds "$name: the log, start" logged ' master\.start ' "$i"
		progress || true
	done
	load_end 0
	mails
}

# conf/logrotate: the file is moved, an empty one made, SIGHUP sent. Then
# once more without the empty one.
rotate_log() {
	local i owner old
	owner=$(stat -c %U:%G "$log")
	for i in create nocreate; do
		old=$log.$i
		mv "$log" "$old"
		if [[ $i == create ]]; then
			install -m 640 -o "${owner%:*}" -g "${owner#*:}" /dev/null "$log"
		fi
		log_at=1
		reload
		holds "$name: $i: the master's line" logged ' master\.reload '
		holds "$name: $i: the jobs' line" logged ' mail\.sent '
		is "$name: $i: nobody writes to the old one" "" "$(who_has "$old")"
		is "$name: $i: nobody else may read it" "640 $owner" \
		    "$(stat -c '%a %U:%G' "$log" | sed 's/^600/640/')"
		is "$name: $i: no error in the old one" "" \
		    "$(grep -h '^[^ ]* error ' "$old" | grep -v ' db\.away ' || true)"
	done
	load_end 0
	mails
}

# But for standard output, which nobody uses.
who_has() {
	local p
	for p in $(pid_of cardea) $(children worker) $(children jobs); do
		find "/proc/$p/fd" -lname "$1" ! -name 1 2>/dev/null || true
	done
}

# --- killed ---------------------------------------------------------------

# The request that each one held, at most.
kill_worker() {
	local i n=$((4 * rounds))
	for ((i = 1; i <= n; i++)); do
		kill -9 "$(children worker | shuf -n 1)"
		holds "$name: the log" logged \
		    ' master\.child_died .*what=worker .*signal=9' "$i"
		progress || true
	done
	holds "$name: eight workers" children_are worker 8
	load_end "$n"
	mails
}

# Once between a mail and its mark, once at any time.
kill_jobs() {
	local i
	for ((i = 1; i <= 2 * rounds; i++)); do
		[[ $((i % 2)) -eq 0 ]] || mail_hold
		kill -9 "$(children jobs)"
		mail_release
		holds "$name: the log" logged \
		    ' master\.child_died .*what=jobs .*signal=9' "$i"
		holds "$name: another one" children_are jobs 1
		progress || true
	done
	load_end 0
	mails "$rounds" $((2 * rounds))
}

# What starts programs for the jobs process, which ends without it.
kill_runner() {
	local i
	for ((i = 1; i <= rounds; i++)); do
		mail_hold
		kill -9 "$(runner)"
		mail_release
		holds "$name: the log" logged ' runner\.lost ' "$i"
		holds "$name: the log, jobs" logged \
		    ' master\.child_died .*what=jobs .*exit=' "$i"
		holds "$name: another one" runner
		progress || true
	done
	load_end 0
	mails "$rounds" "$rounds"
}

runner() {
	pgrep -P "$(children jobs)" -x cardea-runner
}

# Nothing restarts a master but what has started it: here, quickstart. Its
# children end by themselves, each after what it has begun: no mail twice.
kill_master() {
	local i master children
	for ((i = 1; i <= rounds; i++)); do
		service_away
		master=$(pid_of cardea)
		children=$(children worker && children jobs)
		mail_hold
		kill -9 "$master"
		mail_release
		holds "$name: no orphan stays" gone "$children"
		"$QUICKSTART" start >"$E2E_DIR/start.log" 2>&1
		holds "$name: eight workers" children_are worker 8
		service_back
		holds "$name: the log" \
		    logged " master\\.predecessor .*master=$master "
	done
	load_end any
	mails
}

gone() {
	local p
	for p in $1; do
		! kill -0 "$p" 2>/dev/null || return 1
	done
}

# --- the database ---------------------------------------------------------

# What each door says meanwhile.
away() {
	local path json='Content-Type: application/json'
	for path in /ready /api/v1/health/ready; do
		http "$E2E_URL$path"
		refused "$path"
	done
	for path in /api/v1/auth/signin /v1/auth/signin /v1/auth/login \
	    /api/auth/login /api/v1/auth/signup /api/v1/auth/password/forgot; do
		http -H "$json" "$E2E_URL$path" -d \
		    '{"email":"ann@example.com","password":"Hinge-and-Door-1"}'
		refused "$path"
	done
}

refused() {
	local retry
	retry=$(header retry-after)
	is "$name: $1" "503, to be tried again" "$STATUS$(
		[[ ! $retry =~ ^[1-9][0-9]?$ ]] || echo ", to be tried again")"
}

# database SIGNAL: a mail is out meanwhile that cannot be marked as such.
database() {
	local i pid code before
	before=$(generation)
	for ((i = 1; i <= rounds; i++)); do
		service_away
		mail_hold
		pid=$(pid_of db)
		kill "-$1" "$pid"
		holds "$name: gone" not test -e "/proc/$pid/exe"
		mail_release
		holds "$name: not ready" not ready
		away
		holds "$name: the log, away" logged ' db\.away ' "$i"
		holds "$name: the log, mail" logged ' mail\.unmarked ' "$i"
		"$QUICKSTART" start >"$E2E_DIR/start.log" 2>&1 &
		pid=$!
		until_true sql 'SELECT 1'
		service_back
		wait "$pid" && code=0 || code=$?
		is "$name: started again" 0 "$code"
		holds "$name: the log, back" logged ' db\.back ' "$i"
	done
	is "$name: by itself" "$before" "$(generation)"
	load_end any
	mails
}

stop_database() {
	database TERM
}

kill_database() {
	database KILL
}

# While nobody asks: no worker has heard of it, and the first request of
# each finds out.
restart_database() {
	local i
	for ((i = 1; i <= rounds; i++)); do
		kill -TSTP "$load"
		holds "$name: people pause" paused "$i"
		kill -TERM "$(pid_of db)"
		until_true not test -e "/proc/$(pid_of db)/exe"
		"$QUICKSTART" start >"$E2E_DIR/start.log" 2>&1
		kill -CONT "$load"
		progress || true
	done
	load_end 0
	mails
}

paused() {
	[[ $(grep -c '^paused' "$E2E_DIR/$name.load") -ge $1 ]]
}

# It hangs for longer than a request waits. What it was asked to commit it
# does when it goes on: that outcome is the one that is told as unknown.
freeze_database() {
	local i
	reload db_timeout 2s
	for ((i = 1; i <= rounds; i++)); do
		service_away
		kill -STOP "$(pid_of db)"
		holds "$name: not ready" not ready
		holds "$name: the log" logged ' db\.\(gave_up\|commit_unknown\) '
		kill -CONT "$(pid_of db)"
		until_true sql 'SELECT 1'
		service_back
	done
	reload db_timeout 10s
	load_end any
	mails
}

# --- what mail goes to ----------------------------------------------------

# A small file system that is full; where none can be mounted, a limit on
# the size of the files that the jobs process may write, and a pipe for its
# log, which is one of them.
spool_fill() {
	if [[ ${FAULT_SPOOL:-} != limit ]] && mount -t tmpfs \
	    -o size=64k,mode=777 cardea "$var/mail" 2>/dev/null; then
		mounted=$var/mail
		head -c 65536 /dev/zero >"$var/mail/.full" 2>/dev/null || true
		printf '# %s: a tmpfs of 64 KiB\n' "$name"
		reload mail_transport spool
		return
	fi
	printf '# %s: RLIMIT_FSIZE\n' "$name"
	# shellcheck disable=SC2086 # a command prefix
	$E2E_AS mkfifo "$var/log.pipe"
	cat <>"$var/log.pipe" >>"$log" &
	pids+=("$!")
	conf_set log_file "$var/log.pipe"
	reload mail_transport spool
	# shellcheck disable=SC2086 # a command prefix
	$E2E_AS prlimit --pid "$(children jobs)" --fsize=16:
}

spool_empty() {
	if [[ -n $mounted ]]; then
		until_true umount "$mounted"
		mounted=
		return
	fi
	# shellcheck disable=SC2086 # a command prefix
	$E2E_AS prlimit --pid "$(children jobs)" --fsize=unlimited:
	conf_set log_file "$log"
	reload
}

mail_in_spool() {
	[[ -n $(find "$var/mail" -name '*.eml' -print -quit) ]]
}

# Those whose last line is not the end of the last part.
half_mails() {
	local mail
	find "$var/mail" -name '.*.tmp' -size +0
	for mail in "$var"/mail/*.eml; do
		[[ ! -e $mail || $(tail -n 1 "$mail") == --*--?([[:cntrl:]]) ]] ||
			echo "$mail"
	done
}

full_spool() {
	local jobs
	spool_fill
	jobs=$(children jobs)
	progress || true
	holds "$name: the log" logged 'mail\.failed .*\(No.*space\|File.*too\)'
	is "$name: the process goes on" "$jobs" "$(children jobs)"
	is "$name: no half mail" "" "$(half_mails)"
	spool_empty
	holds "$name: mail goes there again" mail_in_spool
	reload mail_transport smtp
	load_end 0
	mails
}

# A mail server that is not there, and is back.
smtp_away() {
	local i
	for ((i = 1; i <= rounds; i++)); do
		kill "$sink"
		wait "$sink" 2>/dev/null || true
		progress || true
		holds "$name: the log" logged ' mail\.failed ' "$i"
		sink_start
		progress || true
	done
	load_end 0
	mails
}

# --- the clock ------------------------------------------------------------

# shift_write SECONDS: little-endian, 8 bytes.
shift_write() {
	local i v=$1 text=
	for ((i = 0; i < 8; i++)); do
		text+=$(printf '\\x%02x' $((v >> (8 * i) & 255)))
	done
	printf '%b' "$text" | dd of="$E2E_DIR/shift" conv=notrunc status=none
}

# A process that quickstart did not start, as if it had.
adopt() {
	printf '%s %s %s\n' "$1" "$(sed 's/.*) //' "/proc/$1/stat" |
		cut -d ' ' -f 20)" "$(cat /proc/sys/kernel/random/boot_id)" \
		>"$var/run.d/cardea"
}

cardea_end() {
	local master
	master=$(pid_of cardea)
	kill -TERM "$master"
	until_true not test -e "/proc/$master/exe"
}

# The wall clock of Cardea alone goes back within the leeway of tokens, then
# forth by a minute, by a library before libc. Then back by that minute:
# tokens of the future are refused, and a refresh is the way out.
clock_step() {
	service_away
	shift_write 0
	chmod 644 "$E2E_DIR/shift"
	cardea_end
	# shellcheck disable=SC2086 # a command prefix
	CLOCK_SHIFT=$E2E_DIR/shift LD_PRELOAD=$bin/shift.so \
	    $E2E_AS "$E2E_STATE/prefix/sbin/cardea" -c "$var/cardea.conf" \
	    </dev/null >>"$log" 2>&1 &
	pids+=("$!")
	holds "$name: ready" ready
	adopt "$!"
	service_back
	shift_write -4
	holds "$name: the log, back" logged ' clock\.step .*by_ms=-[34]'
	holds "$name: people get on" progress
	shift_write 60
	holds "$name: the log, forth" logged ' clock\.step .*by_ms=6[345]'
	load_end any
	mails_judge "$name" 0 0
	back_a_minute
	cardea_end
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

nothing_waits() {
	[[ $(sql 'SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL') == 0 ]]
}

# The one wait of a fixed time.
idle() {
	local before after n own
	holds "idle: nothing waits" nothing_waits
	own=$(own_statements)
	sleep 1
	before=$(counter Questions)
	sleep 29
	after=$(counter Questions)
	n=$((after - before - own))
	printf '# idle: %d statements in 29 s (and %d of the counter)\n' "$n" "$own"
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
	is "me: one SELECT, and one UPDATE a minute at most" \
	    "10 0 10" "${got/10 1 11/10 0 10}"
}

# Of processes that have worked.
memory() {
	local p kb sum=0 n=0
	for p in "$(pid_of cardea)" $(children worker) $(children jobs) \
	    $(runner); do
		kb=$(awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup")
		sum=$((sum + kb))
		n=$((n + 1))
	done
	printf '# memory: PSS of master, workers, jobs and runner: %d KiB\n' "$sum"
	is "memory: eleven processes, 20 MB at most" "11 yes" \
	    "$n $([[ $sum -gt 0 && $sum -le 20480 ]] && echo yes || echo "$sum")"
}

# --------------------------------------------------------------------------

trap clean_up EXIT
cases=${FAULT_CASES-reload_nginx reload_cardea upgrade_cardea rotate_log
	kill_worker kill_jobs kill_runner kill_master stop_database kill_database
	restart_database freeze_database full_spool smtp_away clock_step}
: >"$record"
sink_start
# A password costs so little here that no client waits for another's.
conf_set scrypt_ln 10
conf_set scrypt_p 1
conf_set scrypt_allow_weak yes
conf_set log_file "$log"
conf_set mail_smtp_url "smtp://127.0.0.1:$sink_port"
conf_set mail_smtp_tls optional
conf_set mail_transport smtp
conf_set db_timeout 10s
name=start
before=$(generation)
"$QUICKSTART" start >"$E2E_DIR/start.log" 2>&1 # takes the new settings
holds 'the settings of this test' newer_than "$before"
for name in $cases; do
	began=$SECONDS
	load_start
	"$name"
	printf '# %s: %d s\n' "$name" $((SECONDS - began))
done
for name in "${later[@]}"; do
	# shellcheck disable=SC2086 # a case and two numbers
	mails_judge $name
done
name=work
load_start
load_end 0
mails_judge "$name" 0 0
me
idle
memory
tap_end
