/*
 * Browsers name those that they imitate, so the order of the tables decides:
 * Edge, Opera and Samsung Internet say Chrome, Chrome says Safari, all say
 * Mozilla; Android says Linux, and phones "like Mac OS X". The first row
 * whose words all stand in the text wins.
 *
 * Safari on an iPad claims to be a Mac. Other browsers there still give
 * themselves away, by the name they have on iOS only.
 */
#include "base/agent.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

#define IPHONE "iOS"
#define IPAD   "iPadOS"

struct os_row {
	const char *word, *also; /* also may be NULL */
	const char *os, *type; /* type NULL: Android's rule */
};

static const struct os_row systems[] = {
	{ "Windows Phone", NULL, "Windows Phone", AGENT_MOBILE },
	{ "Xbox", NULL, "Xbox", AGENT_UNKNOWN },
	{ "Windows", NULL, "Windows", AGENT_DESKTOP },
	{ "iPad", NULL, IPAD, AGENT_TABLET },
	{ "iPadOS", NULL, IPAD, AGENT_TABLET },
	{ "iPhone", NULL, IPHONE, AGENT_MOBILE },
	{ "iPod", NULL, IPHONE, AGENT_MOBILE },
	{ "Macintosh", "CriOS/", IPAD, AGENT_TABLET },
	{ "Macintosh", "FxiOS/", IPAD, AGENT_TABLET },
	{ "Macintosh", "EdgiOS/", IPAD, AGENT_TABLET },
	{ "Macintosh", "OPT/", IPAD, AGENT_TABLET },
	{ "Macintosh", "Mobile/", IPAD, AGENT_TABLET },
	{ "Macintosh", NULL, "macOS", AGENT_DESKTOP },
	{ "Mac OS X", NULL, "macOS", AGENT_DESKTOP },
	{ "Mac_PowerPC", NULL, "macOS", AGENT_DESKTOP },
	{ "macOS", NULL, "macOS", AGENT_DESKTOP },
	{ "CrOS", NULL, "ChromeOS", AGENT_DESKTOP },
	{ "OpenHarmony", NULL, "HarmonyOS", NULL },
	{ "HarmonyOS", NULL, "HarmonyOS", NULL },
	{ "KAIOS", NULL, "KaiOS", AGENT_MOBILE },
	{ "Tizen", "Mobile", "Tizen", AGENT_MOBILE },
	{ "Tizen", NULL, "Tizen", AGENT_UNKNOWN },
	{ "Web0S", NULL, "webOS", AGENT_UNKNOWN },
	{ "PlayStation", NULL, "PlayStation", AGENT_UNKNOWN },
	{ "Nintendo", NULL, "Nintendo", AGENT_UNKNOWN },
	{ "Android", "TV", "Android", AGENT_UNKNOWN },
	{ "Android", NULL, "Android", NULL },
	{ "Ubuntu Touch", NULL, "Ubuntu Touch", AGENT_MOBILE },
	{ "Linux", NULL, "Linux", AGENT_DESKTOP },
	{ "linux", NULL, "Linux", AGENT_DESKTOP },
	{ "X11", "FreeBSD", "FreeBSD", AGENT_DESKTOP },
	{ "X11", "OpenBSD", "OpenBSD", AGENT_DESKTOP },
	{ "X11", "NetBSD", "NetBSD", AGENT_DESKTOP },
	{ "X11", "SunOS", "Solaris", AGENT_DESKTOP },
	{ NULL },
};

struct browser_row {
	const char *word, *also; /* also may be NULL */
	const char *browser;
};

static const struct browser_row browsers[] = {
	{ "EdgiOS/", NULL, "Edge" },
	{ "EdgA/", NULL, "Edge" },
	{ "Edg/", NULL, "Edge" },
	{ "Edge/", NULL, "Edge" },
	{ "Opera Mini/", NULL, "Opera Mini" },
	{ "OPiOS/", NULL, "Opera Mini" },
	{ "OPR/", NULL, "Opera" },
	{ "OPT/", NULL, "Opera" },
	{ "OPX/", NULL, "Opera" },
	{ "Opera", NULL, "Opera" },
	{ "SamsungBrowser/", NULL, "Samsung Internet" },
	{ "Vivaldi/", NULL, "Vivaldi" },
	{ "YaBrowser/", NULL, "Yandex Browser" },
	{ "DuckDuckGo/", NULL, "DuckDuckGo" },
	{ "Ddg/", NULL, "DuckDuckGo" },
	{ "Brave/", NULL, "Brave" },
	{ "Silk/", NULL, "Silk" },
	{ "UCBrowser/", NULL, "UC Browser" },
	{ "MiuiBrowser/", NULL, "Mi Browser" },
	{ "HuaweiBrowser/", NULL, "Huawei Browser" },
	{ "MQQBrowser/", NULL, "QQ Browser" },
	{ "QQBrowser/", NULL, "QQ Browser" },
	{ "Whale/", NULL, "Whale" },
	{ "FBAN/", NULL, "Facebook" },
	{ "FB_IAB/", NULL, "Facebook" },
	{ "Instagram ", NULL, "Instagram" },
	{ "MicroMessenger/", NULL, "WeChat" },
	{ "GSA/", NULL, "Google" },
	{ "Electron/", NULL, "Electron" },
	{ "SeaMonkey/", NULL, "SeaMonkey" },
	{ "FxiOS/", NULL, "Firefox" },
	{ "Focus/", NULL, "Firefox" },
	{ "Firefox/", NULL, "Firefox" },
	{ "CriOS/", NULL, "Chrome" },
	{ "Chromium/", NULL, "Chromium" },
	{ "Chrome/", "; wv)", "Android WebView" },
	{ "Chrome/", NULL, "Chrome" },
	{ "Epiphany/", NULL, "GNOME Web" },
	{ "Konqueror", NULL, "Konqueror" },
	{ "Version/", "Android", "Android Browser" },
	{ "Version/", "Safari/", "Safari" },
	{ "iPhone", "Safari/", "Safari" },
	{ "MSIE ", NULL, "Internet Explorer" },
	{ "Trident/", NULL, "Internet Explorer" },
	{ NULL },
};

