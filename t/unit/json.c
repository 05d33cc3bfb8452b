/*
 * JSON: the scan, decoding by tables with its messages, writing, and both
 * against json-c.
 */
#include <check.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/list.h"
#include "base/utf8.h"
#include "json/json.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct ctx cx;

static void
setup(void)
{
	memset(&cx, 0, sizeof(cx));
	cx.mem = arena_new(65536);
	cx.secret = arena_new_secret(4096);
}

static void
teardown(void)
{
	arena_free(cx.mem);
	arena_free(cx.secret);
}

static void
same(const char *what, const char *want, const char *got)
{
	ck_assert_msg(got != NULL && strcmp(want, got) == 0,
	    "%s\n  want %s\n  got  %s", what, want,
	    got != NULL ? got : "(null)");
}

/* --- json_scan --- */

#define T(s) (s), sizeof(s) - 1

static const struct scan_case {
	const char *text;
	size_t n;
	enum json_fault fault;
	size_t at;
} scan_cases[] = {
	{ T("{}"), JSON_OK },
	{ T("[]"), JSON_OK },
	{ T(" \t\r\n{ } \n"), JSON_OK },
	{ T("null"), JSON_OK },
	{ T("true"), JSON_OK },
	{ T("false"), JSON_OK },
	{ T("\"\""), JSON_OK },
	{ T("0"), JSON_OK },
	{ T("-0"), JSON_OK },
	{ T("-12.50e+3"), JSON_OK },
	{ T("1E-2"), JSON_OK },
	{ T("123456789012345678901234567890"), JSON_OK },
	{ T("[1,2,[3,{\"a\":null}],\"x\"]"), JSON_OK },
	{ T("{\"a\":{\"a\":1},\"b\":{\"a\":2}}"), JSON_OK },
	{ T("[{\"a\":1},{\"a\":1}]"), JSON_OK },
	{ T("{\"a\" : [ ] , \"A\" : { } }"), JSON_OK },
	{ T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\""), JSON_OK },
	{ T("\"\\ud83d\\ude00\""), JSON_OK },
	{ T("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""), JSON_OK },
	{ T("\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\""), JSON_OK },
	{ T("\"\x7F\""), JSON_OK },
	{ T("{\"\":1}"), JSON_OK },

	{ T(""), JSON_SYNTAX, 0 },
	{ T("  "), JSON_SYNTAX, 2 },
	{ T("{} x"), JSON_SYNTAX, 3 },
	{ T("{}{}"), JSON_SYNTAX, 2 },
	{ T("{},"), JSON_SYNTAX, 2 },
	{ T("/* c */{}"), JSON_SYNTAX, 0 },
	{ T("{} // c"), JSON_SYNTAX, 3 },
	{ T("[1,]"), JSON_SYNTAX, 3 },
	{ T("[,1]"), JSON_SYNTAX, 1 },
	{ T("{\"a\":1,}"), JSON_SYNTAX, 7 },
	{ T("{,}"), JSON_SYNTAX, 1 },
	{ T("True"), JSON_SYNTAX, 0 },
	{ T("nul"), JSON_SYNTAX, 3 },
	{ T("truex"), JSON_SYNTAX, 4 },
	{ T("01"), JSON_SYNTAX, 1 },
	{ T("-01"), JSON_SYNTAX, 2 },
	{ T("-"), JSON_SYNTAX, 1 },
	{ T("+1"), JSON_SYNTAX, 0 },
	{ T(".5"), JSON_SYNTAX, 0 },
	{ T("1."), JSON_SYNTAX, 2 },
	{ T("1.e3"), JSON_SYNTAX, 2 },
	{ T("1e"), JSON_SYNTAX, 2 },
	{ T("1e+"), JSON_SYNTAX, 3 },
	{ T("0x10"), JSON_SYNTAX, 1 },
	{ T("NaN"), JSON_SYNTAX, 0 },
	{ T("Infinity"), JSON_SYNTAX, 0 },
	{ T("-Infinity"), JSON_SYNTAX, 1 },
	{ T("\xEF\xBB\xBF{}"), JSON_SYNTAX, 0 },
	{ T("\"\\x41\""), JSON_SYNTAX, 2 },
	{ T("\"\\u12G4\""), JSON_SYNTAX, 5 },
	{ T("\"\\u12"), JSON_SYNTAX, 5 },
	{ T("\"\\"), JSON_SYNTAX, 2 },
	{ T("\"abc"), JSON_SYNTAX, 4 },
	{ T("{a:1}"), JSON_SYNTAX, 1 },
	{ T("{'a':1}"), JSON_SYNTAX, 1 },
	{ T("['a']"), JSON_SYNTAX, 1 },
	{ T("{\"a\"}"), JSON_SYNTAX, 4 },
	{ T("{\"a\":}"), JSON_SYNTAX, 5 },
	{ T("{\"a\" 1}"), JSON_SYNTAX, 5 },
	{ T("{1:2}"), JSON_SYNTAX, 1 },
	{ T("{\"a\":1 \"b\":2}"), JSON_SYNTAX, 7 },
	{ T("{"), JSON_SYNTAX, 1 },
	{ T("{\"a\":1"), JSON_SYNTAX, 6 },
	{ T("[1"), JSON_SYNTAX, 2 },
	{ T("[1}"), JSON_SYNTAX, 2 },
	{ T("{]"), JSON_SYNTAX, 1 },
	{ T("]"), JSON_SYNTAX, 0 },
	{ T("\"a\nb\""), JSON_SYNTAX, 2 },
	{ T("\"a\tb\""), JSON_SYNTAX, 2 },
	{ T("\"a\x1F\""), JSON_SYNTAX, 2 },
	{ T("\v{}"), JSON_SYNTAX, 0 },
	{ T("\xC2\xA0{}"), JSON_SYNTAX, 0 },

	{ T("\"\xFF\""), JSON_UTF8, 1 },
	{ T("\"\xC3\""), JSON_UTF8, 1 },
	{ T("\"\xE2\x82"), JSON_UTF8, 1 },
	{ T("\"\xC0\xAF\""), JSON_UTF8, 1 },
	{ T("\"\xC1\xBF\""), JSON_UTF8, 1 },
	{ T("\"\xE0\x80\xAF\""), JSON_UTF8, 1 },
	{ T("\"\xF0\x80\x80\xAF\""), JSON_UTF8, 1 },
	{ T("\"\xED\xA0\x80\""), JSON_UTF8, 1 },
	{ T("\"\xED\xBF\xBF\""), JSON_UTF8, 1 },
	{ T("\"\xF4\x90\x80\x80\""), JSON_UTF8, 1 },
	{ T("\"\xF5\x80\x80\x80\""), JSON_UTF8, 1 },
	{ T("\"\x80\""), JSON_UTF8, 1 },
	{ T("\"\\ud800\""), JSON_UTF8, 7 },
	{ T("\"\\udc00\""), JSON_UTF8, 7 },
	{ T("\"\\ud800\\n\""), JSON_UTF8, 8 },
	{ T("\"\\ud800\\ud800\""), JSON_UTF8, 13 },
	{ T("\"\\ud800x\""), JSON_UTF8, 7 },

	{ T("\"a\0b\""), JSON_NUL, 2 },
	{ T("\"a\\u0000b\""), JSON_NUL, 8 },
	{ T("{\"a\\u0000b\":1}"), JSON_NUL, 9 },
	{ T("{}\0"), JSON_NUL, 2 },
	{ T("\0{}"), JSON_NUL, 0 },
	{ T("[1\0]"), JSON_NUL, 2 },

	{ T("{\"a\":1,\"a\":2}"), JSON_DUPLICATE_KEY, 7 },
	{ T("{\"a\":1,\"\\u0061\":2}"), JSON_DUPLICATE_KEY, 7 },
	{ T("{\"\\n\":1,\"b\":0,\"\\u000A\":2}"), JSON_DUPLICATE_KEY, 14 },
	{ T("{\"\xC3\xA9\":1,\"\\u00e9\":2}"), JSON_DUPLICATE_KEY, 8 },
	{ T("{\"\xF0\x9F\x98\x80\":1,\"\\uD83d\\udE00\":2}"),
	    JSON_DUPLICATE_KEY, 10 },
	{ T("{\"\":1,\"\":2}"), JSON_DUPLICATE_KEY, 6 },
	{ T("{\"x\":{\"a\":1,\"a\":2}}"), JSON_DUPLICATE_KEY, 12 },
	{ T("[[{\"b\":{},\"a\":1,\"b\":2}]]"), JSON_DUPLICATE_KEY, 16 },
	{ T("{\"a\":{\"b\":1,\"c\":2},\"a\":2}"), JSON_DUPLICATE_KEY, 19 },
	{ T("{\"/\":1,\"\\/\":2}"), JSON_DUPLICATE_KEY, 7 },
};

/* A copy of exact size, so that sanitizers see a byte too far. */
static enum json_fault
scan_copy(const char *text, size_t n, size_t *ret_at)
{
	char *copy = malloc(n);
	enum json_fault fault;

	if (n > 0)
		memcpy(copy, text, n);
	fault = json_scan(copy, n, ret_at);
	free(copy);
	return fault;
}

START_TEST(scan_table)
{
	const struct scan_case *c = &scan_cases[_i];
	size_t at = 0;
	enum json_fault got = scan_copy(c->text, c->n, &at);

	ck_assert_msg(got == c->fault && at == c->at,
	    "%s\n  want %s at %zu\n  got  %s at %zu", c->text,
	    json_fault_text(c->fault), c->at, json_fault_text(got), at);
}
END_TEST

static char *
nested(size_t depth, char open, char close)
{
	struct buf b;
	size_t i;

	buf_init(&b, cx.mem, 64);
	for (i = 0; i < depth; i++)
		buf_puts(&b,
		    open == '{' && i > 0 ? "\"k\":{" : (char[]) { open, 0 });
	for (i = 0; i < depth; i++)
		buf_putc(&b, close);
	return b.p;
}

START_TEST(scan_depth)
{
	static const struct {
		size_t depth;
		char open, close;
		enum json_fault fault;
	} cases[] = {
		{ 32, '[', ']', JSON_OK },
		{ 33, '[', ']', JSON_TOO_DEEP },
		{ 32, '{', '}', JSON_OK },
		{ 33, '{', '}', JSON_TOO_DEEP },
		{ 100000, '[', ']', JSON_TOO_DEEP },
	};
	size_t i, at;

	for (i = 0; i < N(cases); i++) {
		char *text =
		    nested(cases[i].depth, cases[i].open, cases[i].close);
		enum json_fault got = json_scan(text, strlen(text), &at);

		same("depth", json_fault_text(cases[i].fault),
		    json_fault_text(got));
	}
}
END_TEST

/* n keys, spread over objects of `each`. */
static char *
many_keys(size_t n, size_t each)
{
	struct buf b;
	size_t i;

	buf_init(&b, cx.mem, 64);
	buf_puts(&b, "[{");
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_puts(&b, i % each == 0 ? "},{" : ",");
		buf_printf(&b, "\"k%zu\":%zu", i % each, i);
	}
	buf_puts(&b, "}]");
	return b.p;
}

