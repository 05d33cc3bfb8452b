/* Passwords changed and forgotten, addresses proven, in every surface. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db/db.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
	api_signup(&api, "ann");
	api_signup(&api, "bob");
	api_quota_reset(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

#define BEARER "Authorization: Bearer @ann_access"
#define OTHER  "Authorization: Bearer @other"
#define OLD    "\"SecurePass123!\""
#define NEW    "\"NewerPass456!\""

static const struct api_case change_cases[] = {
	{ "another session", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":" OLD "}", 200, NULL,
	    "other=tokens.access_token" },
	{ "nobody", "POST /api/v1/auth/password/change", NULL,
	    "{\"current_password\":" OLD ",\"new_password\":" NEW "}", 401,
	    NULL },
	{ "wrong", "POST /api/v1/auth/password/change", BEARER,
	    "{\"current_password\":\"x\",\"new_password\":" NEW "}", 400,
	    "detail=Current password is incorrect;!:WWW-Authenticate" },
	{ "wrong for authapi", "POST /v1/auth/password/change", BEARER,
	    "{\"current_password\":\"x\",\"new_password\":" NEW "}", 400,
	    "error.code=invalid_request" },
	{ "weak", "POST /api/v1/auth/password/change", BEARER,
	    "{\"current_password\":" OLD ",\"new_password\":\"weak\"}", 400,
	    "error_code=WEAK_PASSWORD" },
	{ "the same", "POST /v1/users/me/password", BEARER,
	    "{\"currentPassword\":" OLD ",\"newPassword\":" OLD "}", 400,
	    "error.code=SAME_PASSWORD" },
	{ "somebody else's", "POST /api/v1/users/@bob_id/change-password",
	    BEARER, "{\"current_password\":" OLD ",\"new_password\":" NEW "}",
	    404, "error_code=NOT_FOUND" },
	{ "no id", "POST /api/v1/users/usr_x/change-password", BEARER,
	    "{\"current_password\":" OLD ",\"new_password\":" NEW "}", 404,
	    NULL },
	{ "the other session goes on", "GET /api/v1/auth/me", OTHER, NULL, 200,
	    NULL },
	{ "changed", "POST /api/v1/users/@ann_id/change-password", BEARER,
	    "{\"current_password\":" OLD ",\"new_password\":" NEW "}", 200,
	    "message=Password successfully changed" },
	{ "this session stays", "GET /api/v1/auth/me", BEARER, NULL, 200,
	    NULL },
	{ "the other is over", "GET /api/v1/auth/me", OTHER, NULL, 401, NULL },
	{ "the old one opens nothing", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":" OLD "}", 401, NULL },
	{ "the new one does", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":" NEW "}", 200, NULL },
	{ "back by v1", "POST /v1/users/me/password", BEARER,
	    "{\"currentPassword\":" NEW ",\"newPassword\":" OLD "}", 200,
	    "success=true;message" },
	{ "and by authapi", "POST /v1/auth/password/change", BEARER,
	    "{\"current_password\":" OLD ",\"new_password\":" NEW "}", 200,
	    "message" },
	{ "and by PUT", "PUT /api/v1/auth/password/change", BEARER,
	    "{\"current_password\":" NEW ",\"new_password\":" OLD "}", 200,
	    NULL },
	{ NULL },
};

START_TEST(change)
{
	api_run(&api, change_cases);
	ck_assert_ptr_nonnull(
	    api_mail(&api, "password-changed", "ann@example.com"));
}
END_TEST

/* Five wrong ones stop this session's tries and nothing else. */
START_TEST(guessing_the_current_one)
{
	static const struct api_call wrong = {
		"POST /api/v1/auth/password/change",
		BEARER,
		"{\"current_password\":\"x\",\"new_password\":" NEW "}",
	};
	static const struct api_case after[] = {
		{ "right, too late", "POST /api/v1/auth/password/change",
		    BEARER,
		    "{\"current_password\":" OLD ",\"new_password\":" NEW "}",
		    429, "error_code=RATE_LIMIT_EXCEEDED;:Retry-After" },
		{ "she still is signed in", "GET /api/v1/auth/me", BEARER, NULL,
		    200, NULL },
		{ "and can sign in", "POST /api/v1/auth/signin", NULL,
		    "{\"email\":\"ann@example.com\",\"password\":" OLD "}", 200,
		    NULL },
		{ NULL },
	};

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(api_send(&api, &wrong), 400);
	api_run(&api, after);
}
END_TEST

