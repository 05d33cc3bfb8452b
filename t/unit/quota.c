/* Quotas: counts, windows, the wrap of the clock's bits, many processes. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/shared.h"
#include "http/quota.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define COUNT_MAX ((1U << 22) - 1)
#define WRAP_S    (INT64_C(1) << 20)
#define EPOCH_S   (INT64_C(1) << 18)

/* An instant at which the 20 bits of the start are all zero. */
#define ZERO_S (1700 * WRAP_S)

static const uint8_t key[16] = "0123456789abcdef";
static struct shared *s;

static void
set_up(void)
{
	s = shared_new(NULL);
	ck_assert_ptr_nonnull(s);
	quota_init(key, 1, 20000);
}

static struct quota_state
hit(enum quota_class class, const char *who, int64_t at_s)
{
	struct quota_state q;

	quota_hit(s, class, who, at_s * CLOCK_SECOND + 999999, &q);
	return q;
}

/* How often one was counted: the next hit's state tells. */
static uint32_t
counted(enum quota_class class, const char *who, int64_t at_s)
{
	struct quota_state q = hit(class, who, at_s);

	return q.limit - q.remaining - 1;
}

static _Atomic uint64_t *
word_at(int i)
{
	return &s->quota[i / QUOTA_WAYS][i % QUOTA_WAYS];
}

static const struct {
	enum quota_class class;
	uint32_t limit, window_s;
} rules[] = {
	{ QUOTA_SIGNUP, 3, 60 },
	{ QUOTA_SIGNIN, 5, 60 },
	{ QUOTA_RESET, 3, 3600 },
	{ QUOTA_VERIFY, 5, 3600 },
	{ QUOTA_MAGIC, 5, 3600 },
	{ QUOTA_USE_LINK, 10, 3600 },
	{ QUOTA_ANONYMOUS, 100, 60 },
	{ QUOTA_USER, 1000, 60 },
	{ QUOTA_ADMIN, 5000, 60 },
	{ QUOTA_PLAN_FREE, 100, 60 },
	{ QUOTA_PLAN_PRO, 1000, 60 },
	{ QUOTA_PLAN_ENTERPRISE, 20000, 60 },
};

/* Exactly the limit passes, the next one does not, the next window does. */
START_TEST(rule)
{
	enum quota_class class = rules[_i].class;
	uint32_t limit = rules[_i].limit, window_s = rules[_i].window_s;
	int64_t start = ZERO_S + 100;
	struct quota_state q;

	ck_assert_uint_eq(quota_limit(class), limit);
	for (uint32_t i = 1; i <= limit + 2; i++) {
		q = hit(class, "k", start + (i > 1 ? window_s - 1 : 0));
		ck_assert_uint_eq(q.limit, limit);
		ck_assert_uint_eq(q.window_s, window_s);
		ck_assert_uint_eq(q.remaining, i < limit ? limit - i : 0);
		ck_assert_int_eq(q.reset_s, start + window_s);
		ck_assert_msg(q.over == (i > limit), "%s: hit %u of %u",
		    quota_rules[class].name, i, limit);
	}
	q = hit(class, "k", start + window_s);
	ck_assert(!q.over);
	ck_assert_uint_eq(q.remaining, limit - 1);
	ck_assert_int_eq(q.reset_s, start + 2 * window_s);
}
END_TEST

START_TEST(not_counted)
{
	static const enum quota_class classes[] = { QUOTA_NONE, QUOTA_GENERAL };

	for (size_t i = 0; i < LENGTH(classes); i++)
		for (int n = 0; n < 100; n++) {
			struct quota_state q = hit(classes[i], "k", ZERO_S);

			ck_assert_uint_eq(q.limit, 0);
			ck_assert(!q.over);
		}
	for (int i = 0; i < QUOTA_BUCKETS * QUOTA_WAYS; i++)
		ck_assert_uint_eq(atomic_load(word_at(i)), 0);
}
END_TEST

