/* Writes small databases of places in MaxMind's format, for tests. */
#ifndef SUPPORT_MMDB_H
#define SUPPORT_MMDB_H

/* A network and where it is; NULL network ends a table. */
struct mmdb_row {
	const char *network; /* "192.0.2.0/24", "2001:db8::/32" */
	const char *city, *country; /* NULL: the record has none */
};

/* Ends the program when the file cannot be written. */
void mmdb_write(const char *path, const struct mmdb_row *rows);

#endif
