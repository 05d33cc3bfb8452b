/* What settings change, and what happens when the hashing gate is full. */
#include <stdatomic.h>

#include "base/gate.h"
#include "base/shared.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

#define ANN "\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\""
#define NEW "\"email\":\"new@example.com\",\"password\":\"SecurePass123!\""

static const struct api_case closed_cases[] = {
	{ "janua", "POST /api/v1/auth/signup", NULL, "{" NEW "}", 403,
	    "error_code=FORBIDDEN;detail=Sign ups are currently disabled" },
	{ "v1", "POST /v1/auth/signup", NULL, "{" NEW "}", 403,
	    "error.code=INSUFFICIENT_PERMISSIONS" },
	{ "authapi", "POST /v1/auth/register", NULL, "{" NEW "}", 403,
	    "error.code=forbidden" },
	{ NULL },
};

START_TEST(signup_closed)
{
	api.db.conf.signup_enabled = false;
	api_run(&api, closed_cases);
}
END_TEST

/* Who asks learns nothing; the owner of the mailbox does. */
static const struct api_case undisclosed_cases[] = {
	{ "somebody new", "POST /api/v1/auth/signup", NULL, "{" NEW "}", 202,
	    "message;!tokens;!user", "said=message" },
	{ "somebody known", "POST /api/v1/auth/signup", NULL, "{" ANN "}", 202,
	    "message=@said;!tokens;!user" },
	{ "weak is told", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"weak\"}", 400,
	    "error_code=WEAK_PASSWORD" },
	{ NULL },
};
/* Nor by what can be done with the account, if there is one now. */
static const struct api_case undisclosed_signin[] = {
	{ "new, with the password", "POST /v1/auth/signin", NULL, "{" NEW "}",
	    401,
	    "error.code=INVALID_CREDENTIALS;"
	    "error.details.attempts_remaining=4" },
	{ "known, with another", "POST /v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"OtherPass123!\"}",
	    401,
	    "error.code=INVALID_CREDENTIALS;"
	    "error.details.attempts_remaining=4" },
	{ "her session goes on", "GET /api/v1/auth/me",
	    "Authorization: Bearer @ann_access", NULL, 200, NULL },
	{ NULL },
};
static const struct api_case undisclosed_proven[] = {
	{ "proven", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 200, NULL },
	{ "the account is there", "POST /api/v1/auth/signin", NULL, "{" NEW "}",
	    200, "user.email=new@example.com" },
	{ NULL },
};

static void
verified_ann(void)
{
	api_signup(&api, "ann");
	api_sql(&api,
	    "UPDATE user SET email_verified_at = UTC_TIMESTAMP(6)"
	    " WHERE email = 'ann@example.com'");
}

START_TEST(undisclosed)
{
	verified_ann();
	api_quota_reset(&api);
	api.db.conf.signup_disclosure = false;
	api_run(&api, undisclosed_cases);
	api_run(&api, undisclosed_signin);
	api_keep("token", api_mail(&api, "verify-email", "new@example.com"));
	ck_assert_ptr_nonnull(
	    api_mail(&api, "account-exists", "ann@example.com"));
	api_run(&api, undisclosed_proven);
}
END_TEST

/* A username that is taken, or was given away, tells nothing of an address. */
#define NAMED(who, name)                                                       \
	"{\"email\":\"" who "@example.com\",\"username\":\"" name              \
	"\",\"password\":\"SecurePass123!\"}"
static const struct api_case undisclosed_names[] = {
	{ "taken, somebody known", "POST /api/v1/auth/signup", NULL,
	    NAMED("ann", "taken"), 202, "message", "said=message" },
	{ "taken, somebody new", "POST /api/v1/auth/signup", NULL,
	    NAMED("new", "taken"), 202, "message=@said" },
	{ "free", "POST /api/v1/auth/signup", NULL, NAMED("eve", "free"), 202,
	    "message=@said" },
	{ "and proven", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 200, NULL },
	{ "not given away", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"eve@example.com\",\"password\":\"SecurePass123!\"}",
	    200, "user.username=null" },
	{ NULL },
};

START_TEST(undisclosed_username)
{
	api_run(&api,
	    (const struct api_case[]) {
		{ "before", "POST /api/v1/auth/signup", NULL,
		    NAMED("bob", "taken"), 201, NULL },
		{ NULL },
	    });
	api_signup(&api, "ann");
	api.db.conf.signup_disclosure = false;
	for (size_t i = 0; undisclosed_names[i].name != NULL; i++) {
		const char *token =
		    api_mail(&api, "verify-email", "eve@example.com");

		if (token != NULL)
			api_keep("token", token);
		api_quota_reset(&api);
		api_run(&api,
		    (const struct api_case[]) { undisclosed_names[i],
			{ NULL } });
	}
}
END_TEST

/* Wrong tries count on, whether somebody signs up meanwhile or not. */
START_TEST(undisclosed_attempts)
{
	static const struct api_case wrong[] = {
		{ "before", "POST /v1/auth/signin", NULL, "{" NEW "}", 401,
		    "error.details.attempts_remaining=4" },
		{ "sign-up", "POST /v1/auth/signup", NULL, "{" NEW "}", 202,
		    NULL },
		{ "after", "POST /v1/auth/signin", NULL, "{" NEW "}", 401,
		    "error.details.attempts_remaining=3" },
		{ NULL },
	};

	api.db.conf.signup_disclosure = false;
	api_run(&api, wrong);
}
END_TEST

