/* The floor everything stands on, but for configuration and shared memory. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/field.h"
#include "base/id.h"
#include "base/log.h"
#include "base/rand.h"

#ifdef SANITIZED
#include <sanitizer/asan_interface.h>
#endif

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *mem;

static void
setup(void)
{
	mem = arena_new(65536);
}

static void
teardown(void)
{
	arena_free(mem);
	log_set_sink(NULL);
	log_set_request(NULL);
	log_set_level(LOG_INFO);
	id_set_form(ID_TYPEID);
}

/* arena */

static bool
all_are(const unsigned char *p, size_t n, int value)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] != value)
			return false;
	}
	return true;
}

static const size_t sizes[] = { 0, 1, 7, 8, 15, 16, 17, 4000, 4095, 4096, 5000,
	65535, 65536, 200000, 3 };

static void
alloc_all(struct arena *a)
{
	unsigned char *p[N(sizes)];
	size_t i;

	for (i = 0; i < N(sizes); i++) {
		p[i] = arena_alloc(a, sizes[i]);
		ck_assert_ptr_nonnull(p[i]);
		ck_assert_msg((uintptr_t)p[i] % _Alignof(max_align_t) == 0,
		    "%zu bytes at %p are not aligned", sizes[i], (void *)p[i]);
		ck_assert_msg(all_are(p[i], sizes[i], 0),
		    "%zu bytes are not zero", sizes[i]);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (i = 0; i < N(sizes); i++) {
		ck_assert_msg(all_are(p[i], sizes[i], (int)i + 1),
		    "the %zu bytes were overwritten", sizes[i]);
	}
}

START_TEST(arena_gives_zeroed_aligned_memory)
{
	struct arena *plain = arena_new(1 << 20);
	struct arena *none = arena_new(0);
	struct arena *secret = arena_new_secret(1 << 20);
	int round;

	for (round = 0; round < 3; round++) {
		alloc_all(plain);
		alloc_all(none);
		alloc_all(secret);
		arena_reset(plain);
		arena_reset(none);
		arena_reset(secret);
	}
	arena_free(plain);
	arena_free(none);
	arena_free(secret);
	arena_free(NULL);
}
END_TEST

START_TEST(arena_copies)
{
	char *s = arena_strdup(mem, "hinge");
	char *empty = arena_memdup(mem, NULL, 0);
	char long_text[9000];

	ck_assert_str_eq(s, "hinge");
	ck_assert_ptr_null(arena_strdup(mem, NULL));
	ck_assert_str_eq(arena_strndup(mem, "hinge", 3), "hin");
	ck_assert_str_eq(arena_strndup(mem, NULL, 0), "");
	ck_assert_mem_eq(arena_memdup(mem, "a\0b", 3), "a\0b", 3);
	ck_assert_ptr_nonnull(empty);
	ck_assert_ptr_nonnull(arena_array(mem, 0, SIZE_MAX));
	ck_assert_str_eq(arena_printf(mem, "%d-%s", 7, s), "7-hinge");
	ck_assert_str_eq(arena_printf(mem, "%s", ""), "");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	ck_assert_str_eq(arena_printf(mem, "%s", long_text), long_text);
}
END_TEST

static char order[8];
static size_t ordered;

static void
note(void *arg)
{
	order[ordered++] = *(const char *)arg;
}

/* Defers another: as a clean-up may need one of its own. */
static void
note_and_defer(void *arg)
{
	note(arg);
	arena_defer(mem, note, arena_strdup(mem, "n"));
}

START_TEST(arena_defers_run_last_first_once)
{
	arena_defer(mem, note, arena_strdup(mem, "1"));
	arena_defer(mem, note, arena_strdup(mem, "2"));
	arena_defer(mem, note_and_defer, arena_strdup(mem, "3"));
	arena_defer(mem, note, arena_strdup(mem, "4"));
	arena_reset(mem);
	ck_assert_str_eq(order, "43n21");
	arena_reset(mem);
	ck_assert_str_eq(order, "43n21");
	arena_defer(mem, note, arena_strdup(mem, "5"));
	arena_free(mem);
	ck_assert_str_eq(order, "43n215");
	mem = arena_new(0);
}
END_TEST

START_TEST(arena_array_overflow_aborts)
{
	arena_array(mem, SIZE_MAX / 2, 3);
}
END_TEST

START_TEST(arena_huge_aborts)
{
	arena_alloc(mem, SIZE_MAX - 8);
}
END_TEST

#ifdef SANITIZED
START_TEST(arena_is_seen_by_the_sanitizer)
{
	char *p = arena_alloc(mem, 5), *q = arena_alloc(mem, 5);

	ck_assert(!__asan_address_is_poisoned(p + 4));
	ck_assert(__asan_address_is_poisoned(p + 5));
	ck_assert(!__asan_address_is_poisoned(q));
	arena_reset(mem);
	ck_assert(__asan_address_is_poisoned(p));
	ck_assert(__asan_address_is_poisoned(q));
}
END_TEST
#endif

/* The twin keeps nothing, so there is nothing to look at. */
#ifndef ARENA_DEBUG

static bool
is_mapped(void *p)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char there;

	p = (void *)((uintptr_t)p / page * page);
	return mincore(p, 1, &there) == 0;
}

