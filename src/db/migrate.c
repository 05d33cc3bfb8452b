/*
 * Migrations, applied under a lease: the lock row names its owner and until
 * when it holds, is renewed between files, and may be taken by another once
 * it has run out. A file that takes longer than the lease stays safe, since
 * it is recorded as started before it runs, and a started one is never run
 * again: MariaDB commits each change of the schema by itself, so only a
 * human can say what such a file has left behind.
 */
#include <errmsg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/rand.h"
#include "db/folder.h"
#include "db/migrate.h"
#include "db/private.h"

#define LEASE_S   120
#define WAIT_S    (LEASE_S + 30)
#define POLL_MS   100
#define OWNER_MAX 128

struct applied {
	int version;
	const char *name;
	struct blob sum;
	const char *owner;
	int64_t applied_at; /* 0: started and never finished */
};

struct holder {
	const char *owner;
};

/* What one run carries. */
struct migrator {
	struct ctx *cx;
	char owner[OWNER_MAX];
	struct folder folder;
	struct list applied; /* of struct applied, in order */
};

enum {
	MIGRATION_TABLE,
	MIGRATION_LIST,
	MIGRATION_START,
	MIGRATION_FINISH,
	MIGRATION_UNDO,
	LOCK_TABLE,
	LOCK_ROW,
	LOCK_TAKE,
	LOCK_OWNER,
	LOCK_RELEASE,
	TABLE_COUNT,
	MIGRATE_STMT__MAX
};

struct count {
	int64_t n;
};

static const struct col count_cols[] = {
	COL(struct count, n),
	COL_END,
};

static const struct col holder_cols[] = {
	COL(struct holder, owner),
	COL_END,
};

static const struct col applied_cols[] = {
	COL(struct applied, version),
	COL(struct applied, name),
	COL(struct applied, sum),
	COL(struct applied, owner),
	COL(struct applied, applied_at),
	COL_END,
};

static const struct stmt migrate_stmts[MIGRATE_STMT__MAX] = {
	[MIGRATION_TABLE] = { SCOPE_NONE, "", NULL,
	    "CREATE TABLE IF NOT EXISTS schema_migration ("
	    "version INT NOT NULL PRIMARY KEY,"
	    " name VARCHAR(255) NOT NULL,"
	    " checksum BINARY(32) NOT NULL,"
	    " owner VARCHAR(128) NOT NULL,"
	    " started_at DATETIME(6) NOT NULL,"
	    " applied_at DATETIME(6) NULL)"
	    " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" },
	[MIGRATION_LIST] = { SCOPE_NONE, "", applied_cols,
	    "SELECT version, name, checksum, owner, applied_at"
	    " FROM schema_migration ORDER BY version" },
	[MIGRATION_START] = { SCOPE_NONE, "isbs", NULL,
	    "INSERT INTO schema_migration"
	    " (version, name, checksum, owner, started_at)"
	    " VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))" },
	[MIGRATION_FINISH] = { SCOPE_NONE, "i", NULL,
	    "UPDATE schema_migration SET applied_at = UTC_TIMESTAMP(6)"
	    " WHERE version = ?" },
	[MIGRATION_UNDO] = { SCOPE_NONE, "i", NULL,
	    "DELETE FROM schema_migration"
	    " WHERE version = ? AND applied_at IS NULL" },
	[LOCK_TABLE] = { SCOPE_NONE, "", NULL,
	    "CREATE TABLE IF NOT EXISTS schema_lock ("
	    "id INT NOT NULL PRIMARY KEY,"
	    " owner VARCHAR(128) NOT NULL,"
	    " leased_until DATETIME(6) NOT NULL)"
	    " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" },
	[LOCK_ROW] = { SCOPE_NONE, "", NULL,
	    "INSERT IGNORE INTO schema_lock (id, owner, leased_until)"
	    " VALUES (1, '', UTC_TIMESTAMP(6))" },
	[LOCK_TAKE] = { SCOPE_NONE, "sis", NULL,
	    "UPDATE schema_lock SET owner = ?,"
	    " leased_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND"
	    " WHERE id = 1 AND (owner = ? OR owner = ''"
	    " OR leased_until < UTC_TIMESTAMP(6))" },
	[LOCK_OWNER] = { SCOPE_NONE, "", holder_cols,
	    "SELECT owner FROM schema_lock WHERE id = 1" },
	[LOCK_RELEASE] = { SCOPE_NONE, "s", NULL,
	    "UPDATE schema_lock SET owner = '' WHERE id = 1 AND owner = ?" },
	[TABLE_COUNT] = { SCOPE_NONE, "", count_cols,
	    "SELECT COUNT(*) FROM information_schema.tables"
	    " WHERE table_schema = DATABASE()"
	    " AND table_name = 'schema_migration'" },
};

