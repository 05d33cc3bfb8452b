/* Lists and searches of users. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

#define ROOT "Authorization: Bearer @root_access"

#define PEOPLE 6

/* The oldest first; root came before all of them. */
static const struct {
	const char *email, *username, *first, *last;
} people[PEOPLE] = {
	{ "anna@example.com", "anna", "Anna", "Smith" },
	{ "bert@example.com", "x_ann", "Bert", "Annaberg" },
	{ "carl@example.com", "c100", "50%_off", "!Bang" },
	{ "dora@example.com", "dora-a", "ANNELIESE", "back\\\\slash" },
	{ "emil@xn--bcher-kva.example", "emil", "\303\211mile", "O'Hara" },
	{ "fred@example.com", "fred", "Fred", "Smithers" },
};

/* Each a second after the one before. */
static void
open_api(void)
{
	char sql[1024];

	api_open(&api);
	api_signup(&api, "root");
	api_sql(&api,
	    "UPDATE user SET is_admin = TRUE, created_at ="
	    " '2025-01-01 00:00:00'");
	for (int i = 0; i < PEOPLE; i++) {
		snprintf(sql, sizeof(sql),
		    "INSERT INTO user (id, realm_id, email, email_key,"
		    " username, username_key, first_name, last_name,"
		    " created_at, updated_at) SELECT"
		    " X'0000000000007000800000000000010%d', realm_id,"
		    " '%s', '%s', '%s', '%s', \"%s\", \"%s\","
		    " '2025-01-01 00:00:00' + INTERVAL %d SECOND,"
		    " created_at FROM user WHERE email = 'root@example.com'",
		    i, people[i].email, people[i].email, people[i].username,
		    people[i].username, people[i].first, people[i].last, i + 1);
		api_sql(&api, sql);
	}
	api_quota_reset(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

static const struct api_case list_cases[] = {
	{ "newest first", "GET /api/v1/users", ROOT, NULL, 200,
	    "users.0.email=fred@example.com;users.0.username=fred;"
	    "users.0.id~usr_;users.0.status=active;users.0.user_metadata;"
	    "users.6.email=root@example.com;users.6.is_admin=true;"
	    "!users.7;total=7;page=1;per_page=20;next_cursor=null" },
	{ "with a slash", "GET /api/v1/users/", ROOT, NULL, 200, "total=7" },
	{ "v1", "GET /v1/users?page=1&limit=50&status=active", ROOT, NULL, 200,
	    "users.0.firstName=Fred;users.0.createdAt~Z;!users.0.first_name;"
	    "pagination.page=1;pagination.limit=50;pagination.total=7;"
	    "pagination.pages=1;nextCursor=null;!total" },
	{ "v1 by default", "GET /v1/users", ROOT, NULL, 200,
	    "pagination.limit=50;pagination.page=1" },
	{ "a page", "GET /api/v1/users?page=2&per_page=3", ROOT, NULL, 200,
	    "users.0.username=c100;users.2.username=anna;!users.3;total=7;"
	    "page=2;per_page=3;next_cursor" },
	{ "the last page", "GET /v1/users?page=3&limit=3", ROOT, NULL, 200,
	    "users.0.email=root@example.com;!users.1;pagination.pages=3;"
	    "nextCursor=null" },
	{ "beyond it", "GET /api/v1/users?page=4&per_page=3", ROOT, NULL, 200,
	    "!users.0;total=7;next_cursor=null" },
	{ "the last row that pages reach",
	    "GET /api/v1/users?page=100&per_page=100", ROOT, NULL, 200, NULL },
	{ "one page more", "GET /api/v1/users?page=101&per_page=100", ROOT,
	    NULL, 400,
	    "error_code=BAD_REQUEST;detail~cursor;"
	    "error.details.field=page" },
	{ "one page more, v1", "GET /v1/users?page=201", ROOT, NULL, 400,
	    "error.message~cursor" },
	{ "far beyond", "GET /api/v1/users?page=9223372036854775807", ROOT,
	    NULL, 400, "detail~cursor" },
	{ "with a cursor pages do not matter",
	    "GET /api/v1/users?per_page=3&cursor=@nothing", ROOT, NULL, 422,
	    "error.details.field=cursor" },
	{ "page 0", "GET /api/v1/users?page=0", ROOT, NULL, 422,
	    "error.details.field=page" },
	{ "page -1", "GET /api/v1/users?page=-1", ROOT, NULL, 422, NULL },
	{ "page x", "GET /v1/users?page=x", ROOT, NULL, 422, NULL },
	{ "too many", "GET /api/v1/users?per_page=101", ROOT, NULL, 422,
	    "error.details.field=per_page" },
	{ "too many, v1", "GET /v1/users?limit=101", ROOT, NULL, 422,
	    "error.details.field=limit" },
	{ "none", "GET /v1/users?limit=0", ROOT, NULL, 422, NULL },
	{ "given twice", "GET /v1/users?page=1&page=2", ROOT, NULL, 422, NULL },
	{ "no such status", "GET /v1/users?status=gone", ROOT, NULL, 422,
	    "error.details.field=status" },
	{ "a bad instant", "GET /v1/users?createdAfter=yesterday", ROOT, NULL,
	    422, "error.details.field=createdAfter" },
	{ "a bad organization", "GET /v1/users?organizationId=usr_1", ROOT,
	    NULL, 422, "error.details.field=organizationId" },
	{ "an unknown one",
	    "GET /v1/users?organizationId=org_01h455vb4pex5vsknk084sn02q", ROOT,
	    NULL, 200, "pagination.total=0;pagination.pages=0;!users.0" },
	{ "from then", "GET /v1/users?createdAfter=2025-01-01T00:00:05Z", ROOT,
	    NULL, 200,
	    "pagination.total=2;users.0.username=fred;users.1.username=emil" },
	{ "up to then", "GET /v1/users?createdBefore=2025-01-01T00:00:02Z",
	    ROOT, NULL, 200,
	    "pagination.total=2;users.0.username=anna;"
	    "users.1.email=root@example.com" },
	{ "between",
	    "GET /v1/users?createdAfter=2025-01-01T00:00:02Z"
	    "&createdBefore=2025-01-01T01:00:04%2B01:00",
	    ROOT, NULL, 200,
	    "pagination.total=2;users.0.username=c100;"
	    "users.1.username=x_ann" },
	{ "a day", "GET /v1/users?createdAfter=2025-01-02", ROOT, NULL, 200,
	    "pagination.total=0" },
	{ "none is deleted", "GET /api/v1/users?status=deleted", ROOT, NULL,
	    200, "total=0" },
	{ NULL },
};

START_TEST(list)
{
	api_run(&api, list_cases);
}
END_TEST

/* What is searched for, and whom it finds. */
static const struct {
	const char *search;
	int total;
	const char *first; /* e-mail of the newest */
} searches[] = {
	{ "ann", 3, "dora@example.com" },
	{ "ANN", 3, "dora@example.com" },
	{ "anna", 2, "bert@example.com" },
	{ "x_", 1, "bert@example.com" },
	{ "smith", 2, "fred@example.com" },
	{ "Smithe", 1, "fred@example.com" },
	{ "bert@EXAMPLE.com", 1, "bert@example.com" },
	{ "ert@example.com", 0, NULL },
	{ "%C3%89mile", 1, "emil@xn--bcher-kva.example" },
	{ "%C3%A9mile", 1, "emil@xn--bcher-kva.example" },
	{ "emile", 0, NULL },
	{ "o'h", 1, "emil@xn--bcher-kva.example" },
	{ "back%5Cs", 1, "dora@example.com" },
	{ "!b", 1, "carl@example.com" },
	{ "%25", 0, NULL },
	{ "_", 0, NULL },
	{ "50%25_", 1, "carl@example.com" },
	{ "50%25%25", 0, NULL },
	{ "50_", 0, NULL },
	{ "x%25", 0, NULL },
	{ "'%20OR%20'1'='1", 0, NULL },
	{ "ann'%20--%20", 0, NULL },
	{ "%22;%20DROP%20TABLE%20user;", 0, NULL },
	{ "a%0D%0Ab", 0, NULL },
	{ "%20ann%20", 3, "dora@example.com" },
};

START_TEST(search)
{
	char line[128], want[128];
	const struct api_case cases[2] = {
		{ "search", line, ROOT, NULL, 200, want, NULL },
		{ NULL },
	};

	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		for (int form = 0; form < 2; form++) {
			snprintf(line, sizeof(line), "GET /api/v1/users%s=%s",
			    form == 0 ? "?search" : "/search?q",
			    searches[i].search);
			snprintf(want, sizeof(want),
			    searches[i].total == 0
				? "total=%d;!users.0"
				: "total=%d;users.0.email=%s",
			    searches[i].total, searches[i].first);
			api_run(&api, cases);
		}
	}
}
END_TEST

static const struct api_case search_cases[] = {
	{ "nothing is no search", "GET /api/v1/users?search=", ROOT, NULL, 200,
	    "total=7" },
	{ "but there", "GET /api/v1/users/search?q=", ROOT, NULL, 422,
	    "error.details.field=q" },
	{ "nor is none", "GET /api/v1/users/search", ROOT, NULL, 422,
	    "error.details.field=q" },
	{ "not UTF-8", "GET /api/v1/users/search?q=%FF", ROOT, NULL, 422,
	    "error.details.field=q" },
	{ "NUL", "GET /api/v1/users/search?q=a%00b", ROOT, NULL, 422, NULL },
	{ "pages of it", "GET /api/v1/users/search?q=ann&per_page=2&page=2",
	    ROOT, NULL, 200,
	    "total=3;users.0.username=anna;!users.1;page=2;per_page=2" },
	{ "with the others",
	    "GET /v1/users?search=ann&createdAfter="
	    "2025-01-01T00:00:02Z&status=active&limit=1",
	    ROOT, NULL, 200,
	    "pagination.total=2;pagination.pages=2;users.0.username=dora-a;"
	    "!users.1;nextCursor" },
	{ "by address", "GET /api/v1/users/by-email?email=ANNA@Example.COM",
	    ROOT, NULL, 200, "email=anna@example.com;id~usr_;username=anna" },
	{ "international",
	    "GET /api/v1/users/by-email?email=emil@B%C3%BCcher.example", ROOT,
	    NULL, 200, "username=emil" },
	{ "unknown", "GET /api/v1/users/by-email?email=no@example.com", ROOT,
	    NULL, 404, "detail=User not found" },
	{ "the start alone", "GET /api/v1/users/by-email?email=anna@e.co", ROOT,
	    NULL, 404, NULL },
	{ "a pattern", "GET /api/v1/users/by-email?email=%25@example.com", ROOT,
	    NULL, 404, NULL },
	{ "no address", "GET /api/v1/users/by-email?email=anna", ROOT, NULL,
	    422, "error.details.field=email" },
	{ "nothing", "GET /api/v1/users/by-email", ROOT, NULL, 422,
	    "error.details.field=email" },
	{ NULL },
};

START_TEST(search_forms)
{
	api_run(&api, search_cases);
}
END_TEST

static const struct api_case cursor_cases[] = {
	{ "first", "GET /api/v1/users?per_page=2", ROOT, NULL, 200,
	    "users.0.username=fred;users.1.username=emil;total=7",
	    "next=next_cursor" },
	{ "second", "GET /api/v1/users?per_page=2&cursor=@next", ROOT, NULL,
	    200, "users.0.username=dora-a;users.1.username=c100;total=7",
	    "next=next_cursor" },
	{ "in v1", "GET /v1/users?limit=2&cursor=@next", ROOT, NULL, 200,
	    "users.0.username=x_ann;users.1.username=anna", "next=nextCursor" },
	{ "the end", "GET /api/v1/users?per_page=2&cursor=@next", ROOT, NULL,
	    200, "users.0.email=root@example.com;!users.1;next_cursor=null" },
	{ "a page number beside it",
	    "GET /api/v1/users?per_page=2&cursor=@next&page=99999", ROOT, NULL,
	    200, "users.0.email=root@example.com" },
	{ "of a search", "GET /api/v1/users/search?q=ann&per_page=1", ROOT,
	    NULL, 200, "users.0.username=dora-a;total=3", "next=next_cursor" },
	{ "its second",
	    "GET /api/v1/users/search?q=ann&per_page=1&cursor=@next", ROOT,
	    NULL, 200, "users.0.username=x_ann;total=3" },
	{ "empty", "GET /api/v1/users?cursor=", ROOT, NULL, 422,
	    "error.details.field=cursor" },
	{ "short", "GET /api/v1/users?cursor=AAAA", ROOT, NULL, 422, NULL },
	{ "zero", "GET /api/v1/users?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    ROOT, NULL, 422, NULL },
	{ "beyond time",
	    "GET /api/v1/users?cursor=__________________________________8",
	    ROOT, NULL, 422, NULL },
	{ "beyond time, long enough",
	    "GET /api/v1/users?cursor=________________________________", ROOT,
	    NULL, 422, NULL },
	{ "text", "GET /v1/users?cursor='%20OR%201=1", ROOT, NULL, 422,
	    "error.details.field=cursor" },
	{ NULL },
};

START_TEST(cursor)
{
	api_run(&api, cursor_cases);
}
END_TEST

/* People of the same instant are told apart by their ids. */
START_TEST(same_instant)
{
	char line[128];
	const char *next = NULL;
	int n = 0;

	api_sql(&api, "UPDATE user SET created_at = '2025-01-01 00:00:00'");
	do {
		snprintf(line, sizeof(line), "GET /api/v1/users?per_page=2%s%s",
		    next == NULL ? "" : "&cursor=", next == NULL ? "" : next);
		ck_assert_int_eq(api_send(&api,
				     &(struct api_call) { line, ROOT, NULL }),
		    200);
		n += api_text(&api, "users.0") != NULL;
		n += api_text(&api, "users.1") != NULL;
		next = api_text(&api, "next_cursor");
	} while (next != NULL);
	ck_assert_int_eq(n, PEOPLE + 1);
}
END_TEST

static const struct api_case status_cases[] = {
	{ "the others", "GET /api/v1/users", ROOT, NULL, 200,
	    "total=6;users.0.username=emil" },
	{ "deleted", "GET /api/v1/users?status=deleted", ROOT, NULL, 200,
	    "total=1;users.0.email=fred@example.com;"
	    "users.0.status=deleted" },
	{ "deleted, by name", "GET /v1/users?status=deleted&search=FRED", ROOT,
	    NULL, 200, "pagination.total=1" },
	{ "deleted, by address", "GET /v1/users?status=deleted&search=fred@",
	    ROOT, NULL, 200, "pagination.total=1" },
	{ "deleted, by a pattern", "GET /v1/users?status=deleted&search=%25",
	    ROOT, NULL, 200, "pagination.total=0" },
	{ "not without asking", "GET /v1/users?search=fred", ROOT, NULL, 200,
	    "pagination.total=0" },
	{ "suspended", "GET /v1/users?status=suspended", ROOT, NULL, 200,
	    "pagination.total=1;users.0.username=emil" },
	{ "inactive", "GET /v1/users?status=inactive", ROOT, NULL, 200,
	    "pagination.total=1;users.0.username=dora-a" },
	{ "active", "GET /v1/users?status=active", ROOT, NULL, 200,
	    "pagination.total=4;users.0.username=c100" },
	{ NULL },
};

START_TEST(status)
{
	api_sql(&api,
	    "UPDATE user SET status = 'deleted', email_key = NULL,"
	    " username_key = NULL WHERE username = 'fred'");
	api_sql(&api,
	    "UPDATE user SET status = 'suspended' WHERE username = 'emil'");
	api_sql(&api,
	    "UPDATE user SET status = 'inactive' WHERE username = 'dora-a'");
	api_run(&api, status_cases);
}
END_TEST

/* More users than pages reach. */
static const struct api_case many_cases[] = {
	{ "exact to 10000", "GET /api/v1/users?search=few", ROOT, NULL, 200,
	    "total=9999" },
	{ "few by their first page", "GET /api/v1/users?search=few9999", ROOT,
	    NULL, 200, "total=1;users.0.first_name=Few9999" },
	{ "the last page of few", "GET /v1/users?search=few&limit=100&page=100",
	    ROOT, NULL, 200, "users.98;!users.99;pagination.pages=100" },
	{ "many, the last page that there is",
	    "GET /api/v1/users?search=many&per_page=100&page=100", ROOT, NULL,
	    200, "users.99;next_cursor", "next=next_cursor" },
	{ "and the one behind it",
	    "GET /api/v1/users?search=many&per_page=100&cursor=@next", ROOT,
	    NULL, 200, "users.99;next_cursor" },
	{ NULL },
};

static int
total_of(const char *line)
{
	const char *text;

	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { line, ROOT, NULL }),
	    200);
	text = api_text(&api, "total");
	return text == NULL ? -1 : (int)strtol(text, NULL, 10);
}

