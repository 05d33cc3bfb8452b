/* Passwords that everybody tries first. */
#ifndef FLOW_COMMON_H
#define FLOW_COMMON_H

#include <stdbool.h>

/*
 * True when a password is a common word or keyboard run behind the usual
 * disguises: capitals, digits and signs around it, letters swapped for look
 * -alikes ("P@ssw0rd2024!"), or a few characters over and over. Long ones
 * never are.
 */
bool password_common(const char *password);

#endif
