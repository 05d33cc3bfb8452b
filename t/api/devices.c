/* Devices: told apart, trusted, and their owner told of new ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "flow/session.h"
#include "model/key.h"
#include "model/outbox.h"
#include "suites.h"
#include "support/api.h"

#define ANN "Authorization: Bearer @ann"
#define BOB "Authorization: Bearer @bob_access"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
	api_signup(&api, "ann");
	api_signup(&api, "bob");
}

static void
close_api(void)
{
	api_close(&api);
}

/* Signs ann in; keeps her token as @ann. agent and device_id may be NULL. */
static void
sign_in(const char *agent, const char *device_id)
{
	char body[256], info[96] = "", headers[256];

	if (device_id != NULL)
		snprintf(info, sizeof(info),
		    ",\"device_info\":{\"device_id\":%s}", device_id);
	snprintf(body, sizeof(body),
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"%s}",
	    info);
	snprintf(headers, sizeof(headers), "User-Agent: %s",
	    agent == NULL ? "" : agent);
	api_quota_reset(&api);
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) {
				 "POST /v1/auth/login",
				 headers,
				 body,
			     }),
	    200);
	api_keep("ann", api_text(&api, "access_token"));
}

#define CHROME(version)                                                        \
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "                     \
	"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" version               \
	" Safari/537.36"
#define FIREFOX                                                                \
	"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 "            \
	"Firefox/120.0"

static bool
told(void)
{
	return api_mail(&api, "new-device", "ann@example.com") != NULL;
}

static int
devices(void)
{
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) {
				 "GET /api/v1/devices",
				 ANN,
				 NULL,
			     }),
	    200);
	return (int)strtol(api_text(&api, "total"), NULL, 10);
}

/* In order; the sign-up had no user agent. */
static const struct {
	const char *agent, *device_id; /* device_id as JSON */
	int64_t days; /* since the first */
	bool new; /* so its owner is told */
	int devices; /* that she has then */
} seen_cases[] = {
	{ NULL, NULL, 0, false, 1 },
	{ CHROME("120.0.0.0"), NULL, 0, true, 2 },
	{ CHROME("120.0.0.0"), NULL, 0, false, 2 },
	{ CHROME("121.0.0.0"), NULL, 1, false, 2 }, /* updates are no device */
	{ FIREFOX, NULL, 1, true, 3 },
	{ FIREFOX, "\"d-1\"", 1, true, 4 },
	{ CHROME("121.0.0.0"), "\"d-1\"", 2, false, 4 }, /* its id decides */
	{ FIREFOX, "\"d-2\"", 2, true, 5 },
	{ FIREFOX, "\"\"", 2, false, 5 }, /* no id */
	{ FIREFOX, "17", 2, false, 5 },
	{ FIREFOX, "null", 2, false, 5 },
	{ FIREFOX, NULL, 91, false, 5 },
	{ CHROME("130.0.0.0"), NULL, 92, true, 5 }, /* unseen too long */
	{ CHROME("130.0.0.0"), NULL, 92, false, 5 },
};

/* The first ones sign for 90 days. */
static void
new_keys(void)
{
	struct ctx *cx = &api.db.cx;

	cx->now_us = clock_now_us();
	ck_assert_int_eq(key_rotate(cx, false, true, NULL), 0);
	ck_assert_int_eq(keyring_load(cx), 0);
}

START_TEST(seen)
{
	const size_t n = sizeof(seen_cases) / sizeof(seen_cases[0]);

	for (size_t i = 0; i < n; i++) {
		bool was_told;
		int count;

		clock_shift_us(seen_cases[i].days * CLOCK_DAY);
		if (seen_cases[i].days > 90)
			new_keys();
		sign_in(seen_cases[i].agent, seen_cases[i].device_id);
		was_told = told();
		count = devices();
		ck_assert_msg(was_told == seen_cases[i].new &&count ==
			seen_cases[i].devices,
		    "case %zu: wanted told %d and %d devices, got %d and %d", i,
		    seen_cases[i].new, seen_cases[i].devices, was_told, count);
	}
}
END_TEST

/* A single device is never news, however long it was away. */
START_TEST(only_one)
{
	clock_shift_us(80 * CLOCK_DAY);
	sign_in(NULL, NULL);
	ck_assert(!told());
}
END_TEST

