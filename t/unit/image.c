/* Pictures: what is told apart, what is refused, and what is left of them. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/image.h"

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

#define DAMAGED "is damaged or incomplete"
#define LARGE   "must have at most 4096 pixels on either side"
#define OTHER   "must be a PNG, JPEG or WebP image"
#define MOVING  "must not be animated"

/* A copy of exact size, so that sanitizers see a byte too far. */
static const char *
clean(const void *p, size_t n, struct image *ret)
{
	void *copy = malloc(n + (n == 0));
	const char *why;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, p, n);
	why = image_clean(mem, copy, n, ret);
	free(copy);
	return why;
}

static const char *
said(const char *why)
{
	return why == NULL ? "(nothing)" : why;
}

/* --- PNG --- */

struct chunk {
	const char *type, *data;
	size_t n;
	bool bad_sum;
};

#define B(text) (text), sizeof(text) - 1
#define HEAD(w, h, t)                                                          \
	{                                                                      \
		"IHDR", B("\0\0" w "\0\0" h t "\0\0\0")                        \
	}
#define PALETTE                                                                \
	{                                                                      \
		"PLTE", B("\1\2\3\4\5\6")                                      \
	}
#define DATA                                                                   \
	{                                                                      \
		"IDAT", B("\x78\x9c\x63\x60\0\0\0\2\0\1")                      \
	}
#define END                                                                    \
	{                                                                      \
		"IEND", "", 0                                                  \
	}
#define GRAY    HEAD("\0\1", "\0\1", "\x08\0")
#define INDEXED HEAD("\0\1", "\0\1", "\x08\3")

