/* Which addresses there are, and which of them are the same one. */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/email.h"

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))

static struct arena *mem;

static void
set_up(void)
{
	mem = arena_new(0);
}

static void
tear_down(void)
{
	arena_free(mem);
}

#define L10  "aaaaaaaaaa"
#define L60  L10 L10 L10 L10 L10 L10
#define LONG "a@" L60 "." L60 "." L60 "." L60

static const struct {
	const char *email;
	bool good;
} addresses[] = {
	{ "ann@example.com", true },
	{ "a.b+c_d-e/f=g@sub.example.com", true },
	{ "o'hara!#$%&*?^`{|}~@example.com", true },
	{ "j\303\274rgen@example.com", true },
	{ "ann@m\303\274nchen.example", true },
	{ "ann@xn--mnchen-3ya.example", true },
	{ L60 "aaaa@example.com", true },
	{ L60 "aaaaa@example.com", false },
	{ LONG ".com", true },
	{ LONG ".commm.mmm", false },
	{ "", false },
	{ "@", false },
	{ "ann", false },
	{ "ann@", false },
	{ "@example.com", false },
	{ "ann@localhost", false },
	{ "ann@127.0.0.1", false },
	{ "ann@[127.0.0.1]", false },
	{ "ann@example.com.", false },
	{ "ann@.example.com", false },
	{ "ann@example..com", false },
	{ "ann@-example.com", false },
	{ "ann@example-.com", false },
	{ "ann@exam_ple.com", false },
	{ "ann@exam ple.com", false },
	{ "ann@exam/ple.com", false },
	{ "ann@exam\303\274\344\272.com", false },
	{ ".ann@example.com", false },
	{ "ann.@example.com", false },
	{ "a..nn@example.com", false },
	{ "a nn@example.com", false },
	{ "a@nn@example.com", false },
	{ "\"ann\"@example.com", false },
	{ "ann,bob@example.com", false },
	{ "ann<bob>@example.com", false },
	{ "Ann <ann@example.com>", false },
	{ "ann\r\nBcc: bob@example.com", false },
	{ "ann@example.com\nbob@example.com", false },
	{ "ann\x7f@example.com", false },
	/* C1, line separator, broken UTF-8 */
	{ "ann\302\205@example.com", false },
	{ "ann\342\200\250@example.com", false },
	{ "ann\303@example.com", false },
};

START_TEST(checked)
{
	ck_assert_msg((email_check(addresses[_i].email) == NULL) ==
		addresses[_i].good,
	    "%s: wanted %d", addresses[_i].email, addresses[_i].good);
}
END_TEST

/* One mailbox, one account: whatever has the same key. */
static const struct {
	const char *email, *key;
} keys[] = {
	{ "ann@example.com", "ann@example.com" },
	{ "Ann@EXAMPLE.Com", "ann@example.com" },
	{ "ann@M\303\234NCHEN.example", "ann@xn--mnchen-3ya.example" },
	{ "ann@m\303\274nchen.example", "ann@xn--mnchen-3ya.example" },
	{ "ann@mu\314\210nchen.example", "ann@xn--mnchen-3ya.example" },
	{ "ann@XN--MNCHEN-3YA.example", "ann@xn--mnchen-3ya.example" },
	/* full width letters, the ideographic full stop, a soft hyphen */
	{ "ann@\357\275\205xample.com", "ann@example.com" },
	{ "ann@example\343\200\202com", "ann@example.com" },
	{ "ann@exam\302\255ple.com", "ann@example.com" },
	/* different mailboxes, and no collation makes them one */
	{ "\303\211va@example.com", "\303\211va@example.com" },
	{ "\303\251va@example.com", "\303\251va@example.com" },
	{ "e\314\201va@example.com", "e\314\201va@example.com" },
	{ "\304\260@example.com", "\304\260@example.com" },
	{ "\342\204\252elvin@example.com", "\342\204\252elvin@example.com" },
	{ "stra\303\237e@example.com", "stra\303\237e@example.com" },
	{ "ann@stra\303\237e.example", "ann@xn--strae-oqa.example" },
	{ "ann+x@example.com", "ann+x@example.com" },
	{ "a.nn@example.com", "a.nn@example.com" },
};

START_TEST(same)
{
	ck_assert_ptr_null(email_check(keys[_i].email));
	ck_assert_str_eq(email_key(mem, keys[_i].email), keys[_i].key);
}
END_TEST

START_TEST(usernames)
{
	ck_assert_ptr_null(username_check("ann"));
	ck_assert_ptr_null(username_check("A-n_9"));
	ck_assert_ptr_nonnull(username_check("an"));
	ck_assert_ptr_nonnull(username_check("ann@example.com"));
	ck_assert_ptr_nonnull(username_check("\303\244nn"));
	ck_assert_ptr_nonnull(username_check("a nn"));
	ck_assert_str_eq(username_key(mem, "AnN"), "ann");
	ck_assert_str_eq(email_masked(mem, "ann@example.com"),
	    "a..@example.com");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("email");
	TCase *tc = tcase_create("email");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, checked, 0, N(addresses));
	tcase_add_loop_test(tc, same, 0, N(keys));
	tcase_add_test(tc, usernames);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
