/*
 * Where an address is, by the database that the setting geo_database names
 * (MaxMind's format, of cities or of countries). It is looked up whenever it
 * is shown and never stored, so a newer database corrects what is old.
 *
 * The file is mapped once in a process, at the first look-up. Without it, or
 * where it knows nothing, the answer is empty.
 */
#ifndef OUT_PLACE_H
#define OUT_PLACE_H

struct arena;
struct ctx;

/* Names in English; NULL: not known. */
struct place {
	const char *city, *country;
};

/* address may be NULL. */
void place_find(struct ctx *, const char *address, struct place *ret);

/* "San Francisco, United States", in mem; NULL when nothing is known. */
const char *place_text(struct arena *mem, const struct place *);

#endif
