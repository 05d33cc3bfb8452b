libcardea_a_SOURCES += \
	src/flow/account.c src/flow/account.h \
	src/flow/admin.c src/flow/admin.h \
	src/flow/authenticate.c src/flow/authenticate.h \
	src/flow/avatar.c src/flow/avatar.h \
	src/flow/common.c src/flow/common.h \
	src/flow/mail.c src/flow/mail.h \
	src/flow/password.c src/flow/password.h \
	src/flow/recovery.c src/flow/recovery.h \
	src/flow/refresh.c src/flow/refresh.h \
	src/flow/session.c src/flow/session.h \
	src/flow/signin.c src/flow/signin.h \
	src/flow/token.c src/flow/token.h
