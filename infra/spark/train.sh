#!/usr/bin/env bash
# Archives the classes that a run of the smallest sample loads, so that later Java machines map them instead of loading
# and checking them one by one: 38 CPU seconds become 27 for a tiny job. The archive holds for one Java and one set of
# jars; Java itself ignores it when they differ. build/spark.opts is what SPARK_SUBMIT_OPTS should then hold.
set -euo pipefail
cd "$(dirname "$0")/../.."
archive=$PWD/build/spark.jsa options=build/spark.opts key=build/spark.key
quiet='-Xlog:disable -Xlog:all=error:stderr' # an archive that does not fit is no reason to talk on standard output
sample=reference/working_day

now=$(
  { cat build/jars.key .venv/setup.key infra/spark/train.sh
    "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XshowSettings:none -version 2>&1; } | sha256sum | cut -c1-64
)
[ "$(cat $key 2>/dev/null)" != "$now" ] || exit 0

echo 'Training Spark: its later starts take two thirds of the time'
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
rm -f "$archive" "$options" "$key"
mkdir -p "$home/landing/$sample"
cp -r "tests/data/landing/$sample/." "$home/landing/$sample/"
folder=$(find "$home/landing/$sample" -mindepth 1 -maxdepth 1 -type d | sort | head -1)
# Java writes the archive after Python has left; the pipe stays open, and we wait, until it is done.
GOVLAKE_HOME=$home SPARK_SUBMIT_OPTS="-XX:ArchiveClassesAtExit=$archive $quiet" \
  .venv/bin/python -m jobs run "${sample#*/}" --date "$(basename "$folder")" 2>&1 | cat > "$home/log" || cat "$home/log" >&2
if "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:SharedArchiveFile="$archive" -version > /dev/null 2>&1 && [ -s "$archive" ]; then
  echo "-XX:SharedArchiveFile=$archive $quiet" > $options
else
  echo 'The training did not work; Spark starts without it, only slower.' >&2
  rm -f "$archive"
fi
echo "$now" > $key