START_TEST(arena_reset_keeps_what_it_may)
{
	struct arena *a = arena_new_secret(8192);
	char *small = arena_alloc(a, 100);
	char *big = arena_alloc(a, 1 << 20);

	arena_reset(a);
	ck_assert(is_mapped(small));
	ck_assert(!is_mapped(big));
	ck_assert_ptr_eq(arena_alloc(a, 100), small);
	arena_free(a);
	ck_assert(!is_mapped(small));
}
END_TEST

START_TEST(arena_secret_is_wiped)
{
	struct arena *a = arena_new_secret(8192);
	unsigned char *p = arena_memdup(a, "Tr0ub4dor&3", 12);

	arena_reset(a);
#ifdef SANITIZED
	__asan_unpoison_memory_region(p, 12);
#endif
	ck_assert_msg(all_are(p, 12, 0), "the secret is still there");
	arena_free(a);
}
END_TEST

/* "dd" among the flags of the mapping: left out of core dumps. */
static bool
is_undumped(uintptr_t at)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[512];
	unsigned long lo, hi;
	bool here = false, found = false;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		char *end;

		lo = strtoul(line, &end, 16);
		if (end != line && *end == '-') {
			hi = strtoul(end + 1, NULL, 16);
			here = at >= lo && at < hi;
		}
		if (here && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, " dd") != NULL;
	}
	fclose(f);
	return found;
}

START_TEST(arena_secret_stays_out_of_core_dumps)
{
	struct arena *a = arena_new_secret(0);

	ck_assert(is_undumped((uintptr_t)arena_alloc(a, 16)));
	ck_assert(!is_undumped((uintptr_t)arena_alloc(mem, 16)));
	arena_free(a);
}
END_TEST
#endif

/* buf */

START_TEST(buf_grows_and_ends_in_nul)
{
	struct buf b;
	size_t i;

	buf_init(&b, mem, 0);
	ck_assert_str_eq(b.p, "");
	for (i = 0; i < 5000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		ck_assert_msg(b.n == i + 1 && b.p[b.n] == '\0' && b.n <= b.cap,
		    "at %zu: n %zu, cap %zu", i, b.n, b.cap);
	}
	for (i = 0; i < 5000; i++)
		ck_assert_int_eq(b.p[i], (char)('a' + i % 26));
	buf_clear(&b);
	ck_assert_uint_eq(b.n, 0);
	ck_assert_str_eq(b.p, "");
	ck_assert_uint_ge(b.cap, 5000);
}
END_TEST

START_TEST(buf_takes_bytes_and_text)
{
	struct buf b;

	buf_init(&b, mem, 1);
	buf_put(&b, "a\0b", 3);
	buf_put(&b, NULL, 0);
	buf_puts(&b, "");
	buf_puts(&b, "c");
	ck_assert_uint_eq(b.n, 4);
	ck_assert_mem_eq(b.p, "a\0bc", 5);
	memcpy(buf_reserve(&b, 1000), "xyz", 3);
	buf_added(&b, 2);
	ck_assert_uint_eq(b.n, 6);
	ck_assert_mem_eq(b.p, "a\0bcxy", 7);
}
END_TEST

START_TEST(buf_printf_grows)
{
	struct buf b;
	char wide[1200];
	size_t i;

	buf_init(&b, mem, 0);
	buf_puts(&b, ">");
	/* across the edge of the first 64 bytes, and far beyond */
	for (i = 60; i < 70; i++) {
		b.n = 1;
		buf_printf(&b, "%0*d", (int)i, 7);
		ck_assert_uint_eq(b.n, i + 1);
		ck_assert_uint_eq(strlen(b.p), i + 1);
	}
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	buf_clear(&b);
	buf_printf(&b, "%s|%s", wide, "end");
	ck_assert_uint_eq(b.n, sizeof(wide) - 1 + 4);
	ck_assert_str_eq(b.p + sizeof(wide) - 1, "|end");
}
END_TEST

START_TEST(buf_puti_writes_any_integer)
{
	static const struct {
		int64_t i;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ -1, "-1" },
		{ 1000, "1000" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	struct buf b;
	size_t i;

	buf_init(&b, mem, 0);
	for (i = 0; i < N(cases); i++) {
		buf_clear(&b);
		buf_puti(&b, cases[i].i);
		ck_assert_str_eq(b.p, cases[i].text);
	}
}
END_TEST

START_TEST(buf_reserve_overflow_aborts)
{
	struct buf b;

	buf_init(&b, mem, 0);
	buf_puts(&b, "x");
	buf_reserve(&b, SIZE_MAX);
}
END_TEST

/* clock */

#define S(s) ((s)*CLOCK_SECOND)

static const struct {
	const char *text;
	int64_t us;
} good_times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01", 0 },
	{ "1970-01-01T00:00:01Z", S(1) },
	{ "2025-11-16T10:30:00Z", S(1763289000) },
	{ "2025-11-16t10:30:00z", S(1763289000) },
	{ "2025-11-16", S(1763251200) },
	{ "2025-11-16T10:30:00.5Z", S(1763289000) + 500000 },
	{ "2025-11-16T10:30:00.123456Z", S(1763289000) + 123456 },
	{ "2025-11-16T10:30:00.1234569999999Z", S(1763289000) + 123456 },
	{ "2025-11-16T10:30:00.000001Z", S(1763289000) + 1 },
	{ "2025-11-16T12:30:00+02:00", S(1763289000) },
	{ "2025-11-16T05:00:00-05:30", S(1763289000) },
	{ "2025-11-16T10:30:00-00:00", S(1763289000) },
	{ "2025-11-16T10:30:00.25+00:00", S(1763289000) + 250000 },
	{ "2024-02-29T00:00:00Z", S(1709164800) },
	{ "2000-02-29T23:59:59Z", S(951868799) },
	{ "2000-03-01T00:00:00Z", S(951868800) },
	{ "2100-02-28T23:59:59Z", S(4107542399) },
	{ "2100-03-01T00:00:00Z", S(4107542400) },
	{ "2016-12-31T23:59:60Z", S(1483228800) },
	{ "1990-12-31T15:59:60-08:00", S(662688000) },
	{ "1969-12-31T23:00:00-01:00", 0 },
	{ "9999-12-31T23:59:59Z", S(253402300799) },
	{ "2038-01-19T03:14:08Z", S(2147483648) },
};

