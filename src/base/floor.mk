libcardea_a_SOURCES += src/base/list.h
libcardea_a_SOURCES += src/base/agent.c src/base/agent.h
libcardea_a_SOURCES += src/base/arena.c src/base/arena.h
libcardea_a_SOURCES += src/base/buf.c src/base/buf.h
libcardea_a_SOURCES += src/base/clock.c src/base/clock.h
libcardea_a_SOURCES += src/base/ctx.c src/base/ctx.h
libcardea_a_SOURCES += src/base/err.c src/base/err.h src/base/err.def
libcardea_a_SOURCES += src/base/field.c src/base/field.h
libcardea_a_SOURCES += src/base/hex.h src/base/id.c src/base/id.h
libcardea_a_SOURCES += src/base/log.c src/base/log.h
libcardea_a_SOURCES += src/base/rand.c src/base/rand.h
libcardea_a_SOURCES += src/base/utf8.c src/base/utf8.h
libcardea_a_SOURCES += src/base/conf.c src/base/conf.h src/base/conf_rows.c
libcardea_a_SOURCES += src/base/gate.c src/base/gate.h
libcardea_a_SOURCES += src/base/shared.c src/base/shared.h
libcardea_a_SOURCES += src/base/siphash.c src/base/siphash.h
libcardea_a_SOURCES += src/base/image.c src/base/image.h \
	src/base/image_format.h src/base/image_jpeg.c src/base/image_png.c \
	src/base/image_webp.c
