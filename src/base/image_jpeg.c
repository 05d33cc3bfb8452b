/*
 * JPEG, by ITU-T T.81 annex B: baseline, extended and progressive frames of
 * 8 bits with Huffman coding, which is what browsers show. Tables, the frame
 * and its scans go out as they came. Of the application segments three are
 * written anew, since they say how the picture looks: JFIF, Adobe's colour
 * transform, and Exif's orientation, without which telephones' pictures lie
 * on their side. The rest is left behind, and so is what follows the end.
 */
#include <string.h>

#include "base/image_format.h"

enum {
	SOF0 = 0xc0,
	SOF1 = 0xc1,
	SOF2 = 0xc2,
	DHT = 0xc4,
	RST0 = 0xd0,
	RST7 = 0xd7,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	APP0 = 0xe0,
	APP1 = 0xe1,
	APP2 = 0xe2,
	APP14 = 0xee,
	APP15 = 0xef,
	COM = 0xfe,
};

#define SCANS_MAX 100 /* a hundred passes over the pixels, for who decodes */

struct jpeg {
	struct image_in in;
	struct image *image;
	uint8_t components; /* 0: no frame yet */
	uint8_t ids[4];
	int scans;
	bool jfif, exif, adobe, over;
};

struct segment {
	uint8_t marker;
	const uint8_t *start; /* its length field */
	const uint8_t *data;
	size_t n;
};

static void
put_marker(struct jpeg *j, uint8_t marker)
{
	buf_putc(&j->image->bytes, '\xff');
	buf_putc(&j->image->bytes, (char)marker);
}

static void
segment_keep(struct jpeg *j, const struct segment *s)
{
	put_marker(j, s->marker);
	buf_put(&j->image->bytes, s->start, s->n + 2);
}

/* Version 1.01, no units, square pixels, no thumbnail. */
static const char *
jfif(struct jpeg *j, const struct segment *s)
{
	static const char plain[] = "\0\x10JFIF\0\1\1\0\0\1\0\1\0\0";

	if (j->jfif || s->n < 14 || memcmp(s->data, "JFIF", 5) != 0)
		return NULL;
	j->jfif = true;
	put_marker(j, APP0);
	buf_put(&j->image->bytes, plain, sizeof(plain) - 1);
	return NULL;
}

/* Its transform alone, in the last byte. */
static const char *
adobe(struct jpeg *j, const struct segment *s)
{
	static const char head[] = "\0\x0e"
				   "Adobe\0\x64\0\0\0\0";

	if (j->adobe || s->n < 12 || memcmp(s->data, "Adobe", 5) != 0)
		return NULL;
	if (s->data[11] > 2)
		return image_damaged;
	j->adobe = true;
	put_marker(j, APP14);
	buf_put(&j->image->bytes, head, sizeof(head) - 1);
	buf_putc(&j->image->bytes, (char)s->data[11]);
	return NULL;
}

/* A TIFF directory's entry, in either order of bytes. */
struct tiff {
	const uint8_t *p;
	size_t n;
	bool little;
};

static uint32_t
tiff_get(const struct tiff *t, size_t at, int bytes)
{
	return t->little ? image_le(t->p + at, bytes)
			 : image_be(t->p + at, bytes);
}

/* 1 to 8; 0 when there is none to be found. */
static uint8_t
tiff_orientation(const struct tiff *t)
{
	size_t at, entries;
	uint32_t value;

	if (t->n < 8 || tiff_get(t, 2, 2) != 42)
		return 0;
	at = tiff_get(t, 4, 4);
	if (at > t->n - 2)
		return 0;
	entries = tiff_get(t, at, 2);
	for (at += 2; entries > 0 && t->n - at >= 12; at += 12, entries--) {
		if (tiff_get(t, at, 2) != 0x0112)
			continue;
		value = tiff_get(t, at + 8, 2);
		return tiff_get(t, at + 2, 2) == 3 && value <= 8
		    ? (uint8_t)value
		    : 0;
	}
	return 0;
}

static const char *
exif(struct jpeg *j, const struct segment *s)
{
	static const char head[] = "\0\x22"
				   "Exif\0\0MM\0*\0\0\0\x08\0\1"
				   "\1\x12\0\3\0\0\0\1\0";
	struct tiff t = { s->data + 6, s->n - 6, false };
	uint8_t orientation;

	if (j->exif || s->n < 14 || memcmp(s->data, "Exif\0", 6) != 0)
		return NULL;
	j->exif = true;
	t.little = t.p[0] == 'I';
	orientation = tiff_orientation(&t);
	if (orientation < 2)
		return NULL;
	put_marker(j, APP1);
	buf_put(&j->image->bytes, head, sizeof(head) - 1);
	buf_putc(&j->image->bytes, (char)orientation);
	buf_put(&j->image->bytes, "\0\0\0\0\0", 6);
	return NULL;
}

/* B.2.4.1: tables of 64 values of one byte or two. */
static const char *
quantization(struct jpeg *j, const struct segment *s)
{
	struct image_in in = { s->data, s->n };
	const uint8_t *head;

	while ((head = image_take(&in, 1)) != NULL) {
		if (*head >> 4 > 1 || (*head & 15) > 3 ||
		    image_take(&in, *head >> 4 == 0 ? 64 : 128) == NULL)
			return image_damaged;
	}
	if (s->n == 0)
		return image_damaged;
	segment_keep(j, s);
	return NULL;
}

