/*
 * Where an address is, by the database that the setting geo_database names
 * (MaxMind's format, of cities or of countries). It is looked up whenever it
 * is shown and never stored, so a newer database corrects what is old.
 *
 * The file is mapped once in a process. Without it, or
 * where it knows nothing, the answer is empty.
 */
#ifndef OUT_PLACE_H
#define OUT_PLACE_H

struct arena;
struct conf;
struct ctx;

/* Names in English; NULL: not known. */
struct place {
	const char *city, *country;
};

/*
 * Opens the database now, for a process that may open no file later. A fault
 * is logged, and there are no places then.
 */
void place_open(const struct conf *);

/* address may be NULL. */
void place_find(struct ctx *, const char *address, struct place *ret);

/* "San Francisco, United States", in mem; NULL when nothing is known. */
const char *place_text(struct arena *mem, const struct place *);

#endif