static const struct png_case {
	const char *name;
	struct chunk chunks[8];
	const char *why;
	const char *kept; /* types that come out */
} png_cases[] = {
	{ "plain", { GRAY, DATA, END }, NULL, "IHDR IDAT IEND" },
	{ "in two", { GRAY, DATA, DATA, END }, NULL, "IHDR IDAT IDAT IEND" },
	{ "indexed", { INDEXED, PALETTE, { "tRNS", B("\1") }, DATA, END }, NULL,
	    "IHDR PLTE tRNS IDAT IEND" },
	{ "how it looks",
	    { GRAY, { "gAMA", B("\0\0\1\1") }, { "sRGB", B("\0") },
		{ "tRNS", B("\0\1") }, DATA, END },
	    NULL, "IHDR gAMA sRGB tRNS IDAT IEND" },
	{ "metadata",
	    { GRAY, { "tEXt", B("Author\0Ann") }, { "eXIf", B("MM") },
		{ "iCCP", B("x\0\0y") }, DATA, { "tIME", B("1234567") }, END },
	    NULL, "IHDR IDAT IEND" },
	{ "a private chunk", { GRAY, { "prIv", B("<script>") }, DATA, END },
	    NULL, "IHDR IDAT IEND" },
	{ "animated becomes still",
	    { GRAY, { "acTL", B("12345678") }, DATA, { "fdAT", B("more") },
		END },
	    NULL, "IHDR IDAT IEND" },
	{ "twice the gamma",
	    { GRAY, { "gAMA", B("\0\0\1\1") }, { "gAMA", B("\0\0\1\2") }, DATA,
		END },
	    NULL, "IHDR gAMA IDAT IEND" },
	{ "a gamma that is none", { GRAY, { "gAMA", B("\0") }, DATA, END },
	    NULL, "IHDR IDAT IEND" },
	{ "what follows the end", { GRAY, DATA, END, { "IDAT", B("<html>") } },
	    NULL, "IHDR IDAT IEND" },
	{ "4096", { HEAD("\x10\0", "\0\1", "\1\0"), DATA, END }, NULL,
	    "IHDR IDAT IEND" },
	{ "4097 wide", { HEAD("\x10\1", "\0\1", "\1\0"), DATA, END }, LARGE },
	{ "4097 high", { HEAD("\0\1", "\x10\1", "\1\0"), DATA, END }, LARGE },
	{ "huge",
	    { { "IHDR", B("\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\0\0\0\0") },
		DATA, END },
	    LARGE },
	{ "zero wide", { HEAD("\0\0", "\0\1", "\x08\0"), DATA, END }, DAMAGED },
	{ "a bomb", { HEAD("\x10\0", "\x10\0", "\x08\6"), DATA, END },
	    DAMAGED },
	{ "a wrong sum", { GRAY, { "IDAT", B("\x78\x9c"), true }, END },
	    DAMAGED },
	{ "a wrong sum where nobody looks",
	    { GRAY, { "tEXt", B("x"), true }, DATA, END }, DAMAGED },
	{ "no end", { GRAY, DATA }, DAMAGED },
	{ "no data", { GRAY, END }, DAMAGED },
	{ "no head", { DATA, END }, DAMAGED },
	{ "two heads", { GRAY, GRAY, DATA, END }, DAMAGED },
	{ "a late head", { DATA, GRAY, END }, DAMAGED },
	{ "text first", { { "tEXt", B("x") }, GRAY, DATA, END }, DAMAGED },
	{ "a short head", { { "IHDR", B("\0\0\0\1") }, DATA, END }, DAMAGED },
	{ "no such colour", { HEAD("\0\1", "\0\1", "\x08\1"), DATA, END },
	    DAMAGED },
	{ "colour 7", { HEAD("\0\1", "\0\1", "\x08\7"), DATA, END }, DAMAGED },
	{ "no such depth", { HEAD("\0\1", "\0\1", "\3\0"), DATA, END },
	    DAMAGED },
	{ "a depth that its colour has not",
	    { HEAD("\0\1", "\0\1", "\4\2"), DATA, END }, DAMAGED },
	{ "depth 255", { HEAD("\0\1", "\0\1", "\xff\0"), DATA, END }, DAMAGED },
	{ "another compression",
	    { { "IHDR", B("\0\0\0\1\0\0\0\1\x08\0\1\0\0") }, DATA, END },
	    DAMAGED },
	{ "another interlacing",
	    { { "IHDR", B("\0\0\0\1\0\0\0\1\x08\0\0\0\2") }, DATA, END },
	    DAMAGED },
	{ "no palette", { INDEXED, DATA, END }, DAMAGED },
	{ "a palette of gray", { GRAY, PALETTE, DATA, END }, DAMAGED },
	{ "two palettes", { INDEXED, PALETTE, PALETTE, DATA, END }, DAMAGED },
	{ "a late palette", { INDEXED, DATA, PALETTE, END }, DAMAGED },
	{ "half a colour", { INDEXED, { "PLTE", B("\1\2") }, DATA, END },
	    DAMAGED },
	{ "more colours than its depth",
	    { HEAD("\0\1", "\0\1", "\1\3"), { "PLTE", B("123456789") }, DATA,
		END },
	    DAMAGED },
	{ "transparency without palette",
	    { INDEXED, { "tRNS", B("\1") }, PALETTE, DATA, END }, DAMAGED },
	{ "more of it than colours",
	    { INDEXED, PALETTE, { "tRNS", B("123") }, DATA, END }, DAMAGED },
	{ "late transparency", { GRAY, DATA, { "tRNS", B("\0\1") }, END },
	    DAMAGED },
	{ "data apart", { GRAY, DATA, { "tEXt", B("x") }, DATA, END },
	    DAMAGED },
	{ "no zlib", { GRAY, { "IDAT", B("<html>") }, END }, DAMAGED },
	{ "an unknown critical chunk", { GRAY, { "HTML", B("x") }, DATA, END },
	    DAMAGED },
	{ "a type of no letters", { GRAY, { "a<b>", B("x") }, DATA, END },
	    DAMAGED },
	{ "an end with data", { GRAY, DATA, { "IEND", B("x") } }, DAMAGED },
};

static void
put_be32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(b, (char)(v >> shift));
}

/* Bit by bit, from the specification's annex D. */
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
png_make(const struct chunk *c, struct buf *to)
{
	buf_init(to, mem, 256);
	buf_put(to, "\x89PNG\r\n\x1a\n", 8);
	for (; c->type != NULL; c++) {
		put_be32(to, (uint32_t)c->n);
		buf_put(to, c->type, 4);
		buf_put(to, c->data, c->n);
		put_be32(to,
		    sum_of(to->p + to->n - c->n - 4, c->n + 4) ^ c->bad_sum);
	}
}

/* The types of the chunks, blanks between. */
static const char *
png_types(const struct buf *b)
{
	const uint8_t *p = (const uint8_t *)b->p;
	struct buf out;
	size_t at = 8, n;

	buf_init(&out, mem, 64);
	for (; at < b->n; at += 12 + n) {
		n = (size_t)p[at] << 24 | (size_t)p[at + 1] << 16 |
		    (size_t)p[at + 2] << 8 | p[at + 3];
		if (out.n > 0)
			buf_putc(&out, ' ');
		buf_put(&out, p + at + 4, 4);
	}
	return out.p;
}

