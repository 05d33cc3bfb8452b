/*
 * cardeactl as a script sees it: arguments, standard input, exit code, and
 * what it says.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/instance.h"
#include "../support/testdb.h"

#define ARGS_MAX 8
#define GOOD     "Hinge-and-Door-1"

static struct testdb db;
static struct instance in;
static char said[1 << 16];

struct tool_case {
	const char *args[ARGS_MAX];
	const char *input; /* NULL: nothing */
	int code;
	const char *says;
};

static void
path_find(char ret[PATH_MAX])
{
	const char *build = getenv("top_builddir");

	snprintf(ret, PATH_MAX, "%s/cardeactl", build != NULL ? build : ".");
}

static void
tool_exec(const char *const *args)
{
	const char *argv[ARGS_MAX + 4] = { "cardeactl", "-c", in.conf };
	char path[PATH_MAX];

	for (int i = 0; i < ARGS_MAX && args[i] != NULL; i++)
		argv[3 + i] = args[i];
	path_find(path);
	execv(path, (char *const *)argv);
	_exit(127);
}

static void
input_make(const char *input)
{
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	if (input != NULL)
		ck_assert_int_eq(write(fd[1], input, strlen(input)),
		    strlen(input));
	close(fd[1]);
	dup2(fd[0], STDIN_FILENO);
	close(fd[0]);
}

