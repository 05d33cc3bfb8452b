#include "out/place.h"

#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#ifdef HAVE_MAXMINDDB
#include <maxminddb.h>
#endif

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"

#define NAME_MAX_BYTES 200

#ifdef HAVE_MAXMINDDB

/* The process's database, and the setting that it was opened for. */
static MMDB_s mmdb;
static const char *opened_for;
static bool is_open;

/* Tries once for each setting, not for each look-up. */
static bool
open_for(const char *path)
{
	int r;

	if (opened_for == path)
		return is_open;
	if (is_open)
		MMDB_close(&mmdb);
	opened_for = path;
	is_open = false;
	if (path == NULL)
		return false;
	r = MMDB_open(path, MMDB_MODE_MMAP, &mmdb);
	if (r != MMDB_SUCCESS)
		log_error("place.open", KS("geo_database", path),
		    KS("why", MMDB_strerror(r)));
	is_open = r == MMDB_SUCCESS;
	return is_open;
}

/* As a socket that takes both shows IPv4 (RFC 4291 §2.5.5.2). */
static void
unmap(struct sockaddr_storage *at)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)at;

	if (!IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return;
	memcpy(&v4.sin_addr, v6->sin6_addr.s6_addr + 12, 4);
	memset(at, 0, sizeof(*at));
	memcpy(at, &v4, sizeof(v4));
}

static bool
parse_address(const char *text, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		ret->ss_family = AF_INET;
		return true;
	}
	ret->ss_family = AF_INET6;
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		return false;
	unmap(ret);
	return true;
}

static const char *
name_at(struct arena *mem, MMDB_entry_s *entry, const char *what)
{
	const char *const path[] = { what, "names", "en", NULL };
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS ||
	    !data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING ||
	    data.data_size == 0 || data.data_size > NAME_MAX_BYTES)
		return NULL;
	return arena_strndup(mem, data.utf8_string, data.data_size);
}

static void
look_up(struct ctx *cx, const char *address, struct place *ret)
{
	struct sockaddr_storage at;
	MMDB_lookup_result_s found;
	int r;

	if (!open_for(cx->conf->geo_database) || !parse_address(address, &at))
		return;
	found = MMDB_lookup_sockaddr(&mmdb, (struct sockaddr *)&at, &r);
	if (r != MMDB_SUCCESS || !found.found_entry)
		return;
	ret->city = name_at(cx->mem, &found.entry, "city");
	ret->country = name_at(cx->mem, &found.entry, "country");
}

void
place_open(const struct conf *conf)
{
	(void)open_for(conf->geo_database);
}

#else

void
place_open(const struct conf *conf)
{
	(void)conf;
}

static void
look_up(struct ctx *cx, const char *address, struct place *ret)
{
	static bool said;

	(void)address;
	(void)ret;
	if (cx->conf->geo_database == NULL || said)
		return;
	log_warn("place.unsupported", KS("hint", "built without libmaxminddb"));
	said = true;
}

#endif

void
place_find(struct ctx *cx, const char *address, struct place *ret)
{
	*ret = (struct place) { 0 };
	if (address != NULL)
		look_up(cx, address, ret);
}

const char *
place_text(struct arena *mem, const struct place *p)
{
	if (p->city != NULL && p->country != NULL)
		return arena_printf(mem, "%s, %s", p->city, p->country);
	return p->city != NULL ? p->city : p->country;
}