START_TEST(png)
{
	const struct png_case *c = &png_cases[_i];
	struct image image = { 0 };
	struct buf in;
	const char *why;

	png_make(c->chunks, &in);
	why = clean(in.p, in.n, &image);
	ck_assert_msg(strcmp(said(why), said(c->why)) == 0,
	    "%s: wanted %s, got %s", c->name, said(c->why), said(why));
	if (why != NULL)
		return;
	ck_assert_str_eq(image.type, "image/png");
	ck_assert_str_eq(image.extension, "png");
	ck_assert_msg(strcmp(png_types(&image.bytes), c->kept) == 0,
	    "%s: wanted %s, got %s", c->name, c->kept, png_types(&image.bytes));
}
END_TEST

/* --- JPEG and WebP --- */

/* Words of the cases below; a word that is none of these is hexadecimal. */
static const struct {
	const char *name, *hex;
} words[] = {
	{ "SOI", "ffd8" },
	{ "JFIF", "ffe000104a46494600010100000100010000" },
	{ "JFIF+", "ffe000134a464946000102010048004801010102ff" },
	{ "DQT", "ffdb004300" },
	{ "16", "01010101010101010101010101010101" },
	{ "SOF", "ffc0000b080001000101011100" },
	{ "SOF3", "ffc00011080001000103012200021101031101" },
	{ "DHT", "ffc40014000100000000000000000000000000000000" },
	{ "SOS", "ffda0008010100003f00" },
	{ "SOS3", "ffda000c03010002110311003f00" },
	{ "BITS", "3fff00ffd010" },
	{ "EOI", "ffd9" },
	{ "TURNED",
	    "ffe10022457869660000"
	    "4d4d002a00000008000101120003000000010006000000000000" },
	{ "EXIF", "457869660000" },
	{ "ADOBE", "ffee000e41646f6265006400000000" },
	{ "VP8X", "565038580a000000" },
	{ "VP8L", "5650384c060000002f0000000000" },
	{ "VP8", "565038200c0000003000009d012a" },
	{ "ALPH", "414c50480300000000ff0000" },
	{ "EXIF:", "4558494604000000" },
	{ "ICCP:", "4943435004000000" },
	{ "ANIM:", "414e494d06000000" },
	{ "ANMF:", "414e4d4604000000" },
	{ "XXXX:", "5858585803000000" },
};

static const char *
word_hex(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].name) == n &&
		    memcmp(words[i].name, word, n) == 0)
			return words[i].hex;
	}
	return arena_strndup(mem, word, n);
}

static const char *
hex_of(const char *text)
{
	struct buf b;
	size_t n;

	buf_init(&b, mem, 512);
	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		buf_puts(&b, word_hex(text, n));
	}
	return b.p;
}

static void
bytes_of(const char *text, struct buf *to)
{
	const char *hex = hex_of(text);
	char two[3] = "";

	ck_assert_msg(strlen(hex) % 2 == 0 &&
		strspn(hex, "0123456789abcdef") == strlen(hex),
	    "no bytes: %s", text);
	for (; *hex != '\0'; hex += 2) {
		memcpy(two, hex, 2);
		buf_putc(to, (char)strtoul(two, NULL, 16));
	}
}

#define REST_OF  "SOF DHT SOS BITS EOI"
#define REST     "DQT 16 16 16 16 " REST_OF
#define TABLES   "SOI DQT 16 16 16 16 "
#define TIFF_BIG "4d4d002a00000008"

/* What is wrong, or what comes out: NULL for what came in. */
struct case_of_words {
	const char *name, *in, *why, *out;
};

