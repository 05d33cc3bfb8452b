/* What the flows judge without a database. */
#include <check.h>
#include <stdlib.h>

#include "base/arena.h"
#include "flow/common.h"
#include "model/email.h"

struct judged {
	const char *password;
	bool common;
};

static const struct judged passwords[] = {
	{ "Password1!", true },
	{ "P@ssw0rd", true },
	{ "p4$$word!!", true },
	{ "Qwertz123!", true },
	{ "123Welcome!", true },
	{ "Changeme_1", true },
	{ "Aaaaaaa1!", true },
	{ "12345678!", true },
	{ "!!!!1111", true },
	{ "Letmein2026?", true },
	{ "SecurePass123!", false },
	{ "securePassword123!", false },
	{ "NewPass456!", false },
	{ "OldPass123!", false },
	{ "Hinge-and-Door-1", false },
	{ "correct horse battery staple", false },
	{ "passwordpassword password 1!", false },
	{ "Tr0ub4dor&3", false },
	{ "\303\234n\303\257c\303\266d\303\251-1A", false },
};

START_TEST(common)
{
	const struct judged *j = &passwords[_i];

	ck_assert_msg(password_common(j->password) == j->common,
	    "%s: wanted %d", j->password, j->common);
}
END_TEST

static const struct masked {
	const char *email, *want;
} masks[] = {
	{ "ann@example.com", "a..@example.com" },
	{ "a@example.com", "a..@example.com" },
	{ "\303\251va@example.com", "\303\251..@example.com" },
	{ "no address", "?" },
	{ "@example.com", "?" },
};

START_TEST(masked)
{
	const struct masked *m = &masks[_i];
	struct arena *mem = arena_new(0);

	ck_assert_str_eq(email_masked(mem, m->email), m->want);
	arena_free(mem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("flow");
	TCase *tc = tcase_create("passwords");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, common, 0,
	    sizeof(passwords) / sizeof(passwords[0]));
	suite_add_tcase(s, tc);
	tc = tcase_create("addresses");
	tcase_add_loop_test(tc, masked, 0, sizeof(masks) / sizeof(masks[0]));
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
