/*
 * A master key file that is taken seals and opens: what was sealed comes
 * back, and not when a byte of it or the context is another one. What nobody
 * sealed does not open.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/seal.h"
#include "fuzz.h"

static void
check_keys(struct arena *mem, const struct master_key *mk, const uint8_t *p,
    size_t n)
{
	uint8_t *sealed, *back;
	size_t sealed_n, back_n, at;

	HOLDS(seal(mk, "a", p, n, mem, &sealed, &sealed_n) == 0);
	HOLDS(sealed[0] == master_key_version(mk));
	HOLDS(unseal(mk, "a", sealed, sealed_n, mem, &back, &back_n) == 0);
	HOLDS(back_n == n && (n == 0 || memcmp(back, p, n) == 0));
	HOLDS(unseal(mk, "b", sealed, sealed_n, mem, &back, &back_n) != 0);
	HOLDS(unseal(mk, "a", sealed, sealed_n - 1, mem, &back, &back_n) != 0);
	at = (n == 0 ? 0 : p[0]) % sealed_n;
	sealed[at] ^= (uint8_t)(1 << (n % 8));
	HOLDS(unseal(mk, "a", sealed, sealed_n, mem, &back, &back_n) != 0);
	HOLDS(unseal(mk, "a", p, n, mem, &back, &back_n) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct master_key *mk;
	struct buf problems;

	buf_init(&problems, mem, 64);
	mk = master_key_load(fuzz_file(p, n), &problems);
	HOLDS((mk == NULL) == (problems.n > 0));
	if (mk != NULL)
		check_keys(mem, mk, p, n);
	master_key_free(mk);
	arena_free(mem);
	return 0;
}
