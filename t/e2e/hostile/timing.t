#!/bin/bash
# Does the time of an answer tell who has an account, or which token was
# once good? Requests of several kinds in turn, compared by statistics; a
# report, which asserts nothing about time: only that each kind got one and
# the same status.
#
#	t/e2e/run BUILD t/e2e/hostile/timing.t
#
# BUILD without sanitizers. TIMING_SAMPLES=1000 of each kind, and
# TIMING_HASHES=150 of each that costs a password hash; TIMING_ONLY="locked
# mails" names the tables by the functions below.
# shellcheck disable=SC2317,SC2086 # called by name; words without blanks
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=t/e2e/tap.sh
. "$here/../tap.sh"

var=$E2E_STATE/var
cheap=${TIMING_SAMPLES:-1000}
hashes=${TIMING_HASHES:-150}
read -r port _ <<<"$E2E_PORTS"
json='Content-Type: application/json'
right=Hinge-and-Door-1

sql() {
	$E2E_AS mariadb --defaults-file="$var/db/client.cnf" -NB -e "$1" cardea
}

# users NAME N HASH VERIFIED STATUS: NAME1@example.com and so on.
users() {
	kind=$((kind + 1))
	sql "INSERT INTO user (id, realm_id, email, email_key, password,
	    email_verified_at, status, password_changed_at, created_at,
	    updated_at)
	    SELECT UNHEX(CONCAT(LPAD(HEX(1763000000000 + seq), 12, '0'), '7000',
		'8000', LPAD(HEX($kind), 4, '0'), LPAD(HEX(seq), 8, '0'))),
	    X'00000000000070008000000000000001',
	    CONCAT('$1', seq, '@example.com'), CONCAT('$1', seq, '@example.com'),
	    '$3', $4, '$5', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6),
	    UTC_TIMESTAMP(6) FROM seq_1_to_$2"
}
kind=0

# bodies NAME N FORMAT: N lines; the number stands for each %d.
bodies() {
	local i
	for ((i = 1; i <= $2; i++)); do
		# shellcheck disable=SC2059 # that is what it is for
		printf "${3//%d/$i}\n"
	done >"$E2E_DIR/$1"
}

# compare TITLE PATH SAMPLES KIND...: a table of the report.
compare() {
	local title=$1 path=$2 n=$3 out args=() k
	shift 3
	for k; do
		args+=("${k//_/ }=$E2E_DIR/$k")
	done
	out=$("$CARDEA_BUILD/t/e2e/hostile/timing" "$port" "$path" "$n" \
	    "${args[@]}")
	printf '%s:\n\n%s\n\n' "$title" "$out" >>"$E2E_DIR/report"
	is "$title: one status for each kind" 0 "$(grep -c several <<<"$out")"
}

# --- sign-in ---------------------------------------------------------------

signins() {
	local n=$((hashes + 4)) old
	# Nobody knows its password, so any bytes will do.
	old=$(sed -E 's/ln=[0-9]+/ln=14/' <<<"$phc")
	users known $n "$phc" 'UTC_TIMESTAMP(6)' active
	users unverified $n "$phc" NULL active
	users suspended $n "$phc" 'UTC_TIMESTAMP(6)' suspended
	users old $n "$old" 'UTC_TIMESTAMP(6)' active
	bodies known_address $n '{"email":"known%d@example.com","password":"x"}'
	bodies unknown $n '{"email":"nobody%d@example.com","password":"x"}'
	bodies unverified $n '{"email":"unverified%d@example.com","password":"x"}'
	bodies suspended $n '{"email":"suspended%d@example.com","password":"x"}'
	bodies hash_of_half_the_cost $n \
	    '{"email":"old%d@example.com","password":"x"}'
	compare "Sign-in with a wrong password" /api/v1/auth/signin "$hashes" \
	    unknown known_address unverified suspended hash_of_half_the_cost
}

lock() {
	for _ in {1..6}; do
		http -H "$json" "$E2E_URL/api/v1/auth/signin" \
		    -d "{\"email\":\"$1@example.com\",\"password\":\"x\"}"
	done
	is "$1 is locked" 423 "$STATUS"
	echo "{\"email\":\"$1@example.com\",\"password\":\"x\"}" >"$E2E_DIR/$2"
}

locked() {
	users locked 3 "$phc" 'UTC_TIMESTAMP(6)' active
	sql "UPDATE user SET status = 'suspended'
	    WHERE email = 'locked2@example.com'"
	lock nobody-locked locked_unknown
	lock locked1 locked_known
	lock locked2 locked_suspended
	compare "Sign-in while locked" /api/v1/auth/signin "$cheap" \
	    locked_unknown locked_known locked_suspended
}

# --- mails -----------------------------------------------------------------

mails() {
	local n=$((cheap + 4))
	users forgetful $n "$phc" 'UTC_TIMESTAMP(6)' active
	users fresh $n "$phc" NULL active
	users barred $n "$phc" 'UTC_TIMESTAMP(6)' suspended
	bodies with_account $n '{"email":"forgetful%d@example.com"}'
	bodies without $n '{"email":"stranger%d@example.com"}'
	bodies not_verified $n '{"email":"fresh%d@example.com"}'
	bodies barred $n '{"email":"barred%d@example.com"}'
	compare "A link to a new password" /api/v1/auth/password/forgot \
	    "$cheap" without with_account not_verified barred
	compare "Another verification mail" \
	    /api/v1/auth/email/resend-verification "$cheap" \
	    without not_verified with_account barred
}