START_TEST(scan_keys)
{
	static const struct {
		size_t n, each;
		enum json_fault fault;
	} cases[] = {
		{ 200, 200, JSON_OK },
		{ 201, 201, JSON_TOO_MANY_KEYS },
		{ 200, 7, JSON_OK },
		{ 201, 7, JSON_TOO_MANY_KEYS },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		char *text = many_keys(cases[i].n, cases[i].each);
		enum json_fault got = json_scan(text, strlen(text), NULL);

		same("keys", json_fault_text(cases[i].fault),
		    json_fault_text(got));
	}
}
END_TEST

/* Whatever passes, json-c takes, too, cut anywhere it does not. */
START_TEST(scan_against_json_c)
{
	const struct scan_case *c = &scan_cases[_i];
	struct json_tokener *tok;
	struct json_object *o;
	size_t n;

	if (c->fault != JSON_OK)
		return;
	tok = json_tokener_new_ex(JSON_DEPTH + 1);
	json_tokener_set_flags(tok,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, c->text, (int)c->n + 1);
	ck_assert_msg(json_tokener_get_error(tok) == json_tokener_success,
	    "json-c refuses %s", c->text);
	json_object_put(o);
	json_tokener_free(tok);
	if (strchr("{[\"", c->text[0]) == NULL)
		return;
	for (n = 0; n < c->n; n++)
		ck_assert_msg(scan_copy(c->text, n, NULL) != JSON_OK,
		    "%.*s passed", (int)n, c->text);
}
END_TEST