static void
owner_name(char ret[OWNER_MAX])
{
	char host[65] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(ret, OWNER_MAX, "%s:%ld:%08x", host, (long)getpid(),
	    (unsigned)rand_below(UINT32_MAX));
}

static void
say(const struct migrator *m, const char *what, const char *name)
{
	if (m->folder.say != NULL)
		m->folder.say(arena_printf(m->cx->mem, "%s %s", what, name));
}

static int
tables_make(struct ctx *cx)
{
	static const int order[] = { MIGRATION_TABLE, LOCK_TABLE, LOCK_ROW };
	int r = 0;

	for (size_t i = 0; i < 3 && r == 0; i++)
		r = db_exec(cx, &migrate_stmts[order[i]], NULL);
	return r;
}

/* 0 and whether it is ours now; also renews it. */
static int
lock_try(struct migrator *m, bool *ret_ours)
{
	size_t n;
	int r = db_exec(m->cx, &migrate_stmts[LOCK_TAKE], &n, m->owner,
	    (int64_t)LEASE_S, m->owner);

	if (r == 0)
		*ret_ours = n == 1;
	return r;
}

static int
lock_busy(struct migrator *m)
{
	struct holder h = { .owner = "?" };
	int r = db_row(m->cx, &migrate_stmts[LOCK_OWNER], &h);

	if (r != 0)
		return r;
	say(m, "waiting for", h.owner);
	return 0;
}

static int
lock_take(struct migrator *m)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int r = 0;

	for (int i = 0; i < WAIT_S * 1000 / POLL_MS; i++) {
		bool ours = false;

		r = lock_try(m, &ours);
		if (r != 0 || ours)
			return r;
		if (i == 0)
			r = lock_busy(m);
		if (r != 0)
			return r;
		nanosleep(&pause, NULL);
	}
	return folder_refuse(&m->folder, "schema_lock",
	    "another process keeps the lock",
	    "wait for it to finish, then run this again");
}

static int
lock_renew(struct migrator *m, const char *file)
{
	bool ours = false;
	int r = lock_try(m, &ours);

	if (r != 0 || ours)
		return r;
	return folder_refuse(&m->folder, file,
	    "another process has taken the lock",
	    "wait for it to finish, then run this again");
}

static int
dirty_refuse(const struct migrator *m, const struct applied *a)
{
	return folder_refuse(&m->folder, a->name,
	    arena_printf(m->cx->mem, "was started by %s and never finished",
		a->owner),
	    "unless it still runs, see which of its statements took effect; "
	    "then delete its row from schema_migration to run it again, or "
	    "complete it by hand and set applied_at");
}

/* Is what was applied what lies in the folder? */
static int
applied_check(const struct migrator *m)
{
	const struct migration *file = m->folder.files.items;
	const struct applied *a = m->applied.items;

	for (size_t i = 0; i < m->applied.n; i++) {
		if (a[i].applied_at == 0)
			return dirty_refuse(m, &a[i]);
		if (a[i].version != (int)i + 1)
			return folder_refuse(&m->folder, a[i].name,
			    "was applied before the one in front of it",
			    "see schema_migration: a row was removed");
		if (i >= m->folder.files.n)
			return folder_refuse(&m->folder, a[i].name,
			    "was applied, but its file is missing",
			    "install the release that has it");
		if (a[i].sum.n != MIGRATION_SUM_LEN ||
		    memcmp(a[i].sum.p, file[i].sum, MIGRATION_SUM_LEN) != 0)
			return folder_refuse(&m->folder, file[i].file,
			    "has changed since it was applied",
			    "restore it and put the change into a new file");
	}
	return 0;
}

