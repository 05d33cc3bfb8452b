/*
 * Time. Inside, an instant is an int64_t of microseconds since 1970 UTC, and
 * 0 stands for "never"; names end in _at or _us. Outside it is RFC 3339 in
 * UTC with Z and whole seconds.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR   (60 * CLOCK_MINUTE)
#define CLOCK_DAY    (24 * CLOCK_HOUR)

#define CLOCK_TEXT_LEN 20 /* 2025-11-16T10:30:00Z */

/* Wall clock. */
int64_t clock_now_us(void);
/* Never steps back; for measuring durations only. */
int64_t clock_mono_us(void);

/* For tests: the wall clock is off by this much from then on; 0: right. */
void clock_shift_us(int64_t by_us);

/* Writes CLOCK_TEXT_LEN characters and a NUL. */
void clock_format(int64_t us, char ret_text[CLOCK_TEXT_LEN + 1]);
/*
 * RFC 3339 section 5.6 with any offset and fraction, years 1970 to 9999; a
 * bare date means its midnight in UTC. 0, or -1 if it is not that.
 */
int clock_parse(const char *text, int64_t *ret_us);

#endif
