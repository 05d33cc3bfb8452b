#!/bin/bash
# What nginx adds: TLS, headers, the limits of size and rate, and that a
# worker that dies is not seen.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

read -r port port2 port_tls <<<"$E2E_PORTS"
cert=$E2E_STATE/var/tls/cert.pem
health=/api/v1/health
json='Content-Type: application/json'
browser='Accept: text/html,application/xhtml+xml,*/*;q=0.8'

# One path of each envelope, and the words its errors have.
mounts=(
	"/api/v1/auth/signin api"
	"/v1/auth/login authapi"
	"/v1/auth/signin janua"
	"/api/auth/login auctoritas"
)

# envelope WHAT DIALECT STATUS CODE: BODY is that error in that dialect.
envelope() {
	local lower=${4,,}
	is "$1: status" "$3" "$STATUS"
	has "$1: JSON" "$(header content-type)" application/json
	case $2 in
	api)
		has "$1: body" "$BODY" "\"error_code\":\"$4\",\"status_code\":$3,"
		has "$1: body" "$BODY" "\"error\":{\"code\":\"$4\",\"message\":"
		;;
	authapi) has "$1: body" "$BODY" "{\"error\":{\"code\":\"$lower\",\"message\":" ;;
	janua)
		if [[ $3 == 429 ]]; then
			has "$1: body" "$BODY" '{"error":"rate_limit_exceeded","message":'
			has "$1: body" "$BODY" ',"remaining":0,"resetTime":"20'
		else
			has "$1: body" "$BODY" "{\"error\":{\"code\":\"$4\",\"message\":"
			has "$1: body" "$BODY" ',"requestId":"'
		fi
		;;
	auctoritas)
		has "$1: body" "$BODY" "\"error\":{\"code\":\"$4\",\"message\":"
		has "$1: body" "$BODY" "\"status\":$3,\"message\":"
		;;
	esac
}

# --- addresses and headers -----------------------------------------------

addresses() {
	local url
	for url in "$E2E_URL" "$E2E_URL2" "$E2E_TLS"; do
		http -k "$url$health"
		is "$url answers" 200 "$STATUS"
	done
	if grep -qs '^0*1 ' /proc/net/if_inet6; then
		http "http://[::1]:$port$health"
		is "IPv6 answers" 200 "$STATUS"
	fi
	http --cacert "$E2E_DIR/cert.pem" "https://localhost:$port_tls$health"
	is "the certificate is right for localhost" 200 "$STATUS"
	http -k --tls-max 1.1 "$E2E_TLS$health"
	is "TLS 1.1 is refused" 000 "$STATUS"
	http "http://127.0.0.1:$port_tls$health"
	envelope "plain HTTP to the TLS port" api 400 BAD_REQUEST
}

headers() {
	http -k "$E2E_TLS$health"
	is "HSTS over TLS" max-age=31536000 "$(header strict-transport-security)"
	is "nosniff, once" nosniff "$(header x-content-type-options)"
	is "referrer policy" no-referrer "$(header referrer-policy)"
	is "no version of nginx" nginx "$(header server)"
	http --cacert "$E2E_DIR/cert.pem" "https://localhost:$port_tls$health"
	is "no HSTS for localhost" "" "$(header strict-transport-security)"
	http "$E2E_URL$health"
	is "no HSTS without TLS" "" "$(header strict-transport-security)"
	http "$E2E_URL/"
	is "landing page" 200 "$STATUS"
	has "landing page: content" "$BODY" "Cardea runs here"
	has "landing page: policy" "$(header content-security-policy)" \
	    "frame-ancestors 'none'"
	http "$E2E_URL/style.css"
	is "style sheet" "text/css; charset=utf-8" "$(header content-type)"
	http -H "If-None-Match: $(header etag)" "$E2E_URL/style.css"
	is "style sheet: not modified" 304 "$STATUS"
	http -X POST "$E2E_URL/"
	envelope "POST to a page" api 405 METHOD_NOT_ALLOWED
	is "POST to a page: Allow" "GET, HEAD" "$(header allow)"
}

# --- the pages behind the mail's links -----------------------------------

