/* What goes in comes out: binds, results, the cache, the checks. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db.h"

struct value {
	const char *s;
	int64_t i;
	int n;
	bool f;
	int64_t at;
	struct uuid id;
	struct blob b;
};

static const struct col value_cols[] = {
	COL(struct value, s),
	COL(struct value, i),
	COL(struct value, n),
	COL(struct value, f),
	COL(struct value, at),
	COL(struct value, id),
	COL(struct value, b),
	COL_END,
};

enum { VALUE_PUT, VALUE_GET, VALUE_STMT__MAX };

static const struct stmt value_stmts[VALUE_STMT__MAX] = {
	[VALUE_PUT] = { SCOPE_NONE, "siiftub", NULL,
	    "INSERT INTO v (s, i, n, f, at, id, b)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?)" },
	[VALUE_GET] = { SCOPE_NONE, "", value_cols,
	    "SELECT s, i, n, f, at, id, b FROM v" },
};

static void
table_make(void)
{
	sql(&db.cx,
	    "CREATE OR REPLACE TABLE v (s MEDIUMTEXT, i BIGINT, n INT,"
	    " f TINYINT(1), at DATETIME(6), id BINARY(16), b BLOB)");
}

static void
round_trip(const struct value *in, struct value *ret)
{
	table_make();
	ck_result(db_exec(&db.cx, &value_stmts[VALUE_PUT], NULL, in->s, in->i,
		      (int64_t)in->n, (int)in->f, in->at, &in->id, in->b.p,
		      in->b.n),
	    0);
	ck_result(db_row(&db.cx, &value_stmts[VALUE_GET], ret), 0);
}

static const char *const strings[] = {
	NULL,
	"",
	"a",
	"blanks at the end  ",
	"Zo\xc3\xab \xf0\x9f\xa6\x89 \xe2\x98\x83",
	"'; DROP TABLE v; --",
	"\x01\x7f\\%_\"",
};

START_TEST(string_survives)
{
	struct value in = { .s = strings[_i] }, out = { .s = "?" };

	round_trip(&in, &out);
	ck_assert_pstr_eq(out.s, in.s);
}
END_TEST

START_TEST(long_strings_survive)
{
	static char text[(64 << 10) + 1];
	static uint8_t bytes[60000];
	struct value in = { .s = text, .b = { bytes, sizeof(bytes) } };
	struct value out;

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	round_trip(&in, &out);
	ck_assert_str_eq(out.s, text);
	ck_assert_uint_eq(out.b.n, sizeof(bytes));
	ck_assert_mem_eq(out.b.p, bytes, sizeof(bytes));
	ck_assert_uint_eq(out.b.p[out.b.n], 0);
}
END_TEST

static const struct value numbers[] = {
	{ .i = 0, .n = 0, .f = false },
	{ .i = 1, .n = 1, .f = true },
	{ .i = -1, .n = -1, .f = true },
	{ .i = INT64_MAX, .n = INT_MAX, .f = true },
	{ .i = INT64_MIN, .n = INT_MIN, .f = false },
};

START_TEST(number_survives)
{
	struct value out = { 0 };

	round_trip(&numbers[_i], &out);
	ck_assert_int_eq(out.i, numbers[_i].i);
	ck_assert_int_eq(out.n, numbers[_i].n);
	ck_assert_int_eq(out.f, numbers[_i].f);
}
END_TEST

START_TEST(bytes_survive)
{
	static const uint8_t bytes[] = { 0, 1, 0xff, 0, 0x80 };
	struct value in = { .b = { bytes, sizeof(bytes) } }, out;

	for (size_t i = 0; i < sizeof(in.id.b); i++)
		in.id.b[i] = (uint8_t)(0xf0 + i);
	round_trip(&in, &out);
	ck_assert(uuid_equal(&out.id, &in.id));
	ck_assert_uint_eq(out.b.n, sizeof(bytes));
	ck_assert_mem_eq(out.b.p, bytes, sizeof(bytes));
	in.b.n = 0;
	round_trip(&in, &out);
	ck_assert_uint_eq(out.b.n, 0);
	ck_assert_ptr_nonnull(out.b.p);
}
END_TEST

START_TEST(null_is_nothing)
{
	struct value in = { 0 };
	struct value out = { "?", 1, 1, true, 1, { { 1 } },
		{ (const uint8_t *)"?", 1 } };

	round_trip(&in, &out);
	ck_assert_int_eq(sql_number(&db.cx,
			     "SELECT COUNT(*) FROM v WHERE s IS NULL AND"
			     " at IS NULL AND id IS NULL AND b IS NULL"),
	    1);
	sql(&db.cx, "UPDATE v SET i = NULL, n = NULL, f = NULL");
	ck_result(db_row(&db.cx, &value_stmts[VALUE_GET], &out), 0);
	ck_assert_ptr_null(out.s);
	ck_assert_int_eq(out.i, 0);
	ck_assert_int_eq(out.n, 0);
	ck_assert(!out.f);
	ck_assert_int_eq(out.at, 0);
	ck_assert(uuid_is_zero(&out.id));
	ck_assert_ptr_null(out.b.p);
	ck_assert_uint_eq(out.b.n, 0);
}
END_TEST

static const struct {
	int64_t at;
	const char *shown;
} instants[] = {
	{ 1, "1970-01-01 00:00:00.000001" },
	{ -1, "1969-12-31 23:59:59.999999" },
	{ INT64_C(951782400) * CLOCK_SECOND, "2000-02-29 00:00:00.000000" },
	{ INT64_C(951868800) * CLOCK_SECOND, "2000-03-01 00:00:00.000000" },
	{ INT64_C(4107542399) * CLOCK_SECOND, "2100-02-28 23:59:59.000000" },
	{ INT64_C(4107542400) * CLOCK_SECOND, "2100-03-01 00:00:00.000000" },
	{ INT64_C(1763289000123456), "2025-11-16 10:30:00.123456" },
	{ INT64_C(-30610224000) * CLOCK_SECOND, "1000-01-01 00:00:00.000000" },
	{ INT64_C(253402300799999999), "9999-12-31 23:59:59.999999" },
	/* a summer hour that Europe's clocks leave out */
	{ INT64_C(1711852200) * CLOCK_SECOND, "2024-03-31 02:30:00.000000" },
};

