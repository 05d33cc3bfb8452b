#include "db.h"
void
cases_faults(Suite *s)
{
	(void)s;
}
