/* Shared memory and the hashing gate, across processes that die at random. */
#include <check.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/gate.h"
#include "base/rand.h"
#include "base/shared.h"
#include "base/siphash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#define BIT(slot) (UINT64_C(1) << (slot))

static char dir[32], path[64];

static void
set_up(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/cardea-shared-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/map", dir);
}

static void
tear_down(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

static struct shared *
map_new(int cores, int waiters)
{
	struct shared *s = shared_new(NULL);

	ck_assert_ptr_nonnull(s);
	gate_init(s, cores, waiters);
	return s;
}

/* A child that does not outlive us; 0 in the child. */
static pid_t
child_fork(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static int
child_status(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void
child_kill(pid_t pid)
{
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	(void)child_status(pid);
}

static void
ck_child_ok(pid_t pid)
{
	int status = child_status(pid);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "the child ended with status %#x", status);
}

/* The example of the paper's appendix A, then OpenSSL's own. */
START_TEST(siphash_agrees)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	size_t size = 8;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
		OSSL_PARAM_construct_end(),
	};
	uint8_t key[16], in[64], out[8];

	for (uint8_t i = 0; i < 64; i++)
		in[i] = i;
	memcpy(key, in, 16);
	ck_assert_uint_eq(siphash(key, in, 15), UINT64_C(0xa129ca6149be45e5));
	for (size_t n = 0; n <= 64; n++) {
		uint64_t want = 0;

		ck_assert_int_eq(EVP_MAC_init(ctx, key, 16, params), 1);
		ck_assert_int_eq(EVP_MAC_update(ctx, in, n), 1);
		ck_assert_int_eq(EVP_MAC_final(ctx, out, &size, 8), 1);
		for (int i = 7; i >= 0; i--)
			want = want << 8 | out[i];
		ck_assert_uint_eq(siphash(key, in, n), want);
	}
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}
END_TEST

