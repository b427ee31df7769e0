# The host's own tools: a compiler, cmake, ninja, … Missing ones are installed
# where that is allowed; otherwise the message says what to install.
#
# shellcheck shell=bash

readonly host_tools_gcc_at_least=12
readonly host_tools_cmake_at_least=3.25

# What apt says when it cannot reach a mirror.
readonly apt_unreachable='could not resolve|temporary failure|could not connect|unable to connect|connection (failed|refused|timed out)|network is unreachable|no route to host'

# version_at_least HAVE WANTED
version_at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# host_tools_suitable COMPILER: a g++, not another driver of it, and new enough?
host_tools_suitable() {
  local version
  version=$("$1" -dumpversion 2>/dev/null) || return 1
  [[ $version =~ ^[0-9]+ ]] && ((BASH_REMATCH[0] >= host_tools_gcc_at_least)) || return 1
  # gcc compiles C++ but does not link with its library; clang++ is not GCC.
  [[ $("$1" --version) != *clang* && $("$1" '-###' -x c++ - </dev/null 2>&1) == *-lstdc++* ]]
}

# Sets CXX to a g++ that is new enough; the one that the user has set must be.
host_tools_find_compiler() {
  local candidate
  for candidate in ${CXX:+"$CXX"} g++ g++-16 g++-15 g++-14 g++-13 g++-12; do
    if host_tools_suitable "$candidate"; then
      export CXX=$candidate
      return 0
    fi
    [[ -z ${CXX:-} ]] || die "CXX=$CXX is not a g++ of version $host_tools_gcc_at_least or later" "Unset it, or set it to one."
  done
  return 1
}

# Prints the Debian packages that are missing, one per line.
host_tools_missing() {
  (host_tools_find_compiler) || printf 'g++\n'
  command -v ld >/dev/null && command -v ar >/dev/null || printf 'binutils\n'
  local version
  version=$(cmake --version 2>/dev/null | awk 'NR == 1 { print $3 }') || version=
  [[ -n $version ]] && version_at_least "$version" "$host_tools_cmake_at_least" || printf 'cmake\n'
  command -v ninja >/dev/null || printf 'ninja-build\n'
  command -v pkg-config >/dev/null || printf 'pkgconf\n'
  if [[ ${TROUPE_SYSTEM_PACKAGES:-} != 1 && -z ${TROUPE_SYSROOT:-} ]]; then
    command -v dpkg-deb >/dev/null || printf 'dpkg\n'
    [[ -n ${TROUPE_DEBIAN_KEYRING:-} ]] || compgen -G '/usr/share/keyrings/debian-archive-keyring.*' >/dev/null ||
      printf 'debian-archive-keyring\n'
    # Only a mirror that speaks TLS needs them.
    if [[ ! -e /etc/ssl/certs/ca-certificates.crt ]] &&
      { [[ ${TROUPE_DEBIAN_MIRROR:-} == https:* ]] || grep -qsE '^[^#]*https://' /etc/apt/sources.list /etc/apt/sources.list.d/*; }; then
      printf 'ca-certificates\n'
    fi
  fi
}

# Runs a command as root: directly, or by sudo, which may ask on a terminal.
host_tools_as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

host_tools_may_install() {
  ((EUID != 0)) || return 0
  command -v sudo >/dev/null || return 1
  sudo -n true 2>/dev/null || [[ -t 0 && -t 2 ]]
}

# The machine's apt-get. What it says is shown, and kept for host_tools_log_has.
host_tools_apt() {
  host_tools_as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "$@" 2>&1 | tee "$host_tools_log"
}

host_tools_log_has() { grep -qiE "$1" "$host_tools_log"; }

# For the lists apt does not wait until another apt is done.
host_tools_update() {
  local attempt
  for attempt in {1..60}; do
    host_tools_apt update && return
    host_tools_log_has 'could not get lock|unable to lock' || return 1
    say "host tools" "another apt is at work; waiting for it ($attempt)"
    sleep 5
  done
}

host_tools_install() {
  local install=(install --yes --no-install-recommends "$@")
  # A repository that has nothing to do with us may be out of order.
  host_tools_update || true
  if host_tools_log_has "$apt_unreachable" && ! host_tools_log_has '^(Hit|Get):'; then return 1; fi
  host_tools_apt "${install[@]}" && return
  host_tools_log_has 'dpkg was interrupted' || return 1
  say "host tools" "finishing what was interrupted here earlier: dpkg --configure -a"
  host_tools_as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a && host_tools_apt "${install[@]}"
}

host_tools_install_failed() {
  local by_hand=$1
  if host_tools_log_has 'no space left|enough free space'; then
    die "no space left while installing the host tools" "Free some, then run the same command again."
  elif host_tools_log_has "$apt_unreachable"; then
    die "the package mirror of this machine's apt cannot be reached (see above)" \
      "Check the network and apt's proxy settings, then run the same command again," \
      "or install them by hand: $by_hand"
  fi
  die "the host tools could not be installed" \
    "Solve what apt says above, or install them by hand: $by_hand"
}

host_tools_ensure() {
  local missing needed
  needed="Needed: g++ >= $host_tools_gcc_at_least, cmake >= $host_tools_cmake_at_least, ninja"
  if [[ -n ${CXX:-} ]]; then host_tools_find_compiler; fi # ends here when it is no good
  mapfile -t missing < <(host_tools_missing)
  if ((${#missing[@]} > 0)); then
    command -v apt-get >/dev/null || die \
      "these are missing here, and there is no apt-get to install them: ${missing[*]}" \
      "(the names of Debian's packages)" "$needed."
    local by_hand="apt-get install --no-install-recommends ${missing[*]}"
    host_tools_may_install || die \
      "these packages are missing on this machine, and only root may install them: ${missing[*]}" \
      "As root:    apt-get update && $by_hand" \
      "then run the same command again. ($needed.)"
    # Of several set-ups only one installs.
    exec 8</var/lib/dpkg
    if ! flock -n 8; then
      say "host tools" "another set-up is installing; waiting for it"
      flock 8
      mapfile -t missing < <(host_tools_missing)
    fi
  fi
  if ((${#missing[@]} > 0)); then
    say "host tools" "installing ${missing[*]}$( ((EUID == 0)) || printf ' (by sudo)')"
    host_tools_log=$(mktemp)
    trap 'rm -f "$host_tools_log"' EXIT
    host_tools_install "${missing[@]}" || host_tools_install_failed "$by_hand"
    rm -f "$host_tools_log"
    trap - EXIT
    hash -r
    mapfile -t missing < <(host_tools_missing)
    ((${#missing[@]} == 0)) || die \
      "this machine's packages are too old or incomplete: ${missing[*]}" \
      "$needed. Debian 12 and later have them."
  fi
  exec 8<&-
  host_tools_find_compiler || die "no g++ >= $host_tools_gcc_at_least found"
  say "host tools" "$CXX $("$CXX" -dumpfullversion), cmake $(cmake --version | awk 'NR == 1 { print $3 }'), ninja $(ninja --version)"
}
