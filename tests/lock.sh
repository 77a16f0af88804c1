#!/bin/sh
# Pins every library with its hashes, newest that pyproject.toml allows: lock.sh PYTHON
set -eu
python=$1
"$python" -m pip install --quiet uv
options="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --no-header"
"$python" -m uv pip compile $options pyproject.toml -o requirements.lock
"$python" -m uv pip compile $options pyproject.toml --group dev -o requirements-dev.lock