START_TEST(instant_survives)
{
	struct shown {
		const char *text;
	} shown;
	static const struct col cols[] = { COL(struct shown, text), COL_END };
	static const struct stmt show = { SCOPE_NONE, "", cols,
		"SELECT DATE_FORMAT(at, '%Y-%m-%d %H:%i:%s.%f') FROM v" };
	struct value in = { .at = instants[_i].at }, out;

	round_trip(&in, &out);
	ck_assert_int_eq(out.at, in.at);
	ck_result(db_row(&db.cx, &show, &shown), 0);
	ck_assert_str_eq(shown.text, instants[_i].shown);
}
END_TEST

START_TEST(instant_beyond_the_calendar)
{
	table_make();
	ck_result(db_exec(&db.cx, &value_stmts[VALUE_PUT], NULL, NULL,
		      INT64_C(0), INT64_C(0), 0, INT64_MAX, NULL, NULL,
		      (size_t)0),
	    -1);
	ck_assert(log_has("db.error"));
}
END_TEST

/* What an int64_t takes, and what it refuses rather than bend. */
static const struct {
	const char *text;
	int want;
	int64_t value;
} readings[] = {
	{ "SELECT CAST(7 AS DECIMAL(20,0))", 0, 7 },
	{ "SELECT CAST(-7 AS DECIMAL(20,3))", 0, -7 },
	{ "SELECT SUM(x) FROM (SELECT 40 AS x UNION SELECT 2) AS t", 0, 42 },
	{ "SELECT CAST(7.5 AS DECIMAL(20,3))", -1, 0 },
	{ "SELECT CAST(99999999999999999999 AS DECIMAL(30,0))", -1, 0 },
	{ "SELECT CAST(9223372036854775807 AS UNSIGNED)", 0, INT64_MAX },
	{ "SELECT CAST(18446744073709551615 AS UNSIGNED)", -1, 0 },
	{ "SELECT CAST('1970-01-02' AS DATE)", 0, INT64_C(86400000000) },
	{ "SELECT CAST('1970-01-01 00:00:01' AS DATETIME)", 0, 1000000 },
	{ "SELECT NULL", 0, 0 },
	{ "SELECT 'seven'", -1, 0 },
	{ "SELECT 1.5e0", -1, 0 },
	{ "SELECT 1, 2", -1, 0 },
	{ "SELECT nothing", -1, 0 },
};

START_TEST(integer_is_read)
{
	struct row {
		int64_t n;
	} row = { 12345 };
	static const struct col cols[] = { COL(struct row, n), COL_END };
	struct stmt stmt = { SCOPE_NONE, "", cols, readings[_i].text };
	int r = db_row(&db.cx, &stmt, &row);

	ck_assert_msg(r == readings[_i].want, "%s: got %s, want %d",
	    readings[_i].text, result_name(r), readings[_i].want);
	if (r == 0)
		ck_assert_int_eq(row.n, readings[_i].value);
	ck_assert_int_eq(log_has("db.error"), r != 0);
	ck_assert_int_eq(sql_number(&db.cx, "SELECT 3"), 3);
}
END_TEST

