#include "crypto/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "crypto.h"
#include "crypto/digest.h"

/* Base64url of 32 bytes 00, of 01, and of 02. */
#define KEY0 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY1 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
#define KEY2 "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"

static char dir[] = "/tmp/cardea-seal-XXXXXX";
static const char *path;
static struct buf problems;

/* Runs after the arena is made, and before it is freed. */
static void
dir_make(void)
{
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = arena_printf(mem, "%s/key", dir);
	buf_init(&problems, mem, 0);
}

static void
dir_remove(void)
{
	unlink(path);
	rmdir(dir);
}

static void
write_file(const char *text, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

static struct master_key *
load(const char *text)
{
	struct master_key *mk;

	write_file(text, 0600);
	mk = master_key_load(path, &problems);
	ck_assert_msg(mk != NULL, "not loaded: %s", problems.p);
	return mk;
}

static const struct {
	const char *about, *text;
	mode_t mode;
	int version; /* 0: refused */
	const char *problem;
} files[] = {
	{ "one key", "1:" KEY1 "\n", 0600, 1, "" },
	{ "read only", "1:" KEY1 "\n", 0400, 1, "" },
	{ "no newline at the end", "1:" KEY1, 0600, 1, "" },
	{ "two keys", "1:" KEY1 "\n2:" KEY2 "\n", 0600, 2, "" },
	{ "the last one seals", "7:" KEY1 "\n255:" KEY2 "\n3:" KEY0 "\n", 0600,
	    3, "" },
	{ "readable by the group", "1:" KEY1 "\n", 0640, 0, "group" },
	{ "writable by the group", "1:" KEY1 "\n", 0620, 0, "group" },
	{ "readable by others", "1:" KEY1 "\n", 0604, 0, "others" },
	{ "executable by others", "1:" KEY1 "\n", 0601, 0, "others" },
	{ "empty", "", 0600, 0, "has no key" },
	{ "an empty line", "\n", 0600, 0, ":1: is not version:key" },
	{ "an empty line at the end", "1:" KEY1 "\n\n", 0600, 0,
	    ":2: is not version:key" },
	{ "no version", KEY1 "\n", 0600, 0, ":1: is not version:key" },
	{ "empty version", ":" KEY1 "\n", 0600, 0, ":1: is not version:key" },
	{ "version 0", "0:" KEY1 "\n", 0600, 0, ":1: is not version:key" },
	{ "leading zero", "01:" KEY1 "\n", 0600, 0, ":1: is not version:key" },
	{ "version 256", "1:" KEY1 "\n256:" KEY1 "\n", 0600, 0,
	    ":2: has a version above 255" },
	{ "version 1000", "1000:" KEY1 "\n", 0600, 0,
	    ":1: is not version:key" },
	{ "negative", "-1:" KEY1 "\n", 0600, 0, "start with a version" },
	{ "a word", "one:" KEY1 "\n", 0600, 0, "start with a version" },
	{ "version twice", "1:" KEY1 "\n1:" KEY2 "\n", 0600, 0,
	    ":2: repeats a version" },
	{ "no key", "1:\n", 0600, 0, ":1: has no base64url of 32 bytes" },
	{ "31 bytes", "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 0600, 0,
	    ":1: has no base64url of 32 bytes" },
	{ "33 bytes", "1:" KEY0 "A\n", 0600, 0,
	    ":1: has no base64url of 32 bytes" },
	{ "padding", "1:" KEY0 "=\n", 0600, 0,
	    ":1: has no base64url of 32 bytes" },
	{ "blank before the key", "1: " KEY0 "\n", 0600, 0,
	    ":1: has no base64url of 32 bytes" },
	{ "carriage return", "1:" KEY0 "\r\n", 0600, 0,
	    ":1: has no base64url of 32 bytes" },
	{ "very long line", "1:" KEY0 KEY0 KEY0 KEY0 KEY0 KEY0 "\n", 0600, 0,
	    ":1: has no base64url of 32 bytes" },
};

START_TEST(file_table)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *about = files[i].about;
		struct master_key *mk;

		write_file(files[i].text, files[i].mode);
		buf_clear(&problems);
		mk = master_key_load(path, &problems);
		WANT_INT(about, files[i].version != 0, mk != NULL);
		if (mk != NULL)
			WANT_INT(about, files[i].version,
			    master_key_version(mk));
		ck_assert_msg(strstr(problems.p, files[i].problem) != NULL,
		    "%s: wanted %s, got %s", about, files[i].problem,
		    problems.p);
		WANT_INT(about, mk == NULL, problems.n > 0);
		ck_assert_msg(strstr(problems.p, "AAAA") == NULL,
		    "%s: shows the key: %s", about, problems.p);
		master_key_free(mk);
	}
}
END_TEST

