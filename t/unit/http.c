/* HTTP without a socket: forms, cookies, paths, addresses, headers. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/list.h"
#include "http/request.h"
#include "http/response.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

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
}

/* Either may be NULL. */
static void
same(const char *what, const char *want, const char *got)
{
	bool equal =
	    want == NULL || got == NULL ? want == got : strcmp(want, got) == 0;

	ck_assert_msg(equal, "%s\n  want %s\n  got  %s", what,
	    want != NULL ? want : "(null)", got != NULL ? got : "(null)");
}

static struct http_request
request(const char *const *params)
{
	return (struct http_request) { .params = params };
}

START_TEST(method_table)
{
	static const struct {
		const char *text;
		enum http_method method;
	} cases[] = {
		{ "GET", HTTP_GET },
		{ "HEAD", HTTP_HEAD },
		{ "POST", HTTP_POST },
		{ "PUT", HTTP_PUT },
		{ "PATCH", HTTP_PATCH },
		{ "DELETE", HTTP_DELETE },
		{ "OPTIONS", HTTP_OPTIONS },
		{ "get", HTTP_OTHER },
		{ "TRACE", HTTP_OTHER },
		{ "", HTTP_OTHER },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		enum http_method got = http_method_parse(cases[i].text);

		same(cases[i].text, http_method_name(cases[i].method),
		    http_method_name(got));
	}
}
END_TEST

START_TEST(param_table)
{
	static const char *const both[] = { "HTTP_AUTHORIZATION=Bearer a",
		"REDIRECT_HTTP_AUTHORIZATION=Bearer b", "HTTP_ORIGIN=http://x",
		"HTTP_EMPTY=", "HTTP_X=1=2", NULL };
	static const char *const redirected[] = { "HTTP_AUTHORIZATION=",
		"REDIRECT_HTTP_AUTHORIZATION=Bearer b", NULL };
	static const char *const none[] = { "HTTP_AUTHORIZATION=", NULL };
	static const struct {
		const char *const *params;
		const char *name, *value;
	} cases[] = {
		{ both, "HTTP_AUTHORIZATION", "Bearer a" },
		{ redirected, "HTTP_AUTHORIZATION", "Bearer b" },
		{ none, "HTTP_AUTHORIZATION", NULL },
		{ NULL, "HTTP_AUTHORIZATION", NULL },
		{ both, "HTTP_ORIGIN", "http://x" },
		{ both, "HTTP_ORIGI", NULL },
		{ both, "HTTP_ORIGINS", NULL },
		{ both, "HTTP_EMPTY", "" },
		{ both, "HTTP_X", "1=2" },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		struct http_request r = request(cases[i].params);

		same(cases[i].name, cases[i].value,
		    http_param(&r, cases[i].name));
	}
}
END_TEST

START_TEST(form_table)
{
	static const struct {
		const char *form, *name, *value;
		bool bad;
	} cases[] = {
		{ "a=1&b=2", "a", "1" },
		{ "a=1&b=2", "b", "2" },
		{ "a=1&b=2", "c", NULL },
		{ "", "a", NULL },
		{ "a", "a", "" },
		{ "a=", "a", "" },
		{ "b&a", "a", "" },
		{ "&&a=1&", "a", "1" },
		{ "aa=1&a=2", "a", "2" },
		{ "a=x=y", "a", "x=y" },
		{ "a=x+y%20z%2B", "a", "x y z+" },
		{ "a=%C3%A9", "a", "\xC3\xA9" },
		{ "a=\xC3\xA9", "a", "\xC3\xA9" },
		{ "%61=1", "a", "1" },
		{ "redirect%5Furi=%2Fx", "redirect_uri", "/x" },
		{ "a+b=1", "a b", "1" },
		{ "a=%2", "a", NULL, true },
		{ "a=%", "a", NULL, true },
		{ "a=%2&b=1", "a", NULL, true },
		{ "a=%zz", "a", NULL, true },
		{ "a=%2&b=1", "b", "1" },
		{ "%zz=2&b=1", "b", "1" },
		{ "a=%00", "a", NULL, true },
		{ "a=x%00y", "a", NULL, true },
		{ "a=%FF", "a", NULL, true },
		{ "a=%C0%AF", "a", NULL, true },
		{ "a=%ED%A0%80", "a", NULL, true },
		{ "a=1&a=2", "a", NULL, true },
		{ "a=1&%61=1", "a", NULL, true },
		{ "a=1&b=0&a", "a", NULL, true },
		{ "a=1;b=2", "b", NULL },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		bool bad = false;
		char *got =
		    http_form_value(mem, cases[i].form, cases[i].name, &bad);

		same(cases[i].form, cases[i].value, got);
		ck_assert_msg(bad == cases[i].bad, "%s: want %d, got %d",
		    cases[i].form, cases[i].bad, bad);
	}
}
END_TEST

