/*
 * Refresh tokens. What the rest of the bytes spell is no token of ours; one
 * that we made names its session and counter, comes back byte for byte, and
 * is none with any byte changed, for another salt, or in another realm.
 *
 * Bytes: session id 16, salt 16, counter 4, where 1, mask 1; then text.
 */
#define session_find fuzz_session_find
#include "flow/refresh.c"

#include "base/buf.h"
#include "base/conf.h"
#include "fuzz.h"

static struct session_user stored;
static struct master_key *master;

int
session_find(struct ctx *cx, const struct uuid *id, struct session_user *ret)
{
	(void)cx;
	if (!uuid_equal(id, &stored.session.id))
		return ERR_NOT_FOUND;
	*ret = stored;
	return 0;
}

static int
find(struct ctx *cx, const char *token)
{
	struct session_user found;

	return refresh_find(cx, realm_get(REALM_MAIN), token, &found);
}

static void
check_made(struct ctx *cx, int64_t counter, size_t at, uint8_t mask)
{
	struct session_user found;
	const char *token = token_text(cx, &stored.session, counter);
	struct wire w;
	char *changed;

	HOLDS(token != NULL && strlen(token) <= 64);
	HOLDS(token_parse(cx, token, &w) == 0 && wire_counter(&w) == counter);
	HOLDS(find(cx, token) == 0);
	HOLDS(refresh_find(cx, realm_get(REALM_AUCTORITAS), token, &found) ==
	    ERR_NOT_FOUND);
	changed = arena_strdup(cx->mem, token);
	at %= strlen(token);
	changed[at] = (char)(changed[at] ^ mask);
	HOLDS((find(cx, changed) == 0) == (mask == 0));
	stored.session.salt.b[at % 16] ^= mask;
	HOLDS((find(cx, token) == 0) == (mask == 0));
}

/* A text that can be taken apart has one spelling. */
static void
check_text(struct ctx *cx, const char *text)
{
	struct wire w;

	HOLDS(find(cx, text) == ERR_NOT_FOUND);
	if (token_parse(cx, text, &w) != 0)
		return;
	HOLDS(strcmp(text,
		  arena_printf(cx->mem, PREFIX "%s",
		      base64url_encode(cx->mem, &w, sizeof(w)))) == 0);
}

static void
take(struct fuzz_input *in, uint8_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = fuzz_byte(in);
}

static void
master_make(void)
{
	static const char text[] =
	    "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";
	struct arena *mem = arena_new(0);
	struct buf problems;

	buf_init(&problems, mem, 64);
	master = master_key_load(fuzz_file(text, strlen(text)), &problems);
	HOLDS(master != NULL);
	arena_free(mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_input in = { p, n };
	int64_t counter = 0;
	uint8_t bytes[4], at;
	struct conf conf;
	struct ctx cx;

	if (master == NULL)
		master_make();
	fuzz_ctx(&cx, &conf);
	cx.master = master;
	stored = (struct session_user) { 0 };
	stored.session.realm_id = realm_get(REALM_MAIN)->id;
	take(&in, stored.session.id.b, 16);
	take(&in, stored.session.salt.b, 16);
	take(&in, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		counter = counter << 8 | bytes[i];
	at = fuzz_byte(&in);
	check_made(&cx, counter, at, fuzz_byte(&in));
	check_text(&cx, fuzz_rest(&in, cx.mem));
	fuzz_ctx_free(&cx);
	return 0;
}