static const struct {
	const char *text;
	int want;
} narrow[] = {
	{ "SELECT 2147483647", 0 },
	{ "SELECT 2147483648", -1 },
	{ "SELECT -2147483649", -1 },
};

START_TEST(int_is_bounded)
{
	struct row {
		int n;
	} row;
	static const struct col cols[] = { COL(struct row, n), COL_END };
	struct stmt stmt = { SCOPE_NONE, "", cols, narrow[_i].text };

	ck_result(db_row(&db.cx, &stmt, &row), narrow[_i].want);
}
END_TEST

START_TEST(uuid_has_16_bytes)
{
	struct row {
		struct uuid id;
	} row;
	static const struct col cols[] = { COL(struct row, id), COL_END };
	static const struct stmt shorter = { SCOPE_NONE, "", cols,
		"SELECT UNHEX('0102')" };
	static const struct stmt longer = { SCOPE_NONE, "", cols,
		"SELECT UNHEX(REPEAT('01', 17))" };

	ck_result(db_row(&db.cx, &shorter, &row), -1);
	ck_result(db_row(&db.cx, &longer, &row), -1);
}
END_TEST

START_TEST(rows_come_in_order)
{
	struct row {
		int n;
		const char *s;
	};
	static const struct col cols[] = {
		COL(struct row, n),
		COL(struct row, s),
		COL_END,
	};
	static const struct stmt stmt = { SCOPE_NONE, "i", cols,
		"SELECT seq, REPEAT('x', seq) FROM seq_1_to_300"
		" WHERE seq <= ? ORDER BY seq" };
	static const size_t counts[] = { 0, 1, 8, 9, 300 };

	for (size_t k = 0; k < 5; k++) {
		struct list list = { 99, NULL };
		struct row *row;

		ck_result(db_rows(&db.cx, &stmt, &list, sizeof(*row),
			      (int64_t)counts[k]),
		    0);
		row = list.items;
		ck_assert_uint_eq(list.n, counts[k]);
		for (size_t i = 0; i < list.n; i++) {
			ck_assert_int_eq(row[i].n, (int)i + 1);
			ck_assert_uint_eq(strlen(row[i].s), i + 1);
		}
	}
}
END_TEST

START_TEST(first_row_or_none)
{
	struct value out = { .i = 5 };
	static const struct stmt many = { SCOPE_NONE, "", value_cols,
		"SELECT s, i, n, f, at, id, b FROM v ORDER BY i" };

	table_make();
	ck_result(db_row(&db.cx, &many, &out), ERR_NOT_FOUND);
	ck_assert_int_eq(out.i, 5);
	ck_assert_ptr_null(db.cx.fail.text);
	sql(&db.cx, "INSERT INTO v (i) VALUES (3), (2), (1)");
	ck_result(db_row(&db.cx, &many, &out), 0);
	ck_assert_int_eq(out.i, 1);
}
END_TEST

START_TEST(changes_are_counted)
{
	static const struct stmt put = { SCOPE_NONE, "", NULL,
		"INSERT INTO v (i) VALUES (1), (2), (3)" };
	static const struct stmt set = { SCOPE_NONE, "i", NULL,
		"UPDATE v SET n = 1 WHERE i <= ?" };
	size_t n;

	table_make();
	ck_result(db_exec(&db.cx, &put, &n), 0);
	ck_assert_uint_eq(n, 3);
	ck_result(db_exec(&db.cx, &set, &n, INT64_C(2)), 0);
	ck_assert_uint_eq(n, 2);
	ck_result(db_exec(&db.cx, &set, &n, INT64_C(3)), 0);
	ck_assert_uint_eq(n, 1);
}
END_TEST

