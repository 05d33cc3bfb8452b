/*
 * A PHC string that is taken is written with the very same bytes again, its
 * cost can be used, and where that costs next to nothing its own password is
 * looked at. Lines: password, PHC string.
 */
#include "crypto/password.c"

#include "base/arena.h"
#include "fuzz.h"

#define WORK_LEAST 4096 /* N * r * p that is done here */

static void
check_again(const char *text, const struct phc *phc)
{
	char salt[B64_TEXT_MAX(PART_MAX)], hash[B64_TEXT_MAX(PART_MAX)];
	char again[PASSWORD_PHC_MAX];
	int n;

	b64_encode(B64_BARE, phc->salt.p, phc->salt.n, salt);
	b64_encode(B64_BARE, phc->hash.p, phc->hash.n, hash);
	n = snprintf(again, sizeof(again),
	    "$scrypt$ln=%" PRIu32 ",r=%" PRIu32 ",p=%" PRIu32 "$%s$%s",
	    phc->cost.ln, phc->cost.r, phc->cost.p, salt, hash);
	HOLDS(n > 0 && (size_t)n < sizeof(again));
	HOLDS(strcmp(again, text) == 0);
}

static void
check_match(const char *text, const struct phc *phc, const char *password)
{
	uint8_t hash[PART_MAX];
	bool match = false;
	size_t n = strlen(password);

	if (n > PASSWORD_MAX_BYTES || phc->cost.ln > 12 ||
	    ((uint64_t)phc->cost.r * phc->cost.p) << phc->cost.ln > WORK_LEAST)
		return;
	HOLDS(password_verify(text, password, n, &match) == 0);
	HOLDS(scrypt_derive(phc, password, n, hash) == 0);
	HOLDS(match == (memcmp(hash, phc->hash.p, phc->hash.n) == 0));
}

static void
check_made(const char *password)
{
	const struct password_cost cost = { 1, 1, 1 };
	char text[PASSWORD_PHC_MAX];
	bool match = false;
	size_t n = strlen(password);

	if (password_hash(password, n, &cost, text) != 0) {
		HOLDS(n > PASSWORD_MAX_BYTES);
		return;
	}
	HOLDS(password_verify(text, password, n, &match) == 0 && match);
	HOLDS(!password_outdated(text, &cost));
	HOLDS(password_verify(text, "another", 7, &match) == 0);
	HOLDS(match == (strcmp(password, "another") == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *password = fuzz_line(&in, mem);
	const char *text = fuzz_rest(&in, mem);
	struct phc phc;

	if (phc_read(text, &phc) != NULL) {
		HOLDS(password_cost_check(&phc.cost) == NULL);
		HOLDS(!password_outdated(text, &phc.cost));
		check_again(text, &phc);
		check_match(text, &phc, password);
	}
	check_made(password);
	arena_free(mem);
	return 0;
}
