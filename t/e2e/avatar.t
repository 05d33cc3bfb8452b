#!/bin/bash
# A user's picture, through nginx: the form goes in whole, the picture comes
# out as it may be shown.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

pictures=$(dirname -- "$0")/../fuzz/corpus/image
place=$E2E_URL/api/v1/users/me/avatar

http -H 'Content-Type: application/json' \
    -d '{"email":"picture@example.com","password":"Hinge-and-Door-1"}' \
    "$E2E_URL/api/v1/auth/signup"
is "an account" 201 "$STATUS"
bearer=${BODY#*\"access_token\":\"}
bearer="Authorization: Bearer ${bearer%%\"*}"

for row in "png image/png" "jpeg image/jpeg" "webp_lossy image/webp"; do
	http -H "$bearer" -F "file=@$pictures/${row% *}" "$place"
	is "$row: uploaded" 200 "$STATUS"
	url=${BODY#*\"profile_image_url\":\"}
	url=${url%%\"*}
	url=$E2E_URL/${url#*//*/}
	http "$url"
	is "$row: shown" 200 "$STATUS"
	is "$row: type" "${row#* }" "$(header content-type)"
	is "$row: no sniffing, once" nosniff "$(header x-content-type-options)"
	is "$row: policy" "default-src 'none'; sandbox" \
	    "$(header content-security-policy)"
	is "$row: cached" "public, max-age=31536000, immutable" \
	    "$(header cache-control)"
	http -H "If-None-Match: $(header etag)" "$url"
	is "$row: not modified" 304 "$STATUS"
done

http -H "$bearer" -F "file=@$pictures/svg;type=image/png" "$place"
is "SVG in disguise" 400 "$STATUS"
head -c 5500000 /dev/urandom >"$E2E_DIR/large"
http -H "$bearer" -F "file=@$E2E_DIR/large" "$place"
is "more than 5 MB" 400 "$STATUS"
http "$url"
is "the last good one stays" 200 "$STATUS"
http -X DELETE -H "$bearer" "$place"
is "removed" 200 "$STATUS"
http "$url"
is "no more shown" 404 "$STATUS"
tap_end