static const char *const bad_times[] = {
	"",
	"now",
	"2025",
	"2025-11",
	"2025-11-1",
	"2025-11-16 10:30:00Z",
	"2025-11-16T",
	"2025-11-16T10:30Z",
	"2025-11-16T10:30:00",
	"2025-11-16T10:30:00.Z",
	"2025-11-16T10:30:00,5Z",
	"2025-11-16T10:30:00ZZ",
	"2025-11-16T10:30:00Z ",
	" 2025-11-16T10:30:00Z",
	"2025-11-16T10:30:00+0200",
	"2025-11-16T10:30:00+02",
	"2025-11-16T10:30:00+24:00",
	"2025-11-16T10:30:00+02:60",
	"2025-11-16T10:30:00+02:00Z",
	"2025-11-16T24:00:00Z",
	"2025-11-16T23:60:00Z",
	"2025-11-16T23:59:61Z",
	"2025-11-16T10:30:60Z",
	"2025-11-16T23:59:60Z",
	"2025-1-16T10:30:00Z",
	"2025-00-16T10:30:00Z",
	"2025-13-16T10:30:00Z",
	"2025-11-00T10:30:00Z",
	"2025-11-31T10:30:00Z",
	"2025-02-29T10:30:00Z",
	"2100-02-29T00:00:00Z",
	"2025-11-16T-1:30:00Z",
	"+025-11-16T10:30:00Z",
	"1969-12-31T23:59:59Z",
	"1970-01-01T00:00:00+00:01",
	"9999-12-31T23:59:59-00:01",
	"0000-01-01T00:00:00Z",
	"12025-11-16T10:30:00Z",
	"2025-11-16Z",
	"20251116T103000Z",
	"\xd9\xa2\xd9\xa0-11-16",
};

START_TEST(clock_parse_takes_rfc3339)
{
	size_t i;

	for (i = 0; i < N(good_times); i++) {
		int64_t us = -7;
		int r = clock_parse(good_times[i].text, &us);

		ck_assert_msg(r == 0 && us == good_times[i].us,
		    "%s: wanted 0 and %lld, got %d and %lld",
		    good_times[i].text, (long long)good_times[i].us, r,
		    (long long)us);
	}
}
END_TEST

START_TEST(clock_parse_refuses_the_rest)
{
	size_t i;

	for (i = 0; i < N(bad_times); i++) {
		int64_t us = -7;
		int r = clock_parse(bad_times[i], &us);

		ck_assert_msg(r == -1 && us == -7,
		    "\"%s\": wanted -1, got %d and %lld", bad_times[i], r,
		    (long long)us);
	}
}
END_TEST

START_TEST(clock_format_writes_utc_seconds)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ S(1763289000), "2025-11-16T10:30:00Z" },
		{ S(1763289000) + 999999, "2025-11-16T10:30:00Z" },
		{ S(1709164800), "2024-02-29T00:00:00Z" },
		{ S(1735689599), "2024-12-31T23:59:59Z" },
		{ S(4107542400), "2100-03-01T00:00:00Z" },
		{ S(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "9999-12-31T23:59:59Z" },
		{ -1, "1970-01-01T00:00:00Z" },
		{ INT64_MIN, "1970-01-01T00:00:00Z" },
	};
	char text[CLOCK_TEXT_LEN + 1];
	size_t i;

	for (i = 0; i < N(cases); i++) {
		clock_format(cases[i].us, text);
		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

/* Against the C library, every few months up to the year 9999. */
START_TEST(clock_agrees_with_the_library)
{
	int64_t s;

	for (s = 0; s < INT64_C(253402300800); s += 86400 * 113 + 4271) {
		char got[CLOCK_TEXT_LEN + 1], want[64];
		time_t t = (time_t)s;
		struct tm tm;
		int64_t us;

		gmtime_r(&t, &tm);
		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm);
		clock_format(S(s), got);
		ck_assert_str_eq(got, want);
		ck_assert_int_eq(clock_parse(got, &us), 0);
		ck_assert_int_eq(us, S(s));
	}
}
END_TEST

