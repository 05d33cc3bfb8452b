/*
 * PNG, by the W3C's Portable Network Graphics specification: chunks in their
 * order, each with its checksum. The critical ones and the few that say how
 * the pixels look go out as they came; all others are left behind, and so is
 * what follows the end. An animated PNG so becomes its first picture.
 */
#include <string.h>

#include "base/image_format.h"

#define LENGTH_MAX 0x7fffffff
/* The most that a byte of deflate can become, and more. */
#define DEFLATE_RATIO 1040

enum png_at { AT_START, AT_HEAD, AT_PALETTE, AT_DATA, AT_BEHIND, AT_END };

struct png {
	struct image *image;
	enum png_at at;
	uint8_t depth, colour;
	uint32_t palette_n;
	uint64_t data_n;
	unsigned seen; /* bit a row of small_chunks */
};

struct chunk {
	const uint8_t *start; /* its length field */
	const uint8_t *type, *data;
	uint32_t n;
};

/* Sizes of chunks that are kept in front of the palette, once. */
static const struct {
	const char *type;
	uint32_t n;
} small_chunks[] = {
	{ "gAMA", 4 },
	{ "cHRM", 32 },
	{ "sRGB", 1 },
};

static const uint32_t *
crc_table(void)
{
	static uint32_t table[256];

	if (table[1] != 0)
		return table;
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = (c & 1) != 0 ? 0xedb88320 ^ c >> 1 : c >> 1;
		table[i] = c;
	}
	return table;
}

static uint32_t
crc32_of(const uint8_t *p, size_t n)
{
	const uint32_t *table = crc_table();
	uint32_t c = 0xffffffff;

	for (; n > 0; p++, n--)
		c = table[(c ^ *p) & 0xff] ^ c >> 8;
	return ~c;
}

static bool
chunk_take(struct image_in *in, struct chunk *ret)
{
	const uint8_t *crc;

	ret->start = image_take(in, 8);
	if (ret->start == NULL)
		return false;
	ret->n = image_be(ret->start, 4);
	ret->type = ret->start + 4;
	for (int i = 0; i < 4; i++) {
		uint8_t lower = ret->type[i] | 0x20;

		if (lower < 'a' || lower > 'z')
			return false;
	}
	ret->data = ret->n > LENGTH_MAX ? NULL : image_take(in, ret->n);
	crc = ret->data == NULL ? NULL : image_take(in, 4);
	return crc != NULL &&
	    image_be(crc, 4) == crc32_of(ret->type, (size_t)ret->n + 4);
}

static bool
is_type(const struct chunk *c, const char *type)
{
	return memcmp(c->type, type, 4) == 0;
}

/* Length, type, data and checksum as they came. */
static void
chunk_keep(struct png *png, const struct chunk *c)
{
	buf_put(&png->image->bytes, c->start, (size_t)c->n + 12);
}

/* §11.2.1, table 12: a bit for each depth that a colour type may have. */
static bool
depth_allowed(uint8_t colour, uint8_t depth)
{
	static const uint32_t allowed[] = {
		[0] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
		[2] = 1 << 8 | 1 << 16,
		[3] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
		[4] = 1 << 8 | 1 << 16,
		[6] = 1 << 8 | 1 << 16,
	};

	return colour <= 6 && depth <= 16 &&
	    (allowed[colour] & UINT32_C(1) << depth) != 0;
}

static const char *
head(struct png *png, const struct chunk *c)
{
	if (png->at != AT_START || c->n != 13)
		return image_damaged;
	png->depth = c->data[8];
	png->colour = c->data[9];
	/* compression, filter, interlace */
	if (!depth_allowed(png->colour, png->depth) || c->data[10] != 0 ||
	    c->data[11] != 0 || c->data[12] > 1)
		return image_damaged;
	png->at = AT_HEAD;
	chunk_keep(png, c);
	return image_size(png->image, image_be(c->data, 4),
	    image_be(c->data + 4, 4));
}

static const char *
palette(struct png *png, const struct chunk *c)
{
	if (png->at != AT_HEAD || png->colour == 0 || png->colour == 4 ||
	    c->n == 0 || c->n % 3 != 0 || c->n > 256 * 3)
		return image_damaged;
	png->palette_n = c->n / 3;
	if (png->colour == 3 && png->palette_n > UINT32_C(1) << png->depth)
		return image_damaged;
	png->at = AT_PALETTE;
	chunk_keep(png, c);
	return NULL;
}