START_TEST(no_such_file)
{
	struct master_key *mk = master_key_load(path, &problems);

	ck_assert_ptr_null(mk);
	WANT_TEXT("absent",
	    arena_printf(mem, "%s: No such file or directory\n", path),
	    problems.p);
	buf_clear(&problems);
	mk = master_key_load(dir, &problems);
	ck_assert_ptr_null(mk);
	WANT_TEXT("a directory",
	    arena_printf(mem, "%s: is not a regular file\n", dir), problems.p);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	mk = master_key_load(path, &problems);
	ck_assert_ptr_null(mk);
	master_key_free(NULL);
}
END_TEST

/* All 255 versions fit, and a longer file is refused. */
START_TEST(full_file)
{
	struct buf text;
	struct master_key *mk;
	uint8_t key[32];

	buf_init(&text, mem, 0);
	for (int version = 255; version > 0; version--)
		buf_printf(&text, "%d:" KEY1 "\n", version);
	mk = load(text.p);
	WANT_INT("newest", 1, master_key_version(mk));
	for (int version = 1; version < 256; version++)
		WANT_INT("derive", 0,
		    master_key_derive(mk, (uint8_t)version, "x", key, 32));
	master_key_free(mk);
	while (text.n <= 16384)
		buf_putc(&text, '\n');
	write_file(text.p, 0600);
	mk = master_key_load(path, &problems);
	ck_assert_ptr_null(mk);
}
END_TEST

START_TEST(created_file)
{
	struct master_key *mk;
	uint8_t first[32], second[32];
	struct stat st;
	mode_t mask = umask(0);

	WANT_INT("create", 0, master_key_create(path, &problems));
	umask(mask);
	ck_assert_int_eq(stat(path, &st), 0);
	WANT_INT("mode", 0600, st.st_mode & 07777);
	mk = master_key_load(path, &problems);
	ck_assert_msg(mk != NULL, "not loaded: %s", problems.p);
	WANT_INT("version", 1, master_key_version(mk));
	WANT_INT("derive", 0, master_key_derive(mk, 1, "x", first, 32));
	master_key_free(mk);

	WANT_INT("again", -1, master_key_create(path, &problems));
	WANT_TEXT("again", arena_printf(mem, "%s: File exists\n", path),
	    problems.p);
	unlink(path);
	WANT_INT("another", 0, master_key_create(path, &problems));
	mk = master_key_load(path, &problems);
	WANT_INT("derive", 0, master_key_derive(mk, 1, "x", second, 32));
	ck_assert_msg(memcmp(first, second, 32) != 0, "the same key twice");
	master_key_free(mk);
	buf_clear(&problems);
	WANT_INT("no directory", -1,
	    master_key_create(arena_printf(mem, "%s/absent/key", dir),
		&problems));
	WANT_INT("no directory", true, problems.n > 0);
}
END_TEST

START_TEST(created_in_the_working_directory)
{
	char *was = getcwd(NULL, 0);

	ck_assert_int_eq(chdir(dir), 0);
	WANT_INT(problems.p, 0, master_key_create("key", &problems));
	ck_assert_int_eq(chdir(was), 0);
	free(was);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

START_TEST(purposes)
{
	struct master_key *mk = load("1:" KEY1 "\n2:" KEY2 "\n");
	uint8_t master[32], want[40], got[40], other[40];

	memset(master, 2, sizeof(master));
	hkdf_sha256(master, sizeof(master), "refresh", want, sizeof(want));
	WANT_INT("derive", 0,
	    master_key_derive(mk, 2, "refresh", got, sizeof(got)));
	ck_assert_mem_eq(got, want, sizeof(want));
	WANT_INT("derive", 0,
	    master_key_derive(mk, 2, "cursor", other, sizeof(other)));
	ck_assert_mem_ne(other, want, sizeof(want));
	WANT_INT("derive", 0,
	    master_key_derive(mk, 1, "refresh", other, sizeof(other)));
	ck_assert_mem_ne(other, want, sizeof(want));
	WANT_INT("version 0", -1, master_key_derive(mk, 0, "x", other, 32));
	WANT_INT("version 3", -1, master_key_derive(mk, 3, "x", other, 32));
	master_key_free(mk);
}
END_TEST

START_TEST(seal_and_unseal)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 1218, 100000 };
	struct master_key *mk = load("9:" KEY1 "\n");

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		uint8_t *plain = arena_alloc(mem, lengths[i] + 1);
		uint8_t *a, *b, *out;
		size_t a_n, b_n, out_n;

		memset(plain, 'x', lengths[i]);
		WANT_INT("seal", 0,
		    seal(mk, "key/1", plain, lengths[i], mem, &a, &a_n));
		WANT_INT("seal", 0,
		    seal(mk, "key/1", plain, lengths[i], mem, &b, &b_n));
		WANT_INT("length", lengths[i] + 1 + 12 + 16, a_n);
		WANT_INT("version", 9, a[0]);
		ck_assert_msg(memcmp(a, b, a_n) != 0, "the same nonce twice");
		WANT_INT("unseal", 0,
		    unseal(mk, "key/1", a, a_n, mem, &out, &out_n));
		WANT_INT("length", lengths[i], out_n);
		ck_assert_msg(memcmp(out, plain, out_n) == 0, "differs");
	}
	master_key_free(mk);
}
END_TEST

