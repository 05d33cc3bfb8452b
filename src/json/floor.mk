libcardea_a_SOURCES +=
