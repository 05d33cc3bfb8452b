/* The main job in each surface, in the shapes of its contract. */
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

#define PLINTO_USER                                                            \
	"\"email\":\"developer@example.com\",\"password\":\"SecurePass123!\""

static const struct api_case janua_cases[] = {
	{ "sign up", "POST /api/v1/auth/signup", NULL,
	    "{" PLINTO_USER ",\"first_name\":\"John\","
	    "\"last_name\":\"Developer\"}",
	    201,
	    "user.id~usr_;user.email=developer@example.com;"
	    "user.email_verified=false;user.first_name=John;"
	    "user.last_name=Developer;user.created_at~Z;user.username=null;"
	    "user.display_name=null;user.bio=null;user.phone_number=null;"
	    "user.phone_verified=false;user.profile_image_url=null;"
	    "user.timezone=UTC;user.locale=en-US;user.status=active;"
	    "user.mfa_enabled=false;user.is_admin=false;"
	    "user.user_metadata={ };user.updated_at~Z;"
	    "user.last_sign_in_at~Z;!user.password;"
	    "tokens.access_token;tokens.refresh_token~rt_;"
	    "tokens.token_type=bearer;tokens.expires_in=3600;"
	    "mfa_required=false;mfa_token=null;!requires_mfa;"
	    ":Cache-Control=no-store;:X-Request-ID~req_",
	    "id=user.id" },
	{ "sign in", "POST /api/v1/auth/signin", NULL, "{" PLINTO_USER "}", 200,
	    "user.id=@id;tokens.token_type=bearer;tokens.expires_in=3600;"
	    "!requires_mfa",
	    "at=tokens.access_token rt=tokens.refresh_token" },
	{ "me", "GET /api/v1/auth/me", "Authorization: Bearer @at", NULL, 200,
	    "id=@id;email=developer@example.com;first_name=John" },
	{ "me with a slash", "GET /api/v1/auth/me/",
	    "Authorization: bearer @at", NULL, 200, "id=@id" },
	{ "head", "HEAD /api/v1/auth/me", "Authorization: Bearer @at", NULL,
	    200, NULL },
	{ "refresh", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@rt\"}", 200,
	    "access_token;refresh_token~rt_;token_type=bearer;"
	    "expires_in=3600;!tokens",
	    "at2=access_token rt2=refresh_token" },
	{ "refresh at the root", "POST /auth/refresh", NULL,
	    "{\"refresh_token\":\"@rt\"}", 200, "refresh_token=@rt2" },
	{ "me again", "GET /api/v1/auth/me", "Authorization: Bearer @at2", NULL,
	    200, "id=@id" },
	{ "sign out", "POST /api/v1/auth/signout", "Authorization: Bearer @at2",
	    NULL, 200, "message=Successfully signed out" },
	{ "out means out", "GET /api/v1/auth/me", "Authorization: Bearer @at2",
	    NULL, 401,
	    "error_code=UNAUTHORIZED;error.code=UNAUTHORIZED;"
	    ":WWW-Authenticate~Bearer" },
	{ "also the older one", "GET /api/v1/auth/me",
	    "Authorization: Bearer @at", NULL, 401, NULL },
	{ "and the refresh token", "POST /api/v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@rt2\"}", 401,
	    "detail=Invalid or expired refresh token;status_code=401" },
	{ NULL },
};

