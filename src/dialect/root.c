/* What is under no mount. */
#include "dialect/all.h"

static const char *const mounts[] = { NULL };

const struct dialect dialect_root = {
	.name = "root",
	.mounts = mounts,
	.kase = CASE_SNAKE,
	.errors = ERR_API_V1,
	.realm = "main",
	.message = dialect_message,
	.error = dialect_superset_error,
	.title = "Health and keys",
	.about = "Probes, the keys that access tokens verify with, and this"
		 " documentation.",
	.envelope = dialect_superset_envelope,
};
