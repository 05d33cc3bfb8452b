/* Sessions as every surface shows and ends them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "suites.h"
#include "support/api.h"
#include "support/mmdb.h"

#define MAC                                                                    \
	"User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "         \
	"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "             \
	"Safari/537.36"
#define PHONE                                                                  \
	"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) "  \
	"AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "               \
	"Mobile/15E148 Safari/604.1"

#define ANN      "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}"
#define FIRST    "Authorization: Bearer @ann_access"
#define AT_MAC   "Authorization: Bearer @mac"
#define AT_PHONE "Authorization: Bearer @phone"

static struct api api;
static char places[] = "/tmp/cardea-places-XXXXXX";

static const struct mmdb_row rows[] = {
	{ "192.0.2.0/24", "San Francisco", "United States" },
	{ "2001:db8::/32", "Wien", "Austria" },
	{ NULL },
};

/* What the database of places says, where there is a library to read it. */
#ifdef HAVE_MAXMINDDB
#define PLACE(text) text
#else
#define PLACE(text) "null"
#endif

static void
open_api(void)
{
	int fd = mkstemp(places);

	ck_assert_int_ge(fd, 0);
	close(fd);
	mmdb_write(places, rows);
	api_open(&api);
	api.db.conf.geo_database = places;
	api_expect_log("place.unsupported");
	api_signup(&api, "ann");
	api_signup(&api, "bob");
	api_quota_reset(&api);
}

static void
close_api(void)
{
	unlink(places);
	api_close(&api);
}

/* Ann's sign-up, and two sign-ins of hers from two places. */
static const struct api_case mac_in[] = {
	{ "a desktop", "POST /api/v1/auth/signin", MAC, ANN, 200, NULL,
	    "mac=tokens.access_token" },
	{ "its id", "GET /api/v1/sessions/current", AT_MAC, NULL, 200, NULL,
	    "mac_id=id" },
	{ NULL },
};

static const struct api_case phone_in[] = {
	{ "a phone", "POST /v1/auth/login", PHONE,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\","
	    "\"device_info\":{\"device_id\":\"d-1\",\"platform\":\"ios\","
	    "\"myKey\":[1,2]}}",
	    200, NULL, "phone=access_token phone_refresh=refresh_token" },
	{ "its id", "GET /api/v1/sessions/current", AT_PHONE, NULL, 200, NULL,
	    "phone_id=id" },
	{ NULL },
};

static void
sign_in_twice(void)
{
	api_from("192.0.2.1");
	api_run(&api, mac_in);
	api_from("2001:db8::7");
	api_run(&api, phone_in);
	api_from(NULL);
	api_quota_reset(&api);
}

/* --- how they look --- */

