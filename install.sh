#!/usr/bin/env bash
# Installs mosaic-fleet for the user who runs it, and updates it; see `usage` below for what it can be told.
#
# This script finds the folder to install from, and makes it ready. What is put in place then, and how, so that nothing is
# ever half there, is the program's own business: src/install/. It runs under the bash 3.2 of a Mac, and is read whole
# before anything of it runs, so that an update may replace it meanwhile.
if [ -z "${BASH_VERSION:-}" ]; then exec bash "$0" "$@"; fi
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: ./install.sh [options]

Installs the folder in which it stands: a checkout, which is built first where that is needed, or an unpacked package.
Run again it updates, and changes nothing where there is nothing to change. Your data is never touched.

  --check              only say what is there and what would be done; status 1 when something would be
  --cli                only the program
  --framework          only the files of the framework
  --ref REF            build and install a branch, a tag or a commit of the git repository
  --dev                build from the sources, even where a build is there
  --offline FILE       install from a tarball of `npm run pack:offline`, without a network; FILE.sha256 is checked first
  -y, --yes            ask nothing
  --no-auto-launch     do not offer to make a roster after the first installation
  --uninstall          remove what was installed; your data stays
  --purge              with --uninstall: remove the data of the fleet, too; asks twice
  -h, --help           show this

  MOSAIC_PREFIX        where the program goes (default: ~/.npm-global)
  MOSAIC_HOME          where the framework and the data are (default: ~/.config/mosaic)
  MOSAIC_INSTALL_MODE  what becomes of a file of the framework that you have changed: overwrite (the default; yours is
                       kept as a copy), keep, or prompt
  MOSAIC_REF, MOSAIC_DEV=1, MOSAIC_ASSUME_YES=1: as --ref, --dev, --yes
  MOSAIC_REPOSITORY    the git repository for --ref, where install.sh does not stand in a checkout
  MOSAIC_NO_COLOR=1    no colours
TEXT
}

main() {
  task=install
  offline='' ref=${MOSAIC_REF:-} dev=${MOSAIC_DEV:-} yes=${MOSAIC_ASSUME_YES:-}
  purge='' launch=1 cli='' framework=''
  parse "$@"
  if [ -n "${MOSAIC_NO_COLOR:-}" ]; then export NO_COLOR=1; fi
  # They were meant for this run, and not for an installer that it runs.
  unset MOSAIC_REF MOSAIC_DEV
  if [ -z "${HOME:-}" ] && { [ -z "${MOSAIC_PREFIX:-}" ] || [ -z "${MOSAIC_HOME:-}" ]; }; then
    refuse 'HOME is not set, so nobody knows where your files are.' 'Set HOME, or both MOSAIC_PREFIX and MOSAIC_HOME.'
  fi
  prefix=$(absolute "${MOSAIC_PREFIX:-$HOME/.npm-global}")
  home=$(absolute "${MOSAIC_HOME:-$HOME/.config/mosaic}")
  here=$(own_folder)
  scratch=''
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  need_node
  if [ "$task" = uninstall ]; then
    uninstall
  elif [ -n "$offline" ]; then
    from_tarball
  elif [ -n "$ref" ]; then
    from_repository
  else
    from_folder
  fi
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      --check) task=check ;;
      --uninstall) task=uninstall ;;
      --purge) purge=1 ;;
      --cli) cli=1 ;;
      --framework) framework=1 ;;
      --ref | --offline)
        if [ $# -lt 2 ] || [ -z "$2" ]; then wrong "$1 takes a value."; fi
        if [ "$1" = --ref ]; then ref=$2; else offline=$2; fi
        shift
        ;;
      --ref=?*) ref=${1#*=} ;;
      --offline=?*) offline=${1#*=} ;;
      --dev) dev=1 ;;
      -y | --yes) yes=1 ;;
      --no-auto-launch) launch='' ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) wrong "There is no option $1." ;;
    esac
    shift
  done
  if [ -n "$purge" ] && [ "$task" != uninstall ]; then wrong '--purge goes with --uninstall.'; fi
  if [ -n "$offline" ] && [ -n "$ref" ]; then wrong '--offline and --ref exclude each other.'; fi
  if [ -n "$offline" ] && [ -n "$dev" ]; then wrong '--dev builds from the sources, and a tarball has none.'; fi
  case ${MOSAIC_INSTALL_MODE:=overwrite} in
    overwrite | keep | prompt) ;;
    *) wrong "MOSAIC_INSTALL_MODE is $MOSAIC_INSTALL_MODE, but must be overwrite, keep or prompt." ;;
  esac
}

