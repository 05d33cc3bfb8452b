/*
 * One target a program, in libFuzzer's form: `make fuzz CC=clang` builds
 * t/fuzz/NAME-fuzz with it. In `make check` replay.c feeds each target the
 * files of t/fuzz/corpus/NAME instead.
 */
#ifndef T_FUZZ_FUZZ_H
#define T_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; aborts where a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#endif