static const struct api_case shape_cases[] = {
	{ "as plinto and janua show them", "GET /api/v1/sessions", AT_PHONE,
	    NULL, 200,
	    "total=3;sessions.0.id=@phone_id;sessions.1.id=@mac_id;"
	    "sessions.2.id~sess_;!sessions.3;"
	    "sessions.1.device.type=desktop;"
	    "sessions.1.device.name=Chrome on macOS;"
	    "sessions.1.device.os=macOS;sessions.1.device.browser=Chrome;"
	    "sessions.1.location.ip=192.0.2.1;"
	    "sessions.1.location.city=" PLACE(
		"San Francisco") ";"
				 "sessions.1.location.country=" PLACE(
				     "United States") ";"
						      "sessions.1.ip_address=192.0.2.1;"
						      "sessions.1.user_agent~Chrome/120;"
						      "sessions.1.device_name=Chrome on macOS;"
						      "sessions.1.device_type=desktop;sessions.1.browser=Chrome;"
						      "sessions.1.os=macOS;sessions.1.is_current=false;"
						      "sessions.1.created_at~Z;sessions.1.last_active_at~Z;"
						      "sessions.1.last_activity_at~Z;sessions.1.expires_at~Z;"
						      "sessions.1.revoked=false;"
						      "sessions.0.is_current=true;sessions.0.device.type=mobile;"
						      "sessions.0.device.name=Safari on iOS;"
						      "sessions.0.location.city=" PLACE(
							  "Wien") ";"
								  "sessions.2.device.type=unknown;sessions.2.device.browser=null;"
								  "sessions.2.device.name=Unknown device;"
								  "sessions.2.location.city=null;"
								  "sessions.2.location.ip=127.0.0.1;:Cache-Control=no-store" },
	{ "with a slash", "GET /api/v1/sessions/", AT_PHONE, NULL, 200,
	    "total=3" },
	{ "as authapi shows them", "GET /v1/auth/sessions", AT_PHONE, NULL, 200,
	    "sessions.0.id=@phone_id;sessions.0.device_info.device_id=d-1;"
	    "~\"myKey\":[1,2];sessions.0.ip_address=2001:db8::7;"
	    "sessions.0.last_active~Z;sessions.0.created_at~Z;"
	    "sessions.1.device_info={ };!total;!sessions.0.device" },
	{ "the current one, bare", "GET /api/v1/sessions/current", AT_MAC, NULL,
	    200, "id=@mac_id;is_current=true;device.type=desktop;!session" },
	{ "by id", "GET /api/v1/sessions/@mac_id", AT_PHONE, NULL, 200,
	    "id=@mac_id;is_current=false;location.ip=192.0.2.1" },
	{ "nobody", "GET /api/v1/sessions", NULL, NULL, 401, NULL },
	{ "nobody by authapi", "GET /v1/auth/sessions", NULL, NULL, 401,
	    "error.code=unauthorized" },
	{ NULL },
};

START_TEST(shape)
{
	sign_in_twice();
	api_run(&api, shape_cases);
}
END_TEST

static const struct api_case order_cases[] = {
	{ "an older one is used", "GET /api/v1/auth/me", AT_MAC, NULL, 200,
	    NULL },
	{ "and comes first", "GET /api/v1/sessions", AT_MAC, NULL, 200,
	    "sessions.0.id=@mac_id;sessions.1.id=@phone_id" },
	{ "this one is prolonged", "POST /api/v1/sessions/refresh", AT_PHONE,
	    NULL, 200, "message=Session refreshed" },
	{ NULL },
};

static const struct api_case touch_cases[] = {
	{ "another one of hers", "POST /api/v1/sessions/@phone_id/refresh",
	    AT_MAC, NULL, 200, "message=Session refreshed" },
	{ "not another's", "POST /api/v1/sessions/@phone_id/refresh",
	    "Authorization: Bearer @bob_access", NULL, 404,
	    "error_code=NOT_FOUND" },
	{ "was active", "GET /api/v1/sessions/@phone_id", AT_MAC, NULL, 200,
	    NULL },
	{ NULL },
};

/* A time of the last answer, which may have taken its time. */
static void
check_about(const char *path, int64_t wanted_us)
{
	int64_t got;

	ck_assert_ptr_nonnull(api_text(&api, path));
	ck_assert_int_eq(clock_parse(api_text(&api, path), &got), 0);
	ck_assert_msg(llabs(got - wanted_us) < 2 * CLOCK_MINUTE,
	    "%s: wanted about %lld, got %s", path, (long long)wanted_us,
	    api_text(&api, path));
}

START_TEST(last_active_first)
{
	sign_in_twice();
	clock_shift_us(2 * CLOCK_MINUTE);
	api_run(&api, order_cases);
	clock_shift_us(20 * CLOCK_MINUTE);
	api_run(&api, touch_cases);
	check_about("last_active_at", clock_now_us());
}
END_TEST

/* --- whose they are --- */

#define BOB "Authorization: Bearer @bob_access"

