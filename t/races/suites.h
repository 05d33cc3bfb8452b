#ifndef RACES_SUITES_H
#define RACES_SUITES_H

#include <check.h>

Suite *crowd_suite(void);
Suite *revoke_suite(void);
Suite *schedule_suite(void);

#endif
