libcardea_a_SOURCES += \
	src/dispatch/call.h \
	src/dispatch/cors.c src/dispatch/cors.h \
	src/dispatch/decode.c src/dispatch/decode.h \
	src/dispatch/op.h \
	src/dispatch/pipeline.c src/dispatch/pipeline.h \
	src/dispatch/render.c src/dispatch/render.h \
	src/dispatch/reply.c \
	src/dispatch/router.c src/dispatch/router.h