static const struct api_case foreign_cases[] = {
	{ "another's", "GET /api/v1/sessions/@mac_id", BOB, NULL, 404,
	    "error_code=NOT_FOUND" },
	{ "nobody's", "GET /api/v1/sessions/sess_01h455vb4pex5vsknk084sn02q",
	    BOB, NULL, 404, "error_code=NOT_FOUND" },
	{ "of no form", "GET /api/v1/sessions/1", BOB, NULL, 404,
	    "error_code=NOT_FOUND" },
	{ "of another noun", "GET /api/v1/sessions/@bob_id", BOB, NULL, 404,
	    NULL },
	{ "the id that is none",
	    "DELETE /api/v1/sessions/sess_00000000000000000000000000", BOB,
	    NULL, 404, NULL },
	{ "which is not the current one", "GET /api/v1/auth/me", BOB, NULL, 200,
	    NULL },
	{ "not to be ended", "DELETE /api/v1/sessions/@mac_id", BOB, NULL, 404,
	    "detail=Session not found" },
	{ "nor by authapi", "DELETE /v1/auth/sessions/@mac_id", BOB, NULL, 404,
	    "error.code=not_found" },
	{ "nor as a device", "DELETE /api/v1/devices/sessions/@mac_id", BOB,
	    NULL, 404, NULL },
	{ "she is still there", "GET /api/v1/auth/me", AT_MAC, NULL, 200,
	    NULL },
	{ "ended by herself", "DELETE /api/v1/sessions/@mac_id", AT_PHONE, NULL,
	    200, "message=Session revoked" },
	{ "at once", "GET /api/v1/auth/me", AT_MAC, NULL, 401, NULL },
	{ "it is not there any more", "GET /api/v1/sessions/@mac_id", AT_PHONE,
	    NULL, 404, NULL },
	{ "nor to be ended twice", "DELETE /api/v1/sessions/@mac_id", AT_PHONE,
	    NULL, 404, NULL },
	{ "nor prolonged", "POST /api/v1/sessions/@mac_id/refresh", AT_PHONE,
	    NULL, 404, NULL },
	{ "nor listed", "GET /api/v1/sessions", AT_PHONE, NULL, 200, "total=2",
	    "first_id=sessions.1.id" },
	{ "ended by authapi", "DELETE /v1/auth/sessions/@first_id", AT_PHONE,
	    NULL, 200, "message" },
	{ "the current one", "DELETE /api/v1/devices/sessions/@phone_id",
	    AT_PHONE, NULL, 200, "message" },
	{ "signs out", "GET /api/v1/auth/me", AT_PHONE, NULL, 401, NULL },
	{ "and ends its refresh token", "POST /v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@phone_refresh\"}", 401, NULL },
	{ NULL },
};

START_TEST(whose)
{
	sign_in_twice();
	api_run(&api, foreign_cases);
}
END_TEST

/* One that nobody used for too long is over, too. */
static const struct api_case idle_cases[] = {
	{ "not listed", "GET /api/v1/sessions", "Authorization: Bearer @late",
	    NULL, 200, "total=1" },
	{ "not there", "GET /api/v1/sessions/@mac_id",
	    "Authorization: Bearer @late", NULL, 404, NULL },
	{ "not to be prolonged", "POST /api/v1/sessions/@mac_id/refresh",
	    "Authorization: Bearer @late", NULL, 404, NULL },
	{ NULL },
};

static const struct api_case late_in[] = {
	{ "much later", "POST /api/v1/auth/signin", MAC, ANN, 200, NULL,
	    "late=tokens.access_token" },
	{ NULL },
};

START_TEST(idle)
{
	sign_in_twice();
	clock_shift_us(31 * CLOCK_DAY);
	api_run(&api, late_in);
	api_run(&api, idle_cases);
}
END_TEST

/* --- all at once --- */

static const struct {
	const char *line;
	const char *want;
	int mac_after, phone_after;
} all_cases[] = {
	{ "POST /api/v1/sessions/revoke-all",
	    "success=true;message=Revoked 2 sessions;revoked_count=2;"
	    "revokedCount=2",
	    200, 401 },
	{ "DELETE /api/v1/sessions/all", "revoked_count=2;revokedCount=2", 200,
	    401 },
	{ "DELETE /api/v1/sessions", "revoked_count=2", 200, 401 },
	{ "DELETE /api/v1/devices/sessions", "revoked_count=2", 200, 401 },
	{ "DELETE /v1/auth/sessions", "success=true;revoked_count=2;message",
	    200, 401 },
	{ "DELETE /api/v1/sessions/all?include_current=false",
	    "revoked_count=2", 200, 401 },
	{ "DELETE /api/v1/sessions/all?include_current=true",
	    "revoked_count=3;revokedCount=3", 401, 401 },
	{ "POST /api/v1/sessions/revoke-all?include_current=true",
	    "revoked_count=3", 401, 401 },
	{ "DELETE /v1/auth/sessions?include_current=true", "revoked_count=3",
	    401, 401 },
};

