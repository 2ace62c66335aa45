# The updaters of before this project: they know the paths that an operator keeps, and nothing of this program. Each brings
# a home to what the source holds; all but those paths goes.

# shellcheck shell=bash

PRESERVED=(
  CONSTITUTION.md AGENTS.md SOUL.md USER.md TOOLS.md STANDARDS.md
  memory sources credentials
  'fleet/*.yaml' fleet/agents fleet/run fleet/backlog
)

# rsync_way SOURCE HOME
rsync_way() {
  local source=$1 home=$2 path excludes=()
  for path in "${PRESERVED[@]}"; do excludes+=(--exclude "/$path"); done
  rsync -a --delete --exclude .git "${excludes[@]}" "$source/" "$home/"
}

# cp_way SOURCE HOME: aside with what is kept, wipe, copy, and back with it.
cp_way() {
  local source=$1 home=$2 path found aside
  aside=$(mktemp -d)
  (
    cd "$home" || exit 1
    for path in "${PRESERVED[@]}"; do
      # Globs are meant to be expanded: fleet/*.yaml.
      # shellcheck disable=SC2231
      for found in $path; do
        [[ -e $found ]] || continue
        mkdir -p "$aside/$(dirname "$found")"
        cp -R "$found" "$aside/$found"
      done
    done
  ) || return 1
  find "$home" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
  cp -R "$source/." "$home/"
  cp -R "$aside/." "$home/"
  rm -rf "$aside"
}

"$@"
