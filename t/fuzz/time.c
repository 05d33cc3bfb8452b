/*
 * A text that is a time prints as one that is the same whole second, and the
 * database's calendar agrees with ours. Any eight bytes are an instant.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "db/private.h"
#include "fuzz.h"

static void
check_instant(int64_t us)
{
	char text[CLOCK_TEXT_LEN + 1], again[CLOCK_TEXT_LEN + 1];
	int64_t back = -1;

	clock_format(us, text);
	HOLDS(strlen(text) == CLOCK_TEXT_LEN);
	HOLDS(clock_parse(text, &back) == 0 && back >= 0);
	HOLDS(back % CLOCK_SECOND == 0);
	clock_format(back, again);
	HOLDS(strcmp(text, again) == 0);
}

static void
check_calendar(int64_t us)
{
	char text[CLOCK_TEXT_LEN + 1];
	MYSQL_TIME t;
	struct buf b;
	struct arena *mem;

	if (!when_to_time(us, &t))
		return;
	HOLDS(when_from_time(&t) == us);
	if (us < 0)
		return;
	mem = arena_new(0);
	buf_init(&b, mem, 64);
	buf_printf(&b, "%04u-%02u-%02uT%02u:%02u:%02uZ", t.year, t.month, t.day,
	    t.hour, t.minute, t.second);
	clock_format(us, text);
	HOLDS(strcmp(b.p, text) == 0);
	arena_free(mem);
}

static void
check_text(const char *text)
{
	char shown[CLOCK_TEXT_LEN + 1];
	int64_t us, back;
	MYSQL_TIME t;

	if (clock_parse(text, &us) != 0)
		return;
	HOLDS(us >= 0);
	clock_format(us, shown);
	HOLDS(clock_parse(shown, &back) == 0);
	HOLDS(back == us - us % CLOCK_SECOND);
	HOLDS(when_to_time(us, &t));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	int64_t us;

	if (n >= sizeof(us)) {
		memcpy(&us, p, sizeof(us));
		check_instant(us);
		check_calendar(us);
		check_calendar(us >> 9); /* more of them within four digits */
	}
	check_text(fuzz_rest(&in, mem));
	arena_free(mem);
	return 0;
}