START_TEST(clock_shifts)
{
	int64_t before = clock_now_us();

	clock_shift_us(10 * CLOCK_DAY);
	ck_assert_int_ge(clock_now_us(), before + 9 * CLOCK_DAY);
	clock_shift_us(0);
	ck_assert_int_lt(clock_now_us(), before + CLOCK_DAY);
	before = clock_mono_us();
	ck_assert_int_ge(clock_mono_us(), before);
}
END_TEST

/* rand */

START_TEST(rand_covers_its_range)
{
	static const uint32_t bounds[] = { 1, 2, 3, 7, 100, 256 };
	static const unsigned char zero[64];
	unsigned char a[64] = { 0 }, b[64] = { 0 };
	size_t i;

	for (i = 0; i < N(bounds); i++) {
		bool low = false, high = false;
		uint32_t r;

		/* missing an end 20,000 times is less likely than e^-77 */
		for (r = 0; r < 20000; r++) {
			uint32_t v = rand_below(bounds[i]);

			if (v >= bounds[i])
				ck_abort_msg("%u of %u", v, bounds[i]);
			low |= v == 0;
			high |= v == bounds[i] - 1;
		}
		ck_assert_msg(low && high, "%u: an end never came", bounds[i]);
	}
	rand_bytes(a, sizeof(a));
	rand_bytes(b, sizeof(b));
	rand_bytes(NULL, 0);
	ck_assert_mem_ne(a, b, sizeof(a));
	ck_assert_mem_ne(a, zero, sizeof(a));
}
END_TEST

/* id */

/* 0188bac7-4afa-78aa-bc3b-bd1eef28d881 is TypeID's own example. */
static const struct uuid example = { { 0x01, 0x88, 0xba, 0xc7, 0x4a, 0xfa, 0x78,
    0xaa, 0xbc, 0x3b, 0xbd, 0x1e, 0xef, 0x28, 0xd8, 0x81 } };

#define EXAMPLE "01h2xcejqtf2nbrexx3vqjhp41"

static const struct uuid zero_id;
static const struct uuid full_id = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

START_TEST(id_formats)
{
	static const struct {
		const struct uuid *id;
		enum id_form form;
		const char *text;
	} cases[] = {
		{ &example, ID_TYPEID, "usr_" EXAMPLE },
		{ &zero_id, ID_TYPEID, "usr_00000000000000000000000000" },
		{ &full_id, ID_TYPEID, "usr_7zzzzzzzzzzzzzzzzzzzzzzzzz" },
		{ &example, ID_UUID, "0188bac7-4afa-48aa-bc3b-bd1eef28d881" },
	};
	char text[ID_TEXT_MAX];
	size_t i;

	for (i = 0; i < N(cases); i++) {
		id_set_form(cases[i].form);
		id_format("usr", cases[i].id, text);
		ck_assert_str_eq(text, cases[i].text);
	}
	id_set_form(ID_TYPEID);
	id_format("a_prefix_that_is_far_too_long_for_the_text", &example, text);
	ck_assert_uint_lt(strlen(text), sizeof(text));
}
END_TEST

START_TEST(id_parses)
{
	static const struct {
		const char *text;
		const struct uuid *id;
	} cases[] = {
		{ "usr_" EXAMPLE, &example },
		{ "usr_01H2XCEJQTF2NBREXX3VQJHP41", &example },
		{ "USR_01H2XCEJQTF2NBREXX3VQJHP41", &example },
		{ "0188bac7-4afa-78aa-bc3b-bd1eef28d881", &example },
		{ "0188bac7-4afa-48aa-bc3b-bd1eef28d881", &example },
		{ "0188BAC7-4AFA-48AA-BC3B-BD1EEF28D881", &example },
		{ "usr_00000000000000000000000000", &zero_id },
		{ "usr_7zzzzzzzzzzzzzzzzzzzzzzzzz", &full_id },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		struct uuid got;
		int r = id_parse("usr", cases[i].text, &got);

		ck_assert_msg(r == 0 && uuid_equal(&got, cases[i].id),
		    "%s: wanted another id, got %d", cases[i].text, r);
	}
}
END_TEST

START_TEST(id_refuses)
{
	static const char *const cases[] = {
		"",
		"usr",
		"usr_",
		"usr_01h2xcejqtf2nbrexx3vqjhp4",
		"usr_01h2xcejqtf2nbrexx3vqjhp411",
		"usr_81h2xcejqtf2nbrexx3vqjhp41",
		"usr_01h2xcejqtf2nbrexx3vqjhpi1",
		"usr_01h2xcejqtf2nbrexx3vqjhpl1",
		"usr_01h2xcejqtf2nbrexx3vqjhpo1",
		"usr_01h2xcejqtf2nbrexx3vqjhpu1",
		"usr_01h2xcejqtf2nbrexx3vqjhp4-",
		"usr_01h2xcejqtf2nbrexx3vqjhp4\xc3",
		"usr_ 1h2xcejqtf2nbrexx3vqjhp41",
		"usr__01h2xcejqtf2nbrexx3vqjhp41",
		"sess_" EXAMPLE,
		"us_" EXAMPLE,
		"user_" EXAMPLE,
		"_" EXAMPLE,
		EXAMPLE,
		" usr_" EXAMPLE,
		"usr-" EXAMPLE,
		"0188bac7-4afa-18aa-bc3b-bd1eef28d881",
		"00000000-0000-0000-0000-000000000000",
		"0188bac7-4afa-78aa-bc3b-bd1eef28d88",
		"0188bac7-4afa-78aa-bc3b-bd1eef28d8811",
		"0188bac7-4afa-78aa-bc3b-bd1eef28d88g",
		"0188bac7-4afa-78aa-bc3bbd1eef28d8811",
		"0188bac7-4afa-78aa-bc3b-bd1eef-8d881",
		"{0188bac7-4afa-78aa-bc3b-bd1eef28d881}",
		"0188bac74afa78aabc3bbd1eef28d881",
		"usr_0188bac7-4afa-78aa-bc3b-bd1eef28d881",
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		struct uuid got = example;
		int r = id_parse("usr", cases[i], &got);

		ck_assert_msg(r == -1 && uuid_equal(&got, &example),
		    "\"%s\": wanted -1, got %d", cases[i], r);
	}
}
END_TEST

