#!/usr/bin/env bash
# Fetches the jars of Spark's connectors and of the Kafka broker, checks them against the committed sums, and trains
# the archive of loaded classes that halves the start of a Spark application.
set -euo pipefail
cd "$(dirname "$0")/.."
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

fetch() { # folder under infra with pom.xml and SHA256SUMS, folder under build
  local pom=infra/$1/pom.xml sums=infra/$1/SHA256SUMS into=build/$1 key
  key=$(cat "$pom" "$sums" | sha256sum | cut -c1-64)
  [ "$(cat "$into.key" 2>/dev/null)" != "$key" ] || return 0
  echo "Fetching the jars of $pom"
  rm -rf "$into" "$into.key"
  mvn --quiet --batch-mode --no-transfer-progress --file "$pom" "$plugin:copy-dependencies" \
    -DoutputDirectory="$PWD/$into" | sed 's/\x1b\[[0-9;]*m//g'
  if [ "${1:-}" ] && [ "${LOCKING:-}" ]; then (cd "$into" && sha256sum ./*.jar | sed 's# \./# #') > "$sums"; fi
  (cd "$into" && sha256sum --check --quiet --strict "../../$sums") ||
    { echo "A jar in $into is not the one of $sums. Nothing uses it. Remove it from ~/.m2 and run again." >&2; exit 1; }
  cat "$pom" "$sums" | sha256sum | cut -c1-64 > "$into.key"
}

fetch jars
fetch kafka
