/**
 * The completion scripts. Each hands the words typed so far to `__complete` and offers what it answers: a candidate a
 * line, after a tab what it means. An answer of `:files` asks the shell for names of files. So the scripts never grow
 * old: new commands and options are completed by the script of last year.
 */

const BASH = `# bash completion for mosaic and mosaic-fleet
_mosaic_fleet() {
  local current="\${COMP_WORDS[COMP_CWORD]}" candidate
  local -a group=(fleet)
  [[ "\${COMP_WORDS[0]##*/}" == mosaic-fleet ]] && group=()
  COMPREPLY=()
  while IFS= read -r candidate; do
    candidate="\${candidate%%$'\\t'*}"
    if [[ "$candidate" == :files ]]; then
      compopt -o filenames 2>/dev/null
      COMPREPLY+=($(compgen -f -- "$current"))
    else
      COMPREPLY+=("$(printf '%q' "$candidate")")
    fi
  done < <("\${COMP_WORDS[0]}" "\${group[@]}" __complete -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
}
complete -F _mosaic_fleet mosaic mosaic-fleet
`;

const ZSH = `#compdef mosaic mosaic-fleet
# zsh completion for mosaic and mosaic-fleet
_mosaic_fleet() {
  local -a group=(fleet) candidates=()
  local line
  [[ "\${words[1]:t}" == mosaic-fleet ]] && group=()
  while IFS= read -r line; do
    if [[ "$line" == :files ]]; then
      _files
      continue
    fi
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" "\${group[@]}" __complete -- "\${(@)words[1,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe -V candidate candidates
}
if [[ "\${funcstack[1]}" == _mosaic ]]; then
  _mosaic_fleet "$@"
else
  compdef _mosaic_fleet mosaic mosaic-fleet
fi
`;

const FISH = `# fish completion for mosaic and mosaic-fleet
function __mosaic_fleet_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l group fleet
    test (basename $words[1]) = mosaic-fleet; and set group
    for line in ($words[1] $group __complete -- $words $current 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path $current
        else
            echo $line
        end
    end
end
complete -c mosaic -f -a '(__mosaic_fleet_complete)'
complete -c mosaic-fleet -f -a '(__mosaic_fleet_complete)'
`;

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
