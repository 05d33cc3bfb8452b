/*
 * The contracts' own examples: what is sent to an endpoint, and what must
 * come back. In paths, queries and bodies @name stands for what the cast of
 * contract.c keeps: fresh for each example, access, refresh, email, user_id
 * and session_id (a second session) of a user; other_id and other_email of
 * another one. {name} in a path means @name.
 */
#ifndef T_CONTRACT_EXAMPLE_H
#define T_CONTRACT_EXAMPLE_H

struct api;

struct example {
	const char *request; /* "METHOD /path" as in endpoints.tsv */
	const char *query; /* "page=1", or NULL */
	const char *body;
	int status;
	/*
	 * "path:type …" for each documented member, by dots, with 0 for the
	 * first of a list. Types: string bool int time object list, and with
	 * a ? they may be null.
	 */
	const char *fields;
	void (*before)(struct api *); /* makes what else it needs, or NULL */
};

/* By the request; NULL in request ends it. Several may have the same. */
extern const struct example examples[];

#endif