START_TEST(all_others)
{
	const struct api_case cases[] = {
		{ "revoke", all_cases[_i].line, AT_MAC, NULL, 200,
		    all_cases[_i].want },
		{ "this one", "GET /api/v1/auth/me", AT_MAC, NULL,
		    all_cases[_i].mac_after, NULL },
		{ "the other", "GET /api/v1/auth/me", AT_PHONE, NULL,
		    all_cases[_i].phone_after, NULL },
		{ "nobody else's", "GET /api/v1/auth/me", BOB, NULL, 200,
		    NULL },
		{ NULL },
	};

	sign_in_twice();
	api_run(&api, cases);
}
END_TEST

static const struct api_case none_left[] = {
	{ "the others", "DELETE /api/v1/sessions", BOB, NULL, 200,
	    "revoked_count=0;message=Revoked 0 sessions" },
	{ "what?", "DELETE /api/v1/sessions?include_current=maybe", BOB, NULL,
	    422, "error.details.field=include_current" },
	{ "nobody", "DELETE /api/v1/sessions", NULL, NULL, 401, NULL },
	{ NULL },
};

START_TEST(no_others)
{
	api_run(&api, none_left);
}
END_TEST

/* --- what happened --- */

static const struct api_case activity_cases[] = {
	{ "used later", "GET /api/v1/auth/me", AT_MAC, NULL, 200, NULL },
	{ "ended", "DELETE /api/v1/sessions/@phone_id", AT_MAC, NULL, 200,
	    NULL },
	{ "newest first", "GET /api/v1/sessions/activity/recent", AT_MAC, NULL,
	    200,
	    "total=4;activities.0.session_id=@mac_id;"
	    "activities.0.activity_type=session_active;"
	    "activities.0.device=Chrome on macOS;"
	    "activities.0.device_type=desktop;"
	    "activities.0.ip_address=192.0.2.1;activities.0.timestamp~Z;"
	    "activities.0.revoked=false;activities.1.session_id=@phone_id;"
	    "activities.1.activity_type=session_created;"
	    "activities.1.revoked=true;activities.2.session_id=@mac_id;"
	    "activities.2.activity_type=session_created;!activities.4" },
	{ "no more than that", "GET /api/v1/sessions/activity/recent?limit=2",
	    AT_MAC, NULL, 200,
	    "total=2;activities.1.session_id=@phone_id;!activities.2" },
	{ "at most", "GET /api/v1/sessions/activity/recent?limit=50", AT_MAC,
	    NULL, 200, "total=4" },
	{ "too many", "GET /api/v1/sessions/activity/recent?limit=51", AT_MAC,
	    NULL, 422, "error.details.field=limit" },
	{ "too few", "GET /api/v1/sessions/activity/recent?limit=0", AT_MAC,
	    NULL, 422, NULL },
	{ "no number", "GET /api/v1/sessions/activity/recent?limit=x", AT_MAC,
	    NULL, 422, NULL },
	{ "not another's", "GET /api/v1/sessions/activity/recent", BOB, NULL,
	    200, "total=2" },
	{ NULL },
};

START_TEST(activity)
{
	sign_in_twice();
	clock_shift_us(2 * CLOCK_MINUTE);
	api_run(&api, activity_cases);
}
END_TEST

static const struct api_case calm_cases[] = {
	{ "nothing", "GET /api/v1/sessions/security/alerts", BOB, NULL, 200,
	    "total=0;alerts=[ ]" },
	{ NULL },
};

