# Configure and build by preset.
#
# shellcheck shell=bash
# shellcheck disable=SC2154 # repo is set by the script that includes this one

# One build at a time in a folder; build_targets lets the next one in.
build_lock() {
  local dir=$1
  mkdir -p "$dir" 2>/dev/null || true
  [[ -w $dir && (! -e $dir/.lock || -w $dir/.lock) ]] || die "cannot write to $dir" "Does it belong to another user?"
  exec 7>"$dir/.lock"
  if ! flock -n 7; then
    say build "another build is at work in ${dir#"$repo"/}; waiting for it"
    flock 7
  fi
}

# build_configure PRESET: quick when it is configured already.
build_configure() {
  local preset=$1 dir=$repo/build/$1
  local wanted
  build_lock "$dir"
  wanted=$(build_inputs)
  if [[ -f $dir/build.ninja && -f $dir/.inputs && $(<"$dir/.inputs") == "$wanted" ]]; then
    return # ninja itself reconfigures when a CMake file changed
  fi
  say build "configuring build/$preset"
  local fresh=()
  # Another sysroot or compiler: what CMake remembers of the old one is wrong.
  if [[ -f $dir/CMakeCache.txt ]]; then fresh=(--fresh); fi
  (cd "$repo" && cmake --preset "$preset" "${fresh[@]}") >"$dir/configure.log" 2>&1 || {
    cat "$dir/configure.log" >&2
    die "configuring failed" "The log: $dir/configure.log"
  }
  printf '%s\n' "$wanted" >"$dir/.inputs"
}

build_inputs() {
  local stamp=
  if [[ -r ${TROUPE_SYSROOT:-}/.troupe/stamp ]]; then stamp=$(<"$TROUPE_SYSROOT/.troupe/stamp"); fi
  printf 'source %s\nsysroot %s %s\ncompiler %s %s\nsystem packages %s\n' "$repo" "${TROUPE_SYSROOT:-none}" "$stamp" \
    "$(command -v "$CXX")" "$("$CXX" -dumpfullversion)" "${TROUPE_SYSTEM_PACKAGES:-0}"
}

# build_targets PRESET [TARGET...]
build_targets() {
  local preset=$1
  shift
  say build "building build/$preset"
  cmake --build "$repo/build/$preset" ${1:+--target "$@"} ||
    die "the build failed" "The first error above is the one to look at."
  exec 7>&-
  say build "done"
}
