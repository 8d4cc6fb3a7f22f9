#!/bin/sh
# Makes the secrets that compose.yaml hands to its containers; those that are there already stay.
# The folder is closed to everybody else on this machine. The files in it are not, as each container
# reads them as a user of its own.
set -eu
cd "$(dirname "$0")"
mkdir -p -m 0700 secrets
chmod 0700 secrets

random() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }

keep() {
    [ -s "secrets/$1" ] || printf '%s' "$2" > "secrets/$1"
    chmod 0444 "secrets/$1"
}

keep postgres_password "$(random)"
keep database_password "$(random)"
keep glimpse_database_url "postgresql://glimpse:$(cat secrets/database_password)@database:5432/glimpse"
keep glimpse_secret_key "$(random)"
keep glimpse_metrics_token "$(random)"
keep grafana_password "$(random)"
