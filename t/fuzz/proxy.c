/*
 * Who the client is behind proxies. Lines: REMOTE_ADDR, X-Forwarded-For, the
 * proxies that are trusted. It is REMOTE_ADDR or an address of the list, and
 * then REMOTE_ADDR is trusted; what a client writes in front of whom it came
 * from changes nothing; an IPv4 address is trusted in both spellings.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/list.h"
#include "fuzz.h"
#include "http/request.h"

#define PROXIES_MAX 8

static const struct conf_row *
row(void)
{
	const struct conf_row *r = conf_rows;

	while (strcmp(r->name, "trusted_proxies") != 0)
		r++;
	return r;
}

/* Those that the configuration takes. */
static struct list
proxies_take(struct arena *mem, char *text)
{
	const char **items = arena_array(mem, PROXIES_MAX, sizeof(*items));
	struct list list = { 0, items };
	char *item;

	while (list.n < PROXIES_MAX && (item = strsep(&text, ", ")) != NULL)
		if (row()->check(item) == NULL)
			items[list.n++] = item;
	return list;
}

static const char *
client(struct arena *mem, const char *remote, const char *forwarded,
    const struct list *trusted)
{
	const char *params[] = {
		arena_printf(mem, "HTTP_X_FORWARDED_FOR=%s", forwarded), NULL
	};
	struct http_request req = { .remote_addr = remote, .params = params };

	return http_client_address(mem, &req, trusted);
}

/* Whoever is trusted is believed whom they speak for. */
static bool
trusts(struct arena *mem, const char *address, const struct list *trusted)
{
	const char *other = strcmp(address, "203.0.113.77") != 0
	    ? "203.0.113.77"
	    : "203.0.113.78";

	return client(mem, address, other, trusted) != address;
}

static void
check_spellings(struct arena *mem, const char *address,
    const struct list *trusted)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, address, &v4) == 1)
		HOLDS(trusts(mem, address, trusted) ==
		    trusts(mem, arena_printf(mem, "::ffff:%s", address),
			trusted));
}

static void
check(struct arena *mem, const char *remote, const char *forwarded,
    const struct list *trusted)
{
	const char *found = client(mem, remote, forwarded, trusted), *again;
	uint8_t bytes[16];

	if (strcmp(found, remote) != 0) {
		HOLDS(trusted->n > 0 && trusts(mem, remote, trusted));
		HOLDS(inet_pton(AF_INET, found, bytes) == 1 ||
		    inet_pton(AF_INET6, found, bytes) == 1);
		HOLDS(strstr(forwarded, found) != NULL);
	}
	check_spellings(mem, found, trusted);
	if (trusts(mem, found, trusted))
		return;
	again = client(mem, remote,
	    arena_printf(mem, "198.51.100.9, x,%s", forwarded), trusted);
	HOLDS(*forwarded == '\0' || strcmp(again, found) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *remote = fuzz_line(&in, mem);
	const char *forwarded = fuzz_line(&in, mem);
	struct list trusted = proxies_take(mem, fuzz_line(&in, mem));
	struct list nobody = { 0 };

	HOLDS(client(mem, remote, forwarded, &nobody) == remote);
	check(mem, remote, forwarded, &trusted);
	check(mem, "127.0.0.1", forwarded, &trusted);
	arena_free(mem);
	return 0;
}
