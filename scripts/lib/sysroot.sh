# The sysroot: Troupe's dependencies as Debian packages, fetched and checked by
# apt into a folder of our own. The system's packages stay as they are.
#
#   <dir>/lock        one set-up at a time
#   <dir>/work/       apt's private configuration, lists and downloads; only
#                     there while a set-up runs or after one that failed
#   <dir>/root.new/   being unpacked
#   <dir>/root/       complete, by construction: it appears by rename
#   <dir>/root/.troupe/{stamp,manifest}
#
# shellcheck shell=bash
# shellcheck disable=SC2154 # repo is set by the script that includes this one

# Bump when what is done with the packages changes.
readonly sysroot_recipe=1
readonly sysroot_needed_mb=500
readonly sysroot_packages_file=$repo/scripts/sysroot-packages

sysroot_dir=${TROUPE_SYSROOT_DIR:-$repo/.sysroot}
[[ $sysroot_dir == /* ]] || sysroot_dir=$PWD/$sysroot_dir
sysroot_root=$sysroot_dir/root
sysroot_work=$sysroot_dir/work

# -- the list of packages -----------------------------------------------------

sysroot_directive() { awk -v key="@$1" '$1 == key { $1 = ""; sub(/^ /, ""); print }' "$sysroot_packages_file"; }
sysroot_package_names() { awk '!/^[[:space:]]*(#|@|$)/ { print $1 }' "$sysroot_packages_file"; }

# What a complete sysroot must have been made from.
sysroot_wanted_stamp() {
  local hash
  hash=$(grep -v '^#' "$sysroot_packages_file" | sha256sum)
  printf 'recipe %s, packages %s, %s\n' "$sysroot_recipe" "${hash:0:16}" "$1"
}

# -- states -------------------------------------------------------------------

sysroot_is_current() {
  local stamp=$sysroot_root/.troupe/stamp
  [[ -r $stamp ]] && [[ $(<"$stamp") == "$(sysroot_wanted_stamp "$sysroot_arch")" ]]
}

sysroot_check_platform() {
  [[ $(type -P apt-get) && $(type -P dpkg-deb) ]] || die \
    "no apt here: the dependencies (V8, CAF, …) are fetched as Debian packages" \
    "On Debian 12 or later, or in a container of it, this works by itself." \
    "Elsewhere install them (list: scripts/sysroot-packages), then set" \
    "  TROUPE_SYSTEM_PACKAGES=1   to use what is in the system's usual places, or" \
    "  TROUPE_SYSROOT=<dir>       to use a folder that has them under usr/."
  sysroot_arch=$(dpkg --print-architecture)
  [[ $sysroot_arch == amd64 || ${TROUPE_UNPROVEN_ARCH:-} == 1 ]] || die \
    "Troupe has only been proven on amd64, this is $sysroot_arch" \
    "To try it all the same: TROUPE_UNPROVEN_ARCH=1"
  # The path ends up in linker options, which split at these characters.
  [[ $sysroot_dir != *[[:space:],:\;\"\'\$\\]* ]] || die \
    "the path of the sysroot must have no spaces, commas, colons or quotes: $sysroot_dir" \
    "Set TROUPE_SYSROOT_DIR to a folder without them."
}

sysroot_free_mb() { df -Pk "$sysroot_dir" | awk 'NR == 2 { print int($4 / 1024) }'; }

sysroot_check_space() {
  local free_mb have_mb needed_mb
  free_mb=$(sysroot_free_mb)
  have_mb=$(du -sm "$sysroot_work" 2>/dev/null | cut -f1) || true
  needed_mb=$((sysroot_needed_mb - ${have_mb:-0}))
  ((free_mb >= needed_mb)) || die \
    "not enough space for the sysroot: $free_mb MB free in $sysroot_dir, $needed_mb MB needed while unpacking" \
    "Free some, or set TROUPE_SYSROOT_DIR to a folder with more."
}

# -- apt ----------------------------------------------------------------------

# Mirrors of Debian's main archive that this machine's apt already uses, one
# per line. Third-party and security repositories have other suites.
sysroot_mirrors() {
  if [[ -n ${TROUPE_DEBIAN_MIRROR:-} ]]; then
    [[ $TROUPE_DEBIAN_MIRROR =~ ^[a-z][a-z+]*:/[^][[:space:]]+$ ]] || die \
      "TROUPE_DEBIAN_MIRROR is not a URL: $TROUPE_DEBIAN_MIRROR" \
      "It is a Debian archive's, the part before /dists, such as https://<host>/debian"
    printf '%s\n' "${TROUPE_DEBIAN_MIRROR%/}"
    return
  fi
  local known
  known=$(sysroot_mirrors_by_origin)
  if [[ -z $known ]]; then known=$(sysroot_mirrors_by_suite); fi
  awk 'NF == 1 && !/^cdrom:/ && !seen[$0]++' <<<"$known"
}

# Those whose package lists are here and say that they are Debian's.
sysroot_mirrors_by_origin() {
  # shellcheck disable=SC2016 # for apt to expand
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 2>/dev/null |
    sed -nE 's#^Debian\|Debian\|(.*[^/])/*$#\1#p' || true
}

# Those with names of Debian's suites, when there are no package lists yet.
sysroot_mirrors_by_suite() {
  local releases='bullseye|bookworm|trixie|forky|duke|sid|(old)*stable|testing|unstable'
  # Empty lists, so that apt names every index it would fetch.
  mkdir -p "$sysroot_work/no-lists/partial"
  apt-get update --print-uris -o Dir::State::Lists="$sysroot_work/no-lists" 2>/dev/null |
    sed -nE "s#^'([^']*[^'/])/*/dists/($releases)(-updates|-backports)?/(InRelease|main/.*)'.*#\1#p" |
    grep -v -- '-security' || true
}

sysroot_keyring() {
  local candidate
  if [[ -n ${TROUPE_DEBIAN_KEYRING:-} ]]; then
    [[ -r $TROUPE_DEBIAN_KEYRING ]] || die "TROUPE_DEBIAN_KEYRING cannot be read: $TROUPE_DEBIAN_KEYRING"
    realpath -- "$TROUPE_DEBIAN_KEYRING"
    return
  fi
  for candidate in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    if [[ -r $candidate ]]; then
      printf '%s' "$candidate"
      return
    fi
  done
  die "Debian's archive keys are missing: /usr/share/keyrings/debian-archive-keyring.gpg" \
    "Install them:  apt-get install debian-archive-keyring" \
    "or name a keyring of yours: TROUPE_DEBIAN_KEYRING=<file>"
}

sysroot_write_apt_configuration() {
  local mirror=$1 keyring=$2 suite experimental pattern
  suite=$(sysroot_directive suite)
  experimental=$(sysroot_directive experimental)

  mkdir -p "$sysroot_work"/etc/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} \
    "$sysroot_work"/state/lists/partial "$sysroot_work"/cache/archives/partial
  : >"$sysroot_work/state/status"

  # apt would use the packages of a local archive where they are.
  mirror=${mirror/#file:/copy:}
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" \
    "$keyring" "$mirror" experimental >"$sysroot_work/etc/sources.list"
  {
    printf 'Package: *\nPin: release a=experimental\nPin-Priority: -1\n'
    for pattern in $experimental; do
      printf '\nPackage: %s\nPin: release a=experimental\nPin-Priority: 990\n' "$pattern"
    done
  } >"$sysroot_work/etc/preferences"
  {
    # Proxies, certificates, address family, …: as the machine's apt has them.
    apt-config dump | grep -iE '^Acquire::(http|https|ftp|socks|tor|cdrom|ForceIPv4|ForceIPv6|Proxy-Auto-Detect|ProxyAutoDetect|Queue-Mode)\b' || true
    cat <<CONF
Dir "$sysroot_work/";
Dir::Etc "$sysroot_work/etc/";
Dir::Etc::SourceList "$sysroot_work/etc/sources.list";
Dir::Etc::SourceParts "$sysroot_work/etc/sources.list.d/";
Dir::Etc::Main "$sysroot_work/etc/none.conf";
Dir::Etc::Parts "$sysroot_work/etc/apt.conf.d/";
Dir::Etc::Preferences "$sysroot_work/etc/preferences";
Dir::Etc::PreferencesParts "$sysroot_work/etc/preferences.d/";
Dir::Etc::Trusted "$sysroot_work/etc/none.gpg";
Dir::Etc::TrustedParts "$sysroot_work/etc/trusted.gpg.d/";
Dir::Etc::Netrc "/etc/apt/auth.conf";
Dir::Etc::NetrcParts "/etc/apt/auth.conf.d/";
Dir::State "$sysroot_work/state/";
Dir::State::Lists "$sysroot_work/state/lists/";
Dir::State::Status "$sysroot_work/state/status";
Dir::State::Extended_States "$sysroot_work/state/extended_states";
Dir::Cache "$sysroot_work/cache/";
Dir::Cache::Archives "$sysroot_work/cache/archives/";
Dir::Log "$sysroot_work/log/";
APT::Architecture "$sysroot_arch";
APT::Architectures { "$sysroot_arch"; };
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "true";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
CONF
  } >"$sysroot_work/apt.conf"
}

# The private apt. Its output goes to a log that is shown when it fails.
sysroot_apt() {
  APT_CONFIG=$sysroot_work/apt.conf LC_ALL=C DEBIAN_FRONTEND=noninteractive \
    apt-get -q "$@" </dev/null >"$sysroot_work/apt.log" 2>&1
}

sysroot_log_has() { grep -qiE "$1" "$sysroot_work/apt.log"; }

sysroot_apt_failure() {
  local doing=$1 log
  log=$(grep -E '^(E|W|Err)' "$sysroot_work/apt.log" | awk '!seen[$0]++' | tail -n 6) || true
  printf '%s\n' "$log" >&2
  # A full disk has no room for the log either.
  if sysroot_log_has 'no space left|enough free space' || (($(sysroot_free_mb) < 20)); then
    die "no space left while $doing" "Free some in $sysroot_dir, or set TROUPE_SYSROOT_DIR to a folder with more."
  elif sysroot_log_has 'not valid yet'; then
    die "the mirror's index is from the future: this machine's clock seems to be wrong ($(date))" "Set the clock, then run the same command again."
  elif sysroot_log_has "$apt_unreachable"; then
    die "the package mirror cannot be reached ($sysroot_mirror) while $doing" \
      "Check the network and apt's proxy settings, then run the same command again;" \
      "what was downloaded so far is kept." \
      "Another mirror: TROUPE_DEBIAN_MIRROR=<URL of a Debian archive, the part before /dists>"
  elif sysroot_log_has 'NO_PUBKEY|not signed|signatures were invalid|signature verification|GPG error|OpenPGP'; then
    die "the mirror's index is not signed by a key this machine trusts" \
      "Update the package debian-archive-keyring, or use another mirror:" \
      "TROUPE_DEBIAN_MIRROR=<URL>; nothing unverified is ever used."
  elif sysroot_log_has 'unable to locate package|has no installation candidate|unmet dependencies|held broken'; then
    die "the mirror does not have all packages that are needed" \
      "The archive may have moved on (needed: see scripts/sysroot-packages). Use a mirror of an" \
      "older state: TROUPE_DEBIAN_MIRROR=<URL of a Debian archive, the part before /dists>"
  elif sysroot_log_has 'hash sum mismatch|unexpected size|size mismatch' ||
    { [[ $doing == downloading* ]] && sysroot_log_has '404'; }; then
    die "the mirror's files do not match its index ($sysroot_mirror)" \
      "It is probably being updated. Run the same command again, perhaps a little later;" \
      "what was downloaded so far is kept."
  elif sysroot_log_has '404|does not have a release file'; then
    die "this mirror does not serve all that is needed: $sysroot_mirror" \
      "Suites needed: $(sysroot_directive suite), experimental." \
      "Another mirror: TROUPE_DEBIAN_MIRROR=<URL of a Debian archive, the part before /dists>"
  else
    die "apt failed while $doing ($sysroot_mirror)" "Its log: $sysroot_work/apt.log"
  fi
}

sysroot_update_lists() {
  sysroot_apt update && return
  if sysroot_log_has 'is expired|release file .* expired'; then
    warn sysroot "the mirror's index is past its date (a frozen snapshot?); taken all the same, its signature still has to be good"
    printf 'Acquire::Check-Valid-Until "false";\n' >>"$sysroot_work/apt.conf"
    sysroot_apt update && return
  fi
  return 1
}

# -- versions -----------------------------------------------------------------

# Reads "package version" lines; complains about all that is out of range.
sysroot_check_versions() {
  local -A version=()
  local name value from below proven
  while read -r name value; do version[$name]=$value; done
  local bad=() newer=()
  while read -r name from below proven; do
    value=${version[$name]:-}
    if [[ -z $value ]]; then
      bad+=("$name is not there")
    elif dpkg --compare-versions "$value" lt "$from"; then
      bad+=("$name $value is older than $from")
    elif [[ $below != - ]] && dpkg --compare-versions "$value" ge "$below"; then
      bad+=("$name $value: only versions below $below are accepted")
    elif dpkg --compare-versions "$value" gt "$proven"; then
      newer+=("$name $value (proven with $proven)")
    elif dpkg --compare-versions "$value" lt "$proven"; then
      newer+=("$name $value, older than the proven $proven")
    fi
  done < <(awk '!/^[[:space:]]*(#|@|$)/' "$sysroot_packages_file")
  local line
  for line in "${newer[@]}"; do warn sysroot "within the accepted range, but not the proven version: $line"; done
  ((${#bad[@]} == 0)) || die "the mirror's packages are outside the accepted versions:" \
    "${bad[@]/#/  }" "" \
    "Use a mirror that has others, for example of an older state of the archive:" \
    "  TROUPE_DEBIAN_MIRROR=<URL of a Debian archive, the part before /dists>" \
    "or widen the range in scripts/sysroot-packages and run scripts/test to see whether it holds."
}

# -- download and unpack ------------------------------------------------------

# "name version" of everything that belongs in the sysroot.
sysroot_plan() {
  local names
  mapfile -t names < <(sysroot_package_names)
  sysroot_apt install --yes --simulate "${names[@]}" || sysroot_apt_failure "choosing packages"
  sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*/\1 \2/p' "$sysroot_work/apt.log"
}

# Writes work/files, "sha256 size name" of each package file, as signed.
sysroot_list_files() {
  local names
  mapfile -t names < <(sysroot_package_names)
  # An empty archive folder, so that apt names every file.
  mkdir -p "$sysroot_work/no-archives/partial"
  sysroot_apt install --yes --print-uris -o Acquire::ForceHash=SHA256 \
    -o Dir::Cache::Archives="$sysroot_work/no-archives/" "${names[@]}" || sysroot_apt_failure "choosing packages"
  sed -nE "s/^'[^']*' ([^ ]+\.deb) ([0-9]+) SHA256:([0-9a-f]{64})\$/\3 \2 \1/p" "$sysroot_work/apt.log" |
    LC_ALL=C sort -k 3 >"$sysroot_work/files"
}

# Removes downloads of an earlier attempt that are not as listed: of a file that
# is there, apt checks no more than the size.
sysroot_drop_bad_downloads() {
  local -A wanted=()
  local sum size name file
  while read -r sum size name; do wanted[$name]=$sum; done <"$sysroot_work/files"
  for file in "$sysroot_work"/cache/archives/*.deb; do
    [[ -f $file ]] || continue
    sum=$(sha256sum <"$file")
    [[ ${wanted[${file##*/}]:-} == "${sum%% *}" ]] || rm -f "$file"
  done
}