START_TEST(cookie_table)
{
	static const struct {
		const char *header, *name, *value;
	} cases[] = {
		{ "HTTP_COOKIE=a=1; b=2", "a", "1" },
		{ "HTTP_COOKIE=a=1; b=2", "b", "2" },
		{ "HTTP_COOKIE=a=1;b=2", "b", "2" },
		{ "HTTP_COOKIE=  a=1 ;\tb=2 ", "b", "2" },
		{ "HTTP_COOKIE=a=1; b=2", "c", NULL },
		{ "HTTP_COOKIE=aa=1; a=2", "a", "2" },
		{ "HTTP_COOKIE=A=1; a=2", "a", "2" },
		{ "HTTP_COOKIE=a=\"q\"", "a", "q" },
		{ "HTTP_COOKIE=a=\"", "a", NULL },
		{ "HTTP_COOKIE=a=", "a", "" },
		{ "HTTP_COOKIE=a", "a", NULL },
		{ "HTTP_COOKIE=a=x=y==", "a", "x=y==" },
		{ "HTTP_COOKIE=a=1; a=2", "a", "1" },
		{ "HTTP_COOKIE=a=b c; a=2", "a", "2" },
		{ "HTTP_COOKIE=a=\xC3\xA9", "a", NULL },
		{ "HTTP_COOKIE=a=b,c", "a", NULL },
		{ "HTTP_COOKIE=a=b\\c", "a", NULL },
		{ "HTTP_COOKIE=;;;", "a", NULL },
		{ "HTTP_COOKIE=", "a", NULL },
		{ "HTTP_OTHER=a=1", "a", NULL },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		const char *params[] = { cases[i].header, NULL };
		struct http_request r = request(params);

		same(cases[i].header, cases[i].value,
		    http_cookie(mem, &r, cases[i].name));
	}
}
END_TEST

START_TEST(media_type_table)
{
	static const struct {
		const char *header, *type;
	} cases[] = {
		{ NULL, "" },
		{ "application/json", "application/json" },
		{ "Application/JSON; charset=UTF-8", "application/json" },
		{ " text/plain ;x", "text/plain" },
		{ ";", "" },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		struct http_request r = { .content_type = cases[i].header };

		same(cases[i].type, cases[i].type, http_media_type(mem, &r));
	}
}
END_TEST

