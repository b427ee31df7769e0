# Progress and error messages, each with the time since the command began.
# shellcheck shell=bash

# A command that calls another one hands its start time on.
: "${TROUPE_STARTED_AT:=$EPOCHREALTIME}"
export TROUPE_STARTED_AT

# EPOCHREALTIME has a decimal comma in some locales.
log_elapsed() {
  local now=${EPOCHREALTIME/[.,]/} start=${TROUPE_STARTED_AT/[.,]/}
  local tenths=$(((now - start) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# say TOPIC MESSAGE...
say() {
  local topic=$1
  shift
  printf '[%6ss] %s: %s\n' "$(log_elapsed)" "$topic" "$*"
}

# warn TOPIC MESSAGE...
warn() {
  local topic=$1
  shift
  printf '[%6ss] %s: note: %s\n' "$(log_elapsed)" "$topic" "$*" >&2
}

# die MESSAGE [WHAT-TO-DO-LINE...]
die() {
  printf '\nerror: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

log_mb() { printf '%d MB' $((($1 + 500000) / 1000000)); }
