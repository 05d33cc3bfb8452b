/* Many connections at once want what only one may have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/gate.h"
#include "base/shared.h"
#include "db/db.h"
#include "http/quota.h"
#include "suites.h"
#include "support/actor.h"

#define CROWD 8

static struct api api;

/* What the members of a crowd say, in memory that they share. */
static int *statuses;

static void
open_api(void)
{
	static const uint8_t key[16] = "a key of a test";

	api_open(&api);
	quota_init(key, 1000000, 1000);
	gate_init(api.service.shared, CROWD, CROWD);
	statuses = mmap(NULL, CROWD * sizeof(*statuses), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(statuses, MAP_FAILED);
}

static void
close_api(void)
{
	munmap(statuses, CROWD * sizeof(*statuses));
	api_close(&api);
}

/* The text with the number of the member for each #. */
static void
with_number(const char *body, int i, char *ret, size_t size)
{
	size_t n = 0;

	for (; *body != '\0' && n + 2 < size; body++)
		ret[n++] = *body == '#' ? (char)('0' + i) : *body;
	ret[n] = '\0';
}

/* One member: a process with a connection of its own, off at the signal. */
static void
member(int i, int start, const char *path, const char *body)
{
	struct actor_client a;
	char text[512], c;

	shared_set_slot(i);
	client_open(&a, &api);
	client_send(&a, HTTP_GET, "/ready", NULL, NULL);
	with_number(body, i, text, sizeof(text));
	(void)!read(start, &c, 1);
	statuses[i] = client_send(&a, HTTP_POST, path, NULL, text);
	client_close(&a);
	_exit(0);
}

/* All at once; # in body is the number of the member. */
static void
crowd(const char *path, const char *body)
{
	int start[2];
	pid_t pids[CROWD];

	ck_assert_int_eq(pipe(start), 0);
	for (int i = 0; i < CROWD; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			close(start[1]);
			member(i, start[0], path, body);
		}
	}
	close(start[0]);
	close(start[1]);
	for (int i = 0; i < CROWD; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		ck_assert_int_eq(status, 0);
	}
}

static int
count_of(int status)
{
	int n = 0;

	for (int i = 0; i < CROWD; i++)
		n += statuses[i] == status;
	return n;
}

#define LIVE "SELECT COUNT(*) FROM session WHERE revoked_at IS NULL"

START_TEST(one_email)
{
	for (int round = 0; round < 5; round++) {
		char body[256];

		snprintf(body, sizeof(body),
		    "{\"email\":\"ann%d@example.com\","
		    "\"password\":\"SecurePass123!\"}",
		    round);
		crowd("/api/v1/auth/signup", body);
		ck_assert_int_eq(count_of(201), 1);
		ck_assert_int_eq(count_of(409), CROWD - 1);
		ck_assert_int_eq(api_number(&api, "SELECT COUNT(*) FROM user"),
		    round + 1);
	}
}
END_TEST

START_TEST(one_username)
{
	crowd("/api/v1/auth/signup",
	    "{\"email\":\"ann#@example.com\",\"username\":\"ann\","
	    "\"password\":\"SecurePass123!\"}");
	ck_assert_int_eq(count_of(201), 1);
	ck_assert_int_eq(count_of(409), CROWD - 1);
	ck_assert_int_eq(api_number(&api, "SELECT COUNT(*) FROM user"), 1);
}
END_TEST

START_TEST(verify_link)
{
	char body[256];

	api_signup(&api, "ann");
	snprintf(body, sizeof(body), "{\"token\":\"%s\"}",
	    api_mail(&api, "verify-email", "ann@example.com"));
	crowd("/api/v1/auth/email/verify", body);
	ck_assert_int_eq(count_of(200), 1);
	ck_assert_int_eq(count_of(400), CROWD - 1);
}
END_TEST

START_TEST(reset_link)
{
	char body[256];

	api_signup(&api, "ann");
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) {
				 "POST /api/v1/auth/password/forgot", NULL,
				 "{\"email\":\"ann@example.com\"}" }),
	    200);
	snprintf(body, sizeof(body),
	    "{\"token\":\"%s\",\"new_password\":\"NewerPass456!#\"}",
	    api_mail(&api, "reset-password", "ann@example.com"));
	crowd("/api/v1/auth/password/reset", body);
	ck_assert_int_eq(count_of(200), 1);
	ck_assert_int_eq(count_of(400), CROWD - 1);
}
END_TEST

#define SIGNIN "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}"

/* At most so many are live, however many sign in at once. */
START_TEST(session_cap)
{
	api.db.conf.session_cap = 3;
	api_signup(&api, "ann");
	for (int round = 0; round < 3; round++) {
		crowd("/api/v1/auth/signin", SIGNIN);
		/* beyond five at once on one account some are asked to wait */
		ck_assert_int_ge(count_of(200), 5);
		ck_assert_int_eq(count_of(200) + count_of(503), CROWD);
		ck_assert_int_eq(api_number(&api, LIVE), 3);
	}
}
END_TEST

/* Guessing in parallel gets no more tries than one after another. */
START_TEST(lockout)
{
	crowd("/api/v1/auth/signin",
	    "{\"email\":\"nobody@example.com\",\"password\":\"guess#\"}");
	ck_assert_int_le(count_of(401), 5);
	ck_assert_int_eq(count_of(401) + count_of(423) + count_of(503), CROWD);
	crowd("/api/v1/auth/signin",
	    "{\"email\":\"nobody@example.com\",\"password\":\"guess#\"}");
	ck_assert_int_eq(count_of(423), CROWD);
}
END_TEST

Suite *
crowd_suite(void)
{
	Suite *s = suite_create("crowds");
	TCase *tc = tcase_create("crowds");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, one_email);
	tcase_add_test(tc, one_username);
	tcase_add_test(tc, verify_link);
	tcase_add_test(tc, reset_link);
	tcase_add_test(tc, session_cap);
	tcase_add_test(tc, lockout);
	suite_add_tcase(s, tc);
	return s;
}