static const struct case_of_words jpeg_cases[] = {
	{ "plain", "SOI JFIF " REST },
	{ "bare", "SOI " REST },
	{ "colour", "SOI JFIF DQT 16 16 16 16 SOF3 DHT SOS3 BITS EOI" },
	{ "progressive",
	    TABLES "ffc2000b080001000101011100 DHT SOS BITS DHT SOS BITS EOI" },
	{ "restarts", TABLES "SOF DHT ffdd00040001 SOS BITS EOI" },
	{ "a comment", "SOI fffe00063c68743e " REST, NULL, "SOI " REST },
	{ "a profile", "SOI ffe200044943 " REST, NULL, "SOI " REST },
	{ "XMP", "SOI ffe100063c68743e " REST, NULL, "SOI " REST },
	{ "a thumbnail", "SOI JFIF+ " REST, NULL, "SOI JFIF " REST },
	{ "JFIF twice", "SOI JFIF JFIF " REST, NULL, "SOI JFIF " REST },
	{ "fill bytes", "SOI ffffffe000044a46 ffff " REST, NULL, "SOI " REST },
	{ "another picture behind it", "SOI " REST " SOI " REST " 3c68746d6c3e",
	    NULL, "SOI " REST },
	{ "turned", "SOI TURNED " REST },
	{ "turned, Intel, after another entry",
	    "SOI ffe1002e EXIF 49492a0008000000 0200 000103000100000009000000"
	    " 120103000100000006000000 00000000 " REST,
	    NULL, "SOI TURNED " REST },
	{ "upright",
	    "SOI ffe10022 EXIF " TIFF_BIG
	    " 0001 011200030000000100010000 00000000 " REST,
	    NULL, "SOI " REST },
	{ "turned by 9",
	    "SOI ffe10022 EXIF " TIFF_BIG
	    " 0001 011200030000000100090000 00000000 " REST,
	    NULL, "SOI " REST },
	{ "a directory far away", "SOI ffe10010 EXIF 4d4d002affffffff " REST,
	    NULL, "SOI " REST },
	{ "a directory that promises more",
	    "SOI ffe10012 EXIF " TIFF_BIG " ffff " REST, NULL, "SOI " REST },
	{ "half an entry",
	    "SOI ffe1001a EXIF " TIFF_BIG " 0001 0112000300000001 " REST, NULL,
	    "SOI " REST },
	{ "no TIFF", "SOI ffe10010 EXIF 4d4d002b00000008 " REST, NULL,
	    "SOI " REST },
	{ "Adobe", "SOI ADOBE 01 " REST },
	{ "Adobe with flags", "SOI ffee000e41646f6265 006580004000 01 " REST,
	    NULL, "SOI ADOBE 01 " REST },
	{ "Adobe, no such transform", "SOI ADOBE 03 " REST, DAMAGED },
	{ "4096 high",
	    TABLES "ffc0000b 08 1000 0001 01011100 DHT SOS BITS EOI" },
	{ "4097 high", TABLES "ffc0000b 08 1001 0001 01011100 DHT SOS BITS EOI",
	    LARGE },
	{ "65535 wide",
	    TABLES "ffc0000b 08 0001 ffff 01011100 DHT SOS BITS EOI", LARGE },
	{ "a height that comes later",
	    TABLES "ffc0000b 08 0000 0001 01011100 DHT SOS BITS"
		   " ffdc00040001 EOI",
	    DAMAGED },
	{ "12 bits", TABLES "ffc1000b 0c 0001 0001 01011100 DHT SOS BITS EOI",
	    DAMAGED },
	{ "lossless", TABLES "ffc3000b 08 0001 0001 01011100 DHT SOS BITS EOI",
	    DAMAGED },
	{ "arithmetic",
	    TABLES "ffc9000b 08 0001 0001 01011100 DHT SOS BITS EOI", DAMAGED },
	{ "two frames", TABLES "SOF SOF DHT SOS BITS EOI", DAMAGED },
	{ "two components",
	    TABLES "ffc0000e 08 0001 0001 02011100021100 DHT SOS BITS EOI",
	    DAMAGED },
	{ "one component twice",
	    TABLES "ffc00011 08 0001 0001 03011100011100031100 DHT SOS BITS"
		   " EOI",
	    DAMAGED },
	{ "no component", TABLES "ffc00008 08 0001 0001 00 DHT SOS BITS EOI",
	    DAMAGED },
	{ "sampled by 5",
	    TABLES "ffc0000b 08 0001 0001 01015100 DHT SOS BITS EOI", DAMAGED },
	{ "a short frame", TABLES "ffc00004 0800 DHT SOS BITS EOI", DAMAGED },
	{ "a scan before the frame", TABLES "DHT SOS BITS SOF EOI", DAMAGED },
	{ "a scan of something else",
	    TABLES "SOF DHT ffda0008010900003f00 BITS EOI", DAMAGED },
	{ "a short scan", TABLES "SOF DHT ffda0002 BITS EOI", DAMAGED },
	{ "an empty scan", TABLES "SOF DHT SOS EOI", DAMAGED },
	{ "no scan", TABLES "SOF DHT EOI", DAMAGED },
	{ "no end", TABLES "SOF DHT SOS BITS", DAMAGED },
	{ "half an end", TABLES "SOF DHT SOS BITS ff", DAMAGED },
	{ "no marker", "SOI 3c68746d6c3e", OTHER },
	{ "text in between", TABLES "3c68746d6c3e SOF DHT SOS BITS EOI",
	    DAMAGED },
	{ "a segment beyond the end", "SOI fffeffff00", DAMAGED },
	{ "a segment without its length", "SOI fffe0001 " REST, DAMAGED },
	{ "half a table", "SOI ffdb00040001 " REST, DAMAGED },
	{ "no table", "SOI ffdb0002 " REST, DAMAGED },
	{ "no such table", "SOI ffdb004304 16 16 16 16 " REST_OF, DAMAGED },
	{ "half a code", "SOI ffc400040001 " REST, DAMAGED },
	{ "more codes than bytes",
	    "SOI ffc40013 00 ff 00000000000000 0000000000"
	    "000000 " REST,
	    DAMAGED },
	{ "no such code", "SOI ffc40013 20 16 " REST, DAMAGED },
	{ "a restart outside", "SOI ffd0 " REST, DAMAGED },
	{ "a picture inside", "SOI SOI " REST, DAMAGED },
	{ "an interval of three bytes", "SOI ffdd0005000001 " REST, DAMAGED },
};

