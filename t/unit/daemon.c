/* The parts of the daemon that need no process: its book, and its texts. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/procs.h"
#include "daemon/upgrade.h"
#include "daemon/worker.h"

#define S INT64_C(1000000)

static const struct backoff_case {
	unsigned failures;
	int64_t us;
} backoffs[] = {
	{ 0, 0 },
	{ 1, 0 },
	{ 2, BACKOFF_FIRST_US },
	{ 3, 2 * BACKOFF_FIRST_US },
	{ 5, 8 * BACKOFF_FIRST_US },
	{ 9, BACKOFF_MAX_US },
	{ 4000000000U, BACKOFF_MAX_US },
};

START_TEST(test_backoff)
{
	ck_assert_int_eq(backoff_us(backoffs[_i].failures), backoffs[_i].us);
}
END_TEST

/* Fills the next place with that pid; its slot, or -1 with *ret_at. */
static int
fill(struct procs *ps, int64_t now, pid_t pid, int64_t *ret_at)
{
	int place, slot;

	if (procs_next(ps, now, &place, &slot, ret_at) != 0)
		return -1;
	procs_born(ps, place, slot, pid, 1, now);
	return slot;
}

static void
fill_all(struct procs *ps, int64_t now, pid_t first)
{
	int64_t at;

	while (fill(ps, now, first++, &at) >= 0)
		;
	ck_assert_int_eq(at, 0);
}

START_TEST(test_places)
{
	struct procs ps;

	procs_init(&ps, 3);
	fill_all(&ps, S, 100);
	ck_assert_int_eq(procs_alive(&ps), 4);
	ck_assert_int_eq(procs_find(&ps, 100), 0);
	ck_assert_int_eq(procs_find(&ps, 103), PROC_JOBS);
	ck_assert_int_eq(procs_find(&ps, 104), -1);
}
END_TEST

/* Who dies at once again and again is tried ever more slowly. */
START_TEST(test_crash_loop)
{
	struct procs ps;
	int64_t now = S, at;

	procs_init(&ps, 1);
	fill_all(&ps, now, 100);
	for (unsigned i = 1; i < 12; i++) {
		ck_assert(procs_died(&ps, 0, false, now));
		if (backoff_us(i) > 0) {
			ck_assert_int_eq(fill(&ps, now, 200, &at), -1);
			ck_assert_int_eq(at, now + backoff_us(i));
			now = at;
		}
		ck_assert_int_eq(fill(&ps, now, 200, &at), 0);
	}
	ck_assert_uint_eq(ps.restarts, 11);
	now += BACKOFF_RESET_US;
	ck_assert(procs_died(&ps, 0, false, now));
	ck_assert_int_eq(fill(&ps, now, 200, &at), 0);
}
END_TEST

START_TEST(test_neighbours_do_not_wait)
{
	struct procs ps;
	int64_t at;

	procs_init(&ps, 2);
	fill_all(&ps, S, 100);
	for (int i = 0; i < 3; i++) {
		ck_assert(procs_died(&ps, 0, false, S + i));
		fill(&ps, S * 20, 200, &at);
	}
	ck_assert(procs_died(&ps, 0, false, S * 20));
	ck_assert(procs_died(&ps, 1, false, S * 20));
	ck_assert_int_eq(fill(&ps, S * 20, 300, &at), 0);
	ck_assert_int_eq(ps.proc[0].place, 1);
}
END_TEST

START_TEST(test_recycled_at_once)
{
	struct procs ps;
	int64_t at;

	procs_init(&ps, 1);
	fill_all(&ps, S, 100);
	for (int i = 0; i < 5; i++) {
		ck_assert(procs_died(&ps, 0, true, S));
		ck_assert_int_eq(fill(&ps, S, 200, &at), 0);
	}
	ck_assert_uint_eq(ps.recycled, 5);
	ck_assert_uint_eq(ps.restarts, 0);
}
END_TEST

