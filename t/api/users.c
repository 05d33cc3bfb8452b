/* Profiles, and what an owner or an administrator does to an account. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "db/db.h"
#include "model/due.h"
#include "model/realm.h"
#include "model/user.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

/* ann and bob are users, root is an administrator. */
static void
open_api(void)
{
	api_open(&api);
	api_signup(&api, "ann");
	api_signup(&api, "bob");
	api_signup(&api, "root");
	api_sql(&api,
	    "UPDATE user SET is_admin = TRUE"
	    " WHERE email = 'root@example.com'");
	api_quota_reset(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

#define ANN  "Authorization: Bearer @ann_access"
#define BOB  "Authorization: Bearer @bob_access"
#define ROOT "Authorization: Bearer @root_access"
#define ME   "/api/v1/users/me"

/* --- profile --- */

static const struct api_case profile_cases[] = {
	{ "plinto", "PATCH " ME, ANN,
	    "{\"first_name\":\"Jane\",\"last_name\":\"Smith\","
	    "\"profile_image_url\":\"https://example.com/avatar.jpg\"}",
	    200,
	    "id=@ann_id;first_name=Jane;last_name=Smith;"
	    "profile_image_url=https://example.com/avatar.jpg;"
	    "email=ann@example.com;status=active;created_at~Z" },
	{ "it stays", "GET " ME, ANN, NULL, 200,
	    "first_name=Jane;profile_image_url=https://example.com/"
	    "avatar.jpg" },
	{ "all members", "PUT /api/v1/users/@ann_id", ANN,
	    "{\"display_name\":\" J. Smith \",\"bio\":\"two\\nlines\","
	    "\"phone_number\":\"+49 (30) 123-45.67\",\"timezone\":"
	    "\"America/Argentina/Buenos_Aires\",\"locale\":\"de-AT\","
	    "\"user_metadata\":{\"Snake_case\":1,\"camelCase\":[true,null],"
	    "\"n\":1.50}}",
	    200,
	    "display_name=J. Smith;bio=two\nlines;phone_verified=false;"
	    "phone_number=+49 (30) 123-45.67;"
	    "timezone=America/Argentina/Buenos_Aires;locale=de-AT;"
	    "first_name=Jane;user_metadata.Snake_case=1;"
	    "user_metadata.camelCase" },
	{ "metadata is replaced whole", "PATCH " ME, ANN,
	    "{\"user_metadata\":{\"a_b\":{\"c_d\":[1,{}]}}}", 200,
	    "!user_metadata.n;user_metadata.a_b.c_d" },
	{ "metadata is not recased", "PATCH /v1/users/me", ANN, "{}", 200,
	    "userMetadata.a_b.c_d;firstName=Jane;!first_name" },
	{ "v1", "PATCH /v1/users/me", ANN,
	    "{\"firstName\":\"John\",\"lastName\":\"Smith\","
	    "\"bio\":\"Software Engineer at Acme Corp\","
	    "\"timezone\":\"America/New_York\",\"locale\":\"en-US\"}",
	    200,
	    "firstName=John;lastName=Smith;timezone=America/New_York;"
	    "bio=Software Engineer at Acme Corp;locale=en-US;"
	    "displayName=J. Smith" },
	{ "v1 takes no other spelling", "PATCH /v1/users/me", ANN,
	    "{\"first_name\":\"X\"}", 200, "firstName=John" },
	{ "alias", "PATCH /api/v1/auth/profile", ANN,
	    "{\"first_name\":\"Ann\"}", 200, "first_name=Ann" },
	{ "null clears", "PATCH " ME, ANN,
	    "{\"first_name\":null,\"last_name\":null,\"display_name\":null,"
	    "\"bio\":null,\"phone_number\":null,\"profile_image_url\":null,"
	    "\"timezone\":null,\"locale\":null,\"user_metadata\":null}",
	    200,
	    "first_name=null;last_name=null;display_name=null;bio=null;"
	    "phone_number=null;profile_image_url=null;timezone=UTC;"
	    "locale=en-US;user_metadata={ }" },
	{ "so does nothing", "PATCH " ME, ANN,
	    "{\"first_name\":\"\",\"profile_image_url\":\"\"}", 200,
	    "first_name=null;profile_image_url=null" },
	{ "authapi", "PUT /v1/auth/profile", ANN,
	    "{\"name\":\"Ann Other\",\"organization\":\"Example Corp\"}", 200,
	    "id=@ann_id;name=Ann Other;organization=Example Corp;"
	    "subscription_plan=free;email_verified=false;created_at~Z;"
	    "updated_at~Z;!first_name" },
	{ "which is the display name alone", "GET " ME, ANN, NULL, 200,
	    "display_name=Ann Other;first_name=null;!organization" },
	{ "authapi, one of them", "PUT /v1/auth/profile", ANN,
	    "{\"organization\":null}", 200,
	    "name=Ann Other;organization=null" },
	{ "authapi, cleared", "PUT /v1/auth/profile", ANN, "{\"name\":null}",
	    200, "name=ann" },
	{ "no body at all", "PATCH " ME, ANN, NULL, 200, "id=@ann_id" },
	{ NULL },
};

START_TEST(profile)
{
	api_run(&api, profile_cases);
}
END_TEST

static const struct api_case stamp_before[] = {
	{ "before", "GET " ME, ANN, NULL, 200, NULL, "was=updated_at" },
	{ NULL },
};
static const struct api_case stamp_after[] = {
	{ "nothing to do", "PATCH " ME, ANN, "{}", 200, "updated_at=@was" },
	{ "after", "PATCH " ME, ANN, "{\"bio\":\"x\"}", 200, NULL,
	    "is=updated_at" },
	{ NULL },
};

START_TEST(updated_at)
{
	api_run(&api, stamp_before);
	clock_shift_us(10 * CLOCK_SECOND);
	api_run(&api, stamp_after);
	ck_assert_str_lt(api_kept("was"), api_kept("is"));
}
END_TEST

/* Members that no profile has: ignored, never stored. */
static const struct api_case greedy_cases[] = {
	{ "asks for more", "PATCH " ME, ANN,
	    "{\"is_admin\":true,\"status\":\"suspended\",\"plan\":\"pro\","
	    "\"subscription_plan\":\"pro\",\"email\":\"eve@example.com\","
	    "\"email_verified\":true,\"phone_verified\":true,"
	    "\"password\":\"NewerPass456!\",\"username\":\"root\","
	    "\"id\":\"usr_1\",\"realm_id\":\"x\",\"mfa_enabled\":true,"
	    "\"user_id\":\"@root_id\",\"created_at\":\"2000-01-01\","
	    "\"bio\":\"me\"}",
	    200,
	    "id=@ann_id;is_admin=false;status=active;email=ann@example.com;"
	    "email_verified=false;phone_verified=false;username=null;"
	    "mfa_enabled=false;bio=me" },
	{ "nor by authapi", "PUT /v1/auth/profile", ANN,
	    "{\"subscription_plan\":\"enterprise\",\"email\":\"a@b.cd\"}", 200,
	    "subscription_plan=free;email=ann@example.com" },
	{ "the password is the old one", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\","
	    "\"password\":\"SecurePass123!\"}",
	    200, NULL },
	{ "root is untouched", "GET /api/v1/users/@root_id", ROOT, NULL, 200,
	    "bio=null" },
	{ NULL },
};

START_TEST(greedy)
{
	api_run(&api, greedy_cases);
}
END_TEST

static const struct api_case phone_case[] = {
	{ "the same number", "PATCH " ME, ANN,
	    "{\"phone_number\":\"+49301234\",\"bio\":\"x\"}", 200,
	    "phone_verified=true" },
	{ "another number", "PATCH " ME, ANN,
	    "{\"phone_number\":\"+49305678\"}", 200,
	    "phone_number=+49305678;phone_verified=false" },
	{ NULL },
};

START_TEST(phone)
{
	api_sql(&api,
	    "UPDATE user SET phone_number = '+49301234',"
	    " phone_verified_at = UTC_TIMESTAMP(6)"
	    " WHERE email = 'ann@example.com'");
	api_run(&api, phone_case);
}
END_TEST

/* A member and a value that must be refused, and what is said. */
static const struct {
	const char *member, *value, *type;
} bad_members[] = {
	{ "first_name", "5", "type" },
	{ "first_name", "[\"Ann\"]", "type" },
	{ "first_name", "{}", "type" },
	{ "first_name", "true", "type" },
	{ "first_name", "\"Ann\\r\\nBcc: x\"", "format" },
	{ "last_name", "\"a\\u0007\"", "format" },
	{ "display_name", "\"a\\u2028b\"", "format" },
	{ "phone_number", "\"call me\"", "format" },
	{ "phone_number", "\"12\"", "format" },
	{ "phone_number", "\"+49 30 12345678 9012345\"", "length" },
	{ "phone_number", "\"+49\\n301234\"", "format" },
	{ "timezone", "\"\"", "format" },
	{ "timezone", "\"Mars/../etc\"", "format" },
	{ "timezone", "\"/etc/passwd\"", "format" },
	{ "timezone", "\"Europe/\"", "format" },
	{ "timezone", "\"Europe/Berlin'--\"", "format" },
	{ "timezone", "\"+01:00\"", "format" },
	{ "locale", "\"\"", "format" },
	{ "locale", "\"en_US\"", "format" },
	{ "locale", "\"en-US-x-a-very-long-private-use-subtag\"", "length" },
	{ "profile_image_url", "\"javascript:alert(1)\"", "format" },
	{ "profile_image_url", "\"data:image/png;base64,AAAA\"", "format" },
	{ "profile_image_url", "\"//example.com/a.png\"", "format" },
	{ "profile_image_url", "\"ftp://example.com/a.png\"", "format" },
	{ "profile_image_url", "\"https://\"", "format" },
	{ "profile_image_url", "\"https:///a.png\"", "format" },
	{ "profile_image_url", "\"https://a@evil.example/\"", "format" },
	{ "profile_image_url", "\"https://example.com/a b\"", "format" },
	{ "profile_image_url", "\"https://example.com/\\r\\nX: y\"", "format" },
	{ "profile_image_url", "\"https://example.com/\\\"onload=\"",
	    "format" },
	{ "profile_image_url", "\"https://example.com/<script>\"", "format" },
	{ "user_metadata", "[]", "type" },
	{ "user_metadata", "\"x\"", "type" },
	{ "user_metadata", "1", "type" },
};

START_TEST(bad_member)
{
	char body[256], want[256];
	const struct api_case cases[2] = {
		{ "bad", "PATCH " ME, ANN, body, 422, want, NULL },
		{ NULL },
	};

	for (size_t i = 0; i < sizeof(bad_members) / sizeof(bad_members[0]);
	     i++) {
		snprintf(body, sizeof(body), "{\"%s\":%s}",
		    bad_members[i].member, bad_members[i].value);
		snprintf(want, sizeof(want),
		    "error_code=VALIDATION_ERROR;error.details.field=%s;"
		    "error.details.validation_errors.0.type=%s",
		    bad_members[i].member, bad_members[i].type);
		api_run(&api, cases);
	}
}
END_TEST

/* One more than each member may have, and exactly that. */
static const struct {
	const char *member, *before, *after;
	size_t max;
} lengths[] = {
	{ "first_name", "\"", "\"", 100 },
	{ "last_name", "\"", "\"", 100 },
	{ "display_name", "\"", "\"", 200 },
	{ "bio", "\"", "\"", 1000 },
	{ "timezone", "\"", "\"", 50 },
	{ "locale", "\"", "\"", 35 },
	{ "profile_image_url", "\"https://example.com/", "\"", 2048 - 20 },
	{ "user_metadata", "{\"k\":\"", "\"}", 16 * 1024 - 8 },
};

static int
patch_of_length(size_t i, size_t n)
{
	char *body = malloc(n + 128), *p = body;

	p += snprintf(p, 128, "{\"%s\":%s", lengths[i].member,
	    lengths[i].before);
	memset(p, 'x', n);
	snprintf(p + n, 64, "%s}", lengths[i].after);
	api_send(&api, &(struct api_call) { "PATCH " ME, ANN, body });
	free(body);
	return api.res.status;
}

START_TEST(length)
{
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		ck_assert_int_eq(patch_of_length(i, lengths[i].max + 1), 422);
		ck_assert_str_eq(api_text(&api, "error.details.field"),
		    lengths[i].member);
		ck_assert_msg(patch_of_length(i, lengths[i].max) == 200,
		    "%s: %s", lengths[i].member, api.res.body.p);
	}
}
END_TEST

static const struct api_case shape_cases[] = {
	{ "several at once", "PATCH " ME, ANN,
	    "{\"first_name\":1,\"locale\":\"?\",\"bio\":[]}", 422,
	    "error.details.validation_errors.2" },
	{ "nothing of it was stored", "PATCH " ME, ANN,
	    "{\"bio\":\"stored?\",\"locale\":\"?\"}", 422, NULL },
	{ "indeed", "GET " ME, ANN, NULL, 200, "bio=null" },
	{ "camel case in the message", "PATCH /v1/users/me", ANN,
	    "{\"firstName\":1}", 422,
	    "error.code=VALIDATION_ERROR;error.details.field=firstName" },
	{ "authapi", "PUT /v1/auth/profile", ANN, "{\"name\":1}", 400,
	    "error.code=invalid_request;error.details.field=name" },
	{ "auctoritas", "PATCH /api/user/me", ANN, "{\"name\":1}", 401,
	    "error.code=UNAUTHORIZED" },
	{ "no JSON", "PATCH " ME, ANN, "{", 400, NULL },
	{ "no object", "PATCH " ME, ANN, "[]", 400, NULL },
	{ "twice the same", "PATCH " ME, ANN, "{\"bio\":\"a\",\"bio\":\"b\"}",
	    400, NULL },
	{ "duplicates inside", "PATCH " ME, ANN,
	    "{\"user_metadata\":{\"a\":1,\"a\":2}}", 400, NULL },
	{ "a form", "PATCH " ME,
	    ANN "\nContent-Type: application/x-www-form-urlencoded",
	    "first_name=x", 415, NULL },
	{ "nobody", "PATCH " ME, NULL, "{}", 401, ":WWW-Authenticate=Bearer" },
	{ "nobody, authapi", "PUT /v1/auth/profile", NULL, "{}", 401,
	    "error.code=unauthorized" },
	{ "no such method", "POST " ME, ANN, "{}", 405, ":Allow~PATCH" },
	{ NULL },
};

START_TEST(shapes)
{
	api_run(&api, shape_cases);
}
END_TEST

/* --- whose --- */

static const struct api_case foreign_cases[] = {
	{ "read", "GET /api/v1/users/@ann_id", BOB, NULL, 404,
	    "error_code=NOT_FOUND;detail=User not found;!email" },
	{ "put", "PUT /api/v1/users/@ann_id", BOB, "{\"bio\":\"mine\"}", 404,
	    "detail=User not found" },
	{ "patch", "PATCH /api/v1/users/@ann_id", BOB, "{\"bio\":\"mine\"}",
	    404, NULL },
	{ "delete", "DELETE /api/v1/users/@ann_id", BOB, NULL, 404, NULL },
	{ "delete with one's own password", "DELETE /api/v1/users/@ann_id", BOB,
	    "{\"password\":\"SecurePass123!\"}", 404, NULL },
	{ "one's own by id", "GET /api/v1/users/@bob_id", BOB, NULL, 200,
	    "id=@bob_id" },
	{ "one's own by me", "GET " ME, BOB, NULL, 200, "id=@bob_id" },
	{ "with a slash", "GET " ME "/", BOB, NULL, 200, "id=@bob_id" },
	{ "v1", "GET /v1/users/me", BOB, NULL, 200, "id=@bob_id;firstName" },
	{ "me has one spelling", "GET /api/v1/users/ME", BOB, NULL, 404, NULL },
	{ "no id", "GET /api/v1/users/nobody", BOB, NULL, 404,
	    "detail=User not found" },
	{ "another kind of id",
	    "GET /api/v1/users/sess_01h455vb4pex5vsknk084sn02q", BOB, NULL, 404,
	    NULL },
	{ "unknown", "GET /api/v1/users/usr_01h455vb4pex5vsknk084sn02q", BOB,
	    NULL, 404, NULL },
	{ "zero is nobody, not oneself",
	    "GET /api/v1/users/usr_00000000000000000000000000", BOB, NULL, 404,
	    NULL },
	{ "nor may it be changed",
	    "PATCH /api/v1/users/usr_00000000000000000000000000", BOB,
	    "{\"bio\":\"zero\"}", 404, NULL },
	{ "SQL", "GET /api/v1/users/1'%20OR%20'1'='1", BOB, NULL, 404, NULL },
	{ "nothing happened", "GET /api/v1/users/@ann_id", ROOT, NULL, 200,
	    "bio=null;status=active" },
	{ "unknown to an administrator",
	    "GET /api/v1/users/usr_01h455vb4pex5vsknk084sn02q", ROOT, NULL, 404,
	    "detail=User not found" },
	{ "an administrator may", "PATCH /api/v1/users/@ann_id", ROOT,
	    "{\"bio\":\"by root\"}", 200, "id=@ann_id;bio=by root" },
	{ "and by PUT", "PUT /api/v1/users/@ann_id", ROOT,
	    "{\"first_name\":\"A\"}", 200, "bio=by root;first_name=A" },
	{ "root's own is untouched", "GET " ME, ROOT, NULL, 200, "bio=null" },
	{ NULL },
};

START_TEST(foreign)
{
	api_run(&api, foreign_cases);
}
END_TEST

/* Users of another realm do not exist, for administrators either. */
static const struct api_case realm_cases[] = {
	{ "a user of the other realm", "POST /api/auth/register", NULL,
	    "{\"email\":\"far@example.com\",\"password\":\"password123\"}", 201,
	    NULL, "far_id=id" },
	{ "read", "GET /api/v1/users/@far_id", ROOT, NULL, 404, NULL },
	{ "changed", "PATCH /api/v1/users/@far_id", ROOT, "{\"bio\":\"x\"}",
	    404, NULL },
	{ "deleted", "DELETE /api/v1/users/@far_id", ROOT, NULL, 404, NULL },
	{ "suspended", "POST /api/v1/users/@far_id/suspend", ROOT, "{}", 404,
	    NULL },
	{ "restored", "POST /api/v1/users/@far_id/reactivate", ROOT, NULL, 404,
	    NULL },
	{ "unlocked", "POST /api/v1/admin/users/@far_id/unlock", ROOT, NULL,
	    404, NULL },
	{ "found by address",
	    "GET /api/v1/users/by-email?email=far@example.com", ROOT, NULL, 404,
	    NULL },
	{ "listed", "GET /api/v1/users/search?q=far", ROOT, NULL, 200,
	    "total=0;!users.0" },
	{ "the other way", "PATCH /api/user/me", ROOT, "{\"name\":\"x\"}", 401,
	    NULL },
	{ NULL },
};

START_TEST(realms)
{
	api_run(&api, realm_cases);
}
END_TEST

static const struct api_case admins_only[] = {
	{ "list", "GET /api/v1/users", ANN, NULL, 403, "error_code=FORBIDDEN" },
	{ "list, v1", "GET /v1/users", ANN, NULL, 403,
	    "error.code=INSUFFICIENT_PERMISSIONS" },
	{ "search", "GET /api/v1/users/search?q=a", ANN, NULL, 403, NULL },
	{ "by address", "GET /api/v1/users/by-email?email=bob@example.com", ANN,
	    NULL, 403, NULL },
	{ "suspend", "POST /api/v1/users/@bob_id/suspend", ANN, "{}", 403,
	    NULL },
	{ "suspend, admin", "POST /api/v1/admin/users/@bob_id/suspend", ANN,
	    NULL, 403, NULL },
	{ "suspend, v1", "POST /v1/admin/users/@bob_id/suspend", ANN, NULL, 403,
	    NULL },
	{ "unsuspend", "POST /api/v1/users/@bob_id/unsuspend", ANN, NULL, 403,
	    NULL },
	{ "unsuspend, admin", "POST /api/v1/admin/users/@bob_id/unsuspend", ANN,
	    NULL, 403, NULL },
	{ "reactivate", "POST /api/v1/users/@bob_id/reactivate", ANN, NULL, 403,
	    NULL },
	{ "unlock", "POST /api/v1/admin/users/@bob_id/unlock", ANN, NULL, 403,
	    NULL },
	{ "unlock, v1", "POST /v1/admin/users/@bob_id/unlock", ANN, NULL, 403,
	    NULL },
	{ "nobody", "GET /api/v1/users", NULL, NULL, 401, NULL },
	{ "bob is as he was", "GET /api/v1/users/@bob_id", BOB, NULL, 200,
	    "status=active" },
	{ NULL },
};

START_TEST(administrators)
{
	api_run(&api, admins_only);
}
END_TEST

/* --- suspension --- */

static const struct api_case suspend_cases[] = {
	{ "too short", "POST /api/v1/users/@ann_id/suspend", ROOT,
	    "{\"duration\":59}", 422, "error.details.field=duration" },
	{ "no number", "POST /api/v1/users/@ann_id/suspend", ROOT,
	    "{\"duration\":\"1 day\"}", 422, NULL },
	{ "beyond time", "POST /api/v1/users/@ann_id/suspend", ROOT,
	    "{\"duration\":9223372036854775807}", 422, NULL },
	{ "not oneself", "POST /api/v1/users/@root_id/suspend", ROOT, "{}", 400,
	    "detail=You cannot suspend yourself" },
	{ "nor as me", "POST /api/v1/users/me/suspend", ROOT, "{}", 400, NULL },
	{ "unknown",
	    "POST /api/v1/users/usr_01h455vb4pex5vsknk084sn02q/suspend", ROOT,
	    "{}", 404, NULL },
	{ "not suspended", "POST /api/v1/users/@ann_id/unsuspend", ROOT, NULL,
	    400, "detail=User is not suspended" },
	{ "ann is in", "GET " ME, ANN, NULL, 200, NULL },
	{ "suspend", "POST /v1/admin/users/@ann_id/suspend", ROOT,
	    "{\"reason\":\"Suspicious activity detected\",\"duration\":86400}",
	    200, "id=@ann_id;status=suspended;email=ann@example.com" },
	{ "out at once", "GET " ME, ANN, NULL, 401, NULL },
	{ "and stays out", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@ann_refresh\"}", 401, NULL },
	{ "told after the right password only", "POST /api/v1/auth/signin",
	    NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass1234\"}",
	    401, "error_code=INVALID_CREDENTIALS" },
	{ "told", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    403, "error_code=ACCOUNT_SUSPENDED" },
	{ "again", "POST /api/v1/users/@ann_id/suspend", ROOT, NULL, 200,
	    "status=suspended" },
	{ "back", "POST /api/v1/admin/users/@ann_id/unsuspend", ROOT, NULL, 200,
	    "id=@ann_id;status=active" },
	{ "her sessions do not come back", "GET " ME, ANN, NULL, 401, NULL },
	{ "she does", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    200, NULL },
	{ "the other spelling", "POST /api/v1/users/@ann_id/reactivate", ROOT,
	    NULL, 400, NULL },
	{ "by an alias", "POST /api/v1/admin/users/@ann_id/suspend", ROOT, "{}",
	    200, "status=suspended" },
	{ "and back", "POST /api/v1/users/@ann_id/reactivate", ROOT, NULL, 200,
	    "status=active" },
	{ NULL },
};

START_TEST(suspend)
{
	api_run(&api, suspend_cases);
}
END_TEST

/* When there is something to do after that. */
static int64_t
sweep_all(void)
{
	struct ctx *cx = &api.db.cx;
	int64_t next;

	cx->now_us = clock_now_us();
	ck_assert_int_eq(due_sweep(cx, &next), 0);
	ck_assert_int_eq(jobs_due(cx, &next), 0);
	return next;
}

/* Mails do not count. */
static int64_t
sweep(void)
{
	api_sql(&api, "DELETE FROM outbox");
	return sweep_all();
}

static const struct api_case for_an_hour[] = {
	{ "for an hour", "POST /api/v1/users/@ann_id/suspend", ROOT,
	    "{\"duration\":3600}", 200, "status=suspended" },
	{ "listed as such", "GET /api/v1/users?status=suspended", ROOT, NULL,
	    200, "total=1;users.0.id=@ann_id;users.0.status=suspended" },
	{ NULL },
};
static const struct api_case after_an_hour[] = {
	{ "she may", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    200, "user.status=active" },
	{ NULL },
};
static const struct api_case after_the_sweep[] = {
	{ "root signs in again", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"root@example.com\",\"password\":\"SecurePass123!\"}",
	    200, NULL, "root_access=tokens.access_token" },
	{ "nobody is suspended", "GET /api/v1/users?status=suspended", ROOT,
	    NULL, 200, "total=0" },
	{ "nothing is left to end", "POST /api/v1/users/@ann_id/unsuspend",
	    ROOT, NULL, 400, NULL },
	{ NULL },
};

START_TEST(suspension_ends)
{
	int64_t next;

	api_run(&api, for_an_hour);
	next = sweep();
	ck_assert_int_gt(next, clock_now_us() + 59 * CLOCK_MINUTE);
	ck_assert_int_le(next, clock_now_us() + CLOCK_HOUR);
	clock_shift_us(CLOCK_HOUR + CLOCK_MINUTE);
	api_run(&api, after_an_hour);
	sweep();
	api_run(&api, after_the_sweep);
}
END_TEST

/* --- unlock --- */

static const struct api_case unlock_cases[] = {
	{ "locked", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    423, "error_code=ACCOUNT_LOCKED" },
	{ "her session goes on", "GET " ME, ANN, NULL, 200, NULL },
	{ "unlock", "POST /v1/admin/users/@ann_id/unlock", ROOT, NULL, 200,
	    "id=@ann_id;status=active" },
	{ "open", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    200, NULL },
	{ "the other path", "POST /api/v1/admin/users/@ann_id/unlock", ROOT,
	    NULL, 200, NULL },
	{ NULL },
};

START_TEST(unlock)
{
	static const struct api_call wrong = {
		"POST /api/v1/auth/signin",
		"User-Agent: stranger",
		"{\"email\":\"ann@example.com\",\"password\":\"x\"}",
	};

	api_sql(&api, "UPDATE session SET client_hash = ''");
	for (int i = 0; i < 6; i++) {
		api_quota_reset(&api);
		api_send(&api, &wrong);
	}
	api_quota_reset(&api);
	api_run(&api, unlock_cases);
}
END_TEST

static const struct col number_cols[] = {
	{ COL_INT64, 0 },
	COL_END,
};

static int64_t
number(struct ctx *cx, const char *text)
{
	struct stmt stmt = { SCOPE_NONE, "", number_cols, text };
	int64_t n = -1;

	ck_assert_int_eq(db_row(cx, &stmt, &n), 0);
	return n;
}

/* --- deletion --- */

static const struct api_case delete_fresh[] = {
	{ "soon after the sign-in", "DELETE " ME, ANN, NULL, 200,
	    "message=Account deleted" },
	{ "out at once", "GET " ME, ANN, NULL, 401, NULL },
	{ "no refresh", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@ann_refresh\"}", 401, NULL },
	{ "no sign-in", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    401, "error_code=INVALID_CREDENTIALS" },
	{ "an administrator sees it", "GET /api/v1/users/@ann_id", ROOT, NULL,
	    200, "status=deleted;email=ann@example.com" },
	{ "but changes nothing", "PATCH /api/v1/users/@ann_id", ROOT,
	    "{\"bio\":\"x\"}", 404, NULL },
	{ "nor deletes it twice", "DELETE /api/v1/users/@ann_id", ROOT, NULL,
	    404, NULL },
	{ "nor brings it back", "POST /api/v1/users/@ann_id/reactivate", ROOT,
	    NULL, 404, NULL },
	{ "nor suspends it", "POST /api/v1/users/@ann_id/suspend", ROOT, NULL,
	    404, NULL },
	{ "by address it is gone",
	    "GET /api/v1/users/by-email?email=ann@example.com", ROOT, NULL, 404,
	    NULL },
	{ "the address is free", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    201, NULL, "new_id=user.id" },
	{ "lists show one", "GET /api/v1/users?search=ann", ROOT, NULL, 200,
	    "total=1;users.0.id=@new_id" },
	{ "or the other", "GET /api/v1/users?status=deleted&search=ANN@", ROOT,
	    NULL, 200, "total=1;users.0.id=@ann_id" },
	{ NULL },
};

START_TEST(deletion)
{
	static const char *const left[] = {
		"SELECT COUNT(*) FROM session s JOIN user u ON u.id = s.user_id"
		" WHERE u.status = 'deleted' AND s.revoked_at IS NULL",
		"SELECT COUNT(*) FROM link l JOIN user u ON u.id = l.user_id"
		" WHERE u.status = 'deleted'",
		"SELECT COUNT(*) FROM user WHERE status = 'deleted' AND"
		" NOT (email_key <=> NULL AND username_key <=> NULL"
		" AND password <=> NULL)",
	};

	api_run(&api, delete_fresh);
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		ck_assert_msg(number(&api.db.cx, left[i]) == 0, "left: %s",
		    left[i]);
}
END_TEST

#define V1_DELETE "DELETE /v1/users/me"

static const struct api_case delete_late[] = {
	{ "late, without", "DELETE " ME, ANN, NULL, 403,
	    "error_code=REAUTHENTICATION_REQUIRED" },
	{ "never in the query", "DELETE " ME "?password=SecurePass123!", ANN,
	    NULL, 403, NULL },
	{ "nothing happened", "GET " ME, ANN, NULL, 200, "status=active" },
	{ "wrong", "DELETE " ME, ANN, "{\"password\":\"wrong\"}", 400,
	    "detail=Current password is incorrect;!:WWW-Authenticate" },
	{ "wrong, by id", "DELETE /api/v1/users/@ann_id", ANN,
	    "{\"password\":\"wrong\"}", 400, NULL },
	{ "no string", "DELETE " ME, ANN, "{\"password\":1}", 422,
	    "error.details.field=password" },
	{ "v1", V1_DELETE, ANN, "{\"password\":\"SecurePass123!\"}", 200,
	    "success=true;message=Account deleted" },
	{ "gone", "GET " ME, ANN, NULL, 401, NULL },
	{ NULL },
};

START_TEST(deletion_late)
{
	clock_shift_us(6 * CLOCK_MINUTE);
	api_run(&api, delete_late);
}
END_TEST

static const struct api_case delete_sixth[] = {
	{ "the right one comes too late", "DELETE " ME, ANN,
	    "{\"password\":\"SecurePass123!\"}", 429, ":Retry-After" },
	{ "she is in", "GET " ME, ANN, NULL, 200, NULL },
	{ NULL },
};

START_TEST(deletion_guessed)
{
	static const struct api_call wrong = { "DELETE " ME, ANN,
		"{\"password\":\"wrong\"}" };

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(api_send(&api, &wrong), 400);
	api_run(&api, delete_sixth);
}
END_TEST

static const struct api_case delete_others[] = {
	{ "not the last administrator", "DELETE " ME, ROOT, NULL, 400,
	    "error_code=LAST_ADMIN" },
	{ "who stays", "GET " ME, ROOT, NULL, 200, "status=active" },
	{ "an administrator needs no password", "DELETE /api/v1/users/@ann_id",
	    ROOT, NULL, 200, "message" },
	{ "her session ends", "GET " ME, ANN, NULL, 401, NULL },
	{ "bob's does not", "GET " ME, BOB, NULL, 200, NULL },
	{ NULL },
};
static const struct api_case delete_one_of_two[] = {
	{ "one of two", "DELETE " ME, ROOT, NULL, 200, NULL },
	{ "the other is the last", "DELETE " ME, BOB, NULL, 400,
	    "error_code=LAST_ADMIN" },
	{ NULL },
};

START_TEST(deletion_by_admin)
{
	api_run(&api, delete_others);
	api_sql(&api,
	    "UPDATE user SET is_admin = TRUE"
	    " WHERE email = 'bob@example.com'");
	api_run(&api, delete_one_of_two);
}
END_TEST

/* Links that were mailed die with the account. */
static const struct api_case use_link[] = {
	{ "void", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 400, "error_code=INVALID_LINK" },
	{ NULL },
};

START_TEST(deletion_voids_links)
{
	api_keep("token", api_mail(&api, "verify-email", "ann@example.com"));
	api_run(&api, delete_fresh);
	api_run(&api, use_link);
}
END_TEST

static const struct api_case before_erasure[] = {
	{ "deleted", "GET /api/v1/users/@ann_id", ROOT, NULL, 200,
	    "status=deleted" },
	{ NULL },
};
static const struct api_case after_erasure[] = {
	{ "erased", "GET /api/v1/users/@ann_id", ROOT, NULL, 404, NULL },
	{ "bob is not", "GET /api/v1/users/@bob_id", ROOT, NULL, 200, NULL },
	{ NULL },
};
static const struct api_case root_again[] = {
	{ "root", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"root@example.com\",\"password\":\"SecurePass123!\"}",
	    200, NULL, "root_access=tokens.access_token" },
	{ NULL },
};

START_TEST(erasure)
{
	int64_t deleted_at = clock_now_us(), next;

	api.db.conf.erase_after_s = 5 * 86400;
	api_run(&api, delete_fresh);
	clock_shift_us(5 * CLOCK_DAY - CLOCK_MINUTE);
	next = sweep();
	ck_assert_int_ge(next, deleted_at + 5 * CLOCK_DAY);
	ck_assert_int_lt(next, deleted_at + 5 * CLOCK_DAY + CLOCK_MINUTE);
	api_run(&api, root_again);
	api_run(&api, before_erasure);
	clock_shift_us(5 * CLOCK_DAY + CLOCK_MINUTE);
	sweep();
	api_run(&api, after_erasure);
}
END_TEST

#define MAILS  "SELECT COUNT(*) FROM outbox WHERE channel = 'mail'"
#define TO_ANN " AND recipient = 'ann@example.com'"

static int64_t
rows(const char *select)
{
	return api_number(&api, select);
}

static const struct api_case ask_for_ann[] = {
	{ "forgot", "POST /api/v1/auth/forgot-password", NULL,
	    "{\"email\":\"ann@example.com\"}", 200, NULL },
	{ NULL },
};

static const struct api_case ask_for_nobody[] = {
	{ "forgot", "POST /api/v1/auth/forgot-password", NULL,
	    "{\"email\":\"none@example.com\"}", 200, NULL },
	{ NULL },
};

static const struct api_case delete_ann[] = {
	{ "deleted", "DELETE " ME, ANN, NULL, 200, NULL },
	{ NULL },
};

/* What waits goes at once, what was sent with the account. */
START_TEST(mail_of_the_deleted)
{
	api_run(&api, ask_for_ann);
	ck_assert_ptr_nonnull(
	    api_mail(&api, "verify-email", "ann@example.com"));
	ck_assert_int_eq(rows(MAILS TO_ANN " AND done_at IS NULL"), 1);
	api_sql(&api,
	    "UPDATE outbox SET dead_at = created_at, due_at = NULL"
	    " WHERE template = 'reset-password'");
	ck_assert_int_eq(rows(MAILS TO_ANN " AND dead_at > 0"), 1);
	api_run(&api, delete_ann);
	ck_assert_int_eq(rows(MAILS TO_ANN), 1);
	ck_assert_int_eq(rows(MAILS TO_ANN " AND done_at > 0"), 1);
	ck_assert_int_eq(rows(MAILS " AND done_at IS NULL"), 2);
	clock_shift_us(31 * CLOCK_DAY);
	sweep_all();
	ck_assert_int_eq(rows("SELECT COUNT(*) FROM outbox"
			      " WHERE recipient = 'ann@example.com'"),
	    0);
	ck_assert_int_eq(rows(MAILS), 2);
}
END_TEST

/* Asking leaves no trace of who was asked for. */
START_TEST(recovery_of_nobody)
{
	api_run(&api, ask_for_nobody);
	ck_assert_ptr_null(
	    api_mail(&api, "reset-password", "none@example.com"));
	ck_assert_int_eq(rows("SELECT COUNT(*) FROM outbox"
			      " WHERE recipient = 'none@example.com'"),
	    0);
}
END_TEST

/* An event and a dead letter of so many days ago. */
static void
leave_behind(int days)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
	    "INSERT INTO event (id, realm_id, user_id, kind, created_at)"
	    " SELECT UNHEX(MD5('%d')), realm_id, id, 'x',"
	    " UTC_TIMESTAMP(6) - INTERVAL %d DAY FROM user"
	    " WHERE email = 'ann@example.com'",
	    days, days);
	api_sql(&api, sql);
	snprintf(sql, sizeof(sql),
	    "INSERT INTO outbox (id, channel, template, recipient, locale,"
	    " created_at, dead_at) VALUES (UNHEX(MD5('%d')), 'mail', 'x', 'x',"
	    " 'en', UTC_TIMESTAMP(6) - INTERVAL %d DAY,"
	    " UTC_TIMESTAMP(6) - INTERVAL %d DAY)",
	    days, days, days);
	api_sql(&api, sql);
}