static const struct api_case alert_cases[] = {
	{ "a program", "POST /api/v1/auth/signin", "User-Agent: curl/8.4.0",
	    ANN, 200, NULL, "curl=tokens.access_token" },
	{ "its id", "GET /api/v1/sessions/current",
	    "Authorization: Bearer @curl", NULL, 200, NULL, "curl_id=id" },
	{ "all of it", "GET /api/v1/sessions/security/alerts", AT_MAC, NULL,
	    200,
	    "total=7;alerts.0.type=token_reuse;alerts.0.severity=critical;"
	    "alerts.0.session_ids.0=@bad_id;alerts.0.created_at~Z;"
	    "!alerts.0.locations;alerts.1.type=new_device;"
	    "alerts.1.severity=info;alerts.1.session_ids.0=@curl_id;"
	    "alerts.2.type=new_device;alerts.3.type=new_device;"
	    "alerts.4.type=old_sessions;alerts.4.severity=warning;"
	    "alerts.4.session_ids.0=@mac_id;!alerts.4.session_ids.1;"
	    "alerts.4.message;!alerts.4.created_at;"
	    "alerts.5.type=suspicious_user_agent;alerts.5.severity=warning;"
	    "alerts.5.session_ids.0=@curl_id;!alerts.5.session_ids.1;"
	    "alerts.6.type=multiple_locations;alerts.6.severity=info;"
	    "alerts.6.locations.2;!alerts.6.session_ids" },
	{ "not another's", "GET /api/v1/sessions/security/alerts", BOB, NULL,
	    200, "total=0" },
	{ NULL },
};

/* Ann's first token is used again after its successor was. */
static const struct api_case reuse_cases[] = {
	{ "whose", "GET /api/v1/sessions/current", FIRST, NULL, 200, NULL,
	    "bad_id=id" },
	{ "once", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@ann_refresh\"}", 200, NULL,
	    "next=refresh_token" },
	{ "on", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@next\"}", 200, NULL, "next=refresh_token" },
	{ "and on", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@next\"}", 200, NULL, NULL },
	{ "reused", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@ann_refresh\"}", 401, NULL },
	{ NULL },
};

START_TEST(alerts)
{
	api_expect_log("refresh.reuse");
	api_run(&api, calm_cases);
	sign_in_twice();
	api_sql(&api,
	    "UPDATE session SET created_at = created_at - INTERVAL 31 DAY"
	    " WHERE user_agent LIKE '%Chrome%'");
	api_run(&api, reuse_cases);
	api_run(&api, alert_cases);
}
END_TEST

/* --- another user's, for administrators --- */

static const struct api_case of_user_cases[] = {
	{ "one's own", "GET /api/v1/users/@bob_id/sessions", BOB, NULL, 200,
	    "total=1;sessions.0.is_current=true;sessions.0.device.type" },
	{ "me", "GET /api/v1/users/me/sessions", BOB, NULL, 200, "total=1" },
	{ "another's", "GET /api/v1/users/@ann_id/sessions", BOB, NULL, 404,
	    "error_code=NOT_FOUND" },
	{ "the id that is none",
	    "GET /api/v1/users/usr_00000000000000000000000000/sessions", BOB,
	    NULL, 404, NULL },
	{ "of no form", "GET /api/v1/users/x/sessions", BOB, NULL, 404, NULL },
	{ NULL },
};

static const struct api_case of_admin_cases[] = {
	{ "for an administrator", "GET /api/v1/users/@ann_id/sessions", BOB,
	    NULL, 200, "total=1;sessions.0.is_current=false" },
	{ "who asks for nobody",
	    "GET /api/v1/users/usr_01h455vb4pex5vsknk084sn02q/sessions", BOB,
	    NULL, 404, "error_code=NOT_FOUND" },
	{ "an account of another realm", "POST /api/auth/register", NULL,
	    "{\"email\":\"c@example.com\",\"password\":\"password123\"}", 201,
	    NULL, "other=id" },
	{ "is not there", "GET /api/v1/users/@other/sessions", BOB, NULL, 404,
	    NULL },
	{ NULL },
};

START_TEST(of_user)
{
	api_run(&api, of_user_cases);
	api_sql(&api,
	    "UPDATE user SET is_admin = TRUE"
	    " WHERE email = 'bob@example.com'");
	api_run(&api, of_admin_cases);
}
END_TEST

