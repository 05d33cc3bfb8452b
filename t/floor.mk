if HAVE_CHECK
include t/api/floor.mk
include t/races/floor.mk
# Each suite lists its own programs.

check_PROGRAMS += t/unit/base
TESTS += t/unit/base
t_unit_base_SOURCES = t/unit/base.c
t_unit_base_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_base_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/agent
TESTS += t/unit/agent
t_unit_agent_SOURCES = t/unit/agent.c
t_unit_agent_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_agent_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/place
TESTS += t/unit/place
t_unit_place_SOURCES = t/unit/place.c t/support/mmdb.c t/support/mmdb.h
t_unit_place_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_place_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_unit_place_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/json
TESTS += t/unit/json
t_unit_json_SOURCES = t/unit/json.c
t_unit_json_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JSONC_CFLAGS)
t_unit_json_LDADD = $(LDADD) $(CHECK_LIBS) $(JSONC_LIBS)

check_PROGRAMS += t/unit/conf
TESTS += t/unit/conf
t_unit_conf_SOURCES = t/unit/conf.c
t_unit_conf_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_conf_LDADD = $(LDADD) $(CHECK_LIBS)

check_LIBRARIES += t/support/libtestdb.a
t_support_libtestdb_a_SOURCES = t/support/testdb.c t/support/testdb.h

check_PROGRAMS += t/unit/db
TESTS += t/unit/db
t_unit_db_SOURCES = t/unit/db.c t/unit/db.h t/unit/db_faults.c \
	t/unit/db_migrate.c t/unit/db_relay.c t/unit/db_relay.h \
	t/unit/db_values.c
t_unit_db_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_db_LDADD = t/support/libtestdb.a $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/stmts
TESTS += t/unit/stmts
t_unit_stmts_SOURCES = t/unit/stmts.c
t_unit_stmts_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_stmts_LDADD = t/support/libtestdb.a $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/http t/unit/fcgi
TESTS += t/unit/http t/unit/fcgi
t_unit_http_SOURCES = t/unit/http.c
t_unit_http_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_http_LDADD = $(LDADD) $(CHECK_LIBS)
t_unit_fcgi_SOURCES = t/unit/fcgi.c
t_unit_fcgi_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_fcgi_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/image t/unit/multipart
TESTS += t/unit/image t/unit/multipart
t_unit_image_SOURCES = t/unit/image.c
t_unit_image_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_image_LDADD = $(LDADD) $(CHECK_LIBS)
t_unit_multipart_SOURCES = t/unit/multipart.c
t_unit_multipart_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_multipart_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/email
TESTS += t/unit/email
t_unit_email_SOURCES = t/unit/email.c
t_unit_email_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_email_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/shared
TESTS += t/unit/shared
t_unit_shared_SOURCES = t/unit/shared.c
t_unit_shared_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_shared_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/quota
TESTS += t/unit/quota
t_unit_quota_SOURCES = t/unit/quota.c
t_unit_quota_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_quota_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/crypto
TESTS += t/unit/crypto
t_unit_crypto_SOURCES = \
	t/unit/crypto.c t/unit/crypto.h \
	t/unit/crypto_digest.c \
	t/unit/crypto_jwk.c \
	t/unit/crypto_jws.c \
	t/unit/crypto_password.c \
	t/unit/crypto_seal.c \
	t/unit/crypto_token_cache.c \
	t/unit/crypto_vectors.h
t_unit_crypto_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_crypto_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/daemon
TESTS += t/unit/daemon
t_unit_daemon_SOURCES = t/unit/daemon.c
t_unit_daemon_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_daemon_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/sandbox
TESTS += t/unit/sandbox
t_unit_sandbox_SOURCES = t/unit/sandbox.c
t_unit_sandbox_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_sandbox_LDADD = $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/support/outside.so
t_support_outside_so_SOURCES = t/support/outside.c
t_support_outside_so_CFLAGS = $(AM_CFLAGS) -fPIC
t_support_outside_so_LDFLAGS = -shared
t_support_outside_so_LDADD =

check_PROGRAMS += t/e2e/daemon
TESTS += t/e2e/daemon
t_e2e_daemon_SOURCES = t/e2e/daemon.c \
	t/support/fcgiclient.c t/support/fcgiclient.h \
	t/support/instance.c t/support/instance.h
t_e2e_daemon_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_e2e_daemon_LDADD = $(CHECK_LIBS)

check_PROGRAMS += t/e2e/cardeactl
TESTS += t/e2e/cardeactl
t_e2e_cardeactl_SOURCES = t/e2e/cardeactl.c \
	t/support/instance.c t/support/instance.h \
	t/support/fcgiclient.c t/support/fcgiclient.h