START_TEST(retention)
{
	int64_t now = clock_now_us(), next;

	api.db.conf.keep_events_s = 10 * 86400;
	api.db.conf.keep_dead_mail_s = 7 * 86400;
	api_sql(&api, "DELETE FROM event");
	api_sql(&api, "DELETE FROM outbox");
	for (int days = 5; days < 15; days++)
		leave_behind(days);
	next = sweep_all();
	ck_assert_int_eq(rows("SELECT COUNT(*) FROM event"), 5);
	ck_assert_int_eq(rows("SELECT COUNT(*) FROM outbox"), 2);
	/* the oldest event is due in a day, the letter too, and an hour on */
	ck_assert_int_ge(next, now + CLOCK_HOUR + CLOCK_DAY - CLOCK_MINUTE);
	ck_assert_int_le(next, now + CLOCK_HOUR + CLOCK_DAY + CLOCK_MINUTE);
}
END_TEST

/* --- two at once --- */

/* One administrator goes, not yet committed, while another one tries to. */
struct leaving {
	int go; /* a byte here lets the other start */
	pid_t other;
	bool waited;
};

static bool
still_runs(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
	    0 &&
	    info.si_pid == 0;
}

static int
leave_tx(struct ctx *cx, void *arg)
{
	struct leaving *l = arg;
	struct testdb watch = api.db;
	struct ctx look;
	struct user_secret root;
	int r = user_find_signin(cx, realm_get(REALM_MAIN), "root@example.com",
	    NULL, &root);

	ck_assert_int_eq(r, 0);
	r = user_spare_admin(cx, realm_get(REALM_MAIN), &root.user.id);
	if (r == 0)
		r = user_delete(cx, &root.user.id);
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(write(l->go, "x", 1), 1);
	testdb_join(&watch, &look);
	while (!l->waited && still_runs(l->other)) {
		l->waited = number(&look,
				"SELECT CAST(variable_value AS SIGNED)"
				" FROM information_schema.global_status"
				" WHERE variable_name ="
				" 'Innodb_row_lock_current_waits'") > 0;
	}
	testdb_leave(&look);
	return 0;
}

