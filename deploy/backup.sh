#!/bin/sh
# Saves everything that lasts in a folder of this moment's name: deploy/backup.sh WHERE
# For cron, say; people go on working meanwhile. Settings are taken from the environment, as the product's are.
set -eu
where=$(cd "${1:?where the backups are kept}" && pwd)
cd "$(dirname "$0")/.."
python=.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" manage.py backup "$where/$(date -u +%Y%m%dT%H%M%SZ)"
