/*
 * A key's life: created; published at once; signs from signs_from, ten
 * minutes later, so that everybody has fetched it by then; until signs_until,
 * when its successor has taken over; verifies until the last token it signed
 * has expired.
 */
#include "model/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/shared.h"
#include "crypto/jws.h"
#include "crypto/seal.h"
#include "crypto/token_cache.h"

#define RELOAD_EVERY (10 * CLOCK_SECOND)
#define KEYS_MAX     16
#define CONTEXT      "signing_key.private"

struct key_row {
	struct key_info info;
	struct blob sealed;
};

static const struct col key_cols[] = {
	COL(struct key_row, info.id),
	COL(struct key_row, info.kid),
	COL(struct key_row, info.alg),
	COL(struct key_row, info.created_at),
	COL(struct key_row, info.signs_from),
	COL(struct key_row, info.signs_until),
	COL(struct key_row, info.verifies_until),
	COL(struct key_row, sealed),
	COL_END,
};

const struct stmt key_stmts[KEY_STMT__MAX] = {
	[KEY_LIST] = { SCOPE_NONE, "", key_cols,
	    "SELECT id, kid, alg, created_at, signs_from, signs_until,"
	    " verifies_until, sealed FROM signing_key"
	    " ORDER BY signs_from, id" },
	[KEY_INSERT] = { SCOPE_NONE, "ussbtttt", NULL,
	    "INSERT INTO signing_key (id, kid, alg, sealed, created_at,"
	    " signs_from, signs_until, verifies_until)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)" },
	[KEY_DELETE_OLD] = { SCOPE_NONE, "t", NULL,
	    "DELETE FROM signing_key WHERE verifies_until <= ?" },
	[KEY_BUMP] = { SCOPE_NONE, "", NULL,
	    "UPDATE version SET number = number + 1"
	    " WHERE name = 'signing_key'" },
	[KEY_LOCK_SET] = { SCOPE_NONE, "", NULL,
	    "UPDATE version SET number = number"
	    " WHERE name = 'signing_key'" },
};

struct ring_key {
	struct jws_key *key;
	int64_t signs_from, signs_until, verifies_until;
	bool seen; /* while sweeping */
};

struct keyring {
	struct ring_key keys[KEYS_MAX];
	size_t n;
	int64_t loaded_us; /* monotonic; 0: never */
	uint32_t version; /* of the set, as shared memory said */
	struct token_cache *cache; /* NULL until it is asked for */
};

struct keyring *
keyring_new(void)
{
	struct keyring *ring = calloc(1, sizeof(*ring));

	if (ring == NULL)
		abort();
	return ring;
}

void
keyring_free(struct keyring *ring)
{
	if (ring == NULL)
		return;
	for (size_t i = 0; i < ring->n; i++)
		jws_key_free(ring->keys[i].key);
	token_cache_free(ring->cache);
	free(ring);
}

static struct ring_key *
ring_find(struct keyring *ring, const char *kid)
{
	for (size_t i = 0; i < ring->n; i++) {
		if (strcmp(jws_key_kid(ring->keys[i].key), kid) == 0)
			return &ring->keys[i];
	}
	return NULL;
}

/* Unseals a key that the ring does not have yet. NULL after a log line. */
static struct jws_key *
key_open(struct ctx *cx, const struct key_row *row)
{
	struct jws_key *key = NULL;
	enum jws_alg alg;
	uint8_t *der;
	size_t n;

	if (jws_alg_parse(row->info.alg, &alg) == 0 &&
	    unseal(cx->master, CONTEXT, row->sealed.p, row->sealed.n,
		cx->secret, &der, &n) == 0)
		key = jws_key_load(alg, row->info.kid, der, n);
	if (key == NULL)
		log_error("key.open", KS("kid", row->info.kid),
		    KS("hint", "does the master key file fit the database?"));
	return key;
}

static void
ring_take(struct ctx *cx, struct keyring *ring, const struct key_row *row)
{
	struct ring_key *k = ring_find(ring, row->info.kid);

	if (k == NULL) {
		struct jws_key *key = key_open(cx, row);

		if (key == NULL)
			return;
		k = &ring->keys[ring->n++];
		k->key = key;
	}
	k->signs_from = row->info.signs_from;
	k->signs_until = row->info.signs_until;
	k->verifies_until = row->info.verifies_until;
}

