bin_PROGRAMS += cardeactl
cardeactl_SOURCES = \
	src/tools/admin.c \
	src/tools/calibrate.c \
	src/tools/cardeactl.c \
	src/tools/config.c \
	src/tools/jobs.c \
	src/tools/keys.c \
	src/tools/migrate.c \
	src/tools/password.c \
	src/tools/routes.c \
	src/tools/status.c \
	src/tools/tool.h
