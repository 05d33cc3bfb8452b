/*
 * Two masks of one bit a slot say who holds a place and who waits for one, so
 * a place can always be told to be a certain process's, and be freed when
 * that one is dead. A counter or a semaphore would leak it. Everything else
 * is a hint: seq only wakes those who wait, and they look again every SLICE_MS
 * anyway, for a limit that rose or a holder that nobody else buries.
 */
#include "base/gate.h"

#include <limits.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/shared.h"

#define SLICE_MS 100
#define BUSY_MS  1000 /* others were served so recently: a core stays free */
#define NOTE_MS  50 /* so exact is other_ms */

static int64_t
mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static uint64_t
own_bit(void)
{
	return UINT64_C(1) << (shared_slot() & (SHARED_SLOTS - 1));
}

/* A note from before a reboot may lie ahead: that is not recent either. */
static bool
gate_busy(const struct gate *g)
{
	int64_t at = atomic_load(&g->other_ms), since = mono_ms() - at;

	return at != 0 && since >= 0 && since < BUSY_MS;
}

static int
gate_limit(const struct gate *g)
{
	int slots = (int)atomic_load(&g->slots);

	if (slots <= 1)
		return 1;
	return gate_busy(g) ? slots - 1 : slots;
}

/* Sets the bit unless `most` others are set. */
static bool
mask_join(_Atomic uint64_t *mask, uint64_t bit, int most)
{
	uint64_t old = atomic_load(mask);

	do
		if (__builtin_popcountll(old & ~bit) >= most)
			return false;
	while (!atomic_compare_exchange_weak(mask, &old, old | bit));
	return true;
}

static bool
gate_try(struct gate *g)
{
	return mask_join(&g->hold, own_bit(), gate_limit(g));
}

static bool
gate_wait(struct shared *s)
{
	struct gate *g = &s->gate;
	int64_t until = mono_ms() + GATE_WAIT_MS, rest;

	for (;;) {
		uint32_t seen = atomic_load(&g->seq);

		if (gate_try(g))
			return true;
		rest = until - mono_ms();
		if (rest <= 0)
			return false;
		shared_wait(&g->seq, seen, rest < SLICE_MS ? rest : SLICE_MS);
		shared_bury_dead(s);
	}
}

void
gate_init(struct shared *s, int cores, int waiters)
{
	atomic_store(&s->gate.slots, cores > 1 ? (uint32_t)cores : 1);
	atomic_store(&s->gate.waiters, waiters > 0 ? (uint32_t)waiters : 0);
}

int
gate_enter(struct shared *s)
{
	struct gate *g = &s->gate;
	bool in;

	if (gate_try(g))
		return 0;
	shared_bury_dead(s);
	if (gate_try(g))
		return 0;
	if (!mask_join(&g->wait, own_bit(), (int)atomic_load(&g->waiters)))
		return ERR_UNAVAILABLE;
	in = gate_wait(s);
	atomic_fetch_and(&g->wait, ~own_bit());
	return in ? 0 : ERR_UNAVAILABLE;
}

void
gate_leave(struct shared *s)
{
	atomic_fetch_and(&s->gate.hold, ~own_bit());
	atomic_fetch_add(&s->gate.seq, 1);
	shared_wake(&s->gate.seq, 1);
}

void
gate_bury(struct shared *s, int slot)
{
	uint64_t bit = UINT64_C(1) << (slot & (SHARED_SLOTS - 1));

	atomic_fetch_and(&s->gate.hold, ~bit);
	atomic_fetch_and(&s->gate.wait, ~bit);
	atomic_fetch_add(&s->gate.seq, 1);
	shared_wake(&s->gate.seq, INT_MAX);
}

void
gate_note_other(struct shared *s)
{
	int64_t now = mono_ms(), at = atomic_load(&s->gate.other_ms);

	if (now - at >= NOTE_MS || at > now)
		atomic_store(&s->gate.other_ms, now);
}