/* 40 new ones beside 40 old ones do not fit: 24, then one for each death. */
START_TEST(test_replace)
{
	struct procs ps;
	int64_t at;

	procs_init(&ps, 40);
	fill_all(&ps, S, 100);
	procs_replace(&ps, 40);
	fill_all(&ps, S, 200);
	ck_assert_int_eq(procs_alive(&ps), SHARED_SLOTS + 1);
	ck_assert_msg(!procs_died(&ps, 7, false, S), "an old one was missed");
	ck_assert_int_eq(fill(&ps, S, 300, &at), 7);
	ck_assert(!procs_died(&ps, PROC_JOBS, true, S));
	ck_assert_int_eq(fill(&ps, S, 301, &at), PROC_JOBS);
	for (int i = 0; i < 40; i++)
		if (ps.proc[i].place < 0)
			procs_died(&ps, i, true, S);
	fill_all(&ps, S, 400);
	ck_assert_int_eq(procs_alive(&ps), 41);
	ck_assert_uint_eq(ps.restarts + ps.recycled, 0);
}
END_TEST

START_TEST(test_heritage)
{
	struct heritage a = { .listen_fd = 900,
		.shared_fd = 901,
		.generation = 7,
		.restarts = 3,
		.recycled = 5,
		.started_at = INT64_C(1763000000000000) },
			b;

	a.pid[0] = 17;
	a.pid[63] = 18;
	a.pid[PROC_JOBS] = 19;
	heritage_set(&a);
	ck_assert(heritage_take(&b));
	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert(getenv(UPGRADE_ENV) == NULL);
	ck_assert(!heritage_take(&b));
}
END_TEST

static const char *const no_heritage[] = {
	"",
	"1 2 3 4 5 6 7", /* another process's */
	"%d 2 3 4 5 6",
	"%d 2 3 4 5 6 7 65:1",
	"%d 2 3 4 5 6 7 -1:1",
	"%d 2 3 4 5 6 7 1",
	"%d 2 3 4 5 6 7 1:x",
	"%d 2 3 -4 5 6 7",
	"%d 2147483648 3 4 5 6 7",
	"%d 2 3 4 5 6 7 1:0",
	"%d 2 3 4 5 6 7 1:2147483648",
};

START_TEST(test_heritage_refused)
{
	const char *form = no_heritage[_i], *rest = strchr(form, ' ');
	struct heritage h;
	char text[64];

	snprintf(text, sizeof(text), "%s", form);
	if (form[0] == '%')
		snprintf(text, sizeof(text), "%d%s", (int)getpid(), rest);
	setenv(UPGRADE_ENV, text, 1);
	ck_assert_msg(!heritage_take(&h), "\"%s\" was taken", text);
	ck_assert(getenv(UPGRADE_ENV) == NULL);
}
END_TEST

#define SECRET "abcdefghijabcdefghijabcdefghijabcdefghij123"
#define TYPED  "/usr_01h455vb4pex5vsknk084sn02q"

static const struct path_case {
	const char *path, *logged;
} paths[] = {
	{ "/", "/" },
	{ "", "" },
	{ "/api/v1/health/", "/api/v1/health/" },
	{ "/api/v1/users" TYPED, "/api/v1/users" TYPED },
	{ "/reset/" SECRET, "/reset/*" },
	{ "/reset/" SECRET "/confirm", "/reset/*/confirm" },
	{ "/" SECRET "/" SECRET, "/*/*" },
};

START_TEST(test_log_path)
{
	char text[64];

	ck_assert_str_eq(worker_log_path(paths[_i].path, text, sizeof(text)),
	    paths[_i].logged);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *
daemon_suite(void)
{
	Suite *s = suite_create("daemon");
	TCase *t = tcase_create("book");

	tcase_add_loop_test(t, test_backoff, 0, COUNT(backoffs));
	tcase_add_test(t, test_places);
	tcase_add_test(t, test_crash_loop);
	tcase_add_test(t, test_neighbours_do_not_wait);
	tcase_add_test(t, test_recycled_at_once);
	tcase_add_test(t, test_replace);
	tcase_add_test(t, test_heritage);
	tcase_add_loop_test(t, test_heritage_refused, 0, COUNT(no_heritage));
	tcase_add_loop_test(t, test_log_path, 0, COUNT(paths));
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(daemon_suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
