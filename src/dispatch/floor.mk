libcardea_a_SOURCES += \
	src/dispatch/answer.c src/dispatch/answer.h \
	src/dispatch/call.h \
	src/dispatch/cors.c src/dispatch/cors.h \
	src/dispatch/decode.c src/dispatch/decode.h \
	src/dispatch/doc.c src/dispatch/doc.h \
	src/dispatch/doc_failure.c src/dispatch/doc_failure.h \
	src/dispatch/doc_quota.c src/dispatch/doc_quota.h \
	src/dispatch/op.h \
	src/dispatch/openapi.c src/dispatch/openapi.h \
	src/dispatch/pipeline.c src/dispatch/pipeline.h \
	src/dispatch/postman.c \
	src/dispatch/render.c src/dispatch/render.h \
	src/dispatch/reply.c \
	src/dispatch/router.c src/dispatch/router.h \
	src/dispatch/schema.c src/dispatch/schema.h
