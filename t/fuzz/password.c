/*
 * The rule for new passwords. What is allowed has eight characters and, in
 * the strict realm, four classes; a common word stays one behind capitals
 * and digits; what the strict rule allows the other one allows.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "flow/common.h"
#include "flow/password.h"
#include "fuzz.h"
#include "model/realm.h"

static bool
allowed(struct ctx *cx, enum realm_name realm, const char *password)
{
	int r = password_allowed(cx, realm_get(realm), password);

	HOLDS(r == 0 || r == ERR_WEAK_PASSWORD);
	return r == 0;
}

static void
check_common(struct arena *mem, const char *password)
{
	char *upper = arena_strdup(mem, password);

	for (char *p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	HOLDS(password_common(upper) == password_common(password));
	HOLDS(strlen(password) <= 16 || !password_common(password));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_input in = { p, n };
	struct conf conf;
	struct ctx cx;
	const char *password;

	fuzz_ctx(&cx, &conf);
	password = fuzz_rest(&in, cx.mem);
	check_common(cx.mem, password);
	if (allowed(&cx, REALM_MAIN, password)) {
		HOLDS(strlen(password) >= 8 && strlen(password) <= 1024);
		HOLDS(strpbrk(password, "0123456789") != NULL);
		HOLDS(!password_common(password));
		HOLDS(allowed(&cx, REALM_AUCTORITAS, password));
	}
	fuzz_ctx_free(&cx);
	return 0;
}
