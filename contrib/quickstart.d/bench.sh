# shellcheck shell=bash
# contrib/quickstart bench: an instance of its own, the benchmark's programs,
# then contrib/bench/run as the owner of that instance.
# shellcheck disable=SC2153 # STATE and the like are contrib/quickstart's

BENCH_PACKAGES=(wrk=/usr/bin/wrk)

# Beside a quickstart that may be running, with quotas no load can reach.
bench_defaults() {
	: "${CARDEA_PORTS=9200 9280 9643}" "${CARDEA_QUOTA_SCALE=10000}"
	if [[ -z ${CARDEA_STATE:-} && $(id -u) == 0 ]]; then
		CARDEA_STATE=/var/lib/cardea-bench
	elif [[ -z ${CARDEA_STATE:-} ]]; then
		CARDEA_STATE=${XDG_STATE_HOME:-$HOME/.local/state}/cardea-bench
	fi
}

bench_install() {
	local d=$QS_PREFIX/libexec/bench p=$BUILD/contrib/bench
	[[ ! -e $BUILD/Makefile ]] || ! build_system_changed ||
		logged as_source_owner autoreconf -fi "$SRC" || return
	logged as_source_owner make -C "$BUILD" -j "$(nproc)" bench-programs &&
		mkdir -p "$d" &&
		install "$p"/{floor-fcgi,floor-scrypt,floor-update,mint,start} \
		    "$SRC"/contrib/bench/{run,*.sh,load.lua,usage} "$d"
}

bench_write() {
	as_source_owner tee "$SRC/contrib/bench/RESULTS.md" \
	    <"$QS_VAR/bench/RESULTS.md" >/dev/null
	echo "written: contrib/bench/RESULTS.md"
}

bench() {
	local was
	if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then
		cat "$SRC/contrib/bench/usage"
		return
	fi
	was=$(pid_of cardea) || true
	# shellcheck disable=SC2034
	STEPS=8
	start
	packages "$STATE/packages.log" "${BENCH_PACKAGES[@]}"
	step Bench "$BUILD/quickstart.log"
	bench_install || fail "the benchmark's programs cannot be built" \
	    "Look at the lines above."
	step_done "built and installed"
	(owned bench/run "$@") || was=${was:-failed $?}
	[[ -n $was && $was != failed* ]] || instance stop
	[[ $was != failed* ]] || quiet_exit "${was#failed }"
	[[ " $* " != *" --write-results "* ]] || bench_write
}
