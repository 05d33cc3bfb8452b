libcardea_a_SOURCES += src/json/json.h src/json/rules.h src/json/walk.h \
	src/json/decode.c src/json/rules.c src/json/scan.c src/json/text.c \
	src/json/walk.c src/json/write.c
