/*
 * Quotas: a fixed window from the first request, counted in shared memory
 * without a lock (base/shared.h). A full bucket forgets the smallest count.
 */
#ifndef HTTP_QUOTA_H
#define HTTP_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

struct shared;

enum quota_class {
	QUOTA_GENERAL, /* no bucket of its own: by who asks, see below */
	QUOTA_NONE, /* not counted: health, JWKS */
	QUOTA_SIGNUP,
	QUOTA_SIGNIN,
	QUOTA_RESET, /* asking for a reset mail */
	QUOTA_VERIFY, /* asking for a verification mail */
	QUOTA_MAGIC,
	QUOTA_USE_LINK, /* using a link that was mailed */
	QUOTA_ANONYMOUS, /* the general ones, by who asks */
	QUOTA_USER,
	QUOTA_ADMIN,
	QUOTA_PLAN_FREE,
	QUOTA_PLAN_PRO,
	QUOTA_PLAN_ENTERPRISE,
	QUOTA__MAX
};

/* limit requests in window_s seconds. */
struct quota_rule {
	const char *name;
	uint32_t limit, window_s;
};

extern const struct quota_rule quota_rules[QUOTA__MAX];

struct quota_state {
	uint32_t limit, remaining, window_s;
	int64_t reset_s; /* epoch seconds at which the window ends */
	bool over; /* this request is beyond the limit */
};

/* Once, before any fork: the key of the hash, and CARDEA_QUOTA_SCALE. */
void quota_init(const uint8_t key[16], int64_t scale, uint32_t enterprise);

/* The limit in force, scaled. */
uint32_t quota_limit(enum quota_class);

/* Counts one request of key under the class and says where that leaves it. */
void quota_hit(struct shared *, enum quota_class, const char *key,
    int64_t now_us, struct quota_state *ret);

#endif