/* A worker of its own, in a process of its own. */
static void
leave_too(int start)
{
	char byte;

	api.service.db = db_new(&api.db.conf);
	if (read(start, &byte, 1) != 1)
		_exit(1);
	api_send(&api, &(struct api_call) { "DELETE " ME, BOB, NULL });
	_exit(api.res.status == 400 ? 0 : 1);
}

START_TEST(last_two_admins)
{
	struct leaving l = { 0 };
	int pipes[2], status;

	api_sql(&api,
	    "UPDATE user SET is_admin = TRUE"
	    " WHERE email = 'bob@example.com'");
	ck_assert_int_eq(pipe(pipes), 0);
	l.other = fork();
	ck_assert_int_ge(l.other, 0);
	if (l.other == 0)
		leave_too(pipes[0]);
	l.go = pipes[1];
	api.db.cx.now_us = clock_now_us();
	ck_assert_int_eq(db_tx(&api.db.cx, leave_tx, &l), 0);
	ck_assert_int_eq(waitpid(l.other, &status, 0), l.other);
	ck_assert_msg(l.waited, "the second one did not wait");
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "both administrators are gone");
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

/* --- another address --- */

#define LEGACY "Authorization: Bearer @legacy"

/* A user of auctoritas; the cookie is taken as a bearer. */
static void
legacy_user(void)
{
	static const struct api_case in[] = {
		{ "register", "POST /api/auth/register", NULL,
		    "{\"email\":\"old@example.com\",\"name\":\"Old\","
		    "\"password\":\"password123\"}",
		    201, NULL, "legacy_id=id" },
		{ "another", "POST /api/auth/register", NULL,
		    "{\"email\":\"taken@example.com\","
		    "\"password\":\"password123\"}",
		    201, NULL },
		{ "login", "POST /api/auth/login", NULL,
		    "{\"email\":\"old@example.com\","
		    "\"password\":\"password123\"}",
		    200, "id=@legacy_id" },
		{ NULL },
	};

	api_run(&api, in);
	api_keep_cookie(&api, "access_token", "legacy");
	ck_assert_ptr_nonnull(
	    api_mail(&api, "verify-email", "old@example.com"));
	api_quota_reset(&api);
}

