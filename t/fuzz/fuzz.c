/* What several targets need: taking an input apart, and a call to work in. */
#include "config.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"

void
fuzz_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

uint8_t
fuzz_byte(struct fuzz_input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

char *
fuzz_line(struct fuzz_input *in, struct arena *mem)
{
	const uint8_t *end = in->n == 0 ? NULL : memchr(in->p, '\n', in->n);
	size_t n = end == NULL ? in->n : (size_t)(end - in->p);
	char *text = arena_strndup(mem, n == 0 ? "" : (const char *)in->p, n);

	in->p += n + (end != NULL);
	in->n -= n + (end != NULL);
	return text;
}

char *
fuzz_rest(struct fuzz_input *in, struct arena *mem)
{
	char *text =
	    arena_strndup(mem, in->n == 0 ? "" : (const char *)in->p, in->n);

	in->p += in->n;
	in->n = 0;
	return text;
}

void
fuzz_ctx(struct ctx *cx, struct conf *conf)
{
	*conf = (struct conf) {
		.public_url = "https://id.example.org",
		.product_name = "Cardea",
		.id_form = "typeid",
		.db_socket = "/nonexistent/socket",
		.db_name = "cardea",
		.db_user = "nobody",
		.db_timeout_s = 1,
		.signing_alg = "EdDSA",
		.key_lifetime_s = 90 * 86400,
		.scrypt_ln = 1,
		.scrypt_r = 1,
		.scrypt_p = 1,
		.scrypt_allow_weak = true,
		.access_ttl_s = 3600,
		.refresh_ttl_s = 30 * 86400,
		.auctoritas_access_ttl_s = 86400,
		.auctoritas_refresh_ttl_s = 7 * 86400,
		.session_idle_s = 30 * 86400,
		.session_absolute_s = 90 * 86400,
		.session_cap = 10,
		.lockout_failures = 5,
		.lockout_s = 900,
		.signup_enabled = true,
		.signup_disclosure = true,
		.verification_ttl_s = 48 * 3600,
		.reset_ttl_s = 3600,
		.reauthentication_s = 300,
		.erase_after_s = 30 * 86400,
		.quota_scale = 1,
		.quota_enterprise = 10000,
	};
	*cx = (struct ctx) {
		.mem = arena_new(65536),
		.secret = arena_new(65536),
		.conf = conf,
		.now_us = INT64_C(1763289000) * CLOCK_SECOND,
		.request_id = "req_fuzz",
	};
}

void
fuzz_ctx_free(struct ctx *cx)
{
	arena_free(cx->mem);
	arena_free(cx->secret);
}

const char *
fuzz_file(const void *p, size_t n)
{
	static char path[48];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	HOLDS(fd >= 0 && ftruncate(fd, 0) == 0 && fchmod(fd, 0600) == 0 &&
	    pwrite(fd, p, n, 0) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

static void
nowhere(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

void
fuzz_quiet(void)
{
	log_set_sink(nowhere);
}