# The folder in which this script stands: a checkout, or an unpacked package. It is the usual case.
from_folder() {
  is_package "$here" || refuse "$(place_words) is no folder of mosaic-fleet, so there is nothing to install." \
    'Give it a tarball with --offline FILE, or MOSAIC_REPOSITORY and --ref REF.'
  if [ "$task" = check ]; then
    if [ -f "$here/.ci/prepare.mjs" ] && ! node "$here/.ci/prepare.mjs" --check; then
      say "$here is not built yet, or has changed since; an installation builds it first, for which it needs npm."
      exit 1
    fi
    program __installed --mode "$MOSAIC_INSTALL_MODE"
    return
  fi
  build "$here"
  first=''
  [ -f "$home/fleet/roster.yaml" ] || first=1
  set -- --mode "$MOSAIC_INSTALL_MODE"
  if [ -n "$yes" ]; then set -- "$@" --yes; fi
  if [ -n "${MOSAIC_ORIGIN_FILE:-}" ]; then set -- "$@" --from-file "$MOSAIC_ORIGIN_FILE"; fi
  if [ -n "${MOSAIC_ORIGIN_REPOSITORY:-}" ]; then
    set -- "$@" --from-repository "$MOSAIC_ORIGIN_REPOSITORY" --from-ref "$MOSAIC_ORIGIN_REF"
  fi
  program __install "$@"
  if [ -n "$first" ]; then offer_roster; fi
}

# A checkout is built where that is needed; a package has everything.
build() {
  if [ ! -f "$1/.ci/prepare.mjs" ]; then
    if [ -n "$dev" ]; then refuse "$1 has no sources to build from." 'Leave --dev away, or run the install.sh of a checkout.'; fi
    return
  fi
  if [ ! -d "$1/node_modules" ]; then need npm 'npm is needed to build it.'; fi
  node "$1/.ci/prepare.mjs" >&2 || refuse 'It could not be built; what went wrong is above.' 'Mend it, then run the same command again.'
  if [ -n "$dev" ]; then node "$1/.ci/build.mjs" >&2; fi
}

