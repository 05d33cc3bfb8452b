/* Pictures of users: uploaded, shown, replaced, and what is none. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "db/db.h"
#include "suites.h"
#include "support/api.h"

static struct api api;
static struct arena *mem;

static void
open_api(void)
{
	mem = arena_new(65536);
	api_open(&api);
	api_signup(&api, "ann");
	api_quota_reset(&api);
}

static void
close_api(void)
{
	api_close(&api);
	arena_free(mem);
}

#define ANN   "Authorization: Bearer @ann_access"
#define PLACE "/api/v1/users/me/avatar"
#define B(s)  (s), sizeof(s) - 1

/* --- pictures --- */

static uint32_t
sum_of(const char *p, size_t n)
{
	uint32_t c = 0xffffffff;

	for (; n > 0; p++, n--) {
		c ^= (uint8_t)*p;
		for (int i = 0; i < 8; i++)
			c = c >> 1 ^ ((c & 1) != 0 ? 0xedb88320 : 0);
	}
	return ~c;
}

static void
put_be(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(b, (char)(v >> shift));
}

static void
put_chunk(struct buf *b, const char *type, const char *p, size_t n)
{
	put_be(b, (uint32_t)n);
	buf_put(b, type, 4);
	buf_put(b, p, n);
	put_be(b, sum_of(b->p + b->n - n - 4, n + 4));
}

/* One pixel, `side` pixels as the head claims, data_n bytes of data. */
static struct buf
png(uint16_t side, size_t data_n)
{
	char *data = calloc(1, data_n);
	char head[13] = "\0\0ww\0\0hh\1\0\0\0\0";
	struct buf b;

	head[2] = head[6] = (char)(side >> 8);
	head[3] = head[7] = (char)side;
	memcpy(data, "\x78\x9c", 2);
	buf_init(&b, mem, data_n + 256);
	buf_put(&b, B("\x89PNG\r\n\x1a\n"));
	put_chunk(&b, "IHDR", head, sizeof(head));
	put_chunk(&b, "tEXt", B("Comment\0at home"));
	put_chunk(&b, "IDAT", data, data_n);
	put_chunk(&b, "IEND", "", 0);
	buf_puts(&b, "<script>alert(1)</script>");
	free(data);
	return b;
}

static const char jpeg[] =
    "\xff\xd8\xff\xfe\0\x09"
    "at home\xff\xdb\0\x43\0"
    "0123456789012345678901234567890123456789012345678901234567890123"
    "\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0"
    "\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xff\xda\0\x08\1\1\0\0\x3f\0\x3f\xff\xd9";

static const char webp[] = "RIFF\x1e\0\0\0WEBPVP8L\6\0\0\0\x2f\0\0\0\0\0"
			   "EXIF\4\0\0\0home";

/* --- forms --- */

static int
send_form(const char *file, size_t n, const char *type)
{
	struct buf b;

	buf_init(&b, mem, n + 512);
	buf_printf(&b,
	    "--x\r\nContent-Disposition: form-data; name=\"file\";"
	    " filename=\"../../etc/passwd\"\r\nContent-Type: %s\r\n\r\n",
	    type);
	buf_put(&b, file, n);
	buf_puts(&b, "\r\n--x--\r\n");
	return api_send(&api,
	    &(struct api_call) { "POST " PLACE,
		ANN "\nContent-Type: multipart/form-data; boundary=x", b.p,
		b.n });
}

/* Uploads it and keeps the path of where it is now. */
static void
upload(const char *p, size_t n, const char *extension)
{
	const char *url, *base = api.service.conf->public_url;

	ck_assert_msg(send_form(p, n, "image/gif") == 200, "%s",
	    api.res.body.p);
	url = api_text(&api, "profile_image_url");
	ck_assert_ptr_nonnull(url);
	ck_assert_msg(strncmp(url, base, strlen(base)) == 0, "%s", url);
	ck_assert_msg(strcmp(url + strlen(url) - strlen(extension),
			  extension) == 0,
	    "%s", url);
	api_keep("url", url);
	api_keep("path", url + strlen(base));
}

static int
get(const char *line, const char *headers)
{
	return api_send(&api, &(struct api_call) { line, headers, NULL });
}