/* The same answer for all; a mail for those who exist. */
static const char *const forgot_lines[] = {
	"POST /api/v1/auth/password/forgot",
	"POST /api/v1/auth/forgot-password",
	"POST /api/v1/auth/password/reset-request",
	"POST /v1/auth/password/reset-request",
};

static int
ask(const char *line, const char *email)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"email\":\"%s\"}", email);
	api_quota_reset(&api);
	return api_send(&api, &(struct api_call) { line, NULL, body });
}

START_TEST(forgot_tells_nothing)
{
	char known[512];

	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(ask(forgot_lines[i], "ann@example.com"), 200);
		snprintf(known, sizeof(known), "%s", api.res.body.p);
		ck_assert_ptr_nonnull(
		    api_mail(&api, "reset-password", "ann@example.com"));
		ck_assert_int_eq(ask(forgot_lines[i], "nobody@example.com"),
		    200);
		ck_assert_str_eq(api.res.body.p, known);
		ck_assert_ptr_null(
		    api_mail(&api, "reset-password", "nobody@example.com"));
	}
	ck_assert_int_eq(ask(forgot_lines[0], "no address"), 422);
}
END_TEST

/* Whether there is an account must not show in what the request does. */
START_TEST(forgot_costs_the_same)
{
	uint64_t before = db_sent(api.service.db), known, unknown;

	ask(forgot_lines[0], "ann@example.com");
	known = db_sent(api.service.db) - before;
	before = db_sent(api.service.db);
	ask(forgot_lines[0], "nobody@example.com");
	unknown = db_sent(api.service.db) - before;
	ck_assert_uint_eq(known, unknown);
}
END_TEST

static void
forgot(void)
{
	const char *token;

	ck_assert_int_eq(ask(forgot_lines[0], "ANN@example.com"), 200);
	token = api_mail(&api, "reset-password", "ann@example.com");
	ck_assert_ptr_nonnull(token);
	api_keep("token", token);
	api_quota_reset(&api);
}

static const struct api_case reset_cases[] = {
	{ "weak", "POST /api/v1/auth/password/reset", NULL,
	    "{\"token\":\"@token\",\"new_password\":\"weak\"}", 400,
	    "error_code=WEAK_PASSWORD" },
	{ "the link is still good", "POST /api/v1/auth/reset-password", NULL,
	    "{\"token\":\"@token\",\"new_password\":" NEW "}", 200,
	    "message;!tokens;!access_token" },
	{ "but once", "POST /api/v1/auth/password/reset", NULL,
	    "{\"token\":\"@token\",\"new_password\":" OLD "}", 400,
	    "error_code=INVALID_LINK" },
	{ "all sessions are over", "GET /api/v1/auth/me", BEARER, NULL, 401,
	    NULL },
	{ "the old password too", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":" OLD "}", 401, NULL },
	{ "the new one opens, and the address is proven",
	    "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":" NEW "}", 200,
	    "user.email_verified=true" },
	{ NULL },
};

START_TEST(reset)
{
	forgot();
	api_run(&api, reset_cases);
}
END_TEST

static const struct api_case confirm_case[] = {
	{ "older clients", "POST /api/v1/auth/password/confirm", NULL,
	    "{\"token\":\"@token\",\"password\":" NEW "}", 200, "message" },
	{ NULL },
};
static const struct api_case authapi_reset_case[] = {
	{ "authapi", "POST /v1/auth/password/reset", NULL,
	    "{\"token\":\"@token\",\"new_password\":" NEW "}", 200, "message" },
	{ NULL },
};

START_TEST(reset_elsewhere)
{
	forgot();
	api_run(&api, confirm_case);
	forgot();
	api_run(&api, authapi_reset_case);
}
END_TEST

