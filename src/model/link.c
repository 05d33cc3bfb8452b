#include "model/link.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/rand.h"
#include "crypto/digest.h"
#include "model/user.h"

#define TOKEN_BYTES 32
#define TOKEN_TEXT  43

static const struct col link_cols[] = {
	COL(struct link, realm_id),
	COL(struct link, user_id),
	COL(struct link, email),
	COL_END,
};

const struct stmt link_stmts[LINK_STMT__MAX] = {
	[LINK_VOID] = { SCOPE_USER, "uss", NULL,
	    "DELETE FROM link WHERE user_id = ?"
	    " AND (? IS NULL OR purpose = ?)" },
	[LINK_VOID_POWERS] = { SCOPE_USER, "us", NULL,
	    "DELETE FROM link WHERE user_id = ?"
	    " AND (purpose = '" LINK_RESET "' OR email <> ?)" },
	[LINK_INSERT] = { SCOPE_NONE, "buusstt", NULL,
	    "INSERT INTO link (token_hash, realm_id, user_id, purpose, email,"
	    " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)" },
	[LINK_USE] = { SCOPE_KEY, "tbst", NULL,
	    "UPDATE link SET used_at = ? WHERE token_hash = ?"
	    " AND purpose = ? AND used_at IS NULL AND expires_at > ?" },
	[LINK_GET] = { SCOPE_KEY, "b", link_cols,
	    "SELECT realm_id, user_id, email FROM link WHERE token_hash = ?" },
	[LINK_CHECK] = { SCOPE_KEY, "bst", link_cols,
	    "SELECT realm_id, user_id, email FROM link WHERE token_hash = ?"
	    " AND purpose = ? AND used_at IS NULL AND expires_at > ?" },
};

int
link_create(struct ctx *cx, const struct user *user, const char *purpose,
    const char *email, int64_t ttl_s, const char **ret_token)
{
	uint8_t *raw = arena_alloc(cx->secret, TOKEN_BYTES);
	uint8_t hash[SHA256_LEN];
	const char *token;
	int r;

	rand_bytes(raw, TOKEN_BYTES);
	token = base64url_encode(cx->secret, raw, TOKEN_BYTES);
	sha256(token, strlen(token), hash);
	r = link_void(cx, &user->id, purpose);
	if (r == 0)
		r = db_exec(cx, &link_stmts[LINK_INSERT], NULL, hash,
		    sizeof(hash), &user->realm_id, &user->id, purpose, email,
		    cx->now_us, cx->now_us + ttl_s * CLOCK_SECOND);
	if (r == 0)
		*ret_token = token;
	return r;
}

int
link_use(struct ctx *cx, const char *token, const char *purpose,
    struct link *ret)
{
	uint8_t hash[SHA256_LEN];
	size_t n;
	int r;

	if (strlen(token) != TOKEN_TEXT)
		return err_set(cx, ERR_INVALID_LINK, NULL);
	sha256(token, TOKEN_TEXT, hash);
	r = db_exec(cx, &link_stmts[LINK_USE], &n, cx->now_us, hash,
	    sizeof(hash), purpose, cx->now_us);
	if (r != 0)
		return r;
	if (n != 1)
		return err_set(cx, ERR_INVALID_LINK, NULL);
	return db_row(cx, &link_stmts[LINK_GET], ret, hash, sizeof(hash));
}

int
link_check(struct ctx *cx, const char *token, const char *purpose,
    struct link *ret)
{
	uint8_t hash[SHA256_LEN];
	int r;

	sha256(token, strlen(token), hash);
	r = db_row(cx, &link_stmts[LINK_CHECK], ret, hash, sizeof(hash),
	    purpose, cx->now_us);
	return r == ERR_NOT_FOUND ? err_set(cx, ERR_INVALID_LINK, NULL) : r;
}

int
link_void(struct ctx *cx, const struct uuid *user_id, const char *purpose)
{
	return db_exec(cx, &link_stmts[LINK_VOID], NULL, user_id, purpose,
	    purpose);
}

int
link_void_powers(struct ctx *cx, const struct user *u)
{
	return db_exec(cx, &link_stmts[LINK_VOID_POWERS], NULL, &u->id,
	    u->email);
}