static const struct api_case shown_cases[] = {
	{ "shown", "GET @path", NULL, NULL, 200,
	    ":Cache-Control=public, max-age=31536000, immutable;"
	    ":X-Content-Type-Options=nosniff;"
	    ":Content-Security-Policy~default-src 'none'",
	    "etag=:ETag" },
	{ "sandboxed", "GET @path", NULL, NULL, 200,
	    ":Content-Security-Policy~sandbox" },
	{ "head", "HEAD @path", NULL, NULL, 200, ":ETag=@etag" },
	{ "known", "GET @path", "If-None-Match: @etag", NULL, 304,
	    "=;:ETag=@etag;"
	    ":Cache-Control=public, max-age=31536000, immutable" },
	{ "known among others", "GET @path", "If-None-Match: \"a\", @etag",
	    NULL, 304, "=" },
	{ "another one is known", "GET @path", "If-None-Match: \"a\"", NULL,
	    200, NULL },
	{ "in the profile", "GET /api/v1/users/me", ANN, NULL, 200,
	    "profile_image_url=@url" },
	{ "and of v1", "GET /v1/auth/me", ANN, NULL, 200,
	    "profileImageUrl=@url" },
	{ "the path carries the id", "GET @path", NULL, NULL, 200, NULL },
	{ "nobody's", "GET /avatars/usr_01h455vb4pex5vsknk084sn02q/@hash.png",
	    NULL, NULL, 404, NULL },
	{ "another extension", "GET /avatars/@ann_id/@hash.webp", NULL, NULL,
	    404, "error_code=NOT_FOUND;:Cache-Control=no-store" },
	{ "no extension", "GET /avatars/@ann_id/@hash", NULL, NULL, 404, NULL },
	{ "an unknown one", "GET /avatars/@ann_id/@hash.html", NULL, NULL, 404,
	    NULL },
	{ "more behind it", "GET /avatars/@ann_id/@hash.png.html", NULL, NULL,
	    404, NULL },
	{ "no hash", "GET /avatars/@ann_id/x.png", NULL, NULL, 404, NULL },
	{ "up", "GET /avatars/@ann_id/..", NULL, NULL, 404, NULL },
	{ "no id", "GET /avatars/x/@hash.png", NULL, NULL, 404, NULL },
	{ "me is nobody", "GET /avatars/me/@hash.png", NULL, NULL, 404, NULL },
	{ "no folder", "GET /avatars/@ann_id", NULL, NULL, 404, NULL },
	{ NULL },
};

static bool
body_has(const char *text)
{
	return memmem(api.res.body.p, api.res.body.n, text, strlen(text)) !=
	    NULL;
}

START_TEST(shown)
{
	struct buf b = png(1, 64);
	char hash[65];

	upload(b.p, b.n, ".png");
	snprintf(hash, sizeof(hash), "%s", strrchr(api_kept("path"), '/') + 1);
	api_keep("hash", hash);
	api_run(&api, shown_cases);
	ck_assert_int_eq(get("GET @path", NULL), 200);
	ck_assert_str_eq(api.res.content_type, "image/png");
	ck_assert_int_eq(memcmp(api.res.body.p, "\x89PNG", 4), 0);
	ck_assert(!body_has("at home"));
	ck_assert(!body_has("script"));
	for (char *p = hash; *p != '\0'; p++)
		*p = *p >= 'a' ? (char)(*p - 32) : *p;
	api_keep("hash", hash);
	ck_assert_int_eq(get("GET /avatars/@ann_id/@hash.png", NULL), 404);
}
END_TEST

/* What it is, its bytes say, and an older one is gone. */
START_TEST(formats)
{
	struct buf b = png(1, 64);

	upload(b.p, b.n, ".png");
	api_keep("older", api_kept("path"));
	b = png(1, 65);
	upload(b.p, b.n, ".png");
	ck_assert_int_eq(get("GET @older", NULL), 404);
	upload(B(jpeg), ".jpg");
	ck_assert_int_eq(get("GET @older", NULL), 404);
	ck_assert_int_eq(get("GET @path", NULL), 200);
	ck_assert_str_eq(api.res.content_type, "image/jpeg");
	ck_assert(!body_has("home"));
	upload(B(webp), ".webp");
	ck_assert_int_eq(get("GET @path", NULL), 200);
	ck_assert_str_eq(api.res.content_type, "image/webp");
	ck_assert(!body_has("home"));
	ck_assert_int_eq(api_number(&api, "SELECT COUNT(*) FROM avatar"), 1);
}
END_TEST