/* B.2.4.2: how many codes there are of each length, then their values. */
static const char *
huffman(struct jpeg *j, const struct segment *s)
{
	struct image_in in = { s->data, s->n };
	const uint8_t *head;

	while (in.n > 0) {
		size_t codes = 0;

		head = image_take(&in, 17);
		if (head == NULL || *head >> 4 > 1 || (*head & 15) > 3)
			return image_damaged;
		for (int i = 1; i <= 16; i++)
			codes += head[i];
		if (codes > 256 || image_take(&in, codes) == NULL)
			return image_damaged;
	}
	if (s->n == 0)
		return image_damaged;
	segment_keep(j, s);
	return NULL;
}

static const char *
restarts(struct jpeg *j, const struct segment *s)
{
	if (s->n != 2)
		return image_damaged;
	segment_keep(j, s);
	return NULL;
}

static int
component_find(const struct jpeg *j, uint8_t id)
{
	for (int i = 0; i < j->components; i++) {
		if (j->ids[i] == id)
			return i;
	}
	return -1;
}

/* B.2.2 */
static const char *
frame(struct jpeg *j, const struct segment *s)
{
	const uint8_t *c = s->data + 6;
	uint8_t n;

	if (j->components != 0 || s->n < 6 || s->data[0] != 8)
		return image_damaged;
	n = s->data[5];
	if ((n != 1 && n != 3 && n != 4) || s->n != 6 + 3u * n)
		return image_damaged;
	for (uint8_t i = 0; i < n; i++, c += 3) {
		uint8_t h = c[1] >> 4, v = c[1] & 15;

		if (component_find(j, c[0]) >= 0 || h < 1 || h > 4 || v < 1 ||
		    v > 4 || c[2] > 3)
			return image_damaged;
		j->ids[j->components++] = c[0];
	}
	segment_keep(j, s);
	return image_size(j->image, image_be(s->data + 3, 2),
	    image_be(s->data + 1, 2));
}

/* Entropy-coded data up to the next marker that ends it. */
static const char *
scan_data(struct jpeg *j)
{
	const uint8_t *start = j->in.p, *at;

	for (;;) {
		at = memchr(j->in.p, 0xff, j->in.n);
		if (at == NULL || (size_t)(at - j->in.p) + 2 > j->in.n)
			return image_damaged;
		image_take(&j->in, (size_t)(at - j->in.p));
		if (at[1] != 0 && (at[1] < RST0 || at[1] > RST7))
			break;
		image_take(&j->in, 2);
	}
	if (at == start)
		return image_damaged;
	buf_put(&j->image->bytes, start, (size_t)(at - start));
	return NULL;
}

/* B.2.3 */
static const char *
scan(struct jpeg *j, const struct segment *s)
{
	uint8_t n = s->n > 0 ? s->data[0] : 0;

	if (j->components == 0 || n < 1 || n > j->components ||
	    s->n != 4 + 2u * n || ++j->scans > SCANS_MAX)
		return image_damaged;
	for (uint8_t i = 0; i < n; i++) {
		const uint8_t *c = s->data + 1 + 2 * i;

		if (component_find(j, c[0]) < 0 || c[1] >> 4 > 3 ||
		    (c[1] & 15) > 3)
			return image_damaged;
	}
	segment_keep(j, s);
	return scan_data(j);
}

static const struct {
	uint8_t marker;
	const char *(*take)(struct jpeg *, const struct segment *);
} segments[] = {
	{ SOF0, frame },
	{ SOF1, frame },
	{ SOF2, frame },
	{ DHT, huffman },
	{ SOS, scan },
	{ DQT, quantization },
	{ DRI, restarts },
	{ APP0, jfif },
	{ APP1, exif },
	{ APP14, adobe },
};

static const char *
segment_sort(struct jpeg *j, const struct segment *s)
{
	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
		if (segments[i].marker == s->marker)
			return segments[i].take(j, s);
	}
	if ((s->marker >= APP2 && s->marker <= APP15) || s->marker == COM)
		return NULL;
	return image_damaged;
}

/* A marker may have any number of 0xff in front (B.1.1.2). */
static bool
marker_take(struct image_in *in, uint8_t *ret)
{
	const uint8_t *p = image_take(in, 1);

	if (p == NULL || *p != 0xff)
		return false;
	while (p != NULL && *p == 0xff)
		p = image_take(in, 1);
	if (p == NULL)
		return false;
	*ret = *p;
	return true;
}

static const char *
segment_next(struct jpeg *j)
{
	struct segment s;

	if (!marker_take(&j->in, &s.marker))
		return image_damaged;
	if (s.marker == EOI) {
		j->over = true;
		put_marker(j, EOI);
		return j->scans > 0 ? NULL : image_damaged;
	}
	s.start = image_take(&j->in, 2);
	if (s.start == NULL || image_be(s.start, 2) < 2)
		return image_damaged;
	s.n = image_be(s.start, 2) - 2;
	s.data = image_take(&j->in, s.n);
	return s.data == NULL ? image_damaged : segment_sort(j, &s);
}

static const char *
clean(struct image_in in, struct image *ret)
{
	struct jpeg j = { .in = in, .image = ret };
	const char *why = NULL;

	image_take(&j.in, 2);
	put_marker(&j, SOI);
	while (why == NULL && !j.over)
		why = segment_next(&j);
	return why;
}

const struct image_format image_jpeg = {
	.type = "image/jpeg",
	.extension = "jpg",
	.magic = "\xff\xd8\xff",
	.magic_n = 3,
	.clean = clean,
};
