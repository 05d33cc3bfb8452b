libcardea_a_SOURCES += src/http/escape.h src/http/fcgi.h src/http/request.h \
	src/http/response.h src/http/cookie.c src/http/fcgi.c src/http/form.c \
	src/http/path.c src/http/proxy.c src/http/request.c \
	src/http/response.c
libcardea_a_SOURCES += src/http/quota.c src/http/quota.h
libcardea_a_SOURCES += src/http/multipart.c src/http/multipart.h
