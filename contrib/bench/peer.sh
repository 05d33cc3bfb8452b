# shellcheck shell=bash
# Glewlwyd from Debian's packages, unpacked beside us: nothing of the system
# changes, no service starts. It speaks HTTP itself, so it is driven without
# an nginx before it. Its database is one more in the instance's MariaDB.
# shellcheck disable=SC2153 # B, VAR and the like are contrib/bench/run's

PEER_PACKAGES=(glewlwyd glewlwyd-common libconfig9 liborcania2.3 libyder2.0 libhoel1.4
	librhonabwy1.1 libmicrohttpd12 libulfius2.7 libiddawc1.1 liboath0)
PEER_RUNS=
PEER_WHY="left out (--no-peer)"

peer_unpack() {
	local p d=$B/peer
	[[ ! -e $d/done ]] || return 0
	rm -rf "$d"
	mkdir -p "$d/deb" "$d/root"
	cd "$d/deb" || return
	for p in "${PEER_PACKAGES[@]}"; do
		logged apt-get -q download "$p" || return
	done
	for p in *.deb; do
		logged dpkg-deb -x "$p" "$d/root" || return
	done
	cd /
	mkdir -p "$d/root/usr/lib/glewlwyd/user_middleware"
	dpkg-deb -f "$d"/deb/glewlwyd_*.deb Version >"$d/version"
	touch "$d/done"
}

peer_database() {
	sql -e "DROP DATABASE IF EXISTS glewlwyd;
	    CREATE DATABASE glewlwyd CHARACTER SET utf8mb4" &&
		zcat "$B/peer/root/usr/share/doc/glewlwyd/database/init.mariadb.sql.gz" |
		sql glewlwyd
}

peer_conf() {
	local lib=$B/peer/root/usr/lib/glewlwyd
	cat >"$B/peer/glewlwyd.conf" <<-EOT
		port=$PEER_PORT
		bind_address="127.0.0.1"
		external_url="http://localhost:$PEER_PORT"
		login_url="login.html"
		api_prefix="api"
		static_files_path="$B/peer/root/usr/share/glewlwyd/webapp/"
		log_mode="file"
		log_level="ERROR"
		log_file="$B/peer/glewlwyd.log"
		cookie_domain="localhost"
		cookie_secure=0
		session_expiration=2419200
		session_key="GLEWLWYD2_SESSION_ID"
		admin_scope="g_admin"
		profile_scope="g_profile"
		user_module_path="$lib/user"
		user_middleware_module_path="$lib/user_middleware"
		client_module_path="$lib/client"
		user_auth_scheme_module_path="$lib/scheme"
		plugin_module_path="$lib/plugin"
		hash_algorithm="SHA512"
		database = { type = "mariadb"; host = "localhost";
		    user = "$(id -un)"; password = ""; dbname = "glewlwyd"; port = 0 };
	EOT
}

PEER_LOGIN='{"username":"admin","password":"password"}'

# Signs in; the cookie is what GET /api/profile_list needs.
peer_cookie() {
	curl -si --max-time 5 --noproxy '*' -H 'Content-Type: application/json' \
	    -d "$PEER_LOGIN" "http://127.0.0.1:$PEER_PORT/api/auth/" |
		sed -n 's/^Set-Cookie: *\([^;]*\);.*/\1/ip' >"$B/peer/cookie"
	[[ -s $B/peer/cookie ]]
}

# Sets PEER_RUNS, or PEER_WHY. The bench goes on without it.
peer_start() {
	[[ -n $PEER ]] || {
		step_done "$PEER_WHY"
		return
	}
	PEER_WHY="does not run, see $STEP_LOG"
	if ! peer_unpack || ! peer_database >>"$STEP_LOG" 2>&1; then
		cd /
		step_done "$PEER_WHY"
		return
	fi
	free_port
	PEER_PORT=$PORT_FREE
	peer_conf
	: >>"$B/peer/glewlwyd.log"
	# The client library takes its default socket from the environment.
	MYSQL_UNIX_PORT=$DB_SOCKET \
	    LD_LIBRARY_PATH=$B/peer/root/usr/lib/$(uname -m)-linux-gnu \
	    begin peer "$B/peer/root/usr/bin/glewlwyd" \
	    --config-file="$B/peer/glewlwyd.conf"
	if until_true 15 bench-peer peer_cookie; then
		PEER_RUNS=yes
		echo "$PEER_LOGIN" >"$B/peer/login"
		step_done "Glewlwyd $(cat "$B/peer/version") at port $PEER_PORT"
		return
	fi
	tail -n 5 "$VAR/log/bench-peer.log" "$B/peer/glewlwyd.log" >>"$STEP_LOG"
	step_done "$PEER_WHY"
}

peer_profile() {
	[[ -n $PEER_RUNS ]] || return 0
	load "$HTTP" "$SECONDS_EACH" "$PEER_PORT" GET /api/profile_list cookie \
	    "$B/peer/cookie"
	all_good "Glewlwyd's profile_list"
	[[ $1 -eq 0 ]] || note me peer "$1" "$RATE" req/s
}

peer_signin() {
	[[ -n $PEER_RUNS ]] || return 0
	load $((CORES * 2)) "$2" "$PEER_PORT" POST /api/auth/ body "$B/peer/login"
	# It fails some when several sign in at once: those are not counted.
	[[ $REFUSED -lt $COUNT ]] || all_good "Glewlwyd's sign-in"
	note signin peer "$1" "$RATE" /s
}

peer_memory() {
	[[ -n $PEER_RUNS ]] || return 0
	note memory peer "$1" "$(megabytes "$(tree_kb "$(pid_of bench-peer)")")" MB
}

# How it stores passwords, as far as the database shows.
peer_hash() {
	local stored
	stored=$(sql glewlwyd -e "SELECT guw_password FROM g_user_password LIMIT 1")
	case $stored in
	\*????????????????????????????????????????)
		echo "MariaDB's PASSWORD(), two rounds of SHA-1 without salt"
		;;
	*) echo "unknown: ${stored:0:12}..." ;;
	esac
}