/* Drops what is none of these rows, so that there is room for new ones. */
static void
ring_sweep(struct keyring *ring, const struct key_row *rows, size_t n_rows)
{
	size_t n = 0;

	for (size_t i = 0; i < ring->n; i++)
		ring->keys[i].seen = false;
	for (size_t i = 0; i < n_rows; i++) {
		struct ring_key *k = ring_find(ring, rows[i].info.kid);

		if (k != NULL)
			k->seen = true;
	}
	for (size_t i = 0; i < ring->n; i++) {
		if (ring->keys[i].seen)
			ring->keys[n++] = ring->keys[i];
		else
			jws_key_free(ring->keys[i].key);
	}
	ring->n = n;
}

/* The newest ones: somebody may rotate often, because an old one leaked. */
static int
ring_load(struct ctx *cx, struct keyring *ring)
{
	uint32_t version = atomic_load(&cx->shared->keys_version);
	struct list rows;
	const struct key_row *row;
	int r =
	    db_rows(cx, &key_stmts[KEY_LIST], &rows, sizeof(struct key_row));

	if (r != 0)
		return r;
	row = rows.items;
	if (rows.n > KEYS_MAX) {
		row += rows.n - KEYS_MAX;
		rows.n = KEYS_MAX;
	}
	ring_sweep(ring, row, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		ring_take(cx, ring, &row[i]);
	if (ring->cache != NULL)
		token_cache_clear(ring->cache);
	ring->version = version;
	ring->loaded_us = clock_mono_us();
	return 0;
}

/* Loads when there is reason to, and not more often than every 10 s. */
static int
ring_refresh(struct ctx *cx, struct keyring *ring, bool missing)
{
	bool changed = ring->version != atomic_load(&cx->shared->keys_version);

	if (ring->loaded_us != 0 &&
	    ((!missing && !changed) ||
		clock_mono_us() - ring->loaded_us < RELOAD_EVERY))
		return 0;
	return ring_load(cx, ring);
}

static const struct jws_key *
ring_signer(const struct keyring *ring, int64_t now_us)
{
	const struct jws_key *best = NULL;

	for (size_t i = 0; i < ring->n; i++) {
		const struct ring_key *k = &ring->keys[i];

		if (k->signs_from <= now_us && now_us < k->signs_until)
			best = k->key;
	}
	return best;
}

int
keyring_signer(struct ctx *cx, const struct jws_key **ret)
{
	int r = ring_refresh(cx, cx->keys, false);

	*ret = r == 0 ? ring_signer(cx->keys, cx->now_us) : NULL;
	if (r == 0 && *ret == NULL) {
		r = ring_refresh(cx, cx->keys, true);
		*ret = ring_signer(cx->keys, cx->now_us);
	}
	if (r == 0 && *ret == NULL) {
		log_error("key.none",
		    KS("hint", "run: cardeactl keys rotate --now"));
		r = err_retry(cx, ERR_UNAVAILABLE, 30);
	}
	return r;
}

int
keyring_load(struct ctx *cx)
{
	return ring_load(cx, cx->keys);
}

int
keyring_cache(struct ctx *cx, size_t value_n, struct token_cache **ret)
{
	int r = ring_refresh(cx, cx->keys, false);

	if (r != 0)
		return r;
	if (cx->keys->cache == NULL)
		cx->keys->cache = token_cache_new(value_n);
	*ret = cx->keys->cache;
	return 0;
}

int
keyring_find(struct ctx *cx, const char *kid, const struct jws_key **ret,
    int64_t *ret_until)
{
	const struct ring_key *k;
	int r = ring_refresh(cx, cx->keys, false);

	if (r != 0)
		return r;
	k = ring_find(cx->keys, kid);
	if (k == NULL) {
		r = ring_refresh(cx, cx->keys, true);
		if (r != 0)
			return r;
		k = ring_find(cx->keys, kid);
	}
	if (k == NULL || cx->now_us >= k->verifies_until)
		return ERR_NOT_FOUND;
	*ret = k->key;
	*ret_until = k->verifies_until;
	return 0;
}

int
keyring_jwks(struct ctx *cx, struct buf *out)
{
	int r = ring_refresh(cx, cx->keys, true);
	bool first = true;

	if (r != 0)
		return r;
	buf_puts(out, "{\"keys\":[");
	for (size_t i = 0; i < cx->keys->n; i++) {
		if (cx->now_us >= cx->keys->keys[i].verifies_until)
			continue;
		if (!first)
			buf_putc(out, ',');
		first = false;
		jws_key_jwk(cx->keys->keys[i].key, out);
	}
	buf_puts(out, "]}");
	return 0;
}

int
key_list(struct ctx *cx, struct list *ret)
{
	struct list rows;
	struct key_info *info;
	const struct key_row *row;
	int r =
	    db_rows(cx, &key_stmts[KEY_LIST], &rows, sizeof(struct key_row));

	if (r != 0)
		return r;
	info = arena_array(cx->mem, rows.n, sizeof(*info));
	row = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		info[i] = row[i].info;
	ret->n = rows.n;
	ret->items = info;
	return 0;
}

/* The longest any token signed at the very end of a key's time may live. */
static int64_t
longest_token(const struct conf *conf)
{
	int64_t s = conf->access_ttl_s > conf->auctoritas_access_ttl_s
	    ? conf->access_ttl_s
	    : conf->auctoritas_access_ttl_s;

	return s * CLOCK_SECOND + CLOCK_HOUR;
}

static int
key_insert(struct ctx *cx, int64_t signs_from)
{
	int64_t until = signs_from + cx->conf->key_lifetime_s * CLOCK_SECOND;
	struct uuid id;
	char kid[ID_TEXT_MAX];
	struct jws_key *key;
	enum jws_alg alg;
	uint8_t *der, *sealed;
	size_t der_n, n;
	int r = ERR_INTERNAL_LOGGED;

	if (jws_alg_parse(cx->conf->signing_alg, &alg) != 0)
		return r;
	uuid_new(&id, cx->now_us);
	id_format("key", &id, kid);
	key = jws_key_generate(alg, kid);
	if (key != NULL &&
	    jws_key_private(key, cx->secret, &der, &der_n) == 0 &&
	    seal(cx->master, CONTEXT, der, der_n, cx->mem, &sealed, &n) == 0)
		r = db_exec(cx, &key_stmts[KEY_INSERT], NULL, &id, kid,
		    jws_alg_name(alg), sealed, n, cx->now_us, signs_from, until,
		    until + longest_token(cx->conf));
	jws_key_free(key);
	return r;
}

struct rotation {
	bool force, now, made;
};

/* One transaction, which the row of the version serialises. */
static int
rotate_tx(struct ctx *cx, void *arg)
{
	struct rotation *rot = arg;
	int64_t newest_until = 0, from;
	const struct key_info *info;
	struct list keys;
	size_t dropped;
	int r = db_exec(cx, &key_stmts[KEY_LOCK_SET], NULL);

	rot->made = false;
	if (r == 0)
		r = db_exec(cx, &key_stmts[KEY_DELETE_OLD], &dropped,
		    cx->now_us);
	if (r == 0)
		r = key_list(cx, &keys);
	if (r != 0)
		return r;
	info = keys.items;
	for (size_t i = 0; i < keys.n; i++) {
		if (info[i].signs_until > newest_until)
			newest_until = info[i].signs_until;
	}
	if (rot->force || newest_until < cx->now_us + 2 * KEY_PUBLISH_AHEAD) {
		from = newest_until <= cx->now_us || rot->now
		    ? cx->now_us
		    : cx->now_us + KEY_PUBLISH_AHEAD;
		r = key_insert(cx, from);
		rot->made = r == 0;
	}
	if (r == 0 && (rot->made || dropped > 0))
		r = db_exec(cx, &key_stmts[KEY_BUMP], NULL);
	return r;
}

int
key_rotate(struct ctx *cx, bool force, bool now, bool *ret_made)
{
	struct rotation rot = { .force = force, .now = now };
	int r = db_tx(cx, rotate_tx, &rot);

	if (r == 0 && ret_made != NULL)
		*ret_made = rot.made;
	return r;
}
