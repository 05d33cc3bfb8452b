# shellcheck shell=bash
# What comes before an instance: free ports, packages, the program.
# shellcheck disable=SC2153 # STATE and the like are contrib/quickstart's

# package=file that shows it is there already, whoever brought it (another
# flavour of nginx will do; installing nginx-light would remove it).
# shellcheck disable=SC2034 # used by contrib/quickstart
BUILD_PACKAGES=(
	gcc=/usr/bin/gcc
	libc6-dev=/usr/include/stdio.h
	make=/usr/bin/make
	autoconf=/usr/bin/autoreconf
	automake=/usr/bin/automake
	pkg-config=/usr/bin/pkg-config
	libfcgi-dev=/usr/include/fcgiapp.h
	libmariadb-dev=/usr/include/mariadb/mysql.h
	libssl-dev=/usr/include/openssl/evp.h
	libscrypt-dev=/usr/include/libscrypt.h
	libidn2-dev=/usr/include/idn2.h
	libmaxminddb-dev=/usr/share/doc/libmaxminddb-dev/copyright
	libseccomp-dev=/usr/include/seccomp.h
	libcurl4-openssl-dev=/usr/bin/curl-config
	mariadb-server-core=/usr/sbin/mariadbd
	mariadb-client-core=/usr/bin/mariadb
	nginx-light=/usr/sbin/nginx
	curl=/usr/bin/curl
	openssl=/usr/bin/openssl
	ca-certificates=/usr/sbin/update-ca-certificates
	nodejs=/usr/bin/node
	npm=/usr/bin/npm
)
# For the tests, beside those.
# shellcheck disable=SC2034
CHECK_PACKAGES=(
	check=/usr/include/check.h
	libjson-c-dev=/usr/include/json-c/json.h
	clang=/usr/bin/clang
	clang-format=/usr/bin/clang-format
	shellcheck=/usr/bin/shellcheck
	spawn-fcgi=/usr/bin/spawn-fcgi
	valgrind=/usr/bin/valgrind
	xz-utils=/usr/bin/xz
	chromium=/usr/bin/chromium
	python3-requests=/usr/lib/python3/dist-packages/requests/__init__.py
)

# --- ports ---------------------------------------------------------------

# "inode uid" of the sockets that listen on a port of the loopback or any
# address, as /proc/net/tcp writes addresses.
listeners() {
	awk -v port=":$(printf '%04X' "$1")" '
		BEGIN {
			any = "00000000"
			where[any port]
			where["0100007F" port]
			where[any any any any port]
			where[any any any "01000000" port]
			where[any any "FFFF0000" "0100007F" port]
		}
		$4 == "0A" && $2 in where { print $10, $8 }
	' /proc/net/tcp /proc/net/tcp6 2>/dev/null || true
}

# The process that holds a socket, as far as we may look.
holder() {
	local fd
	fd=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null) ||
		true
	fd=${fd#/proc/}
	echo "${fd%%/*}"
}

is_ours() {
	local nginx STAT
	if nginx=$(pid_of nginx); then
		[[ $1 != "$nginx" ]] || return 0
		read_stat "$1" && [[ ${STAT[1]} == "$nginx" ]]
	else
		grep -qx "$1" < <(nginx_orphans)
	fi
}

check_ports() {
	local port inode uid pid who
	for port in "${PORTS[@]}"; do
		while read -r inode uid; do
			pid=$(holder "$inode")
			if [[ -n $pid ]] && is_ours "$pid"; then
				continue
			fi
			who="a process of $(id -nu "$uid" 2>/dev/null || echo "user $uid")"
			[[ -z $pid ]] ||
				who="$(cat "/proc/$pid/comm") (pid $pid, user $(id -nu "$uid"))"
			fail "port $port is taken by $who" \
			    "End that, or choose other ports (plain, plain, TLS):" \
			    "    CARDEA_PORTS=\"9000 9080 9443\" contrib/quickstart"
		done < <(listeners "$port")
	done
	privileged_ports
}

