/*
 * Who the client is, where a proxy hands its requests on. Each proxy appends
 * the address it was called from, so the list is believed from its end, and
 * only as far as the proxies reach that are trusted; what is before the first
 * other address may be the client's own invention.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/list.h"
#include "http/request.h"

/* An address as one of IPv6; an IPv4 one mapped, its bits behind 96 more. */
struct address {
	uint8_t b[16];
	unsigned mapped_bits;
};

static bool
address_parse(const char *text, struct address *ret)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	ret->mapped_bits = 0;
	if (inet_pton(AF_INET6, text, ret->b) == 1)
		return true;
	if (inet_pton(AF_INET, text, ret->b + 12) != 1)
		return false;
	memcpy(ret->b, mapped, sizeof(mapped));
	ret->mapped_bits = 96;
	return true;
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

/* "10.0.0.0/8" or an address; checked when the setting was read. */
static bool
network_has(struct arena *mem, const char *network, const struct address *a)
{
	size_t n = strcspn(network, "/");
	unsigned bits = 128;
	struct address net;

	if (!address_parse(arena_strndup(mem, network, n), &net))
		return false;
	if (network[n] == '/')
		bits = net.mapped_bits +
		    (unsigned)strtoul(network + n + 1, NULL, 10);
	return bits <= 128 && same_bits(net.b, a->b, bits);
}

static bool
is_trusted(struct arena *mem, const struct list *trusted, const char *text)
{
	const char *const *network = trusted->items;
	struct address a;

	if (!address_parse(text, &a))
		return false;
	for (size_t i = 0; i < trusted->n; i++) {
		if (network_has(mem, network[i], &a))
			return true;
	}
	return false;
}

/* The last of the n bytes' addresses, which *n then leaves out; or NULL. */
static char *
last_address(struct arena *mem, const char *list, size_t *n)
{
	const char *comma = memrchr(list, ',', *n);
	const char *p = comma == NULL ? list : comma + 1, *end = list + *n;
	struct address a;
	char *text;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*n = comma == NULL ? 0 : (size_t)(comma - list);
	text = arena_strndup(mem, p, (size_t)(end - p));
	return address_parse(text, &a) ? text : NULL;
}

const char *
http_client_address(struct arena *mem, const struct http_request *r,
    const struct list *trusted)
{
	const char *address = r->remote_addr, *list;
	size_t n;

	if (trusted->n == 0)
		return address;
	list = http_param(r, "HTTP_X_FORWARDED_FOR");
	n = list == NULL ? 0 : strlen(list);
	while (n > 0 && is_trusted(mem, trusted, address)) {
		const char *before = last_address(mem, list, &n);

		if (before == NULL)
			break;
		address = before;
	}
	return address;
}