START_TEST(survives_exec)
{
	int fd;
	struct shared *s = shared_new(&fd);
	char number[16];
	pid_t pid;

	ck_assert_ptr_nonnull(s);
	atomic_store(&s->slot[0].all_requests, 41);
	(void)snprintf(number, sizeof(number), "%d", fd);
	pid = child_fork();
	if (pid == 0) {
		execl("/proc/self/exe", "shared", "attach", number, NULL);
		_exit(127);
	}
	ck_child_ok(pid);
	ck_assert_uint_eq(atomic_load(&s->slot[0].all_requests), 42);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* What survives_exec runs. */
static int
attached_main(int fd)
{
	struct shared *s = shared_attach(fd);

	if (s == NULL || atomic_load(&s->slot[0].all_requests) != 41)
		return 1;
	atomic_fetch_add(&s->slot[0].all_requests, 1);
	return 0;
}

START_TEST(attach_refuses)
{
	int fd;
	struct shared *s = shared_new(&fd), *again = shared_attach(fd);

	ck_assert_ptr_nonnull(again);
	s->layout++;
	ck_assert_ptr_null(shared_attach(fd));
	s->layout--;
	s->magic++;
	ck_assert_ptr_null(shared_attach(fd));
	s->magic--;
	ck_assert_int_eq(ftruncate(fd, sizeof(*s) + 1), 0);
	ck_assert_ptr_null(shared_attach(fd));
	ck_assert_ptr_null(shared_attach(-1));
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* A sleeper misses no wake-up that came between its look and its sleep. */
START_TEST(wakes_jobs)
{
	struct shared *s = map_new(1, 1);
	uint32_t seen = atomic_load(&s->jobs_seq);
	pid_t pid = child_fork();

	if (pid == 0) {
		while (atomic_load(&s->jobs_seq) == seen)
			shared_wait(&s->jobs_seq, seen, -1);
		_exit(0);
	}
	shared_wake_jobs(s);
	ck_child_ok(pid);
}
END_TEST

/* slots, seconds since another request (-1: never), who may hold. */
static const struct {
	int cores, others_ms_ago, want;
} limits[] = {
	{ 0, -1, 1 }, { 1, -1, 1 }, { 1, 0, 1 }, { 2, -1, 2 }, { 2, 0, 1 },
	{ 4, -1, 4 }, { 4, 0, 3 }, { 4, 600000, 4 }, /* long ago */
	{ 4, -600000, 4 }, /* ahead: from before a reboot */
};

/* How many of all slots get in, one after the other. */
static int
gate_fill(struct shared *s, int others_ms_ago)
{
	int n = 0;

	for (int slot = 0; slot < SHARED_SLOTS; slot++) {
		shared_set_slot(slot);
		gate_leave(s);
	}
	if (others_ms_ago == 0)
		gate_note_other(s);
	else if (others_ms_ago != -1)
		atomic_store(&s->gate.other_ms,
		    clock_mono_us() / 1000 - others_ms_ago);
	for (int slot = 0; slot < SHARED_SLOTS; slot++) {
		shared_set_slot(slot);
		n += gate_enter(s) == 0;
	}
	return n;
}

/* A round that the machine was too busy for proves nothing: once more. */
START_TEST(limit)
{
	struct shared *s = map_new(limits[_i].cores, 0);
	int64_t start;
	int n;

	do {
		start = clock_mono_us();
		n = gate_fill(s, limits[_i].others_ms_ago);
	} while (clock_mono_us() - start > CLOCK_SECOND / 2);
	ck_assert_int_eq(n, limits[_i].want);
	ck_assert_int_eq(__builtin_popcountll(atomic_load(&s->gate.hold)), n);
	ck_assert_uint_eq(atomic_load(&s->gate.wait), 0);
}
END_TEST

START_TEST(note_repairs_the_future)
{
	struct shared *s = map_new(2, 0);
	int64_t now = clock_mono_us() / 1000;

	atomic_store(&s->gate.other_ms, now + 600000);
	gate_note_other(s);
	ck_assert_int_ge(atomic_load(&s->gate.other_ms), now);
	ck_assert_int_lt(atomic_load(&s->gate.other_ms), now + 600000);
}
END_TEST

/* Who would be one too many is told at once; who may wait waits in vain. */
START_TEST(waiters_are_bounded)
{
	struct shared *s = map_new(1, 2);
	uint64_t others = BIT(1) | BIT(63);

	atomic_store(&s->gate.hold, BIT(5));
	atomic_store(&s->gate.wait, others);
	shared_set_slot(2);
	ck_assert_int_eq(gate_enter(s), ERR_UNAVAILABLE);
	ck_assert_uint_eq(atomic_load(&s->gate.wait), others);

	atomic_store(&s->gate.wait, BIT(1));
	ck_assert_int_eq(gate_enter(s), ERR_UNAVAILABLE);
	ck_assert_uint_eq(atomic_load(&s->gate.wait), BIT(1));
	ck_assert_uint_eq(atomic_load(&s->gate.hold), BIT(5));

	gate_bury(s, 1);
	gate_bury(s, 5);
	ck_assert_int_eq(gate_enter(s), 0);
	ck_assert_uint_eq(atomic_load(&s->gate.wait), 0);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), BIT(2));
	ck_assert_int_eq(gate_enter(s), 0);
	gate_leave(s);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), 0);
}
END_TEST

#define KILL_WORKERS 6
#define KILL_CORES   2
#define KILLS        150

/* Beside the gate's own masks: who believes to be inside. */
struct witness {
	_Atomic uint64_t inside;
	_Atomic uint32_t done, violations;
};

static void
hasher_run(struct shared *s, struct witness *w, int slot)
{
	shared_set_slot(slot);
	for (;;) {
		uint64_t inside;

		if (gate_enter(s) != 0)
			continue;
		inside = atomic_fetch_or(&w->inside, BIT(slot)) | BIT(slot);
		if (__builtin_popcountll(inside) > KILL_CORES)
			atomic_fetch_add(&w->violations, 1);
		sched_yield();
		atomic_fetch_and(&w->inside, ~BIT(slot));
		gate_leave(s);
		atomic_fetch_add(&w->done, 1);
	}
}

static pid_t
hasher_fork(struct shared *s, struct witness *w, int slot)
{
	pid_t pid = child_fork();

	if (pid == 0)
		hasher_run(s, w, slot);
	return pid;
}

static void
hasher_kill(struct shared *s, struct witness *w, int slot, pid_t pid)
{
	child_kill(pid);
	atomic_fetch_and(&w->inside, ~BIT(slot));
	gate_bury(s, slot);
}

/*
 * Each kill is preceded by some progress, so that a place that leaked would
 * let this test hang instead of pass.
 */
