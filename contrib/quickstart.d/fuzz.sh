# shellcheck shell=bash
# contrib/quickstart fuzz: the parsers under libFuzzer, one target after the
# other, as the owner of an instance. Corpora grow and stay; what breaks a
# target is kept with the command that shows it again. No instance is started
# and none is touched.
# shellcheck disable=SC2153 # STATE and the like are contrib/quickstart's

FUZZ_SECONDS=60
FUZZ_BUILD=$SRC/_build/fuzz

fuzz_usage() {
	cat <<-EOT
		usage: contrib/quickstart fuzz [TARGET...] [SECONDS]

		  TARGET    which parsers; all of them by default
		  SECONDS   how long each one runs (60)

		It prepares (clang and its fuzzing library, a build of its own),
		runs each target with its dictionary, from its committed corpus
		and what earlier runs found, and ends with a table. The exit
		status is 1 when a target broke: the table is then followed by
		what shows it again.

		Corpora, crashes and logs are kept in
		    $QS_VAR/fuzz
		A crash that was mended belongs into t/fuzz/corpus/TARGET;
		t/fuzz/README.md says what each target is for.

		targets:
	EOT
	fuzz_names | fmt -w 60 | sed 's/^/  /'
}

fuzz_names() {
	sed -n 's|^t_fuzz_\([a-z0-9_]*\)_SOURCES = .*replay\.c$|\1|p' \
	    "$SRC/t/floor.mk"
}

# Sorts the arguments into FUZZ_SECONDS and FUZZ_TARGETS.
fuzz_arguments() {
	local word
	FUZZ_TARGETS=()
	for word; do
		if [[ $word =~ ^[1-9][0-9]{0,5}$ ]]; then
			FUZZ_SECONDS=$word
		elif fuzz_names | grep -qxF -e "$word"; then
			FUZZ_TARGETS+=("$word")
		else
			printf 'quickstart: no fuzz target "%s"\n\n' "$word" >&2
			fuzz_usage >&2
			quiet_exit 2
		fi
	done
	[[ ${#FUZZ_TARGETS[@]} -gt 0 ]] || mapfile -t FUZZ_TARGETS < <(fuzz_names)
}

# --- preparing -----------------------------------------------------------

fuzz_links() {
	local code='int LLVMFuzzerTestOneInput(const unsigned char *p,
		unsigned long n); int LLVMFuzzerTestOneInput(const unsigned
		char *p, unsigned long n) { return p != 0 && n > 9; }'
	clang -x c -fsanitize=fuzzer,address,undefined -o /dev/null \
	    - <<<"$code" 2>/dev/null
}

# What compiling takes, without servers; the library where clang lacks it.
fuzz_packages() {
	local p
	local -a want=()
	for p in "${BUILD_PACKAGES[@]}"; do
		case $p in
		gcc=* | lib*-dev=* | make=* | auto*=* | pkg-config=*) want+=("$p") ;;
		esac
	done
	fuzz_links || want+=(clang=/nonexistent libclang-rt-dev=/nonexistent)
	packages "$STATE/packages.log" "${want[@]}"
}

fuzz_compile() {
	! build_system_changed ||
		logged as_source_owner autoreconf -fi "$SRC" || return
	[[ -e $FUZZ_BUILD/Makefile ]] ||
		(cd "$FUZZ_BUILD" &&
			logged as_source_owner "$SRC/configure" -q CC=clang) || return
	logged as_source_owner make -C "$FUZZ_BUILD" -j "$(nproc)" fuzz
}

fuzz_install() {
	local d=$QS_PREFIX/libexec/fuzz
	rm -rf "$d" && mkdir -p "$d/bin" &&
		cp -R "$SRC"/t/fuzz/{corpus,dict} "$d" &&
		install "$FUZZ_BUILD"/t/fuzz/*-fuzz "$d/bin" &&
		install -m 644 "$SRC/contrib/quickstart.d/fuzz-run.sh" "$d"
}

fuzz_build() {
	step Program "$FUZZ_BUILD/fuzz.log"
	if ! as_source_owner mkdir -p "$FUZZ_BUILD" ||
	    ! as_source_owner tee "$STEP_LOG" </dev/null; then
		fail "$FUZZ_BUILD cannot be written" \
		    "Build in a clone of your own: git clone $SRC"
	fi
	fuzz_compile || fail "the fuzz targets do not build" \
	    "Look at the lines above and at $STEP_LOG." \
	    "If the checkout was moved or updated: rm -r $FUZZ_BUILD"
	umask 022
	fuzz_install || fail "they cannot be installed" "Is the disk full?"
	step_done "built with $(clang --version | head -n 1)"
}

fuzz() {
	if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then
		fuzz_usage
		return
	fi
	fuzz_arguments "$@"
	# shellcheck disable=SC2034
	STEPS=2
	make_state
	fuzz_packages
	fuzz_build
	make_owner
	owned fuzz/fuzz-run.sh "$FUZZ_SECONDS" "${FUZZ_TARGETS[@]}"
}