static const struct api_case legacy_cases[] = {
	{ "name", "PATCH /api/user/me", LEGACY, "{\"name\":\"New Name\"}", 200,
	    "id=@legacy_id;name=New Name;email=old@example.com;role=USER" },
	{ "nothing", "PATCH /api/user/me", LEGACY, "{}", 200, "name=New Name" },
	{ "the same address", "PATCH /api/user/me", LEGACY,
	    "{\"email\":\"old@example.com\"}", 200, "email=old@example.com" },
	{ "none", "PATCH /api/user/me", LEGACY, "{\"email\":null}", 400,
	    "error.code=VALIDATION_ERROR;error.details.field=email;"
	    "status=400" },
	{ "not one", "PATCH /api/user/me", LEGACY, "{\"email\":\"nobody\"}",
	    400, "error.details.field=email" },
	{ "two headers", "PATCH /api/user/me", LEGACY,
	    "{\"email\":\"a@example.com\\r\\nBcc: b@example.com\"}", 400,
	    NULL },
	{ "taken", "PATCH /api/user/me", LEGACY,
	    "{\"email\":\"TAKEN@example.com\",\"name\":\"lost\"}", 409,
	    "error.code=EMAIL_ALREADY_REGISTERED" },
	{ "and so nothing changed", "GET /api/user/me", LEGACY, NULL, 200,
	    "name=New Name" },
	{ NULL },
};
static const struct api_case move_cases[] = {
	{ "another address", "PATCH /api/user/me", LEGACY,
	    "{\"email\":\"new@example.com\",\"name\":\"Mover\"}", 200,
	    "email=old@example.com;name=Mover" },
	{ "it waits", "GET /api/user/me", LEGACY, NULL, 200,
	    "email=old@example.com" },
	{ NULL },
};
static const struct api_case proven_cases[] = {
	{ "the link is followed", "POST /api/v1/auth/email/verify", NULL,
	    "{\"token\":\"@token\"}", 200, NULL },
	{ "moved", "GET /api/user/me", LEGACY, NULL, 200,
	    "email=new@example.com" },
	{ NULL },
};