# Bytes that are still to be downloaded, without what is there in part.
sysroot_missing_bytes() {
  local sum size name missing=0
  while read -r sum size name; do
    [[ -f $sysroot_work/cache/archives/$name ]] || ((missing += size))
  done <"$sysroot_work/files"
  printf '%s' "$missing"
}

sysroot_verify_downloads() {
  (cd "$sysroot_work/cache/archives" && awk '{ print $1 "  " $3 }' ../../files | sha256sum --check --strict --quiet -) >&2 || die \
    "downloaded files are not what the mirror's signed index says (see above)" \
    "Run the same command again; should it persist, look at the disk and its space."
}

# Downloads what is missing while telling how far it is.
sysroot_apt_download() {
  local total=$1 names pid have shown=$SECONDS interval=1
  mapfile -t names < <(sysroot_package_names)
  [[ -t 1 ]] || interval=5
  sysroot_apt install --yes --download-only "${names[@]}" &
  pid=$!
  # In the background it does not hear of Ctrl-C.
  trap 'kill '"$pid"' 2>/dev/null' EXIT
  while sleep 0.1 && kill -0 "$pid" 2>/dev/null; do
    ((SECONDS - shown >= interval)) || continue
    shown=$SECONDS
    have=$(sysroot_downloaded_bytes)
    if [[ -t 1 ]]; then
      printf '\r[%6ss] sysroot:   %s of %s ' "$(log_elapsed)" "$(log_mb "$have")" "$(log_mb "$total")"
    else
      say sysroot "  $(log_mb "$have") of $(log_mb "$total")"
    fi
  done
  trap - EXIT
  if [[ -t 1 ]]; then printf '\r\033[K'; fi
  wait "$pid"
}

