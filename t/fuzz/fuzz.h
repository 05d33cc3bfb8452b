/*
 * One target a program, in libFuzzer's form: `make fuzz CC=clang` builds
 * t/fuzz/NAME-fuzz with it. In `make check` replay.c feeds each target the
 * files of t/fuzz/corpus/NAME instead. README.md lists the targets.
 */
#ifndef T_FUZZ_FUZZ_H
#define T_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct conf;
struct ctx;

/* Returns 0; aborts where a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Says what does not hold, and aborts. */
#define HOLDS(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			fuzz_broken(__FILE__, __LINE__, #x);                   \
	} while (0)
void fuzz_broken(const char *file, int line, const char *what)
    __attribute__((noreturn));

/* What is left of the bytes; the following take from its front. */
struct fuzz_input {
	const uint8_t *p;
	size_t n;
};

/* 0 when nothing is left. */
uint8_t fuzz_byte(struct fuzz_input *);
/* Up to a newline, which goes too; in mem. "" when nothing is left. */
char *fuzz_line(struct fuzz_input *, struct arena *mem);
/* Everything, in mem; text ends at a NUL, bytes may not. */
char *fuzz_rest(struct fuzz_input *, struct arena *mem);

/* A call without a database, at a fixed time; the settings are plain. */
void fuzz_ctx(struct ctx *, struct conf *);
void fuzz_ctx_free(struct ctx *);

/* A file in memory, emptied at each call, and its path. */
const char *fuzz_file(const void *p, size_t n);

/* No log line from now on. */
void fuzz_quiet(void);

#endif