static const struct api_case v1_cases[] = {
	{ "sign up", "POST /v1/auth/signup", NULL,
	    "{\"email\":\"user@company.com\","
	    "\"password\":\"securePassword123!\",\"firstName\":\"John\","
	    "\"lastName\":\"Doe\",\"username\":\"johndoe\"}",
	    201,
	    "user.id~usr_;user.firstName=John;user.lastName=Doe;"
	    "user.username=johndoe;user.emailVerified=false;"
	    "user.createdAt~Z;user.lastSignInAt~Z;user.mfaEnabled=false;"
	    "tokens.accessToken;tokens.refreshToken~rt_;"
	    "tokens.expiresIn=3600;tokens.tokenType=Bearer;"
	    "requiresEmailVerification=true;:X-RateLimit-Window=60",
	    "id=user.id" },
	{ "sign in", "POST /v1/auth/signin", NULL,
	    "{\"email\":\"USER@Company.COM\","
	    "\"password\":\"securePassword123!\"}",
	    200,
	    "user.id=@id;user.email=user@company.com;requiresMfa=false;"
	    "!mfaToken",
	    "at=tokens.accessToken rt=tokens.refreshToken" },
	{ "by username", "POST /v1/auth/signin", NULL,
	    "{\"username\":\"JohnDoe\",\"password\":\"securePassword123!\"}",
	    200, "user.id=@id" },
	{ "me", "GET /v1/auth/me", "Authorization: Bearer @at", NULL, 200,
	    "id=@id;firstName=John;lastName=Doe;username=johndoe;"
	    "profileImageUrl=null;emailVerified=false;phoneVerified=false;"
	    "mfaEnabled=false;isAdmin=false;status=active;timezone=UTC;"
	    "locale=en-US;createdAt~Z;updatedAt~Z;lastSignInAt~Z" },
	{ "refresh", "POST /v1/auth/refresh", NULL,
	    "{\"refreshToken\":\"@rt\"}", 200,
	    "accessToken;refreshToken~rt_;expiresIn=3600;tokenType=Bearer;"
	    "!access_token;:X-RateLimit-Window=60",
	    "at2=accessToken" },
	{ "bad refresh in this case", "POST /v1/auth/refresh", NULL,
	    "{\"refreshToken\":\"rt_x\"}", 401,
	    "error.code=INVALID_TOKEN;error.requestId~req_" },
	{ "both spellings", "POST /v1/auth/refresh", NULL,
	    "{\"refreshToken\":\"@rt\",\"refresh_token\":\"@rt\"}", 400,
	    "error.code=invalid_request" },
	{ "neither", "POST /v1/auth/refresh", NULL, "{}", 400,
	    "error.code=invalid_request;"
	    "error.details.field=refresh_token" },
	{ "sign out", "POST /v1/auth/signout", "Authorization: Bearer @at2",
	    NULL, 200, "success=true;message" },
	{ "out", "GET /v1/auth/me", "Authorization: Bearer @at2", NULL, 401,
	    "error.code=INVALID_TOKEN;error.timestamp~Z;"
	    "error.requestId~req_;error.details" },
	{ NULL },
};

#define AUTHAPI_USER                                                           \
	"\"email\":\"user@example.com\",\"password\":\"Secure_passw0rd\""

static const struct api_case authapi_cases[] = {
	{ "register", "POST /v1/auth/register", NULL,
	    "{" AUTHAPI_USER ",\"name\":\"John Doe\","
	    "\"organization\":\"Example Corp\","
	    "\"subscription_plan\":\"pro\"}",
	    201,
	    "user_id~usr_;email=user@example.com;name=John Doe;"
	    "organization=Example Corp;subscription_plan=free;"
	    "created_at~Z;!access_token",
	    "id=user_id" },
	{ "no such plan", "POST /v1/auth/register", NULL,
	    "{" AUTHAPI_USER ",\"subscription_plan\":\"gold\"}", 400,
	    "error.code=invalid_request;"
	    "error.details.field=subscription_plan" },
	{ "login", "POST /v1/auth/login", NULL,
	    "{" AUTHAPI_USER ",\"device_info\":{\"device_id\":\"device123\","
	    "\"platform\":\"web\",\"browser\":\"chrome\"}}",
	    200,
	    "access_token;refresh_token~rt_;expires_in=3600;"
	    "token_type=bearer;user.id=@id;user.email=user@example.com;"
	    "user.name=John Doe;user.organization=Example Corp;"
	    "user.subscription_plan=free",
	    "at=access_token rt=refresh_token" },
	{ "profile", "GET /v1/auth/profile", "Authorization: Bearer @at", NULL,
	    200,
	    "id=@id;email;name=John Doe;organization=Example Corp;"
	    "subscription_plan=free;email_verified=false;created_at~Z;"
	    "updated_at~Z;!username;:X-RateLimit-Limit=100" },
	{ "refresh", "POST /v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@rt\"}", 200,
	    "access_token;expires_in=3600;token_type=bearer", NULL },
	{ "the same token goes on", "POST /v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@rt\"}", 200, "access_token",
	    "at2=access_token" },
	{ "using what it gave", "GET /v1/auth/profile",
	    "Authorization: Bearer @at2", NULL, 200, NULL },
	{ "does not kill it", "POST /v1/auth/refresh", NULL,
	    "{\"refresh_token\":\"@rt\"}", 200, NULL },
	{ "logout", "POST /v1/auth/logout", NULL, "{\"refresh_token\":\"@rt\"}",
	    200, "message" },
	{ "out", "GET /v1/auth/profile", "Authorization: Bearer @at2", NULL,
	    401,
	    "error.code=unauthorized;error.message=Authentication required;"
	    "error.details" },
	{ "unknown token", "POST /v1/auth/logout", NULL,
	    "{\"refresh_token\":\"rt_nothing\"}", 200, "message" },
	{ "neither", "POST /v1/auth/logout", NULL, NULL, 401,
	    "error.code=unauthorized" },
	{ NULL },
};

