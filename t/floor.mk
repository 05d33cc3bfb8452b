if HAVE_CHECK
# Each suite lists its own programs.
endif
