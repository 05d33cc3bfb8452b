/*
 * Pictures that strangers send. What one is, its bytes tell; every part of
 * its format is checked, and what comes out holds the picture alone: no
 * metadata, no comment, no colour profile, nothing behind its end. Pixels are
 * not decoded, so that a picture cannot cost more than its bytes.
 */
#ifndef BASE_IMAGE_H
#define BASE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define IMAGE_SIDE_MAX 4096 /* pixels */

struct image {
	const char *type; /* "image/png" */
	const char *extension; /* "png" */
	uint32_t width, height;
	struct buf bytes; /* cleaned */
};

/*
 * A PNG, JPEG or still WebP, cleaned into mem. NULL, or why it will not do,
 * to follow "The file".
 */
const char *image_clean(struct arena *mem, const void *p, size_t n,
    struct image *ret);

/* The media type of a file name's extension; NULL when it is none of ours. */
const char *image_type(const char *extension);

#endif