t_e2e_cardeactl_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_e2e_cardeactl_LDADD = t/support/libtestdb.a $(LDADD) $(CHECK_LIBS)

check_PROGRAMS += t/unit/mail
TESTS += t/unit/mail
t_unit_mail_SOURCES = t/unit/mail.c
t_unit_mail_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_mail_LDADD = $(LDADD) $(CHECK_LIBS)

if WITH_SMTP
check_PROGRAMS += t/e2e/smtp
TESTS += t/e2e/smtp
t_e2e_smtp_SOURCES = t/e2e/smtp.c \
	t/support/smtp_sink.c t/support/smtp_sink.h
t_e2e_smtp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JSONC_CFLAGS) $(SSL_CFLAGS)
t_e2e_smtp_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_e2e_smtp_LDADD = t/support/libapi.a t/support/libtestdb.a $(LDADD) \
	$(CHECK_LIBS) $(JSONC_LIBS) $(SSL_LIBS)
endif
endif

FUZZ_TARGETS = t/fuzz/address t/fuzz/agent t/fuzz/b64 t/fuzz/conf \
	t/fuzz/cookie t/fuzz/cursor t/fuzz/email t/fuzz/fcgi t/fuzz/fcgi_params \
	t/fuzz/form t/fuzz/heritage t/fuzz/id t/fuzz/image t/fuzz/json_decode \
	t/fuzz/json_scan t/fuzz/jwk t/fuzz/jwt t/fuzz/log t/fuzz/message \
	t/fuzz/multipart t/fuzz/password t/fuzz/path t/fuzz/phc t/fuzz/proxy \
	t/fuzz/query t/fuzz/refresh t/fuzz/request t/fuzz/runner \
	t/fuzz/seal t/fuzz/template t/fuzz/text t/fuzz/time t/fuzz/utf8
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)
check_LIBRARIES += t/fuzz/libfuzz.a
t_fuzz_libfuzz_a_SOURCES = t/fuzz/fuzz.c t/fuzz/fuzz.h \
	t/fuzz/wire.c t/fuzz/wire.h
