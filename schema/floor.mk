# The migrations, in order.
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = \
	schema/0001-accounts.sql