START_TEST(janua)
{
	api_run(&api, janua_cases);
}
END_TEST

START_TEST(janua_v1)
{
	api_run(&api, v1_cases);
}
END_TEST

START_TEST(authapi)
{
	api_run(&api, authapi_cases);
}
END_TEST

/* One account, one realm: what one surface opened, another one reads. */
static const struct api_case shared_cases[] = {
	{ "v1", "GET /v1/auth/me", "Authorization: Bearer @ann_access", NULL,
	    200, "id=@ann_id" },
	{ "authapi", "GET /v1/auth/profile",
	    "Authorization: Bearer @ann_access", NULL, 200, "id=@ann_id" },
	{ "refresh of v1", "POST /v1/auth/refresh", NULL,
	    "{\"refreshToken\":\"@ann_refresh\"}", 200, "accessToken" },
	{ "another realm", "GET /api/user/me",
	    "Authorization: Bearer @ann_access", NULL, 401,
	    "error.code=UNAUTHORIZED;status=401;message;timestamp~Z" },
	{ "refresh of another realm", "POST /api/auth/refresh", NULL,
	    "{\"refreshToken\":\"@ann_refresh\"}", 401, NULL },
	{ "as a cookie", "GET /api/user/me", "Cookie: access_token=@ann_access",
	    NULL, 401, NULL },
	{ "a cookie is no credential here", "GET /api/v1/auth/me",
	    "Cookie: access_token=@ann_access", NULL, 401, NULL },
	{ NULL },
};

START_TEST(shared_realm)
{
	api_signup(&api, "ann");
	api_run(&api, shared_cases);
}
END_TEST

/* Fields a client must not be able to give itself. */
static const struct api_case greedy_cases[] = {
	{ "asks for more", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"eve@example.com\",\"password\":\"SecurePass123!\","
	    "\"is_admin\":true,\"status\":\"active\",\"plan\":\"pro\","
	    "\"email_verified\":true,\"id\":\"usr_1\"}",
	    201, "user.is_admin=false;user.email_verified=false" },
	{ NULL },
};

START_TEST(greedy)
{
	api_run(&api, greedy_cases);
}
END_TEST

/* Same mailbox, other spelling. */
static const struct api_case taken_cases[] = {
	{ "first", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"Bob@B\\u00fccher.example\","
	    "\"password\":\"SecurePass123!\",\"username\":\"bob\"}",
	    201, "user.email=Bob@B\303\274cher.example" },
	{ "case", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"bOB@xn--bcher-kva.example\","
	    "\"password\":\"SecurePass123!\"}",
	    409,
	    "error_code=EMAIL_ALREADY_REGISTERED;"
	    "detail=Email already registered;status_code=409" },
	{ "username", "POST /v1/auth/signup", NULL,
	    "{\"email\":\"bob2@example.com\","
	    "\"password\":\"SecurePass123!\",\"username\":\"BOB\"}",
	    409, "error.code=USERNAME_TAKEN" },
	{ NULL },
};

START_TEST(taken)
{
	api_run(&api, taken_cases);
}
END_TEST

Suite *
auth_suite(void)
{
	Suite *s = suite_create("auth");
	TCase *tc = tcase_create("surfaces");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, janua);
	tcase_add_test(tc, janua_v1);
	tcase_add_test(tc, authapi);
	tcase_add_test(tc, shared_realm);
	tcase_add_test(tc, greedy);
	tcase_add_test(tc, taken);
	suite_add_tcase(s, tc);
	return s;
}