/* One answer for whatever is wrong with a link. */
static const struct api_case bad_links[] = {
	{ "unknown", "POST /api/v1/auth/password/reset", NULL,
	    "{\"token\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
	    "\"new_password\":" NEW "}",
	    400, "error_code=INVALID_LINK" },
	{ "malformed", "POST /api/v1/auth/password/reset", NULL,
	    "{\"token\":\"x\",\"new_password\":" NEW "}", 400,
	    "error_code=INVALID_LINK" },
	{ "of another purpose", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 400, "error_code=INVALID_LINK" },
	{ "empty", "POST /api/v1/auth/email/verify", NULL, "{\"token\":\"\"}",
	    422, "error.details.field=token" },
	{ "authapi", "POST /v1/auth/email/verify", NULL,
	    "{\"token\":\"nothing\"}", 400, "error.code=invalid_request" },
	{ NULL },
};
static const struct api_case voided[] = {
	{ "voided by a newer one", "POST /api/v1/auth/password/reset", NULL,
	    "{\"token\":\"@older\",\"new_password\":" NEW "}", 400,
	    "error_code=INVALID_LINK" },
	{ NULL },
};
static const struct api_case expired[] = {
	{ "expired", "POST /api/v1/auth/password/reset", NULL,
	    "{\"token\":\"@token\",\"new_password\":" NEW "}", 400,
	    "error_code=INVALID_LINK" },
	{ NULL },
};

START_TEST(links)
{
	forgot();
	api_run(&api, bad_links);
	api_keep("older", api_kept("token"));
	forgot();
	api_run(&api, voided);
	clock_shift_us(CLOCK_HOUR + CLOCK_SECOND);
	api_run(&api, expired);
}
END_TEST

/* Where a link leads is ours to say, not the client's. */
START_TEST(links_lead_home)
{
	static const struct api_case forged[] = {
		{ "another host", "POST /api/v1/auth/password/forgot",
		    "Host: evil.example\nX-Forwarded-Host: evil.example\n"
		    "Forwarded: host=evil.example\nOrigin: https://evil.example\n"
		    "Referer: https://evil.example/",
		    "{\"email\":\"ann@example.com\","
		    "\"redirect_base\":\"https://evil.example\"}",
		    200, NULL },
		{ NULL },
	};

	api_run(&api, forged);
	ck_assert_ptr_nonnull(
	    api_mail(&api, "reset-password", "ann@example.com"));
	ck_assert_msg(strncmp(api_kept("mail_link"),
			  "http://localhost:8000/reset-password?token=", 43) ==
		0,
	    "%s", api_kept("mail_link"));
}
END_TEST

/* Who has the old mailbox only, has nothing once the account has moved. */
static const struct api_case moved[] = {
	{ "she moves", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@move\"}", 200, NULL },
	{ "a link in the old mailbox", "POST /api/v1/auth/password/reset", NULL,
	    "{\"token\":\"@token\",\"new_password\":" NEW "}", 400,
	    "error_code=INVALID_LINK" },
	{ NULL },
};

START_TEST(moving_voids_links)
{
	api_keep("move", api_mail(&api, "verify-email", "ann@example.com"));
	forgot();
	api_sql(&api,
	    "UPDATE link SET email = 'moved@example.com'"
	    " WHERE purpose = 'verify' AND email = 'ann@example.com'");
	api_run(&api, moved);
}
END_TEST

/* A locked account is open again after a reset. */
START_TEST(reset_unlocks)
{
	static const struct api_call wrong = {
		"POST /api/v1/auth/signin",
		NULL,
		"{\"email\":\"ann@example.com\",\"password\":\"x\"}",
	};
	static const struct api_case in[] = {
		{ "open", "POST /api/v1/auth/signin", NULL,
		    "{\"email\":\"ann@example.com\",\"password\":" NEW "}", 200,
		    NULL },
		{ NULL },
	};

	for (int i = 0; i < 6; i++) {
		api_quota_reset(&api);
		api_send(&api, &wrong);
	}
	ck_assert_int_eq(api.res.status, 423);
	forgot();
	api_run(&api, confirm_case);
	api_quota_reset(&api);
	api_run(&api, in);
}
END_TEST

static const struct api_case verify_cases[] = {
	{ "verify", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 200,
	    "message=Email successfully verified" },
	{ "once", "POST /api/v1/auth/verify-email", NULL,
	    "{\"token\":\"@token\"}", 400, "error_code=INVALID_LINK" },
	{ "proven, and still signed in", "GET /api/v1/auth/me", BEARER, NULL,
	    200, "email_verified=true" },
	{ NULL },
};

