#!/usr/bin/env bash
# Lints the contracts of a schema repository, or deploys them, in any continuous integration: needs bash, git and lean-ops.
#
#   contracts.sh lint   --contracts FOLDER [--base REF] [--reports FOLDER] [--spec PLACE --sql FOLDER]
#   contracts.sh deploy --contracts FOLDER [--by NAME] -- ADDRESS...
#
# lint    judges what HEAD changes since it left REF (a branch, a tag or a commit; without it, every contract is new), and
#         writes contracts.sarif and contracts.junit.xml to --reports. With --spec it also says whether the SQL of the
#         Semantic layer in --sql is what `lean-ops semantic` writes now.
# deploy  deploys, and prints the plan of each contract as it does. ADDRESS is where: --warehouse FOLDER, or --aws --project NAME --env NAME.
#
# LEAN_OPS is the command to run, with its arguments; default: lean-ops.
# Exit codes: 0 pass, 1 a breaking change is not declared or the platform says no, 2 documents or arguments are wrong.
set -euo pipefail

read -r -a lean_ops <<<"${LEAN_OPS:-lean-ops}"

usage() {
  echo "contracts.sh: $1 (the head of the file says how it is used)" >&2
  exit 2
}

contracts='' base='' reports='' spec='' sql='' by=''
address=()
task="${1:-}"
case "$task" in
  lint | deploy) shift ;;
  *) usage "say lint or deploy, not ${task:-nothing}" ;;
esac
while [ $# -gt 0 ]; do
  case "$1" in
    --)
      shift
      address=("$@")
      break
      ;;
    --contracts | --base | --reports | --spec | --sql | --by)
      [ $# -ge 2 ] || usage "$1 takes a value"
      name="${1#--}"
      printf -v "$name" '%s' "$2"
      shift 2
      ;;
    *) usage "there is no option $1" ;;
  esac
done
[ -n "$contracts" ] || usage '--contracts is missing'
[ -d "$contracts" ] || usage "--contracts $contracts is no folder"

# What changes since HEAD left the base: what others merged meanwhile is not this change.
merge_base() {
  case "$base" in
    '' | 0000000000000000000000000000000000000000) return 0 ;;
    -*) usage "--base $base names no version" ;;
  esac
  git rev-parse --verify --quiet --end-of-options "${base}^{commit}" >/dev/null ||
    usage "--base $base: this clone has no such version; fetch it first"
  git merge-base "$base" HEAD ||
    usage "--base $base and HEAD have no common commit in this clone: fetch all of the history"
}

lint() {
  local since verdict=0 status=0
  since="$(merge_base)" || exit 2
  local args=(contract lint --head "$contracts")
  [ -z "$since" ] || args+=(--base "git:$since")
  "${lean_ops[@]}" "${args[@]}" || verdict=$?
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    "${lean_ops[@]}" "${args[@]}" --format github || true
  fi
  if [ -n "$reports" ]; then
    mkdir -p "$reports"
    "${lean_ops[@]}" "${args[@]}" --format sarif >"$reports/contracts.sarif" || true
    "${lean_ops[@]}" "${args[@]}" --format junit >"$reports/contracts.junit.xml" || true
    # Where there was nothing to judge there is no report either: an empty one would be a fault of its own.
    find "$reports" -maxdepth 1 -name 'contracts.*' -empty -delete
  fi
  if [ -n "$spec" ]; then
    [ -n "$sql" ] || usage '--spec needs --sql, the folder of the SQL that is committed'
    "${lean_ops[@]}" semantic --spec "$spec" --contracts "$contracts" --out "$sql" --check || status=$?
  fi
  [ "$status" -le "$verdict" ] || verdict=$status
  exit "$verdict"
}

deploy() {
  [ ${#address[@]} -gt 0 ] || usage 'deploy takes -- and an address, such as -- --warehouse wh'
  local args=(contract deploy --head "$contracts")
  [ -z "$by" ] || args+=(--by "$by")
  "${lean_ops[@]}" "${args[@]}" "${address[@]}"
}

"$task"
