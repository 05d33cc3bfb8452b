#include "dispatch/router.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "dispatch/call.h"

/* One segment of a path; rows stand where a path ends. */
struct node {
	const char *text; /* NULL: a variable */
	size_t text_n;
	struct node *sibling, *child;
	const struct route *rows[HTTP_OTHER]; /* by method */
};

static struct arena *forest; /* for life */
static struct node root;
static const struct route *const *tables;
static size_t body_max;

/* The next segment at *p, which moves behind it; false at the end. */
static bool
segment_next(const char **p, const char **ret, size_t *ret_n)
{
	while (**p == '/')
		(*p)++;
	if (**p == '\0')
		return false;
	*ret = *p;
	*ret_n = strcspn(*p, "/");
	*p += *ret_n;
	return true;
}

static bool
is_variable(const char *segment, size_t n)
{
	return n > 2 && segment[0] == '{' && segment[n - 1] == '}';
}

static struct node *
child_for(struct node *parent, const char *segment, size_t n)
{
	bool variable = is_variable(segment, n);
	struct node **p = &parent->child;

	for (; *p != NULL; p = &(*p)->sibling) {
		if (variable ? (*p)->text == NULL
			     : (*p)->text != NULL && (*p)->text_n == n &&
			    memcmp((*p)->text, segment, n) == 0)
			return *p;
	}
	*p = arena_alloc(forest, sizeof(**p));
	if (!variable) {
		(*p)->text = segment;
		(*p)->text_n = n;
	}
	return *p;
}

static int
mistake(const struct route *r, const char *what)
{
	log_error("routes.mistake", KS("path", r->path),
	    KS("method", http_method_name(r->method)), KS("what", what));
	return ERR_INTERNAL_LOGGED;
}

static const struct field *
path_field(const struct op *op, const char *name, size_t n)
{
	const struct field *f = op->in;

	for (; f != NULL && f->name != NULL; f++) {
		if ((f->flags & F_PATH) != 0 && strlen(f->name) == n &&
		    memcmp(f->name, name, n) == 0)
			return f;
	}
	return NULL;
}

static int
route_check(const struct route *r)
{
	const char *p = r->path, *s;
	size_t n, fields = 0;

	if (r->op->auth == AUTH__UNSET)
		return mistake(r, "operation has no authentication level");
	if (r->op->run == NULL || r->op->id == NULL)
		return mistake(r, "operation has no handler or id");
	if (r->op->in != NULL && r->op->in_size < sizeof(uint64_t))
		return mistake(r, "operation has no in_size");
	while (r->op->in != NULL && r->op->in[fields].name != NULL)
		fields++;
	if (fields > 64)
		return mistake(r, "operation has more than 64 input fields");
	while (segment_next(&p, &s, &n)) {
		if (is_variable(s, n) &&
		    path_field(r->op, s + 1, n - 2) == NULL)
			return mistake(r, "path variable is no input field");
	}
	return 0;
}

static int
route_add(const struct route *r)
{
	struct node *node = &root;
	const char *p = r->path, *s;
	size_t n;

	while (segment_next(&p, &s, &n))
		node = child_for(node, s, n);
	if (node->rows[r->method] != NULL)
		return mistake(r, "another route matches the same");
	node->rows[r->method] = r;
	if (r->op->body_max > body_max)
		body_max = r->op->body_max;
	return route_check(r);
}

int
router_init(const struct route *const *new_tables)
{
	int result = 0;

	arena_free(forest);
	forest = arena_new(SIZE_MAX);
	root = (struct node) { 0 };
	tables = new_tables;
	body_max = OP_BODY_MAX;
	for (size_t t = 0; tables[t] != NULL; t++) {
		for (const struct route *r = tables[t]; r->op != NULL; r++) {
			if (route_add(r) != 0)
				result = ERR_INTERNAL_LOGGED;
		}
	}
	return result;
}

size_t
router_body_max(void)
{
	return body_max;
}

/* A walk down the tree, with the way back for another try. */
struct walk {
	struct call *c;
	enum http_method method;
	const struct route *found;
	unsigned allowed; /* bit a method */
	const struct route *any; /* some row of the path */
};

static const struct route *
row_of(const struct node *node, enum http_method method)
{
	if (method == HTTP_HEAD)
		method = HTTP_GET;
	return method < HTTP_OTHER ? node->rows[method] : NULL;
}