/* Stored in parts, and whole again. */
START_TEST(large)
{
	struct buf b = png(1, 1024 * 1024);

	upload(b.p, b.n, ".png");
	ck_assert_int_gt(api_number(&api, "SELECT COUNT(*) FROM avatar_part"),
	    10);
	ck_assert_int_eq(get("GET @path", NULL), 200);
	ck_assert_uint_eq(api.res.body.n,
	    b.n - strlen("<script>alert(1)</script>") - 12 - 15);
	upload(B(webp), ".webp");
	ck_assert_int_eq(api_number(&api, "SELECT COUNT(*) FROM avatar_part"),
	    1);
}
END_TEST

static const struct api_case removed_cases[] = {
	{ "removed", "DELETE " PLACE, ANN, NULL, 200,
	    "message;profile_image_url=null" },
	{ "not in the profile", "GET /api/v1/users/me", ANN, NULL, 200,
	    "profile_image_url=null" },
	{ "nor shown", "GET @path", NULL, NULL, 404, NULL },
	{ "nor by who knows it", "GET @path", "If-None-Match: *", NULL, 404,
	    NULL },
	{ "again", "DELETE " PLACE, ANN, NULL, 200, NULL },
	{ "nobody", "DELETE " PLACE, NULL, NULL, 401, NULL },
	{ NULL },
};

START_TEST(removed)
{
	upload(B(webp), ".webp");
	api_run(&api, removed_cases);
	ck_assert_int_eq(api_number(&api, "SELECT COUNT(*) FROM avatar_part"),
	    0);
}
END_TEST

static const struct api_case kept_cases[] = {
	{ "the same address again", "PATCH /api/v1/users/me", ANN,
	    "{\"profile_image_url\":\"@url\",\"bio\":\"x\"}", 200,
	    "profile_image_url=@url" },
	{ "it is there", "GET @path", NULL, NULL, 200, NULL },
	{ "another address", "PATCH /api/v1/users/me", ANN,
	    "{\"profile_image_url\":\"https://example.com/a.png\"}", 200,
	    NULL },
	{ "it is gone", "GET @path", NULL, NULL, 404, NULL },
	{ NULL },
};

START_TEST(replaced_by_address)
{
	upload(B(webp), ".webp");
	api_run(&api, kept_cases);
}
END_TEST

static const struct api_case deleted_cases[] = {
	{ "deleted", "DELETE /api/v1/users/me", ANN, NULL, 200, NULL },
	{ "gone at once", "GET @path", NULL, NULL, 404, NULL },
	{ NULL },
};

START_TEST(deleted)
{
	upload(B(webp), ".webp");
	api_run(&api, deleted_cases);
}
END_TEST

/* --- what is none --- */

static void
refused(const char *name, const char *p, size_t n)
{
	ck_assert_msg(send_form(p, n, "image/png") == 400, "%s: %d %s", name,
	    api.res.status, api.res.body.p);
	ck_assert_str_eq(api_text(&api, "error_code"), "INVALID_IMAGE");
	ck_assert_str_eq(api_text(&api, "error.details.field"), "file");
	ck_assert_int_eq(api_number(&api,
			     "SELECT (SELECT COUNT(*) FROM avatar) +"
			     " (SELECT COUNT(*) FROM avatar_part)"),
	    0);
}

static const struct {
	const char *name, *p;
	size_t n;
} disguised[] = {
	{ "nothing", B("") },
	{ "HTML", B("<html><script>alert(1)</script></html>") },
	{ "SVG",
	    B("<svg xmlns=\"http://www.w3.org/2000/svg\""
	      " onload=\"alert(1)\"/>") },
	{ "GIF", B("GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\0;") },
	{ "GIF and script", B("GIF89a=1;alert(1)") },
	{ "PDF", B("%PDF-1.4") },
	{ "ZIP", B("PK\3\4") },
	{ "a PNG's first bytes and HTML",
	    B("\x89PNG\r\n\x1a\n<html><script>alert(1)</script>") },
	{ "a JPEG's first bytes and HTML",
	    B("\xff\xd8\xff\xe0<html><script>alert(1)</script>") },
	{ "a WebP's first bytes and HTML",
	    B("RIFF\x20\0\0\0WEBP<html><script>alert(1)</script>") },
	{ "HTML and a JPEG behind it", B("<html>\xff\xd8\xff") },
};