/* --- who is signed in --- */

static const struct api_case legacy_in[] = {
	{ "register", "POST /api/auth/register", NULL,
	    "{\"email\":\"c@example.com\",\"password\":\"password123\","
	    "\"name\":\"Cy\"}",
	    201, NULL, "cy_id=id" },
	{ "login", "POST /api/auth/login", MAC,
	    "{\"email\":\"c@example.com\",\"password\":\"password123\"}", 200,
	    NULL },
	{ NULL },
};

static void
legacy_login(void)
{
	api_quota_reset(&api);
	api_run(&api, legacy_in);
	api_keep_cookie(&api, "access_token", "cy");
}

#define COOKIE "Cookie: access_token=@cy"
#define CY     "Authorization: Bearer @cy"

static const struct api_case info_cases[] = {
	{ "by bearer", "GET /api/v1/auth/session", FIRST, NULL, 200,
	    "authenticated=true;user.id=@ann_id;user.email=ann@example.com;"
	    "user.username=null;user.first_name=null;user.last_name=null;"
	    "user.email_verified=false;user.roles.0=user;!user.roles.1;"
	    "user.permissions=[ ];user.is_admin=false;session.expires_at~Z" },
	{ "by the legacy cookie", "GET /api/v1/auth/session", COOKIE, NULL, 200,
	    "authenticated=true;user.id=@cy_id;user.email=c@example.com" },
	{ "by the cookie, within the site", "GET /api/v1/auth/session",
	    COOKIE "\nSec-Fetch-Site: same-origin", NULL, 200, NULL },
	{ "from elsewhere", "GET /api/v1/auth/session",
	    COOKIE "\nSec-Fetch-Site: cross-site", NULL, 403,
	    "error_code=FORBIDDEN" },
	{ "from another origin", "GET /api/v1/auth/session",
	    COOKIE "\nOrigin: https://evil.example", NULL, 403, NULL },
	{ "the bearer beats the cookie", "GET /api/v1/auth/session",
	    "Authorization: Bearer x\n" COOKIE, NULL, 401, NULL },
	{ "the other realm's bearer", "GET /api/v1/auth/session", CY, NULL, 401,
	    NULL },
	{ "the other realm's cookie", "GET /api/v1/auth/session",
	    "Cookie: access_token=@ann_access", NULL, 401, NULL },
	{ "the cookie counts here alone", "GET /api/v1/auth/me", COOKIE, NULL,
	    401, NULL },
	{ "nobody", "GET /api/v1/auth/session", NULL, NULL, 401,
	    "error_code=UNAUTHORIZED" },
	{ NULL },
};

START_TEST(info)
{
	legacy_login();
	api_run(&api, info_cases);
}
END_TEST

/* --- Auctoritas --- */