privileged_ports() {
	local port first
	first=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null ||
		echo 1024)
	for port in "${PORTS[@]}"; do
		[[ $port -ge $first ]] ||
			fail "port $port is for root only, and nothing here runs as root" \
			    "Choose ports from $first."
	done
}

# --- packages ------------------------------------------------------------

missing() {
	local p
	for p in "$@"; do
		[[ -e ${p#*=} ]] || echo "${p%%=*}"
	done
}

# packages LOG PACKAGE=FILE...
packages() {
	local -a want as=()
	step Packages "$1"
	shift
	mapfile -t want < <(missing "$@")
	if [[ ${#want[@]} -eq 0 ]]; then
		step_done "all there"
		return
	fi
	[[ -x /usr/bin/apt-get ]] ||
		fail "this is no Debian, and something is missing" \
		    "Install what your system calls these: ${want[*]}"
	if [[ $(id -u) != 0 ]]; then
		as=(sudo)
		[[ -x /usr/bin/sudo ]] ||
			fail "packages are missing, and there is no sudo" \
			    "As root: apt-get install --no-install-recommends ${want[*]}"
	fi
	printf 'installing %s\n%22s' "${want[*]}" ''
	"${as[@]}" sh "$SRC/contrib/quickstart.d/install.sh" "${want[@]}" >>"$STEP_LOG" 2>&1 </dev/null ||
		fail "apt-get could not install them" \
		    "Is the network there, and is the package list in order?" \
		    "As root: apt-get update && apt-get install ${want[*]}"
	step_done installed
}

# --- the program ---------------------------------------------------------

# As the owner of the checkout, so that `sudo contrib/quickstart` leaves no
# file of root's in a user's folder.
as_source_owner() {
	local uid
	uid=$(stat -c %u "$SRC")
	if [[ $(id -u) == 0 && $uid != 0 ]]; then
		setpriv --reuid="$uid" --regid="$(stat -c %g "$SRC")" --clear-groups \
		    env HOME=/nonexistent "$@"
	else
		"$@"
	fi
}

sources_changed() {
	[[ ! -e $QS_PREFIX/.built || $(cat "$QS_PREFIX/.built") != "$SRC" ]] ||
		[[ -n $(find "$SRC"/{src,schema,conf,nginx,contrib} \
		    "$SRC"/{configure.ac,Makefile.am} \
		    -newer "$QS_PREFIX/.built" -print -quit) ]]
}

build_system_changed() {
	[[ ! -e $SRC/configure ]] || [[ -n $(find "$SRC" -maxdepth 3 \
	    \( -name '*.mk' -o -name Makefile.am -o -name configure.ac \) \
	    -newer "$SRC/configure" -print -quit) ]]
}

compile() {
	if build_system_changed; then
		logged as_source_owner autoreconf -fi "$SRC" || return
	fi
	if [[ ! -e $BUILD/Makefile ]]; then
		(cd "$BUILD" && logged as_source_owner "$SRC/configure" -q) || return
	fi
	logged as_source_owner make -C "$BUILD" -j "$(nproc)" all
}

install_program() {
	local d=$QS_PREFIX/libexec/quickstart
	logged make -C "$BUILD" install prefix="$QS_PREFIX" &&
		mkdir -p "$d" &&
		install -m 644 "$SRC"/contrib/quickstart.d/{common,instance}.sh "$d"
}

build() {
	local log=$BUILD/quickstart.log begun
	step Program
	if [[ -z ${CARDEA_BUILD:-} ]] && ! sources_changed; then
		step_done unchanged
		return
	fi
	if ! as_source_owner mkdir -p "$BUILD" ||
	    ! as_source_owner tee "$log" </dev/null; then
		fail "$BUILD cannot be written" \
		    "Build in a clone of your own: git clone $SRC"
	fi
	STEP_LOG=$log
	begun=$(mktemp)
	if [[ -z ${CARDEA_BUILD:-} ]]; then
		compile || fail "the program does not build" \
		    "Look at the lines above and at $log." \
		    "If the checkout was moved or updated: rm -r $BUILD"
	fi
	umask 022
	install_program || fail "the program cannot be installed" \
	    "Look at the lines above; is the disk full?"
	echo "$SRC" >"$QS_PREFIX/.built"
	touch -r "$begun" "$QS_PREFIX/.built"
	rm -f "$begun"
	step_done "built and installed"
}

# --- the explorers of the API --------------------------------------------

fetch_explorer() {
	as_source_owner mkdir -p "$1" &&
		as_source_owner cp "$SRC"/contrib/web/{package.json,package-lock.json,.npmrc} \
		    "$1" &&
		(cd "$1" && as_source_owner env npm_config_cache="$1/cache" \
		    npm ci --ignore-scripts --no-audit --no-fund)
}

install_explorer() {
	local from=$1/node_modules to=$2
	mkdir -p "$to" &&
		install -m 644 "$from"/swagger-ui-dist/swagger-ui{.css,-bundle.js} \
		    "$from"/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt \
		    "$from/redoc/bundles/redoc.standalone.js.LICENSE.txt" "$to" &&
		sed 's|https://cdn\.redoc\.ly/[a-z/.-]*|/icon.svg|g' \
		    "$from/redoc/bundles/redoc.standalone.js" \
		    >"$to/redoc.standalone.js" &&
		install -m 644 "$from/swagger-ui-dist/LICENSE" \
		    "$to/swagger-ui.LICENSE.txt" &&
		install -m 644 "$from/redoc/LICENSE" "$to/redoc.LICENSE.txt" &&
		install -m 644 "$SRC/contrib/web/package-lock.json" "$to"
}

# Swagger UI and ReDoc, into the folder that nginx serves. They are the one
# thing that the instance can do without, so no network is no failure.
explorer() {
	local cache=$BUILD/explorer to=$QS_PREFIX/share/cardea/html/explorer
	step Explorer "$BUILD/explorer.log"
	if cmp -s "$SRC/contrib/web/package-lock.json" "$to/package-lock.json"; then
		step_done unchanged
		return
	fi
	as_source_owner tee "$STEP_LOG" </dev/null
	if ! cmp -s "$SRC/contrib/web/package-lock.json" "$cache/.fetched"; then
		if ! logged fetch_explorer "$cache"; then
			step_done "left out, /docs will be bare; see $STEP_LOG"
			return
		fi
		as_source_owner cp "$SRC/contrib/web/package-lock.json" \
		    "$cache/.fetched"
	fi
	umask 022
	logged install_explorer "$cache" "$to" ||
		fail "the explorers cannot be installed" "Is the disk full?"
	step_done installed
}

# --- the state folder ----------------------------------------------------

make_state() {
	if [[ -e $STATE && ! -e $STATE/.cardea-quickstart ]] &&
	    [[ -n $(ls -A "$STATE") ]]; then
		fail "$STATE holds something else" "Set CARDEA_STATE to a new folder."
	fi
	mkdir -p "$STATE" || fail "$STATE cannot be made" \
	    "Set CARDEA_STATE to a folder that you may write."
	chmod "$([[ -n $OWNER ]] && echo 755 || echo 700)" "$STATE"
	: >>"$STATE/.cardea-quickstart"
}

make_owner() {
	if [[ -z $OWNER ]]; then
		mkdir -p "$QS_VAR"
		return
	fi
	id "$OWNER" >/dev/null 2>&1 || useradd --system --user-group \
	    --home-dir "$QS_VAR" --no-create-home --shell /usr/sbin/nologin "$OWNER"
	[[ -d $QS_VAR ]] || install -d -m 700 -o "$OWNER" -g "$OWNER" "$QS_VAR"
	setpriv --reuid="$OWNER" --regid="$OWNER" --init-groups test -x "$QS_VAR" ||
		fail "the user $OWNER cannot reach $QS_VAR" \
		    "A folder above it is closed to others (mode 0700)." \
		    "Open it, or set CARDEA_STATE to another place."
}