/* --- peeking --- */

START_TEST(member_table)
{
	static const char text[] =
	    " { \"a\" : \"x\\ny\" , \"b\":{\"c\":1,\"a\":2}, "
	    "\"s\":\"}\\\"]\", \"n\":-7,\"l\":[ {\"q\":1}, 2 ],"
	    "\"\\u00e9\":null }";
	static const struct {
		const char *name, *value; /* NULL: absent */
	} cases[] = {
		{ "a", "\"x\\ny\"" },
		{ "b", "{\"c\":1,\"a\":2}" },
		{ "c", NULL },
		{ "s", "\"}\\\"]\"" },
		{ "n", "-7" },
		{ "l", "[ {\"q\":1}, 2 ]" },
		{ "\xC3\xA9", "null" },
		{ "", NULL },
		{ "aa", NULL },
	};
	size_t i, n;
	const char *p;

	for (i = 0; i < N(cases); i++) {
		bool found =
		    json_member(text, sizeof(text) - 1, cases[i].name, &p, &n);

		ck_assert_msg(found == (cases[i].value != NULL), "%s: %d",
		    cases[i].name, found);
		if (found)
			same(cases[i].name, cases[i].value,
			    arena_strndup(cx.mem, p, n));
	}
	ck_assert(!json_member("[1]", 3, "a", &p, &n));
	ck_assert(!json_member("", 0, "a", &p, &n));
	ck_assert(!json_member("{}", 2, "a", &p, &n));
}
END_TEST

START_TEST(string_table)
{
	static const struct {
		const char *text, *value; /* NULL: no string */
	} cases[] = {
		{ "\"\"", "" },
		{ "\"abc\"", "abc" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u00e9\\u20AC\\ud83d\\ude00\"",
		    "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80" },
		{ "\"\\u0041\\u007f\"", "A\x7F" },
		{ "12", NULL },
		{ "null", NULL },
		{ "{}", NULL },
		{ "\"", NULL },
		{ "", NULL },
	};
	size_t i;
	char *got;

	for (i = 0; i < N(cases); i++) {
		got = json_string(cx.mem, cases[i].text, strlen(cases[i].text));
		if (cases[i].value != NULL)
			same(cases[i].text, cases[i].value, got);
		else
			ck_assert_msg(got == NULL, "%s gave %s", cases[i].text,
			    got);
	}
}
END_TEST

START_TEST(int_table)
{
	static const struct {
		const char *text;
		int r;
		int64_t v;
	} cases[] = {
		{ "0", 0, 0 },
		{ "-0", 0, 0 },
		{ "42", 0, 42 },
		{ "-42", 0, -42 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "-9223372036854775808", 0, INT64_MIN },
		{ "9223372036854775808", -1, 0 },
		{ "-9223372036854775809", -1, 0 },
		{ "99999999999999999999999", -1, 0 },
		{ "1.0", -1, 0 },
		{ "1e3", -1, 0 },
		{ "\"1\"", -1, 0 },
		{ "true", -1, 0 },
		{ "", -1, 0 },
		{ "-", -1, 0 },
		{ "007", -1, 0 },
		{ " 1", -1, 0 },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		int64_t v = 0;
		int r = json_int(cases[i].text, strlen(cases[i].text), &v);

		ck_assert_msg(r == cases[i].r && v == cases[i].v,
		    "%s: want %d %jd, got %d %jd", cases[i].text, cases[i].r,
		    (intmax_t)cases[i].v, r, (intmax_t)v);
	}
}
END_TEST

/* --- names --- */

START_TEST(name_table)
{
	static const struct {
		const char *name, *camel;
		uint16_t flags;
	} cases[] = {
		{ "id", "id" },
		{ "user_id", "userId" },
		{ "last_sign_in_at", "lastSignInAt" },
		{ "sha_256", "sha256" },
		{ "_links", "_links" },
		{ "given_", "given_" },
		{ "user_id", "user_id", F_VERBATIM },
		{ "userName", "userName" },
	};
	char got[FIELD_NAME_MAX];
	size_t i, n;

	for (i = 0; i < N(cases); i++) {
		struct field f = { .name = cases[i].name,
			.flags = cases[i].flags };

		n = field_name(&f, CASE_CAMEL, got);
		same(cases[i].name, cases[i].camel, got);
		ck_assert_uint_eq(n, strlen(got));
		field_name(&f, CASE_SNAKE, got);
		same(cases[i].name, cases[i].name, got);
	}
}
END_TEST

/* --- decoding --- */

struct device {
	uint64_t given;
	const char *platform;
	int64_t version;
};

static const struct field device_rows[] = {
	FIELD(struct device, platform, F_STRING, .flags = F_REQUIRED),
	FIELD(struct device, version, F_INT, .min = 1, .max = 99),
	FIELD_END,
};

struct item {
	const char *display_name; /* no room for `given` */
	bool is_primary;
};

static const struct field item_rows[] = {
	FIELD(struct item, display_name, F_STRING, .flags = F_REQUIRED,
	    .max = 5),
	FIELD(struct item, is_primary, F_BOOL, .flags = F_OMIT_NULL),
	FIELD_END,
};

struct in {
	uint64_t given;
	const char *email, *password, *nick_name, *token, *code, *kind;
	bool remember_me;
	int64_t per_page, born_at, count;
	struct uuid user_id;
	struct device device_info;
	struct device *other;
	struct list items, scopes, tags;
	const char *metadata, *settings;
};

static const char *const kinds[] = { "web", "native", NULL };
static const char *const scopes[] = { "read", "write", NULL };

static const char *
check_code(const char *value)
{
	return strspn(value, "0123456789") == strlen(value) ? NULL
							    : "must be digits";
}