START_TEST(keys_and_classes_are_apart)
{
	static const char *const keys[] = { "", "a", "b", "192.0.2.1",
		"192.0.2.10", "2001:db8::/64",
		"usr_01h455vb4pex5vsknk084sn02q" };
	char longer[2][400];

	for (size_t i = 0; i < LENGTH(keys); i++)
		for (size_t n = 0; n <= i; n++) {
			ck_assert_uint_eq(counted(QUOTA_USER, keys[i], ZERO_S),
			    n);
			ck_assert_uint_eq(counted(QUOTA_ADMIN, keys[i], ZERO_S),
			    n);
		}
	for (int i = 0; i < 2; i++) {
		memset(longer[i], 'x', sizeof(longer[i]));
		longer[i][398] = (char)('a' + i);
		longer[i][399] = '\0';
	}
	ck_assert_uint_eq(counted(QUOTA_USER, longer[0], ZERO_S), 0);
	ck_assert_uint_eq(counted(QUOTA_USER, longer[1], ZERO_S), 0);
	ck_assert_uint_eq(counted(QUOTA_USER, longer[0], ZERO_S), 1);
}
END_TEST

/* Seconds after ZERO_S: of three hits, of a fourth, and what that one sees. */
static const struct {
	int64_t first_s, then_s;
	uint32_t want;
	int64_t reset_s;
} windows[] = {
	{ 0, 59, 3, 60 },
	{ 0, 60, 0, 120 },
	{ -1, 0, 3, 59 }, /* across the wrap */
	{ -1, 58, 3, 59 },
	{ -1, 59, 0, 119 },
	{ -59, 0, 3, 1 },
	{ -60, 0, 0, 60 },
	{ -1, WRAP_S - 1, 0, WRAP_S + 59 }, /* a whole turn later */
	{ 0, WRAP_S, 0, WRAP_S + 60 },
	{ 0, WRAP_S + 30, 0, WRAP_S + 90 },
	{ 0, 7 * WRAP_S + 30, 0, 7 * WRAP_S + 90 },
	{ EPOCH_S - 1, EPOCH_S, 3, EPOCH_S + 59 }, /* across a sweep */
	{ EPOCH_S - 1, EPOCH_S + 59, 0, EPOCH_S + 119 },
	{ EPOCH_S, EPOCH_S - 1, 3, EPOCH_S + 60 }, /* a request a bit behind */
	{ 10, 9, 3, 70 },
	{ 0, -1, 3, 60 },
	{ 1000, 700, 3, 1060 },
	{ 1000, 699, 0, 759 }, /* the clock was set back */
	{ 3 * EPOCH_S, 100, 0, 160 },
};

START_TEST(window)
{
	int64_t first_s = ZERO_S + windows[_i].first_s;
	struct quota_state q;

	for (int i = 0; i < 3; i++)
		q = hit(QUOTA_ANONYMOUS, "k", first_s);
	ck_assert_uint_eq(q.remaining, 97);
	q = hit(QUOTA_ANONYMOUS, "k", ZERO_S + windows[_i].then_s);
	ck_assert_uint_eq(q.limit - q.remaining - 1, windows[_i].want);
	ck_assert_int_eq(q.reset_s, ZERO_S + windows[_i].reset_s);
}
END_TEST

/*
 * Months of hits far apart: no count ever comes back, whatever its age is
 * modulo the wrap. A second key keeps the table from being left alone.
 */
START_TEST(old_counts_stay_gone)
{
	int64_t at = ZERO_S;

	for (int turn = 0; turn < 8; turn++) {
		char who[16];

		for (int i = 0; i < 50; i++) {
			(void)snprintf(who, sizeof(who), "%d", i);
			ck_assert_uint_eq(counted(QUOTA_RESET, who, at), 0);
		}
		for (int64_t n = 1; n < 16; n++)
			(void)hit(QUOTA_USER, "busy", at + n * (WRAP_S / 16));
		at += WRAP_S;
	}
}
END_TEST

START_TEST(sweep_clears_what_ended)
{
	int live = 0;

	(void)hit(QUOTA_USER, "short", ZERO_S + EPOCH_S - 61);
	(void)hit(QUOTA_RESET, "long", ZERO_S + EPOCH_S - 61);
	(void)hit(QUOTA_RESET, "long", ZERO_S + EPOCH_S - 61);
	(void)hit(QUOTA_USER, "now", ZERO_S + EPOCH_S);
	for (int i = 0; i < QUOTA_BUCKETS * QUOTA_WAYS; i++)
		live += atomic_load(word_at(i)) != 0;
	ck_assert_int_eq(live, 2);
	ck_assert_uint_eq(counted(QUOTA_RESET, "long", ZERO_S + EPOCH_S), 2);
}
END_TEST

