/* The names of fields, and which of them were given. */
#include <assert.h>
#include <string.h>

#include "base/field.h"

size_t
field_name(const struct field *f, enum field_case to,
    char ret_name[FIELD_NAME_MAX])
{
	bool recase = to == CASE_CAMEL && !(f->flags & F_VERBATIM);
	const char *from;
	size_t n = 0;

	if (!recase) {
		n = strnlen(f->name, FIELD_NAME_MAX - 1);
		memcpy(ret_name, f->name, n);
		ret_name[n] = '\0';
		return n;
	}
	for (from = f->name; *from != '\0' && n < FIELD_NAME_MAX - 1; from++) {
		bool hump = n > 0 && from[0] == '_' && from[1] != '\0';
		char c = hump ? *++from : *from;

		if (hump && c >= 'a' && c <= 'z')
			c = (char)(c + 'A' - 'a');
		ret_name[n++] = c;
	}
	ret_name[n] = '\0';
	return n;
}

bool
field_given(const void *in, const struct field *rows, const char *name)
{
	const uint64_t *given = in;
	const struct field *f;

	for (f = rows; f->name != NULL; f++) {
		if (strcmp(f->name, name) == 0)
			return *given >> (f - rows) & 1;
	}
	assert(!"the table has no such field");
	return false;
}
