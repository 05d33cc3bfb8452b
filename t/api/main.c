#include <stdlib.h>

#include "suites.h"
#include "support/testdb.h"

int
main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	(void)argc;
	testdb_need_server(argv);
	runner = srunner_create(auth_suite());
	srunner_add_suite(runner, avatar_suite());
	srunner_add_suite(runner, devices_suite());
	srunner_add_suite(runner, doc_suite());
	srunner_add_suite(runner, errors_suite());
	srunner_add_suite(runner, legacy_suite());
	srunner_add_suite(runner, lockout_suite());
	srunner_add_suite(runner, quota_suite());
	srunner_add_suite(runner, recovery_suite());
	srunner_add_suite(runner, refresh_suite());
	srunner_add_suite(runner, routes_suite());
	srunner_add_suite(runner, sessions_suite());
	srunner_add_suite(runner, settings_suite());
	srunner_add_suite(runner, tokens_suite());
	srunner_add_suite(runner, user_list_suite());
	srunner_add_suite(runner, users_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
