/*
 * Text of several statements, as migrations are: not prepared, on a
 * connection of its own without a time-out, since altering a big table takes
 * as long as it takes.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "db/private.h"

/* Sends all at once and reads the results until one is an error. */
static enum fault
script_send(struct db *db, const char *text, size_t *ret_done)
{
	int r =
	    mysql_set_server_option(db->my, MYSQL_OPTION_MULTI_STATEMENTS_ON);

	db->sent++;
	if (r == 0)
		r = mysql_real_query(db->my, text, (unsigned long)strlen(text));
	while (r == 0) {
		mysql_free_result(mysql_store_result(db->my));
		++*ret_done;
		r = mysql_next_result(db->my);
	}
	return r < 0 ? FAULT_NONE : fault_of_connection(db);
}

int
script_run(struct ctx *cx, const char *text, size_t *ret_done,
    const char **ret_message)
{
	struct db *db = cx->db;
	enum fault fault;

	*ret_done = 0;
	connection_drop(db);
	db->patient = true;
	fault = connection_open(db);
	if (fault == FAULT_NONE)
		fault = script_send(db, text, ret_done);
	connection_drop(db);
	db->patient = false;
	if (fault == FAULT_NONE)
		return 0;
	*ret_message = arena_printf(cx->mem, "statement %zu: %s (%u)",
	    *ret_done + 1, db->complaint.text, db->complaint.number);
	if (fault == FAULT_AWAY)
		return fault_unavailable(cx);
	db->complaint.plain = true;
	return fault_log(db, text);
}

int
db_script(struct ctx *cx, const char *text, const char **ret_message)
{
	size_t done;

	return script_run(cx, text, &done, ret_message);
}
