/*
 * Do two kinds of requests take the same time? One table of a report.
 *
 *	timing PORT PATH SAMPLES NAME=FILE NAME=FILE...
 *
 * Each line of a file is a body to POST to the path; each is sent once a
 * round, the kinds in another order in each round, so that whatever else
 * the machine does falls on all alike. The first kind is what the others
 * are held against, by the rank sum test of Mann and Whitney and by the
 * estimate of Hodges and Lehmann for the shift with its interval of 99 %.
 * Nothing is assumed of the distribution, which has long tails. A kind is
 * told apart where chance gives such a rank sum once in a thousand times
 * or less.
 */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/web.h"

#define KINDS_MAX   8
#define SAMPLES_MAX 4000
#define BODY_MAX    1024
#define LEVEL       1e-3
#define Z99         2.5758
#define WARM_UP     3 /* rounds that do not count */

struct kind {
	const char *name;
	FILE *bodies;
	int status; /* of the last answer; -1 when they differ */
	double us[SAMPLES_MAX], sorted[SAMPLES_MAX];
};

struct verdict {
	double shift, low, high, p; /* us */
};

static struct kind kinds[KINDS_MAX];
static int kinds_n, samples;
static const char *path;
static struct web web = { -1, 0, 0 };
static unsigned long long dice;

/* Knuth's MMIX generator, for orders only. */
static int
below(int n)
{
	dice = dice * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int)((dice >> 33) % (unsigned)n);
}

static double
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static bool
next_body(struct kind *k, char body[BODY_MAX])
{
	if (fgets(body, BODY_MAX, k->bodies) == NULL) {
		rewind(k->bodies);
		if (fgets(body, BODY_MAX, k->bodies) == NULL)
			return false;
	}
	body[strcspn(body, "\n")] = '\0';
	return true;
}

/* No sample: the gate was full, or a quota was used up. */
static bool
refused(int status)
{
	return status == 503 || status == 429;
}

/*
 * What is refused is asked again. A connection that the server ended is
 * opened outside of the time that counts.
 */
static void
sample(struct kind *k, int i)
{
	static struct web_answer a;
	struct timespec rest = { 0, (1 + below(4)) * 500000L };
	struct timespec later = { 1, 0 };
	char body[BODY_MAX];
	double from;
	int status = 0;

	if (!next_body(k, body))
		exit(2);
	for (int tries = 0; tries < 100 && (status == 0 || refused(status));
	     tries++) {
		if (web.fd < 0)
			web.fd = web_dial(web.port, 0, 0);
		nanosleep(refused(status) ? &later : &rest, NULL);
		from = now_us();
		web_ask(&web,
		    &(struct web_request) { "POST", path, NULL, body, false },
		    &a);
		if (i >= 0)
			k->us[i] = now_us() - from;
		status = a.status;
	}
	if (k->status != 0 && k->status != status)
		status = -1;
	k->status = status;
}

static void
round_take(int i)
{
	int order[KINDS_MAX];

	for (int k = 0; k < kinds_n; k++)
		order[k] = k;
	for (int k = kinds_n - 1; k > 0; k--) {
		int other = below(k + 1), was = order[k];

		order[k] = order[other];
		order[other] = was;
	}
	for (int k = 0; k < kinds_n; k++)
		sample(&kinds[order[k]], i);
}

/* --- statistics --- */

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(const struct kind *k)
{
	return (k->sorted[(samples - 1) / 2] + k->sorted[samples / 2]) / 2;
}

/* How often the other took longer than the first, of all pairs. */
static double
wins(const struct kind *first, const struct kind *other)
{
	double n = 0;
	int below_it = 0, up_to_it = 0;

	for (int i = 0; i < samples; i++) {
		double x = other->sorted[i];

		while (below_it < samples && first->sorted[below_it] < x)
			below_it++;
		while (up_to_it < samples && first->sorted[up_to_it] <= x)
			up_to_it++;
		n += (below_it + up_to_it) / 2.0;
	}
	return n;
}

static void
compare(const struct kind *first, const struct kind *other, struct verdict *v)
{
	double n = samples, pairs = n * n;
	double spread = sqrt(pairs * (2 * n + 1) / 12);
	double z = (wins(first, other) - pairs / 2) / spread;
	size_t all = (size_t)samples * (size_t)samples, at = 0, edge;
	double *shift = malloc(all * sizeof(*shift));

	if (shift == NULL)
		abort();
	for (int i = 0; i < samples; i++)
		for (int j = 0; j < samples; j++)
			shift[at++] = other->us[i] - first->us[j];
	qsort(shift, all, sizeof(*shift), ascending);
	edge = (size_t)fmax(0, floor(pairs / 2 - Z99 * spread));
	v->shift = (shift[(all - 1) / 2] + shift[all / 2]) / 2;
	v->low = shift[edge];
	v->high = shift[all - 1 - edge];
	v->p = erfc(fabs(z) / sqrt(2));
	free(shift);
}

/* --- the report --- */

static void
status_print(const struct kind *k)
{
	if (k->status < 0)
		printf("| %s | several |", k->name);
	else
		printf("| %s | %d |", k->name, k->status);
}

static void
report(void)
{
	printf("| POST %s | status | median, ms | shift, us | 99 %% of it | p "
	       "| with %d samples each |\n|---|---|---:|---:|---:|---:|---|\n",
	    path, samples);
	for (int k = 0; k < kinds_n; k++) {
		struct verdict v;

		status_print(&kinds[k]);
		printf(" %.3f |", median(&kinds[k]) / 1000);
		if (k == 0) {
			printf(" | | | |\n");
			continue;
		}
		compare(&kinds[0], &kinds[k], &v);
		printf(" %+.0f | %+.0f .. %+.0f | %.2g | %s |\n", v.shift,
		    v.low, v.high, v.p,
		    v.p < LEVEL ? "TOLD APART" : "not told apart");
	}
}

static void
kind_add(char *arg)
{
	char *file = strchr(arg, '=');
	struct kind *k = &kinds[kinds_n];

	if (file == NULL || kinds_n == KINDS_MAX)
		exit(2);
	*file = '\0';
	k->name = arg;
	k->bodies = fopen(file + 1, "re");
	if (k->bodies == NULL) {
		perror(file + 1);
		exit(2);
	}
	kinds_n++;
}

int
main(int argc, char **argv)
{
	if (argc < 6) {
		fprintf(stderr,
		    "usage: timing PORT PATH SAMPLES NAME=FILE NAME=FILE...\n");
		return 2;
	}
	web.port = (int)strtol(argv[1], NULL, 10);
	path = argv[2];
	samples = (int)strtol(argv[3], NULL, 10);
	if (samples < 10 || samples > SAMPLES_MAX)
		return 2;
	for (int i = 4; i < argc; i++)
		kind_add(argv[i]);
	dice = (unsigned long long)now_us();
	for (int i = -WARM_UP; i < samples; i++)
		round_take(i);
	for (int k = 0; k < kinds_n; k++) {
		memcpy(kinds[k].sorted, kinds[k].us, sizeof(kinds[k].us));
		qsort(kinds[k].sorted, (size_t)samples, sizeof(double),
		    ascending);
		fclose(kinds[k].bodies);
	}
	report();
	web_close(&web);
	return 0;
}
