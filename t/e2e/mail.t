#!/bin/bash
# Mails of an installed instance: from the API into the spool, and back by
# their links; what cardeactl says of them.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

spool=$E2E_STATE/var/mail
json='Content-Type: application/json'
ann=ann-$$@example.com

# The newest mail to ann with this subject, decoded; waits for it.
mail_get() {
	local tries file
	for tries in {1..600}; do
		for file in $(find "$spool" -name '*.eml' | sort -r); do
			if grep -q "^To: $ann" "$file" &&
				grep -q "^Subject: $1" "$file"; then
				sed -e ':a;/=\r$/{N;s/=\r\n//;ba}' \
				    -e 's/\r$//; s/=3D/=/g' "$file"
				return
			fi
		done
		sleep 0.1
	done
	echo "no mail after $tries tries"
}

# link PAGE: the token of the link in the plain text of MAIL.
link() {
	sed -n "s|^http.*/$1?token=\([A-Za-z0-9_-]*\)\$|\1|p" <<<"$MAIL" |
		head -n 1
}

post() {
	http -H "$json" -d "$2" "$E2E_URL$1"
}

post /api/v1/auth/signup \
    "{\"email\":\"$ann\",\"password\":\"Hinge-and-Door-1\"}"
is "sign up" 201 "$STATUS"
MAIL=$(mail_get 'Confirm your e-mail address')
has "verification: sender" "$MAIL" "From: cardea@example.com"
has "verification: not answered by robots" "$MAIL" \
    "Auto-Submitted: auto-generated"
has "verification: text" "$MAIL" "Content-Type: text/plain; charset=utf-8"
has "verification: HTML" "$MAIL" "Content-Type: text/html; charset=utf-8"
has "verification: layout" "$MAIL" '<html lang="en">'
http "$E2E_URL/verify-email?token=$(link verify-email)"
is "verification: the page is there" 200 "$STATUS"
post /api/v1/auth/email/verify "{\"token\":\"$(link verify-email)\"}"
is "verification: the link works" 200 "$STATUS"
post /api/v1/auth/email/verify "{\"token\":\"$(link verify-email)\"}"
is "verification: once" 400 "$STATUS"

post /api/v1/auth/password/forgot "{\"email\":\"$ann\"}"
is "forgot" 200 "$STATUS"
MAIL=$(mail_get 'Set a new password')
post /api/v1/auth/password/reset \
    "{\"token\":\"$(link reset-password)\",\"new_password\":\"Fresh-Paint-99\"}"
is "reset: the link works" 200 "$STATUS"
MAIL=$(mail_get 'Your password was changed')
has "the owner hears of it" "$MAIL" "Message-ID: <mail_"

id=$(sed -n 's/^Message-ID: <\(mail_[0-9a-z]*\)@.*/\1/p' <<<"$MAIL")
has "list" "$("$QUICKSTART" ctl mail list --done --limit 1000)" "$id"
has "show: sent" "$("$QUICKSTART" ctl mail show "$id")" "state        sent"
has "show: masked" "$("$QUICKSTART" ctl mail show "$id")" \
    "to           a..@example.com"
is "nothing is dead" "" "$("$QUICKSTART" ctl mail list --dead)"
is "no address in the log" 0 \
    "$(grep -c "$ann" "$E2E_STATE/var/log/cardea.log" || true)"
is "no token in the log" 0 \
    "$(grep -c 'token=' "$E2E_STATE/var/log/cardea.log" || true)"
is "mails are for the owner alone" 600 \
    "$(stat -c %a "$spool"/*.eml | sort -u)"
tap_end
