/*
 * A counter is one 64-bit word, tag 22 | start 20 | count 22, so that it
 * changes by one compare-and-swap and is never seen half. Its bucket and tag
 * come from SipHash over class and key; the tag's lowest bit says whether its
 * window is a long one, so that anybody can tell whether it has ended.
 *
 * start is in seconds modulo 2^20 (12 days). That is exact only for counters
 * younger than half of it, so the table is swept by the first hit of each
 * epoch of 2^18 s (3 days), by every process that comes across the old epoch
 * before it counts anything: whatever is left started in this epoch or less
 * than the longest window before it.
 */
#include "http/quota.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/shared.h"
#include "base/siphash.h"

#define COUNT_BITS 22
#define START_BITS 20
#define TAG_BITS   22
#define COUNT_MAX  ((UINT32_C(1) << COUNT_BITS) - 1)
#define START_MASK ((UINT32_C(1) << START_BITS) - 1)
#define TAG_MASK   ((UINT32_C(1) << TAG_BITS) - 1)
#define EPOCH_BITS 18

#define MINUTE      60
#define HOUR        3600
#define WINDOW_LONG HOUR /* no rule has a longer one */
#define WINDOW      MINUTE /* nor a longer one without TAG_LONG */
#define TAG_LONG    1

/* Clocks of two requests may differ so much, or one step back. */
#define SKEW_S 300

const struct quota_rule quota_rules[QUOTA__MAX] = {
	[QUOTA_NONE] = { "none", 0, 0 },
	[QUOTA_GENERAL] = { "general", 0, 0 },
	[QUOTA_SIGNUP] = { "signup", 3, MINUTE },
	[QUOTA_SIGNIN] = { "signin", 5, MINUTE },
	[QUOTA_RESET] = { "reset", 3, HOUR },
	[QUOTA_VERIFY] = { "verify", 5, HOUR },
	[QUOTA_MAGIC] = { "magic", 5, HOUR },
	[QUOTA_USE_LINK] = { "use_link", 10, HOUR },
	[QUOTA_ANONYMOUS] = { "anonymous", 100, MINUTE },
	[QUOTA_USER] = { "user", 1000, MINUTE },
	[QUOTA_ADMIN] = { "admin", 5000, MINUTE },
	[QUOTA_PLAN_FREE] = { "plan_free", 100, MINUTE },
	[QUOTA_PLAN_PRO] = { "plan_pro", 1000, MINUTE },
	[QUOTA_PLAN_ENTERPRISE] = { "plan_enterprise", 0, MINUTE },
};

static uint8_t hash_key[16];
static uint32_t limits[QUOTA__MAX];
static bool ready;

/* At most what still leaves a count that is over it. */
static uint32_t
scaled(uint32_t limit, int64_t scale)
{
	if (limit != 0 && scale > (COUNT_MAX - 1) / limit)
		return COUNT_MAX - 1;
	return (uint32_t)(limit * scale);
}

void
quota_init(const uint8_t key[16], int64_t scale, uint32_t enterprise)
{
	memcpy(hash_key, key, sizeof(hash_key));
	if (scale < 1)
		scale = 1;
	for (int i = 0; i < QUOTA__MAX; i++)
		limits[i] = scaled(quota_rules[i].limit, scale);
	limits[QUOTA_PLAN_ENTERPRISE] = scaled(enterprise, scale);
	ready = true;
}

uint32_t quota_limit(enum quota_class class)
{
	if (!ready) {
		log_error("quota.not_initialised");
		abort();
	}
	return limits[class];
}

static uint64_t
word_make(uint32_t tag, int64_t start_s, uint32_t count)
{
	return (uint64_t)tag << (START_BITS + COUNT_BITS) |
	    (uint64_t)((uint32_t)start_s & START_MASK) << COUNT_BITS | count;
}

static uint32_t
word_tag(uint64_t w)
{
	return (uint32_t)(w >> (START_BITS + COUNT_BITS));
}

static uint32_t
word_count(uint64_t w)
{
	return (uint32_t)w & COUNT_MAX;
}

/* Seconds since the window began; less than 0 when that lies ahead. */
static int32_t
word_age(uint64_t w, int64_t now_s)
{
	uint32_t start = (uint32_t)(w >> COUNT_BITS) & START_MASK;
	uint32_t age = ((uint32_t)now_s - start) & START_MASK;

	return age <= START_MASK / 2 ? (int32_t)age
				     : (int32_t)age - (1 << START_BITS);
}

