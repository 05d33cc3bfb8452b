/*
 * One row or more for each endpoint. What a contract shows stands here in
 * its own spelling, but for addresses that only one account can have.
 */
#include <stddef.h>

#include "contract/example.h"
#include "support/api.h"

#define PASSWORD "SecurePass123!"

/* --- what some need before --- */

static void
send(struct api *a, const char *line, const char *headers, const char *body)
{
	api_quota_reset(a);
	api_send(a,
	    &(struct api_call) { .line = line,
		.headers = headers,
		.body = body });
}

static void
keep_token(struct api *a, const char *template)
{
	const char *token = api_mail(a, template, api_kept("email"));

	api_keep("token", token == NULL ? "none was mailed" : token);
}

static void
ask_reset(struct api *a)
{
	send(a, "POST /api/v1/auth/password/forgot", NULL,
	    "{\"email\":\"@email\"}");
	keep_token(a, "reset-password");
}

static void
ask_verify(struct api *a)
{
	keep_token(a, "verify-email");
}

static void
suspend(struct api *a)
{
	send(a, "POST /api/v1/admin/users/@user_id/suspend",
	    "Authorization: Bearer @admin_access", "{}");
}

/* --- what the contracts document, more than once --- */

#define MESSAGE "message:string"
#define SUCCESS "success:bool message:string"

#define USER(p)                                                                \
	p "id:string " p "email:string " p "email_verified:bool " p            \
	  "first_name:string? " p "last_name:string? " p "username:string? " p \
	  "created_at:time "
#define USER_V1(p)                                                             \
	p "id:string " p "email:string " p "firstName:string? " p              \
	  "lastName:string? " p "username:string? " p "emailVerified:bool " p  \
	  "createdAt:time "
#define ME_V1                                                                  \
	USER_V1("")                                                            \
	"profileImageUrl:string? phoneVerified:bool mfaEnabled:bool "          \
	"isAdmin:bool status:string timezone:string locale:string "            \
	"updatedAt:time lastSignInAt:time?"
#define TOKENS(p)                                                              \
	p "access_token:string " p "refresh_token:string " p                   \
	  "token_type:string " p "expires_in:int "
#define TOKENS_V1(p)                                                           \
	p "accessToken:string " p "refreshToken:string " p "expiresIn:int " p  \
	  "tokenType:string "
#define SESSION(p)                                                             \
	p "id:string " p "device:object " p "device.type:string? " p           \
	  "device.name:string? " p "device.os:string? " p                      \
	  "device.browser:string? " p "location:object " p                     \
	  "location.city:string? " p "location.country:string? " p             \
	  "location.ip:string? " p "created_at:time " p                        \
	  "last_active_at:time " p "is_current:bool "
#define REVOKED "success:bool message:string revoked_count:int"
#define PROFILE                                                                \
	"id:string email:string name:string organization:string? "             \
	"subscription_plan:string email_verified:bool created_at:time "        \
	"updated_at:time"
#define LEGACY_USER    "id:string email:string name:string role:string"
#define LEGACY_SESSION "id:string createdAt:time expiresAt:time revoked:bool"
#define PROBE          "status:string timestamp:time"

#define SIGNIN  "{\"email\":\"@email\",\"password\":\"" PASSWORD "\"}"
#define EMAIL   "{\"email\":\"@email\"}"
#define TOKEN   "{\"token\":\"@token\"}"
#define REFRESH "{\"refresh_token\":\"@refresh\"}"
#define CHANGE                                                                 \
	"{\"current_password\":\"" PASSWORD                                    \
	"\",\"new_password\":\"NewPass456!\"}"
#define RESET "{\"token\":\"@token\",\"new_password\":\"NewPass456!\"}"
#define NAMES "{\"first_name\":\"Jane\",\"last_name\":\"Smith\"}"

