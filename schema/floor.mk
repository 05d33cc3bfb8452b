# The migrations, in order.
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = \
	schema/0001-accounts.sql \
	schema/0002-devices.sql \
	schema/0003-users.sql \
	schema/0004-retention.sql