static const struct api_case legacy_cases[] = {
	{ "a list", "GET /api/sessions", CY, NULL, 200,
	    "0.id~sess_;0.createdAt~Z;0.expiresAt~Z;0.revoked=false;"
	    "!0.device;1.id;!2",
	    "cy_session=0.id" },
	{ "by cookie", "GET /api/sessions", COOKIE, NULL, 200, "1.id" },
	{ "nobody", "GET /api/sessions", NULL, NULL, 401,
	    "error.code=UNAUTHORIZED" },
	{ "another realm", "GET /api/sessions", FIRST, NULL, 401, NULL },
	{ "another", "POST /api/sessions", COOKIE, "{\"expiresAt\":\"@soon\"}",
	    201,
	    "id~sess_;createdAt~Z;expiresAt=@soon;revoked=false;"
	    "accessToken~eyJ;refreshToken~rt_;!:Set-Cookie",
	    "new_id=id new=accessToken new_refresh=refreshToken" },
	{ "its token", "GET /api/user/me", "Authorization: Bearer @new", NULL,
	    200, "id=@cy_id" },
	{ "and its refresh token", "POST /api/auth/refresh", NULL,
	    "{\"refreshToken\":\"@new_refresh\"}", 200, "id=@cy_id" },
	{ "no later than it may", "POST /api/sessions", CY,
	    "{\"expiresAt\":\"2999-12-31T23:59:59Z\"}", 201, "expiresAt" },
	{ "past", "POST /api/sessions", CY,
	    "{\"expiresAt\":\"2020-01-01T00:00:00Z\"}", 400,
	    "error.code=VALIDATION_ERROR;error.details.field=expiresAt" },
	{ "no time", "POST /api/sessions", CY, "{\"expiresAt\":\"soon\"}", 400,
	    "error.details.field=expiresAt" },
	{ "nothing", "POST /api/sessions", CY, "{}", 400,
	    "error.details.field=expiresAt" },
	{ "not even that", "POST /api/sessions", CY, NULL, 400, NULL },
	{ "later", "PATCH /api/sessions/@new_id", COOKIE,
	    "{\"expiresAt\":\"@later\"}", 200,
	    "id=@new_id;expiresAt=@later;revoked=false;createdAt~Z;"
	    "!accessToken" },
	{ "it is so", "GET /api/sessions", CY, NULL, 200, "~@later" },
	{ "never beyond", "PATCH /api/sessions/@new_id", CY,
	    "{\"expiresAt\":\"2999-12-31T23:59:59Z\"}", 200, "expiresAt" },
	{ "sooner", "PATCH /api/sessions/@new_id", CY,
	    "{\"expiresAt\":\"@soon\"}", 200, "expiresAt=@soon" },
	{ "past", "PATCH /api/sessions/@new_id", CY,
	    "{\"expiresAt\":\"2020-01-01T00:00:00Z\"}", 400, NULL },
	{ "not of that form", "PATCH /api/sessions/1", CY,
	    "{\"expiresAt\":\"@soon\"}", 404, "error.code=NOT_FOUND" },
	{ "another realm's", "PATCH /api/sessions/@mac_id", CY,
	    "{\"expiresAt\":\"@soon\"}", 404, NULL },
	{ "ended", "DELETE /api/sessions/@new_id", COOKIE, NULL, 204, "=" },
	{ "at once", "GET /api/user/me", "Authorization: Bearer @new", NULL,
	    401, NULL },
	{ "for good", "PATCH /api/sessions/@new_id", CY,
	    "{\"expiresAt\":\"@later\"}", 404, NULL },
	{ "ended twice", "DELETE /api/sessions/@new_id", CY, NULL, 404, NULL },
	{ "another realm's", "DELETE /api/sessions/@mac_id", CY, NULL, 404,
	    NULL },
	{ "hers is not here", "DELETE /api/v1/sessions/@cy_session", FIRST,
	    NULL, 404, NULL },
	{ NULL },
};

static void
keep_time(const char *name, int64_t from_now_us)
{
	char text[CLOCK_TEXT_LEN + 1];

	clock_format(clock_now_us() + from_now_us, text);
	api_keep(name, text);
}

static void
legacy_setup(void)
{
	sign_in_twice();
	legacy_login();
	keep_time("soon", CLOCK_HOUR);
	keep_time("later", 2 * CLOCK_DAY);
}

START_TEST(legacy)
{
	legacy_setup();
	for (const struct api_case *c = legacy_cases; c->name != NULL; c++) {
		struct api_case one[2] = { *c, { NULL } };

		api_run(&api, one);
		if (c->body != NULL && strstr(c->body, "2999-") != NULL)
			check_about("expiresAt",
			    clock_now_us() + 90 * CLOCK_DAY);
	}
}
END_TEST

/* A cookie of hers, sent by another site's page. */
static const struct api_case forged_cases[] = {
	{ "list", "GET /api/sessions", COOKIE "\nOrigin: https://evil.example",
	    NULL, 403, "error.code=FORBIDDEN" },
	{ "open", "POST /api/sessions", COOKIE "\nSec-Fetch-Site: cross-site",
	    "{\"expiresAt\":\"@soon\"}", 403, NULL },
	{ "move", "PATCH /api/sessions/@cy_session",
	    COOKIE "\nOrigin: https://evil.example",
	    "{\"expiresAt\":\"@soon\"}", 403, NULL },
	{ "end", "DELETE /api/sessions/@cy_session", COOKIE "\nOrigin: null",
	    NULL, 403, NULL },
	{ "a form", "POST /api/sessions", COOKIE "\nContent-Type: text/plain",
	    "{\"expiresAt\":\"@soon\"}", 415, NULL },
	{ "a bearer is no cookie", "GET /api/sessions",
	    CY "\nOrigin: https://evil.example", NULL, 200, NULL },
	{ NULL },
};