/* Without the RIFF header, whose size is computed. */
static const struct case_of_words webp_cases[] = {
	{ "lossless", "VP8L" },
	{ "lossy", "VP8 01000100 0001" },
	{ "transparent", "VP8X 10000000 000000000000 ALPH VP8 01000100 0001" },
	{ "what it says of itself",
	    "VP8X 2c000000 000000000000 ICCP: 31323334 VP8L EXIF: 3c68743e",
	    NULL, "VP8L" },
	{ "transparent, and more",
	    "VP8X 3c000000 000000000000 ICCP: 31323334 ALPH VP8 01000100 0001"
	    " EXIF: 31323334",
	    NULL, "VP8X 10000000 000000000000 ALPH VP8 01000100 0001" },
	{ "an unknown chunk of odd length", "VP8L XXXX: 31323300", NULL,
	    "VP8L" },
	{ "a pad that says something", "VP8L XXXX: 31323334", DAMAGED },
	{ "no pad", "VP8L XXXX: 313233", DAMAGED },
	{ "animated", "VP8X 02000000 000000000000 ANIM: 000000000000", MOVING },
	{ "a frame of a film", "VP8X 02000000 000000000000 ANMF: 00000000",
	    MOVING },
	{ "nothing", "", DAMAGED },
	{ "no frame", "VP8X 00000000 000000000000", DAMAGED },
	{ "text", "XXXX: 31323300", DAMAGED },
	{ "two frames", "VP8L VP8L", DAMAGED },
	{ "two of either kind", "VP8 01000100 0001 VP8L", DAMAGED },
	{ "two heads",
	    "VP8X 00000000 000000000000 VP8X 00000000 000000000000 VP8L",
	    DAMAGED },
	{ "a late head", "VP8L VP8X 00000000 000000000000", DAMAGED },
	{ "another size than its frame's", "VP8X 00000000 010000000000 VP8L",
	    DAMAGED },
	{ "a large canvas", "VP8X 00000000 001000000000 VP8L", LARGE },
	{ "a large frame", "VP8 01100100 0001", LARGE },
	{ "4096 wide", "VP8 00100100 0001" },
	{ "a large frame without loss", "5650384c06000000 2f00100000 00",
	    LARGE },
	{ "no width", "VP8 00000100 0001", DAMAGED },
	{ "no key frame", "565038200c000000 310000 9d012a 01000100 0001",
	    DAMAGED },
	{ "not shown", "565038200c000000 200000 9d012a 01000100 0001",
	    DAMAGED },
	{ "another start code", "565038200c000000 300000 9d012b 01000100 0001",
	    DAMAGED },
	{ "a partition beyond the end",
	    "565038200c000000 700000 9d012a 01000100 0001", DAMAGED },
	{ "a short frame", "5650382004000000 30000000", DAMAGED },
	{ "another signature", "5650384c06000000 2e0000000000", DAMAGED },
	{ "another version", "5650384c06000000 2f0000002000", DAMAGED },
	{ "alpha without a head", "ALPH VP8 01000100 0001", DAMAGED },
	{ "alpha twice",
	    "VP8X 10000000 000000000000 ALPH ALPH VP8 01000100 0001", DAMAGED },
	{ "alpha of what has its own", "VP8X 10000000 000000000000 ALPH VP8L",
	    DAMAGED },
	{ "late alpha", "VP8X 10000000 000000000000 VP8 01000100 0001 ALPH",
	    DAMAGED },
	{ "no such alpha",
	    "VP8X 10000000 000000000000 414c504802000000 02ff"
	    " VP8 01000100 0001",
	    DAMAGED },
	{ "a chunk beyond the end", "VP8L 58585858ffffffff", DAMAGED },
	{ "half a chunk", "VP8L 5858", DAMAGED },
};

