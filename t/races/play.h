/*
 * Actors that take one step at a time, in every order.
 *
 * Each is a client with a worker of its own, on a thread that stands still
 * before every statement that stands alone and before every transaction;
 * those are the steps between which other processes can get in. The scheduler
 * lets one actor take one step, and walks through all orders of all steps. An
 * actor may also die at a step, or never see an answer.
 */
#ifndef RACES_PLAY_H
#define RACES_PLAY_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "base/id.h"
#include "suites.h"
#include "support/actor.h"

#define ACTORS_MAX 3
#define STEPS_MAX  24
#define TOKEN_MAX  2048

#define OLD     "SecurePass123!"
#define NEW     "NewerPass456!#"
#define REFRESH "POST /api/v1/auth/refresh"

extern struct api api;

/* What a run begins with, and what must hold after it. */
extern void (*run_begin)(void);
extern void (*run_judge)(size_t n, const char *order);

/* The session that all of one run are about. */
struct shared {
	char refresh[TOKEN_MAX], access[TOKEN_MAX];
	char stale[TOKEN_MAX]; /* a refresh token that is too old */
	struct uuid id;
	bool revoked; /* a revocation has been answered */
	int64_t presented; /* the highest counter that was accepted */
};

extern struct shared shared;

struct player;

/* What an actor does; it notes in the player what went wrong. */
typedef void script_fn(struct player *);

struct player {
	script_fn *script;
	int dies_at; /* the step before which it dies, from 1; 0: never */
	/* so many first steps touch nothing that the others do: all at once */
	int quiet;

	struct actor_client client;
	pthread_t thread;
	sem_t go, stopped;
	bool done, dying;
	/* was it revoked when it took its first step, and its last one? */
	bool late, last_late;
	int stops; /* how often it has stood still */
	char refresh[TOKEN_MAX], access[TOKEN_MAX];
	char wrong[256];
};

extern struct player players[ACTORS_MAX];

/* The order in work: which actor takes each step, and who could have. */
struct order {
	size_t n;
	int choice[STEPS_MAX], enabled[STEPS_MAX];
};

/* ann with a session that lasts; the fixture of every case. */
void play_open(void);
void play_close(void);

void cast(size_t i, script_fn *, int dies_at);
/* As cast(); with RACES_FULL in the environment quiet counts as none. */
void cast_quiet(size_t i, script_fn *, int quiet);
/* Casts the first n, in the order given and then in all others. */
void run_once(size_t n, struct order *);
bool order_next(struct order *);
void all_orders(size_t n);

/* Notes what went wrong first. */
void wrong(struct player *, const char *what, bool after_revocation);

/* A fresh session for the next run, opened by the owner. */
void session_start(void);
/* What must hold after every run about that session. */
void run_end(size_t n, const char *order);
/* Where who revokes may die: what was done, the session itself tells. */
void half_judge(size_t n, const char *order);

/* By the main program: a token at path, NULL for an access token at /me. */
int present(const char *path, const char *token);

/* Takes the tokens of the last answer. */
void take_tokens(struct player *);
bool refresh(struct player *);

/* A client, another tab of it, or a thief within the grace: all alike. */
script_fn goes_on;
/* Refreshes twice without using what it got in between. */
script_fn refreshes_twice;
/* The reply is lost; it has nothing but its old token, and tries again. */
script_fn loses_a_reply;
script_fn signs_out;
/* With OLD; without tokens when it was refused. */
script_fn signs_in;

#endif