static const struct field rows[] = {
	FIELD(struct in, email, F_STRING,
	    .flags = F_REQUIRED | F_TRIM | F_NOT_EMPTY | F_ONE_LINE),
	FIELD(struct in, password, F_STRING, .flags = F_SECRET, .min = 2,
	    .max = 8),
	FIELD(struct in, nick_name, F_STRING, .flags = F_TRIM | F_NOT_EMPTY),
	FIELD(struct in, token, F_STRING, .alias = "refreshToken"),
	FIELD(struct in, code, F_STRING, .min = 6, .max = 6,
	    .check = check_code),
	FIELD(struct in, kind, F_STRING, .values = kinds),
	FIELD(struct in, remember_me, F_BOOL),
	FIELD(struct in, per_page, F_INT, .min = 1, .max = 100),
	FIELD(struct in, count, F_INT),
	FIELD(struct in, born_at, F_TIME),
	FIELD(struct in, user_id, F_ID, .prefix = "usr"),
	FIELD(struct in, device_info, F_OBJECT, .sub = device_rows,
	    .sub_size = sizeof(struct device)),
	FIELD(struct in, other, F_REF, .sub = device_rows,
	    .sub_size = sizeof(struct device)),
	FIELD(struct in, items, F_LIST, .max = 3, .sub = item_rows,
	    .sub_size = sizeof(struct item)),
	FIELD(struct in, scopes, F_LIST, .min = 1, .max = 2, .values = scopes),
	FIELD(struct in, tags, F_LIST, .flags = F_TRIM | F_NOT_EMPTY),
	FIELD(struct in, metadata, F_RAW, .flags = F_RAW_OBJECT, .max = 40),
	FIELD(struct in, settings, F_RAW),
	FIELD_END,
};

/* The faults as "field type message", one a line. */
static char *
faults(void)
{
	struct buf b;
	size_t i;

	buf_init(&b, cx.mem, 64);
	for (i = 0; i < cx.fail.n_fields; i++) {
		const struct fail_field *f = &cx.fail.fields[i];

		if (i > 0)
			buf_putc(&b, '\n');
		buf_printf(&b, "%s %s %s", f->field, f->type, f->message);
	}
	return b.p;
}

static int
decode(const char *text, enum field_case name_case, struct in *ret)
{
	size_t n = strlen(text);

	ctx_fail_clear(&cx);
	memset(ret, 0, sizeof(*ret));
	ck_assert_msg(json_scan(text, n, NULL) == JSON_OK, "%s", text);
	return json_decode(&cx, text, n, rows, name_case, ret);
}

#define E    "\"email\":\"a@b.c\""
#define LONG "0123456789012345678901234567890123456789012345678901234567890123"

static const struct fault_case {
	const char *text;
	const char *faults; /* "" for none */
	enum field_case name_case;
} fault_cases[] = {
	{ "{" E "}", "" },
	{ "{" E ",\"unknown\":{\"x\":[1,2]}}", "" },
	{ "{}", "email required is required" },
	{ "{\"email\":null}", "email required is required" },
	{ "{\"email\":\"\"}", "email required is required" },
	{ "{\"email\":\" \\t\\r\\n \"}", "email required is required" },
	{ "{\"email\":7}", "email type must be a string" },
	{ "{\"email\":[\"a\"]}", "email type must be a string" },
	{ "{\"email\":\"a\\u000ab\"}",
	    "email format must not contain control characters" },
	{ "{\"email\":\"a\\u0085b\"}",
	    "email format must not contain control characters" },
	{ "{\"email\":\"a\\u2028b\"}",
	    "email format must not contain control characters" },
	{ "{\"email\":\"" LONG LONG LONG LONG "\"}",
	    "email length must have at most 255 characters" },
	{ "{" E ",\"password\":\"1\"}",
	    "password length must have at least 2 characters" },
	{ "{" E ",\"password\":\"123456789\"}",
	    "password length must have at most 8 characters" },
	{ "{" E ",\"password\":\"\\u00e9\xC3\xA9\\ud83d\\ude00"
	  "\xF0\x9F\x98\x80"
	  "1234\"}",
	    "" },
	{ "{" E ",\"password\":\"\\u00e9\"}",
	    "password length must have at least 2 characters" },
	{ "{" E ",\"password\":false}", "password type must be a string" },
	{ "{" E ",\"nick_name\":\"\"}", "" },
	{ "{" E ",\"nick_name\":null}", "" },
	{ "{" E ",\"code\":\"12345\"}",
	    "code length must have exactly 6 characters" },
	{ "{" E ",\"code\":\"12345x\"}", "code format must be digits" },
	{ "{" E ",\"code\":\"123456\"}", "" },
	{ "{" E ",\"kind\":\"Web\"}", "kind enum must be one of web, native" },
	{ "{" E ",\"kind\":\"\"}", "kind enum must be one of web, native" },
	{ "{" E ",\"kind\":\"native\"}", "" },
	{ "{" E ",\"refreshToken\":5}", "refreshToken type must be a string" },
	{ "{" E ",\"refreshToken\":5,\"token\":\"t\"}", "" },
	{ "{" E ",\"remember_me\":1}",
	    "remember_me type must be true or false" },
	{ "{" E ",\"remember_me\":\"true\"}",
	    "remember_me type must be true or false" },
	{ "{" E ",\"rememberMe\":1}", "rememberMe type must be true or false",
	    CASE_CAMEL },
	{ "{" E ",\"remember_me\":1}", "", CASE_CAMEL },
	{ "{" E ",\"per_page\":0}", "per_page range must be at least 1" },
	{ "{" E ",\"per_page\":101}", "per_page range must be at most 100" },
	{ "{" E ",\"perPage\":101}", "perPage range must be at most 100",
	    CASE_CAMEL },
	{ "{" E ",\"per_page\":1.5}", "per_page type must be an integer" },
	{ "{" E ",\"per_page\":1e2}", "per_page type must be an integer" },
	{ "{" E ",\"per_page\":\"1\"}", "per_page type must be an integer" },
	{ "{" E ",\"per_page\":{}}", "per_page type must be an integer" },
	{ "{" E ",\"count\":9223372036854775808}",
	    "count range must fit into 64 bits" },
	{ "{" E ",\"count\":-9223372036854775808}", "" },
	{ "{" E ",\"born_at\":\"2025-02-30T00:00:00Z\"}",
	    "born_at format must be a time such as 2025-11-16T10:30:00Z "
	    "(RFC 3339)" },
	{ "{" E ",\"born_at\":1763289000}", "born_at type must be a string" },
	{ "{" E ",\"born_at\":\"2025-11-16T11:30:00.5+01:00\"}", "" },
	{ "{" E ",\"user_id\":\"org_01h455vb4pex5vsknk084sn02q\"}",
	    "user_id format must be an id that begins with usr_, or a UUID" },
	{ "{" E ",\"user_id\":\"\"}",
	    "user_id format must be an id that begins with usr_, or a UUID" },
	{ "{" E ",\"user_id\":12}", "user_id type must be a string" },
	{ "{" E ",\"device_info\":[]}", "device_info type must be an object" },
	{ "{" E ",\"device_info\":{}}",
	    "device_info.platform required is required" },
	{ "{" E ",\"deviceInfo\":{\"platform\":1,\"version\":0}}",
	    "deviceInfo.platform type must be a string\n"
	    "deviceInfo.version range must be at least 1",
	    CASE_CAMEL },
	{ "{" E ",\"device_info\":null}", "" },
	{ "{" E ",\"other\":\"x\"}", "other type must be an object" },
	{ "{" E ",\"other\":{\"platform\":null}}",
	    "other.platform required is required" },
	{ "{" E ",\"items\":{}}", "items type must be a list" },
	{ "{" E ",\"items\":[{},{},{},{}]}",
	    "items length must have at most 3 items" },
	{ "{" E ",\"items\":[{\"display_name\":\"a\"},7,null]}",
	    "items[1] type must be an object\n"
	    "items[2] type must be an object" },
	{ "{" E ",\"items\":[{\"display_name\":\"a\"},"
	  "{\"display_name\":\"abcdef\",\"is_primary\":0}]}",
	    "items[1].display_name length must have at most 5 characters\n"
	    "items[1].is_primary type must be true or false" },
	{ "{" E ",\"items\":[{\"isPrimary\":0}]}",
	    "items[0].displayName required is required\n"
	    "items[0].isPrimary type must be true or false",
	    CASE_CAMEL },
	{ "{" E ",\"scopes\":[]}", "scopes length must have at least 1 item" },
	{ "{" E ",\"scopes\":[\"read\",\"write\",\"read\"]}",
	    "scopes length must have at most 2 items" },
	{ "{" E ",\"scopes\":[\"read\",\"all\"]}",
	    "scopes[1] enum must be one of read, write" },
	{ "{" E ",\"scopes\":\"read\"}", "scopes type must be a list" },
	{ "{" E ",\"tags\":[\"a\",null,\" \",3]}",
	    "tags[1] type must be a string\n"
	    "tags[2] required must not be empty\n"
	    "tags[3] type must be a string" },
	{ "{" E ",\"metadata\":[1]}", "metadata type must be an object" },
	{ "{" E ",\"metadata\":{\"k\":\"" LONG "\"}}",
	    "metadata length must have at most 40 bytes" },
	{ "{" E ",\"metadata\":{ \"camelCase\" : 1.50 }}", "" },
	{ "{" E ",\"settings\":[1,{\"a\":2}]}", "" },
	{ "{\"per_page\":0,\"password\":1}",
	    "email required is required\n"
	    "password type must be a string\n"
	    "per_page range must be at least 1" },
};

