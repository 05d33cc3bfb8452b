# What compiler and linker can do against errors of ours, as far as they can:
# each flag is tried, and left out where it does not work. HARDENED names what
# t/e2e/binaries must find in the programs that were built.

# CARDEA_TRY_CFLAG(FLAG, [PROLOGUE])
AC_DEFUN([CARDEA_TRY_CFLAG], [
    AC_MSG_CHECKING([whether $CC takes $1])
    cardea_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $1"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([$2])],
	[AC_MSG_RESULT([yes])
	 cardea_took=yes
	 HARDENING_CFLAGS="$HARDENING_CFLAGS $1"],
	[AC_MSG_RESULT([no])
	 cardea_took=no])
    CFLAGS=$cardea_save_CFLAGS])

AC_DEFUN([CARDEA_TRY_LDFLAG], [
    AC_MSG_CHECKING([whether the linker takes $1])
    cardea_save_LDFLAGS=$LDFLAGS
    LDFLAGS="$LDFLAGS -Wl,--fatal-warnings $1"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()],
	[AC_MSG_RESULT([yes])
	 HARDENING_LDFLAGS="$HARDENING_LDFLAGS $1"
	 HARDENED="$HARDENED $2"],
	[AC_MSG_RESULT([no])])
    LDFLAGS=$cardea_save_LDFLAGS])

# Bounds that are checked at run time; it needs an optimising compiler, and
# a distribution may have set it on its own.
AC_DEFUN([CARDEA_TRY_FORTIFY], [
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([
#ifndef __OPTIMIZE__
#error none
#endif])], [
	CARDEA_TRY_CFLAG([-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3],
	    [#include <string.h>])
	AS_IF([test $cardea_took = no],
	    [CARDEA_TRY_CFLAG([-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2],
		[#include <string.h>])])
	AS_IF([test $cardea_took = yes], [HARDENED="$HARDENED fortify"])])])

# CARDEA_HARDENING(YES-OR-NO, SANITIZERS): sets HARDENING_CFLAGS,
# HARDENING_LDFLAGS and HARDENED.
AC_DEFUN([CARDEA_HARDENING], [
    HARDENING_CFLAGS= HARDENING_LDFLAGS= HARDENED=
    AS_IF([test "$1" != no], [
	CARDEA_TRY_CFLAG([-fPIE])
	CARDEA_TRY_LDFLAG([-pie], [pie])
	CARDEA_TRY_LDFLAG([-Wl,-z,relro], [relro])
	CARDEA_TRY_LDFLAG([-Wl,-z,now], [now])
	CARDEA_TRY_LDFLAG([-Wl,-z,noexecstack], [noexecstack])
	CARDEA_TRY_CFLAG([-fstack-protector-strong])
	AS_IF([test $cardea_took = yes], [HARDENED="$HARDENED stack-protector"])
	CARDEA_TRY_CFLAG([-fcf-protection])
	AS_IF([test $cardea_took = yes], [HARDENED="$HARDENED cet"])
	dnl sanitizers see the error itself, and some of these would hide it
	AS_IF([test "$2" != yes], [
	    CARDEA_TRY_CFLAG([-fstack-clash-protection])
	    CARDEA_TRY_CFLAG([-fno-strict-overflow])
	    CARDEA_TRY_CFLAG([-fno-delete-null-pointer-checks])
	    CARDEA_TRY_CFLAG([-ftrivial-auto-var-init=zero])
	    CARDEA_TRY_FORTIFY])])
    AC_SUBST([HARDENED])])