/* A session in use keeps its device known. */
START_TEST(used)
{
	sign_in(FIREFOX, NULL);
	ck_assert(told());
	sign_in(CHROME("120.0.0.0"), NULL);
	ck_assert(told());
	api_sql(&api,
	    "UPDATE device SET last_seen_at = last_seen_at - INTERVAL 91 DAY");
	sign_in(CHROME("120.0.0.0"), NULL);
	ck_assert(!told());
	api_sql(&api,
	    "UPDATE device SET last_seen_at = last_seen_at - INTERVAL 91 DAY");
	api_sql(&api,
	    "UPDATE session"
	    " SET last_active_at = last_active_at - INTERVAL 91 DAY");
	sign_in(CHROME("120.0.0.0"), NULL);
	ck_assert(told());
}
END_TEST

/* What one device was is nothing to another user. */
START_TEST(each_for_itself)
{
	static const struct api_case bob_in[] = {
		{ "bob", "POST /v1/auth/login", "User-Agent: " FIREFOX,
		    "{\"email\":\"bob@example.com\","
		    "\"password\":\"SecurePass123!\"}",
		    200, NULL },
		{ NULL },
	};

	sign_in(FIREFOX, NULL);
	ck_assert(told());
	api_run(&api, bob_in);
	ck_assert_ptr_nonnull(api_mail(&api, "new-device", "bob@example.com"));
}
END_TEST

/* What the mail says, and what is kept of it. */
START_TEST(what_is_told)
{
	static const char *const parts[] = {
		"\"device\":\"Firefox on Linux\"",
		"\"ip_address\":\"192.0.2.9\"",
		"\"location\":null",
		"\"email\":\"ann@example.com\"",
		"\"time\":\"2",
	};
	static const struct api_case event[] = {
		{ "an alert", "GET /api/v1/sessions/security/alerts", ANN, NULL,
		    200, "alerts.0.type=new_device;alerts.0.session_ids.0" },
		{ NULL },
	};
	struct ctx *cx = &api.db.cx;
	struct outbox_row row = { 0 };

	while (told())
		continue;
	api_from("192.0.2.9");
	sign_in(FIREFOX, NULL);
	api_run(&api, event);
	cx->now_us = clock_now_us();
	ck_assert_int_eq(outbox_claim(cx, "mail", 60, &row), 0);
	ck_assert_str_eq(row.template, "new-device");
	ck_assert_str_eq(row.recipient, "ann@example.com");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ck_assert_msg(strstr(row.args, parts[i]) != NULL,
		    "wanted %s in %s", parts[i], row.args);
}
END_TEST

/* Nobody's mailbox is filled by signing in under ever new names. */
START_TEST(mails_are_bounded)
{
	char id[16];
	int mails = 0;

	for (int i = 0; i < NEW_DEVICE_MAILS + 3; i++) {
		snprintf(id, sizeof(id), "\"d-%d\"", i);
		sign_in(FIREFOX, id);
		mails += told();
	}
	ck_assert_int_eq(mails, NEW_DEVICE_MAILS);
	clock_shift_us(25 * CLOCK_HOUR);
	sign_in(FIREFOX, "\"another\"");
	ck_assert(told());
}
END_TEST

START_TEST(rows_are_bounded)
{
	char text[256];

	for (int i = 0; i < 110; i++) {
		snprintf(text, sizeof(text),
		    "INSERT INTO device SELECT X'%032X', id, 'x-%d', 'x',"
		    " 'bot', NULL, NULL, NULL, UTC_TIMESTAMP(),"
		    " UTC_TIMESTAMP() - INTERVAL %d HOUR, NULL FROM user"
		    " WHERE email = 'ann@example.com'",
		    i + 1, i, i + 1);
		api_sql(&api, text);
	}
	sign_in(FIREFOX, NULL);
	ck_assert_int_eq(devices(), 100);
	ck_assert_str_eq(api_text(&api, "devices.0.device_name"),
	    "Firefox on Linux");
}
END_TEST

