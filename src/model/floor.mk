libcardea_a_SOURCES += \
	src/model/attempt.c src/model/attempt.h \
	src/model/avatar.c src/model/avatar.h \
	src/model/device.c src/model/device.h \
	src/model/due.c src/model/due.h \
	src/model/email.c src/model/email.h \
	src/model/event.c src/model/event.h \
	src/model/key.c src/model/key.h \
	src/model/link.c src/model/link.h \
	src/model/outbox.c src/model/outbox.h \
	src/model/realm.c src/model/realm.h \
	src/model/session.c src/model/session.h \
	src/model/stmts.c src/model/stmts.h \
	src/model/user.c src/model/user.h \
	src/model/user_list.c src/model/user_list.h
