/*
 * Every statement of the models: prepared against the migrated schema, its
 * binds and columns compared, and its text read for the scope it claims. The
 * ones that claim none are kept in t/golden/scope-none.txt, so that another
 * such statement is a change that somebody sees:
 *
 *	UPDATE_GOLDEN=1 make check TESTS=t/unit/stmts
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/testdb.h"
#include "base/arena.h"
#include "base/buf.h"
#include "db/db.h"
#include "model/stmts.h"

#define WORDS_MAX 4

/* One of the words must be in the text of a statement of that scope. */
static const char *const scope_words[][WORDS_MAX] = {
	[SCOPE_REALM] = { "realm_id = ?" },
	[SCOPE_USER] = { "user_id = ?", "user.id = ?", "u.id = ?" },
	[SCOPE_SESSION] = { "session_id = ?", " id = ?", "session.id = ?",
	    "s.id = ?" },
	[SCOPE_KEY] = { "_hash = ?", "_key = ?", "_hash,", "_key," },
};

static struct testdb db;

static bool
scope_holds(const struct stmt *stmt)
{
	if (stmt->scope == SCOPE_NONE)
		return true;
	for (size_t i = 0; i < WORDS_MAX; i++) {
		const char *word = scope_words[stmt->scope][i];

		if (word != NULL && strstr(stmt->text, word) != NULL)
			return true;
	}
	return false;
}

START_TEST(fits_the_schema)
{
	int bad = 0;

	for (const struct stmt_set *s = model_stmts; s->noun != NULL; s++)
		for (size_t i = 0; i < s->n; i++) {
			const char *why = NULL;

			if (db_check(&db.cx, &s->stmts[i], &why) == 0)
				continue;
			fprintf(stderr, "%s: %s: %s\n", s->noun,
			    s->stmts[i].text, why);
			bad++;
		}
	ck_assert_int_eq(bad, 0);
}
END_TEST

START_TEST(names_its_scope)
{
	int bad = 0;

	for (const struct stmt_set *s = model_stmts; s->noun != NULL; s++)
		for (size_t i = 0; i < s->n; i++) {
			const struct stmt *stmt = &s->stmts[i];

			if (scope_holds(stmt))
				continue;
			fprintf(stderr, "%s: want \"%s\" in %s\n", s->noun,
			    scope_words[stmt->scope][0], stmt->text);
			bad++;
		}
	ck_assert_int_eq(bad, 0);
}
END_TEST

/* What only adds a row is told by its table alone. */
static int
telling_part(const char *text)
{
	bool adds = strncmp(text, "INSERT INTO ", 12) == 0 &&
	    strstr(text, " ON DUPLICATE KEY ") == NULL;

	return (int)(adds ? strcspn(text, "(") - 1 : strlen(text));
}

static void
unscoped_put(struct buf *b, const char *noun, const char *text)
{
	buf_printf(b, "%s: %.*s\n", noun, telling_part(text), text);
}

static const char *
unscoped_list(struct arena *mem)
{
	struct buf b;

	buf_init(&b, mem, 4096);
	for (const struct stmt_set *s = model_stmts; s->noun != NULL; s++)
		for (size_t i = 0; i < s->n; i++)
			if (s->stmts[i].scope == SCOPE_NONE)
				unscoped_put(&b, s->noun, s->stmts[i].text);
	return b.p;
}

static const char *
golden_path(struct arena *mem)
{
	const char *dir = getenv("top_srcdir");

	return arena_printf(mem, "%s/t/golden/scope-none.txt",
	    dir != NULL ? dir : ".");
}

static const char *
file_read(struct arena *mem, const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf b;
	size_t n;

	ck_assert_msg(f != NULL, "%s cannot be read", path);
	buf_init(&b, mem, 4096);
	while ((n = fread(buf_reserve(&b, 4096), 1, 4096, f)) > 0)
		buf_added(&b, n);
	fclose(f);
	return b.p;
}

static void
file_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_msg(f != NULL, "%s cannot be written", path);
	ck_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

/* Prints the lines of a that b lacks; returns how many. */
static int
lines_missing(struct arena *mem, const char *a, const char *b, char sign)
{
	int missing = 0;

	for (size_t n; *a != '\0'; a += n) {
		const char *line;

		n = strcspn(a, "\n") + 1;
		line = arena_strndup(mem, a, n);
		if (strstr(b, line) != NULL)
			continue;
		fprintf(stderr, "%c %s", sign, line);
		missing++;
	}
	return missing;
}

START_TEST(unscoped_ones_are_known)
{
	const char *path = golden_path(db.cx.mem);
	const char *got = unscoped_list(db.cx.mem), *want;

	if (getenv("UPDATE_GOLDEN") != NULL)
		file_write(path, got);
	want = file_read(db.cx.mem, path);
	ck_assert_msg(lines_missing(db.cx.mem, want, got, '-') +
		    lines_missing(db.cx.mem, got, want, '+') ==
		0,
	    "%s differs", path);
}
END_TEST

static void
database_make(void)
{
	testdb_open(&db, TESTDB_MIGRATED);
}

static void
database_drop(void)
{
	testdb_close(&db);
}

static void
test_end(void)
{
	testdb_leave(&db.cx);
	arena_free(db.mem);
}

int
main(int argc, char **argv)
{
	Suite *s = suite_create("stmts");
	TCase *c = tcase_create("stmts");
	SRunner *runner = srunner_create(s);
	int failed;

	(void)argc;
	testdb_need_server(argv);
	db_library_init();
	suite_add_tcase(s, c);
	tcase_add_unchecked_fixture(c, database_make, database_drop);
	tcase_add_checked_fixture(c, NULL, test_end);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, fits_the_schema);
	tcase_add_test(c, names_its_scope);
	tcase_add_test(c, unscoped_ones_are_known);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	db_library_end();
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