# Its own installer knows best how it is to be installed, also when it is older than this one.
from_tarball() {
  [ -f "$offline" ] || refuse "There is no file $offline." 'Give --offline the tarball that npm run pack:offline has made.'
  [ -f "$offline.sha256" ] || refuse "There is no $offline.sha256, so nobody can say whether the tarball is whole." \
    'Bring that file along; npm run pack:offline has written it beside the tarball.'
  local wanted found package
  read -r wanted _ <"$offline.sha256" || true
  found=$(checksum "$offline")
  if [ "$wanted" != "$found" ]; then
    refuse "$offline is not what $offline.sha256 says: its checksum is $found." 'Copy both again, from where they were made.'
  fi
  need tar 'tar is needed to unpack it.'
  make_scratch
  tar -xzf "$offline" -C "$scratch" || refuse "$offline could not be unpacked." 'Look whether there is room for it in the folder for temporary files.'
  package=$(echo "$scratch"/*/install.sh)
  [ -f "$package" ] || refuse "$offline holds no mosaic-fleet." 'Give --offline the tarball that npm run pack:offline has made.'
  MOSAIC_ORIGIN_FILE=$(absolute "$offline")
  export MOSAIC_ORIGIN_FILE
  run_other "$package"
}

from_repository() {
  need git 'git is needed for --ref.'
  local repository=${MOSAIC_REPOSITORY:-}
  if is_package "$here" && [ -d "$here/.git" ] && [ -z "$repository" ]; then
    repository=$here
    # What is not here yet may be where this checkout came from.
    if ! git -C "$here" rev-parse --quiet --verify "$ref^{commit}" >/dev/null; then
      repository=$(git -C "$here" config --get remote.origin.url || echo "$here")
    fi
  fi
  [ -n "$repository" ] || refuse 'Nothing says which repository --ref means.' 'Set MOSAIC_REPOSITORY, or run the install.sh of a checkout.'
  make_scratch
  local folder=$scratch/mosaic-fleet
  git clone --quiet --no-checkout "$repository" "$folder" || refuse "$repository could not be cloned." 'What git says is above.'
  # A branch of the repository is one of the remote here.
  local commit
  commit=$(git -C "$folder" rev-parse --quiet --verify "origin/$ref^{commit}" ||
    git -C "$folder" rev-parse --quiet --verify "$ref^{commit}") ||
    refuse "There is no $ref in $repository." 'Look which there are with: git branch --all; git tag'
  git -C "$folder" checkout --quiet --detach "$commit"
  [ -f "$folder/install.sh" ] || refuse "$ref is older than install.sh, and cannot be installed by it." 'Choose a later one.'
  export MOSAIC_ORIGIN_REPOSITORY=$repository MOSAIC_ORIGIN_REF=$ref
  run_other "$folder/install.sh"
}

# The installer of another version, with what this one was told.
run_other() {
  set -- "$1"
  if [ "$task" = check ]; then set -- "$@" --check; fi
  if [ -n "$cli" ]; then set -- "$@" --cli; fi
  if [ -n "$framework" ]; then set -- "$@" --framework; fi
  if [ -n "$yes" ]; then set -- "$@" --yes; fi
  if [ -z "$launch" ]; then set -- "$@" --no-auto-launch; fi
  if [ "$task" = check ]; then build "$(dirname "$1")"; fi
  MOSAIC_PREFIX=$prefix MOSAIC_HOME=$home bash "$@"
}

# Any version can remove what is there: the one that is installed, or the one beside this script.
uninstall() {
  local installed=$prefix/lib/mosaic-fleet/current
  if [ ! -f "$here/dist/bin/program.cjs" ]; then here=$installed; fi
  [ -f "$here/dist/bin/program.cjs" ] || refuse "Nothing is installed under $prefix." \
    'Set MOSAIC_PREFIX if it is somewhere else; what stands in MOSAIC_HOME is your data.'
  set --
  if [ -n "$yes" ]; then set -- "$@" --yes; fi
  if [ -n "$purge" ]; then set -- "$@" --purge; fi
  program __uninstall "$@"
}

# One of the program's own commands for this script.
program() {
  local command=$1
  shift
  set -- --prefix "$prefix" --mosaic-home "$home" "$@"
  if [ -n "$cli" ]; then set -- "$@" --cli; fi
  if [ -n "$framework" ]; then set -- "$@" --framework; fi
  node "$here/bin/mosaic.js" fleet "$command" "$@"
}

# After the first installation, to somebody who sits there.
offer_roster() {
  if [ -z "$launch" ] || [ -n "$yes" ] || [ "$cli$framework" = 1 ] || [ ! -t 0 ] || [ ! -t 1 ]; then return; fi
  local answer=''
  printf 'Make a roster of agents to begin with? [y/N] '
  read -r answer || true
  case $answer in
    y | Y | yes) MOSAIC_HOME=$home "$prefix/bin/mosaic-fleet" init ;;
    *) say 'Later, with: mosaic fleet init' ;;
  esac
}

need_node() {
  need node 'mosaic-fleet runs on Node 20.19 or newer.'
  local version major minor
  version=$(node -p process.versions.node 2>/dev/null) || refuse 'node is there and cannot be run.' "See what it says: $(command -v node) --version"
  case $version in
    [1-9]*.[0-9]*.[0-9]*) ;;
    *) refuse "node is there and does not say its version: $(command -v node)" "See what it says: $(command -v node) --version" ;;
  esac
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major in
    20) if [ "$minor" -ge 19 ]; then return; fi ;;
    22) if [ "$minor" -ge 12 ]; then return; fi ;;
    *) if [ "$major" -ge 24 ]; then return; fi ;;
  esac
  refuse "mosaic-fleet runs on Node 20.19, 22.12, 24 or newer, and $(command -v node) is $version." \
    'Install a newer one, or put it first on your PATH.'
}

need() {
  command -v "$1" >/dev/null 2>&1 || refuse "$1 is not installed, or not on your PATH. $2" "Install $1, then run the same command again."
}

is_package() {
  [ -n "$1" ] && [ -f "$1/package.json" ] && grep -q '"name": *"mosaic-fleet"' "$1/package.json"
}

# Where the file of this script is, through links; nothing when it is read from a pipe.
own_folder() {
  local file=${BASH_SOURCE[0]:-} target
  [ -f "$file" ] || return 0
  while [ -L "$file" ]; do
    target=$(readlink "$file")
    case $target in
      /*) file=$target ;;
      *) file=$(dirname "$file")/$target ;;
    esac
  done
  (cd -P "$(dirname "$file")" && pwd)
}

place_words() {
  if [ -n "$here" ]; then echo "$here"; else echo 'What is read from a pipe'; fi
}

absolute() {
  case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$PWD/$1" ;;
  esac
}

# Every system has another program for it; Node is there in any case.
checksum() {
  node -e 'process.stdout.write(require("crypto").createHash("sha256").update(require("fs").readFileSync(process.argv[1])).digest("hex"))' "$1"
}

make_scratch() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/mosaic-install-XXXXXX")
}

# shellcheck disable=SC2317  # Called by the trap.
clean_up() {
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
}

say() {
  printf '%s\n' "$1"
}

wrong() {
  printf 'error: %s Nothing was changed.\n' "$1" >&2
  printf 'hint: See what it can be told: install.sh --help\n' >&2
  exit 2
}

refuse() {
  printf 'error: %s Nothing was changed.\n' "$1" >&2
  printf 'hint: %s\n' "$2" >&2
  exit 1
}

main "$@"
exit