#define DIGITS                                                                 \
	"(SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION"    \
	" SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION"         \
	" SELECT 8 UNION SELECT 9)"

static void
crowd(const char *name, int from, int n)
{
	char sql[2048];

	snprintf(sql, sizeof(sql),
	    "INSERT INTO user (id, realm_id, email, email_key, first_name,"
	    " created_at, updated_at)"
	    " SELECT UNHEX(CONCAT('000000000000700080000000', HEX(10000000 +"
	    " %d + i))), realm_id, CONCAT('u', %d + i, '@example.com'),"
	    " CONCAT('u', %d + i, '@example.com'), CONCAT('%s', i),"
	    " '2025-02-01' + INTERVAL i SECOND, '2025-02-01'"
	    " FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 *"
	    " e.n AS i FROM " DIGITS " a," DIGITS " b," DIGITS " c," DIGITS
	    " d, (SELECT 0 AS n UNION SELECT 1) e) s"
	    " JOIN user r WHERE r.email = 'root@example.com'"
	    " AND i > 0 AND i <= %d",
	    from, from, from, name, n);
	api_sql(&api, sql);
}

START_TEST(many)
{
	int total;

	crowd("Few", 0, 9999);
	crowd("Many", 20000, 12000);
	api_sql(&api, "ANALYZE TABLE user");
	api_run(&api, many_cases);
	total = total_of("GET /api/v1/users?search=many");
	ck_assert_msg(total > 10000 && total < 30000, "an estimate of %d",
	    total);
	total = total_of("GET /api/v1/users");
	ck_assert_msg(total > 15000 && total < 30000, "an estimate of %d",
	    total);
	total = total_of("GET /api/v1/users?status=suspended");
	ck_assert_int_eq(total, 0);
}
END_TEST

Suite *
user_list_suite(void)
{
	Suite *s = suite_create("user list");
	TCase *tc = tcase_create("user list");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, list);
	tcase_add_test(tc, search);
	tcase_add_test(tc, search_forms);
	tcase_add_test(tc, cursor);
	tcase_add_test(tc, same_instant);
	tcase_add_test(tc, status);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return s;
}
