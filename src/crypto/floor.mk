libcardea_a_SOURCES += \
	src/crypto/b64.c src/crypto/b64.h \
	src/crypto/digest.c src/crypto/digest.h \
	src/crypto/jws.c src/crypto/jws.h \
	src/crypto/jws_alg.h \
	src/crypto/jws_ec.c \
	src/crypto/jws_ed25519.c \
	src/crypto/jws_key.c \
	src/crypto/jws_rsa.c \
	src/crypto/password.c src/crypto/password.h \
	src/crypto/seal.c src/crypto/seal.h \
	src/crypto/token_cache.c src/crypto/token_cache.h
