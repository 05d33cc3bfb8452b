/*
 * The configuration: one table (conf.c) says of every setting its name, kind,
 * bounds, default and what it is for. A setting comes from the environment
 * (CARDEA_ and its name in upper case), else from the file, else from the
 * default. conf/cardea.conf documents the same table, and a test compares
 * the two.
 *
 * The file has lines `name = value`, comments from # at the start of a line
 * or after a blank, and nothing else. A value in "quotes" may hold such a #;
 * \" and \\ stand for themselves in it. Durations take s, m, h or d, other
 * numbers k or m (of 1024); lists are separated by blanks or commas.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct arena;
struct buf;

struct conf {
	/* where we are */
	const char *public_url; /* no slash at its end */
	struct list allowed_redirects; /* of const char *: URL prefixes */
	struct list allowed_origins; /* of const char *: exact origins */
	struct list trusted_proxies; /* of const char *: addresses, networks */
	const char *product_name; /* shown in mails and pages */
	const char *id_form; /* "typeid" or "uuid" */

	/* processes */
	const char *listen; /* the workers' Unix socket */
	const char *listen_mode; /* octal permissions of it */
	const char *state_dir; /* status file, shared maps, pid */
	const char *user; /* NULL: stay who we are */
	const char *group;
	int64_t workers; /* 1 to 64 */
	int64_t worker_requests; /* exit after so many; 0 never */
	const char *log_level;
	const char *log_file; /* NULL: standard error */
	bool sandbox; /* processes limit what they may ask the kernel */

	/* database */
	const char *db_socket;
	const char *db_host; /* used when there is no socket */
	int64_t db_port;
	const char *db_name;
	const char *db_user; /* NULL: the operating system's user */
	const char *db_password;
	int64_t db_timeout_s;
	const char *schema_dir;

	/* keys and passwords */
	const char *master_key_file;
	const char *signing_alg; /* RS256, ES256, EdDSA */
	int64_t key_lifetime_s; /* a signing key signs so long */
	int64_t scrypt_ln, scrypt_r, scrypt_p;
	bool scrypt_allow_weak; /* below OWASP's floor */

	/* sessions, of realm main unless it says otherwise */
	int64_t access_ttl_s, refresh_ttl_s;
	int64_t auctoritas_access_ttl_s, auctoritas_refresh_ttl_s;
	int64_t session_idle_s, session_absolute_s;
	int64_t session_cap;
	int64_t lockout_failures, lockout_s;
	bool signup_enabled;
	bool signup_disclosure; /* false: the same answer to all */
	bool require_verified; /* unverified users may not sign in */
	int64_t verification_ttl_s, reset_ttl_s;
	int64_t reauthentication_s; /* "recent" */
	const char *geo_database; /* NULL: nobody knows where */
	/* a deleted account's row goes so late, and so old these */
	int64_t erase_after_s;
	int64_t keep_events_s, keep_sent_mail_s, keep_dead_mail_s;

	/* quotas */
	int64_t quota_scale; /* multiplies every quota */
	int64_t quota_enterprise; /* authapi plan, a minute */

	/* mail */
	const char *mail_from;
	const char *mail_transport; /* spool, sendmail, smtp, none */
	const char *mail_spool_dir;
	const char *mail_sendmail;
	const char *mail_smtp_url; /* smtp:// or smtps:// */
	const char *mail_smtp_user; /* NULL: without signing in */
	const char *mail_smtp_password;
	const char *mail_smtp_tls; /* required, optional, none */
	const char *mail_smtp_ca_file; /* NULL: the system's */
	const char *mail_smtp_program; /* what speaks SMTP for us */
	const char *mail_template_dir; /* goes before the installed ones */
	int64_t mail_timeout_s;
	int64_t mail_attempts;

	const char *path; /* the file that was read, or NULL */
	const char *const *from; /* where each row's value came from */
};

enum conf_kind {
	CONF_STRING, /* may be empty: NULL */
	CONF_INT,
	CONF_BOOL,
	CONF_DURATION, /* seconds */
	CONF_LIST,
};

/* One setting. */
struct conf_row {
	const char *name;
	enum conf_kind kind;
	size_t offset; /* in struct conf */
	int64_t min, max; /* the number, or the bytes of a string */
	const char *fallback; /* as it would stand in the file */
	const char *choices; /* "a b c": nothing else; NULL: anything */
	/* of a string or of each item: NULL, or what to give instead */
	const char *(*check)(const char *);
	bool secret; /* `config show` hides it */
	const char *about;
};

extern const struct conf_row conf_rows[]; /* ends with a NULL name */
extern const size_t conf_rows_n; /* without that end */

/*
 * path NULL: $CARDEA_CONF, else SYSCONFDIR/cardea.conf if that exists, else
 * no file. Everything lives in mem. Every mistake is added to problems, one
 * a line, as `file:line: what is wrong: what to do`. 0, or -1 when there are
 * problems.
 */
int conf_load(struct arena *mem, const char *path, struct conf *ret,
    struct buf *problems);

/* Writes `name = value  # from where` a line, secrets hidden. */
void conf_show(const struct conf *, struct buf *out);

#endif
