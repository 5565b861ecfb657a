#!/usr/bin/env bash
# Installs Debian's package of Eclipse Paho for Python, where it is missing.
set -euo pipefail
if dpkg-query -W -f '${Status}' python3-paho-mqtt 2>/dev/null | grep -q 'ok installed'; then
  echo 'everything is installed'
  exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-paho-mqtt
