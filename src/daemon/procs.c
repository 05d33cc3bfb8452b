/*
 * Back-off belongs to the place, not to the slot or the pid: a worker that
 * dies at once is tried again ever more slowly, while its neighbours are
 * replaced without delay.
 */
#include "daemon/procs.h"

#include <string.h>

static void
places_clear(struct procs *ps, int workers)
{
	for (int i = 0; i < PLACES_MAX; i++)
		ps->place[i] = (struct place) { .proc = -1 };
	ps->workers = workers;
}

void
procs_init(struct procs *ps, int workers)
{
	memset(ps, 0, sizeof(*ps));
	places_clear(ps, workers);
}

int64_t
backoff_us(unsigned failures)
{
	int64_t us = BACKOFF_FIRST_US;

	/* the first death costs nothing: it may well be the only one */
	if (failures <= 1)
		return 0;
	for (unsigned i = 2; i < failures && us < BACKOFF_MAX_US; i++)
		us *= 2;
	return us < BACKOFF_MAX_US ? us : BACKOFF_MAX_US;
}

static int
slot_free(const struct procs *ps, int place)
{
	if (place == PLACE_JOBS)
		return ps->proc[PROC_JOBS].pid == 0 ? PROC_JOBS : -1;
	for (int i = 0; i < SHARED_SLOTS; i++)
		if (ps->proc[i].pid == 0)
			return i;
	return -1;
}

static bool
place_used(const struct procs *ps, int place)
{
	return place < ps->workers || place == PLACE_JOBS;
}

int
procs_next(const struct procs *ps, int64_t now_us, int *ret_place,
    int *ret_slot, int64_t *ret_at_us)
{
	int64_t at_us = 0;

	for (int i = 0; i < PLACES_MAX; i++) {
		const struct place *pl = &ps->place[i];
		int slot = slot_free(ps, i);

		if (!place_used(ps, i) || pl->proc >= 0 || slot < 0)
			continue;
		if (pl->not_before_us <= now_us) {
			*ret_place = i;
			*ret_slot = slot;
			return 0;
		}
		if (at_us == 0 || pl->not_before_us < at_us)
			at_us = pl->not_before_us;
	}
	*ret_at_us = at_us;
	return -1;
}

void
procs_born(struct procs *ps, int place, int slot, pid_t pid,
    uint64_t generation, int64_t now_us)
{
	ps->place[place].proc = slot;
	ps->proc[slot] = (struct proc) {
		.pid = pid,
		.place = place,
		.generation = generation,
		.started_us = now_us,
	};
}

void
procs_adopt(struct procs *ps, int slot, pid_t pid, uint64_t generation,
    int64_t now_us)
{
	ps->proc[slot] = (struct proc) {
		.pid = pid,
		.place = -1,
		.generation = generation,
		.started_us = now_us,
	};
}

int
procs_find(const struct procs *ps, pid_t pid)
{
	for (int i = 0; i < PROCS_MAX; i++)
		if (ps->proc[i].pid == pid)
			return i;
	return -1;
}

static void
place_failed(struct place *pl, int64_t ran_us, int64_t now_us)
{
	if (ran_us >= BACKOFF_RESET_US)
		pl->failures = 0;
	pl->failures++;
	pl->not_before_us = now_us + backoff_us(pl->failures);
}

bool
procs_died(struct procs *ps, int slot, bool clean, int64_t now_us)
{
	struct proc *p = &ps->proc[slot];
	struct place *pl = p->place >= 0 ? &ps->place[p->place] : NULL;
	bool asked = p->asked_us != 0 || pl == NULL;

	if (pl != NULL) {
		pl->proc = -1;
		if (clean)
			pl->failures = 0;
		else if (!asked)
			place_failed(pl, now_us - p->started_us, now_us);
	}
	*p = (struct proc) { .pid = 0 };
	if (asked)
		return false;
	if (clean)
		ps->recycled++;
	else
		ps->restarts++;
	return true;
}

void
procs_replace(struct procs *ps, int workers)
{
	for (int i = 0; i < PROCS_MAX; i++)
		ps->proc[i].place = -1;
	places_clear(ps, workers);
}

int
procs_alive(const struct procs *ps)
{
	int n = 0;

	for (int i = 0; i < PROCS_MAX; i++)
		n += ps->proc[i].pid != 0;
	return n;
}