/* Its columns are known only once it ran. */
START_TEST(returning_gives_rows)
{
	struct row {
		int64_t i;
		const char *s;
	} row;
	static const struct col cols[] = {
		COL(struct row, i),
		COL(struct row, s),
		COL_END,
	};
	static const struct col swapped[] = {
		COL(struct row, s),
		COL(struct row, i),
		COL_END,
	};
	static const struct stmt put = { SCOPE_NONE, "is", cols,
		"INSERT INTO v (i, s) VALUES (?, ?) RETURNING i + 1, s" };
	static const struct stmt take = { SCOPE_NONE, "i", cols,
		"DELETE FROM v WHERE i >= ? RETURNING i, s" };
	static const struct stmt wrong = { SCOPE_NONE, "i", swapped,
		"DELETE FROM v WHERE i >= ? RETURNING i, s" };
	struct list list;

	table_make();
	for (int64_t i = 1; i <= 3; i++) {
		ck_result(db_row(&db.cx, &put, &row, i, "x"), 0);
		ck_assert_int_eq(row.i, i + 1);
		ck_assert_str_eq(row.s, "x");
	}
	ck_result(db_rows(&db.cx, &take, &list, sizeof(row), INT64_C(2)), 0);
	ck_assert_uint_eq(list.n, 2);
	ck_result(db_row(&db.cx, &take, &row, INT64_C(2)), ERR_NOT_FOUND);
	ck_result(db_row(&db.cx, &wrong, &row, INT64_C(1)), -1);
	ck_assert(log_has("is no string"));
	ck_result(db_ping(&db.cx), 0);
}
END_TEST

START_TEST(select_is_one_statement)
{
	struct value out;
	uint64_t sent;

	table_make();
	ck_result(db_row(&db.cx, &value_stmts[VALUE_GET], &out), ERR_NOT_FOUND);
	sent = db_sent(db.cx.db);
	ck_result(db_row(&db.cx, &value_stmts[VALUE_GET], &out), ERR_NOT_FOUND);
	ck_assert_uint_eq(db_sent(db.cx.db) - sent, 1);
}
END_TEST

static int64_t
session_status(const char *name)
{
	struct row {
		const char *value;
	} row;
	static const struct col cols[] = { COL(struct row, value), COL_END };
	static const struct stmt stmt = { SCOPE_NONE, "s", cols,
		"SELECT variable_value FROM information_schema.session_status"
		" WHERE variable_name = ?" };

	ck_result(db_row(&db.cx, &stmt, &row, name), 0);
	return strtoimax(row.value, NULL, 10);
}

/* The ones used last stay, whatever their number. */
START_TEST(cache_is_capped)
{
	static char texts[200][32];
	int64_t prepared, closed;

	for (int i = 0; i < 200; i++) {
		snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
		ck_assert_int_eq(sql_number(&db.cx, texts[i]), i);
		ck_assert_int_eq(sql_number(&db.cx, texts[0]), 0);
	}
	prepared = session_status("COM_STMT_PREPARE");
	closed = session_status("COM_STMT_CLOSE");
	ck_assert_int_eq(prepared - closed, 64);
	/* the first was used all along, the 2nd was dropped */
	sql_number(&db.cx, texts[0]);
	ck_assert_int_eq(session_status("COM_STMT_PREPARE"), prepared);
	sql_number(&db.cx, texts[1]);
	ck_assert_int_eq(session_status("COM_STMT_PREPARE"), prepared + 1);
}
END_TEST

START_TEST(altered_table_is_no_trouble)
{
	struct row {
		int64_t i;
	} row;
	static const struct col cols[] = { COL(struct row, i), COL_END };
	static const struct stmt stmt = { SCOPE_NONE, "", cols,
		"SELECT i FROM v" };
	struct ctx other;

	table_make();
	testdb_join(&db, &other);
	sql(&other, "INSERT INTO v (i) VALUES (41)");
	ck_result(db_row(&db.cx, &stmt, &row), 0);
	sql(&other, "ALTER TABLE v ADD COLUMN extra INT FIRST, MODIFY i INT");
	sql(&other, "UPDATE v SET i = 42");
	ck_result(db_row(&db.cx, &stmt, &row), 0);
	ck_assert_int_eq(row.i, 42);
	testdb_leave(&other);
}
END_TEST

START_TEST(session_is_as_we_want_it)
{
	struct row {
		const char *isolation, *mode, *zone, *collation, *charset;
	} row;
	static const struct col cols[] = {
		COL(struct row, isolation),
		COL(struct row, mode),
		COL(struct row, zone),
		COL(struct row, collation),
		COL(struct row, charset),
		COL_END,
	};
	static const struct stmt stmt = { SCOPE_NONE, "", cols,
		"SELECT @@tx_isolation, @@sql_mode, @@time_zone,"
		" @@collation_connection, @@character_set_client" };

	ck_result(db_row(&db.cx, &stmt, &row), 0);
	ck_assert_str_eq(row.isolation, "READ-COMMITTED");
	ck_assert_msg(strstr(row.mode, "STRICT_ALL_TABLES") != NULL,
	    "sql_mode is %s", row.mode);
	ck_assert_str_eq(row.zone, "+00:00");
	ck_assert_str_eq(row.collation, "utf8mb4_bin");
	ck_assert_str_eq(row.charset, "utf8mb4");
}
END_TEST

