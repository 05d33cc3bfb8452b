#!/bin/bash
# The part of contrib/quickstart that runs as the owner of the instance, from
# a copy beside the installed program: the checkout may lie where that user
# cannot look. It starts with a clean environment; what it must know is in
# QS_* and CARDEA_DB_*.
#
#	instance.sh start | stop | status | logs | ctl ARGUMENTS...

set -euo pipefail
here=$(dirname -- "${BASH_SOURCE[0]}")
# shellcheck source=contrib/quickstart.d/common.sh
. "$here/common.sh"
trap at_exit EXIT
umask 077
cd /

PREFIX=$QS_PREFIX
VAR=$QS_VAR
CONF=$VAR/cardea.conf
DATA=$VAR/db/data
read -r PORT PORT2 PORT_TLS <<<"$QS_PORTS"
URL=http://localhost:$PORT

# A folder for sockets, whose paths may have 107 bytes at most and get a
# suffix of the pid while they are made: RUN.
socket_dir() {
	local hash
	RUN=$VAR/run
	if [[ ${#RUN} -gt 80 ]]; then
		hash=$(printf %s "$VAR" | cksum)
		RUN=/tmp/cardea-$(stat -c %u "$VAR")-${hash%% *}
	fi
}

make_socket_dir() {
	[[ -d $RUN ]] || mkdir -m 700 "$RUN"
	[[ -O $RUN && ! -L $RUN ]] ||
		fail "$RUN belongs to somebody else" "Remove it: it holds sockets only."
}

# --- settings ------------------------------------------------------------

conf_get() {
	sed -n "s/^$1 = *//p" "$CONF" 2>/dev/null | head -n 1 || true
}

# conf_set NAME VALUE: leaves every other line as the operator wrote it.
conf_set() {
	if [[ $(conf_get "$1") == "$2" ]]; then
		return
	fi
	sed "/^$1 *=/d" "$CONF" >"$CONF.new"
	printf '%s = %s\n' "$1" "$2" >>"$CONF.new"
	mv "$CONF.new" "$CONF"
}

# As cardea.conf and MariaDB's option files both read it.
quoted() {
	local v=${1//\\/\\\\}
	printf '"%s"' "${v//\"/\\\"}"
}

private_database() {
	[[ -z ${CARDEA_DB_SOCKET:-}${CARDEA_DB_HOST:-} ]]
}

write_conf() {
	if [[ ! -e $CONF ]]; then
		cat >"$CONF.new" <<-EOT
			# Written once by contrib/quickstart. Change what you like, then
			# run it again; it keeps quota_scale and public_url only.
			# Every setting: $PREFIX/etc/cardea/cardea.conf.example
			listen = $RUN/cardea.sock
			state_dir = $VAR/state
			schema_dir = $PREFIX/share/cardea/schema
			master_key_file = $VAR/master.key
			allowed_origins = http://localhost:5173 http://localhost:4321
			mail_transport = spool
			mail_spool_dir = $VAR/mail
			mail_from = cardea@example.com
			mail_smtp_program = $PREFIX/libexec/cardea/cardea-mail
			mail_template_dir = $PREFIX/share/cardea/mail
		EOT
		database_conf >>"$CONF.new"
		mv "$CONF.new" "$CONF"
	fi
	conf_set public_url "$URL"
	conf_set quota_scale "$QS_SCALE"
}

database_conf() {
	echo "db_name = ${CARDEA_DB_NAME:-cardea}"
	if private_database; then
		echo "db_socket = $RUN/db.sock"
		return
	fi
	local name var
	[[ -n ${CARDEA_DB_SOCKET:-} ]] || echo "db_socket ="
	for name in socket host port user; do
		var=CARDEA_DB_${name^^}
		[[ -z ${!var:-} ]] || echo "db_$name = ${!var}"
	done
	[[ -z ${CARDEA_DB_PASSWORD:-} ]] ||
		echo "db_password = $(quoted "$CARDEA_DB_PASSWORD")"
}

# An instance stays with the database it was made for, once it was made.
same_database() {
	private_database && return
	local want have
	want=$(database_conf | LC_ALL=C sort)
	have=$(grep '^db_' "$CONF" | LC_ALL=C sort)
	[[ $want != "$have" ]] || return 0
	[[ ! -e $VAR/admin/main && ! -d $DATA ]] || fail \
	    "this instance uses another database than CARDEA_DB_* says" \
	    "Unset CARDEA_DB_* to go on with the one in $CONF," \
	    "or set CARDEA_STATE to another folder for a second instance," \
	    "or begin anew: contrib/quickstart clean."
	sed '/^db_/d' "$CONF" >"$CONF.new"
	database_conf >>"$CONF.new"
	mv "$CONF.new" "$CONF"
}

# --- database ------------------------------------------------------------

uses_private_database() {
	[[ $(conf_get db_socket) == "$RUN/db.sock" ]]
}

sql() {
	mariadb --defaults-file="$VAR/db/client.cnf" --connect-timeout=5 -NB -e "$1"
}

client_conf() {
	echo "[client]"
	local name value
	for name in socket host port user password; do
		value=$(conf_get "db_$name")
		[[ -z $value || $value == \"* ]] || value=$(quoted "$value")
		[[ -z $value ]] || echo "$name=$value"
	done
}

make_data() {
	[[ ! -d $DATA ]] || return 0
	rm -rf "$DATA.new"
	# --force: without it a host whose name nobody resolves is refused. A
	# starting server removes the temporary tables of every other one that
	# shares its folder for them.
	TMPDIR=$VAR/db/tmp logged mariadb-install-db --no-defaults --datadir="$DATA.new" \
	    --force --skip-test-db --auth-root-authentication-method=socket \
	    --auth-root-socket-user="$(id -un)" ||
		fail "the database folder could not be made" \
		    "Look at the lines above; is the disk full (df -h $VAR)?"
	mv "$DATA.new" "$DATA"
}

launch_database() {
	launch db mariadbd --no-defaults --datadir="$DATA" \
	    --socket="$RUN/db.sock" --pid-file="$RUN/db.pid" --skip-networking \
	    --tmpdir="$VAR/db/tmp" \
	    --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
	    --innodb-buffer-pool-size=16M --innodb-log-file-size=16M \
	    --innodb-log-buffer-size=2M --performance-schema=OFF \
	    --aria-pagecache-buffer-size=1M --key-buffer-size=64K \
	    --query-cache-size=0 --max-connections=60 --table-open-cache=200 \
	    --table-definition-cache=400 --innodb-read-io-threads=1 \
	    --innodb-write-io-threads=2 --innodb-purge-threads=1
}

make_schema_room() {
	local name
	name=$(conf_get db_name)
	sql "USE \`$name\`" >>"$STEP_LOG" 2>&1 && return
	sql "CREATE DATABASE \`$name\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" \
	    >>"$STEP_LOG" 2>&1 ||
		fail "there is no database '$name' and it cannot be made" \
		    "As an administrator of that server:" \
		    "    CREATE DATABASE $name CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;" \
		    "    GRANT ALL ON $name.* TO the user that CARDEA_DB_USER names;"
}

database() {
	step Database "$VAR/log/db.log"
	client_conf >"$VAR/db/client.cnf"
	if ! uses_private_database; then
		sql 'SELECT 1' >>"$STEP_LOG" 2>&1 ||
			fail "the server that CARDEA_DB_* names does not answer" \
			    "Check the address, the user and the password in $CONF."
		make_schema_room
		step_done "the server that CARDEA_DB_* named"
		return
	fi
	if pid_of db >/dev/null; then
		step_done "already running"
		return
	fi
	make_data
	launch_database
	until_true 60 db sql 'SELECT 1' ||
		fail "mariadbd did not start" "Look at the lines above," \
		    "then run the command again."
	make_schema_room
	step_done "private MariaDB, socket $RUN/db.sock"
}

# --- what Cardea needs before it starts ----------------------------------

ctl() {
	CARDEA_CONF=$CONF "$PREFIX/bin/cardeactl" "$@"
}

# Runs cardeactl; its last lines explain a failure.
ctl_step() {
	logged ctl "$@" ||
		fail "cardeactl $1${2:+ $2} ended with status $?" \
		    "Look at the lines above, then run the command again."
}

certificate() {
	[[ ! -e $VAR/tls/cert.pem ]] || return 0
	logged openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -nodes -days 825 -subj /CN=localhost -sha256 \
	    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1" \
	    -addext "basicConstraints=critical,CA:FALSE" \
	    -keyout "$VAR/tls/key.pem" -out "$VAR/tls/cert.pem.new" ||
		fail "openssl made no certificate" "Look at the lines above."
	mv "$VAR/tls/cert.pem.new" "$VAR/tls/cert.pem"
}

keys() {
	local made=unchanged
	step Keys "$VAR/log/setup.log"
	certificate
	if [[ ! -e $VAR/master.key ]]; then
		ctl_step keys init
		made="master key, certificate"
	fi
	ctl_step config check
	step_done "$made"
}

schema() {
	step Schema "$VAR/log/setup.log"
	ctl_step migrate
	# A line of headings, and one for each key.
	if [[ $(ctl keys list 2>>"$STEP_LOG" | wc -l) -lt 2 ]]; then
		ctl_step keys rotate
	fi
	step_done "up to date"
}

password() {
	local p
	until [[ ${p:-} == *[a-z]* && $p == *[A-Z]* && $p == *[0-9]* &&
		$p == *[-_]* ]]; do
		p=$(openssl rand -base64 18)
		p=${p//+/-}
		p=${p//\//_}
	done
	echo "$p"
}

# admin REALM EMAIL NAME OPTION...: makes it unless it was made before. The
# password is on disk before the account exists, so that no failure between
# the two loses it.
admin() {
	local file=$VAR/admin/$1 email=$2 name=$3
	shift 3
	[[ ! -e $file ]] || return 0
	[[ -e $file.new ]] || password >"$file.new"
	if ! ctl create-admin "$@" "$email" "$name" <"$file.new" \
	    >"$VAR/log/admin.log" 2>&1; then
		cat "$VAR/log/admin.log" >>"$STEP_LOG"
		fail "cardeactl create-admin made no $email" \
		    "If the account is there already, the database was filled by" \
		    "another instance, with another master key. Name an empty one:" \
		    "    CARDEA_DB_NAME=cardea2 contrib/quickstart" \
		    "or bring its master.key to $VAR, and: touch $file"
	fi
	NEW_ADMINS=made
	mv "$file.new" "$file"
}

admins() {
	step Administrators "$VAR/log/setup.log"
	admin main admin@example.com Administrator
	admin platform platform@example.com "Platform administrator" --platform
	step_done "${NEW_ADMINS:-unchanged}"
}

# --- the servers ---------------------------------------------------------

# What a running process was started with; another print means reload.
print_of() {
	cat "$@" | cksum
}

same_print() {
	[[ $(cat "$VAR/run.d/$1.print" 2>/dev/null) == "$2" ]]
}

serve_cardea() {
	local print pid
	print=$(print_of "$CONF" "$PREFIX/sbin/cardea")
	STEP_LOG=$VAR/log/cardea.log
	if pid=$(pid_of cardea); then
		same_print cardea "$print" && return
		# The new binary takes over without losing a request.
		kill -USR2 "$pid"
	else
		launch cardea "$PREFIX/sbin/cardea" -c "$CONF"
	fi
	echo "$print" >"$VAR/run.d/cardea.print"
	CHANGED=ready
}

# reuseport: each of nginx's processes takes its share of the connections,
# instead of the one that wakes up first taking nearly all.
listen_lines() {
	local a
	for a in 127.0.0.1 ${QS_IPV6:+"[::1]"}; do
		printf '\t\tlisten %s:%s reuseport;\n' "$a" "$PORT" "$a" "$PORT2"
		printf '\t\tlisten %s:%s ssl http2 reuseport;\n' "$a" "$PORT_TLS"
	done
}

nginx_conf() {
	local from=$PREFIX/share/cardea/nginx/templates origins
	origins=$(ctl config show |
		sed -n 's/^allowed_origins = \(.*\)  # .*/\1/p')
	sh "$from/render" "$VAR/nginx/conf" "$RUN/cardea.sock" \
	    "$PREFIX/share/cardea/html" "$QS_SCALE" "$VAR/nginx/conf" "$origins"
	listen_lines >"$VAR/nginx/listen"
	sed -e "/@LISTEN@/{r $VAR/nginx/listen" -e 'd}' \
	    -e "s|@CONF@|$VAR/nginx/conf|; s|@TLS@|$VAR/tls|; s|@LOG@|$VAR/log|" \
	    "$from/nginx.conf.in" >"$VAR/nginx/nginx.conf"
}

end_nginx_orphans() {
	local pid
	for pid in $(nginx_orphans); do
		kill "$pid" || true
		while start_ticks "$pid" >/dev/null; do
			sleep 0.05
		done
	done
}

serve_nginx() {
	local print pid
	STEP_LOG=$VAR/log/nginx.log
	nginx_conf
	print=$(print_of "$VAR"/nginx/nginx.conf "$VAR"/nginx/conf/* "$VAR"/tls/*)
	pid=$(pid_of nginx) && same_print nginx "$print" && return
	logged nginx -p "$VAR/nginx/" -c nginx.conf -t ||
		fail "nginx refuses its configuration" "Look at the lines above."
	if [[ -n $pid ]]; then
		kill -HUP "$pid"
	else
		end_nginx_orphans
		TZ=UTC launch nginx nginx -p "$VAR/nginx/" -c nginx.conf \
		    -g 'daemon off;'
	fi
	echo "$print" >"$VAR/run.d/nginx.print"
	CHANGED=ready
}

not_ready() {
	local why="http://127.0.0.1:$PORT/api/v1/health/ready does not answer 200"
	if ! pid_of cardea >/dev/null; then
		why="cardea has ended"
	elif ! pid_of nginx >/dev/null; then
		why="nginx has ended"
		STEP_LOG=$VAR/log/nginx.log
	fi
	fail "$why" "Look at the log: contrib/quickstart logs shows all of them."
}

servers() {
	step Servers
	serve_cardea
	serve_nginx
	STEP_LOG=$VAR/log/cardea.log
	until_true 30 cardea answers_ready || not_ready
	step_done "${CHANGED:-already running}"
}

# --- what the stranger reads ---------------------------------------------

credentials() {
	if [[ -z ${NEW_ADMINS:-} ]]; then
		cat <<-EOT
			Administrators     admin@example.com, platform@example.com
			  their passwords  $VAR/admin/
		EOT
		return
	fi
	cat <<-EOT
		Administrators     (shown this once, kept in $VAR/admin/)
		  realm main       admin@example.com     $(cat "$VAR/admin/main")
		  realm platform   platform@example.com  $(cat "$VAR/admin/platform")
	EOT
}

session() {
	local json="-H 'Content-Type: application/json'"
	local who="-d '{\"email\":\"ann@example.com\",\"password\":\"Hinge-and-Door-1\"}'"
	cat <<-EOT
		curl -sw '\n' $URL/api/v1/auth/signup $json $who
		curl -sw '\n' $URL/api/v1/auth/signin $json $who
		curl -sw '\n' $URL/api/v1/auth/me -H "Authorization: Bearer \$(curl -s $URL/api/v1/auth/signin $json $who | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')"
	EOT
}

summary() {
	cat <<-EOT

		Cardea is ready.   $URL   http://localhost:$PORT2   https://localhost:$PORT_TLS
	EOT
	credentials
	cat <<-EOT
		Mail lands in      $(conf_get mail_spool_dir)
		  the newest one   contrib/quickstart mail
		Configuration      $CONF
		Certificate        $VAR/tls/cert.pem (self-signed)
		Quota scale        $QS_SCALE

		Sign up, sign in, read your profile:

	EOT
	session
	printf '\n'
}

# --- commands ------------------------------------------------------------

start() {
	local d
	for d in run.d db/tmp log mail tls admin nginx/conf nginx/tmp state; do
		mkdir -p "$VAR/$d"
	done
	make_socket_dir
	[[ ! -e $CONF ]] || same_database
	write_conf
	database
	keys
	schema
	admins
	servers
	summary
}

stop_one() {
	local t0
	pid_of "$1" >/dev/null || return 0
	t0=$(now_ms)
	printf '%-10s' "$1"
	halt "$1" "$2" "$3" ||
		fail "$1 (pid $(pid_of "$1")) has not ended after $3 s" \
		    "Look at $VAR/log/$1.log; end it by hand if you must."
	printf 'stopped (%d ms)\n' $(($(now_ms) - t0))
}

stop() {
	stop_one nginx QUIT 15
	end_nginx_orphans
	stop_one cardea TERM 40
	stop_one db TERM 90
	rm -rf "$RUN"
}

# Kilobytes of proportional set size; of the resident one, marked with a
# tilde, where the kernel does not tell us the former.
memory_of() {
	local kb
	if kb=$(awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup" 2>/dev/null) &&
	    [[ -n $kb ]]; then
		echo "$kb"
	else
		awk '/^VmRSS:/ { print "~" $2 }' "/proc/$1/status" 2>/dev/null
	fi
}

uptime_of() {
	local up ticks s
	read -r up _ </proc/uptime
	ticks=$(start_ticks "$1") || return
	s=$((${up%.*} - ticks / $(getconf CLK_TCK)))
	printf '%d:%02d:%02d' $((s / 3600)) $((s / 60 % 60)) $((s % 60))
}

status_line() {
	local kb
	kb=$(memory_of "$2") || return 0
	printf '%-20s %8d %12s %9s KB\n' "$1" "$2" "$(uptime_of "$2")" "$kb"
	kb=${kb#\~}
	TOTAL=$((TOTAL + ${kb:-0}))
}

status_tree() {
	local pid child title
	pid=$(pid_of "$1") || {
		printf '%-20s %8s\n' "$1" stopped
		return 1
	}
	status_line "$1" "$pid"
	for child in $(children_of "$pid"); do
		# nginx writes "nginx: worker process", cardea names its threads.
		title=$(tr '\0' '\n' <"/proc/$child/cmdline" | head -n 1) || continue
		[[ $title == "$1: "* ]] || title=$(cat "/proc/$child/comm") || continue
		status_line "  ${title#"$1": }" "$child"
	done
}

status() {
	local all=0 name names="cardea nginx"
	TOTAL=0
	uses_private_database && names="db $names"
	printf '%-20s %8s %12s %12s\n' process pid up PSS
	for name in $names; do
		status_tree "$name" || all=3
	done
	printf '%-20s %8s %12s %9s KB\n' together '' '' "$TOTAL"
	if answers_ready; then
		printf 'ready    %s\n' "$URL"
	else
		printf 'NOT ready: http://127.0.0.1:%s/api/v1/health/ready\n' "$PORT"
		all=3
	fi
	return "$all"
}

# The text of a message, quoted-printable undone (RFC 2045 §6.7).
mail_text() {
	printf '%b' "$(awk '
		/^--=_/ { text = 0 }
		text == 2
		/^Content-Type: text\/plain/ { text = 1 }
		/^\r?$/ && text == 1 { text = 2 }
	' "$1" | sed -e ':a;/=\r$/{N;s/=\r\n//;ba}' -e 's/\r$//' \
	    -e 's/\\/\\\\/g; s/=\([0-9A-F][0-9A-F]\)/\\x\1/g')"
}

# Names of mails sort by time.
mail() {
	local dir newest
	dir=$(conf_get mail_spool_dir)
	newest=$(find "$dir" -maxdepth 1 -name 'mail_*.eml' 2>/dev/null | sort |
		tail -n 1)
	[[ -n $newest ]] || fail "there is no mail in $dir yet" \
	    "Sign up, and look again; contrib/quickstart ctl mail list tells more."
	printf '%s\n\n' "$newest"
	sed -n '/^\r*$/q; s/\r$//; /^\(Date\|To\|Subject\): /p' "$newest"
	printf '\n%s\n' "$(mail_text "$newest")"
}

socket_dir
case $1 in
start) start ;;
stop) stop ;;
status) status || quiet_exit $? ;;
mail) mail ;;
logs) exec tail -n 30 -F "$VAR"/log/*.log ;;
ctl)
	shift
	ctl "$@" || quiet_exit $?
	;;
esac
