#!/bin/bash
# More sign-ins than can be hashed, from many addresses, while a profile is
# read: each read is answered, what is refused says when to come again, and
# the gate holds what it promises: as many hashes at once as it has slots,
# half of the workers waiting, and no more memory than those hashes take.
set -euo pipefail
# shellcheck source=t/e2e/tap.sh
. "$(dirname -- "$0")/tap.sh"

read -r port _ <<<"$E2E_PORTS"
log=$E2E_STATE/var/log/cardea.log
log_from=$(($(wc -c <"$log") + 1))
master=$(cut -d ' ' -f 1 "$E2E_STATE/var/run.d/cardea")
hash_kb=32768
slack_kb=8192 # a worker, for what else it may keep

# A sanitizer keeps up to 256 MiB a process of what was freed.
! grep -aqs __asan_init "$CARDEA_BUILD/cardea" || slack_kb=327680

# value NAME: a number of what the flood printed.
value() {
	sed -n "s/.*\<$1 \([0-9]*\).*/\1/p" <<<"$line"
}

at_most() {
	[[ -n $2 && $2 -le $1 ]] && echo "at most $1" || echo "$2"
}

at_least() {
	[[ -n $2 && $2 -ge $1 ]] && echo "at least $1" || echo "$2"
}

# Whose profile is read is another one: each sign-in opens a session, and of
# too many the oldest ends.
for name in flood reader; do
	http -H 'Content-Type: application/json' \
	    "$E2E_URL/api/v1/auth/signup" \
	    -d "{\"email\":\"$name-$$@example.com\",\"password\":\"Hinge-and-Door-1\"}"
	is "sign up $name" 201 "$STATUS"
done
token=${BODY#*\"access_token\":\"}
token=${token%%\"*}

cp "$CARDEA_BUILD/t/e2e/hostile/flood" "$E2E_DIR/flood"
status=0
# shellcheck disable=SC2086 # a command prefix
line=$($E2E_AS "$E2E_DIR/flood" "$port" "$master" "flood-$$@example.com" \
    Hinge-and-Door-1 "$token" 2>"$E2E_DIR/flood.err") || status=$?
echo "# $line"
head -n 5 "$E2E_DIR/flood.err" | sed 's/^/# /'
is 'hashed, refused and read as often as it takes' 0 "$status"
is 'profiles that were not answered' 0 "$(value bad)"
is 'neither hashed nor refused' 0 "$(value other)"
is 'refused in another way than documented' 0 "$(value undocumented)"
slots=$(value slots) workers=$(value workers)
is 'a slot for each core' "$(nproc)" "$slots"
is 'hashes at once' "at most $slots" "$(at_most "$slots" "$(value hold)")"
is 'the gate was seen at work' 'at least 1' "$(at_least 1 "$(value hold)")"
is 'who may wait' "$((workers / 2))" "$(value waiters)"
is 'waiting at once' "at most $((workers / 2))" \
    "$(at_most "$((workers / 2))" "$(value wait)")"
is 'some waited' 'at least 1' "$(at_least 1 "$(value wait)")"
# Workers are read one after another: two hashes may end and begin meanwhile.
room=$(((slots + 2) * hash_kb + workers * slack_kb))
is 'memory of all workers beyond what they had, KB' "at most $room" \
    "$(at_most "$room" "$(($(value most) - $(value before)))")"
room=$((workers * slack_kb))
is 'memory kept afterwards, KB' "at most $room" \
    "$(at_most "$room" "$(($(value after) - $(value before)))")"
is 'nobody died' '' "$(tail -c "+$log_from" "$log" | grep child_ || true)"
http "$E2E_URL/ready"
is 'ready afterwards' 200 "$STATUS"
tap_end
