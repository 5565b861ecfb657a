#!/usr/bin/env bash
# Installs Debian's tshark, where it is missing: `npm run test:tshark` holds our captures against its dissector.
set -euo pipefail
if command -v tshark >/dev/null; then
  echo 'everything is installed'
  exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends tshark
