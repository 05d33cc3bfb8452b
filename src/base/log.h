/*
 * Structured log lines, one write(2) each:
 *
 *	2025-11-16T10:30:00.123Z info worker.start pid=17 rid=req_… n=3
 *
 *	2025-11-16T10:30:00.456Z error db.gone pid=17 problem="no \"x\" there"
 *
 * Values are sanitised, so that no input can forge a line or a pair: with
 * more than plain ASCII in it a value stands in quotes, where quotes,
 * backslashes, control and non-ASCII bytes are escaped (\" \\ \n \r \t \xff);
 * long ones are cut. Never pass a secret, a token, a password or a full
 * e-mail address.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_kv {
	const char *key; /* NULL ends the list */
	const char *text; /* NULL with is_text prints as "-" */
	int64_t number;
	int is_text;
};

#define KS(k, v) ((struct log_kv) { .key = (k), .text = (v), .is_text = 1 })
#define KI(k, v) ((struct log_kv) { .key = (k), .number = (int64_t)(v) })

#define log_at(level, event, ...)                                              \
	log_write((level), (event),                                            \
	    (const struct log_kv[]) { __VA_ARGS__ __VA_OPT__(, ) { 0 } })
#define log_debug(event, ...) log_at(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...)  log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)

void log_write(enum log_level, const char *event, const struct log_kv *);

/* Lines below the level are dropped. Starts at LOG_INFO. */
void log_set_level(enum log_level);
/* False where a line of that level would be dropped: spares its making. */
bool log_wants(enum log_level);
/* 0, or -1 for no such level. */
int log_level_parse(const char *name, enum log_level *ret);
/* Starts at 2, standard error. The caller keeps the descriptor open. */
void log_set_fd(int fd);
/* Printed as rid= in every line until it is set to NULL. */
void log_set_request(const char *request_id);
/* For tests: gets each finished line instead of the descriptor. */
void log_set_sink(void (*sink)(enum log_level, const char *line));

#endif