/* The owner hears of it, but not each time. */
START_TEST(undisclosed_mails)
{
	static const struct api_case again[] = {
		{ "again", "POST /api/v1/auth/signup", NULL, "{" ANN "}", 202,
		    NULL },
		{ NULL },
	};

	verified_ann();
	api.db.conf.signup_disclosure = false;
	for (int i = 0; i < 5; i++) {
		api_quota_reset(&api);
		api_run(&api, again);
	}
	for (int i = 0; i < 5; i++) {
		const char *mail =
		    api_mail(&api, "account-exists", "ann@example.com");

		ck_assert_msg((mail != NULL) == (i < 3), "mail %d", i + 1);
	}
}
END_TEST

/* Who signs up once more because the first mail was lost gets another link. */
START_TEST(undisclosed_again)
{
	static const struct api_case once[] = {
		{ "sign-up", "POST /api/auth/register", NULL, "{" NEW "}", 202,
		    "message;!id" },
		{ NULL },
	};
	static const struct api_case after[] = {
		{ "proven", "POST /api/v1/auth/email/verify", NULL,
		    "{\"token\":\"@second\"}", 200, NULL },
		{ "in", "POST /api/auth/login", NULL, "{" NEW "}", 200, NULL },
		{ NULL },
	};

	api.db.conf.signup_disclosure = false;
	api_run(&api, once);
	ck_assert_ptr_nonnull(
	    api_mail(&api, "verify-email", "new@example.com"));
	api_run(&api, once);
	api_keep("second", api_mail(&api, "verify-email", "new@example.com"));
	api_run(&api, after);
}
END_TEST

static const struct api_case unverified_cases[] = {
	{ "not yet", "POST /v1/auth/signin", NULL, "{" ANN "}", 403,
	    "error.code=EMAIL_NOT_VERIFIED" },
	{ "told to who knows the password only", "POST /v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"x\"}", 401,
	    "error.code=INVALID_CREDENTIALS" },
	{ NULL },
};
static const struct api_case unverified_signup[] = {
	{ "no session before", "POST /v1/auth/signup", NULL, "{" NEW "}", 201,
	    "tokens=null;requiresEmailVerification=true;user.id" },
	{ NULL },
};
static const struct api_case verified_cases[] = {
	{ "prove it", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 200, NULL },
	{ "now", "POST /v1/auth/signin", NULL, "{" ANN "}", 200, NULL },
	{ NULL },
};

START_TEST(require_verified)
{
	api_signup(&api, "ann");
	api.db.conf.require_verified = true;
	api_run(&api, unverified_cases);
	api_run(&api, unverified_signup);
	api_keep("token", api_mail(&api, "verify-email", "ann@example.com"));
	api_run(&api, verified_cases);
}
END_TEST

/* Every place taken by others, and nobody may wait. */
static void
fill_gate(bool full)
{
	struct gate *g = &api.service.shared->gate;

	atomic_store(&g->hold, full ? 0x600u : 0);
	atomic_store(&g->wait, full ? 0xf0000u : 0);
}

static const struct api_case gate_cases[] = {
	{ "janua", "POST /api/v1/auth/signin", NULL, "{" ANN "}", 503,
	    "error_code=UNAVAILABLE;status_code=503;:Retry-After" },
	{ "v1", "POST /v1/auth/signin", NULL, "{" ANN "}", 503,
	    "error.code=UNAVAILABLE" },
	{ "authapi", "POST /v1/auth/login", NULL, "{" ANN "}", 503,
	    "error.code=unavailable" },
	{ "sign-up", "POST /v1/auth/signup", NULL, "{" NEW "}", 503, NULL },
	{ "reading goes on", "GET /api/v1/auth/me",
	    "Authorization: Bearer @ann_access", NULL, 200, NULL },
	{ NULL },
};

/* A try that was not decided is no failed one. */
static const struct api_case gate_open_cases[] = {
	{ "nothing was counted", "POST /v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"x\"}", 401,
	    "error.details.attempts_remaining=4" },
	{ NULL },
};

START_TEST(gate_full)
{
	api_signup(&api, "ann");
	fill_gate(true);
	api_run(&api, gate_cases);
	fill_gate(false);
	api_run(&api, gate_open_cases);
}
END_TEST

Suite *
settings_suite(void)
{
	Suite *s = suite_create("settings");
	TCase *tc = tcase_create("settings");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, signup_closed);
	tcase_add_test(tc, undisclosed);
	tcase_add_test(tc, undisclosed_username);
	tcase_add_test(tc, undisclosed_attempts);
	tcase_add_test(tc, undisclosed_mails);
	tcase_add_test(tc, undisclosed_again);
	tcase_add_test(tc, require_verified);
	tcase_add_test(tc, gate_full);
	suite_add_tcase(s, tc);
	return s;
}
