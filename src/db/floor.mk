libcardea_a_SOURCES += \
	src/db/db.h \
	src/db/migrate.h \
	src/db/folder.h \
	src/db/private.h \
	src/db/bind.c \
	src/db/connection.c \
	src/db/exec.c \
	src/db/fault.c \
	src/db/folder.c \
	src/db/migrate.c \
	src/db/script.c \
	src/db/stmt.c \
	src/db/tx.c \
	src/db/when.c