START_TEST(no_pictures)
{
	struct buf b = png(1, 64);

	for (size_t i = 0; i < sizeof(disguised) / sizeof(disguised[0]); i++)
		refused(disguised[i].name, disguised[i].p, disguised[i].n);
	refused("cut", b.p, 100);
	b = png(4097, 64 * 1024);
	refused("too many pixels", b.p, b.n);
	ck_assert_msg(strstr(api_text(&api, "detail"), "4096") != NULL, "%s",
	    api.res.body.p);
	b = png(65535, 64);
	refused("a bomb", b.p, b.n);
	b = png(4096, 64);
	refused("pixels from nothing", b.p, b.n);
	b = png(1, 5 * 1024 * 1024);
	refused("too large", b.p, b.n);
	ck_assert_msg(strstr(api_text(&api, "detail"), "5 MB") != NULL, "%s",
	    api.res.body.p);
}
END_TEST

/* An earlier picture stays when the next one is refused. */
START_TEST(stays)
{
	upload(B(webp), ".webp");
	ck_assert_int_eq(send_form(B("<html>"), "image/png"), 400);
	ck_assert_int_eq(get("GET @path", NULL), 200);
}
END_TEST

#define FORM ANN "\nContent-Type: multipart/form-data; boundary=x"
#define PART "Content-Disposition: form-data; name=\"file\"\r\n\r\n"

static const struct api_case form_cases[] = {
	{ "nobody", "POST " PLACE, NULL, "x", 401, NULL },
	{ "JSON", "POST " PLACE, ANN, "{\"file\":\"x\"}", 415,
	    "detail=Content-Type must be multipart/form-data" },
	{ "the bytes alone", "POST " PLACE, ANN "\nContent-Type: image/png",
	    "\x89PNG", 415, NULL },
	{ "a plain form", "POST " PLACE,
	    ANN "\nContent-Type: application/x-www-form-urlencoded", "file=x",
	    415, NULL },
	{ "nothing", "POST " PLACE, ANN, NULL, 422,
	    "error.details.field=file" },
	{ "no such part", "POST " PLACE, FORM,
	    "--x\r\nContent-Disposition: form-data; name=\"avatar\"\r\n\r\n"
	    "x\r\n--x--",
	    422, "error.details.field=file" },
	{ "no boundary", "POST " PLACE,
	    ANN "\nContent-Type: multipart/form-data",
	    "--x\r\n" PART "x\r\n--x--", 400, "error_code=BAD_REQUEST" },
	{ "another boundary", "POST " PLACE, FORM, "--y\r\n" PART "x\r\n--y--",
	    400, NULL },
	{ "no end", "POST " PLACE, FORM, "--x\r\n" PART "x", 400, NULL },
	{ "two files", "POST " PLACE, FORM,
	    "--x\r\n" PART "x\r\n--x\r\n" PART "y\r\n--x--", 400, NULL },
	{ "another method", "PUT " PLACE, ANN, NULL, 405, ":Allow~DELETE" },
	{ NULL },
};

START_TEST(forms)
{
	api_run(&api, form_cases);
	ck_assert_int_eq(api_number(&api, "SELECT COUNT(*) FROM avatar"), 0);
}
END_TEST

Suite *
avatar_suite(void)
{
	Suite *s = suite_create("avatar");
	TCase *tc = tcase_create("avatar");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, shown);
	tcase_add_test(tc, formats);
	tcase_add_test(tc, large);
	tcase_add_test(tc, removed);
	tcase_add_test(tc, replaced_by_address);
	tcase_add_test(tc, deleted);
	tcase_add_test(tc, no_pictures);
	tcase_add_test(tc, stays);
	tcase_add_test(tc, forms);
	suite_add_tcase(s, tc);
	return s;
}
