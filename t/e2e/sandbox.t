#!/bin/bash
# The running instance is confined, if its build can be; and a second one,
# whose database is reached over the network by address and by name, works
# in its sandbox, too.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

json='Content-Type: application/json'
PATH=$PATH:/usr/sbin
db=$E2E_DIR/db
server=
read -r port _ <<<"$E2E_PORTS"
db_port=$((port + 10000))
ports="$((port + 10001)) $((port + 10002)) $((port + 10003))"
url=http://127.0.0.1:$((port + 10001))

# Of a process: has it NAME in /proc/PID/status at VALUE?
proc_is() {
	grep -q "^$2:[[:space:]]*$3\$" "/proc/$1/status"
}

# second COMMAND...: contrib/quickstart for the second instance.
second() {
	CARDEA_STATE=$E2E_DIR/second CARDEA_PORTS=$ports \
	    CARDEA_DB_HOST=127.0.0.1 CARDEA_DB_PORT=$db_port \
	    CARDEA_DB_USER=cardea CARDEA_DB_PASSWORD=hinge "$QUICKSTART" "$@"
}

server_start() {
	# shellcheck disable=SC2086 # a command prefix
	$E2E_AS mariadbd --no-defaults --datadir="$db/data" --socket="$db/s" \
	    --pid-file="$db/pid" --log-error="$db/error.log" \
	    --tmpdir="$db/tmp" --bind-address=127.0.0.1 --port="$db_port" \
	    --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
	    --innodb-buffer-pool-size=16M --innodb-log-file-size=8M \
	    --performance-schema=OFF </dev/null >"$db/out.log" 2>&1 &
	server=$!
	until sql "SELECT 1" >/dev/null 2>&1; do
		kill -0 "$server" || {
			cat "$db/error.log"
			return 1
		}
		sleep 0.05
	done
}

sql() {
	# shellcheck disable=SC2086
	$E2E_AS mariadb --no-defaults -S "$db/s" -u root -N -e "$1"
}

server_make() {
	mkdir -p "$db/tmp"
	chmod 755 "$db"
	[[ -z $E2E_AS ]] || chown -R cardea: "$db"
	# shellcheck disable=SC2086
	TMPDIR=$db/tmp $E2E_AS mariadb-install-db --no-defaults \
	    --datadir="$db/data" --force --skip-test-db \
	    --auth-root-authentication-method=normal >"$E2E_DIR/install" 2>&1
	server_start
	sql "CREATE DATABASE cardea CHARACTER SET utf8mb4
	    COLLATE utf8mb4_bin;
	    CREATE USER cardea IDENTIFIED BY 'hinge';
	    GRANT ALL ON cardea.* TO cardea"
}

confined() {
	local want=$1 state=$2 pid
	while read -r pid; do
		proc_is "$pid" NoNewPrivs 1 && proc_is "$pid" Seccomp "$want" ||
			echo "$pid"
	done < <(sed -n 's/^\(worker\|jobs\) .*pid=\([0-9]*\).*/\2/p' \
	    "$state/var/state/status")
}

status_of() {
	sed -n 's/^sandbox //p' "$1/var/state/status"
}

# serves WHAT EMAIL: through the second instance's database and its jobs.
serves() {
	http "$url/ready"
	is "$1: ready" 200 "$STATUS"
	http -H "$json" -d "{\"email\":\"$2\",\"password\":\"Hinge-and-Door-1\"}" \
	    "$url/api/v1/auth/signup"
	is "$1: signs up" 201 "$STATUS"
	http -H "$json" -d "{\"email\":\"$2\",\"password\":\"Hinge-and-Door-1\"}" \
	    "$url/api/v1/auth/signin"
	is "$1: signs in" 200 "$STATUS"
	for ((i = 0; i < 600; i++)); do
		! grep -lqr "$2" "$E2E_DIR/second/var/mail" 2>/dev/null || break
		sleep 0.1
	done
	is "$1: mail arrives" yes \
	    "$(grep -lqr "$2" "$E2E_DIR/second/var/mail" && echo yes)"
}

# conf NAME VALUE: in the second instance, and a reload.
conf() {
	local file=$E2E_DIR/second/var/cardea.conf generation
	generation=$(sed -n 's/^generation //p' \
	    "$E2E_DIR/second/var/state/status")
	sed -i "s/^$1 *=.*/$1 = $2/" "$file"
	kill -HUP "$(cut -d ' ' -f 1 "$E2E_DIR/second/var/run.d/cardea")"
	until [[ $(sed -n 's/^generation //p' \
	    "$E2E_DIR/second/var/state/status") -gt $generation ]] &&
		! grep -q ' ending ' "$E2E_DIR/second/var/state/status"; do
		sleep 0.05
	done
}

trap 'second clean --yes >/dev/null 2>&1 || true
	[[ -z $server ]] || kill -9 "$server" 2>/dev/null || true' EXIT
mode=$(status_of "$E2E_STATE")
filter=$([[ $mode == on ]] && echo 2 || echo 0)
if grep -q __asan_init "$E2E_STATE/prefix/sbin/cardea"; then
	is "with sanitizers there is none" off "$mode"
else
	is "the sandbox is on" on "$mode"
fi
is "every process is confined" "" "$(confined "$filter" "$E2E_STATE")"

server_make
second start >"$E2E_DIR/start" 2>&1 || cat "$E2E_DIR/start"
serves "database at an address" ann@example.com
is "confined with an address" "" "$(confined "$filter" "$E2E_DIR/second")"

name=$(hostname)
if [[ $(getent ahostsv4 "$name" | head -n 1) == 127.0.0.1\ * ]]; then
	conf db_host "$name"
else
	echo "# $name is not this machine: no database by name"
fi
serves "database at a name" bob@example.com
kill -9 "$server"
wait "$server" 2>/dev/null || true
http "$url/ready"
is "the database is gone" 503 "$STATUS"
server_start
for ((i = 0; i < 600; i++)); do
	http "$url/ready"
	[[ $STATUS != 200 ]] || break
	sleep 0.1
done
serves "the database is back" cyd@example.com
is "nobody was ended by the sandbox" "" \
    "$(grep -h 'outside' "$E2E_DIR/second/var/log/cardea.log" \
	"$E2E_STATE/var/log/cardea.log" || true)"
is "no worker was lost" 0 "$(second ctl status | sed -n 's/^restarts //p')"
tap_end
