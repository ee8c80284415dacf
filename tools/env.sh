# shellcheck shell=sh
# Use the project from this shell:  . tools/env.sh
# Works from any directory in bash, zsh and plain sh.

if [ -n "${BASH_VERSION-}" ]; then
  # shellcheck disable=SC3028,SC3054 # only bash gets here
  _kd_file="${BASH_SOURCE[0]}"
elif [ -n "${ZSH_VERSION-}" ]; then
  # shellcheck disable=SC2296 # other shells must not parse this
  eval '_kd_file="${(%):-%x}"'
else
  # Plain sh does not tell a sourced file its name, but holds it open.
  _kd_file=tools/env.sh
  for _kd_fd in /proc/"$$"/fd/*; do
    case $(readlink "$_kd_fd") in
      */tools/env.sh) _kd_file=$(readlink "$_kd_fd") ;;
    esac
  done
fi
_kd_root=$(CDPATH='' cd -- "$(dirname -- "$_kd_file")/.." && pwd)

case ":$PATH:" in
  *":$_kd_root/.venv/bin:"*) ;;
  *) PATH="$_kd_root/.venv/bin:$PATH" ;;
esac
R_LIBS_USER="$_kd_root/.rlib"
RETICULATE_PYTHON="$_kd_root/.venv/bin/python"
TF_CPP_MIN_LOG_LEVEL=3
# A bare machine has no locale at all, and R then garbles everything beyond ASCII.
[ -n "${LC_ALL-}${LANG-}" ] || LANG=C.UTF-8
export PATH R_LIBS_USER RETICULATE_PYTHON TF_CPP_MIN_LOG_LEVEL LANG

unset _kd_file _kd_fd _kd_root
