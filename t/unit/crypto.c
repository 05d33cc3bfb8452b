#include <stdlib.h>

#include "crypto.h"

struct arena *mem;

void
arena_make(void)
{
	mem = arena_new(1 << 16);
}

void
arena_drop(void)
{
	arena_free(mem);
}

int
main(void)
{
	TCase *(*const parts[])(void) = { digest_tests, password_tests,
		jws_tests, jwk_tests, seal_tests, token_cache_tests };
	Suite *suite = suite_create("crypto");
	SRunner *runner = srunner_create(suite);
	int failed;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		TCase *part = parts[i]();

		tcase_set_timeout(part, 120);
		suite_add_tcase(suite, part);
	}
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
