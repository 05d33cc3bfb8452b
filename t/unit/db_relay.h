/*
 * A socket between client and server that cuts the line at a given word: the
 * request never arrives, or its reply never comes back. The client cannot
 * tell the two apart, and that is the point.
 */
#ifndef UNIT_DB_RELAY_H
#define UNIT_DB_RELAY_H

#include <stdbool.h>

struct relay;

/* Listens at path for the server at the socket `to`. */
struct relay *relay_start(const char *path, const char *to);
/* Cuts at the next so many requests that hold the word. */
void relay_cut(struct relay *, const char *word, bool reply, int times);
void relay_stop(struct relay *);

#endif
