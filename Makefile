# Everything a person or CI does here. `make` alone lists it.

CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
# rustup puts cargo here: before an old one of the distribution, and in a shell opened before rustup came.
export PATH := $(HOME)/.cargo/bin:$(PATH)

BIND ?= 127.0.0.1:8080
DATA ?= griot-data
GRIOT := $(abspath $(CARGO_TARGET_DIR))/debug/griot
RELEASE := $(abspath $(CARGO_TARGET_DIR))/release
ARTICLES ?= 10000 100000
SECONDS ?= 4
ROUNDS ?= 200
FAULT_ROUNDS ?= 20

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: rust
rust:
	@scripts/require-rust.sh

.PHONY: run
run: rust ## Build, load the demo and serve it (BIND=127.0.0.1:8080, DATA=griot-data)
	@echo "Building Griot; the first time this takes some minutes."
	cargo build --locked --package griot
	$(GRIOT) serve --demo --data $(DATA) --bind $(BIND)

.PHONY: test-tools
test-tools: rust
	scripts/install-test-tools.sh

# The first line builds the binary too, which the stories then start.
.PHONY: test
test: test-tools ## Install what tests need (PostgreSQL, Node, Python, Chromium, libfaketime, nginx, xmllint, Go) and run all tests
	cargo test --locked --workspace --no-run
	GRIOT_TEST_BINARY=$(GRIOT) cargo test --locked --workspace

.PHONY: check
check: rust ## Format, lints, documentation, dependency policy, the schema kept: what CI adds to the tests
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
	cargo fetch --locked
	$$(scripts/install-cargo-deny.sh) --offline check --hide-inclusion-graph bans licenses sources
	cargo build --locked --package griot
	@$(GRIOT) schema | diff -u schema.graphql - \
		|| { echo "schema.graphql has drifted: run \`make schema\` and look at the difference"; exit 1; }
	@$(GRIOT) schema --editorial | diff -u editorial.graphql - \
		|| { echo "editorial.graphql has drifted: run \`make schema\` and look at the difference"; exit 1; }

.PHONY: advisories
advisories: rust ## Ask the RustSec database about our dependencies (needs the network)
	$$(scripts/install-cargo-deny.sh) check advisories

.PHONY: schema
schema: rust ## Write schema.graphql and editorial.graphql
	cargo build --locked --package griot
	$(GRIOT) schema > schema.graphql
	$(GRIOT) schema --editorial > editorial.graphql

.PHONY: graphiql
graphiql: ## Bundle the GraphiQL page again, after a change in crates/front/graphiql (needs Node)
	npm ci --ignore-scripts --prefix crates/front/graphiql
	npm run build --prefix crates/front/graphiql

.PHONY: soak
soak: test-tools ## Kill the server 200 times on each database while people write (ROUNDS=200); faults of databases; slow clients
	GRIOT_CRASH_ROUNDS=$(ROUNDS) cargo test --locked --package griot-tests --test crash -- --nocapture
	GRIOT_FAULT_ROUNDS=$(FAULT_ROUNDS) cargo test --locked --package griot-tests --test exact faults -- --nocapture
	GRIOT_SLOW_CLIENTS=2000 cargo test --locked --package griot-tests --test stories slow_clients -- --nocapture

.PHONY: bench
bench: rust ## Measure import, queries, documents, feeds, webhooks on generated records (ARTICLES="10000 100000" SECONDS=4)
	cargo build --locked --release --package griot --package griot-bench
	$(RELEASE)/griot-bench run --griot $(RELEASE)/griot --seconds $(SECONDS) $(ARTICLES)
	$(RELEASE)/griot-bench live --griot $(RELEASE)/griot
	$(RELEASE)/griot-bench fanout --griot $(RELEASE)/griot

.PHONY: release
release: rust ## Build the optimised binary, target/release/griot
	cargo build --locked --release --package griot