START_TEST(verify)
{
	api_keep("token", api_mail(&api, "verify-email", "ann@example.com"));
	api_run(&api, verify_cases);
	ck_assert_int_eq(ask("POST /api/v1/auth/resend-verification",
			     "ann@example.com"),
	    200);
	ck_assert_ptr_null(api_mail(&api, "verify-email", "ann@example.com"));
}
END_TEST

static const struct api_case resend_cases[] = {
	{ "signed in", "POST /api/v1/auth/email/resend-verification", BEARER,
	    NULL, 200, "message" },
	{ "nobody", "POST /api/v1/auth/resend-verification", NULL, NULL, 422,
	    "error.details.field=email" },
	{ "authapi", "POST /v1/auth/email/resend-verification", NULL,
	    "{\"email\":\"bob@example.com\"}", 200, "message" },
	{ "unknown", "POST /v1/auth/email/resend-verification", NULL,
	    "{\"email\":\"nobody@example.com\"}", 200, "message" },
	{ NULL },
};
static const struct api_case newest[] = {
	{ "the older link is void", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@first\"}", 400, NULL },
	{ "the newer is good", "POST /v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 200, "message" },
	{ NULL },
};

START_TEST(resend)
{
	api_keep("first", api_mail(&api, "verify-email", "ann@example.com"));
	api_run(&api, resend_cases);
	api_keep("token", api_mail(&api, "verify-email", "ann@example.com"));
	ck_assert_ptr_nonnull(
	    api_mail(&api, "verify-email", "bob@example.com"));
	api_run(&api, newest);
}
END_TEST

/*
 * Mails to one mailbox are limited from wherever they are asked for, and
 * however its address is spelled. Each try comes from another address; the
 * last one of a row is one too many.
 */
static const struct {
	const char *line, *headers;
	const char *bodies[7];
	int good;
} mail_quotas[] = {
	{ "POST /api/v1/auth/password/forgot", NULL,
	    { "{\"email\":\"bob@example.com\"}",
		"{\"email\":\"Bob@example.com\"}",
		"{\"email\":\"bOB@Example.COM\"}",
		"{\"email\":\" bob@example.com \"}" },
	    200 },
	{ "POST /api/v1/auth/email/resend-verification", BEARER,
	    { "{\"email\":\"ann@example.com\"}", "{}", "", "{}",
		"{\"email\":\"ANN@example.com\"}", "{}" },
	    200 },
	{ "POST /v1/auth/register", NULL,
	    { "{\"email\":\"eve@example.com\",\"password\":\"x\"}",
		"{\"email\":\"Eve@example.com\",\"password\":\"x\"}",
		"{\"email\":\"EVE@example.com\",\"password\":\"x\"}",
		"{\"email\":\"eve@EXAMPLE.com\",\"password\":\"x\"}" },
	    400 },
};

START_TEST(mail_quota)
{
	size_t row = (size_t)_i;
	const char *const *body = mail_quotas[row].bodies;

	for (int i = 0; body[i] != NULL; i++) {
		char from[24];

		snprintf(from, sizeof(from), "192.0.2.%d", i + 1);
		api_from(from);
		ck_assert_int_eq(api_send(&api,
				     &(struct api_call) { mail_quotas[row].line,
					 mail_quotas[row].headers, body[i] }),
		    body[i + 1] != NULL ? mail_quotas[row].good : 429);
	}
}
END_TEST

Suite *
recovery_suite(void)
{
	Suite *s = suite_create("recovery");
	TCase *tc = tcase_create("recovery");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, change);
	tcase_add_test(tc, guessing_the_current_one);
	tcase_add_test(tc, forgot_tells_nothing);
	tcase_add_test(tc, forgot_costs_the_same);
	tcase_add_test(tc, reset);
	tcase_add_test(tc, reset_elsewhere);
	tcase_add_test(tc, links);
	tcase_add_test(tc, links_lead_home);
	tcase_add_test(tc, moving_voids_links);
	tcase_add_test(tc, reset_unlocks);
	tcase_add_test(tc, verify);
	tcase_add_test(tc, resend);
	tcase_add_loop_test(tc, mail_quota, 0,
	    sizeof(mail_quotas) / sizeof(mail_quotas[0]));
	suite_add_tcase(s, tc);
	return s;
}
