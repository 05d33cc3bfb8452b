#!/bin/bash
# contrib/quickstart itself: what it prints works, running it again changes
# nothing, it recovers from what was killed, and it names what is in its way.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

var=$E2E_STATE/var
read -r port _ <<<"$E2E_PORTS"

start() {
	"$QUICKSTART" start >"$E2E_DIR/start" 2>&1 || true
}

pid() {
	cut -d ' ' -f 1 "$var/run.d/$1" 2>/dev/null || true
}

pids() {
	echo "$(pid db) $(pid cardea) $(pid nginx)"
}

sums() {
	cat "$var"/{cardea.conf,master.key,tls/*,admin/*,nginx/conf/*} | cksum
}

again() {
	local pids sums
	pids=$(pids) sums=$(sums)
	start
	is "again: nothing restarted" "$pids" "$(pids)"
	is "again: no file changed" "$sums" "$(sums)"
	has "again: says so" "$(cat "$E2E_DIR/start")" \
	    "Servers         already running"
	is "secrets are for the owner alone" "600" \
	    "$(stat -c %a "$var"/{cardea.conf,master.key,tls/key.pem,admin/*} |
		sort -u)"
}

printed_lines() {
	local -a lines
	mapfile -t lines < <(grep '^curl ' "$E2E_DIR/start")
	is "lines to paste" 3 "${#lines[@]}"
	has "sign up" "$(sh -c "${lines[0]}")" '"email":"ann@example.com"'
	has "sign in" "$(sh -c "${lines[1]}")" '"access_token":"ey'
	has "me" "$(sh -c "${lines[2]}")" '{"id":"usr_'
}

# The newest mail, readable: its link stands whole on one line.
newest_mail() {
	local tries out
	for tries in {1..100}; do
		out=$("$QUICKSTART" mail 2>&1) || true
		[[ $out == *"To: ann@example.com"* ]] && break
		sleep 0.1
	done
	has "mail: to whom" "$out" "To: ann@example.com"
	has "mail: about what" "$out" "Subject: Confirm your e-mail address"
	is "mail: its link, after $tries looks" 1 "$(grep -c \
	    '^http://[^ ]*/verify-email?token=[A-Za-z0-9_-]\{43\}$' <<<"$out")"
}

unknown_command() {
	local out rc=0
	out=$("$QUICKSTART" nonsense 2>&1) || rc=$?
	is "an unknown command: exit code" 2 "$rc"
	has "and its name" "$out" "nonsense: no such command"
}

administrators() {
	http -H 'Content-Type: application/json' -d "{\"email\":\
\"admin@example.com\",\"password\":\"$(cat "$var/admin/main")\"}" \
	    "$E2E_URL/api/v1/auth/signin"
	is "the administrator signs in" 200 "$STATUS"
	has "and is one" "$BODY" '"is_admin":true'
}

quota_scale() {
	local cardea
	cardea=$(pid cardea)
	CARDEA_QUOTA_SCALE=2000 start
	is "another quota scale: same master" "$cardea" "$(pid cardea)"
	# The new workers serve once the old ones have gone.
	until http "$E2E_URL/api/v1/auth/me" &&
	    [[ $(header x-ratelimit-limit) != 100000 ]]; do
		sleep 0.1
	done
	is "another quota scale" 200000 "$(header x-ratelimit-limit)"
	has "another quota scale: nginx" "$(cat "$var"/nginx/conf/*)" \
	    "burst=20000 nodelay"
	start
}

killed() {
	local name
	for name in nginx cardea db; do
		kill -9 "$(pid "$name")"
		until ! "$QUICKSTART" status >"$E2E_DIR/status" 2>&1; do
			sleep 0.1
		done
		has "$name killed: seen" "$(grep "^$name " "$E2E_DIR/status")" stopped
		start
		is "$name killed: back" 0 "$("$QUICKSTART" status >/dev/null; echo $?)"
	done
}

taken_port() {
	local other=$E2E_DIR/other out
	out=$(CARDEA_STATE=$other "$QUICKSTART" start 2>&1 || true)
	has "a taken port and its holder" "$out" \
	    "port $port is taken by nginx (pid $(pid nginx), user "
	is "a taken port: nothing was changed" "" "$(find "$other" 2>/dev/null)"
	out=$(CARDEA_PORTS="1 2" "$QUICKSTART" start 2>&1 || true)
	has "two ports only" "$out" "are not three different port numbers"
}

stopped() {
	local before name
	before=$(pids)
	"$QUICKSTART" stop >/dev/null
	for name in $before; do
		is "stopped" gone \
		    "$(test -e "/proc/$name/exe" && echo there || echo gone)"
	done
	is "status of what is stopped" 3 \
	    "$("$QUICKSTART" status >/dev/null 2>&1; echo $?)"
	start
	http "$E2E_URL/ready"
	is "and started again" 200 "$STATUS"
}

# A target of two lines that ends as libFuzzer does: NAME STATUS SAYING...
fuzz_target() {
	local status=$2 file=$E2E_DIR/fuzzers/bin/$1-fuzz
	shift 2
	{
		echo '#!/bin/sh'
		printf "echo '%s'\n" "$@"
		echo "exit $status"
	} >"$file"
	chmod +x "$file"
}

fuzz() {
	local d=$E2E_DIR/fuzzers out status=0
	mkdir -p "$d/bin"
	cp "$(dirname "$QUICKSTART")/quickstart.d/fuzz-run.sh" "$d"
	fuzz_target good 0 '#9 DONE cov: 7 ft: 8' \
	    'stat::number_of_executed_units: 9'
	fuzz_target bad 77 'x.c:1: does not hold: y' \
	    'prefix=./; Test unit written to /x/crash-1'
	out=$(QS_VAR=$d bash "$d/fuzz-run.sh" 1 good 2>&1) || status=$?
	is "fuzz: all is well" 0 "$status"
	has "fuzz: a line a target" "$out" "9 runs, 7 edges, 0 files, ok"
	out=$(QS_VAR=$d bash "$d/fuzz-run.sh" 1 bad good 2>&1) || status=$?
	is "fuzz: a broken target" 1 "$status"
	has "fuzz: what broke" "$out" "x.c:1: does not hold: y"
	has "fuzz: how to see it again" "$out" "bin/bad-fuzz \\
        /x/crash-1"
	has "fuzz: the others ran" "$out" "[2/2] good"
	status=0
	out=$("$QUICKSTART" fuzz nonesuch 2>&1) || status=$?
	is "fuzz: no such target" 2 "$status"
	has "fuzz: no such target, said" "$out" 'no fuzz target "nonesuch"'
	has "fuzz: help" "$("$QUICKSTART" fuzz --help)" "json_scan"
}

fuzz
again
printed_lines
newest_mail
unknown_command
administrators
quota_scale
killed
taken_port
stopped
tap_end
