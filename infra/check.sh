#!/usr/bin/env bash
# Runs the tests: `check.sh quick` is the inner loop, `check.sh all` is everything. Every part runs; any failure fails.
set -uo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE
failed=()

part() { # name, command …
  local name=$1 begun=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
  printf '== %s: %s s\n' "$name" $((SECONDS - begun))
}

tests() { .venv/bin/python -m pytest -q "$@"; }

plain='not spark and not stack and not crash'
if [ "${1:-}" = quick ]; then
  part lint .venv/bin/ruff check --quiet .
  part types .venv/bin/mypy
  part 'plain tests' tests -m "$plain" -n 2 --dist loadfile
  part 'one Spark test' tests -m spark -k smoke
else
  stacked=$(mktemp)
  tests -m stack > "$stacked" 2>&1 & # beside the others: they wait most of the time
  stack=$!
  part 'plain tests' tests -m "$plain" -n 2 --dist loadfile
  part 'Spark and crash tests' tests -m '(spark or crash) and not stack' -n 2 --dist loadfile --no-loadscope-reorder
  part 'stack tests' wait $stack
  cat "$stacked" && rm "$stacked"
fi

if [ ${#failed[@]} != 0 ]; then
  printf '\nFailed: %s\n' "$(IFS=,; echo "${failed[*]}")" >&2
  exit 1
fi
