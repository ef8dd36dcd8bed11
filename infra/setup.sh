#!/usr/bin/env bash
# Makes this clone's environment: system packages where it may, then .venv from the hash locks. Does nothing when
# nothing changed. `infra/setup.sh --tests` also wants a browser.
set -Eeuo pipefail
trap 'echo "The environment is not complete; the lines above say why. Run \`make env\` again to resume." >&2' ERR
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS=never UV_NATIVE_TLS=true # an office has a certificate authority of its own, known to the system
root=$PWD

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

java_is_enough() { # Spark's launcher takes JAVA_HOME first, then the PATH
  local java=${JAVA_HOME:+$JAVA_HOME/bin/}java major
  command -v "$java" >/dev/null || return 1
  major=$("$java" -XshowSettings:none -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p')
  [ "${major:-0}" -ge 17 ]
}

usable_python() { # the first Python 3.11-3.13 that can make environments
  local python
  for python in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do
    if command -v "$python" >/dev/null && "$python" -c '
import sys, venv, ensurepip
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      command -v "$python"
      return
    fi
  done
  return 1
}

missing_packages() {
  usable_python >/dev/null || echo python3-venv
  java_is_enough || first_known openjdk-17-jdk-headless openjdk-21-jdk-headless
  command -v mvn >/dev/null || echo maven
  [ "${1:-}" != --tests ] || command -v chromium >/dev/null || echo chromium
}

first_known() { # the first of these packages that apt has heard of; the first one when it has heard of none
  local package
  for package; do
    if apt-cache show "$package" >/dev/null 2>&1; then echo "$package"; return; fi
  done
  echo "$1"
}

install_packages() {
  local may=() refresh="apt-get update -qq" install="apt-get install -y -qq --no-install-recommends $*"
  command -v apt-get >/dev/null || stop "Missing: $*. Nothing was changed. Install them in this system's own way and run again."
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || stop "Missing: $*. Nothing was changed. Run: sudo apt-get update && sudo $install"
    may=(sudo)
  fi
  say "Installing with apt: $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-cache show "$@" >/dev/null 2>&1 || "${may[@]}" $refresh
  "${may[@]}" $install >/dev/null || { "${may[@]}" $refresh && "${may[@]}" $install >/dev/null; } ||
    stop "apt could not install: $*. Try it by hand to see why: $install"
}

make_venv() {
  local python=$1
  say "Making .venv with $("$python" --version) from infra/requirements.txt"
  [ -x build/uv/bin/python ] || "$python" -m venv build/uv
  build/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement infra/uv.txt
  grep -qxF "$root" .venv/lib/python3.*/site-packages/govlake.pth 2>/dev/null && .venv/bin/python -c '' 2>/dev/null ||
    build/uv/bin/uv venv --quiet --clear --python "$python" .venv
  build/uv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode infra/requirements.txt
  printf '%s\n' "$root" > "$(echo .venv/lib/python3.*/site-packages)/govlake.pth"
  printf '#!/bin/sh\nunset PYTHONDONTWRITEBYTECODE\nexec "%s/.venv/bin/python" -P -m jobs.cli "$@"\n' "$root" > .venv/bin/govlake
  chmod +x .venv/bin/govlake
}

key=$(cat infra/requirements.txt infra/uv.txt infra/setup.sh <(echo "$root") | sha256sum | cut -c1-64)
[ "$(cat .venv/setup.key 2>/dev/null)" != "$key" ] || [ ! -x .venv/bin/python ] || made=yes
checked=build/system.key # what is on the machine is looked up once: asking a JVM takes longer than all the rest
if [ -z "${made:-}" ] || [ "$(cat $checked 2>/dev/null)" != "${JAVA_HOME:-path} $(command -v java mvn | tr '\n' ' ')" ] ||
   { [ "${1:-}" = --tests ] && ! command -v chromium >/dev/null; }; then
  mapfile -t missing < <(missing_packages "${1:-}")
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
  usable_python >/dev/null || stop "No Python 3.11, 3.12 or 3.13 here. Nothing was changed. Install one of them and run again."
  java_is_enough || stop "No Java 17 or newer in ${JAVA_HOME:-the PATH}. Set JAVA_HOME to one, or unset it."
  mkdir -p build
  echo "${JAVA_HOME:-path} $(command -v java mvn | tr '\n' ' ')" > $checked
fi
if [ -z "${made:-}" ]; then
  make_venv "$(usable_python)"
  echo "$key" > .venv/setup.key
fi
