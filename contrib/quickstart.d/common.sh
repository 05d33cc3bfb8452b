# shellcheck shell=bash
# What the parts of contrib/quickstart share: progress, failure, and the
# processes that belong to an instance.
#
# A process is known by its record, a file with its pid, its start time and
# the boot it was started in. Only a process that still matches its record is
# ever counted as ours or sent a signal, so a pid that was given to somebody
# else meanwhile is safe.

STEPS=8
STEP=${QS_STEP:-0}
STEP_NAME=
STEP_LOG=

now_ms() {
	local t=${EPOCHREALTIME/[.,]/}
	echo "${t%???}"
}

# step NAME [LOG]: begins the next step; a failure shows the end of LOG.
step() {
	STEP=$((STEP + 1))
	STEP_NAME=$1
	STEP_LOG=${2:-}
	STEP_T0=$(now_ms)
	printf '[%d/%d] %-16s' "$STEP" "$STEPS" "$STEP_NAME"
}

# step_done WHAT: ends it.
step_done() {
	local ms=$(($(now_ms) - STEP_T0))
	printf '%s (%d.%d s)\n' "$1" $((ms / 1000)) $((ms % 1000 / 100))
	STEP_NAME=
}

# fail WHY REMEDY...: each remedy is a line.
fail() {
	local why=$1
	shift
	{
		if [[ -n $STEP_NAME ]]; then
			printf 'FAILED\n\nStep %d (%s) failed: %s\n' \
			    "$STEP" "$STEP_NAME" "$why"
		else
			printf 'quickstart: %s\n' "$why"
		fi
		if [[ -n $STEP_LOG && -s $STEP_LOG ]]; then
			printf '\nThe last lines of %s:\n' "$STEP_LOG"
			tail -n 15 -- "$STEP_LOG" | sed 's/^/    /'
		fi
		if [[ $# -gt 0 ]]; then
			printf '\nWhat to do:\n'
			printf '    %s\n' "$@"
		fi
	} >&2
	EXPLAINED=yes
	exit 1
}

# Traps EXIT: no end without a word.
at_exit() {
	local status=$?
	# 141: whoever read our output went away.
	if [[ $status -ne 0 && $status -ne 141 && -z ${EXPLAINED:-} ]]; then
		fail "an unexpected end with status $status" \
		    "Read the message above; running the command again is safe."
	fi
	exit "$status"
}

# quiet_exit STATUS: an end that needs no explanation.
quiet_exit() {
	EXPLAINED=yes
	exit "$1"
}

# Runs a command with its output in the log of the step.
logged() {
	"$@" >>"$STEP_LOG" 2>&1 </dev/null
}

# --- processes -----------------------------------------------------------

# The fields of /proc/PID/stat after the name, into STAT.
read_stat() {
	local line=
	{ IFS= read -r -d '' line <"/proc/$1/stat" || true; } 2>/dev/null
	[[ -n $line ]] || return 1
	read -r -a STAT <<<"${line##*) }"
}

# The start time of a process in ticks since boot; fails if it is gone.
start_ticks() {
	local STAT
	read_stat "$1" || return 1
	[[ ${STAT[0]} != [ZX] ]] || return 1
	echo "${STAT[19]}"
}

children_of() {
	local p STAT
	for p in /proc/[0-9]*; do
		p=${p#/proc/}
		if read_stat "$p" && [[ ${STAT[1]} == "$1" ]]; then
			echo "$p"
		fi
	done
}

# pid_of NAME: the pid when the process of that record still lives.
pid_of() {
	local pid ticks boot
	read -r pid ticks boot 2>/dev/null <"$QS_VAR/run.d/$1" || return 1
	[[ $pid =~ ^[1-9][0-9]*$ ]] || return 1
	[[ $boot == "$(cat /proc/sys/kernel/random/boot_id)" ]] || return 1
	[[ $(start_ticks "$pid") == "$ticks" ]] || return 1
	echo "$pid"
}

# launch NAME COMMAND...: starts it in the background, its output in
# log/NAME.log, and records it.
launch() {
	local name=$1 pid
	shift
	setsid "$@" </dev/null >>"$QS_VAR/log/$name.log" 2>&1 9>&- &
	pid=$!
	# setsid becomes the command; the start time stays.
	echo "$pid $(start_ticks "$pid" || echo 0)" \
	    "$(cat /proc/sys/kernel/random/boot_id)" >"$QS_VAR/run.d/$name"
}

# halt NAME SIGNAL SECONDS: ends it; fails when it does not go in time.
halt() {
	local pid i
	pid=$(pid_of "$1") || {
		rm -f "$QS_VAR/run.d/$1"
		return 0
	}
	kill "-$2" "$pid" 2>/dev/null || true
	for ((i = 0; i < $3 * 20; i++)); do
		if ! pid_of "$1" >/dev/null; then
			rm -f "$QS_VAR/run.d/$1"
			return 0
		fi
		sleep 0.05
	done
	return 1
}

# until_true SECONDS NAME COMMAND...: until COMMAND succeeds; fails when the
# time is over or the process of that name is gone.
until_true() {
	local end=$(($(now_ms) + $1 * 1000)) name=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		pid_of "$name" >/dev/null || return 1
		[[ $(now_ms) -lt $end ]] || return 1
		sleep 0.05
	done
}

# nginx workers that outlived a killed master still hold the ports: those
# that write our log.
nginx_orphans() {
	local fd pid
	! pid_of nginx >/dev/null || return 0
	for fd in $(find /proc/[0-9]*/fd -lname "$QS_VAR/log/nginx-access.log" \
	    2>/dev/null || true); do
		pid=${fd#/proc/}
		pid=${pid%%/*}
		if [[ $(cat "/proc/$pid/comm" 2>/dev/null) == nginx ]]; then
			echo "$pid"
		fi
	done
}

answers_ready() {
	[[ $(curl -s -o /dev/null -w '%{http_code}' --max-time 2 --noproxy '*' \
	    "http://127.0.0.1:${QS_PORTS%% *}/api/v1/health/ready") == 200 ]]
}
