/*
 * Password hashes as PHC strings, `$scrypt$ln=15,r=8,p=3$salt$hash` with
 * base64 without padding (RFC 7914; the PHC string format). One row an
 * algorithm, so that foreign hashes can be verified and replaced.
 *
 * These take their time and their memory by design: callers hold a place at
 * the gate (base/gate.h), and no transaction.
 */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PASSWORD_PHC_MAX   256
#define PASSWORD_MAX_BYTES 1024

/* N = 2^ln; memory is 128 * r * 2^ln bytes. */
struct password_cost {
	uint32_t ln, r, p;
};

/* OWASP's floor for scrypt, 32 MiB. */
#define PASSWORD_COST_FLOOR ((struct password_cost) { 15, 8, 3 })

/*
 * RFC 7914 §2 bounds, at most 1 GiB, and at most as much work as 1 GiB at
 * p = 16: NULL, or why these parameters cannot be used. Below the floor is
 * not said here but by password_cost_weak().
 */
const char *password_cost_check(const struct password_cost *);
bool password_cost_weak(const struct password_cost *);

/* 0, or <0: out of memory, cost beyond the bounds, password too long. */
int password_hash(const char *password, size_t n, const struct password_cost *,
    char ret_phc[PASSWORD_PHC_MAX]);

/*
 * 0 with the answer, or <0: not a PHC string we know, or one whose cost is
 * beyond the bounds. A password above PASSWORD_MAX_BYTES never matches.
 */
int password_verify(const char *phc, const char *password, size_t n,
    bool *ret_match);

/* Another algorithm, or another cost than this. */
bool password_outdated(const char *phc, const struct password_cost *);

/*
 * The cost that a hash of `cost` has beyond the one of this string: burnt
 * after a wrong password, it makes an old hash take as long as a new one.
 * False when there is none, also when the string's own cost is higher.
 */
bool password_rest(const char *phc, const struct password_cost *cost,
    struct password_cost *ret);

/*
 * Burns the time of one verification at this cost: for accounts that do not
 * exist, so that nobody can tell.
 */
void password_burn(const char *password, size_t n,
    const struct password_cost *);

/*
 * Milliseconds of one hash, the best of rounds: for `cardeactl calibrate`.
 */
double password_time_ms(const struct password_cost *, int rounds);

#endif
