# shellcheck shell=bash
# For the end-to-end tests: requests, and one line "ok" or "not ok" for each
# thing that must hold.

TAP_N=0
TAP_BAD=0

# is WHAT WANTED GOT
is() {
	TAP_N=$((TAP_N + 1))
	if [[ $3 == "$2" ]]; then
		printf 'ok %d - %s\n' "$TAP_N" "$1"
		return
	fi
	TAP_BAD=$((TAP_BAD + 1))
	printf 'not ok %d - %s\n# wanted: %s\n# got:    %s\n' \
	    "$TAP_N" "$1" "$2" "${3:-(nothing)}"
}

# has WHAT TEXT WANTED: TEXT has WANTED in it.
has() {
	if [[ $2 == *"$3"* ]]; then
		is "$1" "$3" "$3"
	else
		is "$1" "... $3 ..." "$2"
	fi
}

# http CURL-ARGUMENTS...: STATUS, HEADERS (each line, lower-case name) and
# BODY of the answer; STATUS is 000 when there is none.
# shellcheck disable=SC2034 # the test looks at them
http() {
	local out
	out=$(curl -s -i --path-as-is --noproxy '*' --max-time 20 "$@" |
		tr -d '\r\0') || true
	# "100 Continue" comes before the answer.
	while [[ $out == HTTP/*' 100 '* ]]; do
		out=${out#*$'\n\n'}
	done
	STATUS=000 HEADERS='' BODY=''
	[[ -n $out ]] || return 0
	STATUS=${out#* }
	STATUS=${STATUS:0:3}
	HEADERS=$(sed '/^$/q; s/^[^:]*:/\L&/' <<<"$out")
	BODY=${out#*$'\n\n'}
}

# header NAME: its value, all of them when there are several.
header() {
	sed -n "s/^$1: //p" <<<"$HEADERS" | paste -s -d '|'
}

tap_end() {
	printf '1..%d\n' "$TAP_N"
	exit $((TAP_BAD > 0))
}
