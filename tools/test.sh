#!/usr/bin/env bash
# Run the test suites and add them up:  tools/test.sh [lint] [python] [r] [check]
set -uo pipefail # no -e: a suite that fails must not stop the others
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
# shellcheck source=tools/env.sh
. tools/env.sh
export TZ="${TZ:-UTC}" # R asks systemd otherwise, and a container has none
[ "$#" -gt 0 ] || set -- lint python r check
results=.setup/results
rm -rf "$results" && mkdir -p "$results"

# suite <name> <command>...: summarise.py reads the exit status, and the results where it counts.
suite() {
  local name=$1
  shift
  printf '\n== %s ==\n' "$name"
  "$@" </dev/null
  echo $? >"$results/$name.status"
}

for group in "$@"; do
  case $group in
    lint)
      # R's library holds Python files of others; ruff knows .gitignore only in a git clone.
      not_ours=(--config 'extend-exclude = [".rlib"]')
      suite ruff-format ruff format --check "${not_ours[@]}" .
      suite ruff ruff check --output-format=concise "${not_ours[@]}" .
      suite mypy mypy
      suite import-contract lint-imports --no-logo --no-cache
      suite lintr Rscript tools/lint.R
      suite generated python tools/generate.py --check
      suite roxygen Rscript tools/docs.R --check
      ;;
    python) suite pytest pytest --junitxml="$results/pytest.xml" ;;
    r) suite testthat Rscript tools/testthat.R "$results/testthat.json" ;;
    check)
      suite check Rscript tools/check.R
      suite check-without-python Rscript tools/check.R without-python
      ;;
    *)
      echo "test.sh: no suite is called $group; there are lint, python, r and check." >&2
      exit 2
      ;;
  esac
done

python tools/summarise.py "$results"
