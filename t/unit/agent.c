/* User agents as they come, and what a list of devices says of them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/agent.h"
#include "base/arena.h"

struct agent_case {
	const char *type, *browser, *os; /* "-" for NULL */
	const char *text;
};

#define WEBKIT "AppleWebKit/537.36 (KHTML, like Gecko) "
#define APPLE  "AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define WIN    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
#define MAC    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
#define LINUX  "Mozilla/5.0 (X11; Linux x86_64) "
#define IPHONE "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) "
#define IPAD   "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) "
#define DROID  "Mozilla/5.0 (Linux; Android 10; K) "

static const struct agent_case cases[] = {
	/* desktops */
	{ "desktop", "Chrome", "Windows",
	    WIN WEBKIT "Chrome/120.0.0.0 Safari/537.36" },
	{ "desktop", "Chrome", "macOS",
	    MAC WEBKIT "Chrome/120.0.0.0 Safari/537.36" },
	{ "desktop", "Chrome", "Linux",
	    LINUX WEBKIT "Chrome/119.0.0.0 Safari/537.36" },
	{ "desktop", "Chrome", "ChromeOS",
	    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " WEBKIT
	    "Chrome/119.0.0.0 Safari/537.36" },
	{ "desktop", "Chromium", "Linux",
	    "Mozilla/5.0 (X11; Linux x86_64) " WEBKIT
	    "Ubuntu Chromium/80.0.3987.87 Chrome/80.0.3987.87 Safari/537.36" },
	{ "desktop", "Edge", "Windows",
	    WIN WEBKIT "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.61" },
	{ "desktop", "Edge", "macOS",
	    MAC WEBKIT "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0" },
	{ "desktop", "Edge", "Linux",
	    LINUX WEBKIT "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0" },
	{ "desktop", "Edge", "Windows",
	    WIN WEBKIT "Chrome/70.0.3538.102 Safari/537.36 Edge/18.19042" },
	{ "desktop", "Opera", "Windows",
	    WIN WEBKIT "Chrome/118.0.0.0 Safari/537.36 OPR/104.0.0.0" },
	{ "desktop", "Opera", "macOS",
	    MAC WEBKIT "Chrome/118.0.0.0 Safari/537.36 OPR/104.0.0.0" },
	{ "desktop", "Opera", "Windows",
	    "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 "
	    "Version/12.18" },
	{ "desktop", "Vivaldi", "Windows",
	    WIN WEBKIT "Chrome/120.0.0.0 Safari/537.36 Vivaldi/6.5.3206.39" },
	{ "desktop", "Yandex Browser", "Windows",
	    WIN WEBKIT "Chrome/118.0.5993.731 YaBrowser/23.11.1.731 Yowser/2.5 "
		       "Safari/537.36" },
	{ "desktop", "DuckDuckGo", "macOS",
	    MAC APPLE "Version/17.0 Safari/605.1.15 Ddg/17.0" },
	{ "desktop", "Whale", "Windows",
	    WIN WEBKIT "Chrome/118.0.0.0 Whale/3.23.214.10 Safari/537.36" },
	{ "desktop", "Firefox", "Windows",
	    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) "
	    "Gecko/20100101 Firefox/121.0" },
	{ "desktop", "Firefox", "macOS",
	    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:121.0) "
	    "Gecko/20100101 Firefox/121.0" },
	{ "desktop", "Firefox", "Linux",
	    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) "
	    "Gecko/20100101 Firefox/120.0" },
	{ "desktop", "Firefox", "FreeBSD",
	    "Mozilla/5.0 (X11; FreeBSD amd64; rv:109.0) "
	    "Gecko/20100101 Firefox/115.0" },
	{ "desktop", "Firefox", "OpenBSD",
	    "Mozilla/5.0 (X11; OpenBSD amd64; rv:109.0) "
	    "Gecko/20100101 Firefox/115.0" },
	{ "desktop", "SeaMonkey", "Linux",
	    "Mozilla/5.0 (X11; Linux x86_64; rv:91.0) Gecko/20100101 "
	    "Firefox/91.0 SeaMonkey/2.53.17" },
	{ "desktop", "Safari", "macOS",
	    MAC APPLE "Version/17.1 Safari/605.1.15" },
	{ "desktop", "Safari", "macOS",
	    "Mozilla/5.0 (Macintosh; PPC Mac OS X 10_4_11; en) "
	    "AppleWebKit/525.27.1 (KHTML, like Gecko) Version/3.2.3 "
	    "Safari/525.28.3" },
	{ "desktop", "Safari", "Windows",
	    "Mozilla/5.0 (Windows; U; Windows NT 6.1; en-US) "
	    "AppleWebKit/533.19.4 (KHTML, like Gecko) Version/5.0.3 "
	    "Safari/533.19.4" },
	{ "desktop", "GNOME Web", "Linux",
	    LINUX APPLE "Version/16.0 Safari/605.1.15 Epiphany/605.1.15" },
	{ "desktop", "Konqueror", "Linux",
	    LINUX "KHTML/4.14.38 (like Gecko) Konqueror/4.14" },
	{ "desktop", "Internet Explorer", "Windows",
	    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) "
	    "like Gecko" },
	{ "desktop", "Internet Explorer", "Windows",
	    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)" },
	{ "desktop", "Electron", "macOS",
	    MAC WEBKIT "Desk/1.2 Chrome/118.0.0.0 Electron/27.1.3 "
		       "Safari/537.36" },

	/* iPhone and iPad */
	{ "mobile", "Safari", "iOS",
	    IPHONE APPLE "Version/17.1 Mobile/15E148 Safari/604.1" },
	{ "mobile", "Chrome", "iOS",
	    IPHONE APPLE "CriOS/120.0.6099.50 Mobile/15E148 Safari/604.1" },
	{ "mobile", "Firefox", "iOS",
	    IPHONE APPLE "FxiOS/120.0 Mobile/15E148 Safari/605.1.15" },
	{ "mobile", "Edge", "iOS",
	    IPHONE APPLE "Version/17.0 EdgiOS/120.0.2210.61 Mobile/15E148 "
			 "Safari/604.1" },
	{ "mobile", "Opera", "iOS",
	    IPHONE APPLE "Version/17.1 Mobile/15E148 Safari/604.1 OPT/4.3.1" },
	{ "mobile", "Google", "iOS",
	    IPHONE APPLE "GSA/291.0.587 Mobile/15E148 Safari/604.1" },
	{ "mobile", "DuckDuckGo", "iOS",
	    IPHONE APPLE "Version/17.1 Mobile/15E148 DuckDuckGo/7 "
			 "Safari/605.1.15" },
	{ "mobile", "Facebook", "iOS",
	    IPHONE APPLE "Mobile/21B91 [FBAN/FBIOS;FBAV/442.0.0.34.109]" },
	{ "mobile", "Instagram", "iOS",
	    IPHONE APPLE "Mobile/15E148 Instagram 310.0.2.9.103" },
	{ "mobile", "-", "iOS", IPHONE APPLE "Mobile/15E148" },
	{ "mobile", "Safari", "iOS",
	    "Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) " APPLE
	    "Version/12.1 Mobile/15E148 Safari/604.1" },
	{ "tablet", "Safari", "iPadOS",
	    IPAD APPLE "Version/16.6 Mobile/15E148 Safari/604.1" },
	{ "tablet", "Chrome", "iPadOS",
	    IPAD APPLE "CriOS/119.0.6045.169 Mobile/15E148 Safari/604.1" },
	{ "tablet", "Chrome", "iPadOS",
	    MAC APPLE "CriOS/119.0.6045.169 Version/11.1.1 Safari/605.1.15" },
	{ "tablet", "Firefox", "iPadOS",
	    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:109.0) " APPLE
	    "FxiOS/120.0 Safari/605.1.15" },
	{ "tablet", "Edge", "iPadOS",
	    MAC APPLE "Version/17.0 EdgiOS/120.0.2210.61 Safari/605.1.15" },
	{ "tablet", "-", "iPadOS", MAC APPLE "Mobile/15E148" },

	/* Android */
	{ "mobile", "Chrome", "Android",
	    DROID WEBKIT "Chrome/120.0.0.0 Mobile Safari/537.36" },
	{ "tablet", "Chrome", "Android",
	    DROID WEBKIT "Chrome/120.0.0.0 Safari/537.36" },
	{ "mobile", "Chrome", "Android",
	    "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) " WEBKIT
	    "Chrome/96.0.4664.45 Mobile Safari/537.36" },
	{ "mobile", "Samsung Internet", "Android",
	    DROID WEBKIT "SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile "
			 "Safari/537.36" },
	{ "tablet", "Samsung Internet", "Android",
	    "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-X200) " WEBKIT
	    "SamsungBrowser/22.0 Chrome/111.0.5563.116 Safari/537.36" },
	{ "mobile", "Edge", "Android",
	    DROID WEBKIT "Chrome/120.0.0.0 Mobile Safari/537.36 "
			 "EdgA/120.0.0.0" },
	{ "mobile", "Opera", "Android",
	    DROID WEBKIT "Chrome/118.0.0.0 Mobile Safari/537.36 OPR/79.1" },
	{ "mobile", "Opera Mini", "Android",
	    "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) "
	    "Presto/2.12.423 Version/12.16" },
	{ "mobile", "Firefox", "Android",
	    "Mozilla/5.0 (Android 13; Mobile; rv:120.0) Gecko/120.0 "
	    "Firefox/120.0" },
	{ "tablet", "Firefox", "Android",
	    "Mozilla/5.0 (Android 12; Tablet; rv:120.0) Gecko/120.0 "
	    "Firefox/120.0" },
	{ "mobile", "Android WebView", "Android",
	    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) " WEBKIT
	    "Version/4.0 Chrome/119.0.6045.163 Mobile Safari/537.36" },
	{ "mobile", "Facebook", "Android",
	    "Mozilla/5.0 (Linux; Android 13; SM-G991B; wv) " WEBKIT
	    "Version/4.0 Chrome/119.0 Mobile Safari/537.36 "
	    "[FB_IAB/FB4A;FBAV/441.0.0.29.118;]" },
	{ "mobile", "Android Browser", "Android",
	    "Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; Galaxy S II) "
	    "AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile "
	    "Safari/534.30" },
	{ "mobile", "UC Browser", "Android",
	    "Mozilla/5.0 (Linux; U; Android 10; en-US; RMX2030) " WEBKIT
	    "Version/4.0 Chrome/78.0 UCBrowser/13.4.0.1306 Mobile "
	    "Safari/537.36" },
	{ "mobile", "Mi Browser", "Android",
	    "Mozilla/5.0 (Linux; U; Android 12; de-de; M2101K6G) " WEBKIT
	    "Version/4.0 Chrome/100.0 Mobile Safari/537.36 XiaoMi/"
	    "MiuiBrowser/13.28.0-gn" },
	{ "tablet", "Silk", "Android",
	    "Mozilla/5.0 (Linux; Android 9; KFMAWI) " WEBKIT
	    "Silk/120.4.1 like Chrome/120.0.6099.200 Safari/537.36" },
	{ "mobile", "Dalvik", "Android",
	    "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ1A.221205)" },
	{ "unknown", "Chrome", "Android",
	    "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K Android TV) " WEBKIT
	    "Chrome/96.0.4664.45 Safari/537.36" },
	{ "mobile", "Chrome", "HarmonyOS",
	    "Mozilla/5.0 (Phone; OpenHarmony 5.0) " WEBKIT
	    "Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile" },

	/* other things */
	{ "mobile", "Edge", "Windows Phone",
	    "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; "
	    "Lumia 950) " WEBKIT
	    "Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063" },
	{ "mobile", "Firefox", "KaiOS",
	    "Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 "
	    "Firefox/48.0 KAIOS/2.5" },
	{ "unknown", "Samsung Internet", "Tizen",
	    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) " WEBKIT
	    "SamsungBrowser/4.0 Chrome/76.0.3809.146 TV Safari/537.36" },
	{ "unknown", "Chrome", "webOS",
	    "Mozilla/5.0 (Web0S; Linux/SmartTV) " WEBKIT
	    "Chrome/79.0.3945.79 Safari/537.36" },
	{ "unknown", "Edge", "Xbox",
	    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) " WEBKIT
	    "Chrome/48.0.2564.82 Safari/537.36 Edge/20.02" },
	{ "unknown", "okhttp", "-", "okhttp/4.12.0" },
	{ "unknown", "Shop", "-", "Shop/12 CFNetwork/1410.0.3 Darwin/22.6.0" },

	/* programs */
	{ "bot", "curl", "-", "curl/8.4.0" },
	{ "bot", "curl", "Linux",
	    "curl/7.81.0 (x86_64-pc-linux-gnu) libcurl/7.81.0" },
	{ "bot", "Wget", "Linux", "Wget/1.21.2 (linux-gnu)" },
	{ "bot", "python-requests", "-", "python-requests/2.31.0" },
	{ "bot", "Python-urllib", "-", "Python-urllib/3.11" },
	{ "bot", "python-httpx", "-", "python-httpx/0.25.2" },
	{ "bot", "Python", "-", "Python/3.11 aiohttp/3.9.1" },
	{ "bot", "Go-http-client", "-", "Go-http-client/2.0" },
	{ "bot", "axios", "-", "axios/1.6.2" },
	{ "bot", "node", "-", "node" },
	{ "bot", "node-fetch", "-", "node-fetch/1.0 (+https://example.com)" },
	{ "bot", "PostmanRuntime", "-", "PostmanRuntime/7.36.0" },
	{ "unknown", "Javelin", "-", "Javelin/2.0" },
	{ "bot", "Googlebot", "-",
	    "Mozilla/5.0 (compatible; Googlebot/2.1; "
	    "+http://www.google.com/bot.html)" },
	{ "bot", "Googlebot", "Android",
	    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) " WEBKIT
	    "Chrome/119.0.0.0 Mobile Safari/537.36 (compatible; "
	    "Googlebot/2.1; +http://www.google.com/bot.html)" },
	{ "bot", "bingbot", "-",
	    "Mozilla/5.0 " WEBKIT "(compatible; bingbot/2.0; "
	    "+http://www.bing.com/bingbot.htm) Chrome/119 Safari/537.36" },
	{ "bot", "AdsBot-Google", "-",
	    "AdsBot-Google (+http://www.google.com/adsbot.html)" },
	{ "bot", "Applebot", "macOS",
	    MAC APPLE "Version/17.4 Safari/605.1.15 (Applebot/0.1; "
		      "+http://www.apple.com/go/applebot)" },
	{ "bot", "Baiduspider", "-",
	    "Mozilla/5.0 (compatible; Baiduspider/2.0; "
	    "+http://www.baidu.com/search/spider.html)" },
	{ "bot", "facebookexternalhit", "-",
	    "facebookexternalhit/1.1 "
	    "(+http://www.facebook.com/externalhit_uatext.php)" },
	{ "bot", "HeadlessChrome", "Linux",
	    LINUX WEBKIT "HeadlessChrome/120.0.6099.28 Safari/537.36" },

	/* nothing to go by */
	{ "unknown", "-", "-", "" },
	{ "unknown", "-", "-", NULL },
	{ "unknown", "-", "-", "Mozilla/5.0" },
	{ "unknown", "-", "-", "///(;)" },
	{ "unknown", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", "-",
	    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeee/1" },
};