static bool
word_live(uint64_t w, int64_t now_s)
{
	int32_t age = word_age(w, now_s);
	int32_t window = (word_tag(w) & TAG_LONG) != 0 ? WINDOW_LONG : WINDOW;

	return w != 0 && age < window && age >= -SKEW_S;
}

/*
 * Clears what has ended; or everything, when the table was left alone so long
 * that ages cannot be told any more, and then all have ended. Stops when
 * another process has finished: words from then on are of the new epoch.
 */
static void
table_sweep(struct shared *s, uint32_t old, bool all, int64_t now_s)
{
	_Atomic uint64_t *word = &s->quota[0][0];

	for (size_t i = 0; i < (size_t)QUOTA_BUCKETS * QUOTA_WAYS; i++) {
		uint64_t w = atomic_load(&word[i]);

		if (w == 0 || (!all && word_live(w, now_s)))
			continue;
		if (atomic_load(&s->quota_epoch) != old)
			return;
		(void)atomic_compare_exchange_strong(&word[i], &w, 0);
	}
}

/* A table without an epoch is a new one, and empty. */
static void
epoch_enter(struct shared *s, int64_t now_s)
{
	uint32_t now = (uint32_t)(now_s >> EPOCH_BITS);
	uint32_t old = atomic_load(&s->quota_epoch);

	if (old == now || old == now + 1)
		return;
	if (old != 0)
		table_sweep(s, old, old + 1 != now, now_s);
	(void)atomic_compare_exchange_strong(&s->quota_epoch, &old, now);
}

/* The counter of the tag, else the place to give it: free, or the smallest. */
static _Atomic uint64_t *
bucket_find(_Atomic uint64_t *bucket, uint32_t tag, int64_t now_s,
    uint64_t *ret_seen)
{
	_Atomic uint64_t *place = NULL;
	uint32_t least = UINT32_MAX;

	for (int i = 0; i < QUOTA_WAYS; i++) {
		uint64_t w = atomic_load(&bucket[i]);
		uint32_t count = word_live(w, now_s) ? word_count(w) : 0;

		if (w != 0 && word_tag(w) == tag) {
			*ret_seen = w;
			return &bucket[i];
		}
		if (count < least) {
			least = count;
			place = &bucket[i];
			*ret_seen = w;
		}
	}
	return place;
}

static uint64_t
word_next(uint64_t w, uint32_t tag, int64_t now_s)
{
	if (word_tag(w) != tag || !word_live(w, now_s))
		return word_make(tag, now_s, 1);
	return word_count(w) < COUNT_MAX ? w + 1 : w;
}

static uint64_t
count_hit(struct shared *s, uint64_t hash, bool is_long, int64_t now_s)
{
	_Atomic uint64_t *bucket = s->quota[hash % QUOTA_BUCKETS], *place;
	uint32_t tag = (uint32_t)(hash >> (64 - TAG_BITS)) & TAG_MASK;
	uint64_t seen, next;

	tag = (tag & ~(uint32_t)TAG_LONG) | (is_long ? TAG_LONG : 0);
	do {
		place = bucket_find(bucket, tag, now_s, &seen);
		next = word_next(seen, tag, now_s);
	} while (!atomic_compare_exchange_weak(place, &seen, next));
	return next;
}

static uint64_t
key_hash(enum quota_class class, const char *key)
{
	uint8_t first = (uint8_t) class, text[256];
	size_t n = strlen(key);
	uint64_t folded;

	/* a longer key goes in as its own hash */
	if (n >= sizeof(text)) {
		folded = siphash(hash_key, key, n);
		memcpy(text + 1, &folded, sizeof(folded));
		n = sizeof(folded);
	} else
		memcpy(text + 1, key, n);
	text[0] = first;
	return siphash(hash_key, text, n + 1);
}

void
quota_hit(struct shared *s, enum quota_class class, const char *key,
    int64_t now_us, struct quota_state *ret)
{
	uint32_t limit = quota_limit(class), count;
	uint32_t window_s = quota_rules[class].window_s;
	int64_t now_s = now_us / CLOCK_SECOND;
	uint64_t word;

	*ret = (struct quota_state) { .limit = limit, .window_s = window_s };
	if (limit == 0)
		return;
	epoch_enter(s, now_s);
	word = count_hit(s, key_hash(class, key), window_s > WINDOW, now_s);
	count = word_count(word);
	ret->remaining = count < limit ? limit - count : 0;
	ret->reset_s = now_s - word_age(word, now_s) + window_s;
	ret->over = count > limit;
}