pages() {
	local name row policy="default-src 'none'; script-src 'self'; \
style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
frame-ancestors 'none'; base-uri 'none'"
	for name in verify-email reset-password; do
		for row in "" / .html "/?token=hinge-$name" "?token=hinge-$name"; do
			http "$E2E_URL/$name$row"
			is "/$name$row" 200 "$STATUS"
			is "/$name$row: policy" "$policy" \
			    "$(header content-security-policy)"
		done
		is "/$name: type" "text/html; charset=utf-8" "$(header content-type)"
		is "/$name: no referrer" no-referrer "$(header referrer-policy)"
		has "/$name: without JavaScript" "$BODY" "<noscript>"
		is "/$name: nothing from elsewhere" "" \
		    "$(grep -oE '(https?:)?//[a-z][^" ]*' <<<"$BODY" || true)"
		http "$E2E_URL/$name.js"
		is "/$name.js" "200 application/javascript; charset=utf-8" \
		    "$STATUS $(header content-type)"
		http -X POST "$E2E_URL/$name"
		envelope "POST to /$name" api 405 METHOD_NOT_ALLOWED
		http "$E2E_URL/$name/more"
		envelope "below /$name" api 404 NOT_FOUND
	done
	for row in /nope /verify-email/more; do
		http -H "$browser" "$E2E_URL$row"
		is "$row in a browser" 404 "$STATUS"
		has "$row in a browser" "$BODY" "There is no such page"
		has "$row in a browser: policy" "$(header content-security-policy)" \
		    "frame-ancestors 'none'"
	done
	for row in "/api/nope 404" "/v1/nope 404" "/health 200" "/ready 200"; do
		http -H "$browser" "$E2E_URL${row% *}"
		is "${row% *} in a browser" "${row#* } application/json" \
		    "$STATUS $(header content-type)"
	done
	http -X POST -H "$browser" "$E2E_URL/nope"
	envelope "POST by a browser" api 404 NOT_FOUND
	http "$E2E_URL/404.html"
	envelope "the page's own address" api 404 NOT_FOUND
	is "no token in nginx's logs" """" \
	    "$(grep -hs hinge- "$E2E_STATE"/var/log/nginx-*.log || true)"
}

# --- bodies, paths -------------------------------------------------------

sizes() {
	local row
	head -c 6500000 /dev/zero >"$E2E_DIR/big"
	for row in "${mounts[@]}"; do
		http -H "$json" --data-binary "@$E2E_DIR/big" "$E2E_URL${row% *}"
		envelope "too large for ${row% *}" "${row#* }" 413 PAYLOAD_TOO_LARGE
	done
	# a setting of the instance, which nginx has heard of
	http -H "Origin: $ours" --data-binary "@$E2E_DIR/big" "$E2E_URL$health"
	is "too large, from another origin" "413 $ours true Origin" \
	    "$(cors_said)"
}

paths() {
	local row
	for row in "/nope api" "/api/v1/nope api" "/v1/nope janua" \
	    "/v1/auth/profile/nope authapi" "/api/user/nope auctoritas"; do
		http "$E2E_URL${row% *}"
		envelope "no route ${row% *}" "${row#* }" 404 NOT_FOUND
	done
	http "$E2E_URL/api%2fv1/health"
	envelope "an encoded slash" api 404 NOT_FOUND
	http "$E2E_URL/api/v1/health%00"
	envelope "an encoded NUL" api 400 BAD_REQUEST
	http "$E2E_URL/v1/$(printf '%09000d' 0)"
	envelope "a path that is too long" api 414 BAD_REQUEST
	http -H 'Transfer-Encoding: x' "$E2E_URL$health"
	envelope "an unknown transfer coding" api 400 BAD_REQUEST
	http -H 'Authorization: a' -H 'Authorization: b' "$E2E_URL/api%2fv1"
	envelope "an encoded slash and a header twice" api 400 BAD_REQUEST
	http -H 'If-Match: "x"' "$E2E_URL/style.css"
	envelope "a page that is another" api 412 BAD_REQUEST
	http -H 'Range: bytes=99999999-' "$E2E_URL/style.css"
	envelope "a range beyond the page" api 416 BAD_REQUEST
	http -H 'X-A: "' "$E2E_URL/api/%22nope%22%0a"
	is "a quote in the path" 404 "$STATUS"
	for row in /api//v1/./health /api/v1/x/../health /%61pi/v1/health/; do
		http "$E2E_URL$row"
		is "$row is the same path" 200 "$STATUS"
	done
}

# --- floods --------------------------------------------------------------

# A second nginx before the same workers, with the limits of scale 1, and
# before a socket where nobody listens.
second_nginx() {
	local dir=$1 socket=$2 port=$3 from=$E2E_STATE/prefix/share/cardea
	mkdir -p "$dir"/{conf,tmp}
	sh "$from/nginx/templates/render" "$dir/conf" "$socket" "$from/html" \
	    1 "$dir/conf" "http://localhost:5173 http://[::1]:4321"
	sed -e "s|@LISTEN@|listen 127.0.0.1:$port;|; s|@CONF@|$dir/conf|" \
	    -e "s|@LOG@|$dir|; /@TLS@/d" \
	    "$from/nginx/templates/nginx.conf.in" >"$dir/nginx.conf"
	[[ -z $E2E_AS ]] || chown -R cardea "$dir"
	TZ=UTC $E2E_AS /usr/sbin/nginx -p "$dir/" -c nginx.conf -g 'daemon off;' \
	    2>"$dir/out" &
	pids+=($!)
	until curl -s -o /dev/null --noproxy '*' "http://127.0.0.1:$port/"; do
		kill -0 "${pids[-1]}" || return 1
		sleep 0.05
	done
}

# shellcheck disable=SC2317 # by the trap
stop_second() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
}

# The second nginx knows these two; http://else.example is unknown.
ours='http://localhost:5173'
exposed='Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining,'
exposed+=' X-RateLimit-Reset, X-RateLimit-Window, X-Request-ID'

# What the answer says to scripts: origin, credentials, vary.
cors_said() {
	local name said=
	for name in allow-origin allow-credentials; do
		said+="$(header "access-control-$name") "
	done
	echo "$STATUS $said$(header vary)"
}

# cors WHAT STATUS CURL...: the error is for our origins' scripts to read.
# Whoever fails before the header is read cannot be told apart.
cors() {
	local what=$1 status=$2 row
	shift 2
	for row in "$ours" 'http://[::1]:4321'; do
		http -H "Origin: $row" "$@"
		is "$what: $row" "$status $row true Origin" "$(cors_said)"
		is "$what: exposed" "$exposed" \
		    "$(header access-control-expose-headers)"
	done
	for row in http://else.example "$ours.else.example" \
	    "${ours%:*}" null; do
		http -H "Origin: $row" "$@"
		is "$what: $row" "$status   Origin" "$(cors_said)"
	done
}

next_port() {
	local p=$1
	while grep -qs ":$(printf '%04X' "$p") [0-9A-F:]* 0A" /proc/net/tcp; do
		p=$((p + 1))
	done
	echo "$p"
}

post() {
	http -X POST -H "$json" -d '{}' "$@"
}

floods() {
	local url=http://127.0.0.1:$1 row n=0
	# Every spelling counts against the same ten in hand.
	for row in signin /signin signin/ sig%6ein x/../signin 'signin?a=b' \
	    ./signin signin login signin signin; do
		post "$url/api/v1/auth/$row"
		[[ $STATUS == 429 && $(header x-request-id) == req_????????????????????????????????* ]] ||
			n=$((n + 1))
	done
	is "sign-ins that passed" 11 "$n"
	for row in "${mounts[@]}"; do
		post -H "X-Forwarded-For: 192.0.2.$n" "$url${row% *}"
		envelope "flood of ${row% *}" "${row#* }" 429 RATE_LIMIT_EXCEEDED
		is "flood of ${row% *}: Retry-After" 12 "$(header retry-after)"
		is "flood of ${row% *}: limit" "5 0" \
		    "$(header x-ratelimit-limit) $(header x-ratelimit-remaining)"
	done
	cors "flood" 429 -X POST -H "$json" -d '{}' "$url/api/v1/auth/signin"
	cors "an encoded slash" 404 "$url/api%2fv1/health"
	cors "a large body" 413 -X POST -H 'Expect:' --data-binary \
	    "@$E2E_DIR/big" "$url/api/v1/users/me/avatar"
	cors "an unknown transfer coding" 400 -H 'Transfer-Encoding: x' \
	    "$url$health"
	http "$url/api/v1/auth/signin"
	is "another method is another class" 405 "$STATUS"
	post "$url/api/v1/auth/signup"
	is "another endpoint is another class" 422 "$STATUS"
	http "$url$health"
	is "health goes on" 200 "$STATUS"
}

away() {
	local url=http://127.0.0.1:$1 row
	for row in "${mounts[@]}"; do
		http "$url${row% *}"
		envelope "workers away, ${row% *}" "${row#* }" 503 UNAVAILABLE
		is "workers away: Retry-After" 5 "$(header retry-after)"
	done
	cors "workers away" 503 "$url$health"
	http -H "$browser" "$url/health"
	envelope "workers away, a browser" api 503 UNAVAILABLE
	http "$url/"
	is "workers away: the page is there" 200 "$STATUS"
}

# --- a worker dies -------------------------------------------------------

workers() {
	local master stat p
	master=$(cut -d ' ' -f 1 "$E2E_STATE/var/run.d/cardea")
	for p in /proc/[0-9]*/stat; do
		{ read -r stat <"$p" || continue; } 2>/dev/null
		stat=${stat##*) }
		[[ ${stat:2} != "$master "* ]] || echo "${p//[!0-9]/}"
	done
}

# Kills one worker after the other while clients ask.
killer() {
	local pid
	while :; do
		for pid in $(workers); do
			kill -9 "$pid" 2>/dev/null || true
			sleep 0.1
		done
	done
}

killed_workers() {
	local i killer jobs=()
	killer &
	killer=$!
	for i in 1 2 3 4; do
		curl -s --noproxy '*' -o /dev/null -w '%{http_code}\n' \
		    "$E2E_URL$health/ready?[1-1500]" >"$E2E_DIR/codes.$i" &
		jobs+=($!)
	done
	wait "${jobs[@]}"
	kill "$killer"
	wait "$killer" 2>/dev/null || true
	is "GETs answered while workers are killed" "   6000 200" \
	    "$(sort "$E2E_DIR"/codes.* | uniq -c)"
}

pids=()
trap stop_second EXIT
cp "$cert" "$E2E_DIR/cert.pem"
addresses
headers
pages
sizes
paths
flood_port=$(next_port $((port2 + 100)))
second_nginx "$E2E_DIR/flood" "$E2E_STATE/var/run/cardea.sock" "$flood_port"
floods "$flood_port"
away_port=$(next_port $((port2 + 200)))
second_nginx "$E2E_DIR/away" "$E2E_DIR/nobody.sock" "$away_port"
away "$away_port"
killed_workers
tap_end
