#!/usr/bin/env bash
# Installs Debian's Chromium, for the tests of the HTML report, where it is missing.
set -euo pipefail
if command -v chromium >/dev/null; then
  chromium --version
  exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
chromium --version
