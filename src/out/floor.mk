libcardea_a_SOURCES += src/out/place.c src/out/place.h
