/* The documentation is whole, and says the same as the tables. */
#include <check.h>
#include <string.h>

#include "base/arena.h"
#include "dispatch/openapi.h"
#include "suites.h"
#include "support/api.h"
#include "support/openapi.h"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

static const struct api_case served_cases[] = {
	{ "3.0", "GET /openapi.json", NULL, NULL, 200,
	    "openapi=3.0.3;servers.0.url=/;"
	    ":Cache-Control=public, max-age=300;:ETag~\";"
	    "!:X-RateLimit-Limit",
	    "etag=:ETag" },
	{ "known", "GET /openapi.json", "If-None-Match: @etag", NULL, 304,
	    "=;:ETag=@etag" },
	{ "not known", "GET /openapi.json", "If-None-Match: \"x\"", NULL, 200,
	    ":ETag=@etag" },
	{ "3.1", "GET /openapi-3.1.json", NULL, NULL, 200, "openapi=3.1.0",
	    "etag31=:ETag" },
	{ "3.1 is another", "GET /openapi-3.1.json", "If-None-Match: @etag",
	    NULL, 200, ":ETag=@etag31" },
	{ "postman", "GET /postman/collection.json", NULL, NULL, 200,
	    "info.schema~v2.1.0;item.0.item.0.request.url.raw~{{base_url}}/;"
	    "variable.0.key=base_url;:ETag" },
	{ NULL },
};

START_TEST(served)
{
	api_run(&api, served_cases);
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) {
				 .line = "GET /openapi-3.1.json" }),
	    200);
	ck_assert_ptr_null(strstr(api.res.body.p, "nullable"));
}
END_TEST

static struct json_object *
at(struct json_object *o, const char *name)
{
	struct json_object *ret = NULL;

	ck_assert_msg(json_object_object_get_ex(o, name, &ret), "no %s", name);
	return ret;
}

static struct json_object *
operation(const struct route *r)
{
	static const char *const keys[] = { [GET] = "get",
		[POST] = "post",
		[PUT] = "put",
		[PATCH] = "patch",
		[DELETE] = "delete" };

	return at(at(at(openapi_document(&api), "paths"),
		      openapi_path(api.service.mem, r)),
	    keys[r->method]);
}

/* Every route is there, under an id of its own, with what it needs. */
START_TEST(complete)
{
	const struct route **routes = openapi_routes(api.service.mem);
	struct json_object *ids = json_object_new_object();

	for (; *routes != NULL; routes++) {
		struct json_object *op = operation(*routes);
		const char *id = json_object_get_string(at(op, "operationId"));

		ck_assert_msg(!json_object_object_get_ex(ids, id, NULL),
		    "%s twice", id);
		json_object_object_add(ids, id, NULL);
		ck_assert_str_ne(json_object_get_string(at(op, "summary")), "");
		ck_assert_uint_eq(json_object_array_length(at(op, "tags")), 1);
		at(op, "security");
		at(op, "x-quota");
	}
	json_object_put(ids);
}
END_TEST

/* The envelopes' rows describe what the dialects write. */
START_TEST(examples)
{
	struct json_object *responses =
	    at(at(openapi_document(&api), "components"), "responses");

	ck_assert_int_gt(json_object_object_length(responses), 20);
	json_object_object_foreach(responses, name, response)
	{
		struct json_object *media =
		    at(at(response, "content"), "application/json");

		json_object_object_foreach(at(media, "examples"), key, example)
		{
			const char *wrong = openapi_misfit(at(media, "schema"),
			    at(example, "value"));

			ck_assert_msg(wrong == NULL, "%s, %s: %s", name, key,
			    wrong);
		}
	}
}
END_TEST

/* The validator itself. */
static const struct {
	const char *schema, *value, *misfit; /* NULL: it fits */
} misfits[] = {
	{ "{}", "[1]", NULL },
	{ "{\"type\":\"string\"}", "\"x\"", NULL },
	{ "{\"type\":\"string\"}", "1", "string" },
	{ "{\"type\":\"integer\"}", "1.5", "integer" },
	{ "{\"type\":\"boolean\"}", "true", NULL },
	{ "{\"type\":\"string\"}", "null", "null" },
	{ "{\"type\":\"string\",\"nullable\":true}", "null", NULL },
	{ "{\"type\":\"string\",\"enum\":[\"a\"]}", "\"b\"", "none of" },
	{ "{\"type\":\"string\",\"format\":\"date-time\"}", "\"now\"", "time" },
	{ "{\"type\":\"object\",\"required\":[\"a\"]}", "{}", "a is" },
	{ "{\"type\":\"object\",\"properties\":{}}", "{\"b\":1}", "b is not" },
	{ "{\"type\":\"object\",\"properties\":{},"
	  "\"additionalProperties\":true}",
	    "{\"b\":1}", NULL },
	{ "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "[\"a\",2]",
	    ".1: string" },
	{ "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", "2",
	    NULL },
};

START_TEST(validator)
{
	for (size_t i = 0; i < sizeof(misfits) / sizeof(misfits[0]); i++) {
		struct json_object *schema =
		    json_tokener_parse(misfits[i].schema);
		struct json_object *value =
		    json_tokener_parse(misfits[i].value);
		const char *got = openapi_misfit(schema, value);

		ck_assert_msg((got == NULL) == (misfits[i].misfit == NULL) &&
			(got == NULL || strstr(got, misfits[i].misfit)),
		    "%s with %s: wanted %s, got %s", misfits[i].schema,
		    misfits[i].value, misfits[i].misfit, got);
		json_object_put(schema);
		json_object_put(value);
	}
}
END_TEST

Suite *
doc_suite(void)
{
	Suite *s = suite_create("doc");
	TCase *tc = tcase_create("documents");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, served);
	tcase_add_test(tc, complete);
	tcase_add_test(tc, examples);
	tcase_add_test(tc, validator);
	suite_add_tcase(s, tc);
	return s;
}
