#!/bin/sh
# Starts a program with the variables of a file: run.sh FILE PROGRAM …
unset PYTHONDONTWRITEBYTECODE
set -a
. "$1"
set +a
shift
exec "$@"