static const struct path_case {
	const char *raw, *path;
} path_cases[] = {
	{ "/", "/" },
	{ "/api/v1/auth/me", "/api/v1/auth/me" },
	{ "/api/v1/users/", "/api/v1/users/" },
	{ "//api///v1//", "/api/v1/" },
	{ "//", "/" },
	{ "/a/./b/.", "/a/b/" },
	{ "/./", "/" },
	{ "/.", "/" },
	{ "/a/../b", "/b" },
	{ "/a/x/../b", "/a/b" },
	{ "/a/b/..", "/a/" },
	{ "/a/b/../", "/a/" },
	{ "/a/..", "/" },
	{ "/a//../b", "/b" },
	{ "/a/b/../../c", "/c" },
	{ "/a/%2e%2e/b", "/b" },
	{ "/a/%2E/b", "/a/b" },
	{ "/a/.%2e", "/" },
	{ "/..", NULL },
	{ "/../a", NULL },
	{ "/a/../../b", NULL },
	{ "/%2e%2e/", NULL },
	{ "/...", "/..." },
	{ "/.a/..b", "/.a/..b" },
	{ "/%73ignin", "/signin" },
	{ "/a%20b", "/a b" },
	{ "/a+b", "/a+b" },
	{ "/a%252Fb", "/a%2Fb" },
	{ "/a%3Fb", "/a?b" },
	{ "/%C3%A9", "/\xC3\xA9" },
	{ "/\xC3\xA9", "/\xC3\xA9" },
	{ "/a%2Fb", NULL },
	{ "/a%2fb", NULL },
	{ "/a%00", NULL },
	{ "/%00a", NULL },
	{ "/a%", NULL },
	{ "/a%4", NULL },
	{ "/a%zz", NULL },
	{ "/a%0Ab", NULL },
	{ "/a%0D", NULL },
	{ "/a%7F", NULL },
	{ "/a\tb", NULL },
	{ "/%FF", NULL },
	{ "/%C0%AF", NULL },
	{ "/%ED%A0%80", NULL },
	{ "", NULL },
	{ "a", NULL },
	{ "*", NULL },
	{ "http://x/a", NULL },
	{ "%2Fa", NULL },
};

START_TEST(path_table)
{
	size_t i;

	for (i = 0; i < N(path_cases); i++)
		same(path_cases[i].raw, path_cases[i].path,
		    http_path_normal(mem, path_cases[i].raw));
}
END_TEST

/* What is normal stays as it is. */
START_TEST(path_twice)
{
	size_t i;

	for (i = 0; i < N(path_cases); i++) {
		const char *path = path_cases[i].path;

		if (path != NULL && strchr(path, '%') == NULL)
			same(path, path, http_path_normal(mem, path));
	}
}
END_TEST

START_TEST(path_find_table)
{
	static const struct {
		const char *uri, *raw, *path;
	} cases[] = {
		{ NULL, "REQUEST_URI=/a//b?c=/../d", "/a/b" },
		{ NULL, "REQUEST_URI=/a#b", "/a" },
		{ NULL, "REQUEST_URI=/a?b=%00%2F", "/a" },
		{ NULL, "REQUEST_URI=/a%2Fb", NULL },
		{ NULL, "REQUEST_URI=", NULL },
		{ NULL, "OTHER=", NULL },
		{ "CARDEA_URI=/a/b", "REQUEST_URI=//a/./b?q", "/a/b" },
		{ "CARDEA_URI=/a/b", "OTHER=", "/a/b" },
		{ "CARDEA_URI=/a%62", "REQUEST_URI=/a%2562", "/a%62" },
		{ "CARDEA_URI=/a b", "REQUEST_URI=/a%20b", "/a b" },
		{ "CARDEA_URI=/a/b", "REQUEST_URI=/a%2Fb", NULL },
		{ "CARDEA_URI=/a/b", "REQUEST_URI=/a%2fb", NULL },
		{ "CARDEA_URI=/a", "REQUEST_URI=/a%00b", NULL },
		{ "CARDEA_URI=/a", "REQUEST_URI=/a?x=%2F%00", "/a" },
		{ "CARDEA_URI=/a\nb", "REQUEST_URI=/a%0Ab", NULL },
		{ "CARDEA_URI=/\xFF", "REQUEST_URI=/%FF", NULL },
		{ "CARDEA_URI=", "REQUEST_URI=/", NULL },
		{ "CARDEA_URI=a", "REQUEST_URI=/a", NULL },
	};
	size_t i;

	for (i = 0; i < N(cases); i++) {
		const char *params[] = { cases[i].raw, cases[i].uri, NULL };
		struct http_request r = request(params);

		same(cases[i].raw, cases[i].path, http_path_find(mem, &r));
	}
}
END_TEST

