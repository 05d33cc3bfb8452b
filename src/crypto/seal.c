/*
 * Each version of the master key is 32 random bytes that are never used as
 * they are: every purpose has its own key (HKDF), sealing among them. So a
 * value made for one purpose says nothing about another's key.
 *
 * A nonce is random, 96 bits, which is good for 2^32 values under one key
 * (NIST SP 800-38D §8.3); a key store and some secrets stay far below.
 */
#include "crypto/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rand.h"
#include "crypto/b64.h"
#include "crypto/digest.h"

#define VERSIONS       256
#define FILE_MAX       16384 /* 255 lines of at most 48 bytes fit */
#define LINE_MAX_BYTES (4 + B64_TEXT_MAX(MASTER_KEY_LEN))

#define NONCE_LEN 12
#define TAG_LEN   16
#define FRAME_LEN (1 + NONCE_LEN + TAG_LEN)

#define SEAL_PURPOSE "seal AES-256-GCM"

struct master_key {
	struct arena *mem; /* secret, and where this struct is */
	uint8_t newest;
	bool have[VERSIONS];
	uint8_t key[VERSIONS][MASTER_KEY_LEN];
};

/* Without its newline. Nothing of it is ever shown: it may be a key. */
static const char *
parse_line(struct master_key *mk, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	uint8_t key[B64_BYTES_MAX(LINE_MAX_BYTES)];
	unsigned version = 0;
	size_t key_n, text_n;

	if (colon == NULL || colon == line || colon > line + 3 || *line == '0')
		return "is not version:key";
	for (const char *p = line; p < colon; p++) {
		if (*p < '0' || *p > '9')
			return "does not start with a version";
		version = version * 10 + (unsigned)(*p - '0');
	}
	if (version >= VERSIONS)
		return "has a version above 255";
	if (mk->have[version])
		return "repeats a version";
	text_n = n - (size_t)(colon + 1 - line);
	if (text_n >= LINE_MAX_BYTES ||
	    b64_decode(B64_URL, colon + 1, text_n, key, &key_n) != 0 ||
	    key_n != MASTER_KEY_LEN)
		return "has no base64url of 32 bytes";
	memcpy(mk->key[version], key, MASTER_KEY_LEN);
	secret_wipe(key, sizeof(key));
	mk->have[version] = true;
	mk->newest = (uint8_t)version;
	return NULL;
}

static int
parse_file(struct master_key *mk, const char *text, size_t n, const char *path,
    struct buf *problems)
{
	int number = 1;

	if (n == 0) {
		buf_printf(problems, "%s: has no key\n", path);
		return -1;
	}
	for (const char *p = text, *end = text + n; p < end; number++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t line_n = (size_t)((nl == NULL ? end : nl) - p);
		const char *why = parse_line(mk, p, line_n);

		if (why != NULL) {
			buf_printf(problems, "%s:%d: %s\n", path, number, why);
			return -1;
		}
		p += line_n + (nl != NULL);
	}
	return 0;
}

/* NULL, or why this file must not be trusted with keys. */
static const char *
check_file(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "must belong to this user or to root";
	if ((st->st_mode & 077) != 0)
		return "must not be open to group and others; chmod 600 it";
	if (st->st_size > FILE_MAX)
		return "is too long";
	return NULL;
}

static int
read_file(struct master_key *mk, const char *path, struct buf *problems)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	const char *why = NULL;
	char *text;
	ssize_t n = -1;

	if (fd < 0 || fstat(fd, &st) != 0)
		why = strerror(errno);
	else
		why = check_file(&st);
	if (why == NULL) {
		text = arena_alloc(mk->mem, FILE_MAX);
		n = read(fd, text, FILE_MAX);
		if (n < 0)
			why = strerror(errno);
	}
	if (fd >= 0)
		close(fd);
	if (why != NULL) {
		buf_printf(problems, "%s: %s\n", path, why);
		return -1;
	}
	return parse_file(mk, text, (size_t)n, path, problems);
}

struct master_key *
master_key_load(const char *path, struct buf *problems)
{
	struct arena *mem = arena_new_secret(0);
	struct master_key *mk = arena_alloc(mem, sizeof(*mk));

	mk->mem = mem;
	if (read_file(mk, path, problems) != 0) {
		arena_free(mem);
		return NULL;
	}
	return mk;
}

void
master_key_free(struct master_key *mk)
{
	if (mk != NULL)
		arena_free(mk->mem);
}

/* Makes the file's name durable, as far as the file system knows how. */
static int
sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd, r;

	if (slash == NULL)
		snprintf(dir, sizeof(dir), ".");
	else
		snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
	close(fd);
	return r;
}

static int
write_new_key(int fd)
{
	uint8_t key[MASTER_KEY_LEN];
	char line[LINE_MAX_BYTES] = "1:";
	size_t n = 2;
	int r;

	rand_bytes(key, sizeof(key));
	n += b64_encode(B64_URL, key, sizeof(key), line + n);
	line[n++] = '\n';
	r = write(fd, line, n) == (ssize_t)n && fsync(fd) == 0 ? 0 : -1;
	secret_wipe(key, sizeof(key));
	secret_wipe(line, sizeof(line));
	return r;
}

