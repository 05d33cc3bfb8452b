/*
 * Reading the folder of migrations. Names are checked strictly: a file that
 * were passed over because of a slip in its name would be missed in
 * production. Files that do not end in .sql are none of our business.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "db/folder.h"

#define FILE_BYTES_MAX (4 << 20)
#define FILES_MAX      9999

int
folder_refuse(const struct folder *folder, const char *file,
    const char *problem, const char *remedy)
{
	char line[1024];

	log_error("migrate.refused", KS("file", file), KS("problem", problem),
	    KS("remedy", remedy));
	snprintf(line, sizeof(line), "%s: %s: %s", file, problem, remedy);
	if (folder->say != NULL)
		folder->say(line);
	return ERR_INTERNAL_LOGGED;
}

static bool
name_is_sql(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 4 && strcmp(name + n - 4, ".sql") == 0;
}

/* The number, or -1 if the name is not NNNN-name.sql. */
static int
name_version(const char *name)
{
	static const char digits[] = "0123456789";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = strspn(name + 5, letters);

	if (strspn(name, digits) != 4 || name[4] != '-' || n == 0 ||
	    strcmp(name + 5 + n, ".sql") != 0)
		return -1;
	return (int)strtol(name, NULL, 10);
}

static int
bytes_read(int fd, char *to, size_t n)
{
	while (n > 0) {
		ssize_t r = read(fd, to, n);

		if (r <= 0)
			return -1;
		to += r;
		n -= (size_t)r;
	}
	return 0;
}

static char *
text_read(struct arena *mem, int fd, size_t *ret_n)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) != 0)
		return NULL;
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX) {
		errno = EFBIG;
		return NULL;
	}
	text = arena_alloc(mem, (size_t)st.st_size + 1);
	if (bytes_read(fd, text, (size_t)st.st_size) != 0)
		return NULL;
	*ret_n = (size_t)st.st_size;
	return text;
}

static int
migration_read(const struct folder *folder, int dir_fd, struct migration *m)
{
	int fd = openat(dir_fd, m->file, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	char *text;
	int e;

	if (fd < 0)
		return folder_refuse(folder, m->file, strerror(errno),
		    "make it readable");
	text = text_read(folder->mem, fd, &n);
	e = errno;
	close(fd);
	if (text == NULL)
		return folder_refuse(folder, m->file, strerror(e),
		    "make it readable");
	if (strlen(text) != n)
		return folder_refuse(folder, m->file, "holds a NUL byte",
		    "remove it");
	m->text = text;
	SHA256((const unsigned char *)text, n, m->sum);
	return 0;
}

static int
migration_add(struct folder *folder, const char *name)
{
	struct list *list = &folder->files;
	struct migration *m;
	int version;

	if (strlen(name) < 10 || (version = name_version(name)) < 1)
		return folder_refuse(folder, name, "is not named NNNN-name.sql",
		    "rename it: four digits from 0001 on, then small "
		    "letters, digits and hyphens");
	if (list->n == FILES_MAX)
		return folder_refuse(folder, name, "is one too many",
		    "remove it");
	m = &((struct migration *)list->items)[list->n++];
	m->version = version;
	m->file = arena_strdup(folder->mem, name);
	return 0;
}

static int
migration_order(const void *a, const void *b)
{
	const struct migration *x = a, *y = b;

	return x->version - y->version;
}

/* Numbers must run 1, 2, 3, … */
static int
order_check(const struct folder *folder)
{
	const struct migration *m = folder->files.items;

	for (size_t i = 0; i < folder->files.n; i++) {
		if (m[i].version > (int)i + 1)
			return folder_refuse(folder, m[i].file,
			    "the number before it is missing",
			    "restore the missing file or renumber this one");
		if (m[i].version <= (int)i)
			return folder_refuse(folder, m[i].file,
			    "has the number of another file",
			    "renumber the newer one");
	}
	return 0;
}

static int
names_read(struct folder *folder, DIR *d)
{
	struct dirent *e;
	int r = 0;

	while (r == 0 && (e = readdir(d)) != NULL)
		if (name_is_sql(e->d_name))
			r = migration_add(folder, e->d_name);
	if (r != 0)
		return r;
	qsort(folder->files.items, folder->files.n, sizeof(struct migration),
	    migration_order);
	return order_check(folder);
}

static int
texts_read(const struct folder *folder, int dir_fd)
{
	struct migration *m = folder->files.items;
	int r = 0;

	for (size_t i = 0; i < folder->files.n && r == 0; i++)
		r = migration_read(folder, dir_fd, &m[i]);
	return r;
}

/* So that the list need not grow while it is filled. */
static size_t
entries_count(DIR *d)
{
	struct dirent *e;
	size_t n = 0;

	while ((e = readdir(d)) != NULL)
		n += name_is_sql(e->d_name);
	rewinddir(d);
	return n;
}

int
folder_read(struct folder *folder, const char *dir)
{
	DIR *d = opendir(dir);
	int r;

	if (d == NULL)
		return folder_refuse(folder, dir, strerror(errno),
		    "set schema_dir to the folder of the migrations");
	folder->files = (struct list) {
		.items = arena_array(folder->mem, entries_count(d) + 1,
		    sizeof(struct migration)),
	};
	r = names_read(folder, d);
	if (r == 0)
		r = texts_read(folder, dirfd(d));
	closedir(d);
	return r;
}
