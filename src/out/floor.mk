libcardea_a_SOURCES += \
	src/out/message.c src/out/message.h \
	src/out/place.c src/out/place.h \
	src/out/program.c src/out/program.h \
	src/out/runner.c src/out/runner.h \
	src/out/sendmail.c \
	src/out/smtp.c src/out/smtp_program.h \
	src/out/spawn.c src/out/spawn.h \
	src/out/spool.c \
	src/out/template.c src/out/template.h \
	src/out/transport.c src/out/transport.h