FUZZ_LIBS = t/fuzz/libfuzz.a $(LDADD)
t_fuzz_address_SOURCES = t/fuzz/address.c t/fuzz/replay.c
t_fuzz_address_LDADD = $(FUZZ_LIBS)
t_fuzz_agent_SOURCES = t/fuzz/agent.c t/fuzz/replay.c
t_fuzz_agent_LDADD = $(FUZZ_LIBS)
t_fuzz_b64_SOURCES = t/fuzz/b64.c t/fuzz/replay.c
t_fuzz_b64_LDADD = $(FUZZ_LIBS)
t_fuzz_conf_SOURCES = t/fuzz/conf.c t/fuzz/replay.c
t_fuzz_conf_LDADD = $(FUZZ_LIBS)
t_fuzz_cookie_SOURCES = t/fuzz/cookie.c t/fuzz/replay.c
t_fuzz_cookie_LDADD = $(FUZZ_LIBS)
t_fuzz_cursor_SOURCES = t/fuzz/cursor.c t/fuzz/replay.c
t_fuzz_cursor_LDADD = $(FUZZ_LIBS)
t_fuzz_email_SOURCES = t/fuzz/email.c t/fuzz/replay.c
t_fuzz_email_LDADD = $(FUZZ_LIBS)
t_fuzz_fcgi_SOURCES = t/fuzz/fcgi.c t/fuzz/replay.c
t_fuzz_fcgi_LDADD = $(FUZZ_LIBS)
t_fuzz_fcgi_params_SOURCES = t/fuzz/fcgi_params.c t/fuzz/replay.c
t_fuzz_fcgi_params_LDADD = $(FUZZ_LIBS)
t_fuzz_form_SOURCES = t/fuzz/form.c t/fuzz/replay.c
t_fuzz_form_LDADD = $(FUZZ_LIBS)
t_fuzz_heritage_SOURCES = t/fuzz/heritage.c t/fuzz/replay.c
t_fuzz_heritage_LDADD = $(FUZZ_LIBS)
t_fuzz_id_SOURCES = t/fuzz/id.c t/fuzz/replay.c
t_fuzz_id_LDADD = $(FUZZ_LIBS)
t_fuzz_image_SOURCES = t/fuzz/image.c t/fuzz/replay.c
t_fuzz_image_LDADD = $(FUZZ_LIBS)
t_fuzz_json_decode_SOURCES = t/fuzz/json_decode.c t/fuzz/replay.c
t_fuzz_json_decode_LDADD = $(FUZZ_LIBS)
t_fuzz_json_scan_SOURCES = t/fuzz/json_scan.c t/fuzz/replay.c
t_fuzz_json_scan_LDADD = $(FUZZ_LIBS)
t_fuzz_jwk_SOURCES = t/fuzz/jwk.c t/fuzz/replay.c
t_fuzz_jwk_LDADD = $(FUZZ_LIBS)
t_fuzz_jwt_SOURCES = t/fuzz/jwt.c t/fuzz/replay.c
t_fuzz_jwt_LDADD = $(FUZZ_LIBS)
t_fuzz_log_SOURCES = t/fuzz/log.c t/fuzz/replay.c
t_fuzz_log_LDADD = $(FUZZ_LIBS)
t_fuzz_message_SOURCES = t/fuzz/message.c t/fuzz/replay.c
t_fuzz_message_LDADD = $(FUZZ_LIBS)
t_fuzz_multipart_SOURCES = t/fuzz/multipart.c t/fuzz/replay.c
t_fuzz_multipart_LDADD = $(FUZZ_LIBS)
t_fuzz_password_SOURCES = t/fuzz/password.c t/fuzz/replay.c
t_fuzz_password_LDADD = $(FUZZ_LIBS)
t_fuzz_path_SOURCES = t/fuzz/path.c t/fuzz/replay.c
t_fuzz_path_LDADD = $(FUZZ_LIBS)
t_fuzz_phc_SOURCES = t/fuzz/phc.c t/fuzz/replay.c
t_fuzz_phc_LDADD = $(FUZZ_LIBS)
t_fuzz_proxy_SOURCES = t/fuzz/proxy.c t/fuzz/replay.c
t_fuzz_proxy_LDADD = $(FUZZ_LIBS)
t_fuzz_query_SOURCES = t/fuzz/query.c t/fuzz/replay.c
t_fuzz_query_LDADD = $(FUZZ_LIBS)
t_fuzz_refresh_SOURCES = t/fuzz/refresh.c t/fuzz/replay.c
t_fuzz_refresh_LDADD = $(FUZZ_LIBS)
t_fuzz_request_SOURCES = t/fuzz/request.c t/fuzz/replay.c
t_fuzz_request_LDADD = $(FUZZ_LIBS)
t_fuzz_runner_SOURCES = t/fuzz/runner.c t/fuzz/replay.c
t_fuzz_runner_LDADD = $(FUZZ_LIBS)
t_fuzz_seal_SOURCES = t/fuzz/seal.c t/fuzz/replay.c
t_fuzz_seal_LDADD = $(FUZZ_LIBS)
t_fuzz_template_SOURCES = t/fuzz/template.c t/fuzz/replay.c
t_fuzz_template_LDADD = $(FUZZ_LIBS)
t_fuzz_text_SOURCES = t/fuzz/text.c t/fuzz/replay.c
t_fuzz_text_LDADD = $(FUZZ_LIBS)
t_fuzz_time_SOURCES = t/fuzz/time.c t/fuzz/replay.c
t_fuzz_time_LDADD = $(FUZZ_LIBS)
t_fuzz_utf8_SOURCES = t/fuzz/utf8.c t/fuzz/replay.c
t_fuzz_utf8_LDADD = $(FUZZ_LIBS)
EXTRA_DIST += t/fuzz/README.md t/fuzz/build.mk t/fuzz/corpus t/fuzz/dict

# With libFuzzer: make fuzz CC=clang; t/fuzz/path-fuzz t/fuzz/corpus/path
fuzz:
	@$(MAKE) -f $(top_srcdir)/t/fuzz/build.mk \
		top_srcdir='$(top_srcdir)' CC='$(CC)' AR='$(AR)' \
		CFLAGS='$(AM_CFLAGS)' \
		LIBS='$(FUZZ_LINK)' SOURCES='$(libcardea_a_SOURCES)' \
		COMMON='$(t_fuzz_libfuzz_a_SOURCES)' TARGETS='$(FUZZ_TARGETS)'
FUZZ_LINK = $(LDADD:libcardea.a=)
fuzz-names:
	@echo $(FUZZ_TARGETS)