START_TEST(fault_table)
{
	const struct fault_case *c = &fault_cases[_i];
	struct in in;
	int r = decode(c->text, c->name_case, &in);

	same(c->text, c->faults, faults());
	ck_assert_int_eq(r, *c->faults != '\0' ? ERR_VALIDATION_ERROR : 0);
}
END_TEST

START_TEST(decode_not_object)
{
	static const char *const texts[] = { "[]", "null", "\"x\"", "1",
		"[{\"email\":\"a\"}]" };
	struct in in;
	size_t i;

	for (i = 0; i < N(texts); i++)
		ck_assert_int_eq(decode(texts[i], CASE_SNAKE, &in),
		    ERR_MALFORMED_JSON);
}
END_TEST

START_TEST(decode_values)
{
	struct in in;
	const struct item *item;
	char id[ID_TEXT_MAX];

	ck_assert_int_eq(
	    decode("{\"email\":\"  a@b.c\\n\",\"password\":\" p w \","
		   "\"refreshToken\":\"alias\",\"remember_me\":true,"
		   "\"per_page\":100,\"count\":-0,"
		   "\"born_at\":\"2025-11-16T11:30:00+01:00\","
		   "\"user_id\":\"usr_01h455vb4pex5vsknk084sn02q\","
		   "\"other\":{\"platform\":\"ios\"},"
		   "\"items\":[{\"display_name\":\"one\"},"
		   "{\"is_primary\":true,\"display_name\":\"two\"}],"
		   "\"tags\":[\" x \",\"y\"],"
		   "\"metadata\":{ \"b\":1.0, \"a\\u0062\" : [ ] },"
		   "\"settings\":null,\"nick_name\":\" \"}",
		CASE_SNAKE, &in),
	    0);
	same("email", "a@b.c", in.email);
	same("password", " p w ", in.password);
	same("token", "alias", in.token);
	ck_assert(in.remember_me);
	ck_assert_int_eq(in.per_page, 100);
	ck_assert_int_eq(in.count, 0);
	ck_assert_int_eq(in.born_at, INT64_C(1763289000) * CLOCK_SECOND);
	id_format("usr", &in.user_id, id);
	same("user_id", "usr_01h455vb4pex5vsknk084sn02q", id);
	same("other.platform", "ios", in.other->platform);
	ck_assert_uint_eq(in.other->given, 1);
	ck_assert_uint_eq(in.items.n, 2);
	item = in.items.items;
	same("items[0]", "one", item[0].display_name);
	ck_assert(!item[0].is_primary);
	same("items[1]", "two", item[1].display_name);
	ck_assert(item[1].is_primary);
	ck_assert_uint_eq(in.tags.n, 2);
	same("tags[0]", "x", ((const char **)in.tags.items)[0]);
	same("metadata", "{ \"b\":1.0, \"a\\u0062\" : [ ] }", in.metadata);
	ck_assert_ptr_null(in.settings);
	ck_assert_ptr_null(in.nick_name);

	ck_assert(field_given(&in, rows, "email"));
	ck_assert(field_given(&in, rows, "token"));
	ck_assert(field_given(&in, rows, "settings"));
	ck_assert(!field_given(&in, rows, "nick_name"));
	ck_assert(!field_given(&in, rows, "code"));
	ck_assert(!field_given(&in, rows, "device_info"));
}
END_TEST

