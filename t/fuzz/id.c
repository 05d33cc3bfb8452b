/*
 * Sixteen bytes and a text. The bytes come back from either form they are
 * printed in; a text that is taken prints in a form that is taken for the
 * same, and case makes no difference.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "fuzz.h"

static void
check_back(const char *prefix, const struct uuid *id)
{
	char text[ID_TEXT_MAX], again[ID_TEXT_MAX];
	struct uuid back = { { 0 } };

	id_format(prefix, id, text);
	HOLDS(strlen(text) < ID_TEXT_MAX);
	HOLDS(id_parse(prefix, text, &back) == 0 && uuid_equal(&back, id));
	id_format(prefix, &back, again);
	HOLDS(strcmp(text, again) == 0);
}

/* The bare form tells versions 4 and 7 alone, and 7 is what we make. */
static void
check_bytes(const uint8_t *p)
{
	struct uuid id;

	memcpy(id.b, p, sizeof(id.b));
	check_back("sess", &id);
	id.b[6] = (uint8_t)(0x70 | (id.b[6] & 0x0f));
	id_set_form(ID_UUID);
	check_back("sess", &id);
	id_set_form(ID_TYPEID);
}

static void
check_text(const char *prefix, char *text)
{
	struct uuid id, folded;
	size_t n = strlen(text);

	if (id_parse(prefix, text, &id) != 0)
		return;
	HOLDS(n == 36 || n == strlen(prefix) + 27);
	check_back(prefix, &id);
	for (char *p = text; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	HOLDS(id_parse(prefix, text, &folded) == 0 && uuid_equal(&id, &folded));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const prefixes[] = { "usr", "sess", "u", "req" };
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	size_t i;

	if (n >= 16)
		check_bytes(p);
	i = fuzz_byte(&in) % (sizeof(prefixes) / sizeof(prefixes[0]));
	check_text(prefixes[i], fuzz_rest(&in, mem));
	arena_free(mem);
	return 0;
}