/* The class and scale, and the limit that makes. */
static const struct {
	enum quota_class class;
	int64_t scale;
	uint32_t enterprise, want;
} scales[] = {
	{ QUOTA_SIGNUP, 1, 1, 3 },
	{ QUOTA_SIGNUP, 1000, 1, 3000 },
	{ QUOTA_SIGNUP, 0, 1, 3 },
	{ QUOTA_SIGNUP, -5, 1, 3 },
	{ QUOTA_ADMIN, 838, 1, 4190000 },
	{ QUOTA_ADMIN, 839, 1, COUNT_MAX - 1 },
	{ QUOTA_ADMIN, INT64_MAX, 1, COUNT_MAX - 1 },
	{ QUOTA_PLAN_ENTERPRISE, 1, 20000, 20000 },
	{ QUOTA_PLAN_ENTERPRISE, 10, 20000, 200000 },
	{ QUOTA_PLAN_ENTERPRISE, 1, UINT32_MAX, COUNT_MAX - 1 },
	{ QUOTA_GENERAL, 1000, 1, 0 },
};

START_TEST(scale)
{
	quota_init(key, scales[_i].scale, scales[_i].enterprise);
	ck_assert_uint_eq(quota_limit(scales[_i].class), scales[_i].want);
}
END_TEST

/* The only counter of an else empty table. */
static _Atomic uint64_t *
only_word(void)
{
	for (int i = 0; i < QUOTA_BUCKETS * QUOTA_WAYS; i++)
		if (atomic_load(word_at(i)) != 0)
			return word_at(i);
	ck_abort_msg("the table is empty");
	return NULL;
}

START_TEST(counts_saturate)
{
	struct quota_state q = hit(QUOTA_SIGNIN, "k", ZERO_S);
	_Atomic uint64_t *word = only_word();
	uint64_t full = atomic_load(word) | COUNT_MAX;

	atomic_store(word, full - 1);
	for (int i = 0; i < 3; i++) {
		q = hit(QUOTA_SIGNIN, "k", ZERO_S + 1);
		ck_assert(q.over);
		ck_assert_uint_eq(q.remaining, 0);
		ck_assert_int_eq(q.reset_s, ZERO_S + 60);
		ck_assert_uint_eq(atomic_load(word), full);
	}
	quota_init(key, INT64_MAX, 1);
	ck_assert(hit(QUOTA_SIGNIN, "k", ZERO_S + 1).over);
}
END_TEST

/* The counters of k's bucket, all but its own, with these counts. */
static void
bucket_fill(const uint32_t counts[QUOTA_WAYS - 1], int64_t at_s)
{
	_Atomic uint64_t *own = only_word(), *bucket;
	ptrdiff_t at = own - &s->quota[0][0];
	int n = 0;

	bucket = s->quota[at / QUOTA_WAYS];
	for (int i = 0; i < QUOTA_WAYS; i++)
		if (&bucket[i] != own) {
			atomic_store(&bucket[i],
			    (uint64_t)(2 * i + 100) << 42 |
				(uint64_t)(at_s & (WRAP_S - 1)) << 22 |
				counts[n]);
			n++;
		}
}

static int
bucket_has(uint32_t count)
{
	int n = 0;

	for (int i = 0; i < QUOTA_BUCKETS * QUOTA_WAYS; i++)
		if ((atomic_load(word_at(i)) & COUNT_MAX) == count)
			n++;
	return n;
}

