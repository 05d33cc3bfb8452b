#include "db.h"
void
cases_migrate(Suite *s)
{
	(void)s;
}
