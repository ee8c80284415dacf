#!/usr/bin/env bash
# Set up everything that `make demo` needs: R, a project library in .rlib and a virtual
# environment in .venv. Safe to run at any time; what is current is left alone.
#   tools/setup.sh tests   also what no test is to be skipped for: PyTorch, pyarrow, Ray,
#                          Chromium, R's forecast
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=$(command -v "${PYTHON:-python3}" || true)
# shellcheck source=tools/env.sh
. tools/env.sh
mkdir -p .setup "$R_LIBS_USER"
tests=${1-}
case $tests in
  "" | tests) ;;
  *)
    echo "setup.sh: only tests can be asked for; got $tests." >&2
    exit 2
    ;;
esac
exec 9>.setup/lock && flock 9 # two set-ups at once would fight over .venv
rm -f .setup/apt-lists

# step <title> <function>: one line on the terminal, the details in a log file.
step() {
  local title=$1 log=".setup/$2.log" start=$SECONDS status=0
  printf '%-18s' "$title"
  set +e # "if" or "||" here would switch errexit off inside the function
  (set -e && "$2") 3>&1 >"$log" 2>&1 </dev/null
  status=$?
  set -e
  printf ', %d s\n' $((SECONDS - start))
  if [ "$status" -ne 0 ]; then
    printf '\nset-up failed; the end of %s:\n\n' "$log" >&2
    tail -n 25 "$log" >&2
    exit 1
  fi
}
say() { printf '%s' "$*" >&3; }

# digest <path>...: changes when a file below is added, removed or edited.
digest() {
  { find "$@" -type f ! -path '*/__pycache__/*' -print0 || true; } |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

apt_install() {
  local as_root=() known=() package
  if ! command -v apt-get; then
    echo "This is not Debian: install these, or their like, by hand and try again: $*"
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo; then
      echo "Run as root, then try again:"
      echo "  apt-get update && apt-get install --no-install-recommends $*"
      return 1
    fi
    as_root=(sudo)
  fi
  exec 8>.setup/apt.lock && flock 8 # the two sides of the set-up may both ask
  if [ ! -e .setup/apt-lists ]; then # once a set-up: a fresh machine may have no package lists
    "${as_root[@]}" apt-get update
    touch .setup/apt-lists
  fi
  for package in "$@"; do
    if apt-cache show "$package" >/dev/null; then known+=("$package"); fi
  done
  if [ "${#known[@]}" -gt 0 ]; then
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "${known[@]}"
  fi
}

r_packages() {
  local names missing=() left=()
  if ! command -v Rscript || ! command -v g++; then
    say "installing R from Debian, then "
    apt_install r-base-core r-base-dev
  fi
  touch .setup/unavailable
  names=$(Rscript tools/r-packages.R missing "$tests") # on its own: a broken R stops here
  mapfile -t missing < <(grep -vxF -f .setup/unavailable <<<"$names" | grep .)
  if [ "${#missing[@]}" -eq 0 ]; then
    say "current"
    return
  fi
  say "installing ${#missing[@]} of them"
  Rscript tools/r-packages.R cran "${missing[@]}"
  mapfile -t left < <(Rscript tools/r-packages.R missing "$tests")
  if [ "${#left[@]}" -gt 0 ]; then
    left=("${left[@],,}")
    apt_install "${left[@]/#/r-cran-}" || true # what counts is what is there afterwards
  fi
  names=$(Rscript tools/r-packages.R required)
  if [ -n "$names" ]; then
    echo "Neither CRAN nor Debian gave these R packages:"
    echo "$names"
    return 1
  fi
  Rscript tools/r-packages.R missing "$tests" >.setup/unavailable
  if [ -s .setup/unavailable ]; then
    say " (nobody offers the optional $(paste -sd' ' .setup/unavailable))"
  fi
}

have_reticulate() {
  Rscript -e 'library(reticulate); quit(status = packageVersion("reticulate") < "1.41")'
}

reticulate() {
  if have_reticulate; then
    say "current"
    return
  fi
  say "installing"
  Rscript tools/r-packages.R cran reticulate
  if ! have_reticulate; then
    say " from Debian 13's source"
    bash tools/reticulate-from-debian.sh
  fi
  if ! have_reticulate; then
    echo "reticulate 1.41 or newer is not to be had; in R, try install.packages(\"reticulate\")."
    return 1
  fi
}

has_shared_library='
import glob, sys, sysconfig
sys.exit(not glob.glob(sysconfig.get_config_var("LIBDIR") + "/libpython3.*.so*"))'

python_environment() {
  local state all=dev,parquet,ray,torch extras=dev need=()
  [ -z "$tests" ] || extras=$all
  if [ -z "$python" ] || { [ "$python" = /usr/bin/python3 ] && command -v dpkg; }; then
    # Debian keeps venv and the shared library, which reticulate loads, in packages of their own.
    dpkg -s python3-venv || need+=(python3-venv)
    dpkg -s python3-dev || need+=(python3-dev)
    if [ "${#need[@]}" -gt 0 ]; then
      say "installing ${need[*]} from Debian, then "
      apt_install "${need[@]}"
      python=/usr/bin/python3
    fi
  fi
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$python is $("$python" -V), 3.11 or newer is needed: make setup PYTHON=<another one>"
    return 1
  fi
  if ! "$python" -c "$has_shared_library"; then
    echo "$python has no shared library, so R cannot load it: make setup PYTHON=<another one>"
    return 1
  fi
  state="$PWD $("$python" -V) $(digest pyproject.toml constraints.txt python/kerasduet/requirements.txt)"
  case $(cat .venv/state) in
    "$state $extras" | "$state $all")
      if .venv/bin/python -c 'import kerasduet'; then
        say "current"
        return
      fi
      ;;
  esac
  say "installing into .venv"
  # A virtual environment does not survive being moved, nor a change of its Python.
  case $(cat .venv/state) in
    "$PWD $("$python" -V) "*) ;;
    *) "$python" -m venv --clear .venv ;;
  esac
  # Python compiles what it imports; all 17,000 files would take a minute of CPU.
  .venv/bin/python -m pip install --no-compile -c constraints.txt -e ".[$extras]"
  .venv/bin/python -m pip check
  echo "$state $extras" >.venv/state
}

browser() {
  if command -v chromium || command -v chromium-browser || command -v google-chrome; then
    say "current"
    return
  fi
  say "installing from Debian"
  apt_install chromium || say " failed, so the tests of pages in a browser are skipped"
}

r_package() {
  local state
  state=$(digest DESCRIPTION NAMESPACE R man inst configure python/kerasduet)
  if [ "$state" = "$(cat .rlib/kerasduet.state)" ] && [ -d .rlib/kerasduet ]; then
    say "current"
    return
  fi
  say "installing into .rlib"
  R CMD INSTALL --library="$R_LIBS_USER" .
  echo "$state" >.rlib/kerasduet.state
}

# Python's side is set up beside R's, so that no core is idle.
step "Python packages" python_environment >.setup/python-side.txt 2>&1 &
python_side=$!
trap '[ -z "$python_side" ] || kill "$python_side" 2>/dev/null || true' EXIT
step "R packages" r_packages
step "reticulate" reticulate
[ -z "$tests" ] || step "Chromium" browser
status=0
wait "$python_side" || status=$?
python_side=
cat .setup/python-side.txt
[ "$status" -eq 0 ] || exit "$status"
step "kerasduet for R" r_package
