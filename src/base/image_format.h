/* Inside src/base: one row and one file a format of pictures. */
#ifndef BASE_IMAGE_FORMAT_H
#define BASE_IMAGE_FORMAT_H

#include <stdbool.h>

#include "base/image.h"

/* Bytes that are still to be read. */
struct image_in {
	const uint8_t *p;
	size_t n;
};

struct image_format {
	const char *type, *extension;
	const char *magic; /* what it begins with */
	size_t magic_n;
	/* checks and copies into ret->bytes, which is empty */
	const char *(*clean)(struct image_in, struct image *ret);
};

extern const struct image_format image_png, image_jpeg, image_webp;

extern const char image_damaged[], image_too_large[];

/* The next n bytes; NULL when there are fewer. */
const uint8_t *image_take(struct image_in *, size_t n);

uint32_t image_be(const uint8_t *p, int bytes);
uint32_t image_le(const uint8_t *p, int bytes);

/* Notes the size. NULL, or why it will not do. */
const char *image_size(struct image *, uint32_t width, uint32_t height);

#endif