START_TEST(legacy)
{
	legacy_user();
	api_run(&api, legacy_cases);
	ck_assert_ptr_null(api_mail(&api, "verify-email", "old@example.com"));
}
END_TEST

START_TEST(moved)
{
	const char *token;

	legacy_user();
	api_run(&api, move_cases);
	token = api_mail(&api, "verify-email", "new@example.com");
	ck_assert_ptr_nonnull(token);
	api_keep("token", token);
	api_run(&api, proven_cases);
	ck_assert_msg(api_mail(&api, "email-changed", "old@example.com") !=
		NULL,
	    "the old address was not told");
	ck_assert_ptr_nonnull(strstr(api_kept("mailed_args"),
	    "\"new_email\":\"n..@example.com\""));
}
END_TEST

/* Whether the address is somebody's must not show. */
static const struct api_case undisclosed_case[] = {
	{ "taken", "PATCH /api/user/me", LEGACY,
	    "{\"email\":\"taken@example.com\"}", 200, "email=old@example.com" },
	{ NULL },
};

START_TEST(moved_undisclosed)
{
	legacy_user();
	api.db.conf.signup_disclosure = false;
	api_run(&api, undisclosed_case);
	ck_assert_ptr_nonnull(
	    api_mail(&api, "account-exists", "taken@example.com"));
	ck_assert_ptr_null(api_mail(&api, "verify-email", "taken@example.com"));
}
END_TEST

