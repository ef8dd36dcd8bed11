#!/usr/bin/env bash
# Fetches the jars of Spark's connectors and of the Kafka broker, and checks them against the committed sums.
set -euo pipefail
cd "$(dirname "$0")/.."
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

fetch() { # folder under infra with pom.xml and SHA256SUMS; the jars go to the folder of the same name under build
  local from=infra/$1 into=build/$1
  [ "$(cat "$into.key" 2>/dev/null)" != "$(key "$from")" ] || return 0
  echo "Fetching the jars of $from/pom.xml"
  rm -rf "$into.part"
  # Maven writes escape codes even when told not to, with nothing to say and nobody at a terminal.
  mvn --quiet --batch-mode --no-transfer-progress --file "$from/pom.xml" "$plugin:copy-dependencies" \
    -DoutputDirectory="$PWD/$into.part" 2>&1 | sed $'s/\e\\[[0-9;]*m//g' >&2
  [ -z "${LOCKING:-}" ] || (cd "$into.part" && sha256sum -- *.jar) > "$from/SHA256SUMS"
  (cd "$into.part" && sha256sum --check --quiet --strict "../../$from/SHA256SUMS") ||
    { echo "A jar is not the one of $from/SHA256SUMS. Nothing uses it. Remove it from ~/.m2/repository and run again." >&2; exit 1; }
  rm -rf "$into"
  mv "$into.part" "$into"
  key "$from" > "$into.key"
}

key() { # what a fetched folder was made from
  cat "$1/pom.xml" "$1/SHA256SUMS" | sha256sum | cut -c1-64
}

fetch jars
fetch kafka