START_TEST(full_bucket_forgets_the_smallest)
{
	static const uint32_t counts[] = { 50, 40, 4, 30, 60, 70, 80 };
	_Atomic uint64_t *own, *place = NULL;

	(void)hit(QUOTA_USER, "k", ZERO_S);
	own = only_word();
	bucket_fill(counts, ZERO_S);
	ck_assert_uint_eq(counted(QUOTA_USER, "k", ZERO_S), 1);
	ck_assert_int_eq(bucket_has(4), 1);

	/* another tag of long ago in k's place: all are live but that */
	atomic_store(own, UINT64_C(999) << 43 | 90);
	place = own;
	(void)hit(QUOTA_USER, "k", ZERO_S + 59);
	ck_assert_int_eq(bucket_has(90) + bucket_has(4), 1);

	/* and now all of them are live */
	atomic_store(place, UINT64_C(999) << 43 | 90);
	bucket_fill(counts, ZERO_S);
	(void)hit(QUOTA_USER, "k", ZERO_S);
	ck_assert_int_eq(bucket_has(4), 0);
	ck_assert_int_eq(bucket_has(90), 1);
	ck_assert_uint_eq(counted(QUOTA_USER, "k", ZERO_S), 1);
}
END_TEST

START_TEST(ended_counters_give_way_first)
{
	static const uint32_t counts[] = { 50, 40, 4, 30, 60, 70, 80 };
	_Atomic uint64_t *own;

	(void)hit(QUOTA_USER, "k", ZERO_S);
	own = only_word();
	bucket_fill(counts, ZERO_S + 30);
	atomic_store(own, UINT64_C(999) << 43 | 90);
	(void)hit(QUOTA_USER, "k", ZERO_S + 60);
	ck_assert_int_eq(bucket_has(90), 0);
	ck_assert_int_eq(bucket_has(4), 1);
}
END_TEST

START_TEST(other_key_other_place)
{
	_Atomic uint64_t *first;

	(void)hit(QUOTA_USER, "k", ZERO_S);
	first = only_word();
	atomic_store(first, 0);
	quota_init((const uint8_t *)"fedcba9876543210", 1, 1);
	(void)hit(QUOTA_USER, "k", ZERO_S);
	ck_assert_ptr_ne(only_word(), first);
}
END_TEST

#define PROCESSES 8
#define HITS      100000
#define KEYS      10

static void
hits_run(void)
{
	struct quota_state q;
	char who[KEYS][8];

	for (int i = 0; i < KEYS; i++)
		(void)snprintf(who[i], sizeof(who[i]), "k%d", i);
	for (int i = 0; i < HITS; i++)
		quota_hit(s, QUOTA_PLAN_ENTERPRISE, who[i % KEYS],
		    (ZERO_S + i % 50) * CLOCK_SECOND, &q);
}

START_TEST(exact_among_processes)
{
	pid_t pids[PROCESSES];

	quota_init(key, 1000, 1000);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			hits_run();
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	for (int i = 0; i < KEYS; i++) {
		char who[8];

		(void)snprintf(who, sizeof(who), "k%d", i);
		ck_assert_uint_eq(counted(QUOTA_PLAN_ENTERPRISE, who, ZERO_S),
		    PROCESSES * HITS / KEYS);
	}
}
END_TEST

/* Many that meet the end of an epoch at once lose none of their hits. */
START_TEST(exact_across_a_sweep)
{
	pid_t pids[PROCESSES];
	int64_t next_s = ZERO_S + EPOCH_S;

	for (int i = 0; i < 500; i++)
		(void)hit(QUOTA_USER, "k", next_s - 10);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			for (int n = 0; n < 50; n++)
				(void)hit(QUOTA_USER, "k", next_s - n % 2);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		ck_assert_int_eq(waitpid(pids[i], NULL, 0), pids[i]);
	ck_assert_uint_eq(counted(QUOTA_USER, "k", next_s), 900);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("quota");
	TCase *tc = tcase_create("quota");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, rule, 0, LENGTH(rules));
	tcase_add_test(tc, not_counted);
	tcase_add_test(tc, keys_and_classes_are_apart);
	tcase_add_loop_test(tc, window, 0, LENGTH(windows));
	tcase_add_test(tc, old_counts_stay_gone);
	tcase_add_test(tc, sweep_clears_what_ended);
	tcase_add_loop_test(tc, scale, 0, LENGTH(scales));
	tcase_add_test(tc, counts_saturate);
	tcase_add_test(tc, full_bucket_forgets_the_smallest);
	tcase_add_test(tc, ended_counters_give_way_first);
	tcase_add_test(tc, other_key_other_place);
	tcase_add_test(tc, exact_among_processes);
	tcase_add_test(tc, exact_across_a_sweep);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
