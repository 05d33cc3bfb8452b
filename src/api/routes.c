#include <stddef.h>

#include "api/tables.h"
#include "dispatch/router.h"

const struct route *const route_tables[] = {
	auth_routes,
	avatar_routes,
	device_routes,
	doc_routes,
	email_routes,
	health_routes,
	password_routes,
	profile_routes,
	session_routes,
	session_watch_routes,
	user_list_routes,
	user_routes,
	NULL,
};

const char *const static_routes[] = {
	"static GET / index.html",
	"static GET /docs docs.html",
	"static GET /redoc redoc.html",
	"static GET /reset-password reset-password.html",
	"static GET /verify-email verify-email.html",
	NULL,
};
