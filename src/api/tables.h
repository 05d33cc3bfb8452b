/* One table a resource; api/routes.c lists them all. */
#ifndef API_TABLES_H
#define API_TABLES_H

#include "dispatch/op.h"

extern const struct route auth_routes[];
extern const struct route avatar_routes[];
extern const struct route device_routes[];
extern const struct route doc_routes[];
extern const struct route email_routes[];
extern const struct route health_routes[];
extern const struct route password_routes[];
extern const struct route profile_routes[];
extern const struct route session_routes[];
extern const struct route session_watch_routes[];
extern const struct route user_list_routes[];
extern const struct route user_routes[];

#endif
