#!/bin/sh
# Puts a backup into an empty database and an unused data directory, and counts what came back:
# deploy/restore.sh FOLDER
set -eu
folder=$(cd "${1:?the folder of the backup}" && pwd)
cd "$(dirname "$0")/.."
python=.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" manage.py restore "$folder"
