/*
 * A row of equal items, as statements return them and views show them. The
 * items belong to whoever made the list, usually the request's arena.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

struct list {
	size_t n;
	void *items;
};

#endif
