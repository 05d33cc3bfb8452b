/*
 * MaxMind DB 2.0: a binary tree over the bits of an IPv6 address (IPv4 lies
 * at ::/96), whose records of 24 bits are another node, the number of nodes
 * for "nothing", or a place in the data section; then 16 zero bytes, the
 * data, a marker and the metadata.
 */
#include "support/mmdb.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES 4096
#define DATA  8192
#define NONE  0

enum { STRING = 2, UINT16 = 5, UINT32 = 6, MAP = 7, UINT64 = 9, ARRAY = 11 };

/* A record: 0 nothing, else a node, or data at ~offset when negative. */
struct writer {
	int32_t tree[NODES][2];
	int32_t nodes;
	uint8_t data[DATA];
	size_t n;
};

static void
put(struct writer *w, const void *p, size_t n)
{
	if (w->n + n > DATA)
		abort();
	memcpy(w->data + w->n, p, n);
	w->n += n;
}

static void
put_control(struct writer *w, int type, size_t size)
{
	uint8_t c[2] = { (uint8_t)(type << 5 | (int)size), 0 };

	if (size > 28)
		abort();
	if (type > 7) {
		c[0] = (uint8_t)size;
		c[1] = (uint8_t)(type - 7);
	}
	put(w, c, type > 7 ? 2 : 1);
}

static void
put_string(struct writer *w, const char *text)
{
	put_control(w, STRING, strlen(text));
	put(w, text, strlen(text));
}

static void
put_number(struct writer *w, const char *key, int type, uint32_t number)
{
	uint8_t b[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
		(uint8_t)(number >> 8), (uint8_t)number };
	size_t n = type == UINT16 ? 2 : 4;

	put_string(w, key);
	put_control(w, type, n);
	put(w, b + 4 - n, n);
}

static void
put_names(struct writer *w, const char *what, const char *name)
{
	put_string(w, what);
	put_control(w, MAP, 1);
	put_string(w, "names");
	put_control(w, MAP, 2);
	put_string(w, "de");
	put_string(w, "anderswo");
	put_string(w, "en");
	put_string(w, name);
}

static int32_t
put_place(struct writer *w, const struct mmdb_row *row)
{
	int32_t at = ~(int32_t)w->n;

	put_control(w, MAP, (row->city != NULL) + (row->country != NULL));
	if (row->city != NULL)
		put_names(w, "city", row->city);
	if (row->country != NULL)
		put_names(w, "country", row->country);
	return at;
}

/* The network's bits and how many of them count. */
static int
parse_network(const char *network, uint8_t bits[16])
{
	char text[64];
	int prefix;

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(network, "/"),
	    network);
	prefix = (int)strtol(strchr(network, '/') + 1, NULL, 10);
	memset(bits, 0, 16);
	if (inet_pton(AF_INET, text, bits + 12) == 1)
		return prefix + 96;
	if (inet_pton(AF_INET6, text, bits) != 1)
		abort();
	return prefix;
}

static void
insert(struct writer *w, const struct mmdb_row *row)
{
	uint8_t bits[16];
	int prefix = parse_network(row->network, bits);
	int32_t node = 0;

	for (int i = 0; i < prefix; i++) {
		int32_t *record =
		    &w->tree[node][bits[i / 8] >> (7 - i % 8) & 1];

		if (i == prefix - 1) {
			*record = put_place(w, row);
			return;
		}
		if (*record == NONE) {
			if (w->nodes == NODES)
				abort();
			*record = w->nodes++;
		}
		node = *record;
	}
}

static void
write_record(FILE *f, const struct writer *w, int32_t record)
{
	uint32_t v = (uint32_t)record;

	if (record == NONE)
		v = (uint32_t)w->nodes;
	else if (record < 0)
		v = (uint32_t)(w->nodes + 16 + ~record);
	fputc((int)(v >> 16 & 0xFF), f);
	fputc((int)(v >> 8 & 0xFF), f);
	fputc((int)(v & 0xFF), f);
}

static void
write_metadata(FILE *f, int32_t nodes)
{
	static const char marker[] = "\xab\xcd\xefMaxMind.com";
	static struct writer w;

	w.n = 0;
	put_control(&w, MAP, 9);
	put_number(&w, "node_count", UINT32, (uint32_t)nodes);
	put_number(&w, "record_size", UINT16, 24);
	put_number(&w, "ip_version", UINT16, 6);
	put_string(&w, "database_type");
	put_string(&w, "Test-City");
	put_string(&w, "languages");
	put_control(&w, ARRAY, 1);
	put_string(&w, "en");
	put_number(&w, "binary_format_major_version", UINT16, 2);
	put_number(&w, "binary_format_minor_version", UINT16, 0);
	put_number(&w, "build_epoch", UINT64, 1700000000);
	put_string(&w, "description");
	put_control(&w, MAP, 1);
	put_string(&w, "en");
	put_string(&w, "Places for tests");
	fwrite(marker, 1, sizeof(marker) - 1, f);
	fwrite(w.data, 1, w.n, f);
}

void
mmdb_write(const char *path, const struct mmdb_row *rows)
{
	static struct writer w;
	static const char zeros[16];
	FILE *f = fopen(path, "wb");

	memset(&w, 0, sizeof(w));
	w.nodes = 1;
	for (; rows->network != NULL; rows++)
		insert(&w, rows);
	if (f == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	for (int32_t i = 0; i < w.nodes; i++) {
		write_record(f, &w, w.tree[i][0]);
		write_record(f, &w, w.tree[i][1]);
	}
	fwrite(zeros, 1, sizeof(zeros), f);
	fwrite(w.data, 1, w.n, f);
	write_metadata(f, w.nodes);
	if (fclose(f) != 0)
		exit(EXIT_FAILURE);
}
