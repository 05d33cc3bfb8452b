
check_PROGRAMS += t/races/races
TESTS += t/races/races
t_races_races_SOURCES = t/races/main.c t/races/suites.h \
	t/races/crowd.c t/races/play.c t/races/play.h \
	t/races/revoke.c t/races/schedule.c \
	t/support/actor.c t/support/actor.h
t_races_races_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JSONC_CFLAGS)
t_races_races_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/t
t_races_races_LDADD = t/support/libapi.a t/support/libtestdb.a $(LDADD) \
	$(CHECK_LIBS) $(JSONC_LIBS) -lpthread
