/*
 * WebP, by RFC 9649: one still picture, lossy (RFC 6386) or lossless, with
 * the transparency of a lossy one. The container is written anew around
 * these; profile, Exif, XMP and unknown chunks are left behind.
 */
#include <string.h>

#include "base/image_format.h"

#define ALPHA_FLAG 0x10

struct chunk {
	const uint8_t *type, *data; /* NULL: there is none */
	uint32_t n;
};

struct webp {
	struct image *image;
	uint32_t canvas_width, canvas_height; /* 0: the simple form */
	struct chunk alpha, frame;
};

/* Data of odd length has a zero behind it. */
static bool
chunk_take(struct image_in *in, struct chunk *ret)
{
	const uint8_t *pad;

	ret->type = image_take(in, 8);
	if (ret->type == NULL)
		return false;
	ret->n = image_le(ret->type + 4, 4);
	ret->data = image_take(in, ret->n);
	if (ret->data == NULL || ret->n % 2 == 0)
		return ret->data != NULL;
	pad = image_take(in, 1);
	return pad != NULL && *pad == 0;
}

static bool
is_type(const struct chunk *c, const char *type)
{
	return memcmp(c->type, type, 4) == 0;
}

static const char *
extended(struct webp *w, const struct chunk *c)
{
	if (w->canvas_width != 0 || w->frame.data != NULL || c->n != 10)
		return image_damaged;
	w->canvas_width = image_le(c->data + 4, 3) + 1;
	w->canvas_height = image_le(c->data + 7, 3) + 1;
	return image_size(w->image, w->canvas_width, w->canvas_height);
}

static const char *
alpha(struct webp *w, const struct chunk *c)
{
	if (w->canvas_width == 0 || w->alpha.data != NULL ||
	    w->frame.data != NULL || c->n < 2 || (c->data[0] & 0xc0) != 0 ||
	    (c->data[0] & 3) > 1)
		return image_damaged;
	w->alpha = *c;
	return NULL;
}

/* RFC 6386 §9.1: a key frame that is shown. */
static const char *
lossy(struct webp *w, const struct chunk *c)
{
	uint32_t tag;

	if (w->frame.data != NULL || c->n < 11)
		return image_damaged;
	tag = image_le(c->data, 3);
	if ((tag & 1) != 0 || (tag >> 1 & 7) > 3 || (tag >> 4 & 1) == 0 ||
	    tag >> 5 > c->n - 10 || memcmp(c->data + 3, "\x9d\x01\x2a", 3) != 0)
		return image_damaged;
	w->frame = *c;
	return image_size(w->image, image_le(c->data + 6, 2) & 0x3fff,
	    image_le(c->data + 8, 2) & 0x3fff);
}

/* RFC 9649 §3.4 */
static const char *
lossless(struct webp *w, const struct chunk *c)
{
	uint32_t bits;

	if (w->frame.data != NULL || w->alpha.data != NULL || c->n < 6 ||
	    c->data[0] != 0x2f)
		return image_damaged;
	bits = image_le(c->data + 1, 4);
	if (bits >> 29 != 0)
		return image_damaged;
	w->frame = *c;
	return image_size(w->image, (bits & 0x3fff) + 1,
	    (bits >> 14 & 0x3fff) + 1);
}

static const char *
moving(struct webp *w __attribute__((unused)),
    const struct chunk *c __attribute__((unused)))
{
	return "must not be animated";
}

static const struct {
	const char *type;
	const char *(*take)(struct webp *, const struct chunk *);
} chunks[] = {
	{ "VP8X", extended },
	{ "ALPH", alpha },
	{ "VP8 ", lossy },
	{ "VP8L", lossless },
	{ "ANIM", moving },
	{ "ANMF", moving },
};

static const char *
chunk_sort(struct webp *w, const struct chunk *c)
{
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		if (is_type(c, chunks[i].type))
			return chunks[i].take(w, c);
	}
	return w->canvas_width == 0 && w->frame.data == NULL ? image_damaged
							     : NULL;
}

static void
put_le(struct buf *b, uint32_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(b, (char)(v >> 8 * i));
}

static void
chunk_put(struct buf *b, const struct chunk *c)
{
	buf_put(b, c->type, 8);
	buf_put(b, c->data, c->n);
	if (c->n % 2 != 0)
		buf_putc(b, '\0');
}

static uint32_t
chunk_size(const struct chunk *c)
{
	return c->data == NULL ? 0 : 8 + c->n + c->n % 2;
}

static void
put_all(struct webp *w)
{
	struct buf *b = &w->image->bytes;
	bool has_alpha = w->alpha.data != NULL;

	buf_put(b, "RIFF", 4);
	put_le(b,
	    4 + (has_alpha ? 18 : 0) + chunk_size(&w->alpha) +
		chunk_size(&w->frame),
	    4);
	buf_put(b, "WEBP", 4);
	if (has_alpha) {
		buf_put(b, "VP8X", 4);
		put_le(b, 10, 4);
		put_le(b, ALPHA_FLAG, 4);
		put_le(b, w->image->width - 1, 3);
		put_le(b, w->image->height - 1, 3);
		chunk_put(b, &w->alpha);
	}
	chunk_put(b, &w->frame);
}

static const char *
clean(struct image_in in, struct image *ret)
{
	struct webp w = { .image = ret };
	const uint8_t *head = image_take(&in, 12);
	struct chunk c;
	const char *why = NULL;
	uint32_t n;

	if (head == NULL || memcmp(head + 8, "WEBP", 4) != 0)
		return "must be a PNG, JPEG or WebP image";
	n = image_le(head + 4, 4);
	if (n < 4 || n - 4 > in.n)
		return image_damaged;
	in.n = n - 4;
	while (why == NULL && in.n > 0)
		why = chunk_take(&in, &c) ? chunk_sort(&w, &c) : image_damaged;
	if (why != NULL)
		return why;
	if (w.frame.data == NULL ||
	    (w.canvas_width != 0 &&
		(w.canvas_width != ret->width ||
		    w.canvas_height != ret->height)))
		return image_damaged;
	put_all(&w);
	return NULL;
}

const struct image_format image_webp = {
	.type = "image/webp",
	.extension = "webp",
	.magic = "RIFF",
	.magic_n = 4,
	.clean = clean,
};
