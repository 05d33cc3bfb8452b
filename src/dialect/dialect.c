#include "dialect/dialect.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "dialect/all.h"
#include "json/json.h"

const struct dialect *const dialects[D__MAX] = {
	[D_ROOT] = &dialect_root,
	[D_JANUA] = &dialect_janua,
	[D_AUTHAPI] = &dialect_authapi,
	[D_JANUA_V1] = &dialect_janua_v1,
	[D_AUCTORITAS] = &dialect_auctoritas,
};

/* How much of the path a mount covers, at the end of a segment; 0: none. */
static size_t
mount_covers(const char *mount, const char *path)
{
	size_t n = strlen(mount);

	if (strncmp(mount, path, n) != 0)
		return 0;
	return path[n] == '\0' || path[n] == '/' ? n : 0;
}

const struct dialect *
dialect_for_path(const char *path)
{
	const struct dialect *best = dialects[D_ROOT];
	size_t longest = 0, n;

	for (int d = 0; d < D__MAX; d++) {
		for (const char *const *m = dialects[d]->mounts; *m; m++) {
			n = mount_covers(*m, path);
			if (n > longest) {
				longest = n;
				best = dialects[d];
			}
		}
	}
	return best;
}

void
dialect_put_text(struct buf *out, const char *name, const char *text,
    bool *first)
{
	json_put_key(out, name, first);
	json_put_string(out, text);
}

void
dialect_put_int(struct buf *out, const char *name, int64_t number, bool *first)
{
	json_put_key(out, name, first);
	buf_puti(out, number);
}

void
dialect_put_time(struct buf *out, const char *name, int64_t us, bool *first)
{
	json_put_key(out, name, first);
	json_put_time(out, us);
}

static void
put_fields(struct buf *out, const struct fail *fail, bool *first)
{
	if (fail->n_fields == 0)
		return;
	dialect_put_text(out, "field", fail->fields[0].field, first);
	json_put_key(out, "validation_errors", first);
	for (size_t i = 0; i < fail->n_fields; i++) {
		const struct fail_field *f = &fail->fields[i];
		bool inner = true;

		buf_putc(out, i == 0 ? '[' : ',');
		buf_putc(out, '{');
		dialect_put_text(out, "field", f->field, &inner);
		dialect_put_text(out, "message", f->message, &inner);
		dialect_put_text(out, "type", f->type, &inner);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

void
dialect_put_details(struct buf *out, const struct error_view *v)
{
	bool first = true;

	buf_putc(out, '{');
	put_fields(out, v->fail, &first);
	for (size_t i = 0; i < v->fail->n_details; i++) {
		const struct fail_detail *d = &v->fail->details[i];

		if (d->text != NULL)
			dialect_put_text(out, d->name, d->text, &first);
		else
			dialect_put_int(out, d->name, d->number, &first);
	}
	if (v->status >= 500)
		dialect_put_text(out, "request_id", v->request_id, &first);
	buf_putc(out, '}');
}

void
dialect_put_error(struct buf *out, const struct error_view *v, bool *first)
{
	bool inner = true;

	json_put_key(out, "error", first);
	buf_putc(out, '{');
	dialect_put_text(out, "code", v->code, &inner);
	dialect_put_text(out, "message", v->text, &inner);
	json_put_key(out, "details", &inner);
	dialect_put_details(out, v);
	buf_putc(out, '}');
}

static const struct field field_rows[] = {
	ENVELOPE_ROW("field", F_STRING, .example = "email"),
	ENVELOPE_ROW("message", F_STRING, .example = "is required"),
	ENVELOPE_ROW("type", F_STRING, .example = "required"),
	FIELD_END,
};

const struct field dialect_details[] = {
	ENVELOPE_ROW("field", F_STRING, .flags = F_OMIT_NULL | F_VERBATIM,
	    .about = "The first field at fault, as the client spelled it",
	    .example = "email"),
	ENVELOPE_ROW("validation_errors", F_LIST,
	    .flags = F_OMIT_NULL | F_VERBATIM, .sub = field_rows,
	    .about = "Every field at fault"),
	ENVELOPE_ROW("request_id", F_STRING, .flags = F_OMIT_NULL | F_VERBATIM,
	    .about = "Of a failure of the server, for its log"),
	FIELD_END,
};

const struct field dialect_error[] = {
	ENVELOPE_ROW("code", F_STRING, .about = "For programs"),
	ENVELOPE_ROW("message", F_STRING, .about = "For people"),
	ENVELOPE_ROW("details", F_OBJECT, .flags = F_RAW_OBJECT,
	    .sub = dialect_details, .about = "{} when there is no more to say"),
	FIELD_END,
};

const struct field dialect_message[] = {
	FIELD(struct message, message, F_STRING, .example = "Done"),
	FIELD_END,
};

const struct field dialect_success_message[] = {
	FIELD(struct message, success, F_BOOL, .example = "true"),
	FIELD(struct message, message, F_STRING, .example = "Done"),
	FIELD_END,
};
