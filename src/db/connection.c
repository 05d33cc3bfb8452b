/*
 * One connection, opened when it is first needed and again after it was
 * lost. The library's own reconnection stays off: it would forget prepared
 * statements, session settings and transactions without a word.
 *
 * A connection that was idle for a second is looked at before it is used: a
 * server that hung up in the meantime is noticed before anything is sent, so
 * that a write need not end as "commit state unknown".
 */
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "db/private.h"

#define TIMEOUT_DEFAULT_S 10

/* Of the library's plugins; their header needs one that is not installed. */
#define AUTHENTICATION 2

int
db_library_init(void)
{
	if (mysql_library_init(0, NULL, NULL) == 0)
		return 0;
	log_error("db.library");
	return ERR_INTERNAL_LOGGED;
}

/* A server names the way to prove a password; each is a module. */
void
db_library_warm(const struct conf *conf)
{
	static const char *const ways[] = { "caching_sha2_password",
		"client_ed25519", "sha256_password" };
	MYSQL *my = conf->db_password != NULL ? mysql_init(NULL) : NULL;

	if (my == NULL)
		return;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		(void)mysql_client_find_plugin(my, ways[i], AUTHENTICATION);
	mysql_close(my);
}

void
db_library_end(void)
{
	mysql_library_end();
}

static void
user_find(struct db *db)
{
	struct passwd pw, *found = NULL;
	char buf[4096];

	if (db->conf->db_user != NULL)
		snprintf(db->user, sizeof(db->user), "%s", db->conf->db_user);
	else if (getpwuid_r(geteuid(), &pw, buf, sizeof(buf), &found) == 0 &&
	    found != NULL)
		snprintf(db->user, sizeof(db->user), "%s", found->pw_name);
}

struct db *
db_new(const struct conf *conf)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		abort();
	db->conf = conf;
	TAILQ_INIT(&db->cache);
	user_find(db);
	return db;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	connection_drop(db);
	free(db->binds);
	free(db->params);
	free(db);
}

uint64_t
db_sent(const struct db *db)
{
	return db->sent;
}

void
connection_drop(struct db *db)
{
	if (db->my == NULL)
		return;
	mysql_close(db->my);
	db->my = NULL;
	stmt_forget_all(db);
}

void
connection_heed(struct db *db, enum fault fault)
{
	unsigned number = db->complaint.number;

	if (fault_lost_connection(fault) || fault == FAULT_AWAY ||
	    (fault == FAULT_OTHER && number >= 2000 && number < 3000))
		connection_drop(db);
}

static unsigned
timeout_s(const struct db *db)
{
	int64_t s = db->conf->db_timeout_s;

	return s > 0 ? (unsigned)s : TIMEOUT_DEFAULT_S;
}

static void
options_set(const struct db *db, MYSQL *my)
{
	unsigned connect_s = timeout_s(db);
	unsigned wait_s = db->patient ? 0 : connect_s;
	unsigned off = 0;
	my_bool report = 1;

	mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &wait_s);
	mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &wait_s);
	mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(my, MYSQL_REPORT_DATA_TRUNCATION, &report);
}

/* The lock time-out stays below ours, so that it is the one to strike. */
static bool
session_set(struct db *db, MYSQL *my)
{
	static const char isolation[] =
	    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
	unsigned lock_s = timeout_s(db) > 2 ? timeout_s(db) / 2 : 1;
	char text[320];
	int n = snprintf(text, sizeof(text),
	    "SET SESSION sql_mode = 'TRADITIONAL', time_zone = '+00:00',"
	    " collation_connection = 'utf8mb4_bin', autocommit = 1,"
	    " innodb_lock_wait_timeout = %u",
	    lock_s);

	return mysql_real_query(my, text, (unsigned long)n) == 0 &&
	    mysql_real_query(my, isolation, sizeof(isolation) - 1) == 0;
}

static bool
clustered(MYSQL *my)
{
	static const char show[] = "SHOW SESSION VARIABLES LIKE 'wsrep_on'";
	MYSQL_RES *res;
	MYSQL_ROW row;
	bool on;

	if (mysql_real_query(my, show, sizeof(show) - 1) != 0)
		return false;
	res = mysql_store_result(my);
	if (res == NULL)
		return false;
	row = mysql_fetch_row(res);
	on = row != NULL && row[1] != NULL && strcmp(row[1], "ON") == 0;
	mysql_free_result(res);
	return on;
}

/*
 * In a Galera cluster a read waits for what other nodes have committed by
 * then: a session that was ended there is not alive here for a moment more.
 */
static bool
cluster_set(MYSQL *my)
{
	static const char wait[] = "SET SESSION wsrep_sync_wait = 1";

	return !clustered(my) ||
	    mysql_real_query(my, wait, sizeof(wait) - 1) == 0;
}

static bool
connect_try(struct db *db, MYSQL *my)
{
	const struct conf *conf = db->conf;
	bool local = conf->db_socket != NULL;

	options_set(db, my);
	return mysql_real_connect(my, local ? "localhost" : conf->db_host,
		   db->user[0] != '\0' ? db->user : NULL, conf->db_password,
		   conf->db_name, local ? 0 : (unsigned)conf->db_port,
		   conf->db_socket, 0) != NULL &&
	    session_set(db, my) && cluster_set(my);
}

/* One line when it goes, one when it is back. */
static void
connection_log(struct db *db, bool away)
{
	const struct complaint *c = &db->complaint;

	if (away && !db->away)
		log_error("db.away", KI("errno", c->number),
		    KS("message", c->text));
	else if (!away && db->away)
		log_info("db.back");
	db->away = away;
}

static enum fault
connection_make(struct db *db)
{
	MYSQL *my = mysql_init(NULL);

	if (my == NULL)
		abort();
	if (!connect_try(db, my)) {
		fault_note(db, mysql_errno(my), mysql_sqlstate(my),
		    mysql_error(my));
		mysql_close(my);
		connection_log(db, true);
		return FAULT_AWAY;
	}
	connection_log(db, false);
	db->my = my;
	db->used_us = clock_mono_us();
	return FAULT_NONE;
}

/* Nothing may arrive on an idle connection but its end. */
static bool
connection_hung_up(struct db *db, int64_t now_us)
{
	struct pollfd p = { .events = POLLIN };

	if (now_us - db->used_us < CLOCK_SECOND)
		return false;
	p.fd = (int)mysql_get_socket(db->my);
	return poll(&p, 1, 0) != 0;
}

enum fault
connection_open(struct db *db)
{
	int64_t now_us = clock_mono_us();

	if (db->my != NULL && connection_hung_up(db, now_us))
		connection_drop(db);
	if (db->my == NULL)
		return connection_make(db);
	return FAULT_NONE;
}

enum fault
connection_query(struct db *db, const char *text)
{
	enum fault fault;

	db->sent++;
	db->used_us = clock_mono_us();
	if (mysql_real_query(db->my, text, (unsigned long)strlen(text)) == 0)
		return FAULT_NONE;
	fault = fault_of_connection(db);
	connection_heed(db, fault);
	return fault;
}