static const char *
shown(const char *text)
{
	return text == NULL ? "-" : text;
}

START_TEST(agents)
{
	const struct agent_case *c = &cases[_i];
	struct arena *mem = arena_new(0);
	struct agent a;

	agent_parse(mem, c->text, &a);
	ck_assert_msg(strcmp(a.type, c->type) == 0 &&
		strcmp(shown(a.browser), c->browser) == 0 &&
		strcmp(shown(a.os), c->os) == 0,
	    "%s\nwanted %s, %s, %s\ngot %s, %s, %s", shown(c->text), c->type,
	    c->browser, c->os, a.type, shown(a.browser), shown(a.os));
	arena_free(mem);
}
END_TEST

static const struct {
	const char *text, *name;
} names[] = {
	{ MAC WEBKIT "Chrome/120.0.0.0 Safari/537.36", "Chrome on macOS" },
	{ "curl/8.4.0", "curl" },
	{ IPHONE APPLE "Mobile/15E148", "iOS" },
	{ NULL, "Unknown device" },
};

START_TEST(name)
{
	struct arena *mem = arena_new(0);
	struct agent a;

	agent_parse(mem, names[_i].text, &a);
	ck_assert_str_eq(a.name, names[_i].name);
	arena_free(mem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("agent");
	TCase *tc = tcase_create("agents");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, agents, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tc, name, 0, sizeof(names) / sizeof(names[0]));
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
