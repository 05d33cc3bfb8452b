/*
 * Lists of leaked passwords are mostly a few hundred words in a few thousand
 * disguises. So the disguise is taken off and the word looked up, which
 * catches spellings that no list has.
 */
#include "flow/common.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define COMMON_MAX 16 /* characters; longer ones are not judged */

/* In strcmp() order, for bsearch(). */
static const char *const words[] = {
	"abc",
	"abcabc",
	"abcd",
	"abcde",
	"abcdef",
	"abcdefg",
	"abcdefgh",
	"access",
	"account",
	"adgjmp",
	"admin",
	"administrator",
	"adobe",
	"alexander",
	"america",
	"andrea",
	"andrew",
	"angel",
	"angela",
	"anthony",
	"april",
	"arsenal",
	"asdf",
	"asdfasdf",
	"asdfg",
	"asdfgh",
	"asdfghj",
	"asdfghjkl",
	"asdqwe",
	"ashley",
	"august",
	"austin",
	"autumn",
	"azerty",
	"azertyuiop",
	"bailey",
	"banana",
	"barcelona",
	"baseball",
	"basketball",
	"batman",
	"berlin",
	"bonjour",
	"buster",
	"butterfly",
	"changeme",
	"changethis",
	"charlie",
	"cheese",
	"chelsea",
	"chocolate",
	"chrisbrown",
	"christmas",
	"computer",
	"cookie",
	"corvette",
	"dallas",
	"daniel",
	"december",
	"default",
	"demo",
	"diamond",
	"donald",
	"dragon",
	"easter",
	"elephant",
	"everton",
	"family",
	"february",
	"ferrari",
	"flower",
	"football",
	"forever",
	"freedom",
	"friday",
	"fuckoff",
	"fuckyou",
	"gandalf",
	"george",
	"ginger",
	"google",
	"guest",
	"hallo",
	"hannah",
	"harley",
	"hello",
	"hellohello",
	"helloworld",
	"hockey",
	"hottie",
	"hunter",
	"iloveu",
	"iloveyou",
	"internet",
	"jackson",
	"january",
	"jasmine",
	"jennifer",
	"jessica",
	"jesus",
	"jordan",
	"joshua",
	"july",
	"june",
	"justin",
	"killer",
	"kitten",
	"letmein",
	"linkedin",
	"liverpool",
	"login",
	"london",
	"lovely",
	"loveme",
	"lovers",
	"loveyou",
	"maggie",
	"manager",
	"march",
	"marina",
	"martin",
	"master",
	"matrix",
	"matthew",
	"mercedes",
	"merlin",
	"michael",
	"michelle",
	"mickey",
	"monday",
	"monkey",
	"mustang",
	"mypassword",
	"nicole",
	"ninja",
	"november",
	"october",
	"oracle",
	"orange",
	"parola",
	"pass",
	"passwd",
	"password",
	"passwordpassword",
	"passwort",
	"pepper",
	"pokemon",
	"princess",
	"purple",
	"qazwsx",
	"qazwsxedc",
	"qwaszx",
	"qweasd",
	"qweasdzxc",
	"qweqwe",
	"qwert",
	"qwerty",
	"qwertyqwerty",
	"qwertyui",
	"qwertyuiop",
	"qwertz",
	"qwertzuiop",
	"rainbow",
	"rangers",
	"robert",
	"root",
	"samantha",
	"samsung",
	"saturday",
	"schalke",
	"secret",
	"secure",
	"security",
	"september",
	"server",
	"shadow",
	"shelby",
	"silver",
	"snoopy",
	"soccer",
	"spiderman",
	"spring",
	"starwars",
	"summer",
	"sunday",
	"sunshine",
	"super",
	"superman",
	"support",
	"system",
	"taylor",
	"temp",
	"temporary",
	"test",
	"tester",
	"testing",
	"testtest",
	"thomas",
	"thunder",
	"thursday",
	"tigger",
	"toyota",
	"trustno",
	"tuesday",
	"user",
	"username",
	"wednesday",
	"welcome",
	"whatever",
	"william",
	"winner",
	"winter",
	"wordpass",
	"yankees",
	"zaqwsx",
	"zaqxsw",
	"zxcvb",
	"zxcvbn",
	"zxcvbnm",
};

static int
word_compare(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

/* The letter that a digit or sign stands for inside a word; 0: none. */
static char
look_alike(char c)
{
	static const char from[] = "0134578@$!+|", to[] = "oieastbasitl";
	const char *p = strchr(from, c);

	return p == NULL ? '\0' : to[p - from];
}

/* Of everything between the first and the last letter. */
static size_t
undisguise(const char *password, char ret[COMMON_MAX + 1])
{
	size_t first = 0, last = strlen(password), n = 0;

	while (first < last && !isalpha((unsigned char)password[first]))
		first++;
	while (last > first && !isalpha((unsigned char)password[last - 1]))
		last--;
	for (size_t i = first; i < last; i++) {
		char c = (char)tolower((unsigned char)password[i]);

		if (!isalpha((unsigned char)c))
			c = look_alike(c);
		if (c != '\0')
			ret[n++] = c;
	}
	ret[n] = '\0';
	return n;
}

static bool
few_characters(const char *password)
{
	bool seen[256] = { false };
	size_t distinct = 0;

	for (const char *p = password; *p != '\0'; p++) {
		unsigned char c = (unsigned char)tolower((unsigned char)*p);

		distinct += !seen[c];
		seen[c] = true;
	}
	return distinct <= 4;
}

bool
password_common(const char *password)
{
	static const size_t n = sizeof(words) / sizeof(words[0]);
	char word[COMMON_MAX + 1];
	size_t len;

	if (strlen(password) > COMMON_MAX)
		return false;
	if (few_characters(password))
		return true;
	len = undisguise(password, word);
	return len == 0 ||
	    bsearch(word, words, n, sizeof(words[0]), word_compare) != NULL;
}