START_TEST(gate_bears_kills)
{
	struct shared *s = map_new(KILL_CORES, KILL_WORKERS);
	struct witness *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[KILL_WORKERS];

	for (int i = 0; i < KILL_WORKERS; i++)
		pids[i] = hasher_fork(s, w, i);
	for (int n = 0; n < KILLS; n++) {
		int i = (int)rand_below(KILL_WORKERS);
		uint32_t done = atomic_load(&w->done);

		while (atomic_load(&w->done) - done < 3 + rand_below(5))
			sched_yield();
		hasher_kill(s, w, i, pids[i]);
		pids[i] = hasher_fork(s, w, i);
	}
	for (int i = 0; i < KILL_WORKERS; i++)
		hasher_kill(s, w, i, pids[i]);
	ck_assert_uint_eq(atomic_load(&w->violations), 0);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), 0);
	ck_assert_uint_eq(atomic_load(&s->gate.wait), 0);
	ck_assert_int_eq(munmap(w, sizeof(*w)), 0);
}
END_TEST

static struct shared *
file_open(void)
{
	struct shared *s = shared_open(path);

	ck_assert_msg(s != NULL, "cannot open %s", path);
	return s;
}

/* A process that opens the map, enters the gate if told to, and stays. */
static pid_t
opener_fork(bool enter, int *ret_slot)
{
	int fds[2], slot = -1;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = child_fork();
	if (pid == 0) {
		struct shared *s = shared_open(path);

		if (s == NULL || (enter && gate_enter(s) != 0))
			_exit(1);
		slot = shared_slot();
		if (write(fds[1], &slot, sizeof(slot)) != sizeof(slot))
			_exit(2);
		for (;;)
			(void)pause();
	}
	ck_assert_int_eq(close(fds[1]), 0);
	ck_assert_int_eq(read(fds[0], &slot, sizeof(slot)), sizeof(slot));
	ck_assert_int_eq(close(fds[0]), 0);
	*ret_slot = slot;
	return pid;
}

START_TEST(file_is_shared_and_private)
{
	int slot;
	pid_t pid = opener_fork(false, &slot);
	struct shared *s = file_open();
	struct stat st;

	ck_assert_int_eq(slot, 0);
	ck_assert_int_eq(shared_slot(), 1);
	ck_assert_int_eq(atomic_load(&s->slot[0].pid), pid);
	ck_assert_int_eq(atomic_load(&s->slot[1].pid), getpid());
	ck_assert_int_gt(atomic_load(&s->slot[0].since_us), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq((uintmax_t)st.st_size, sizeof(*s));
	child_kill(pid);
}
END_TEST

/* The counts outlive a process, its slot and its place at the gate do not. */
START_TEST(file_frees_the_dead)
{
	int slot;
	pid_t pid = opener_fork(true, &slot), other;
	struct shared *s;

	child_kill(pid);
	other = opener_fork(true, &slot);
	ck_assert_int_eq(slot, 0);
	s = file_open();
	ck_assert_int_eq(shared_slot(), 1);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), BIT(0));
	atomic_store(&s->quota[3][4], 5);

	child_kill(other);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), BIT(0));
	ck_assert_int_eq(gate_enter(s), 0);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), BIT(1));
	ck_assert_int_eq(atomic_load(&s->slot[0].pid), 0);

	ck_assert_int_eq(munmap(s, sizeof(*s)), 0);
	s = file_open();
	ck_assert_uint_eq(atomic_load(&s->quota[3][4]), 5);
	ck_assert_int_eq(shared_slot(), 0);
	ck_assert_int_eq(atomic_load(&s->slot[1].pid), 0);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), 0);
}
END_TEST

START_TEST(file_spares_the_living)
{
	int slot;
	pid_t pid = opener_fork(true, &slot);
	struct shared *s = file_open();

	shared_bury_dead(s);
	ck_assert_int_eq(atomic_load(&s->slot[0].pid), pid);
	ck_assert_uint_eq(atomic_load(&s->gate.hold), BIT(0));
	ck_assert_int_eq(gate_enter(s), ERR_UNAVAILABLE);
	child_kill(pid);
}
END_TEST

/* Who waits at the gate when its holder dies gets in without a master. */
START_TEST(file_wakes_waiters)
{
	int slot;
	pid_t holder = opener_fork(true, &slot), waiter;
	struct shared *s = file_open();

	gate_init(s, 1, 1);
	waiter = child_fork();
	if (waiter == 0) {
		s = shared_open(path);
		while (gate_enter(s) != 0)
			continue;
		_exit(0);
	}
	while (atomic_load(&s->gate.wait) == 0)
		sched_yield();
	child_kill(holder);
	ck_child_ok(waiter);
}
END_TEST

