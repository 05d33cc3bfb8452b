/* The tests wait for what the status file and the log say, never for time. */
#include "config.h"

#include "instance.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fcgiclient.h"

#define TICK_MS   5
#define TICKS_MAX (60 * 1000 / TICK_MS)

static char buffer[1 << 20];

static const char *
file_text(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buffer, sizeof(buffer) - 1) : 0;

	buffer[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return buffer;
}

static void
fail(struct instance *in, const char *what)
{
	fprintf(stderr, "%s: waited in vain\n", what);
	fprintf(stderr, "--- log\n%s", file_text(in->log));
	snprintf(buffer, sizeof(buffer), "%s/status", in->state);
	fprintf(stderr, "--- status\n%s", file_text(buffer));
	abort();
}

static void
file_write(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		perror(path);
		abort();
	}
	close(fd);
}

/* A setting is named once only: the test's own goes before ours. */
static void
setting_add(char *text, const char *name, const char *value)
{
	size_t n = strlen(text);
	char line[256];

	if (strstr(text, name) == NULL) {
		snprintf(line, sizeof(line), "%s = %s\n", name, value);
		snprintf(text + n, 2048 - n, "%s", line);
	}
}

void
instance_configure(struct instance *in, const char *settings)
{
	char text[2048], path[112];

	snprintf(text, sizeof(text), "%s", settings);
	setting_add(text, "state_dir", in->state);
	snprintf(path, sizeof(path), "%s/key", in->dir);
	setting_add(text, "master_key_file", path);
	snprintf(path, sizeof(path), "%s/no-database", in->dir);
	setting_add(text, "db_socket", path);
	if (strncmp(settings, "listen =", 8) != 0)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "listen = %s\n", in->socket);
	snprintf(path, sizeof(path), "%s.new", in->conf);
	file_write(path, text, 0644);
	rename(path, in->conf);
}

static void
environment_clean(void)
{
	extern char **environ;
	char name[64];

	for (char **e = environ; *e != NULL;) {
		size_t n = strcspn(*e, "=");

		if (strncmp(*e, "CARDEA_", 7) != 0 || n >= sizeof(name)) {
			e++;
			continue;
		}
		memcpy(name, *e, n);
		name[n] = '\0';
		unsetenv(name);
		e = environ;
	}
}

void
instance_new(struct instance *in, const char *settings)
{
	const char *build = getenv("top_builddir");
	char path[PATH_MAX];

	environment_clean();
	memset(in, 0, sizeof(*in));
	snprintf(in->dir, sizeof(in->dir), "/tmp/cardea-test-XXXXXX");
	if (mkdtemp(in->dir) == NULL) {
		perror(in->dir);
		abort();
	}
	snprintf(in->conf, sizeof(in->conf), "%s/cardea.conf", in->dir);
	snprintf(in->socket, sizeof(in->socket), "%s/s", in->dir);
	snprintf(in->state, sizeof(in->state), "%s/state", in->dir);
	snprintf(in->log, sizeof(in->log), "%s/log", in->dir);
	snprintf(path, sizeof(path), "%s/cardea", build != NULL ? build : ".");
	if (realpath(path, in->binary) == NULL) {
		perror(path);
		abort();
	}
	snprintf(path, sizeof(path), "%s/key", in->dir);
	file_write(path, "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
	    0600);
	instance_configure(in, settings);
}

