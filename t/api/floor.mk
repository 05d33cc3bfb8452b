check_LIBRARIES += t/support/libapi.a
t_support_libapi_a_SOURCES = t/support/api.c t/support/api.h \
	t/support/openapi.c t/support/openapi.h
t_support_libapi_a_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JSONC_CFLAGS)
t_support_libapi_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t

check_PROGRAMS += t/api/api
TESTS += t/api/api
t_api_api_SOURCES = t/api/main.c t/api/suites.h \
	t/support/mmdb.c t/support/mmdb.h \
	t/api/auth.c t/api/avatar.c t/api/devices.c t/api/doc.c \
	t/api/errors.c t/api/legacy.c t/api/lockout.c t/api/quota.c \
	t/api/recovery.c t/api/refresh.c t/api/routes.c t/api/sessions.c \
	t/api/settings.c t/api/tokens.c t/api/user_list.c t/api/users.c
t_api_api_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JSONC_CFLAGS)
t_api_api_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_api_api_LDADD = t/support/libapi.a t/support/libtestdb.a $(LDADD) \
	$(CHECK_LIBS) $(JSONC_LIBS)
EXTRA_DIST += t/golden/routes.txt

check_PROGRAMS += t/unit/flow
TESTS += t/unit/flow
t_unit_flow_SOURCES = t/unit/flow.c
t_unit_flow_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_flow_LDADD = $(LDADD) $(CHECK_LIBS)

# How much of the contracts is served, and as they say.
check_PROGRAMS += t/contract/contract
TESTS += t/contract/contract
t_contract_contract_SOURCES = t/contract/contract.c t/contract/example.h \
	t/contract/examples.c
t_contract_contract_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JSONC_CFLAGS)
t_contract_contract_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_contract_contract_LDADD = t/support/libapi.a t/support/libtestdb.a \
	$(LDADD) $(CHECK_LIBS) $(JSONC_LIBS)
EXTRA_DIST += t/contract/endpoints.tsv t/golden/contract.txt