START_TEST(id_round_trips)
{
	int i;

	for (i = 0; i < 4000; i++) {
		struct uuid id, got;
		char text[ID_TEXT_MAX];

		uuid_new(&id, clock_now_us());
		id_set_form(i % 2 ? ID_UUID : ID_TYPEID);
		id_format("evt", &id, text);
		ck_assert_int_eq(id_parse("evt", text, &got), 0);
		ck_assert_msg(uuid_equal(&id, &got), "%s came back different",
		    text);
	}
}
END_TEST

static int64_t
id_ms(const struct uuid *u)
{
	int64_t ms = 0;
	int i;

	for (i = 0; i < 6; i++)
		ms = ms << 8 | u->b[i];
	return ms;
}

START_TEST(id_is_a_uuid_v7)
{
	int64_t now = S(1763289000) + 123999;
	struct uuid id;

	uuid_new(&id, now);
	ck_assert_int_eq(id_ms(&id), now / 1000);
	ck_assert_int_eq(id.b[6] >> 4, 7);
	ck_assert_int_eq(id.b[8] >> 6, 2);
	ck_assert(!uuid_is_zero(&id));
	ck_assert(uuid_is_zero(&zero_id));
	/* a clock set back for good is followed */
	uuid_new(&id, now - CLOCK_DAY);
	ck_assert_int_eq(id_ms(&id), (now - CLOCK_DAY) / 1000);
}
END_TEST

START_TEST(id_is_ordered_within_a_millisecond)
{
	int64_t now = S(1763289000);
	struct uuid last = zero_id, id;
	int i;

	for (i = 0; i < 20000; i++) {
		/* a little back now and then, as clocks do */
		uuid_new(&id, now - i % 3 * 1000);
		ck_assert_msg(memcmp(&last, &id, sizeof(id)) < 0,
		    "id %d is not above the one before", i);
		last = id;
	}
}
END_TEST

START_TEST(id_differs_after_fork)
{
	int64_t now = S(1763289000);
	struct uuid mine, theirs;
	int fds[2];
	pid_t pid;

	uuid_new(&mine, now);
	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		uuid_new(&theirs, now);
		_exit(write(fds[1], &theirs, sizeof(theirs)) != sizeof(theirs));
	}
	ck_assert_int_eq(read(fds[0], &theirs, sizeof(theirs)), sizeof(theirs));
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	uuid_new(&mine, now);
	ck_assert(!uuid_equal(&mine, &theirs));
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* err and ctx */

static bool
only(const char *s, const char *set)
{
	return s != NULL && *s != '\0' && s[strspn(s, set)] == '\0';
}

START_TEST(err_every_row_is_whole)
{
	int e, col;

	for (e = ERR_NONE; e < ERR__MAX; e++) {
		for (col = 0; col < ERR_COLUMNS; col++) {
			const char *code = err_code(e, col);
			const char *text = err_text(e, col);
			int status = err_status(e, col);
			const char *set = col == ERR_AUTHAPI
			    ? "abcdefghijklmnopqrstuvwxyz_"
			    : "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";

			ck_assert_msg(only(code, set), "%d.%d: code %s", e, col,
			    code);
			ck_assert_msg(text != NULL && *text != '\0',
			    "%d.%d: no text", e, col);
			ck_assert_msg(status >= 400 && status <= 599,
			    "%d.%d: status %d", e, col, status);
		}
	}
}
END_TEST

