/* The ids stand in schema/0001-accounts.sql as well. */
#include "model/realm.h"

#include <stddef.h>
#include <string.h>

#include "base/conf.h"

#define REALM_ID(n)                                                            \
	{                                                                      \
		{                                                              \
			0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n   \
		}                                                              \
	}

static const struct realm realms[REALM__MAX] = {
	[REALM_MAIN] = { REALM_ID(1), "main", PASSWORD_STRONG },
	[REALM_AUCTORITAS] = { REALM_ID(2), "auctoritas", PASSWORD_LENGTH },
	[REALM_PLATFORM] = { REALM_ID(3), "platform", PASSWORD_LENGTH },
};

const struct realm *
realm_get(enum realm_name name)
{
	return &realms[name];
}

const struct realm *
realm_find(const struct uuid *id)
{
	for (size_t i = 0; i < REALM__MAX; i++) {
		if (uuid_equal(&realms[i].id, id))
			return &realms[i];
	}
	return NULL;
}

const struct realm *
realm_find_name(const char *name)
{
	for (size_t i = 0; i < REALM__MAX; i++) {
		if (strcmp(realms[i].name, name) == 0)
			return &realms[i];
	}
	return NULL;
}

void
realm_lifetimes(const struct realm *realm, const struct conf *conf,
    struct realm_lifetimes *ret)
{
	bool main = realm == &realms[REALM_MAIN];

	ret->access_s =
	    main ? conf->access_ttl_s : conf->auctoritas_access_ttl_s;
	ret->refresh_s =
	    main ? conf->refresh_ttl_s : conf->auctoritas_refresh_ttl_s;
	ret->idle_s = main ? conf->session_idle_s : ret->refresh_s;
	ret->absolute_s = conf->session_absolute_s;
}