# With files that are there in part.
sysroot_downloaded_bytes() {
  find "$sysroot_work/cache/archives" -type f -printf '%s\n' 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

sysroot_unpack() {
  local into=$1 file name version patterns pattern skip
  read -ra patterns < <(sysroot_directive leave-out)
  rm -rf "$into"
  mkdir -p "$into/.troupe" "$into/usr"
  : >"$into/.troupe/manifest"
  while read -r _ _ file; do
    name=${file%%_*}
    file=$sysroot_work/cache/archives/$file
    skip=
    for pattern in "${patterns[@]}"; do
      # shellcheck disable=SC2053
      if [[ $name == $pattern ]]; then skip=1; fi
    done
    [[ -z $skip ]] || continue
    dpkg-deb -x "$file" "$into" 2>"$sysroot_work/unpack.log" || {
      cat "$sysroot_work/unpack.log" >&2
      rm -rf "$into"
      die "unpacking ${file##*/} failed" "Free space in $sysroot_dir? Run the same command again when solved."
    }
    version=$(dpkg-deb -f "$file" Version)
    printf '%s %s\n' "$name" "$version" >>"$into/.troupe/manifest"
  done <"$sysroot_work/files"
  # Merged /usr: packages must not bring real folders of these names.
  local dir
  for dir in bin sbin lib lib64; do
    mkdir -p "$into/usr/$dir"
    if [[ -d $into/$dir && ! -L $into/$dir ]]; then
      cp -a "$into/$dir/." "$into/usr/$dir/"
      rm -rf "${into:?}/$dir"
    fi
    ln -sfn "usr/$dir" "$into/$dir"
  done
  # Nothing is run from here, nothing is read here.
  rm -rf "$into"/usr/share/{man,locale,info,lintian,gdb,bash-completion,nodejs,node_modules}
  find "$into/usr/share/doc" -type f ! -name copyright -delete 2>/dev/null || true
  # New to build tools, whatever date the packages were made.
  find "$into" ! -type l -exec touch -- {} +
}

# -- the whole ----------------------------------------------------------------

sysroot_fetch() {
  local keyring mirrors plan missing total count
  # Downloads of an earlier attempt are kept, the rest is not.
  rm -rf "$sysroot_dir/root.new" "$sysroot_dir/root.old"
  sysroot_check_space
  mkdir -p "$sysroot_work"

  keyring=$(sysroot_keyring)
  mirrors=$(sysroot_mirrors)
  [[ -n $mirrors ]] || die \
    "apt is configured here without a mirror of Debian's main archive" \
    "Set one: TROUPE_DEBIAN_MIRROR=<URL of a Debian archive, the part before /dists>"

  local found=
  for sysroot_mirror in $mirrors; do
    say sysroot "reading the package lists ($(sysroot_directive suite), experimental) from $sysroot_mirror"
    sysroot_write_apt_configuration "$sysroot_mirror" "$keyring"
    if sysroot_update_lists; then
      found=1
      break
    fi
  done
  [[ -n $found ]] || sysroot_apt_failure "reading the package lists"

  plan=$(sysroot_plan)
  sysroot_check_versions <<<"$plan"
  count=$(wc -l <<<"$plan")

  sysroot_list_files
  (($(wc -l <"$sysroot_work/files") == count)) || sysroot_apt_failure "listing the files of $count packages"
  sysroot_drop_bad_downloads
  missing=$(sysroot_missing_bytes)
  total=$(awk '{ sum += $2 } END { print sum }' "$sysroot_work/files")
  if ((missing > 0)); then
    say sysroot "downloading $count packages ($(log_mb "$missing") of $(log_mb "$total"))"
    sysroot_apt_download "$total" || sysroot_apt_failure "downloading packages"
  fi
  sysroot_verify_downloads

  say sysroot "unpacking $count packages ($(log_mb "$total"))"
  sysroot_unpack "$sysroot_dir/root.new"
  sysroot_wanted_stamp "$sysroot_arch" >"$sysroot_dir/root.new/.troupe/stamp"

  if [[ -e $sysroot_root ]]; then mv -T "$sysroot_root" "$sysroot_dir/root.old"; fi
  mv -T "$sysroot_dir/root.new" "$sysroot_root"
  rm -rf "$sysroot_dir/root.old" "$sysroot_work"
  say sysroot "ready ($(du -sm "$sysroot_root" | cut -f1) MB in $sysroot_root)"
}

# Makes sure that there is a sysroot and exports TROUPE_SYSROOT; quick when
# there is nothing to do.
sysroot_ensure() {
  if [[ ${TROUPE_SYSTEM_PACKAGES:-} == 1 ]]; then
    say sysroot "not used: the system's own packages are (TROUPE_SYSTEM_PACKAGES=1)"
    unset TROUPE_SYSROOT
    return
  fi
  if [[ -n ${TROUPE_SYSROOT:-} ]]; then
    [[ -d $TROUPE_SYSROOT/usr/include ]] || die "TROUPE_SYSROOT has no usr/include: $TROUPE_SYSROOT"
    TROUPE_SYSROOT=$(cd -- "$TROUPE_SYSROOT" && pwd)
    export TROUPE_SYSROOT
    say sysroot "$TROUPE_SYSROOT (given by TROUPE_SYSROOT)"
    return
  fi
  sysroot_check_platform
  if ! sysroot_is_current; then
    mkdir -p "$sysroot_dir" 2>/dev/null || true
    [[ -w $sysroot_dir ]] || die "cannot write to $sysroot_dir" "Set TROUPE_SYSROOT_DIR to a folder of yours."
    exec 9>"$sysroot_dir/lock"
    if ! flock -n 9; then
      say sysroot "another set-up is at work on $sysroot_dir; waiting for it"
      flock 9
    fi
    if ! sysroot_is_current; then sysroot_fetch; fi
    exec 9>&-
  fi
  export TROUPE_SYSROOT=$sysroot_root
  say sysroot "$sysroot_root ($(sysroot_summary))"
}

sysroot_summary() {
  awk '$1 == "libnode-dev" || $1 == "libcaf-dev" || $1 == "libuv1-dev" { printf "%s%s %s", sep, $1, $2; sep = ", " }' \
    "$sysroot_root/.troupe/manifest"
}
