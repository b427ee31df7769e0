#!/usr/bin/env bash
# Runs a program of this folder with packages from npm's registry, and compares its output.
#
#   run.sh TROUPE CACHE PROGRAM
#
# Packages come from the registry that this machine is set up for, once, into CACHE; their
# hashes are in packages.txt. Ends with 77 when there is no registry or no network.
set -euo pipefail
troupe=$1 cache=$2 program=$3
here=$(cd "$(dirname "$0")" && pwd)
name=${program%.*}
folder=$cache/$name

skip() {
  echo "SKIPPED: $1. $program was NOT run." >&2
  exit 77
}

find_registry() {
  local found=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}}
  if [[ -z $found ]] && command -v npm >/dev/null; then
    found=$(npm config get registry 2>/dev/null || true)
  fi
  if [[ -z $found ]]; then
    found=$(cat ~/.npmrc /etc/npmrc 2>/dev/null | sed -n 's/^ *registry *= *//p' | head -n 1)
  fi
  echo "${found%/}"
}

hash_of() {
  sha512sum "$1" | cut -d ' ' -f 1
}

# fetch PACKAGE VERSION HASH
fetch() {
  local target=$folder/node_modules/$1 archive=$cache/${1//\//-}-$2.tgz status=0
  if [[ ! -f $archive || $(hash_of "$archive") != "$3" ]]; then
    [[ -n $registry ]] || skip "no npm registry is configured"
    curl --silent --show-error --fail --location --max-time 60 --retry 2 \
      --output "$archive.part" "$registry/$1/-/${1##*/}-$2.tgz" || status=$?
    case $status in
      0) ;;
      5 | 6 | 7 | 28) skip "the registry cannot be reached (curl: $status)" ;;
      *) echo "curl: $status for $1 $2" >&2; exit 1 ;;
    esac
    if [[ $(hash_of "$archive.part") != "$3" ]]; then
      echo "$1 $2 is not what packages.txt says" >&2
      exit 1
    fi
    mv "$archive.part" "$archive"
  fi
  mkdir -p "$target"
  tar -xzf "$archive" -C "$target" --strip-components=1
}

mkdir -p "$folder"
exec 9>"$cache/lock"
flock 9
registry=$(find_registry)
while read -r of package version hash; do
  if [[ $of == "$name" ]]; then
    fetch "$package" "$version" "$hash"
  fi
done <"$here/packages.txt"
flock -u 9

cp -R "$here/$program" "$folder/"
if [[ -d $here/$name ]]; then
  cp -R "$here/$name/." "$folder/"
fi
"$troupe" run "$folder/$program" | diff -u "$here/$name.txt" -
