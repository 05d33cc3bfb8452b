libcardea_a_SOURCES += \
	src/api/auth.c \
	src/api/avatar.c \
	src/api/device.c \
	src/api/doc.c \
	src/api/email.c \
	src/api/health.c \
	src/api/input.c src/api/input.h \
	src/api/password.c \
	src/api/profile.c \
	src/api/routes.c \
	src/api/session.c \
	src/api/session_view.c src/api/session_view.h \
	src/api/session_watch.c \
	src/api/tables.h \
	src/api/user.c \
	src/api/user_list.c \
	src/api/view.c src/api/view.h
