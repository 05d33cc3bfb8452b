#!/bin/bash
# The suites of t/clients and t/browser, by Node's own runner: documented
# examples as their readers would run them, and the hosted pages in Chromium.
# E2E_SUITES="FILE..." runs some alone.
set -euo pipefail
src=$(cd -- "$(dirname -- "$0")/../.." && pwd)
export E2E_NODE=$E2E_DIR/node

mkdir "$E2E_NODE"
cp "$src"/t/browser/{package.json,package-lock.json,.npmrc} "$E2E_NODE"
(cd "$E2E_NODE" && npm ci --ignore-scripts --no-audit --no-fund) \
    >"$E2E_DIR/npm.log" 2>&1 || {
	cat "$E2E_DIR/npm.log"
	exit 1
}
if [[ -n ${E2E_SUITES:-} ]]; then
	read -r -a suites <<<"$E2E_SUITES"
else
	suites=("$src"/t/{clients,browser}/*.test.mjs)
fi
status=0
node --test --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$E2E_DIR/tap" \
    "${suites[@]}" || status=$?
# The runner's own count is the last thing said.
grep -E '^# (pass|fail|cancelled) ' "$E2E_DIR/tap"
exit "$status"