START_TEST(file_has_64_slots)
{
	pid_t pids[SHARED_SLOTS];
	int slot;

	for (int i = 0; i < SHARED_SLOTS; i++) {
		pids[i] = opener_fork(false, &slot);
		ck_assert_int_eq(slot, i);
	}
	ck_assert_ptr_null(shared_open(path));
	child_kill(pids[63]);
	ck_assert_ptr_nonnull(shared_open(path));
	ck_assert_int_eq(shared_slot(), 63);
	for (int i = 0; i < SHARED_SLOTS - 1; i++)
		child_kill(pids[i]);
}
END_TEST

/* Files that are no map of ours: "" is an empty one. */
static const char *const strange[] = { "", "x", "another layout" };

START_TEST(file_of_another_layout)
{
	struct shared *old = NULL, *s;

	if (strlen(strange[_i]) > 1) {
		old = file_open();
		old->layout++;
		atomic_store(&old->slot[0].all_requests, 7);
	} else {
		FILE *f = fopen(path, "w");

		ck_assert_ptr_nonnull(f);
		ck_assert_int_ge(fputs(strange[_i], f), 0);
		ck_assert_int_eq(fclose(f), 0);
		ck_assert_int_eq(chmod(path, 0600), 0);
	}
	s = file_open();
	ck_assert_uint_eq(s->layout, SHARED_LAYOUT);
	ck_assert_uint_eq(atomic_load(&s->slot[0].all_requests), 0);
	ck_assert_int_eq(shared_slot(), 0);
	if (old != NULL) /* who still has the old one keeps it */
		ck_assert_uint_eq(atomic_load(&old->slot[0].all_requests), 7);
}
END_TEST

START_TEST(file_of_others)
{
	char elsewhere[80];
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_ptr_null(shared_open(path));

	(void)snprintf(elsewhere, sizeof(elsewhere), "%s/x", dir);
	ck_assert_int_eq(rename(path, elsewhere), 0);
	ck_assert_int_eq(symlink(elsewhere, path), 0);
	ck_assert_ptr_null(shared_open(path));
	ck_assert_int_eq(unlink(elsewhere), 0);
	ck_assert_ptr_null(shared_open("/nonexistent/map"));
}
END_TEST

/* Processes that start all at once end up with one map and slots apart. */
START_TEST(file_made_by_many)
{
	enum { MANY = 12 };
	struct shared *gun = map_new(1, 1), *s;
	pid_t pids[MANY];

	for (int i = 0; i < MANY; i++) {
		pids[i] = child_fork();
		if (pids[i] != 0)
			continue;
		shared_wait(&gun->jobs_seq, 0, -1);
		s = shared_open(path);
		if (s == NULL)
			_exit(1);
		atomic_fetch_add(&s->slot[0].all_requests, 1);
		atomic_fetch_add(&gun->slot[0].all_requests, 1);
		while (atomic_load(&gun->slot[0].all_requests) < MANY)
			sched_yield();
		_exit(atomic_load(&s->slot[0].all_requests) == MANY ? 0 : 2);
	}
	shared_wake_jobs(gun);
	for (int i = 0; i < MANY; i++)
		ck_child_ok(pids[i]);
	s = file_open();
	for (int i = 1; i < SHARED_SLOTS; i++)
		ck_assert_int_eq(atomic_load(&s->slot[i].pid), 0);
}
END_TEST

static TCase *
cases(void)
{
	TCase *tc = tcase_create("shared");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, siphash_agrees);
	tcase_add_test(tc, survives_exec);
	tcase_add_test(tc, attach_refuses);
	tcase_add_test(tc, wakes_jobs);
	tcase_add_loop_test(tc, limit, 0, sizeof(limits) / sizeof(limits[0]));
	tcase_add_test(tc, note_repairs_the_future);
	tcase_add_test(tc, waiters_are_bounded);
	tcase_add_test(tc, gate_bears_kills);
	tcase_add_test(tc, file_is_shared_and_private);
	tcase_add_test(tc, file_frees_the_dead);
	tcase_add_test(tc, file_spares_the_living);
	tcase_add_test(tc, file_wakes_waiters);
	tcase_add_test(tc, file_has_64_slots);
	tcase_add_loop_test(tc, file_of_another_layout, 0,
	    sizeof(strange) / sizeof(*strange));
	tcase_add_test(tc, file_of_others);
	tcase_add_test(tc, file_made_by_many);
	return tc;
}

int
main(int argc, char **argv)
{
	Suite *suite;
	SRunner *runner;
	int failed;

	if (argc == 3 && strcmp(argv[1], "attach") == 0)
		return attached_main((int)strtol(argv[2], NULL, 10));
	suite = suite_create("shared");
	suite_add_tcase(suite, cases());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
