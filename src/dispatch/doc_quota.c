/* Which buckets count a route, in data and in words. */
#include "dispatch/doc_quota.h"

#include <string.h>

#include "base/buf.h"
#include "dispatch/doc.h"
#include "dispatch/op.h"
#include "http/quota.h"

#define QUOTAS_MAX 6

/* A bucket that counts a route, and what it counts by. */
struct quota_use {
	enum quota_class class;
	const char *per;
};

/* As dispatch/pipeline.c counts. */
static size_t
quotas_of(const struct route *r, struct quota_use ret[QUOTAS_MAX])
{
	const struct op *op = r->op;
	size_t n = 0;

	if (op->quota == QUOTA_NONE)
		return 0;
	if (op->quota != QUOTA_GENERAL)
		ret[n++] = (struct quota_use) { op->quota, "address" };
	if (op->quota_field != NULL && op->field_quota != QUOTA_GENERAL) {
		ret[n++] =
		    (struct quota_use) { op->field_quota, op->quota_field };
		ret[n++] = (struct quota_use) { op->field_quota, "user" };
	} else if (op->quota_field != NULL) {
		ret[n++] = (struct quota_use) { op->quota, op->quota_field };
	}
	if (op->auth == AUTH_NONE || op->auth == AUTH_OPTIONAL)
		ret[n++] = (struct quota_use) { QUOTA_ANONYMOUS, "address" };
	if (op->auth == AUTH_NONE)
		return n;
	if (op->auth == AUTH_ADMIN) {
		ret[n++] = (struct quota_use) { QUOTA_ADMIN, "user" };
	} else if (dialects[r->dialect]->plan_quota) {
		ret[n++] = (struct quota_use) { QUOTA_PLAN_FREE, "user" };
		ret[n++] = (struct quota_use) { QUOTA_PLAN_PRO, "user" };
		ret[n++] = (struct quota_use) { QUOTA_PLAN_ENTERPRISE, "user" };
	} else {
		ret[n++] = (struct quota_use) { QUOTA_USER, "user" };
	}
	return n;
}

void
doc_put_quotas(struct buf *b, const struct route *r)
{
	struct quota_use uses[QUOTAS_MAX];
	size_t n = quotas_of(r, uses);

	doc_open(b, "x-quota", '[');
	for (size_t i = 0; i < n; i++) {
		const struct quota_rule *rule = &quota_rules[uses[i].class];

		doc_open(b, NULL, '{');
		doc_text(b, "class", rule->name);
		doc_int(b, "limit", quota_limit(uses[i].class));
		doc_int(b, "window_seconds", rule->window_s);
		doc_text(b, "per", uses[i].per);
		doc_close(b, '}');
	}
	doc_close(b, ']');
}

void
doc_say_quotas(struct buf *b, const struct route *r)
{
	struct quota_use uses[QUOTAS_MAX];
	size_t n = quotas_of(r, uses);

	if (n == 0) {
		buf_puts(b, "Not counted by any quota.");
		return;
	}
	buf_puts(b, "Quota: ");
	for (size_t i = 0; i < n; i++) {
		const struct quota_rule *rule = &quota_rules[uses[i].class];

		buf_printf(b, "%s%u %s per %s%s%s%s", i == 0 ? "" : ", ",
		    quota_limit(uses[i].class),
		    rule->window_s == 60 ? "a minute" : "an hour", uses[i].per,
		    strncmp(rule->name, "plan_", 5) == 0 ? " (" : "",
		    strncmp(rule->name, "plan_", 5) == 0 ? rule->name + 5 : "",
		    strncmp(rule->name, "plan_", 5) == 0 ? ")" : "");
	}
	buf_putc(b, '.');
}
