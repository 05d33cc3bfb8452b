/* The quotas of a route, for its documentation. */
#ifndef DISPATCH_DOC_QUOTA_H
#define DISPATCH_DOC_QUOTA_H

struct buf;
struct route;

/* "x-quota":[{class, limit, window_seconds, per} …]; limits as in force. */
void doc_put_quotas(struct buf *, const struct route *);
/* The same as a sentence. */
void doc_say_quotas(struct buf *, const struct route *);

#endif
