/*
 * What quotas count: one key an address however it is written, and a key is
 * its own key. An IPv6 address counts with its whole /64.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "http/request.h"

static void
check_v4(struct arena *mem, const uint8_t *p)
{
	char text[INET_ADDRSTRLEN];
	const char *mapped;

	inet_ntop(AF_INET, p, text, sizeof(text));
	mapped = arena_printf(mem, "::ffff:%s", text);
	HOLDS(strcmp(http_address_key(mem, text), text) == 0);
	HOLDS(strcmp(http_address_key(mem, mapped), text) == 0);
}

static void
check_v6(struct arena *mem, const uint8_t *p)
{
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];
	uint8_t other[16];

	memcpy(other, p, sizeof(other));
	if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(void *)other))
		return;
	inet_ntop(AF_INET6, other, a, sizeof(a));
	other[15] ^= 1;
	inet_ntop(AF_INET6, other, b, sizeof(b));
	HOLDS(strcmp(http_address_key(mem, a), http_address_key(mem, b)) == 0);
	other[7] ^= 1;
	inet_ntop(AF_INET6, other, b, sizeof(b));
	HOLDS(strcmp(http_address_key(mem, a), http_address_key(mem, b)) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	char *key;

	if (n >= 4)
		check_v4(mem, p);
	if (n >= 16)
		check_v6(mem, p);
	key = http_address_key(mem, fuzz_rest(&in, mem));
	HOLDS(strcmp(http_address_key(mem, key), key) == 0);
	http_address_key(mem, NULL);
	arena_free(mem);
	return 0;
}