# --- sign-up, where it tells nothing ---------------------------------------

signups() {
	local n=$((hashes + 4))
	users member $n "$phc" 'UTC_TIMESTAMP(6)' active
	bodies new_address $n \
	    "{\"email\":\"new%d@example.com\",\"password\":\"$right\"}"
	bodies taken $n \
	    "{\"email\":\"member%d@example.com\",\"password\":\"$right\"}"
	compare "Sign-up (the status tells, as documented)" \
	    /api/v1/auth/signup "$hashes" new_address taken
	bodies new_address $n \
	    "{\"email\":\"newer%d@example.com\",\"password\":\"$right\"}"
	$E2E_AS sh -c "echo 'signup_disclosure = off' >>'$var/cardea.conf'"
	kill -HUP "$(cut -d ' ' -f 1 "$var/run.d/cardea")"
	http "$E2E_URL/ready"
	for _ in {1..100}; do
		http -H "$json" "$E2E_URL/api/v1/auth/signup" \
		    -d "{\"email\":\"member1@example.com\",\"password\":\"$right\"}"
		[[ $STATUS != 202 ]] || break
		sleep 0.1
	done
	is "signup_disclosure = off" 202 "$STATUS"
	compare "Sign-up with signup_disclosure = off" \
	    /api/v1/auth/signup "$hashes" new_address taken
}

# --- tokens ----------------------------------------------------------------

# link TOKEN PURPOSE COLUMN: a link whose time is over, or that was used.
link() {
	sql "INSERT INTO link (token_hash, realm_id, user_id, purpose, email,
	    created_at, expires_at, used_at)
	    SELECT UNHEX(SHA2('$1', 256)), realm_id, id, '$2', email,
	    UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL $3, $4
	    FROM user WHERE email = 'timing@example.com'"
}

tokens() {
	local purpose path more t
	for purpose in reset verify; do
		more='' path=/api/v1/auth/email/verify
		[[ $purpose == verify ]] || {
			more=",\"new_password\":\"$right\""
			path=/api/v1/auth/password/reset
		}
		for t in unknown_token expired used; do
			echo "{\"token\":\"$(printf %043d 7 | tr 0 "${t:0:1}")\"$more}" \
			    >"$E2E_DIR/$t"
		done
		echo "{\"token\":\"short\"$more}" >"$E2E_DIR/malformed"
		link "$(printf %043d 7 | tr 0 e)" $purpose '-1 HOUR' NULL
		link "$(printf %043d 8 | tr 0 u)" $purpose '1 HOUR' \
		    'UTC_TIMESTAMP(6)'
		sed -i 's/u7/u8/' "$E2E_DIR/used"
		compare "Guessing a link to ${purpose/reset/a new password}" \
		    $path "$cheap" unknown_token malformed expired used
		sql "DELETE FROM link WHERE user_id = (SELECT id FROM user
		    WHERE email = 'timing@example.com')"
	done
}

# A session's id stands in its token, so two characters make it another.
refreshes() {
	local i tokens=() t
	for i in 1 2 3; do
		http -H "$json" "$E2E_URL/api/v1/auth/signin" \
		    -d "{\"email\":\"timing@example.com\",\"password\":\"$right\"}"
		t=${BODY#*\"refresh_token\":\"}
		tokens+=("${t%%\"*}")
	done
	t=${tokens[0]}
	echo "{\"refresh_token\":\"${t:0:14}$(tr 'A-Za-z0-9' 'B-ZAb-za1-90' \
	    <<<"${t:14:4}")${t:18}\"}" >"$E2E_DIR/unknown_session"
	echo "{\"refresh_token\":\"${t:0:40}$(tr 'A-Za-z0-9' 'B-ZAb-za1-90' \
	    <<<"${t:40:4}")${t:44}\"}" >"$E2E_DIR/known_session,_forged"
	echo "{\"refresh_token\":\"${t:0:30}\"}" >"$E2E_DIR/malformed"
	echo "{\"refresh_token\":\"${tokens[1]}\"}" >"$E2E_DIR/expired"
	echo "{\"refresh_token\":\"${tokens[2]}\"}" >"$E2E_DIR/signed_out"
	sql "UPDATE session SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR
	    WHERE user_id = (SELECT id FROM user
		WHERE email = 'timing@example.com')
	    ORDER BY created_at DESC, id DESC LIMIT 2"
	sql "UPDATE session SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 9 HOUR,
	    revoked_at = UTC_TIMESTAMP(6), revoked_reason = 'sign_out'
	    WHERE user_id = (SELECT id FROM user
		WHERE email = 'timing@example.com')
	    ORDER BY created_at DESC, id DESC LIMIT 1"
	compare "Guessing a refresh token" /api/v1/auth/refresh "$cheap" \
	    unknown_session known_session,_forged malformed expired signed_out
}

http -H "$json" "$E2E_URL/api/v1/auth/signup" \
    -d "{\"email\":\"timing@example.com\",\"password\":\"$right\"}"
is "sign up" 201 "$STATUS"
phc=$(sql "SELECT password FROM user WHERE email = 'timing@example.com'")
: >"$E2E_DIR/report"
for part in ${TIMING_ONLY:-refreshes tokens locked mails signins signups}; do
	"$part"
done
tap_end