START_TEST(err_columns)
{
	static const struct {
		enum err e;
		enum err_column col;
		int status;
		const char *code, *text;
	} cases[] = {
		{ ERR_VALIDATION_ERROR, ERR_API_V1, 422, "VALIDATION_ERROR",
		    "Request validation failed" },
		{ ERR_VALIDATION_ERROR, ERR_AUTHAPI, 400, "invalid_request",
		    "Invalid request parameters" },
		{ ERR_VALIDATION_ERROR, ERR_JANUA_V1, 422, "VALIDATION_ERROR",
		    "Request validation failed" },
		{ ERR_VALIDATION_ERROR, ERR_AUCTORITAS, 400, "VALIDATION_ERROR",
		    "Request validation failed" },
		{ ERR_INVALID_CREDENTIALS, ERR_API_V1, 401,
		    "INVALID_CREDENTIALS", "Invalid credentials" },
		{ ERR_INVALID_CREDENTIALS, ERR_AUTHAPI, 401,
		    "invalid_credentials", "Invalid email or password" },
		{ ERR_MFA_REQUIRED, ERR_AUTHAPI, 401, "mfa_required",
		    "Multi-factor authentication required" },
		{ ERR_UNAUTHORIZED, ERR_JANUA_V1, 401, "INVALID_TOKEN",
		    "Access token is missing, invalid or expired" },
		{ ERR_USER_NOT_FOUND, ERR_AUTHAPI, 404, "not_found",
		    "User not found" },
		{ ERR_USER_NOT_FOUND, ERR_JANUA_V1, 404, "USER_NOT_FOUND",
		    "User not found" },
		{ ERR_NONE, ERR_API_V1, 500, "INTERNAL_ERROR",
		    "Internal server error" },
		{ (enum err)ERR_INTERNAL_LOGGED, ERR_AUTHAPI, 500,
		    "internal_error", "Internal server error" },
		{ (enum err)9999, ERR_JANUA_V1, 500, "INTERNAL_ERROR",
		    "Internal server error" },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		enum err e = cases[i].e;
		enum err_column col = cases[i].col;

		ck_assert_str_eq(err_code(e, col), cases[i].code);
		ck_assert_str_eq(err_text(e, col), cases[i].text);
		ck_assert_int_eq(err_status(e, col), cases[i].status);
		/* the lowered table answers the same twice */
		ck_assert_str_eq(err_code(e, col), cases[i].code);
	}
}
END_TEST

START_TEST(ctx_notes_why)
{
	struct ctx cx = { .mem = mem };
	int i;

	ck_assert_int_eq(err_set(&cx, ERR_NOT_FOUND, "session"), ERR_NOT_FOUND);
	ck_assert_str_eq(cx.fail.text, "session");
	ck_assert_int_eq(err_set(&cx, ERR_CONFLICT, NULL), ERR_CONFLICT);
	ck_assert_ptr_null(cx.fail.text);
	ck_assert_int_eq(err_retry(&cx, ERR_UNAVAILABLE, 3), ERR_UNAVAILABLE);
	ck_assert_int_eq(cx.fail.retry_after_s, 3);
	for (i = 0; i < FAIL_FIELDS + 3; i++)
		ck_assert_int_eq(err_field(&cx, "email", "format", "No e-mail"),
		    ERR_VALIDATION_ERROR);
	ck_assert_uint_eq(cx.fail.n_fields, FAIL_FIELDS);
	ck_assert_str_eq(cx.fail.fields[FAIL_FIELDS - 1].field, "email");
	ck_assert_str_eq(cx.fail.fields[0].type, "format");
	ck_assert_str_eq(cx.fail.fields[0].message, "No e-mail");
	err_detail_text(&cx, "mfa_token", "mfa_1");
	for (i = 0; i < FAIL_DETAILS + 3; i++)
		err_detail_int(&cx, "attempts", i);
	ck_assert_uint_eq(cx.fail.n_details, FAIL_DETAILS);
	ck_assert_str_eq(cx.fail.details[0].text, "mfa_1");
	ck_assert_ptr_null(cx.fail.details[1].text);
	ck_assert_int_eq(cx.fail.details[2].number, 1);
	ctx_fail_clear(&cx);
	ck_assert_uint_eq(cx.fail.n_fields, 0);
	ck_assert_uint_eq(cx.fail.n_details, 0);
	ck_assert_int_eq(cx.fail.retry_after_s, 0);
	ck_assert_ptr_null(cx.fail.text);
	ck_assert_ptr_eq(cx.mem, mem);
}
END_TEST

/* field */

START_TEST(field_names_in_each_case)
{
	static const struct {
		const char *name;
		uint16_t flags;
		enum field_case to;
		const char *shown;
	} cases[] = {
		{ "email", 0, CASE_SNAKE, "email" },
		{ "email", 0, CASE_CAMEL, "email" },
		{ "first_name", 0, CASE_SNAKE, "first_name" },
		{ "first_name", 0, CASE_CAMEL, "firstName" },
		{ "a_b_c", 0, CASE_CAMEL, "aBC" },
		{ "last_sign_in_at", 0, CASE_CAMEL, "lastSignInAt" },
		{ "line_2", 0, CASE_CAMEL, "line2" },
		{ "_private", 0, CASE_CAMEL, "_private" },
		{ "trailing_", 0, CASE_CAMEL, "trailing_" },
		{ "first_name", F_VERBATIM, CASE_CAMEL, "first_name" },
		{ "mfa_token", F_VERBATIM, CASE_SNAKE, "mfa_token" },
		{ "", 0, CASE_CAMEL, "" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_"
		  "bcdefgh",
		    0, CASE_SNAKE,
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "_bcd" },
	};
	char shown[FIELD_NAME_MAX];
	size_t i;

	for (i = 0; i < N(cases); i++) {
		struct field f = { .name = cases[i].name,
			.flags = cases[i].flags };
		size_t n = field_name(&f, cases[i].to, shown);

		ck_assert_str_eq(shown, cases[i].shown);
		ck_assert_uint_eq(n, strlen(shown));
	}
}
END_TEST

struct given_in {
	uint64_t given;
	const char *bio;
	int64_t size;
	bool on;
};

static const struct field given_rows[] = {
	FIELD(struct given_in, bio, F_STRING),
	FIELD_AS(struct given_in, "shown_size", size, F_INT),
	FIELD(struct given_in, on, F_BOOL),
	FIELD_END,
};

