#!/bin/sh
# Makes the virtual environment that everything here runs in: make_venv.sh FOLDER
set -eu
folder=$1
log=$(dirname "$folder")/venv.log
mkdir -p "$(dirname "$folder")"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if ! python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "installing python3-venv (log: $log)"
  as_root apt-get update >>"$log" 2>&1
  as_root apt-get install -y --no-install-recommends python3 python3-venv >>"$log" 2>&1
fi

echo "making the virtual environment (log: $log)"
rm -rf "$folder"
python3 -m venv "$folder"
tries=1
until "$folder/bin/pip" install --quiet --require-hashes -r requirements-dev.lock >>"$log" 2>&1; do
  if [ "$tries" = 4 ]; then
    echo "pip failed $tries times; see $log" >&2
    exit 1
  fi
  tries=$((tries + 1))
  echo "pip failed; try $tries of 4"
  sleep $((tries * 5))
done
# Written last: a half-made environment is made again.
touch "$folder/complete"
