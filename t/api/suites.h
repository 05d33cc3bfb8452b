/* The suites of the API tests, each in the file of its name. */
#ifndef API_SUITES_H
#define API_SUITES_H

#include <check.h>

Suite *auth_suite(void);
Suite *avatar_suite(void);
Suite *devices_suite(void);
Suite *doc_suite(void);
Suite *errors_suite(void);
Suite *legacy_suite(void);
Suite *lockout_suite(void);
Suite *quota_suite(void);
Suite *recovery_suite(void);
Suite *refresh_suite(void);
Suite *routes_suite(void);
Suite *sessions_suite(void);
Suite *settings_suite(void);
Suite *tokens_suite(void);
Suite *user_list_suite(void);
Suite *users_suite(void);

#endif
