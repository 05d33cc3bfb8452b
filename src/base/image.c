#include "base/image.h"

#include <string.h>

#include "base/image_format.h"

const char image_damaged[] = "is damaged or incomplete";
const char image_too_large[] = "must have at most 4096 pixels on either side";

static const struct image_format *const formats[] = {
	&image_png,
	&image_jpeg,
	&image_webp,
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

const uint8_t *
image_take(struct image_in *in, size_t n)
{
	const uint8_t *p = in->p;

	if (n > in->n)
		return NULL;
	in->p += n;
	in->n -= n;
	return p;
}

uint32_t
image_be(const uint8_t *p, int bytes)
{
	uint32_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

uint32_t
image_le(const uint8_t *p, int bytes)
{
	uint32_t v = 0;

	for (int i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

const char *
image_size(struct image *image, uint32_t width, uint32_t height)
{
	if (width == 0 || height == 0)
		return image_damaged;
	if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX)
		return image_too_large;
	image->width = width;
	image->height = height;
	return NULL;
}

const char *
image_clean(struct arena *mem, const void *p, size_t n, struct image *ret)
{
	const struct image_format *f = NULL;
	struct image image;
	const char *why;

	for (size_t i = 0; f == NULL && i < FORMATS; i++) {
		if (n >= formats[i]->magic_n &&
		    memcmp(p, formats[i]->magic, formats[i]->magic_n) == 0)
			f = formats[i];
	}
	if (f == NULL)
		return "must be a PNG, JPEG or WebP image";
	image = (struct image) {
		.type = f->type,
		.extension = f->extension,
	};
	buf_init(&image.bytes, mem, n);
	why = f->clean((struct image_in) { p, n }, &image);
	if (why == NULL)
		*ret = image;
	return why;
}

const char *
image_type(const char *extension)
{
	for (size_t i = 0; i < FORMATS; i++) {
		if (strcmp(formats[i]->extension, extension) == 0)
			return formats[i]->type;
	}
	return NULL;
}
