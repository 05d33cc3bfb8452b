/*
 * Transactions, and the one place where they are tried again. START
 * TRANSACTION is sent with the first statement, so that a call that fails
 * before it touches the database costs nothing.
 *
 * Until COMMIT is sent nothing is committed, so whatever takes the
 * transaction away before is answered by running it again. Once a statement
 * has failed no other is sent until the end: after a deadlock the server has
 * already rolled back, and what came next would commit by itself.
 */
#include "base/ctx.h"
#include "base/log.h"
#include "db/private.h"

bool
db_in_tx(const struct db *db)
{
	return db->tx != TX_CLOSED;
}

void
tx_doom(struct db *db, enum fault fault)
{
	if (db->tx == TX_CLOSED)
		return;
	db->tx = TX_DOOMED;
	db->tx_fault = fault;
	db->tx_number = db->complaint.number;
}

static enum fault
tx_start(struct db *db)
{
	enum fault fault = connection_open(db);

	if (fault != FAULT_NONE)
		return fault;
	return connection_query(db, "START TRANSACTION");
}

enum fault
tx_ready(struct db *db)
{
	enum fault fault;

	if (db->tx == TX_CLOSED)
		return connection_open(db);
	if (db->tx == TX_STARTED)
		return FAULT_NONE;
	fault = tx_start(db);
	if (fault_lost_connection(fault))
		fault = tx_start(db);
	if (fault == FAULT_NONE)
		db->tx = TX_STARTED;
	return fault;
}

/* A connection that cannot roll back is closed: that does it as well. */
static void
tx_rollback(struct db *db)
{
	if (db->my != NULL && connection_query(db, "ROLLBACK") != FAULT_NONE)
		connection_drop(db);
}

static enum fault
tx_commit(struct db *db)
{
	enum fault fault = connection_query(db, "COMMIT");

	db->tx_number = db->complaint.number;
	if (fault == FAULT_LOST || fault == FAULT_SLOW || fault == FAULT_KILLED)
		return FAULT_UNKNOWN;
	if (fault == FAULT_OTHER)
		fault_log(db, "COMMIT");
	if (fault != FAULT_NONE)
		tx_rollback(db);
	return fault;
}

/* FAULT_NONE when it ended as the function wished. */
static enum fault
tx_end(struct db *db, int r)
{
	enum tx_state state = db->tx;

	db->tx = TX_CLOSED;
	if (state == TX_DOOMED) {
		tx_rollback(db);
		return db->tx_fault;
	}
	if (state == TX_DECLARED)
		return FAULT_NONE;
	if (r == 0)
		return tx_commit(db);
	tx_rollback(db);
	return FAULT_NONE;
}

static int
tx_failed(struct ctx *cx, enum fault fault)
{
	struct db *db = cx->db;

	if (fault == FAULT_OTHER)
		return ERR_INTERNAL_LOGGED;
	if (fault == FAULT_UNKNOWN) {
		log_warn("db.commit_unknown", KI("errno", db->tx_number));
		return fault_commit_unknown(cx);
	}
	if (fault != FAULT_AWAY)
		log_warn("db.tx_gave_up", KI("errno", db->tx_number));
	return fault_unavailable(cx);
}

int
db_tx(struct ctx *cx, int (*fn)(struct ctx *, void *), void *arg)
{
	struct db *db = cx->db;

	if (db->tx != TX_CLOSED) {
		log_error("db.nested_tx");
		return ERR_INTERNAL_LOGGED;
	}
	for (int tries = 1;; tries++) {
		enum fault fault;
		int r;

		db->tx = TX_DECLARED;
		r = fn(cx, arg);
		fault = tx_end(db, r);
		if (fault == FAULT_NONE)
			return r;
		if (tries >= fault_tries(fault, db->tx_number))
			return tx_failed(cx, fault);
		fault_wait(fault, tries);
		ctx_fail_clear(cx);
	}
}
