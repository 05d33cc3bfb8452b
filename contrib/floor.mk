EXTRA_DIST += \
	contrib/doc/threat-model.md \
	contrib/quickstart \
	contrib/quickstart.d/bench.sh \
	contrib/quickstart.d/check.sh \
	contrib/quickstart.d/common.sh \
	contrib/quickstart.d/fuzz-run.sh \
	contrib/quickstart.d/fuzz.sh \
	contrib/quickstart.d/install.sh \
	contrib/quickstart.d/instance.sh \
	contrib/quickstart.d/prepare.sh \
	contrib/web/.npmrc \
	contrib/web/package-lock.json \
	contrib/web/package.json

# The benchmark's programs: `make bench-programs`; never installed.
bench_names = \
	contrib/bench/floor-fcgi \
	contrib/bench/floor-scrypt \
	contrib/bench/floor-update \
	contrib/bench/mint \
	contrib/bench/start
EXTRA_PROGRAMS = $(bench_names)
CLEANFILES += $(bench_names)
BENCH_COMMON = contrib/bench/bench.c contrib/bench/bench.h
contrib_bench_floor_fcgi_SOURCES = contrib/bench/floor_fcgi.c $(BENCH_COMMON)
contrib_bench_floor_scrypt_SOURCES = contrib/bench/floor_scrypt.c \
	$(BENCH_COMMON)
contrib_bench_floor_update_SOURCES = contrib/bench/floor_update.c \
	$(BENCH_COMMON)
contrib_bench_mint_SOURCES = contrib/bench/mint.c $(BENCH_COMMON)
contrib_bench_start_SOURCES = contrib/bench/start.c $(BENCH_COMMON)
bench-programs: $(bench_names)
.PHONY: bench-programs
EXTRA_DIST += \
	contrib/doc/threat-model.md \
	contrib/bench/COSTS.md \
	contrib/bench/RESULTS.md \
	contrib/bench/growth.sh \
	contrib/bench/load.lua \
	contrib/bench/peer.sh \
	contrib/bench/report.sh \
	contrib/bench/run \
	contrib/bench/usage