START_TEST(forged)
{
	legacy_setup();
	api_run(&api, (const struct api_case[]) { legacy_cases[0], { NULL } });
	api_run(&api, forged_cases);
}
END_TEST

/* Six minutes after the sign-in, also with a session opened meanwhile. */
static const struct api_case meanwhile[] = {
	{ "another", "POST /api/sessions", CY, "{\"expiresAt\":\"@later\"}",
	    201, NULL, "new=accessToken" },
	{ NULL },
};

static const struct api_case stale_cases[] = {
	{ "open", "POST /api/sessions", CY, "{\"expiresAt\":\"@later\"}", 403,
	    "error.code=REAUTHENTICATION_REQUIRED;!:WWW-Authenticate" },
	{ "move", "PATCH /api/sessions/@cy_session", CY,
	    "{\"expiresAt\":\"@later\"}", 403,
	    "error.code=REAUTHENTICATION_REQUIRED" },
	{ "with the new one", "POST /api/sessions",
	    "Authorization: Bearer @new", "{\"expiresAt\":\"@later\"}", 403,
	    "error.code=REAUTHENTICATION_REQUIRED" },
	{ "looking is free", "GET /api/sessions", CY, NULL, 200, "0.id" },
	{ "so is ending", "DELETE /api/sessions/@cy_session", CY, NULL, 204,
	    NULL },
	{ NULL },
};

START_TEST(recent_sign_in)
{
	legacy_setup();
	api_run(&api, (const struct api_case[]) { legacy_cases[0], { NULL } });
	clock_shift_us(4 * CLOCK_MINUTE);
	api_run(&api, meanwhile);
	clock_shift_us(6 * CLOCK_MINUTE);
	api_run(&api, stale_cases);
}
END_TEST

/* It ends when it was said to, whatever its tokens say. */
static const struct api_case ended_cases[] = {
	{ "over", "GET /api/user/me", "Authorization: Bearer @new", NULL, 401,
	    NULL },
	{ "its refresh token too", "POST /api/auth/refresh", NULL,
	    "{\"refreshToken\":\"@new_refresh\"}", 401, NULL },
	{ "not to be moved", "PATCH /api/sessions/@new_id", CY,
	    "{\"expiresAt\":\"2999-12-31T23:59:59Z\"}", 404, NULL },
	{ "not listed", "GET /api/sessions", CY, NULL, 200, "1.id;!2" },
	{ NULL },
};

START_TEST(ends_when_said)
{
	legacy_setup();
	keep_time("soon", 2 * CLOCK_MINUTE);
	api_run(&api, (const struct api_case[]) { legacy_cases[4], { NULL } });
	clock_shift_us(3 * CLOCK_MINUTE);
	api_run(&api, ended_cases);
}
END_TEST

Suite *
sessions_suite(void)
{
	Suite *s = suite_create("sessions");
	TCase *tc = tcase_create("sessions");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, shape);
	tcase_add_test(tc, last_active_first);
	tcase_add_test(tc, whose);
	tcase_add_test(tc, idle);
	tcase_add_loop_test(tc, all_others, 0,
	    sizeof(all_cases) / sizeof(all_cases[0]));
	tcase_add_test(tc, no_others);
	tcase_add_test(tc, activity);
	tcase_add_test(tc, alerts);
	tcase_add_test(tc, of_user);
	tcase_add_test(tc, info);
	tcase_add_test(tc, legacy);
	tcase_add_test(tc, forged);
	tcase_add_test(tc, recent_sign_in);
	tcase_add_test(tc, ends_when_said);
	suite_add_tcase(s, tc);
	return s;
}