static void
judge(const struct case_of_words *c, const struct buf *in,
    const struct buf *out, const char *type)
{
	struct image image = { 0 };
	const char *why = clean(in->p, in->n, &image);

	ck_assert_msg(strcmp(said(why), said(c->why)) == 0,
	    "%s: wanted %s, got %s", c->name, said(c->why), said(why));
	if (why != NULL)
		return;
	ck_assert_str_eq(image.type, type);
	ck_assert_msg(image.bytes.n == out->n &&
		memcmp(image.bytes.p, out->p, out->n) == 0,
	    "%s: wanted %zu bytes, got %zu, or others", c->name, out->n,
	    image.bytes.n);
}

START_TEST(jpeg)
{
	const struct case_of_words *c = &jpeg_cases[_i];
	struct buf in, out;

	buf_init(&in, mem, 512);
	buf_init(&out, mem, 512);
	bytes_of(c->in, &in);
	bytes_of(c->out != NULL ? c->out : c->in, &out);
	judge(c, &in, &out, "image/jpeg");
}
END_TEST

static void
riff(const char *text, struct buf *to)
{
	size_t n;

	buf_init(to, mem, 512);
	buf_put(to, "RIFF\0\0\0\0WEBP", 12);
	bytes_of(text, to);
	n = to->n - 8;
	to->p[4] = (char)n;
	to->p[5] = (char)(n >> 8);
}

START_TEST(webp)
{
	const struct case_of_words *c = &webp_cases[_i];
	struct buf in, out;

	riff(c->in, &in);
	riff(c->out != NULL ? c->out : c->in, &out);
	judge(c, &in, &out, "image/webp");
	/* what follows is no part of it */
	buf_puts(&in, "<script>");
	judge(c, &in, &out, "image/webp");
}
END_TEST

/* --- whatever it is --- */

static const struct {
	const char *bytes;
	size_t n;
} others[] = {
	{ B("") },
	{ B("\x89PNG") },
	{ B("\x89PNG\r\r\n\n") },
	{ B("GIF89a\1\0\1\0\0\0\0;") },
	{ B("BM\x1e\0\0\0") },
	{ B("<svg xmlns=\"http://www.w3.org/2000/svg\"/>") },
	{ B("<?xml version=\"1.0\"?><svg/>") },
	{ B("<!DOCTYPE html><script>alert(1)</script>") },
	{ B("%PDF-1.4") },
	{ B("PK\3\4") },
	{ B("\xff\xd8") },
	{ B("RIFF\4\0\0\0WAVE") },
	{ B("RIFF") },
	{ B(" \x89PNG\r\n\x1a\n") },
	{ B("\0\0\0 ftypavif") },
};

START_TEST(no_picture)
{
	struct image image;

	ck_assert_str_eq(said(clean(others[_i].bytes, others[_i].n, &image)),
	    OTHER);
}
END_TEST

/* Cut anywhere, no picture is whole. */
START_TEST(truncated)
{
	struct image image;
	struct buf b[3];

	png_make(png_cases[2].chunks, &b[0]);
	buf_init(&b[1], mem, 512);
	bytes_of(jpeg_cases[2].in, &b[1]);
	riff(webp_cases[2].in, &b[2]);
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_null(clean(b[i].p, b[i].n, &image));
		for (size_t n = 0; n < b[i].n; n++)
			ck_assert_msg(clean(b[i].p, n, &image) != NULL,
			    "picture %d cut at %zu", i, n);
	}
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(table[0])))

int
main(void)
{
	Suite *s = suite_create("image");
	TCase *tc = tcase_create("image");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, mem_make, mem_free);
	tcase_add_loop_test(tc, png, 0, COUNT(png_cases));
	tcase_add_loop_test(tc, jpeg, 0, COUNT(jpeg_cases));
	tcase_add_loop_test(tc, webp, 0, COUNT(webp_cases));
	tcase_add_loop_test(tc, no_picture, 0, COUNT(others));
	tcase_add_test(tc, truncated);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
