# shellcheck shell=bash
# The same reads with few accounts and with many: two databases in one server
# of its own, whose buffer pool holds both, each with a master, its workers
# and an nginx, driven in turn. The data is made inside the server and kept
# for the next run.
# shellcheck disable=SC2153 # B, VAR and the like are contrib/bench/run's

SMALL=10000
CHUNK=100000

growth_sql() {
	mariadb --no-defaults --socket="$RUN/growth.sock" -NB "$@"
}

# About what the rows of one user and four sessions take, with a margin.
growth_room() {
	local have need=$((GROWTH * 26 / 10000 + 600)) # MB
	have=$(df -Pm "$B" | awk 'NR == 2 { print $4 }')
	[[ -e $B/growth/users-$GROWTH ]] || [[ $have -gt $((need * 3 / 2)) ]] ||
		fail "$GROWTH users need about $need MB, and $have MB are free" \
		    "Take fewer: --growth N."
	[[ -n $POOL ]] || POOL=$((need < 512 ? 512 : need))
	have=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
	if [[ $POOL -gt $((have * 7 / 10)) ]]; then
		POOL=$((have * 7 / 10))
		progress "the buffer pool gets $POOL MB, less than the data takes"
	fi
}

# growth_server POOL-MB OPTION...
growth_server() {
	local d=$B/growth pool=$1
	shift
	mkdir -p "$d/tmp"
	if [[ ! -d $d/data ]]; then
		TMPDIR=$d/tmp logged mariadb-install-db --no-defaults --force \
		    --datadir="$d/data" --skip-test-db \
		    --auth-root-authentication-method=socket \
		    --auth-root-socket-user="$(id -un)" ||
			fail "the database folder could not be made" "Look at $STEP_LOG"
	fi
	begin growth-db mariadbd --no-defaults --datadir="$d/data" \
	    --socket="$RUN/growth.sock" --pid-file="$RUN/growth.pid" \
	    --skip-networking --tmpdir="$d/tmp" \
	    --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
	    --innodb-buffer-pool-size="${pool}M" --innodb-log-file-size=1G \
	    --performance-schema=OFF --query-cache-size=0 --max-connections=60 \
	    "$@"
	until_true 120 bench-growth-db growth_sql -e 'SELECT 1' ||
		fail "the growth rows' mariadbd does not start" \
		    "Look at $VAR/log/bench-growth-db.log"
}

# growth_rows DB users|sessions ROWS USERS: in pieces, with progress.
growth_rows() {
	local db=$1 what=$2 n=$3 from to
	for ((from = 1; from <= n; from += CHUNK)); do
		to=$((from + CHUNK - 1 < n ? from + CHUNK - 1 : n))
		{
			echo "SET unique_checks = 0, foreign_key_checks = 0;"
			if [[ $what == users ]]; then
				sql_users "$db" "$from" "$to"
			else
				sql_sessions "$db" "$from" "$to" 1 "$4" 1
			fi
		} | growth_sql || fail "the rows could not be made" "Is the disk full?"
		if ((to == n || (to / CHUNK) % 10 == 0)); then
			progress "$db: $to of $n $what"
		fi
	done
}

# growth_fill DB USERS
growth_fill() {
	local bad=
	[[ ! -e $B/growth/$1-$2 ]] || return 0
	rm -f "$B/growth/$1-"*
	growth_sql -e "DROP DATABASE IF EXISTS $1;
	    CREATE DATABASE $1 CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
	logged "$PREFIX/bin/cardeactl" -c "$B/$1.conf" migrate || bad=yes
	logged "$PREFIX/bin/cardeactl" -c "$B/$1.conf" keys rotate || bad=yes
	[[ -z $bad ]] ||
		fail "the schema of $1 could not be made" "Look at $STEP_LOG"
	growth_rows "$1" users "$2" "$2"
	growth_rows "$1" sessions $((4 * $2)) "$2"
	growth_sql -e "ANALYZE TABLE $1.user, $1.session" >>"$STEP_LOG"
	touch "$B/growth/$1-$2"
}