START_TEST(decode_many_faults)
{
	struct buf b;
	struct in in;
	int i;

	buf_init(&b, cx.mem, 64);
	buf_puts(&b, "{" E ",\"tags\":[0");
	for (i = 0; i < 500; i++)
		buf_puts(&b, ",0");
	buf_puts(&b, "]}");
	ck_assert_int_eq(decode(b.p, CASE_SNAKE, &in), ERR_VALIDATION_ERROR);
	ck_assert_uint_eq(cx.fail.n_fields, FAIL_FIELDS);
	for (i = 0; i < 500; i++)
		buf_puts(&b, " ");
}
END_TEST

START_TEST(decode_long_list)
{
	struct buf b;
	struct in in;
	int i;

	buf_init(&b, cx.mem, 64);
	buf_puts(&b, "{" E ",\"tags\":[\"t\"");
	for (i = 0; i < 1000; i++)
		buf_puts(&b, ",\"t\"");
	buf_puts(&b, "]}");
	ck_assert_int_eq(decode(b.p, CASE_SNAKE, &in), ERR_VALIDATION_ERROR);
	same("1001 items", "tags length must have at most 1000 items",
	    faults());
}
END_TEST

/* --- text --- */

struct query {
	uint64_t given;
	struct uuid org_id;
	int64_t page, created_after;
	const char *search, *key, *note;
	bool active;
	struct list roles;
	const char *filter;
};

static const struct field query_rows[] = {
	FIELD(struct query, org_id, F_ID, .flags = F_PATH | F_REQUIRED,
	    .prefix = "org"),
	FIELD(struct query, page, F_INT, .flags = F_QUERY | F_REQUIRED,
	    .min = 1, .max = 10),
	FIELD(struct query, created_after, F_TIME, .flags = F_QUERY),
	FIELD(struct query, search, F_STRING,
	    .flags = F_QUERY | F_TRIM | F_NOT_EMPTY, .max = 4),
	FIELD(struct query, key, F_STRING, .flags = F_HEADER | F_REQUIRED,
	    .alias = "X-Api-Key"),
	FIELD(struct query, active, F_BOOL, .flags = F_QUERY),
	FIELD(struct query, roles, F_LIST, .flags = F_QUERY | F_TRIM, .max = 3),
	FIELD(struct query, filter, F_RAW, .flags = F_QUERY | F_RAW_OBJECT),
	FIELD(struct query, note, F_STRING, .flags = F_REQUIRED),
	FIELD_END,
};

enum { ORG_ID, PAGE, CREATED_AFTER, SEARCH, KEY, ACTIVE, ROLES, FILTER };

static const struct text_case {
	size_t row;
	const char *text;
	int r;
	const char *faults;
} text_cases[] = {
	{ ORG_ID, "org_01h455vb4pex5vsknk084sn02q", 0, "" },
	{ ORG_ID, "usr_01h455vb4pex5vsknk084sn02q", ERR_NOT_FOUND, "" },
	{ ORG_ID, "", ERR_NOT_FOUND, "" },
	{ PAGE, "10", 0, "" },
	{ PAGE, "0", ERR_VALIDATION_ERROR, "page range must be at least 1" },
	{ PAGE, "11", ERR_VALIDATION_ERROR, "page range must be at most 10" },
	{ PAGE, "", ERR_VALIDATION_ERROR, "page type must be an integer" },
	{ PAGE, "+1", ERR_VALIDATION_ERROR, "page type must be an integer" },
	{ PAGE, "01", ERR_VALIDATION_ERROR, "page type must be an integer" },
	{ PAGE, " 1", ERR_VALIDATION_ERROR, "page type must be an integer" },
	{ CREATED_AFTER, "2025-11-16", 0, "" },
	{ CREATED_AFTER, "yesterday", ERR_VALIDATION_ERROR,
	    "createdAfter format must be a time such as "
	    "2025-11-16T10:30:00Z (RFC 3339)" },
	{ SEARCH, "  ab ", 0, "" },
	{ SEARCH, " ", 0, "" },
	{ SEARCH, "abcde", ERR_VALIDATION_ERROR,
	    "search length must have at most 4 characters" },
	{ KEY, "k", 0, "" },
	{ ACTIVE, "1", 0, "" },
	{ ACTIVE, "false", 0, "" },
	{ ACTIVE, "yes", ERR_VALIDATION_ERROR,
	    "active type must be true or false" },
	{ ROLES, "a, b,c", 0, "" },
	{ ROLES, "", 0, "" },
	{ ROLES, "a,b,c,d", ERR_VALIDATION_ERROR,
	    "roles length must have at most 3 items" },
	{ FILTER, "{\"a\":1}", 0, "" },
	{ FILTER, "{\"a\":1,\"a\":1}", ERR_VALIDATION_ERROR,
	    "filter format must be valid JSON" },
	{ FILTER, "[]", ERR_VALIDATION_ERROR, "filter type must be an object" },
	{ FILTER, "", ERR_VALIDATION_ERROR,
	    "filter format must be valid JSON" },
};

START_TEST(text_table)
{
	const struct text_case *c = &text_cases[_i];
	struct query q = { 0 };
	int r =
	    field_decode_text(&cx, query_rows, c->row, CASE_CAMEL, c->text, &q);

	same(c->text, c->faults, faults());
	ck_assert_int_eq(r, c->r);
}
END_TEST