struct pair {
	const char *s;
	int64_t n;
};

static const struct col pair_cols[] = {
	COL(struct pair, s),
	COL(struct pair, n),
	COL_END,
};

static const struct {
	struct stmt stmt;
	const char *says; /* NULL: it is fine */
} checks[] = {
	{ { SCOPE_NONE, "i", pair_cols, "SELECT s, n FROM v WHERE i = ?" },
	    NULL },
	{ { SCOPE_NONE, "", NULL, "DELETE FROM v" }, NULL },
	{ { SCOPE_NONE, "ii", pair_cols, "SELECT s, n FROM v WHERE i = ?" },
	    "1 parameters and 2 columns, but bind has 2 and result 2" },
	{ { SCOPE_NONE, "", pair_cols, "SELECT s FROM v" },
	    "0 parameters and 1 columns, but bind has 0 and result 2" },
	{ { SCOPE_NONE, "", NULL, "SELECT s FROM v" },
	    "0 parameters and 1 columns, but bind has 0 and result 0" },
	{ { SCOPE_NONE, "", pair_cols, "SELECT n, s FROM v" },
	    "column 1 (n) is no string" },
	{ { SCOPE_NONE, "", pair_cols, "SELECT s, id FROM v" },
	    "column 2 (id) is no number or instant" },
	{ { SCOPE_NONE, "", NULL, "DELETE FROM nowhere" }, "nowhere" },
	{ { SCOPE_NONE, "", NULL, "DELETE THE THING" }, "syntax" },
	{ { SCOPE_NONE, "x", NULL, "DELETE FROM v WHERE i = ?" },
	    "bind has an unknown letter" },
};

START_TEST(statement_is_checked)
{
	const char *message = NULL, *says = checks[_i].says;
	int r;

	table_make();
	r = db_check(&db.cx, &checks[_i].stmt, &message);
	ck_assert_msg(r == (says == NULL ? 0 : -1), "%s: %d %s",
	    checks[_i].stmt.text, r, message == NULL ? "" : message);
	if (says != NULL)
		ck_assert_msg(strstr(message, says) != NULL,
		    "got \"%s\", want \"%s\"", message, says);
}
END_TEST

START_TEST(script_says_which_statement)
{
	const char *message = "";
	static const char text[] = "SELECT 1;\n-- a remark\nSELECT 2, 3;\n"
				   "SELECT wrong;\nSELECT 4;\n";

	ck_result(db_script(&db.cx, text, &message), -1);
	ck_assert_msg(strncmp(message, "statement 3: ", 13) == 0 &&
		strstr(message, "wrong") != NULL,
	    "got \"%s\"", message);
	ck_result(db_script(&db.cx, "SELECT 1;\n-- the end\n", &message), 0);
	ck_result(db_script(&db.cx, "SELECT 1; SELECT 2;\n\n", &message), 0);
	ck_result(db_ping(&db.cx), 0);
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))

void
cases_values(Suite *s)
{
	TCase *c = db_case(s, "values");

	tcase_add_loop_test(c, string_survives, 0, N(strings));
	tcase_add_test(c, long_strings_survive);
	tcase_add_loop_test(c, number_survives, 0, N(numbers));
	tcase_add_test(c, bytes_survive);
	tcase_add_test(c, null_is_nothing);
	tcase_add_loop_test(c, instant_survives, 0, N(instants));
	tcase_add_test(c, instant_beyond_the_calendar);
	tcase_add_loop_test(c, integer_is_read, 0, N(readings));
	tcase_add_loop_test(c, int_is_bounded, 0, N(narrow));
	tcase_add_test(c, uuid_has_16_bytes);
	tcase_add_test(c, rows_come_in_order);
	tcase_add_test(c, first_row_or_none);
	tcase_add_test(c, changes_are_counted);

	c = db_case(s, "statements");
	tcase_add_test(c, returning_gives_rows);
	tcase_add_test(c, select_is_one_statement);
	tcase_add_test(c, cache_is_capped);
	tcase_add_test(c, altered_table_is_no_trouble);
	tcase_add_test(c, session_is_as_we_want_it);
	tcase_add_loop_test(c, statement_is_checked, 0, N(checks));
	tcase_add_test(c, script_says_which_statement);
}