static const char *
transparency(struct png *png, const struct chunk *c)
{
	bool good;

	if (png->at >= AT_DATA || (png->seen & 1u << 31) != 0)
		return image_damaged;
	if (png->colour == 3)
		good = c->n > 0 && c->n <= png->palette_n;
	else
		good = c->n ==
		    (png->colour == 0          ? 2u
			    : png->colour == 2 ? 6u
					       : UINT32_MAX);
	if (!good)
		return image_damaged;
	png->seen |= 1u << 31;
	chunk_keep(png, c);
	return NULL;
}

/* RFC 1950 §2.2: deflate, and a header that is divisible by 31. */
static bool
zlib_begins(const uint8_t *p)
{
	return (p[0] & 0x0f) == 8 && p[0] >> 4 <= 7 && (p[1] & 0x20) == 0 &&
	    image_be(p, 2) % 31 == 0;
}

static const char *
data(struct png *png, const struct chunk *c)
{
	if (png->at == AT_START || png->at > AT_DATA ||
	    (png->colour == 3 && png->palette_n == 0))
		return image_damaged;
	if (png->data_n == 0 && c->n >= 2 && !zlib_begins(c->data))
		return image_damaged;
	png->data_n += c->n;
	png->at = AT_DATA;
	chunk_keep(png, c);
	return NULL;
}

/* So few bytes cannot hold so many pixels? */
static bool
data_enough(const struct png *png)
{
	static const uint8_t samples[] = { 1, 0, 3, 1, 2, 0, 4 };
	uint64_t row =
	    ((uint64_t)png->image->width * samples[png->colour] * png->depth +
		7) /
		8 +
	    1;

	return png->data_n * DEFLATE_RATIO >= row * png->image->height;
}

static const char *
end(struct png *png, const struct chunk *c)
{
	if ((png->at != AT_DATA && png->at != AT_BEHIND) || c->n != 0 ||
	    !data_enough(png))
		return image_damaged;
	png->at = AT_END;
	chunk_keep(png, c);
	return NULL;
}

/* Critical ones that nobody knows make the whole unreadable (§5.4). */
static const char *
other(struct png *png, const struct chunk *c)
{
	if (png->at == AT_START || (c->type[0] & 0x20) == 0)
		return image_damaged;
	for (size_t i = 0; i < sizeof(small_chunks) / sizeof(small_chunks[0]);
	     i++) {
		if (!is_type(c, small_chunks[i].type) || png->at != AT_HEAD ||
		    c->n != small_chunks[i].n || (png->seen & 1u << i) != 0)
			continue;
		png->seen |= 1u << i;
		chunk_keep(png, c);
	}
	return NULL;
}

static const struct {
	const char *type;
	const char *(*take)(struct png *, const struct chunk *);
} chunks[] = {
	{ "IHDR", head },
	{ "PLTE", palette },
	{ "tRNS", transparency },
	{ "IDAT", data },
	{ "IEND", end },
};

static const char *
chunk_sort(struct png *png, const struct chunk *c)
{
	bool is_data = is_type(c, "IDAT");

	if (png->at == AT_DATA && !is_data)
		png->at = AT_BEHIND;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		if (is_type(c, chunks[i].type))
			return png->at == AT_START && i != 0
			    ? image_damaged
			    : chunks[i].take(png, c);
	}
	return other(png, c);
}

static const char *
clean(struct image_in in, struct image *ret)
{
	struct png png = { .image = ret };
	const uint8_t *magic = image_take(&in, image_png.magic_n);
	struct chunk c;
	const char *why = NULL;

	buf_put(&ret->bytes, magic, image_png.magic_n);
	while (why == NULL && png.at != AT_END)
		why =
		    chunk_take(&in, &c) ? chunk_sort(&png, &c) : image_damaged;
	return why;
}

const struct image_format image_png = {
	.type = "image/png",
	.extension = "png",
	.magic = "\x89PNG\r\n\x1a\n",
	.magic_n = 8,
	.clean = clean,
};