START_TEST(text_values)
{
	struct query q = { 0 };
	struct buf b;

	ck_assert_int_eq(field_decode_text(&cx, query_rows, PAGE, CASE_SNAKE,
			     "7", &q),
	    0);
	ck_assert_int_eq(field_decode_text(&cx, query_rows, SEARCH, CASE_SNAKE,
			     " ab ", &q),
	    0);
	ck_assert_int_eq(field_decode_text(&cx, query_rows, ROLES, CASE_SNAKE,
			     "a, b ,", &q),
	    0);
	ck_assert_int_eq(field_decode_text(&cx, query_rows, ACTIVE, CASE_SNAKE,
			     "true", &q),
	    0);
	buf_init(&b, cx.mem, 64);
	json_put_object(&b, query_rows, CASE_SNAKE, &q);
	same("query",
	    "{\"org_id\":null,\"page\":7,\"created_after\":null,"
	    "\"search\":\"ab\",\"key\":null,\"active\":true,"
	    "\"roles\":[\"a\",\"b\",\"\"],\"filter\":null,\"note\":null}",
	    b.p);
	ck_assert(field_given(&q, query_rows, "page"));
	ck_assert(!field_given(&q, query_rows, "key"));

	ck_assert_int_eq(field_require(&cx, query_rows, CASE_SNAKE, &q, false),
	    ERR_VALIDATION_ERROR);
	same("required",
	    "org_id required is required\n"
	    "X-Api-Key required is required",
	    faults());
	ctx_fail_clear(&cx);
	ck_assert_int_eq(field_require(&cx, query_rows, CASE_SNAKE, &q, true),
	    ERR_VALIDATION_ERROR);
	same("body too",
	    "org_id required is required\n"
	    "X-Api-Key required is required\n"
	    "note required is required",
	    faults());
	ctx_fail_clear(&cx);
	ck_assert_int_eq(json_decode(&cx, "{\"note\":\"n\",\"page\":9}", 21,
			     query_rows, CASE_SNAKE, &q),
	    0);
	ck_assert_int_eq(q.page, 7);
}
END_TEST

/* --- writing --- */

struct out {
	struct uuid id;
	const char *first_name, *last_name;
	bool is_admin, mfa_enabled;
	int64_t logins, retry_after, created_at, deleted_at;
	struct device device_info;
	const struct device *other, *none;
	struct list tags, items, empty;
	const char *metadata, *settings;
};

static const struct field out_rows[] = {
	FIELD(struct out, id, F_ID, .prefix = "usr"),
	FIELD(struct out, first_name, F_STRING),
	FIELD(struct out, last_name, F_STRING, .flags = F_OMIT_NULL),
	FIELD(struct out, is_admin, F_BOOL),
	FIELD(struct out, mfa_enabled, F_BOOL, .flags = F_OMIT_NULL),
	FIELD(struct out, logins, F_INT),
	FIELD(struct out, retry_after, F_INT, .flags = F_OMIT_NULL),
	FIELD(struct out, created_at, F_TIME),
	FIELD(struct out, deleted_at, F_TIME, .flags = F_OMIT_NULL),
	FIELD(struct out, device_info, F_OBJECT, .sub = device_rows,
	    .sub_size = sizeof(struct device)),
	FIELD(struct out, other, F_REF, .sub = device_rows,
	    .sub_size = sizeof(struct device)),
	FIELD(struct out, none, F_REF, .sub = device_rows,
	    .sub_size = sizeof(struct device), .flags = F_OMIT_NULL),
	FIELD(struct out, tags, F_LIST),
	FIELD(struct out, items, F_LIST, .sub = item_rows,
	    .sub_size = sizeof(struct item)),
	FIELD(struct out, empty, F_LIST),
	FIELD(struct out, metadata, F_RAW),
	FIELD_AS(struct out, "user_settings", settings, F_RAW,
	    .flags = F_VERBATIM),
	FIELD_END,
};

START_TEST(write_object)
{
	static const char *tags[] = { "a\"b", NULL };
	static struct item items[] = { { "one", true }, { NULL, false } };
	struct device device = { .platform = "ios", .version = 17 };
	struct out out = {
		.first_name = "\xC3\x89ric\n",
		.is_admin = true,
		.logins = -3,
		.created_at = INT64_C(1763289000999999),
		.device_info = device,
		.other = &device,
		.tags = { 2, tags },
		.items = { 2, items },
		.metadata = "{ \"snake_key\" : 1.0 }",
	};
	struct buf b;

	buf_init(&b, cx.mem, 64);
	json_put_object(&b, out_rows, CASE_CAMEL, &out);
	same("camel",
	    "{\"id\":null,\"firstName\":\"\xC3\x89ric\\n\",\"isAdmin\":true,"
	    "\"logins\":-3,\"createdAt\":\"2025-11-16T10:30:00Z\","
	    "\"deviceInfo\":{\"platform\":\"ios\",\"version\":17},"
	    "\"other\":{\"platform\":\"ios\",\"version\":17},"
	    "\"tags\":[\"a\\\"b\",null],"
	    "\"items\":[{\"displayName\":\"one\",\"isPrimary\":true},"
	    "{\"displayName\":null}],\"empty\":[],"
	    "\"metadata\":{ \"snake_key\" : 1.0 },\"user_settings\":null}",
	    b.p);
	ck_assert_int_eq(json_scan(b.p, b.n, NULL), JSON_OK);

	buf_clear(&b);
	json_put_members(&b, device_rows, CASE_SNAKE, &device);
	same("members", "\"platform\":\"ios\",\"version\":17", b.p);

	buf_clear(&b);
	out.other = NULL;
	out.mfa_enabled = true;
	out.last_name = "";
	out.retry_after = 60;
	out.deleted_at = CLOCK_DAY;
	id_parse("usr", "usr_01h455vb4pex5vsknk084sn02q", &out.id);
	json_put_object(&b, out_rows, CASE_SNAKE, &out);
	ck_assert_ptr_nonnull(strstr(b.p,
	    "{\"id\":\"usr_01h455vb4pex5vsknk084sn02q\",\"first_name\":"));
	ck_assert_ptr_nonnull(strstr(b.p,
	    "\"last_name\":\"\",\"is_admin\":true,\"mfa_enabled\":true,"
	    "\"logins\":-3,\"retry_after\":60,"));
	ck_assert_ptr_nonnull(strstr(b.p, "\"other\":null,\"tags\""));
	ck_assert_ptr_nonnull(
	    strstr(b.p, "\"deleted_at\":\"1970-01-02T00:00:00Z\""));
}
END_TEST

