/* What comes out is one of ours, and cleaning it again changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/image.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct image once, twice;

	if (image_clean(mem, p, n, &once) == NULL) {
		if (once.width == 0 || once.width > IMAGE_SIDE_MAX ||
		    once.height == 0 || once.height > IMAGE_SIDE_MAX ||
		    once.bytes.n > n + 64 ||
		    strcmp(image_type(once.extension), once.type) != 0 ||
		    image_clean(mem, once.bytes.p, once.bytes.n, &twice) !=
			NULL ||
		    once.bytes.n != twice.bytes.n ||
		    memcmp(once.bytes.p, twice.bytes.p, once.bytes.n) != 0)
			abort();
	}
	arena_free(mem);
	return 0;
}
