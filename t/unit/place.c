/* Places of addresses, with a database, with a bad one and without. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "out/place.h"
#include "support/mmdb.h"

static const struct mmdb_row rows[] = {
	{ "192.0.2.0/24", "San Francisco", "United States" },
	{ "198.51.100.0/25", NULL, "Austria" },
	{ "203.0.113.7/32", "Nowhere", NULL },
	{ "203.0.113.8/32", NULL, NULL },
	{ "2001:db8:1::/48", "Wien", "Austria" },
	{ NULL },
};

static const struct {
	const char *address;
	const char *city, *country, *text; /* "-" for NULL */
} cases[] = {
	{ "192.0.2.1", "San Francisco", "United States",
	    "San Francisco, United States" },
	{ "192.0.2.255", "San Francisco", "United States",
	    "San Francisco, United States" },
	{ "::ffff:192.0.2.1", "San Francisco", "United States",
	    "San Francisco, United States" },
	{ "192.0.3.1", "-", "-", "-" },
	{ "198.51.100.1", "-", "Austria", "Austria" },
	{ "198.51.100.129", "-", "-", "-" },
	{ "203.0.113.7", "Nowhere", "-", "Nowhere" },
	{ "203.0.113.8", "-", "-", "-" },
	{ "2001:db8:1:2::3", "Wien", "Austria", "Wien, Austria" },
	{ "2001:db8:2::3", "-", "-", "-" },
	{ "127.0.0.1", "-", "-", "-" },
	{ "example.org", "-", "-", "-" },
	{ "192.0.2.1 ", "-", "-", "-" },
	{ "", "-", "-", "-" },
	{ NULL, "-", "-", "-" },
};

static char path[] = "/tmp/cardea-place-XXXXXX";
static struct conf conf;
static struct ctx cx = { .conf = &conf };
static int lines;

static void
count_line(enum log_level level, const char *line)
{
	(void)line;
	lines += level >= LOG_WARN;
}

static void
setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	cx.mem = arena_new(0);
	log_set_sink(count_line);
}

static void
teardown(void)
{
	log_set_sink(NULL);
	arena_free(cx.mem);
	unlink(path);
}

static const char *
shown(const char *text)
{
	return text == NULL ? "-" : text;
}

/* What the library cannot read, nobody can. */
static const char *
wanted(const char *text)
{
#ifdef HAVE_MAXMINDDB
	return text;
#else
	(void)text;
	return "-";
#endif
}

START_TEST(known)
{
	struct place p;

	mmdb_write(path, rows);
	conf.geo_database = path;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		place_find(&cx, cases[i].address, &p);
		ck_assert_msg(strcmp(shown(p.city), wanted(cases[i].city)) ==
			    0 &&
			strcmp(shown(p.country), wanted(cases[i].country)) ==
			    0 &&
			strcmp(shown(place_text(cx.mem, &p)),
			    wanted(cases[i].text)) == 0,
		    "%s: wanted %s, %s, got %s, %s", shown(cases[i].address),
		    cases[i].city, cases[i].country, shown(p.city),
		    shown(p.country));
	}
}
END_TEST

/* No database, none there, and a file that is something else. */
START_TEST(unknown)
{
	static const char *const paths[] = { NULL, "/nonexistent/x.mmdb",
		path };
	struct place p = { "x", "y" };

	for (size_t i = 0; i < 3; i++) {
		conf.geo_database = paths[i];
		for (int again = 0; again < 2; again++) {
			place_find(&cx, "192.0.2.1", &p);
			ck_assert_ptr_null(p.city);
			ck_assert_ptr_null(p.country);
			ck_assert_ptr_null(place_text(cx.mem, &p));
		}
	}
	/* said once for each, not for each look-up */
#ifdef HAVE_MAXMINDDB
	ck_assert_int_eq(lines, 2);
#else
	ck_assert_int_eq(lines, 1);
#endif
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("place");
	TCase *tc = tcase_create("places");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, known);
	tcase_add_test(tc, unknown);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