START_TEST(unseal_refuses)
{
	static const char *const contexts[] = { "", "key/2", "key/", "key/1 ",
		"KEY/1", "key/11" };
	struct master_key *mk = load("1:" KEY1 "\n");
	uint8_t *sealed, *out = NULL;
	size_t n, out_n = 77;

	WANT_INT("seal", 0, seal(mk, "key/1", "secret", 6, mem, &sealed, &n));
	for (size_t i = 0; i < sizeof(contexts) / sizeof(*contexts); i++)
		WANT_INT(contexts[i], -1,
		    unseal(mk, contexts[i], sealed, n, mem, &out, &out_n));
	for (size_t bit = 0; bit < 8 * n; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		WANT_INT(arena_printf(mem, "bit %zu", bit), -1,
		    unseal(mk, "key/1", sealed, n, mem, &out, &out_n));
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < n; cut++)
		WANT_INT(arena_printf(mem, "cut to %zu", cut), -1,
		    unseal(mk, "key/1", arena_memdup(mem, sealed, cut), cut,
			mem, &out, &out_n));
	sealed =
	    arena_memdup(mem, arena_strndup(mem, (char *)sealed, n), n + 1);
	WANT_INT("a byte more", -1,
	    unseal(mk, "key/1", sealed, n + 1, mem, &out, &out_n));
	ck_assert_ptr_null(out);
	WANT_INT("untouched", 77, out_n);
	WANT_INT("as it was", 0,
	    unseal(mk, "key/1", sealed, n, mem, &out, &out_n));
	WANT_TEXT("as it was", "secret", (char *)out);
	master_key_free(mk);
}
END_TEST

/* Rotation: what was sealed before opens after, and not the other way. */
START_TEST(versions)
{
	struct master_key *old = load("1:" KEY1 "\n");
	struct master_key *both = load("1:" KEY1 "\n2:" KEY2 "\n");
	struct master_key *other = load("1:" KEY2 "\n");
	uint8_t *a, *b, *out;
	size_t a_n, b_n, out_n;

	WANT_INT("seal", 0, seal(old, "c", "one", 3, mem, &a, &a_n));
	WANT_INT("seal", 0, seal(both, "c", "two", 3, mem, &b, &b_n));
	WANT_INT("version", 1, a[0]);
	WANT_INT("version", 2, b[0]);
	WANT_INT("1 with both", 0,
	    unseal(both, "c", a, a_n, mem, &out, &out_n));
	WANT_TEXT("1 with both", "one", (char *)out);
	WANT_INT("2 with both", 0,
	    unseal(both, "c", b, b_n, mem, &out, &out_n));
	WANT_TEXT("2 with both", "two", (char *)out);
	WANT_INT("2 with 1", -1, unseal(old, "c", b, b_n, mem, &out, &out_n));
	WANT_INT("another 1", -1,
	    unseal(other, "c", a, a_n, mem, &out, &out_n));
	master_key_free(old);
	master_key_free(both);
	master_key_free(other);
}
END_TEST

TCase *
seal_tests(void)
{
	TCase *t = tcase_create("seal");

	tcase_add_checked_fixture(t, arena_make, arena_drop);
	tcase_add_checked_fixture(t, dir_make, dir_remove);
	tcase_add_test(t, file_table);
	tcase_add_test(t, no_such_file);
	tcase_add_test(t, full_file);
	tcase_add_test(t, created_file);
	tcase_add_test(t, created_in_the_working_directory);
	tcase_add_test(t, purposes);
	tcase_add_test(t, seal_and_unseal);
	tcase_add_test(t, unseal_refuses);
	tcase_add_test(t, versions);
	return t;
}
