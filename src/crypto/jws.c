/*
 * The compact form. A token is taken apart before anything is known of it,
 * so this part only checks its form; the signature is over the very bytes
 * that came.
 */
#include "crypto/jws.h"

#include <string.h>

#include <openssl/err.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/b64.h"
#include "crypto/digest.h"
#include "crypto/jws_alg.h"
#include "json/json.h"

static void
put_base64url(struct buf *out, const void *p, size_t n)
{
	char *to = buf_reserve(out, B64_TEXT_MAX(n));

	buf_added(out, b64_encode(B64_URL, p, n, to));
}

static void
put_header(const struct jws_key *key, const char *typ, struct buf *out)
{
	struct buf json;
	bool first = true;

	buf_init(&json, out->mem, 160);
	buf_putc(&json, '{');
	jws_put_text(&json, "alg", key->row->name, &first);
	if (key->kid[0] != '\0')
		jws_put_text(&json, "kid", key->kid, &first);
	if (typ != NULL)
		jws_put_text(&json, "typ", typ, &first);
	buf_putc(&json, '}');
	put_base64url(out, json.p, json.n);
}

int
jws_sign(const struct jws_key *key, const char *typ, const char *payload,
    size_t n, struct buf *out)
{
	size_t from = out->n, sig_n;
	uint8_t sig[JWS_NUMBER_MAX];

	if (!key->private)
		return -1;
	put_header(key, typ, out);
	buf_putc(out, '.');
	put_base64url(out, payload, n);
	if (key->row->sign(key, out->p + from, out->n - from, sig, &sig_n) !=
	    0) {
		ERR_clear_error();
		out->n = from;
		out->p[from] = '\0';
		return -1;
	}
	buf_putc(out, '.');
	put_base64url(out, sig, sig_n);
	return 0;
}

/* Absent is NULL; anything but a string is -1. */
static int
header_text(struct arena *mem, const char *json, size_t n, const char *name,
    char **ret)
{
	const char *p;
	size_t len;

	*ret = NULL;
	if (!json_member(json, n, name, &p, &len))
		return 0;
	*ret = json_string(mem, p, len);
	return *ret != NULL ? 0 : -1;
}

static int
read_header(struct arena *mem, const char *text, size_t text_n,
    struct jws_parts *parts)
{
	uint8_t *raw;
	const char *json, *p;
	size_t n, len;

	if (base64url_decode(mem, text, text_n, &raw, &n) != 0)
		return -1;
	json = (const char *)raw;
	if (!jws_text_is_object(json, n))
		return -1;
	parts->critical = json_member(json, n, "crit", &p, &len);
	if (header_text(mem, json, n, "alg", &parts->alg) != 0 ||
	    header_text(mem, json, n, "kid", &parts->kid) != 0)
		return -1;
	return header_text(mem, json, n, "typ", &parts->typ);
}

int
jws_split(struct arena *mem, const char *token, size_t n, struct jws_parts *ret)
{
	struct jws_parts parts = { .signing_input = token };
	const char *end = token + n;
	const char *dot1 = memchr(token, '.', n), *dot2;

	if (dot1 == NULL)
		return -1;
	dot2 = memchr(dot1 + 1, '.', (size_t)(end - dot1 - 1));
	if (dot2 == NULL ||
	    memchr(dot2 + 1, '.', (size_t)(end - dot2 - 1)) != NULL)
		return -1;
	parts.signing_input_n = (size_t)(dot2 - token);
	if (read_header(mem, token, (size_t)(dot1 - token), &parts) != 0 ||
	    base64url_decode(mem, dot1 + 1, (size_t)(dot2 - dot1 - 1),
		&parts.payload, &parts.payload_n) != 0 ||
	    base64url_decode(mem, dot2 + 1, (size_t)(end - dot2 - 1),
		&parts.signature, &parts.signature_n) != 0)
		return -1;
	*ret = parts;
	return 0;
}

bool
jws_verify(const struct jws_key *key, const struct jws_parts *parts)
{
	if (parts->critical || parts->alg == NULL ||
	    strcmp(parts->alg, key->row->name) != 0)
		return false;
	if (key->row->verify(key, parts->signing_input, parts->signing_input_n,
		parts->signature, parts->signature_n))
		return true;
	ERR_clear_error();
	return false;
}