/* Five mails in an hour, to whatever addresses; names as often as one likes. */
static const struct api_case name_again[] = {
	{ "a name", "PATCH /api/user/me", LEGACY, "{\"name\":\"N\"}", 200,
	    NULL },
	{ NULL },
};

START_TEST(moves_are_counted)
{
	char body[64];

	legacy_user();
	for (int i = 0; i < 6; i++) {
		snprintf(body, sizeof(body), "{\"email\":\"n%d@example.com\"}",
		    i);
		api_run(&api, name_again);
		ck_assert_int_eq(api_send(&api,
				     &(struct api_call) { "PATCH /api/user/me",
					 LEGACY, body }),
		    i < 5 ? 200 : 429);
	}
	api_run(&api, name_again);
}
END_TEST

Suite *
users_suite(void)
{
	Suite *s = suite_create("users");
	TCase *tc = tcase_create("users");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, profile);
	tcase_add_test(tc, updated_at);
	tcase_add_test(tc, greedy);
	tcase_add_test(tc, phone);
	tcase_add_test(tc, bad_member);
	tcase_add_test(tc, length);
	tcase_add_test(tc, shapes);
	tcase_add_test(tc, foreign);
	tcase_add_test(tc, realms);
	tcase_add_test(tc, administrators);
	tcase_add_test(tc, suspend);
	tcase_add_test(tc, suspension_ends);
	tcase_add_test(tc, unlock);
	tcase_add_test(tc, deletion);
	tcase_add_test(tc, deletion_late);
	tcase_add_test(tc, deletion_guessed);
	tcase_add_test(tc, deletion_by_admin);
	tcase_add_test(tc, deletion_voids_links);
	tcase_add_test(tc, erasure);
	tcase_add_test(tc, mail_of_the_deleted);
	tcase_add_test(tc, recovery_of_nobody);
	tcase_add_test(tc, retention);
	tcase_add_test(tc, last_two_admins);
	tcase_add_test(tc, legacy);
	tcase_add_test(tc, moved);
	tcase_add_test(tc, moved_undisclosed);
	tcase_add_test(tc, moves_are_counted);
	suite_add_tcase(s, tc);
	return s;
}
