#!/usr/bin/env bash
# Installs Debian's packages of the clients that `npm run capture` records, and those of the brokers.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bash "$here/../brokers/install.sh" mosquitto rabbitmq ejabberd activemq
missing=()
for package in curl gcc libc6-dev libpaho-mqtt-dev python3-paho-mqtt; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo 'all clients are installed'
  exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
