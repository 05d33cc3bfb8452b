/*
 * The rows of err.def. A column that a row does not override falls back to
 * the row's own status, code and text; whatever is no row is an internal
 * error.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CODE_MAX 40

struct err_row {
	int base_status;
	const char *base_code;
	const char *base_text;
	int status[ERR_COLUMNS];
	const char *code[ERR_COLUMNS];
	const char *text[ERR_COLUMNS];
};

static const struct err_row rows[ERR__MAX] = {
#define ERR(name, any_status, any_text, ...)                                   \
	[ERR_##name] = { .base_status = (any_status),                          \
		.base_code = #name,                                            \
		.base_text = (any_text),                                       \
		__VA_ARGS__ },
#include "base/err.def"
#undef ERR
};

static const struct err_row *
row_of(enum err e)
{
	bool known = e > ERR_NONE && e < ERR__MAX;

	return &rows[known ? e : ERR_INTERNAL_ERROR];
}

static const char *
code_of(const struct err_row *row, enum err_column col)
{
	return row->code[col] != NULL ? row->code[col] : row->base_code;
}

/* authapi shows its codes in lower case. */
static const char *
code_lower(const struct err_row *row)
{
	static char lower[ERR__MAX][CODE_MAX];
	const char *code = code_of(row, ERR_AUTHAPI);
	char *ret = lower[row - rows];
	size_t i;

	if (ret[0] != '\0')
		return ret;
	for (i = 0; code[i] != '\0' && i < CODE_MAX - 1; i++)
		ret[i] = (char)(code[i] >= 'A' && code[i] <= 'Z'
			? code[i] + 'a' - 'A'
			: code[i]);
	return ret;
}

const char *
err_code(enum err e, enum err_column col)
{
	const struct err_row *row = row_of(e);

	return col == ERR_AUTHAPI ? code_lower(row) : code_of(row, col);
}

int
err_status(enum err e, enum err_column col)
{
	const struct err_row *row = row_of(e);

	return row->status[col] != 0 ? row->status[col] : row->base_status;
}

const char *
err_text(enum err e, enum err_column col)
{
	const struct err_row *row = row_of(e);

	return row->text[col] != NULL ? row->text[col] : row->base_text;
}
