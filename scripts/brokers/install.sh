#!/usr/bin/env bash
# Installs Debian's packages of real brokers, where they are missing, without starting them as services.
# Arguments: any of mosquitto rabbitmq ejabberd activemq; without one, all.
set -euo pipefail

packages_of() {
  case $1 in
    mosquitto) echo mosquitto mosquitto-clients ;;
    rabbitmq) echo rabbitmq-server ;;
    ejabberd) echo ejabberd ;;
    activemq) echo activemq libmqtt-client-java libhawtdispatch-java default-jre-headless ;;
    *) echo "unknown broker $1: use mosquitto, rabbitmq, ejabberd or activemq" >&2; exit 2 ;;
  esac
}

missing=()
for name in "${@:-mosquitto rabbitmq ejabberd activemq}"; do
  for one in $name; do
    for package in $(packages_of "$one"); do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
  done
done
if [ ${#missing[@]} -eq 0 ]; then
  echo 'everything is installed'
  exit 0
fi

# Package scripts start services unless this program answers 101; whatever stood there comes back.
policy=/usr/sbin/policy-rc.d
kept=$(mktemp -d)
[ -e "$policy" ] && cp -a "$policy" "$kept/policy"
restore() {
  if [ -e "$kept/policy" ]; then cp -a "$kept/policy" "$policy"; else rm -f "$policy"; fi
  rm -rf "$kept"
}
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod +x "$policy"

apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