static const struct api_case trust_cases[] = {
	{ "all of them", "GET /api/v1/devices", ANN, NULL, 200,
	    "total=2;devices.0.id~dev_;"
	    "devices.0.device_name=Firefox on Linux;"
	    "devices.0.device_type=desktop;devices.0.os=Linux;"
	    "devices.0.browser=Firefox;devices.0.device_fingerprint;"
	    "devices.0.last_ip_address=127.0.0.1;"
	    "devices.0.last_location=null;devices.0.last_used_at~Z;"
	    "devices.0.trusted=false;devices.0.trust_expires_at=null;"
	    "devices.0.is_current_device=true;devices.0.created_at~Z;"
	    "devices.1.is_current_device=false;"
	    "devices.1.device_name=Unknown device;devices.1.os=null",
	    "other=devices.1.id" },
	{ "this one", "GET /api/v1/devices/current", ANN, NULL, 200,
	    "id~dev_;device_name=Firefox on Linux;is_current_device=true;"
	    "trusted=false",
	    "device=id" },
	{ "trusted", "POST /api/v1/devices/trust", ANN, NULL, 200,
	    "id=@device;trusted=true;trust_expires_at~Z;"
	    "device_name=Firefox on Linux" },
	{ "and named", "POST /api/v1/devices/trust", ANN,
	    "{\"device_name\":\" Ann's laptop \",\"days\":1}", 200,
	    "id=@device;trusted=true;device_name=Ann's laptop" },
	{ "it keeps its name", "POST /api/v1/devices/trust", ANN,
	    "{\"days\":365,\"device_name\":null}", 200,
	    "device_name=Ann's laptop" },
	{ "too long", "POST /api/v1/devices/trust", ANN, "{\"days\":366}", 422,
	    "error.details.field=days" },
	{ "too short", "POST /api/v1/devices/trust", ANN, "{\"days\":0}", 422,
	    NULL },
	{ "odd", "POST /api/v1/devices/trust", ANN,
	    "{\"device_name\":\"a\\u0007b\"}", 422,
	    "error.details.field=device_name" },
	{ "nobody", "POST /api/v1/devices/trust", NULL, NULL, 401, NULL },
	{ "bob's is his", "GET /api/v1/devices", BOB, NULL, 200,
	    "total=1;devices.0.trusted=false" },
	{ "not bob's", "DELETE /api/v1/devices/trusted/@device", BOB, NULL, 404,
	    "detail=Device not found" },
	{ "nobody's",
	    "DELETE /api/v1/devices/trusted/dev_01h455vb4pex5vsknk084sn02q",
	    ANN, NULL, 404, NULL },
	{ "of no form", "DELETE /api/v1/devices/trusted/x", ANN, NULL, 404,
	    NULL },
	{ "not trusted", "DELETE /api/v1/devices/trusted/@other", ANN, NULL,
	    404, NULL },
	{ "still trusted", "GET /api/v1/devices", ANN, NULL, 200,
	    "devices.0.trusted=true;devices.0.id=@device" },
	{ "no longer", "DELETE /api/v1/devices/trusted/@device", ANN, NULL, 200,
	    "message" },
	{ "it is so", "GET /api/v1/devices/current", ANN, NULL, 200,
	    "trusted=false;trust_expires_at=null;device_name=Ann's laptop" },
	{ "twice", "DELETE /api/v1/devices/trusted/@device", ANN, NULL, 404,
	    NULL },
	{ "none to untrust", "DELETE /api/v1/devices/trusted", ANN, NULL, 200,
	    "revoked_count=0;revokedCount=0;success=true" },
	{ "once more", "POST /api/v1/devices/trust", ANN, NULL, 200, NULL },
	{ "nothing of bob's", "DELETE /api/v1/devices/trusted", BOB, NULL, 200,
	    "revoked_count=0" },
	{ "all", "DELETE /api/v1/devices/trusted", ANN, NULL, 200,
	    "revoked_count=1;message=Revoked 1 trusted device" },
	{ "now none is", "GET /api/v1/devices/current", ANN, NULL, 200,
	    "trusted=false" },
	{ NULL },
};

START_TEST(trust)
{
	sign_in(FIREFOX, NULL);
	api_run(&api, trust_cases);
}
END_TEST

static const struct api_case lapse_cases[] = {
	{ "a day", "POST /api/v1/devices/trust", ANN, "{\"days\":1}", 200,
	    "trusted=true", "device=id" },
	{ NULL },
};

static const struct api_case lapsed_cases[] = {
	{ "is over", "GET /api/v1/devices/current", ANN, NULL, 200,
	    "trusted=false;trust_expires_at=null" },
	{ "not to be ended", "DELETE /api/v1/devices/trusted/@device", ANN,
	    NULL, 404, NULL },
	{ "nor counted", "DELETE /api/v1/devices/trusted", ANN, NULL, 200,
	    "revoked_count=0" },
	{ NULL },
};

START_TEST(trust_lapses)
{
	sign_in(FIREFOX, NULL);
	api_run(&api, lapse_cases);
	clock_shift_us(25 * CLOCK_HOUR);
	sign_in(FIREFOX, NULL);
	api_run(&api, lapsed_cases);
}
END_TEST

Suite *
devices_suite(void)
{
	Suite *s = suite_create("devices");
	TCase *tc = tcase_create("devices");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, seen);
	tcase_add_test(tc, only_one);
	tcase_add_test(tc, used);
	tcase_add_test(tc, each_for_itself);
	tcase_add_test(tc, what_is_told);
	tcase_add_test(tc, mails_are_bounded);
	tcase_add_test(tc, rows_are_bounded);
	tcase_add_test(tc, trust);
	tcase_add_test(tc, trust_lapses);
	suite_add_tcase(s, tc);
	return s;
}
