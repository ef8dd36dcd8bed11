#!/usr/bin/env bash
# Archives the classes that a run of the smallest sample loads, so that later Java machines map them instead of loading
# and checking them one by one: a session is there after 2.4 processor seconds instead of 5.5. The archive holds for one
# Java and one set of jars; Java goes without it when they differ (schemas/settings.py, java_options).
set -euo pipefail
cd "$(dirname "$0")/../.."
archive=$PWD/build/spark.jsa key=build/spark.key
sample=reference/working_day

now=$(
  { cat build/jars.key .venv/setup.key infra/spark/train.sh
    # Java refuses the archive without a word when a jar has another time than in training, as after a new .venv.
    stat -c '%n %s %Y' build/jars/*.jar .venv/lib/python3*/site-packages/pyspark/jars/*.jar
    "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XshowSettings:none -version 2>&1; } | sha256sum | cut -c1-64
)
[ "$(cat $key 2>/dev/null)" != "$now" ] || exit 0

echo 'Training Spark, for faster starts'
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
rm -f "$archive.part"
mkdir -p "$home/landing/$sample"
cp -r "tests/data/landing/$sample/." "$home/landing/$sample/"
find "$home/landing" -type f -exec touch -d "1 hour ago" {} +  # a file written just now would be left alone
folder=$(find "$home/landing/$sample" -mindepth 1 -maxdepth 1 -type d | sort | head -1)
# Java writes the archive after Python has left; the pipe stays open, and we wait, until it is done.
# No folder of settings: Java archives nothing for a class path that has a folder with files in it.
GOVLAKE_HOME=$home SPARK_CONF_DIR=$home/none \
  SPARK_SUBMIT_OPTS="-XX:ArchiveClassesAtExit=$archive.part -Xlog:disable -Xlog:all=error:stderr" \
  .venv/bin/python -m jobs run "${sample#*/}" --date "$(basename "$folder")" 2>&1 | cat > "$home/log" || cat "$home/log" >&2
if [ -s "$archive.part" ]; then
  mv -f "$archive.part" "$archive"
  echo "$now" > $key
else
  echo 'The training did not work; Spark starts without it, only slower.' >&2
fi
