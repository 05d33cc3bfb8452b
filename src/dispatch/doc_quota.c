/* Which buckets count a route, in data and in words. */
#include "dispatch/doc_quota.h"

#include "base/buf.h"
#include "dispatch/doc.h"
#include "dispatch/op.h"
#include "http/quota.h"

#define QUOTAS_MAX 8
#define OWN        "of this kind"
#define ALL        "of all kinds"

/* A bucket that counts a route, and what it counts by. */
struct quota_use {
	enum quota_class class;
	const char *per;
	const char *what; /* it counts */
};

static size_t
plan_quotas(struct quota_use ret[3])
{
	ret[0] = (struct quota_use) { QUOTA_PLAN_FREE, "user",
		ALL " with the plan free" };
	ret[1] = (struct quota_use) { QUOTA_PLAN_PRO, "user", ALL " with pro" };
	ret[2] = (struct quota_use) { QUOTA_PLAN_ENTERPRISE, "user",
		ALL " with enterprise" };
	return 3;
}

/* As dispatch/pipeline.c counts. */
static size_t
quotas_of(const struct route *r, struct quota_use ret[QUOTAS_MAX])
{
	const struct op *op = r->op;
	size_t n = 0;

	if (op->quota == QUOTA_NONE)
		return 0;
	if (op->quota != QUOTA_GENERAL)
		ret[n++] = (struct quota_use) { op->quota, "address", OWN };
	if (op->quota_field != NULL && op->field_quota != QUOTA_GENERAL) {
		ret[n++] = (struct quota_use) { op->field_quota,
			op->quota_field, OWN };
		ret[n++] = (struct quota_use) { op->field_quota, "user", OWN };
	} else if (op->quota_field != NULL) {
		ret[n++] =
		    (struct quota_use) { op->quota, op->quota_field, OWN };
	}
	if (op->auth == AUTH_NONE || op->auth == AUTH_OPTIONAL)
		ret[n++] = (struct quota_use) { QUOTA_ANONYMOUS, "address",
			ALL " without a sign-in" };
	if (op->auth == AUTH_NONE)
		return n;
	if (op->auth == AUTH_ADMIN)
		ret[n++] = (struct quota_use) { QUOTA_ADMIN, "user", ALL };
	else if (dialects[r->dialect]->plan_quota)
		n += plan_quotas(ret + n);
	else
		ret[n++] = (struct quota_use) { QUOTA_USER, "user", ALL };
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

		buf_printf(b, "%s%u %s per %s, %s", i == 0 ? "" : "; ",
		    quota_limit(uses[i].class),
		    rule->window_s == 60 ? "a minute" : "an hour", uses[i].per,
		    uses[i].what);
	}
	buf_putc(b, '.');
}