START_TEST(write_small)
{
	struct buf b;
	bool first = true;

	buf_init(&b, cx.mem, 1);
	json_put_key(&b, "a", &first);
	json_put_bool(&b, true);
	json_put_key(&b, "b\"", &first);
	json_put_time(&b, 0);
	json_put_key(&b, "c", &first);
	json_put_string(&b, NULL);
	same("keys", "\"a\":true,\"b\\\"\":null,\"c\":null", b.p);
}
END_TEST

START_TEST(write_string_table)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ "", "\"\"" },
		{ "\"\\/\b\f\n\r\t", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1F\x7F", "\"\\u0001\\u001f\x7F\"" },
		{ "\xE2\x82\xAC", "\"\xE2\x82\xAC\"" },
		{ "a\xFFz", "\"a\xEF\xBF\xBDz\"" },
		{ "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
		{ "x\xE2\x82", "\"x\xEF\xBF\xBD\xEF\xBF\xBD\"" },
	};
	struct buf b;
	size_t i;

	for (i = 0; i < N(cases); i++) {
		buf_init(&b, cx.mem, 1);
		json_put_string(&b, cases[i].value);
		same(cases[i].text, cases[i].text, b.p);
		ck_assert_int_eq(json_scan(b.p, b.n, NULL), JSON_OK);
	}
}
END_TEST

/* Every byte at every place of a text: written as it is alone. */
START_TEST(write_string_places)
{
	char text[] = "abcdefghijklmnopqrs", alone[] = "x";
	struct buf one, all, want;
	size_t at, n = sizeof(text) - 1;

	for (int byte = 1; byte < 256; byte++) {
		alone[0] = (char)byte;
		buf_init(&one, cx.mem, 16);
		json_put_string(&one, alone);
		for (at = 0; at < n; at++) {
			char before = text[at];

			text[at] = (char)byte;
			buf_init(&all, cx.mem, 64);
			json_put_string(&all, text);
			text[at] = before;
			buf_init(&want, cx.mem, 64);
			buf_printf(&want, "\"%.*s%.*s%s\"", (int)at, text,
			    (int)one.n - 2, one.p + 1, text + at + 1);
			same(alone, want.p, all.p);
		}
		arena_reset(cx.mem);
	}
}
END_TEST

/* Text of every kind of character: ours to json-c and back. */
START_TEST(round_trip_json_c)
{
	char c[UTF8_MAX + 1];
	struct json_object *o;
	const char *theirs;
	struct buf ours;
	uint32_t u;

	for (u = 1; u < 0x110000; u += u < 0x900 ? 1 : 83) {
		if (u >= 0xD800 && u <= 0xDFFF)
			continue;
		c[utf8_put(c, u)] = '\0';
		buf_init(&ours, cx.mem, 16);
		json_put_string(&ours, c);
		o = json_tokener_parse(ours.p);
		same(ours.p, c, json_object_get_string(o));
		theirs =
		    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
		ck_assert_int_eq(json_scan(theirs, strlen(theirs), NULL),
		    JSON_OK);
		same(theirs, c, json_string(cx.mem, theirs, strlen(theirs)));
		json_object_put(o);
		if (u % 64 == 0)
			arena_reset(cx.mem);
	}
}
END_TEST

/* A struct written, read by json-c, printed by it, and decoded again. */
START_TEST(round_trip_struct)
{
	static const char text[] =
	    "{\"email\":\"\xC3\xA9@b.c\",\"password\":\"p\\\\w\","
	    "\"nick_name\":\"n\",\"token\":\"t\",\"code\":\"123456\","
	    "\"kind\":\"web\",\"remember_me\":true,\"per_page\":5,"
	    "\"count\":-9223372036854775808,"
	    "\"born_at\":\"2025-11-16T10:30:00Z\","
	    "\"user_id\":\"usr_01h455vb4pex5vsknk084sn02q\","
	    "\"device_info\":{\"platform\":\"ios\",\"version\":2},"
	    "\"other\":{\"platform\":\"web\",\"version\":3},"
	    "\"items\":[{\"display_name\":\"one\",\"is_primary\":true}],"
	    "\"scopes\":[\"read\"],\"tags\":[],"
	    "\"metadata\":{\"a\":[1,2]},\"settings\":[true]}";
	struct json_object *o;
	struct buf first, second;
	struct in in;

	ck_assert_int_eq(decode(text, CASE_SNAKE, &in), 0);
	buf_init(&first, cx.mem, 64);
	json_put_object(&first, rows, CASE_SNAKE, &in);
	same("first", text, first.p);
	o = json_tokener_parse(first.p);
	ck_assert_int_eq(decode(json_object_to_json_string_ext(o,
				    JSON_C_TO_STRING_PRETTY),
			     CASE_SNAKE, &in),
	    0);
	in.metadata = "{\"a\":[1,2]}";
	in.settings = "[true]";
	buf_init(&second, cx.mem, 64);
	json_put_object(&second, rows, CASE_SNAKE, &in);
	same("second", text, second.p);
	json_object_put(o);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");
	SRunner *r;
	int failures;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, scan_table, 0, N(scan_cases));
	tcase_add_loop_test(t, scan_against_json_c, 0, N(scan_cases));
	tcase_add_test(t, scan_depth);
	tcase_add_test(t, scan_keys);
	tcase_add_test(t, member_table);
	tcase_add_test(t, string_table);
	tcase_add_test(t, int_table);
	tcase_add_test(t, name_table);
	tcase_add_loop_test(t, fault_table, 0, N(fault_cases));
	tcase_add_test(t, decode_not_object);
	tcase_add_test(t, decode_values);
	tcase_add_test(t, decode_many_faults);
	tcase_add_test(t, decode_long_list);
	tcase_add_loop_test(t, text_table, 0, N(text_cases));
	tcase_add_test(t, text_values);
	tcase_add_test(t, write_object);
	tcase_add_test(t, write_small);
	tcase_add_test(t, write_string_table);
	tcase_add_test(t, write_string_places);
	tcase_add_test(t, round_trip_json_c);
	tcase_add_test(t, round_trip_struct);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failures = srunner_ntests_failed(r);
	srunner_free(r);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
