#include "model/avatar.h"

#include "base/ctx.h"

#define PART_MAX (60 * 1024)

struct part_row {
	struct blob bytes;
};

static const struct col part_cols[] = { COL(struct part_row, bytes), COL_END };

const struct stmt avatar_stmts[AVATAR_STMT__MAX] = {
	[AVATAR_INSERT] = { SCOPE_NONE, "ubst", NULL,
	    "INSERT INTO avatar (user_id, sha256, type, created_at)"
	    " VALUES (?, ?, ?, ?)" },
	[AVATAR_PART_INSERT] = { SCOPE_NONE, "uib", NULL,
	    "INSERT INTO avatar_part (user_id, number, bytes)"
	    " VALUES (?, ?, ?)" },
	[AVATAR_DROP] = { SCOPE_USER, "u", NULL,
	    "DELETE FROM avatar WHERE user_id = ?" },
	[AVATAR_PARTS] = { SCOPE_USER, "ubs", part_cols,
	    "SELECT p.bytes FROM avatar a"
	    " JOIN avatar_part p ON p.user_id = a.user_id"
	    " WHERE a.user_id = ? AND a.sha256 = ? AND a.type = ?"
	    " ORDER BY p.number" },
};

int
avatar_put(struct ctx *cx, const struct uuid *user_id, const struct avatar *a)
{
	const uint8_t *p = a->p;
	size_t rest = a->n, n;
	int r = avatar_drop(cx, user_id);

	if (r == 0)
		r = db_exec(cx, &avatar_stmts[AVATAR_INSERT], NULL, user_id,
		    a->sha256, sizeof(a->sha256), a->type, cx->now_us);
	for (int64_t i = 0; r == 0 && rest > 0; i++, p += n, rest -= n) {
		n = rest < PART_MAX ? rest : PART_MAX;
		r = db_exec(cx, &avatar_stmts[AVATAR_PART_INSERT], NULL,
		    user_id, i, p, n);
	}
	return r;
}

int
avatar_drop(struct ctx *cx, const struct uuid *user_id)
{
	return db_exec(cx, &avatar_stmts[AVATAR_DROP], NULL, user_id);
}

int
avatar_read(struct ctx *cx, const struct uuid *user_id,
    const uint8_t sha256[AVATAR_HASH], const char *type, struct buf *to)
{
	const struct part_row *row;
	struct list parts;
	int r = db_rows(cx, &avatar_stmts[AVATAR_PARTS], &parts,
	    sizeof(struct part_row), user_id, sha256, (size_t)AVATAR_HASH,
	    type);

	if (r != 0)
		return r;
	row = parts.items;
	for (size_t i = 0; i < parts.n; i++)
		buf_put(to, row[i].bytes.p, row[i].bytes.n);
	return parts.n > 0 ? 0 : ERR_NOT_FOUND;
}