/* Nothing of it took effect: it may simply be run again. */
static int
file_undo(struct migrator *m, const struct migration *f, const char *message)
{
	int r = db_exec(m->cx, &migrate_stmts[MIGRATION_UNDO], NULL,
	    (int64_t)f->version);

	if (r != 0)
		return r;
	return folder_refuse(&m->folder, f->file, message,
	    "nothing of it was applied: mend it and run this again");
}

/* Did the server itself say no to the first statement? */
static bool
script_untouched(const struct ctx *cx, size_t done)
{
	unsigned number = cx->db->complaint.number;

	return done == 0 && (number < CR_MIN_ERROR || number > CR_MAX_ERROR);
}

static int
file_run(struct migrator *m, const struct migration *f)
{
	const char *message = "";
	size_t done = 0;
	int r = script_run(m->cx, f->text, &done, &message);

	if (r == 0)
		return db_exec(m->cx, &migrate_stmts[MIGRATION_FINISH], NULL,
		    (int64_t)f->version);
	if (script_untouched(m->cx, done))
		return file_undo(m, f, message);
	return folder_refuse(&m->folder, f->file, message,
	    "the statements before that one took effect: undo them, delete "
	    "its row from schema_migration, mend it and run this again");
}

static int
file_apply(struct migrator *m, const struct migration *f)
{
	int r = lock_renew(m, f->file);

	if (r != 0)
		return r;
	r = db_exec(m->cx, &migrate_stmts[MIGRATION_START], NULL,
	    (int64_t)f->version, f->file, f->sum, sizeof(f->sum), m->owner);
	if (r == ERR_CONFLICT)
		return folder_refuse(&m->folder, f->file,
		    "another process has started it",
		    "wait for it to finish, then run this again");
	if (r == 0)
		r = file_run(m, f);
	if (r == 0)
		say(m, "applied", f->file);
	return r;
}

static int
applied_list(struct ctx *cx, struct list *ret)
{
	return db_rows(cx, &migrate_stmts[MIGRATION_LIST], ret,
	    sizeof(struct applied));
}

static int
files_apply(struct migrator *m, size_t *ret_applied)
{
	const struct migration *file = m->folder.files.items;
	int r = applied_list(m->cx, &m->applied);

	if (r == 0)
		r = applied_check(m);
	for (size_t i = m->applied.n; i < m->folder.files.n && r == 0; i++) {
		r = file_apply(m, &file[i]);
		if (r == 0)
			++*ret_applied;
	}
	return r;
}

int
migrate_run(struct ctx *cx, const char *dir, void (*say_line)(const char *),
    size_t *ret_applied)
{
	struct migrator m = { .cx = cx,
		.folder = { .mem = cx->mem, .say = say_line } };
	size_t applied = 0;
	int r = folder_read(&m.folder, dir);

	owner_name(m.owner);
	if (r == 0)
		r = tables_make(cx);
	if (r == 0)
		r = lock_take(&m);
	if (r != 0)
		return r;
	r = files_apply(&m, &applied);
	db_exec(cx, &migrate_stmts[LOCK_RELEASE], NULL, m.owner);
	if (r == 0 && ret_applied != NULL)
		*ret_applied = applied;
	return r;
}

static size_t
finished_count(const struct list *applied)
{
	const struct applied *a = applied->items;
	size_t n = 0;

	for (size_t i = 0; i < applied->n; i++)
		n += a[i].applied_at != 0;
	return n;
}

/* A program older than the schema has nothing pending. */
int
migrate_pending(struct ctx *cx, const char *dir, size_t *ret_n)
{
	struct folder folder = { .mem = cx->mem };
	struct list applied = { 0 };
	struct count tables;
	size_t done;
	int r = folder_read(&folder, dir);

	if (r == 0)
		r = db_row(cx, &migrate_stmts[TABLE_COUNT], &tables);
	if (r == 0 && tables.n > 0)
		r = applied_list(cx, &applied);
	if (r != 0)
		return r;
	done = finished_count(&applied);
	*ret_n = folder.files.n > done ? folder.files.n - done : 0;
	return 0;
}