/* Programs by the word they start with, that say no "bot". */
static const char *const programs[] = { "curl", "Wget", "HTTPie", "xh",
	"python", "Python", "aiohttp", "Go-http-client", "node", "axios",
	"undici", "got", "Deno", "Bun", "Java", "Apache-HttpClient",
	"libwww-perl", "Ruby", "Faraday", "GuzzleHttp", "PHP", "PostmanRuntime",
	"insomnia", "Bruno", "k6", "hey", "wrk", "ApacheBench",
	"facebookexternalhit", "WhatsApp", NULL };

static bool
has(const char *text, const char *word, const char *also)
{
	return strstr(text, word) != NULL &&
	    (also == NULL || strstr(text, also) != NULL);
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || strchr("-_.", c) != NULL;
}

/* The word that the byte at p, within text, is part of. */
static const char *
word_around(struct arena *mem, const char *text, const char *p)
{
	size_t n = 0;

	while (p > text && is_word(p[-1]))
		p--;
	while (n < AGENT_PART_MAX && p[n] != '\0' && is_word(p[n]))
		n++;
	return n == 0 ? NULL : arena_strndup(mem, p, n);
}

/* A maker of phones. */
static bool
is_cubot(const char *text, const char *p)
{
	return p - text >= 2 && strncasecmp(p - 2, "cubot", 5) == 0;
}

/* The name of what calls itself a bot, crawler or spider; NULL: none. */
static const char *
bot_name(struct arena *mem, const char *text)
{
	static const char *const marks[] = { "bot", "spider", "crawler" };

	for (const char *p = text; *p != '\0'; p++) {
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
			size_t n = strlen(marks[i]);

			if (strncasecmp(p, marks[i], n) == 0 &&
			    !islower((unsigned char)p[n]) && !is_cubot(text, p))
				return word_around(mem, text, p);
		}
	}
	return strstr(text, "HeadlessChrome/") != NULL ? "HeadlessChrome"
						       : NULL;
}

static bool
is_program(const char *text)
{
	for (const char *const *p = programs; *p != NULL; p++) {
		size_t n = strlen(*p);

		if (strncmp(text, *p, n) == 0 &&
		    !isalnum((unsigned char)text[n]))
			return true;
	}
	return false;
}

/* A tablet does not say Mobile; who says neither is no browser, so a phone. */
static const char *
android_type(const char *text)
{
	if (strstr(text, "Tablet") != NULL || strstr(text, "Silk/") != NULL)
		return AGENT_TABLET;
	if (strstr(text, "Mobile") != NULL || strncmp(text, "Mozilla/", 8) != 0)
		return AGENT_MOBILE;
	return AGENT_TABLET;
}

static void
find_os(const char *text, struct agent *a)
{
	const struct os_row *row = systems;

	while (row->word != NULL && !has(text, row->word, row->also))
		row++;
	if (row->word == NULL)
		return;
	a->os = row->os;
	a->type = row->type != NULL ? row->type : android_type(text);
}

/* Apps and programs stand first with a name of their own. */
static void
find_browser(struct arena *mem, const char *text, struct agent *a)
{
	const struct browser_row *row = browsers;

	while (row->word != NULL && !has(text, row->word, row->also))
		row++;
	if (row->word != NULL)
		a->browser = row->browser;
	else if (strncmp(text, "Mozilla/", 8) != 0)
		a->browser = word_around(mem, text, text);
}

static const char *
name_of(struct arena *mem, const struct agent *a)
{
	if (a->browser != NULL && a->os != NULL)
		return arena_printf(mem, "%s on %s", a->browser, a->os);
	if (a->browser != NULL)
		return a->browser;
	return a->os != NULL ? a->os : "Unknown device";
}

void
agent_parse(struct arena *mem, const char *text, struct agent *ret)
{
	struct agent a = { .type = AGENT_UNKNOWN };
	const char *bot;

	if (text == NULL)
		text = "";
	find_os(text, &a);
	bot = bot_name(mem, text);
	if (bot != NULL)
		a.browser = bot;
	else
		find_browser(mem, text, &a);
	if (bot != NULL || is_program(text))
		a.type = AGENT_BOT;
	a.name = name_of(mem, &a);
	*ret = a;
}
