#!/usr/bin/env bash
# What action.yml runs: the suite, with options from the environment. Its exit code is that of the suite.
set -euo pipefail
out=${OUT:-mqttspec-report}
options=(--target "$TARGET" --out "$out" --reporter "junit=$out/junit.xml" --reporter "badge=$out/badge.svg")
[ -z "${BASELINE:-}" ] || options+=(--baseline "$BASELINE")
[ -z "${ACCEPT:-}" ] || options+=(--accept "$ACCEPT")
# Words of the user's own options.
read -r -a more <<<"${ARGS:-}"
# The user's folder has no settings for our sources.
export TSX_TSCONFIG_PATH=$ACTION/tsconfig.json
exec node --import "$ACTION/node_modules/tsx/dist/loader.mjs" "$ACTION/conformance/cli/main.ts" "${options[@]}" "${more[@]}"
