/* Uploads: which bytes are the file's, and what is no form. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/multipart.h"
#include "http/request.h"

static struct arena *mem;

static void
mem_make(void)
{
	mem = arena_new(65536);
}

static void
mem_free(void)
{
	arena_free(mem);
}

#define FORM   "multipart/form-data; boundary=b"
#define HEAD   "Content-Disposition: form-data; name=\"file\"\r\n"
#define ABSENT "(absent)"
#define BAD    NULL

static const struct form_case {
	const char *name, *type, *body;
	const char *file; /* its bytes, ABSENT, or BAD */
} cases[] = {
	{ "a file", FORM, "--b\r\n" HEAD "\r\nbytes\r\n--b--\r\n", "bytes" },
	{ "without the last line's end", FORM,
	    "--b\r\n" HEAD "\r\nbytes\r\n--b--", "bytes" },
	{ "an empty line in front", FORM,
	    "\r\n--b\r\n" HEAD "\r\nbytes\r\n--b--", "bytes" },
	{ "blanks behind the boundary", FORM,
	    "--b \t\r\n" HEAD "\r\nbytes\r\n--b-- \r\n", "bytes" },
	{ "empty", FORM, "--b\r\n" HEAD "\r\n\r\n--b--", "" },
	{ "what looks like a boundary", FORM,
	    "--b\r\n" HEAD "\r\n--b\r\n-b\n--b\r--b\r\n\r\n--b--",
	    "--b\r\n-b\n--b\r--b\r\n" },
	{ "as browsers send it",
	    "multipart/form-data; boundary=----WebKitFormBoundaryX1",
	    "------WebKitFormBoundaryX1\r\n"
	    "Content-Disposition: form-data; name=\"file\";"
	    " filename=\"a \\\"b\\\" %22.png\"\r\n"
	    "Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n"
	    "------WebKitFormBoundaryX1--\r\n",
	    "\x89PNG\r\n\x1a\n" },
	{ "a quoted boundary",
	    "Multipart/Form-Data;Boundary=\"a b'()+_,-./:=?c\"",
	    "--a b'()+_,-./:=?c\r\n" HEAD "\r\nx\r\n--a b'()+_,-./:=?c--",
	    "x" },
	{ "another parameter", "multipart/form-data; charset=utf-8; boundary=b",
	    "--b\r\n" HEAD "\r\nx\r\n--b--", "x" },
	{ "among others", FORM,
	    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
	    "--b\r\nX-Y: z\r\n" HEAD "\r\nx\r\n"
	    "--b\r\nContent-Disposition: form-data; name=c\r\n\r\n\r\n--b--",
	    "x" },
	{ "names without case", FORM,
	    "--b\r\ncontent-disposition:Form-Data;NAME=file\r\n\r\nx\r\n--b--",
	    "x" },
	{ "an encoding that is none", FORM,
	    "--b\r\n" HEAD "Content-Transfer-Encoding: binary\r\n\r\nx\r\n"
	    "--b--",
	    "x" },
	{ "another name", FORM,
	    "--b\r\nContent-Disposition: form-data; name=\"File\"\r\n\r\n"
	    "x\r\n--b--",
	    ABSENT },
	{ "no part", FORM, "--b--\r\n", ABSENT },
	{ "no boundary", "multipart/form-data", "--b\r\n" HEAD "\r\nx\r\n--b--",
	    BAD },
	{ "an empty boundary", "multipart/form-data; boundary=\"\"",
	    "--\r\n" HEAD "\r\nx\r\n----", BAD },
	{ "two boundaries", "multipart/form-data; boundary=b; boundary=c",
	    "--b\r\n" HEAD "\r\nx\r\n--b--", BAD },
	{ "a boundary of 71",
	    "multipart/form-data; boundary="
	    "12345678901234567890123456789012345678901234567890"
	    "123456789012345678901",
	    "", BAD },
	{ "a boundary with a blank behind",
	    "multipart/form-data; boundary=\"b \"",
	    "--b \r\n" HEAD "\r\nx\r\n--b --", BAD },
	{ "a boundary of other letters", "multipart/form-data; boundary=\"b*\"",
	    "--b*\r\n" HEAD "\r\nx\r\n--b*--", BAD },
	{ "an open quote", "multipart/form-data; boundary=\"b",
	    "--b\r\n" HEAD "\r\nx\r\n--b--", BAD },
	{ "junk behind the type", "multipart/form-data boundary=b",
	    "--b\r\n" HEAD "\r\nx\r\n--b--", BAD },
	{ "a parameter without value", "multipart/form-data; x; boundary=b",
	    "--b\r\n" HEAD "\r\nx\r\n--b--", BAD },
	{ "nothing", FORM, "", BAD },
	{ "another boundary", FORM, "--c\r\n" HEAD "\r\nx\r\n--c--", BAD },
	{ "text in front", FORM, "preamble\r\n--b\r\n" HEAD "\r\nx\r\n--b--",
	    BAD },
	{ "text behind", FORM, "--b\r\n" HEAD "\r\nx\r\n--b--\r\n<html>", BAD },
	{ "no end", FORM, "--b\r\n" HEAD "\r\nx", BAD },
	{ "no last boundary", FORM, "--b\r\n" HEAD "\r\nx\r\n--b\r\n", BAD },
	{ "half a last one", FORM, "--b\r\n" HEAD "\r\nx\r\n--b-", BAD },
	{ "a longer boundary inside", FORM,
	    "--b\r\n" HEAD "\r\nx\r\n--bc\r\ny\r\n--b--", BAD },
	{ "bare line feeds", FORM,
	    "--b\nContent-Disposition: form-data; name=\"file\"\n\nx\n--b--",
	    BAD },
	{ "no empty line", FORM, "--b\r\n" HEAD "x\r\n--b--", BAD },
	{ "no headers", FORM, "--b\r\n\r\nx\r\n--b--", BAD },
	{ "no name", FORM,
	    "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", BAD },
	{ "two names", FORM,
	    "--b\r\nContent-Disposition: form-data; name=\"file\";"
	    " name=\"x\"\r\n\r\nx\r\n--b--",
	    BAD },
	{ "another disposition", FORM,
	    "--b\r\nContent-Disposition: attachment; name=\"file\"\r\n\r\n"
	    "x\r\n--b--",
	    BAD },
	{ "two dispositions", FORM, "--b\r\n" HEAD HEAD "\r\nx\r\n--b--", BAD },
	{ "two files", FORM,
	    "--b\r\n" HEAD "\r\nx\r\n--b\r\n" HEAD "\r\ny\r\n--b--", BAD },
	{ "encoded", FORM,
	    "--b\r\n" HEAD "Content-Transfer-Encoding: base64\r\n\r\neA==\r\n"
	    "--b--",
	    BAD },
	{ "a folded header", FORM,
	    "--b\r\nContent-Disposition: form-data;\r\n name=\"file\"\r\n\r\n"
	    "x\r\n--b--",
	    BAD },
	{ "a header without a name", FORM,
	    "--b\r\n: x\r\n" HEAD "\r\nx\r\n--b--", BAD },
	{ "a blank in front of the colon", FORM,
	    "--b\r\nX : y\r\n" HEAD "\r\nx\r\n--b--", BAD },
	{ "a control character", FORM, "--b\r\nX: \1\r\n" HEAD "\r\nx\r\n--b--",
	    BAD },
	{ "a carriage return inside", FORM,
	    "--b\r\nX: a\rb\r\n" HEAD "\r\nx\r\n--b--", BAD },
	{ "nine headers", FORM,
	    "--b\r\na:1\r\na:1\r\na:1\r\na:1\r\na:1\r\na:1\r\na:1\r\na:1\r\n" HEAD
	    "\r\nx\r\n--b--",
	    BAD },
};

