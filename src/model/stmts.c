#include "model/stmts.h"

#include "model/attempt.h"
#include "model/avatar.h"
#include "model/device.h"
#include "model/due.h"
#include "model/event.h"
#include "model/key.h"
#include "model/link.h"
#include "model/outbox.h"
#include "model/session.h"
#include "model/user.h"
#include "model/user_list.h"

const struct stmt_set model_stmts[] = {
	{ "attempt", attempt_stmts, ATTEMPT_STMT__MAX },
	{ "avatar", avatar_stmts, AVATAR_STMT__MAX },
	{ "device", device_stmts, DEVICE_STMT__MAX },
	{ "due", due_stmts, DUE_STMT__MAX },
	{ "event", event_stmts, EVENT_STMT__MAX },
	{ "key", key_stmts, KEY_STMT__MAX },
	{ "link", link_stmts, LINK_STMT__MAX },
	{ "outbox", outbox_stmts, OUTBOX_STMT__MAX },
	{ "session", session_stmts, SESSION_STMT__MAX },
	{ "user", user_stmts, USER_STMT__MAX },
	{ "user_list", user_list_stmts, USER_LIST_STMT__MAX },
	{ NULL, NULL, 0 },
};