/* Output and errors into `said`; the exit code. */
static int
tool_run(const char *const *args, const char *input)
{
	int fd[2];
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		input_make(input);
		dup2(fd[1], STDOUT_FILENO);
		dup2(fd[1], STDERR_FILENO);
		close(fd[0]);
		close(fd[1]);
		tool_exec(args);
	}
	close(fd[1]);
	while ((got = read(fd[0], said + n, sizeof(said) - 1 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(fd[0]);
	return instance_wait(pid);
}

static void
case_run(const struct tool_case *c)
{
	int code = tool_run(c->args, c->input);

	ck_assert_msg(code == c->code && strstr(said, c->says) != NULL,
	    "%s %s: wanted %d and \"%s\", got %d and\n%s", c->args[0],
	    c->args[1] != NULL ? c->args[1] : "", c->code, c->says, code, said);
}

static void
teardown(void)
{
	instance_free(&in);
}

/* Nobody has migrated or listens. */
static const struct tool_case alone[] = {
	{ { "--help" }, NULL, 0, "Commands:" },
	{ { "--version" }, NULL, 0, "cardeactl " },
	{ { NULL }, NULL, 2, "--help" },
	{ { "--nonsense" }, NULL, 2, "nonsense" },
	{ { "nonsense" }, NULL, 2, "no such command" },
	{ { "keys" }, NULL, 2, "keys rotate" },
	{ { "keys", "nonsense" }, NULL, 2, "no such command" },
	{ { "keys", "--help" }, NULL, 0, "keys init" },
	{ { "keys", "rotate", "--help" }, NULL, 0, "[--now]" },
	{ { "migrate", "--help" }, NULL, 0, "[--dry-run]" },
	{ { "migrate", "--nonsense" }, NULL, 2, "Usage: cardeactl migrate" },
	{ { "config", "check" }, NULL, 0, "fine" },
	{ { "config", "check", "more" }, NULL, 2, "unknown argument" },
	{ { "config", "show" }, NULL, 0, "workers" },
	{ { "keys", "init" }, NULL, 1, "/key" },
	{ { "keys", "list" }, NULL, 69, "database" },
	{ { "keys", "rotate", "--now" }, NULL, 69, "database" },
	{ { "jobs", "--once" }, NULL, 69, "database" },
	{ { "jobs" }, NULL, 2, "--once" },
	{ { "status" }, NULL, 1, "not running" },
	{ { "routes" }, NULL, 0, "POST /api/v1/auth/signin " },
	{ { "calibrate", "--target-ms" }, NULL, 2, "unknown argument" },
	{ { "calibrate", "--target-ms", "0" }, NULL, 2, "1 to 60000" },
	{ { "calibrate", "--target-ms", "1" }, NULL, 0, "scrypt_ln = 15" },
	{ { "create-admin" }, NULL, 2, "EMAIL NAME" },
	{ { "create-admin", "a@example.org" }, NULL, 2, "EMAIL NAME" },
	{ { "create-admin", "a@example.org", "A", "secret" }, NULL, 2,
	    "EMAIL NAME" },
	{ { "create-admin", "a@example.org", "A" }, GOOD "\n", 69, "database" },
	{ { "create-admin", "a@example.org", "A" }, "", 1, "standard input" },
};

START_TEST(test_alone)
{
	instance_new(&in, "");
	case_run(&alone[_i]);
}
END_TEST

static const struct conf_case {
	const char *settings;
	struct tool_case run;
} confs[] = {
	{ "workers = many\n", { { "config", "check" }, NULL, 78, ":1: " } },
	{ "workers = many\n", { { "migrate" }, NULL, 78, "workers" } },
	{ "workers = many\n", { { "--help" }, NULL, 0, "Commands:" } },
	{ "master_key_file = /nonexistent\n",
	    { { "keys", "list" }, NULL, 78, "/nonexistent" } },
	{ "master_key_file = /nonexistent\n",
	    { { "config", "check" }, NULL, 0, "fine" } },
	{ "master_key_file = /nonexistent/key\n",
	    { { "keys", "init" }, NULL, 1, "/nonexistent/key" } },
};

START_TEST(test_conf)
{
	instance_new(&in, confs[_i].settings);
	case_run(&confs[_i].run);
}
END_TEST

START_TEST(test_secrets_hidden)
{
	static const char *const args[ARGS_MAX] = { "config", "show" };

	instance_new(&in, "db_password = tell-nobody\n");
	ck_assert_int_eq(tool_run(args, NULL), 0);
	ck_assert(strstr(said, "db_password") != NULL);
	ck_assert_msg(strstr(said, "tell-nobody") == NULL, "%s", said);
}
END_TEST

START_TEST(test_keys_init)
{
	static const struct tool_case make = { { "keys", "init" }, NULL, 0,
		"created" };
	static const struct tool_case again = { { "keys", "init" }, NULL, 1,
		"/other" };
	char settings[160];

	instance_new(&in, "");
	snprintf(settings, sizeof(settings), "master_key_file = %s/other\n",
	    in.dir);
	instance_configure(&in, settings);
	case_run(&make);
	case_run(&again);
}
END_TEST

START_TEST(test_status)
{
	static const struct tool_case status = { { "status" }, NULL, 0,
		"state running\n" };

	instance_new(&in, "workers = 2\n");
	instance_start(&in);
	case_run(&status);
	ck_assert_int_eq(instance_stop(&in), 0);
}
END_TEST

/* From an empty database on; each builds on those before. */
static const struct tool_case steps[] = {
	{ { "migrate", "--dry-run" }, NULL, 0, "to apply" },
	{ { "migrate" }, NULL, 0, "0001-" },
	{ { "migrate" }, NULL, 0, "up to date" },
	{ { "migrate", "--dry-run" }, NULL, 0, "up to date" },
	{ { "keys", "rotate", "--now" }, NULL, 0, "new key" },
	{ { "keys", "list" }, NULL, 0, " signs " },
	{ { "keys", "rotate" }, NULL, 0, "new key" },
	{ { "keys", "list" }, NULL, 0, " published " },
	{ { "create-admin", "ann@example.org", "Ann" }, GOOD "\n", 0, "usr_" },
	{ { "create-admin", "ann@example.org", "Ann" }, GOOD "\n", 1,
	    "already" },
	{ { "create-admin", "--platform", "ann@example.org", "Ann" }, GOOD "\n",
	    0, "platform" },
	{ { "create-admin", "bob@example.org", "Bob" }, "weak\n", 1,
	    "at least 8" },
	{ { "create-admin", "no address", "Bob" }, GOOD "\n", 1, "email" },
	{ { "create-admin", "bob@example.org", "Bob" }, GOOD, 0, "usr_" },
	{ { "jobs", "--once" }, NULL, 0, "" },
};

static void
settings_for_db(char *ret, size_t size)
{
	const char *src = getenv("top_srcdir");

	snprintf(ret, size,
	    "db_socket = %s\n"
	    "db_user = %s\n"
	    "db_name = %s\n"
	    "schema_dir = %s/schema\n",
	    db.conf.db_socket, db.conf.db_user, db.name,
	    src != NULL ? src : "..");
}

START_TEST(test_steps)
{
	char settings[1024];

	settings_for_db(settings, sizeof(settings));
	instance_new(&in, settings);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		case_run(&steps[i]);
}
END_TEST

/* Each line is typed once its prompt is there. */
static void
type(int fd, const char *prompt, const char **line)
{
	if (*line == NULL || strstr(said, prompt) == NULL)
		return;
	ck_assert_int_eq(write(fd, *line, strlen(*line)), strlen(*line));
	*line = NULL;
}

static int
typed(const char *first, const char *second)
{
	static const char *const args[ARGS_MAX] = { "create-admin",
		"tty@example.org", "Typist" };
	size_t n = 0;
	ssize_t got;
	int fd;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	if (pid == 0)
		tool_exec(args);
	while ((got = read(fd, said + n, sizeof(said) - 1 - n)) > 0) {
		n += (size_t)got;
		said[n] = '\0';
		type(fd, "Password: ", &first);
		type(fd, "Once more: ", &second);
	}
	close(fd);
	return instance_wait(pid);
}

START_TEST(test_terminal)
{
	char settings[1024];

	settings_for_db(settings, sizeof(settings));
	instance_new(&in, settings);
	ck_assert_int_eq(typed(GOOD "\n", "Other-123!\n"), 1);
	ck_assert_msg(strstr(said, "not the same") != NULL, "%s", said);
	ck_assert_msg(typed(GOOD "\n", GOOD "\n") == 0, "%s", said);
	ck_assert_msg(strstr(said, GOOD) == NULL, "%s", said);
}
END_TEST

static void
db_open(void)
{
	testdb_open(&db, TESTDB_EMPTY);
}

static void
db_open_migrated(void)
{
	testdb_open(&db, TESTDB_MIGRATED);
}

static void
db_close(void)
{
	testdb_close(&db);
}

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static TCase *
case_new(Suite *s, const char *name)
{
	TCase *t = tcase_create(name);

	tcase_set_timeout(t, 300);
	tcase_add_checked_fixture(t, NULL, teardown);
	suite_add_tcase(s, t);
	return t;
}

static Suite *
cardeactl_suite(void)
{
	Suite *s = suite_create("cardeactl");
	TCase *t = case_new(s, "alone");

	tcase_add_loop_test(t, test_alone, 0, COUNT(alone));
	tcase_add_loop_test(t, test_conf, 0, COUNT(confs));
	tcase_add_test(t, test_secrets_hidden);
	tcase_add_test(t, test_keys_init);
	tcase_add_test(t, test_status);
	t = case_new(s, "steps");
	tcase_add_unchecked_fixture(t, db_open, db_close);
	tcase_add_test(t, test_steps);
	t = case_new(s, "terminal");
	tcase_add_unchecked_fixture(t, db_open_migrated, db_close);
	tcase_add_test(t, test_terminal);
	return s;
}

int
main(int argc, char **argv)
{
	SRunner *r;
	int failed;

	(void)argc;
	testdb_need_server(argv);
	r = srunner_create(cardeactl_suite());
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
