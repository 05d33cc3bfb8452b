# shellcheck shell=bash
# Every test: unit and in-process ones built by two compilers, the lints, the
# distribution, and a whole installation from outside. Nothing of an instance
# that may be running is touched. One line at the end has the sum.

PASSED=0
FAILED=0

# stage NAME COMMAND...: one step, which counts as one test. A failure is
# shown and counted, and the next stage goes on.
stage() {
	local name=$1
	shift
	step "$name" "$BUILD_ROOT/check-${name// /-}.log"
	: >"$STEP_LOG"
	if "$@" >>"$STEP_LOG" 2>&1 </dev/null; then
		PASSED=$((PASSED + 1))
		step_done ok
		return
	fi
	FAILED=$((FAILED + 1))
	step_done FAILED
	tail -n "${SHOWN:-40}" "$STEP_LOG" | sed 's/^/    /'
	printf '    (all of it: %s)\n' "$STEP_LOG"
	return 1
}

# Builds with one compiler, then runs its tests: suite NAME CC OPTION...
suite() {
	local name=$1 cc=$2 dir=$BUILD_ROOT/check-$1
	shift 2
	stage "$name build" compile_in "$dir" "$cc" "$@" || return 0
	SHOWN=0 stage "$name tests" as_source_owner timeout -k 10 900 \
	    make -C "$dir" -j "$(nproc)" check ||
		show_failures "$dir"
	count_tests "$dir"
}

# Some of the tests under valgrind; MEMCHECK=all all that it can run, which
# takes a quarter of an hour.
memcheck() {
	local dir=$BUILD_ROOT/check-valgrind good bad
	stage "valgrind build" compile_in "$dir" gcc --enable-arena-debug \
	    CFLAGS='-g -O1 -ftrivial-auto-var-init=uninitialized' ||
		return 0
	stage valgrind as_source_owner make -C "$dir" -j "$(nproc)" \
	    "check-valgrind${MEMCHECK:+-$MEMCHECK}" || true
	good=$(grep -c '^ok' "$STEP_LOG" || true)
	bad=$(grep -c '^not ok' "$STEP_LOG" || true)
	printf '%22s%d passed, %d failed\n' '' "$good" "$bad"
	PASSED=$((PASSED + good)) FAILED=$((FAILED + bad))
}

compile_in() {
	local dir=$1 cc=$2
	shift 2
	as_source_owner mkdir -p "$dir" && cd "$dir" &&
		as_source_owner "$SRC/configure" -q CC="$cc" "$@" &&
		as_source_owner make -j "$(nproc)" all
}

# Adds what the test programs of a build have counted: libcheck's own sums
# where a log has one, else the program.
count_tests() {
	local trs good bad p=0 f=0
	while read -r trs; do
		read -r good bad < <(count_one "$trs")
		p=$((p + good))
		f=$((f + bad))
	done < <(find "$1" -name '*.trs' | LC_ALL=C sort)
	printf '%22s%d passed, %d failed\n' '' "$p" "$f"
	PASSED=$((PASSED + p))
	FAILED=$((FAILED + f))
}

count_one() {
	local result=bad
	grep -q '^:global-test-result: PASS' "$1" && result=good
	awk -v result=$result '
		/^[0-9]+%: Checks: / {
			gsub(/[^0-9]+/, " ")
			n += $2
			bad += $3 + $4
			found = 1
		}
		END {
			if (!found)
				n = 1
			if (result == "bad" && bad == 0) {
				bad = 1
				if (found)
					n++
			}
			print n - bad, bad + 0
		}' "${1%.trs}.log"
}

show_failures() {
	local trs
	while read -r trs; do
		printf '    --- %s\n' "${trs%.trs}.log"
		tail -n 30 "${trs%.trs}.log" | sed 's/^/    /'
	done < <(grep -lr --include='*.trs' '^:global-test-result: [^P]' "$1")
}

shell_scripts() {
	find "$SRC"/{contrib,nginx,t,.ci} -type f -print0 |
		xargs -0 grep -lE -m 1 '^(#!/bin/(ba)?sh|# shellcheck shell=)'
}

shell_lint() {
	cd "$SRC" && shell_scripts | xargs shellcheck -x -P . -P SCRIPTDIR
}

# As an ordinary user and in a folder of its own: root could write where a
# test must not.
distribution() {
	local dir as=()
	as_source_owner make -C "$BUILD_ROOT/check-clang" dist || return
	dir=$(mktemp -d /tmp/cardea-dist.XXXXXX)
	tar -xJf "$BUILD_ROOT"/check-clang/cardea-*.tar.xz -C "$dir" \
	    --strip-components=1 --no-same-owner
	if [[ $(id -u) == 0 ]]; then
		chown -R nobody:nogroup "$dir"
		as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	fi
	if (cd "$dir" && "${as[@]}" env HOME="$dir" ./configure -q &&
		"${as[@]}" env HOME="$dir" timeout -k 10 900 \
		    make -j "$(nproc)" distcheck); then
		chmod -R u+w "$dir"
		rm -rf "$dir"
	else
		echo "kept for a look: $dir"
		return 1
	fi
}

# The sums of the end-to-end tests are in the last line of their output.
end_to_end() {
	# All of it as it is released: only a build without sanitizers has the
	# sandbox. Then, with sanitizers, what sends the most input.
	end_to_end_stage "end to end" "$BUILD_ROOT/check-clang"
	end_to_end_stage "e2e sanitized" "$BUILD_ROOT/check-gcc" \
	    "$SRC"/t/e2e/{avatar,clients,hostile,mail}.t
	# An instance of its own, whose memory is measured.
	end_to_end_stage faults "$BUILD_ROOT/check-clang" \
	    "$SRC/t/e2e/faults/faults.t"
}

end_to_end_stage() {
	local name=$1 p=0 f=0
	shift
	stage "$name" env -u CARDEA_STATE -u CARDEA_PORTS \
	    bash "$SRC/t/e2e/run" "$@" || true
	read -r p f < <(sed -n \
	    's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$STEP_LOG" |
	    tail -n 1) || true
	printf '%22s%d passed, %d failed\n' '' "${p:-0}" "${f:-0}"
	PASSED=$((PASSED + ${p:-0}))
	FAILED=$((FAILED + ${f:-0}))
}

check() {
	# shellcheck disable=SC2034
	STEPS=14
	BUILD_ROOT=$SRC/_build
	as_source_owner mkdir -p "$BUILD_ROOT"
	packages "$BUILD_ROOT/check-packages.log" "${BUILD_PACKAGES[@]}" \
	    "${CHECK_PACKAGES[@]}"
	stage autoreconf as_source_owner autoreconf -fi "$SRC" || check_end
	suite gcc gcc --enable-werror --enable-sanitizers --enable-arena-debug
	suite clang clang --enable-werror
	memcheck
	stage format as_source_owner make -C "$BUILD_ROOT/check-gcc" \
	    format-check || true
	stage shellcheck shell_lint || true
	stage distcheck distribution || true
	end_to_end
	check_end
}

check_end() {
	printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
	quiet_exit $((FAILED > 0))
}
