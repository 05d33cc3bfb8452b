libcardea_a_SOURCES += \
	src/daemon/child.c src/daemon/child.h \
	src/daemon/exit.h \
	src/daemon/jobs.c src/daemon/jobs.h \
	src/daemon/launch.c src/daemon/launch.h \
	src/daemon/lone.c src/daemon/lone.h \
	src/daemon/mail.c src/daemon/mail.h \
	src/daemon/master.c src/daemon/master.h \
	src/daemon/priv.c src/daemon/priv.h \
	src/daemon/procs.c src/daemon/procs.h \
	src/daemon/sandbox.c src/daemon/sandbox.h \
	src/daemon/setup.c src/daemon/setup.h \
	src/daemon/sock.c src/daemon/sock.h \
	src/daemon/status.c src/daemon/status.h \
	src/daemon/upgrade.c src/daemon/upgrade.h \
	src/daemon/worker.c src/daemon/worker.h

sbin_PROGRAMS += cardea
cardea_SOURCES = src/daemon/main.c