int
master_key_create(const char *path, struct buf *problems)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int saved;

	if (fd < 0) {
		buf_printf(problems, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	if (fchmod(fd, 0600) == 0 && write_new_key(fd) == 0 &&
	    sync_directory(path) == 0) {
		close(fd);
		return 0;
	}
	saved = errno;
	close(fd);
	unlink(path);
	buf_printf(problems, "%s: %s\n", path, strerror(saved));
	return -1;
}

uint8_t
master_key_version(const struct master_key *mk)
{
	return mk->newest;
}

int
master_key_derive(const struct master_key *mk, uint8_t version,
    const char *purpose, uint8_t *ret, size_t n)
{
	if (!mk->have[version])
		return -1;
	hkdf_sha256(mk->key[version], MASTER_KEY_LEN, purpose, ret, n);
	return 0;
}

/* What is sealed and what comes out, n bytes both; the tag is in or out. */
struct gcm {
	bool encrypt;
	const uint8_t *nonce, *in;
	uint8_t *out, *tag;
	size_t n;
	const char *context;
};

static int
gcm_run(EVP_CIPHER_CTX *ctx, const struct gcm *g, const uint8_t key[32])
{
	const uint8_t *context = (const uint8_t *)g->context;
	int tag_op = g->encrypt ? EVP_CTRL_AEAD_GET_TAG : EVP_CTRL_AEAD_SET_TAG;
	int len;

	if (EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, g->nonce,
		g->encrypt) != 1 ||
	    EVP_CipherUpdate(ctx, NULL, &len, context,
		(int)strlen(g->context)) != 1 ||
	    EVP_CipherUpdate(ctx, g->out, &len, g->in, (int)g->n) != 1)
		return -1;
	if (!g->encrypt &&
	    EVP_CIPHER_CTX_ctrl(ctx, tag_op, TAG_LEN, g->tag) != 1)
		return -1;
	if (EVP_CipherFinal_ex(ctx, g->out + len, &len) != 1)
		return -1;
	return !g->encrypt ||
		EVP_CIPHER_CTX_ctrl(ctx, tag_op, TAG_LEN, g->tag) == 1
	    ? 0
	    : -1;
}

static int
gcm(const struct master_key *mk, uint8_t version, const struct gcm *g)
{
	uint8_t key[32];
	EVP_CIPHER_CTX *ctx;
	int r = -1;

	if (g->n > INT_MAX ||
	    master_key_derive(mk, version, SEAL_PURPOSE, key, sizeof(key)) != 0)
		return -1;
	ctx = EVP_CIPHER_CTX_new();
	if (ctx != NULL)
		r = gcm_run(ctx, g, key);
	EVP_CIPHER_CTX_free(ctx);
	secret_wipe(key, sizeof(key));
	return r;
}

int
master_key_mac(const struct master_key *mk, uint8_t version,
    const char *purpose, const void *p, size_t n, uint8_t ret[32])
{
	uint8_t key[MASTER_KEY_LEN];

	if (master_key_derive(mk, version, purpose, key, sizeof(key)) != 0)
		return -1;
	hmac_sha256(key, sizeof(key), p, n, ret);
	secret_wipe(key, sizeof(key));
	return 0;
}

int
seal(const struct master_key *mk, const char *context, const void *p, size_t n,
    struct arena *mem, uint8_t **ret, size_t *ret_n)
{
	uint8_t *out = arena_alloc(mem, FRAME_LEN + n);
	uint8_t *nonce = out + 1, *body = nonce + NONCE_LEN;
	struct gcm g = {
		.encrypt = true,
		.nonce = nonce,
		.in = p,
		.out = body,
		.tag = body + n,
		.n = n,
		.context = context,
	};

	out[0] = mk->newest;
	rand_bytes(nonce, NONCE_LEN);
	if (gcm(mk, out[0], &g) != 0)
		return -1;
	*ret = out;
	*ret_n = FRAME_LEN + n;
	return 0;
}

int
unseal(const struct master_key *mk, const char *context, const void *p,
    size_t n, struct arena *mem, uint8_t **ret, size_t *ret_n)
{
	const uint8_t *in = p;
	uint8_t tag[TAG_LEN];
	struct gcm g = { .tag = tag, .context = context };

	if (n < FRAME_LEN)
		return -1;
	g.nonce = in + 1;
	g.in = g.nonce + NONCE_LEN;
	g.n = n - FRAME_LEN;
	g.out = arena_alloc(mem, g.n + 1);
	memcpy(tag, g.in + g.n, TAG_LEN);
	if (gcm(mk, in[0], &g) != 0) {
		secret_wipe(g.out, g.n);
		return -1;
	}
	*ret = g.out;
	*ret_n = g.n;
	return 0;
}
