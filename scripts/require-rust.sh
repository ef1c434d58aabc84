#!/bin/sh
# Says how to get what the build needs, when something is missing. Prints nothing when all is there.
set -eu
needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$(dirname "$0")/../Cargo.toml")

if ! command -v cargo >/dev/null 2>&1; then
  cat >&2 <<TXT
Rust is missing (cargo $needed or later). On Debian and Ubuntu:

    sudo apt-get install build-essential curl
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y
    . "\$HOME/.cargo/env"

Other systems: https://rustup.rs. Then run the same command again.
TXT
  exit 1
fi

found=$(cargo --version | cut -d' ' -f2)
if [ "$(printf '%s\n%s\n' "$needed" "$found" | sort -V | head -n 1)" != "$needed" ]; then
  cat >&2 <<TXT
cargo $found is too old: $needed or later is needed. With rustup: \`rustup update stable\`. A cargo from the distribution
is usually too old; https://rustup.rs installs a current one beside it.
TXT
  exit 1
fi

if ! command -v cc >/dev/null 2>&1; then
  echo "A C compiler is missing: the database inside is built from C. On Debian and Ubuntu: sudo apt-get install build-essential" >&2
  exit 1
fi
