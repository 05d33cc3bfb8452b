# shellcheck shell=sh
# Sourced by the lints. A lint is run as `lint [FOLDER]`, the folder being the
# top of a source tree; it prints one line a finding and fails if there is one.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
cd "${1:-${top_srcdir:-.}}" || exit 2
LC_ALL=C
export LC_ALL

# The C sources below the folders named, those that exist.
sources() {
	for folder; do
		[ ! -d "$folder" ] || find "$folder" -name '*.[ch]'
	done | sort
}

# Lines FILE:LINE:TEXT without comments; see strip.awk for what $1 keeps.
strip() {
	keep=$1
	shift
	[ $# -eq 0 ] || awk -v keep="$keep" -f "$here/strip.awk" "$@"
}

# Reads findings; $1 says what is wrong with them.
verdict() {
	found=$(cat)
	[ -n "$found" ] || exit 0
	printf '%s\n' "$found"
	printf '%s\n' "^ $1"
	exit 1
}
