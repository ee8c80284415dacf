#!/usr/bin/env bash
# Build reticulate into .rlib from Debian 13's source package. Debian 12's own is too old for
# NumPy 2. Apt verifies the download; lists and settings of its own keep the system's untouched.
set -euo pipefail
# shellcheck source=tools/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p lists/partial cache/archives/partial parts

own_apt() {
  apt-get -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" \
    -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" \
    -o APT::Sandbox::User="$(id -un)" "$@"
}

# Other archives may use the same codename: take the first one that has the package.
apt-get --print-uris update | sed -n "s|^'\(.*\)/dists/$codename/InRelease'.*|\1|p" |
  while read -r mirror; do
    cat >parts/trixie.sources <<SOURCES
Types: deb-src
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
    # A mirror that keeps no .dsc files makes this fail after the one file we want is there.
    own_apt update || continue
    own_apt source --download-only r-cran-reticulate/trixie || true
    if compgen -G 'r-cran-reticulate_*.orig.tar.*' >/dev/null; then break; fi
  done

mkdir source
tar -xf r-cran-reticulate_*.orig.tar.* -C source --strip-components=1
R CMD INSTALL --no-docs --library="$R_LIBS_USER" source
