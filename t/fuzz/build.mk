# Compiles everything with libFuzzer and links each target: NAME-fuzz. Run by
# `make fuzz`, which hands over the flags and the lists; for GNU make.
FLAGS = -g -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer -DARENA_DEBUG=1
# nothing of an installation is read
CPPFLAGS = -I. -I$(top_srcdir)/src -DCARDEA_SYSCONFDIR='"/nonexistent"' \
	-DCARDEA_DATADIR='"/nonexistent"' -DCARDEA_LIBEXECDIR='"/nonexistent"'
DIR = t/fuzz/build
LIB = $(DIR)/libcardea.a
objects = $(patsubst %.c,$(DIR)/%.o,$(filter %.c,$(1)))

all: $(addsuffix -fuzz,$(TARGETS))

$(LIB): $(call objects,$(SOURCES))
	@rm -f $@
	@echo "  AR       $@"
	@$(AR) rcs $@ $^

$(DIR)/%.o: $(top_srcdir)/%.c
	@mkdir -p $(@D)
	@echo "  FUZZ CC  $*.c"
	@$(CC) $(FLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

t/fuzz/%-fuzz: $(DIR)/t/fuzz/%.o $(call objects,$(COMMON)) $(LIB)
	@echo "  FUZZ LD  $@"
	@$(CC) $(subst fuzzer-no-link,fuzzer,$(FLAGS)) $(CFLAGS) -o $@ $^ $(LIBS)

-include $(shell find $(DIR) -name '*.d' 2>/dev/null)
.SECONDARY:
.DELETE_ON_ERROR:
