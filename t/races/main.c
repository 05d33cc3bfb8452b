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
	runner = srunner_create(schedule_suite());
	srunner_add_suite(runner, revoke_suite());
	srunner_add_suite(runner, crowd_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
