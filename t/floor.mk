if HAVE_CHECK
# Each suite lists its own programs.

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
endif
