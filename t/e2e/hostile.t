#!/bin/bash
# Malformed requests at every operation, while slow clients hold connections:
# each is answered with an error that its client can read, and nobody dies.
# HOSTILE_REQUESTS=N sends more than 20000, HOSTILE_SEED=N the same again.
set -euo pipefail
here=$(dirname -- "$0")
# shellcheck source=t/e2e/tap.sh
. "$here/tap.sh"

log=$E2E_STATE/var/log/cardea.log

children() {
	pgrep -P "$(cut -d ' ' -f 1 "$E2E_STATE/var/run.d/cardea")" | wc -l
}

before=$(children)
start=$(($(wc -c <"$log") + 1))
status=0
node "$here/hostile.mjs" || status=$?
is "the requests" 0 "$status"
http "$E2E_URL/ready"
is "ready afterwards" 200 "$STATUS"
is "as many processes as before" "$before" "$(children)"
is "nobody died" "" "$(tail -c "+$start" "$log" | grep child_ || true)"
is "nothing from a sanitizer" "" \
    "$(tail -c "+$start" "$log" | grep -iE 'sanitizer|runtime error' || true)"
tap_end
