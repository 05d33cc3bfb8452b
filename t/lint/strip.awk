# Prints FILE:LINE:TEXT of C sources without comments. keep=code empties the
# string and character literals, keep=text leaves nothing but them.
FNR == 1 { comment = 0 }
{
	rest = $0
	out = ""
	while (rest != "") {
		if (comment) {
			end = index(rest, "*/")
			if (end == 0)
				break
			comment = 0
			out = out " "
			rest = substr(rest, end + 2)
			continue
		}
		if (!match(rest, /["']|\/\*|\/\//)) {
			if (keep == "code")
				out = out rest
			break
		}
		token = substr(rest, RSTART, RLENGTH)
		if (keep == "code")
			out = out substr(rest, 1, RSTART - 1)
		rest = substr(rest, RSTART + RLENGTH)
		if (token == "//")
			break
		if (token == "/*") {
			comment = 1
			continue
		}
		if (token == "\"")
			match(rest, /^([^"\\]|\\.)*"/)
		else
			match(rest, /^([^'\\]|\\.)*'/)
		inside = RLENGTH > 0 ? RLENGTH - 1 : length(rest)
		if (keep == "text")
			out = out " " substr(rest, 1, inside)
		else
			out = out token token
		rest = substr(rest, inside + 2)
	}
	print FILENAME ":" FNR ":" out
}
