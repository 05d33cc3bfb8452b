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

# The unit and the log rotation are for the operator to copy.
EXTRA_DIST += conf/cardea.service.in
dist_pkgdata_DATA = conf/logrotate
pkgdata_DATA = conf/cardea.service
CLEANFILES += conf/cardea.service
dist_doc_DATA = README.md

conf/cardea.service: conf/cardea.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf && sed -e 's|@bindir[@]|$(bindir)|' \
		-e 's|@sbindir[@]|$(sbindir)|' -e 's|@docdir[@]|$(docdir)|' \
		-e 's|@pkgsysconfdir[@]|$(pkgsysconfdir)|' \
		$(srcdir)/conf/cardea.service.in >$@.tmp && mv $@.tmp $@