const struct example examples[] = {
	/* Plinto and Janua */
	{ "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"developer@example.com\",\"password\":\"" PASSWORD
	    "\",\"first_name\":\"John\",\"last_name\":\"Developer\"}",
	    201, USER("user.") TOKENS("tokens.") },
	{ "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"user@example.com\",\"password\":\"" PASSWORD
	    "\",\"first_name\":\"John\",\"last_name\":\"Doe\","
	    "\"username\":\"johndoe\"}",
	    201, USER("user.") TOKENS("tokens.") },
	{ "POST /api/v1/auth/signin", NULL, SIGNIN, 200,
	    USER("user.") TOKENS("tokens.") },
	{ "POST /api/v1/auth/signout", NULL, NULL, 200, MESSAGE },
	{ "POST /api/v1/auth/refresh", NULL, REFRESH, 200, TOKENS("") },
	{ "GET /api/v1/auth/me", NULL, NULL, 200, USER("") },
	{ "POST /api/v1/auth/password/change", NULL, CHANGE, 200, MESSAGE },
	{ "POST /api/v1/auth/password/forgot", NULL, EMAIL, 200, MESSAGE },
	{ "POST /api/v1/auth/forgot-password", NULL, EMAIL, 200, MESSAGE },
	{ "POST /api/v1/auth/password/reset", NULL, RESET, 200, MESSAGE,
	    ask_reset },
	{ "POST /api/v1/auth/reset-password", NULL, RESET, 200, MESSAGE,
	    ask_reset },
	{ "POST /api/v1/auth/email/verify", NULL, TOKEN, 200, MESSAGE,
	    ask_verify },
	{ "POST /api/v1/auth/verify-email", NULL, TOKEN, 200, MESSAGE,
	    ask_verify },
	{ "POST /api/v1/auth/resend-verification", NULL, EMAIL, 200, MESSAGE },
	{ "GET /api/v1/sessions", NULL, NULL, 200,
	    SESSION("sessions.0.") "total:int" },
	{ "GET /api/v1/sessions/current", NULL, NULL, 200, SESSION("") },
	{ "GET /api/v1/sessions/{session_id}", NULL, NULL, 200, SESSION("") },
	{ "DELETE /api/v1/sessions/{session_id}", NULL, NULL, 200, MESSAGE },
	{ "POST /api/v1/sessions/revoke-all", NULL, NULL, 200, REVOKED },
	{ "DELETE /api/v1/sessions/all", NULL, NULL, 200, REVOKED },
	{ "PATCH /api/v1/users/me", NULL,
	    "{\"first_name\":\"Jane\",\"last_name\":\"Smith\","
	    "\"profile_image_url\":\"https://example.com/avatar.jpg\"}",
	    200, USER("") },
	{ "DELETE /api/v1/users/me", NULL, NULL, 200, MESSAGE },
	{ "GET /api/v1/users", NULL, NULL, 200,
	    USER("users.0.") "total:int page:int per_page:int" },
	{ "GET /api/v1/users/{user_id}", NULL, NULL, 200, USER("") },
	{ "PUT /api/v1/users/{user_id}", NULL, NAMES, 200, USER("") },
	{ "DELETE /api/v1/users/{user_id}", NULL, NULL, 200, MESSAGE },
	{ "GET /api/v1/users/{user_id}/sessions", NULL, NULL, 200,
	    SESSION("sessions.0.") "total:int" },
	{ "POST /api/v1/users/{user_id}/change-password", NULL, CHANGE, 200,
	    MESSAGE },
	{ "GET /api/v1/health", NULL, NULL, 200, PROBE },
	{ "GET /api/v1/health/ready", NULL, NULL, 200, PROBE },
	{ "GET /api/v1/health/live", NULL, NULL, 200, PROBE },
	{ "POST /api/v1/admin/users/{user_id}/suspend", NULL, "{}", 200,
	    USER("") },
	{ "POST /api/v1/admin/users/{user_id}/unsuspend", NULL, NULL, 200,
	    USER(""), suspend },

	/* Auth API; its sample password is none that it would take */
	{ "POST /v1/auth/register", NULL,
	    "{\"email\":\"user@example.com\",\"password\":\"" PASSWORD
	    "\",\"name\":\"John Doe\",\"organization\":\"Example Corp\","
	    "\"subscription_plan\":\"free\"}",
	    201,
	    "user_id:string email:string name:string organization:string "
	    "subscription_plan:string created_at:time" },
	{ "POST /v1/auth/login", NULL,
	    "{\"email\":\"@email\",\"password\":\"" PASSWORD
	    "\",\"device_info\":{\"device_id\":\"device123\","
	    "\"platform\":\"web\",\"browser\":\"chrome\"}}",
	    200,
	    TOKENS("") "user.id:string user.email:string user.name:string "
		       "user.organization:string? "
		       "user.subscription_plan:string" },
	{ "POST /v1/auth/refresh", NULL, REFRESH, 200,
	    "access_token:string expires_in:int token_type:string" },
	{ "POST /v1/auth/logout", NULL, REFRESH, 200, MESSAGE },
	{ "POST /v1/auth/password/change", NULL, CHANGE, 200, MESSAGE },
	{ "POST /v1/auth/password/reset-request", NULL, EMAIL, 200, MESSAGE },
	{ "POST /v1/auth/password/reset", NULL, RESET, 200, MESSAGE,
	    ask_reset },
	{ "POST /v1/auth/email/verify", NULL, TOKEN, 200, MESSAGE, ask_verify },
	{ "POST /v1/auth/email/resend-verification", NULL, EMAIL, 200,
	    MESSAGE },
	{ "GET /v1/auth/profile", NULL, NULL, 200, PROFILE },
	{ "PUT /v1/auth/profile", NULL,
	    "{\"name\":\"Jane Doe\",\"organization\":\"Example Corp\"}", 200,
	    PROFILE },
	{ "GET /v1/auth/sessions", NULL, NULL, 200,
	    "sessions.0.id:string sessions.0.device_info:object "
	    "sessions.0.ip_address:string? sessions.0.last_active:time "
	    "sessions.0.created_at:time" },
	{ "DELETE /v1/auth/sessions/{session_id}", NULL, NULL, 200, MESSAGE },
	{ "DELETE /v1/auth/sessions", NULL, NULL, 200, REVOKED },

	/* Janua v1 */
	{ "POST /v1/auth/signup", NULL,
	    "{\"email\":\"user@company.com\","
	    "\"password\":\"securePassword123!\",\"firstName\":\"John\","
	    "\"lastName\":\"Doe\",\"username\":\"johndoe\"}",
	    201,
	    USER_V1("user.")
		TOKENS_V1("tokens.") "requiresEmailVerification:bool" },
	{ "POST /v1/auth/signin", NULL, SIGNIN, 200,
	    USER_V1("user.") TOKENS_V1(
		"tokens.") "user.lastSignInAt:time user.mfaEnabled:bool "
			   "requiresMfa:bool" },
	{ "GET /v1/auth/me", NULL, NULL, 200, ME_V1 },
	{ "PATCH /v1/users/me", NULL,
	    "{\"firstName\":\"John\",\"lastName\":\"Smith\","
	    "\"bio\":\"Software Engineer at Acme Corp\","
	    "\"timezone\":\"America/New_York\",\"locale\":\"en-US\"}",
	    200, ME_V1 },
	{ "POST /v1/users/me/password", NULL,
	    "{\"currentPassword\":\"" PASSWORD
	    "\",\"newPassword\":\"newSecurePassword456!\"}",
	    200, SUCCESS },
	{ "GET /v1/users", "page=1&limit=50&status=active&search=cast", NULL,
	    200,
	    USER_V1("users.0.") "pagination.page:int pagination.limit:int "
				"pagination.total:int pagination.pages:int" },
	{ "POST /v1/admin/users/{userId}/suspend", NULL,
	    "{\"reason\":\"Violation of terms of service\","
	    "\"duration\":86400}",
	    200, USER_V1("") },
	{ "POST /v1/admin/users/{userId}/unlock", NULL, NULL, 200,
	    USER_V1("") },
	{ "GET /openapi.json", NULL, NULL, 200,
	    "openapi:string info:object paths:object" },
	{ "GET /postman/collection.json", NULL, NULL, 200,
	    "info:object item:list" },

	/* Auctoritas */
	{ "POST /api/auth/register", NULL,
	    "{\"email\":\"user@app.com\",\"password\":\"password123\","
	    "\"name\":\"App User\"}",
	    201, LEGACY_USER },
	{ "POST /api/auth/login", NULL, SIGNIN, 200, LEGACY_USER },
	{ "POST /api/auth/refresh", NULL,
	    "{\"refreshToken\":\"@legacy_refresh\"}", 200, LEGACY_USER },
	{ "GET /api/user/me", NULL, NULL, 200, LEGACY_USER },
	{ "PATCH /api/user/me", NULL, "{\"name\":\"New Name\"}", 200,
	    LEGACY_USER },
	{ "GET /api/sessions", NULL, NULL, 200,
	    "0.id:string 0.createdAt:time 0.expiresAt:time 0.revoked:bool" },
	{ "POST /api/sessions", NULL,
	    "{\"expiresAt\":\"2099-12-31T23:59:59Z\"}", 201,
	    LEGACY_SESSION " accessToken:string refreshToken:string" },
	{ "PATCH /api/sessions/{id}", NULL,
	    "{\"expiresAt\":\"2099-12-31T23:59:59Z\"}", 200, LEGACY_SESSION },
	{ "DELETE /api/sessions/{id}", NULL, NULL, 204, "" },
	{ NULL },
};
