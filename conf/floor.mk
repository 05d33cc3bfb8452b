# conf/cardea.conf names the paths of a packaged installation; what gets
# installed names the real ones.
EXTRA_DIST += conf/cardea.conf
CLEANFILES += conf/cardea.conf.example
pkgsysconfdir = $(sysconfdir)/cardea
pkgsysconf_DATA = conf/cardea.conf.example

conf/cardea.conf.example: conf/cardea.conf Makefile
	$(AM_V_GEN)$(MKDIR_P) conf && sed \
		-e '/^#[a-z_]* =/s|/etc/cardea|$(pkgsysconfdir)|' \
		-e '/^#[a-z_]* =/s|/usr/libexec/cardea|$(pkglibexecdir)|' \
		-e 's|/usr/share/cardea|$(pkgdatadir)|' \
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

# Templates of mails.
maildedir = $(pkgdatadir)/mail/de
dist_mailde_DATA = conf/mail/de/layout.html \
	conf/mail/de/account-exists.html conf/mail/de/account-exists.txt \
	conf/mail/de/email-changed.html conf/mail/de/email-changed.txt \
	conf/mail/de/new-device.html conf/mail/de/new-device.txt \
	conf/mail/de/password-changed.html conf/mail/de/password-changed.txt \
	conf/mail/de/reset-password.html conf/mail/de/reset-password.txt \
	conf/mail/de/verify-email.html conf/mail/de/verify-email.txt
mailendir = $(pkgdatadir)/mail/en
dist_mailen_DATA = conf/mail/en/layout.html \
	conf/mail/en/account-exists.html conf/mail/en/account-exists.txt \
	conf/mail/en/email-changed.html conf/mail/en/email-changed.txt \
	conf/mail/en/new-device.html conf/mail/en/new-device.txt \
	conf/mail/en/password-changed.html conf/mail/en/password-changed.txt \
	conf/mail/en/reset-password.html conf/mail/en/reset-password.txt \
	conf/mail/en/verify-email.html conf/mail/en/verify-email.txt
