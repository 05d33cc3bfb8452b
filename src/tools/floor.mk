bin_PROGRAMS += cardeactl
cardeactl_SOURCES = \
	src/tools/admin.c \
	src/tools/calibrate.c \
	src/tools/cardeactl.c \
	src/tools/config.c \
	src/tools/jobs.c \
	src/tools/keys.c \
	src/tools/mail.c \
	src/tools/migrate.c \
	src/tools/password.c \
	src/tools/routes.c \
	src/tools/status.c \
	src/tools/tool.h

if WITH_SMTP
pkglibexec_PROGRAMS += cardea-mail
cardea_mail_SOURCES = src/tools/cardea_mail.c
cardea_mail_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
cardea_mail_LDADD = libcardea.a $(CURL_LIBS) $(SECCOMP_LIBS)
endif
