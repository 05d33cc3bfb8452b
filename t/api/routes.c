/* The tables themselves, and the list of routes that is kept in the tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dispatch/call.h"
#include "dispatch/router.h"
#include "suites.h"

START_TEST(golden)
{
	char path[512], *now = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&now, &n), *in;
	static char kept[65536];

	routes_print(out);
	fclose(out);
	snprintf(path, sizeof(path), "%s/t/golden/routes.txt",
	    getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	in = fopen(path, "r");
	ck_assert_msg(in != NULL, "%s is missing", path);
	kept[fread(kept, 1, sizeof(kept) - 1, in)] = '\0';
	fclose(in);
	ck_assert_msg(strcmp(kept, now) == 0,
	    "t/golden/routes.txt is not what cardeactl routes prints:\n%s",
	    now);
	free(now);
}
END_TEST

/* What the validator must find. */
static size_t mistakes;

static void
count_mistakes(enum log_level level, const char *line)
{
	if (level == LOG_ERROR && strstr(line, "routes.mistake") != NULL)
		mistakes++;
}

static int
nothing(struct call *c)
{
	(void)c;
	return 0;
}

struct id_in {
	uint64_t given;
	struct uuid id;
};

static const struct field id_in[] = {
	FIELD(struct id_in, id, F_ID, .flags = F_PATH, .prefix = "usr"),
	FIELD_END,
};

static const struct op good = {
	.id = "x.y",
	.auth = AUTH_NONE,
	.in = id_in,
	.in_size = sizeof(struct id_in),
	.run = nothing,
};
static const struct op no_auth = { .id = "x.y", .run = nothing };

static const struct route ambiguous[] = {
	{ D_JANUA, GET, "/x/{id}", &good },
	{ D_JANUA_V1, GET, "/x/{other}", &good },
	{ .op = NULL },
};
static const struct route unset[] = {
	{ D_JANUA, GET, "/x", &no_auth },
	{ .op = NULL },
};
static const struct route no_field[] = {
	{ D_JANUA, GET, "/x/{nothing}", &good },
	{ .op = NULL },
};

START_TEST(validator)
{
	const struct route *const bad[] = { ambiguous, unset, no_field };

	log_set_sink(count_mistakes);
	for (size_t i = 0; i < 3; i++) {
		const struct route *const tables[] = { bad[i], NULL };

		mistakes = 0;
		ck_assert_int_lt(router_init(tables), 0);
		ck_assert_uint_eq(mistakes, 1);
	}
	ck_assert_int_eq(router_init(route_tables), 0);
	log_set_sink(NULL);
}
END_TEST

Suite *
routes_suite(void)
{
	Suite *s = suite_create("routes");
	TCase *tc = tcase_create("tables");

	tcase_add_test(tc, golden);
	tcase_add_test(tc, validator);
	suite_add_tcase(s, tc);
	return s;
}
