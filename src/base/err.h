/*
 * Every failure that a client may be told of is one row of err.def: its code,
 * status and text, with a column for each error dialect where they differ.
 *
 * Functions that can fail return int: 0 is success; >0 is an enum err, to be
 * shown to the client; <0 is internal: logged once where it arose, and the
 * client sees a 500 with the request id and nothing else.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdint.h>

enum err {
	ERR_NONE,
#define ERR(name, ...) ERR_##name,
#include "base/err.def"
#undef ERR
	ERR__MAX
};

/* Returned for a failure that was logged where it arose. */
#define ERR_INTERNAL_LOGGED (-1)

enum err_column {
	ERR_API_V1, /* plinto and janua */
	ERR_AUTHAPI,
	ERR_JANUA_V1,
	ERR_AUCTORITAS,
	ERR_COLUMNS
};

const char *err_code(enum err, enum err_column);
int err_status(enum err, enum err_column);
const char *err_text(enum err, enum err_column);

#endif
