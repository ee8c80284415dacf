#!/usr/bin/env bash
# Run the test suites and add them up:  tools/test.sh [lint] [python] [r] [check]
#   tools/test.sh quick   what is fast and finds most: no training of more than a moment
set -uo pipefail # no -e: a suite that fails must not stop the others
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
# shellcheck source=tools/env.sh
. tools/env.sh
export TZ="${TZ:-UTC}" # R asks systemd otherwise, and a container has none
[ "$#" -gt 0 ] || set -- lint python r check
for group in "$@"; do
  case $group in
    lint | python | r | check | quick) ;;
    *)
      echo "test.sh: no suite is called $group; there are lint, python, r, check and quick." >&2
      exit 2
      ;;
  esac
done
results=.setup/results
rm -rf "$results" && mkdir -p "$results"

# suite <name> <command>...: summarise.py reads the exit status, and the results where it counts.
suite() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s ==\n' "$name"
  "$@" </dev/null
  echo $? >"$results/$name.status"
  printf '(%s: %d s)\n' "$name" $((SECONDS - start))
}

# R's library holds Python files of others; ruff knows .gitignore only in a git clone.
ruff_suites() {
  local not_ours=(--config 'extend-exclude = [".rlib"]')
  suite ruff-format ruff format --check "${not_ours[@]}" .
  suite ruff ruff check --output-format=concise "${not_ours[@]}" .
}

# The suites start many processes: what these import is compiled once, also where the
# environment asks Python to keep nothing, as containers do.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$PWD/.setup/bytecode"

# One thread a process: more would take the cores from each other.
export OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

# Two processes, which take the files one by one, those that take longest first (see
# conftest.py): what a file trains for all its tests is trained once, and both end together.
# What runs beside them comes first, so that it does not end alone on one core.
python_suite() {
  suite pytest nice -n 5 \
    pytest -n 2 --dist loadfile --no-loadscope-reorder --junitxml="$results/pytest.xml" "$@"
}

quick_python=(
  checks concepts_contract contract data_formats data_written experiments forecasting generate
  install_hints labels models old_runs own_images storage
)
quick_r='^(concepts-contract|contract|experiment|models|zzz)$'

# run_group <name>: the suites of a group.
run_group() {
  case $1 in
    lint)
      suite mypy mypy
      suite import-contract lint-imports --no-logo --no-cache
      suite lintr Rscript tools/lint.R
      suite generated python tools/generate.py --check
      suite roxygen Rscript tools/docs.R --check
      ;;
    python) python_suite ;;
    r) suite testthat Rscript tools/testthat.R "$results/testthat.json" ;;
    check)
      suite check Rscript tools/check.R
      suite check-without-python Rscript tools/check.R without-python
      ;;
    quick)
      ruff_suites
      local files=("${quick_python[@]/#/tests/python/test_}")
      python_suite "${files[@]/%/.py}"
      suite testthat Rscript tools/testthat.R "$results/testthat.json" "$quick_r"
      ;;
  esac
}

# Format and style are told at once. All else but the tests in Python keeps one core busy, in the
# order given, beside them; what it said follows theirs.
beside=()
python_too=
for group in "$@"; do
  case $group in
    lint) ruff_suites && beside+=(lint) ;;
    python) python_too=yes ;;
    *) beside+=("$group") ;;
  esac
done
if [ -z "$python_too" ]; then
  for group in "${beside[@]}"; do
    run_group "$group"
  done
else
  trap 'trap "" TERM; kill 0; exit 130' INT # what runs in the background heeds no Ctrl-C
  for group in "${beside[@]}"; do
    run_group "$group" >"$results/$group.log" 2>&1
  done &
  run_group python
  wait
  for group in "${beside[@]}"; do
    cat "$results/$group.log"
  done
fi

python tools/summarise.py "$results"