START_TEST(address_table)
{
	static const struct {
		const char *addr, *key;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "::FFFF:c000:201", "192.0.2.1" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:0DB8:0001:0002::1", "2001:db8:1:2::/64" },
		{ "2001:db8::1", "2001:db8::/64" },
		{ "::1", "::/64" },
		{ "fe80::1%eth0", "fe80::/64" },
		{ "unix:", "unix:" },
		{ "", "" },
		{ NULL, "" },
		{ "192.0.2", "192.0.2" },
	};
	size_t i;

	for (i = 0; i < N(cases); i++)
		same(cases[i].key, cases[i].key,
		    http_address_key(mem, cases[i].addr));
}
END_TEST

/* Believed from the end, as far as the trusted proxies reach. */
START_TEST(client_table)
{
	static const char *const networks[] = { "10.0.0.0/8", "192.0.2.1",
		"fd00::/15", "172.16.0.0/12" };
	static const struct {
		const char *remote, *forwarded, *client;
		size_t n; /* how many of the networks are trusted */
	} cases[] = {
		{ "10.0.0.1", "203.0.113.9", "10.0.0.1", 0 },
		{ "10.0.0.1", "203.0.113.9", "203.0.113.9", 4 },
		{ "10.255.0.1", " 203.0.113.9\t", "203.0.113.9", 4 },
		{ "11.0.0.1", "203.0.113.9", "11.0.0.1", 4 },
		{ "192.0.2.1", "203.0.113.9", "203.0.113.9", 4 },
		{ "192.0.2.2", "203.0.113.9", "192.0.2.2", 4 },
		{ "fd01:ffff::1", "2001:db8::7", "2001:db8::7", 4 },
		{ "fd02::1", "2001:db8::7", "fd02::1", 4 },
		{ "172.31.9.9", "203.0.113.9", "203.0.113.9", 4 },
		{ "172.32.0.1", "203.0.113.9", "172.32.0.1", 4 },
		{ "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9", 4 },
		{ "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9", 4 },
		{ "10.0.0.1", "1.1.1.1,203.0.113.9, 10.2.3.4", "203.0.113.9",
		    4 },
		{ "10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2", 4 },
		{ "10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1", 4 },
		{ "10.0.0.1", "203.0.113.9,", "10.0.0.1", 4 },
		{ "10.0.0.1", "", "10.0.0.1", 4 },
		{ "10.0.0.1", NULL, "10.0.0.1", 4 },
		{ "unix:", "203.0.113.9", "unix:", 4 },
		{ "", "203.0.113.9", "", 4 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		const char *params[] = { NULL, NULL };
		const struct http_request r = {
			.remote_addr = cases[i].remote,
			.params = params,
		};

		if (cases[i].forwarded != NULL)
			params[0] = arena_printf(mem, "HTTP_X_FORWARDED_FOR=%s",
			    cases[i].forwarded);
		same(arena_printf(mem, "%s for %s", cases[i].remote,
			 cases[i].forwarded == NULL ? "nobody"
						    : cases[i].forwarded),
		    cases[i].client,
		    http_client_address(mem, &r,
			&(struct list) { cases[i].n, (void *)networks }));
	}
}
END_TEST

START_TEST(header_replace)
{
	struct http_response r;

	http_response_init(&r, mem);
	ck_assert_int_eq(r.status, 0);
	http_header_set(&r, "Cache-Control", "no-store");
	http_header_set(&r, "cache-control", "no-cache");
	ck_assert_uint_eq(r.n_headers, 1);
	same("replaced", "no-cache", http_header_get(&r, "CACHE-CONTROL"));
	http_header_set(&r, "Vary", "Origin");
	http_header_set(&r, "Vary", "Cookie");
	http_header_set(&r, "Set-Cookie", "a=1");
	http_header_set(&r, "Set-Cookie", "b=1");
	ck_assert_uint_eq(r.n_headers, 5);
	same("absent", NULL, http_header_get(&r, "Allow"));
	buf_puts(&r.body, "text");
	r.status = 200;
	r.content_type = "text/plain";
	http_response_clear(&r);
	ck_assert_int_eq(r.status, 0);
	ck_assert_uint_eq(r.n_headers, 0);
	ck_assert_uint_eq(r.body.n, 0);
	ck_assert_ptr_null(r.content_type);
}
END_TEST

START_TEST(cookie_set)
{
	struct http_response r;

	http_response_init(&r, mem);
	http_cookie_set(&r, "access_token", "abc.d-e_f", "/", 86400);
	http_cookie_set(&r, "refresh_token", "ignored", "/api", 0);
	ck_assert_uint_eq(r.n_headers, 2);
	same("set",
	    "access_token=abc.d-e_f; Path=/; Max-Age=86400; HttpOnly; "
	    "Secure; SameSite=Lax",
	    r.headers[0].value);
	same("deleted",
	    "refresh_token=; Path=/api; Max-Age=0; "
	    "Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; "
	    "SameSite=Lax",
	    r.headers[1].value);
}
END_TEST

/* Each of these must abort. */
static const struct injection {
	const char *name, *value;
	bool cookie;
} injections[] = {
	{ "Location", "/x\r\nSet-Cookie: a=b" },
	{ "Location", "/x\n" },
	{ "Location", "\r" },
	{ "X\r\nY", "1" },
	{ "X: Y", "1" },
	{ "name", "a; Domain=evil", true },
	{ "name", "a b", true },
	{ "name", "a\r\nX: y", true },
	{ "na=me", "a", true },
	{ "na;me", "a", true },
};

START_TEST(injection_aborts)
{
	const struct injection *c = &injections[_i];
	struct http_response r;

	http_response_init(&r, mem);
	if (c->cookie)
		http_cookie_set(&r, c->name, c->value, "/", 60);
	else
		http_header_set(&r, c->name, c->value);
}
END_TEST

START_TEST(headers_full_aborts)
{
	struct http_response r;
	int i;

	http_response_init(&r, mem);
	for (i = 0; i <= HTTP_HEADERS_MAX; i++)
		http_header_set(&r, "Set-Cookie", "a=1");
}
END_TEST

START_TEST(reason_table)
{
	static const struct {
		int status;
		const char *reason;
	} cases[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 204, "No Content" },
		{ 302, "Found" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 413, "Content Too Large" },
		{ 422, "Unprocessable Content" },
		{ 423, "Locked" },
		{ 429, "Too Many Requests" },
		{ 503, "Service Unavailable" },
		{ 299, "OK" },
		{ 499, "Error" },
	};
	size_t i;

	for (i = 0; i < N(cases); i++)
		same(cases[i].reason, cases[i].reason,
		    http_reason(cases[i].status));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("http");
	SRunner *r;
	int failures;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, method_table);
	tcase_add_test(t, param_table);
	tcase_add_test(t, form_table);
	tcase_add_test(t, cookie_table);
	tcase_add_test(t, media_type_table);
	tcase_add_test(t, path_table);
	tcase_add_test(t, path_twice);
	tcase_add_test(t, path_find_table);
	tcase_add_test(t, address_table);
	tcase_add_test(t, client_table);
	tcase_add_test(t, header_replace);
	tcase_add_test(t, cookie_set);
	tcase_add_loop_test_raise_signal(t, injection_aborts, SIGABRT, 0,
	    N(injections));
	tcase_add_test_raise_signal(t, headers_full_aborts, SIGABRT);
	tcase_add_test(t, reason_table);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failures = srunner_ntests_failed(r);
	srunner_free(r);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