static void
folder_remove(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char name[512];

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		if (unlink(name) != 0)
			folder_remove(name);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

void
instance_free(struct instance *in)
{
	if (in->pid > 0) {
		kill(in->pid, SIGKILL);
		waitpid(in->pid, NULL, 0);
	}
	folder_remove(in->dir);
}

static void
child_exec(struct instance *in, const char *const *args)
{
	const char *argv[16] = { in->binary, "-c", in->conf };
	int n = 3, fd;

	for (; args != NULL && *args != NULL; args++)
		argv[n++] = *args;
	/* nothing outlives a test that was given up */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(in->log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	dup2(fd, STDERR_FILENO);
	close(fd);
	execv(in->binary, (char *const *)argv);
	perror(in->binary);
	_exit(127);
}

pid_t
instance_exec(struct instance *in, const char *const *args)
{
	pid_t pid = fork();

	if (pid == 0)
		child_exec(in, args);
	return pid;
}

void
instance_start(struct instance *in)
{
	in->pid = instance_exec(in, NULL);
	instance_until(in, instance_number(in, "pid") == in->pid);
}

int
instance_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
instance_stop(struct instance *in)
{
	pid_t pid = in->pid;

	kill(pid, SIGTERM);
	in->pid = 0;
	return instance_wait(pid);
}

void
instance_tick(struct instance *in, int *tries, const char *what)
{
	if (++*tries > TICKS_MAX)
		fail(in, what);
	poll(NULL, 0, TICK_MS);
}

static const char *
status_text(struct instance *in)
{
	char path[112];

	snprintf(path, sizeof(path), "%s/status", in->state);
	return file_text(path);
}

const char *
instance_text(struct instance *in, const char *name)
{
	size_t n = strlen(name);
	char *line = (char *)status_text(in), *end;

	for (; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		if (end == NULL)
			return "";
		*end = '\0';
		if (strncmp(line, name, n) == 0 && line[n] == ' ')
			return line + n + 1;
	}
	return "";
}

long
instance_number(struct instance *in, const char *name)
{
	const char *text = instance_text(in, name);

	return *text != '\0' ? strtol(text, NULL, 10) : -1;
}

static pid_t
line_pid(const char *line, size_t n)
{
	const char *at = strstr(line, " pid=");

	return at != NULL && at < line + n ? (pid_t)strtol(at + 5, NULL, 10)
					   : 0;
}

static bool
line_ending(const char *line, size_t n)
{
	const char *at = strstr(line, " ending");

	return at != NULL && at < line + n;
}

static size_t
processes(struct instance *in, const char *kind, pid_t ret[INSTANCE_PIDS])
{
	const char *p = status_text(in);
	size_t found = 0, kind_n = strlen(kind);

	while (*p != '\0') {
		size_t n = strcspn(p, "\n");

		if (strncmp(p, kind, kind_n) == 0 && p[kind_n] == ' ' &&
		    !line_ending(p, n) && found < INSTANCE_PIDS)
			ret[found++] = line_pid(p, n);
		p += n + (p[n] == '\n');
	}
	return found;
}

size_t
instance_workers(struct instance *in, pid_t ret[INSTANCE_PIDS])
{
	return processes(in, "worker", ret);
}

pid_t
instance_jobs(struct instance *in)
{
	pid_t pids[INSTANCE_PIDS];

	return processes(in, "jobs", pids) == 1 ? pids[0] : 0;
}

bool
instance_ending(struct instance *in)
{
	return strstr(status_text(in), " ending") != NULL;
}

bool
instance_settled(struct instance *in, size_t workers)
{
	pid_t pids[INSTANCE_PIDS];

	return !instance_ending(in) && instance_jobs(in) != 0 &&
	    instance_workers(in, pids) == workers;
}

size_t
instance_logged(struct instance *in, const char *text)
{
	size_t n = 0;

	for (const char *p = file_text(in->log); (p = strstr(p, text)) != NULL;
	     p++)
		n++;
	return n;
}

bool
process_gone(pid_t pid)
{
	char path[64];
	const char *text, *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	text = file_text(path);
	state = strrchr(text, ')');
	return state == NULL || state[2] == 'Z' || state[2] == 'X';
}

struct load {
	const char *path;
	atomic_bool stop;
	atomic_size_t answered, failed;
	int n;
	pthread_t thread[16];
};

static void *
load_thread(void *arg)
{
	struct load *l = arg;

	while (!atomic_load(&l->stop)) {
		if (fcgic_get(l->path, "/nowhere") > 0)
			atomic_fetch_add(&l->answered, 1);
		else
			atomic_fetch_add(&l->failed, 1);
	}
	return NULL;
}

struct load *
load_begin(const char *socket_path, int threads)
{
	struct load *l = calloc(1, sizeof(*l));

	if (l == NULL)
		abort();
	l->path = socket_path;
	for (l->n = 0; l->n < threads && l->n < 16; l->n++)
		if (pthread_create(&l->thread[l->n], NULL, load_thread, l) != 0)
			abort();
	return l;
}

size_t
load_answered(const struct load *l)
{
	return atomic_load(&l->answered);
}

size_t
load_end(struct load *l)
{
	size_t failed;

	atomic_store(&l->stop, true);
	for (int i = 0; i < l->n; i++)
		pthread_join(l->thread[i], NULL);
	failed = atomic_load(&l->failed);
	free(l);
	return failed;
}