.PHONY: fuzz fuzz-names
CLEANFILES += t/fuzz/*-fuzz
clean-local:
	rm -rf t/fuzz/build

EXTRA_DIST += t/support/with-db t/golden/scope-none.txt
# The faults' tools; they need no library of ours, and shift.so is loaded
# before the C library.
check_PROGRAMS += t/e2e/faults/load t/e2e/faults/sink t/e2e/faults/shift.so
t_e2e_faults_load_SOURCES = t/e2e/faults/load.c
t_e2e_faults_load_LDADD = -lpthread
t_e2e_faults_sink_SOURCES = t/e2e/faults/sink.c
t_e2e_faults_sink_LDADD =
t_e2e_faults_shift_so_SOURCES = t/e2e/faults/shift.c
t_e2e_faults_shift_so_CFLAGS = $(AM_CFLAGS) -fPIC
t_e2e_faults_shift_so_LDFLAGS = -shared
t_e2e_faults_shift_so_LDADD =
EXTRA_DIST += t/e2e/faults/faults.t

# Nor do the crowds'.
WEB = t/support/web.c t/support/web.h
check_PROGRAMS += t/e2e/hostile/crowd t/e2e/hostile/trickle
t_e2e_hostile_crowd_SOURCES = t/e2e/hostile/crowd.c $(WEB)
t_e2e_hostile_crowd_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_e2e_hostile_crowd_LDADD = -lpthread
t_e2e_hostile_trickle_SOURCES = t/e2e/hostile/trickle.c $(WEB)
t_e2e_hostile_trickle_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_e2e_hostile_trickle_LDADD =
check_PROGRAMS += t/e2e/hostile/flood
t_e2e_hostile_flood_SOURCES = t/e2e/hostile/flood.c $(WEB)
t_e2e_hostile_flood_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_e2e_hostile_flood_LDADD = -lpthread
check_PROGRAMS += t/e2e/hostile/timing
t_e2e_hostile_timing_SOURCES = t/e2e/hostile/timing.c $(WEB)
t_e2e_hostile_timing_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_e2e_hostile_timing_LDADD = -lm
EXTRA_DIST += t/e2e/crowd.t t/e2e/flood.t t/e2e/hostile/timing.t

EXTRA_DIST += t/e2e/avatar.t t/e2e/hostile.t \
	t/e2e/hostile.mjs t/e2e/run t/e2e/tap.sh \
	t/e2e/mail.t t/e2e/nginx.t \
	t/e2e/quickstart.t t/e2e/sandbox.t \
	t/e2e/clients.t
EXTRA_DIST += t/clients/auctoritas.test.mjs t/clients/authapi.md \
	t/clients/authapi.test.mjs t/clients/janua-v1.md \
	t/clients/janua-v1.test.mjs t/clients/mails.mjs \
	t/clients/openapi.test.mjs t/clients/plinto.md \
	t/clients/plinto.test.mjs t/clients/support.mjs
EXTRA_DIST += t/browser/.npmrc t/browser/package.json \
	t/browser/package-lock.json t/browser/browser.mjs \
	t/browser/devices.test.mjs t/browser/docs.test.mjs \
	t/browser/links.test.mjs t/browser/pages.test.mjs \
	t/browser/plinto.test.mjs

dist_check_SCRIPTS += t/e2e/binaries
TESTS += t/e2e/binaries
dist_check_SCRIPTS += t/lint/self t/lint/includes t/lint/placement \
	t/lint/banned t/lint/files t/lint/fuzz t/lint/words t/lint/threats
TESTS += t/lint/self t/lint/includes t/lint/placement \
	t/lint/banned t/lint/files t/lint/fuzz t/lint/words t/lint/threats
EXTRA_DIST += t/lint/lib.sh t/lint/strip.awk t/lint/format
if HAVE_CLANG_FORMAT
TESTS += t/lint/format
endif

# Under valgrind, in a build without sanitizers that has --enable-arena-debug.
# `check-valgrind` takes what a change waits for, `check-valgrind-all` all
# that runs there: valgrind 3.19 cannot close_range(), which t/unit/mail and
# the daemon's tests need, nor be in a sandbox.
EXTRA_DIST += t/support/memcheck
VALGRIND_UNITS = t/unit/base t/unit/fcgi t/unit/flow t/unit/http \
	t/unit/multipart t/unit/quota
VALGRIND_MORE = t/unit/agent t/unit/conf t/unit/crypto t/unit/db \
	t/unit/image t/unit/json t/unit/place t/unit/stmts
check-valgrind: $(VALGRIND_UNITS) t/api/api t/races/races
	@$(AM_TESTS_ENVIRONMENT) $(top_srcdir)/t/support/memcheck \
		$(VALGRIND_UNITS) t/api/api:auth t/api/api:refresh \
		t/races/races:crowds
check-valgrind-all: $(check_PROGRAMS)
	@$(AM_TESTS_ENVIRONMENT) $(top_srcdir)/t/support/memcheck \
		$(VALGRIND_UNITS) $(VALGRIND_MORE) t/api/api \
		t/races/races:crowds
.PHONY: check-valgrind check-valgrind-all