static int
find(const char *type, const char *body, size_t n, struct http_part *ret)
{
	struct http_request req = { .content_type = type, .body_n = n };
	char *copy = malloc(n + (n == 0));
	int r;

	/* of exact size, so that sanitizers see a byte too far */
	memcpy(copy, body, n);
	req.body = copy;
	*ret = (struct http_part) { 0 };
	r = http_multipart_find(mem, &req, "file", ret);
	if (ret->p != NULL)
		ret->p = arena_strndup(mem, ret->p, ret->n);
	free(copy);
	return r;
}

START_TEST(forms)
{
	const struct form_case *c = &cases[_i];
	struct http_part part;
	int r = find(c->type, c->body, strlen(c->body), &part);
	const char *got = r != 0 ? "(bad)" : part.p == NULL ? ABSENT : part.p;

	ck_assert_msg(strcmp(got, c->file == BAD ? "(bad)" : c->file) == 0,
	    "%s: wanted %s, got %s", c->name,
	    c->file == BAD ? "(bad)" : c->file, got);
}
END_TEST

/* NULs and all: the bytes are the file's own. */
START_TEST(binary)
{
	struct http_part part;
	struct buf b;

	buf_init(&b, mem, 1024);
	buf_puts(&b, "--b\r\n" HEAD "\r\n");
	for (int i = 0; i < 256; i++)
		buf_putc(&b, (char)i);
	buf_puts(&b, "\r\n--b--\r\n");
	ck_assert_int_eq(find(FORM, b.p, b.n, &part), 0);
	ck_assert_uint_eq(part.n, 256);
	for (int i = 0; i < 256; i++)
		ck_assert_int_eq((uint8_t)part.p[i], i);
}
END_TEST

START_TEST(truncated)
{
	struct http_part part;

	for (size_t n = strlen(cases[6].body) - 2; n-- > 0;)
		ck_assert_msg(find(cases[6].type, cases[6].body, n, &part) != 0,
		    "cut at %zu", n);
}
END_TEST

static int
parts(int n)
{
	struct http_part part;
	struct buf b;

	buf_init(&b, mem, 4096);
	for (int i = 0; i < n; i++)
		buf_printf(&b,
		    "--b\r\nContent-Disposition: form-data; name=\"%d\"\r\n"
		    "\r\n\r\n",
		    i);
	buf_puts(&b, "--b--");
	return find(FORM, b.p, b.n, &part);
}

static int
line_of(size_t n)
{
	struct http_part part;
	struct buf b;

	buf_init(&b, mem, 4096);
	buf_puts(&b, "--b\r\nX:");
	for (size_t i = 2; i < n; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "\r\n" HEAD "\r\nx\r\n--b--");
	return find(FORM, b.p, b.n, &part);
}

START_TEST(bounds)
{
	ck_assert_int_eq(parts(MULTIPART_PARTS_MAX), 0);
	ck_assert_int_eq(parts(MULTIPART_PARTS_MAX + 1), -1);
	ck_assert_int_eq(line_of(MULTIPART_LINE_MAX), 0);
	ck_assert_int_eq(line_of(MULTIPART_LINE_MAX + 1), -1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("multipart");
	TCase *tc = tcase_create("multipart");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, mem_make, mem_free);
	tcase_add_loop_test(tc, forms, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tc, binary);
	tcase_add_test(tc, truncated);
	tcase_add_test(tc, bounds);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