static bool
walk_end(struct walk *w, const struct node *node)
{
	w->found = row_of(node, w->method);
	if (w->found != NULL)
		return true;
	for (int m = 0; m < HTTP_OTHER; m++) {
		if (node->rows[m] == NULL)
			continue;
		w->allowed |= 1u << m;
		w->any = node->rows[m];
	}
	return false;
}

static bool walk_down(struct walk *, const struct node *, const char *rest);

static bool
walk_into(struct walk *w, const struct node *child, const char *segment,
    size_t n, const char *rest)
{
	struct call *c = w->c;

	if (child->text != NULL)
		return child->text_n == n &&
		    memcmp(child->text, segment, n) == 0 &&
		    walk_down(w, child, rest);
	if (c->n_vars == ROUTE_VARS)
		return false;
	c->vars[c->n_vars++].text = arena_strndup(c->cx->mem, segment, n);
	if (walk_down(w, child, rest))
		return true;
	c->n_vars--;
	return false;
}

static bool
walk_down(struct walk *w, const struct node *node, const char *rest)
{
	const char *segment;
	size_t n;

	if (!segment_next(&rest, &segment, &n))
		return walk_end(w, node);
	for (int variable = 0; variable < 2; variable++) {
		for (const struct node *child = node->child; child != NULL;
		     child = child->sibling) {
			if ((child->text == NULL) == (variable == 1) &&
			    walk_into(w, child, segment, n, rest))
				return true;
		}
	}
	return false;
}

/* The names of the variables stand in the route's own path. */
static void
name_vars(struct call *c)
{
	const char *p = c->route->path, *s;
	size_t n, i = 0;

	while (segment_next(&p, &s, &n)) {
		if (!is_variable(s, n))
			continue;
		c->vars[i].name = s + 1;
		c->vars[i++].name_n = n - 2;
	}
}

static const char *
allow_text(struct arena *mem, unsigned allowed)
{
	struct buf out;

	if ((allowed & 1u << HTTP_GET) != 0)
		allowed |= 1u << HTTP_HEAD;
	allowed |= 1u << HTTP_OPTIONS;
	buf_init(&out, mem, 64);
	for (int m = 0; m < HTTP_OTHER; m++) {
		if ((allowed & 1u << m) == 0)
			continue;
		if (out.n > 0)
			buf_puts(&out, ", ");
		buf_puts(&out, http_method_name((enum http_method)m));
	}
	return out.p;
}

int
router_match(struct call *c, const char **ret_allow)
{
	struct walk w = { .c = c, .method = c->req->method };

	c->n_vars = 0;
	if (c->req->path == NULL) {
		c->dialect = dialects[D_ROOT];
		return ERR_NOT_FOUND;
	}
	if (walk_down(&w, &root, c->req->path)) {
		c->route = w.found;
		c->op = w.found->op;
		c->dialect = dialects[w.found->dialect];
		name_vars(c);
		return 0;
	}
	if (w.allowed == 0) {
		c->dialect = dialect_for_path(c->req->path);
		return ERR_NOT_FOUND;
	}
	c->dialect = dialects[w.any->dialect];
	*ret_allow = allow_text(c->cx->mem, w.allowed);
	return ERR_METHOD_NOT_ALLOWED;
}

static int
line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
routes_print(FILE *out)
{
	struct arena *mem = arena_new(0);
	char **lines;
	size_t n = 0, i = 0;

	for (size_t t = 0; route_tables[t] != NULL; t++) {
		for (const struct route *r = route_tables[t]; r->op; r++)
			n++;
	}
	while (static_routes[i] != NULL)
		i++;
	lines = arena_array(mem, n + i, sizeof(*lines));
	n = 0;
	for (i = 0; static_routes[i] != NULL; i++)
		lines[n++] = arena_strdup(mem, static_routes[i]);
	for (size_t t = 0; route_tables[t] != NULL; t++) {
		for (const struct route *r = route_tables[t]; r->op; r++)
			lines[n++] = arena_printf(mem, "%s %s %s %s",
			    dialects[r->dialect]->name,
			    http_method_name(r->method), r->path, r->op->id);
	}
	qsort(lines, n, sizeof(*lines), line_compare);
	for (i = 0; i < n; i++)
		fprintf(out, "%s\n", lines[i]);
	arena_free(mem);
}