START_TEST(field_given_tells)
{
	struct given_in in = { .given = 1 << 0 | 1 << 2 };

	ck_assert(field_given(&in, given_rows, "bio"));
	ck_assert(!field_given(&in, given_rows, "shown_size"));
	ck_assert(field_given(&in, given_rows, "on"));
}
END_TEST

START_TEST(field_given_of_no_row_aborts)
{
	struct given_in in = { 0 };

	field_given(&in, given_rows, "size");
}
END_TEST

/* log */

static char logged[PIPE_BUF + 1];
static enum log_level logged_level;
static int n_logged;

static void
sink(enum log_level level, const char *line)
{
	snprintf(logged, sizeof(logged), "%s", line);
	logged_level = level;
	n_logged++;
}

/* What follows " pid=17", after checking what stands before. */
static const char *
after_pid(const char *event)
{
	char want[128];
	const char *at;
	int n = snprintf(want, sizeof(want), " info %s pid=%d", event,
	    (int)getpid());

	/* 2025-11-16T10:30:00.123Z */
	ck_assert_msg(strlen(logged) > 24 && logged[10] == 'T' &&
		logged[19] == '.' && logged[23] == 'Z',
	    "no time at the start of \"%s\"", logged);
	at = logged + 24;
	ck_assert_msg(strncmp(at, want, (size_t)n) == 0,
	    "wanted \"%s\" after the time, got \"%s\"", want, at);
	return at + n;
}

START_TEST(log_sanitises_values)
{
	static const struct {
		const char *value, *shown;
	} cases[] = {
		{ "plain", " v=plain" },
		{ "", " v=" },
		{ NULL, " v=-" },
		{ "a b", " v=\"a b\"" },
		{ "a=b", " v=\"a=b\"" },
		{ "a\nb", " v=\"a\\nb\"" },
		{ "a\r\n2025-11-16T10:30:00.123Z error forged x=1",
		    " v=\"a\\r\\n2025-11-16T10:30:00.123Z error forged"
		    " x=1\"" },
		{ "\" x=\"y", " v=\"\\\" x=\\\"y\"" },
		{ "\"", " v=\"\\\"\"" },
		{ "\\\" x=1", " v=\"\\\\\\\" x=1\"" },
		{ "back\\x0a", " v=\"back\\\\x0a\"" },
		{ "\x1b[31m", " v=\"\\x1b[31m\"" },
		{ "\x7f\x80\xff", " v=\"\\x7f\\x80\\xff\"" },
		{ "caf\xc3\xa9", " v=\"caf\\xc3\\xa9\"" },
		{ "\t", " v=\"\\t\"" },
		{ "\x01", " v=\"\\x01\"" },
		{ "!#~[]{}@:/?&%", " v=!#~[]{}@:/?&%" },
	};
	size_t i;

	log_set_sink(sink);
	for (i = 0; i < N(cases); i++) {
		log_info("test.value", KS("v", cases[i].value));
		ck_assert_str_eq(after_pid("test.value"), cases[i].shown);
	}
}
END_TEST

START_TEST(log_cuts_long_values)
{
	char value[1001], want[300];
	const char *got;

	log_set_sink(sink);
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	log_info("test.cut", KS("v", value), KI("n", 1));
	snprintf(want, sizeof(want), " v=%.256s... n=1", value);
	ck_assert_str_eq(after_pid("test.cut"), want);
	value[256] = '\0';
	log_info("test.cut", KS("v", value));
	snprintf(want, sizeof(want), " v=%.256s", value);
	ck_assert_str_eq(after_pid("test.cut"), want);
	/* never within an escape */
	value[255] = '\n';
	log_info("test.cut", KS("v", value));
	got = after_pid("test.cut");
	ck_assert_str_eq(got + strlen(got) - 5, "x...\"");
}
END_TEST

START_TEST(log_prints_numbers_and_request)
{
	log_set_sink(sink);
	log_info("test.none");
	ck_assert_str_eq(after_pid("test.none"), "");
	log_info("test.two", KI("lo", INT64_MIN), KI("hi", INT64_MAX));
	ck_assert_str_eq(after_pid("test.two"),
	    " lo=-9223372036854775808 hi=9223372036854775807");
	log_set_request("req_1 x=y");
	log_info("test.rid", KI("n", 0));
	ck_assert_str_eq(after_pid("test.rid"), " rid=\"req_1 x=y\" n=0");
	log_set_request(NULL);
	log_info("test.rid");
	ck_assert_str_eq(after_pid("test.rid"), "");
}
END_TEST

START_TEST(log_drops_below_its_level)
{
	static const struct {
		const char *name;
		int r;
		enum log_level level;
		int lines;
	} cases[] = {
		{ "debug", 0, LOG_DEBUG, 4 },
		{ "info", 0, LOG_INFO, 3 },
		{ "warn", 0, LOG_WARN, 2 },
		{ "error", 0, LOG_ERROR, 1 },
		{ "INFO", -1, LOG_ERROR, 1 },
		{ "", -1, LOG_ERROR, 1 },
		{ "information", -1, LOG_ERROR, 1 },
	};
	enum log_level level = LOG_DEBUG;
	size_t i;

	log_set_sink(sink);
	for (i = 0; i < N(cases); i++) {
		int r = log_level_parse(cases[i].name, &level);

		ck_assert_msg(r == cases[i].r && level == cases[i].level,
		    "\"%s\": wanted %d and level %d, got %d and %d",
		    cases[i].name, cases[i].r, cases[i].level, r, level);
		log_set_level(level);
		n_logged = 0;
		log_debug("test.level");
		log_info("test.level");
		log_warn("test.level");
		log_error("test.level", KI("errno", EIO));
		ck_assert_int_eq(n_logged, cases[i].lines);
		ck_assert_int_eq(logged_level, LOG_ERROR);
	}
}
END_TEST

