/* No state of our own: a fork would duplicate it. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/rand.h"

void
rand_bytes(void *ret_p, size_t n)
{
	unsigned char *at = ret_p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_error("rand.failed", KI("errno", errno));
			abort();
		}
		at += got;
		n -= (size_t)got;
	}
}

uint32_t
rand_below(uint32_t bound)
{
	/* values below this would make the small results likelier */
	uint32_t skip = -bound % bound;
	uint32_t r;

	do {
		rand_bytes(&r, sizeof(r));
	} while (r < skip);
	return r % bound;
}
