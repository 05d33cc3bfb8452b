# conf/cardea.conf names the paths of a packaged installation; what gets
# installed names the real ones.
EXTRA_DIST += conf/cardea.conf
CLEANFILES += conf/cardea.conf.example
pkgsysconfdir = $(sysconfdir)/cardea
pkgsysconf_DATA = conf/cardea.conf.example

conf/cardea.conf.example: conf/cardea.conf Makefile
	$(AM_V_GEN)$(MKDIR_P) conf && sed \
		-e '/^#[a-z_]* =/s|/etc/cardea|$(pkgsysconfdir)|' \
		-e '/^#[a-z_]* =/s|/usr/share/cardea|$(pkgdatadir)|' \
		$(srcdir)/conf/cardea.conf >$@.tmp && mv $@.tmp $@