/* A datagram socket keeps the bounds of each write(2). */
START_TEST(log_writes_a_line_at_once)
{
	char value[300], got[2 * PIPE_BUF];
	int fds[2];
	ssize_t n;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	log_set_fd(fds[1]);
	errno = ENOTTY;
	log_warn("test.short", KI("n", 1));
	ck_assert_int_eq(errno, ENOTTY);
	log_warn("test.long", KS("a", value), KS("b", value), KS("c", value),
	    KS("d", value), KS("e", value), KS("f", value), KS("g", value),
	    KS("h", value), KS("i", value), KS("j", value), KS("k", value),
	    KS("l", value), KS("m", value), KS("n", value), KS("o", value),
	    KS("p", value), KS("q", value), KS("r", value));
	log_set_fd(2);
	n = recv(fds[0], got, sizeof(got), 0);
	ck_assert_int_gt(n, 5);
	ck_assert_mem_eq(got + n - 5, " n=1\n", 5);
	n = recv(fds[0], got, sizeof(got), 0);
	ck_assert_int_eq(n, PIPE_BUF);
	ck_assert_ptr_eq(memchr(got, '\n', (size_t)n), got + n - 1);
	ck_assert_int_eq(recv(fds[0], got, sizeof(got), MSG_DONTWAIT), -1);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static TCase *
add_case(Suite *s, const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(s, tc);
	return tc;
}

static void
add_arena(TCase *tc)
{
	tcase_add_test(tc, arena_gives_zeroed_aligned_memory);
	tcase_add_test(tc, arena_copies);
	tcase_add_test(tc, arena_defers_run_last_first_once);
	tcase_add_test_raise_signal(tc, arena_array_overflow_aborts, SIGABRT);
	tcase_add_test_raise_signal(tc, arena_huge_aborts, SIGABRT);
#ifdef SANITIZED
	tcase_add_test(tc, arena_is_seen_by_the_sanitizer);
#endif
#ifndef ARENA_DEBUG
	tcase_add_test(tc, arena_reset_keeps_what_it_may);
	tcase_add_test(tc, arena_secret_is_wiped);
	tcase_add_test(tc, arena_secret_stays_out_of_core_dumps);
#endif
}

static void
add_buf(TCase *tc)
{
	tcase_add_test(tc, buf_grows_and_ends_in_nul);
	tcase_add_test(tc, buf_takes_bytes_and_text);
	tcase_add_test(tc, buf_printf_grows);
	tcase_add_test(tc, buf_puti_writes_any_integer);
	tcase_add_test_raise_signal(tc, buf_reserve_overflow_aborts, SIGABRT);
}

static void
add_clock(TCase *tc)
{
	tcase_add_test(tc, clock_parse_takes_rfc3339);
	tcase_add_test(tc, clock_parse_refuses_the_rest);
	tcase_add_test(tc, clock_format_writes_utc_seconds);
	tcase_add_test(tc, clock_agrees_with_the_library);
	tcase_add_test(tc, clock_shifts);
	tcase_add_test(tc, rand_covers_its_range);
}

static void
add_id(TCase *tc)
{
	tcase_add_test(tc, id_formats);
	tcase_add_test(tc, id_parses);
	tcase_add_test(tc, id_refuses);
	tcase_add_test(tc, id_round_trips);
	tcase_add_test(tc, id_is_a_uuid_v7);
	tcase_add_test(tc, id_is_ordered_within_a_millisecond);
	tcase_add_test(tc, id_differs_after_fork);
}

static void
add_err(TCase *tc)
{
	tcase_add_test(tc, err_every_row_is_whole);
	tcase_add_test(tc, err_columns);
	tcase_add_test(tc, ctx_notes_why);
	tcase_add_test(tc, field_names_in_each_case);
	tcase_add_test(tc, field_given_tells);
	tcase_add_test_raise_signal(tc, field_given_of_no_row_aborts, SIGABRT);
}

static void
add_log(TCase *tc)
{
	tcase_add_test(tc, log_sanitises_values);
	tcase_add_test(tc, log_cuts_long_values);
	tcase_add_test(tc, log_prints_numbers_and_request);
	tcase_add_test(tc, log_drops_below_its_level);
	tcase_add_test(tc, log_writes_a_line_at_once);
}

int
main(void)
{
	Suite *s = suite_create("base");
	SRunner *sr;
	int failed;

	add_arena(add_case(s, "arena"));
	add_buf(add_case(s, "buf"));
	add_clock(add_case(s, "clock and rand"));
	add_id(add_case(s, "id"));
	add_err(add_case(s, "err, ctx and field"));
	add_log(add_case(s, "log"));
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
