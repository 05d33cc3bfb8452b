libcardea_a_SOURCES += \
	src/dialect/all.h \
	src/dialect/auctoritas.c \
	src/dialect/authapi.c \
	src/dialect/dialect.c src/dialect/dialect.h \
	src/dialect/janua.c \
	src/dialect/janua_v1.c \
	src/dialect/root.c