# growth_sample DB USERS: tokens of sessions picked over the whole table.
growth_sample() {
	growth_sql -e "SELECT LOWER(HEX($(sql_id 2 n))) FROM (
	    SELECT DISTINCT 1 + CRC32(seq) MOD (4 * $2) AS n
	    FROM $1.seq_1_to_$SAMPLE) AS picked" >"$B/$1.ids"
	mint "$B/$1.conf" access <"$B/$1.ids" >"$B/$1.tokens"
	{
		echo "CREATE OR REPLACE TABLE $1.picked (id BINARY(16) PRIMARY KEY);"
		echo "BEGIN;"
		sed "s/.*/INSERT INTO $1.picked VALUES (X'&');/" "$B/$1.ids"
		echo "COMMIT;"
	} | growth_sql
}

# growth_active DB MINUTES: when the picked sessions were last active. A
# request notes activity once in a minute, which is a write.
growth_active() {
	growth_sql -e "UPDATE $1.session s JOIN $1.picked USING (id) SET
	    last_active_at = UTC_TIMESTAMP(6) + INTERVAL $2 MINUTE"
}

growth_serve() {
	free_port
	GROWTH_PORT[$1]=$PORT_FREE
	rm -f "$RUN/$1.sock"
	begin "cardea-$1" "$PREFIX/sbin/cardea" -c "$B/$1.conf"
	until_true 20 "bench-cardea-$1" listens "$RUN/$1.sock" ||
		fail "cardea on $1 does not start" "Look at $VAR/log/bench-cardea-$1.log"
	front "$1" "$RUN/$1.sock" "$PORT_FREE"
}

# growth_rounds ROW MINUTES
growth_rounds() {
	local r db
	for db in small big; do
		growth_active $db "$2"
	done
	for ((r = 0; r <= ROUNDS; r++)); do
		for db in small big; do
			[[ $2 -gt 0 ]] || growth_active $db "$2"
			# shellcheck disable=SC2086
			load $HTTP "$SECONDS_EACH" "${GROWTH_PORT[$db]}" $ME \
			    "$B/$db.tokens"
			all_good "$1, $db"
			[[ $r -eq 0 ]] || note "$1" $db $r "$RATE" req/s
		done
		progress "round $r of $ROUNDS ($1)"
	done
}

declare -A GROWTH_PORT
row_growth() {
	local db
	SAMPLE=20000
	[[ $GROWTH -lt 1000000 || -n $QUICK ]] || SAMPLE=100000
	growth_room
	for db in small big; do
		conf_for $db "$RUN/growth.sock" $db
	done
	if [[ ! -e $B/growth/small-$SMALL || ! -e $B/growth/big-$GROWTH ]]; then
		# Rows come in the order of their keys: a small pool does.
		growth_server $((POOL < 2048 ? POOL : 2048)) \
		    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=OFF
		growth_fill small $SMALL
		growth_fill big "$GROWTH"
		finish growth-db
	fi
	growth_server "$POOL"
	for db in small big; do
		logged "$PREFIX/bin/cardeactl" -c "$B/$db.conf" migrate ||
			fail "the schema of $db cannot be brought up to date" \
			    "Look at $STEP_LOG, or make the data anew: rm -r $B/growth"
	done
	growth_sample small $SMALL
	growth_sample big "$GROWTH"
	growth_serve small
	growth_serve big
	# shellcheck disable=SC2034 # for the report
	GROWTH_MB=$(growth_sql -e "SELECT CEILING(SUM(data_length + index_length)
	    / 1048576) FROM information_schema.tables WHERE table_schema = 'big'")
	growth_rounds growth 600
	growth_rounds growth-first -10
	for db in small big; do
		finish "nginx-$db"
		finish "cardea-$db"
	done
	finish growth-db
}
