# Two commands are all a newcomer needs: `make demo` and `make test`. Each does its own set-up.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check browser shots sim broken transfer kill fuzz bench

help:
	@echo "make demo    build comity and play a case between three agencies (ONCE=1: then stop; FILES=PATH: your evidence)"
	@echo "make test    everything that must hold before a change is accepted"
	@echo "make check   the quick part of it: formatting and lints"
	@echo "make browser the desk in real Chromium: every page, both languages, journeys (part of make test)"
	@echo "make shots   a picture of every page, for people to look at (OUT=FOLDER; ONLY=zh-dark-320)"
	@echo "make sim SEED=n  one simulated world of many nodes, told step by step (TO=m: all worlds from n to m, on all cores)"
	@echo "make broken  break the code in many ways, one after the other: a test has to catch each (ONLY=domain)"
	@echo "make transfer  hand over 20 GB (5 where the disk has less than 70 free), twice, with a node killed on the way"
	@echo "make kill    kill running nodes four hundred times in the middle of what they say and send"
	@echo "make fuzz    look for bytes that a parser does not survive, a minute each (SECONDS=600; TARGET=entry; INPUT=FILE)"
	@echo "make bench   the measurements that the documents quote"

setup:
	@scripts/setup

demo: setup
	cargo build --locked --profile demo -p comity
	target/demo/comity demo $(if $(ONCE),--once) $(if $(FILES),--files '$(FILES)')

# Same profile and target folder as the tests, so that SQLite and aws-lc are compiled once for both.
check: setup
	cargo fmt --all --check
	@scripts/broken --apply
	cargo clippy --locked --workspace --all-targets -- -D warnings

# The runner comes last: its summary is the last line. cargo-nextest is used where it is installed; it is not built
# here, for that takes minutes. Without it `cargo test` runs the same tests.
test: check
	cargo doc --locked --workspace --no-deps --quiet
	cargo test --locked --workspace --doc --quiet
	cargo test --locked --workspace --tests --no-run --quiet
	scripts/browser
	@if cargo nextest --version >/dev/null 2>&1; then \
	    set -x; cargo nextest run --locked --workspace; \
	else \
	    set -x; cargo test --locked --workspace --tests; \
	fi

# The desk in real Chromium, before real nodes: see tests/browser.
browser: setup
	cargo build --locked --quiet --workspace --bin comity
	scripts/browser

shots: setup
	cargo build --locked --quiet --workspace --bin comity
	scripts/browser shots $(abspath $(or $(OUT),target/shots)) $(ONLY)

# One world of many nodes by its seed, told step by step: make sim SEED=42. With TO=999 all worlds from there to that, built
# as benches are, since ten thousand of them compute.
sim: setup
	cargo run --locked --quiet $(if $(TO),--profile bench) -p comity-simulation -- $(SEED) $(TO)

# Deliberately broken variants of the code, each with what catches it: see tests/broken. It builds in a folder of its own.
broken: setup
	scripts/broken $(ONLY)

# Sixty gigabytes of disk, or fifteen where there is less, and minutes: not part of the tests.
transfer: setup
	cargo test --locked -p comity --test evidence two_gibibytes -- --ignored --nocapture --test-threads 1
	cargo test --locked -p comity --test evidence exhibit -- --ignored --nocapture --test-threads 1

# Half an hour; a few kills are in the tests.
kill: setup
	cargo test --locked -p comity --test killed a_hundred -- --ignored --nocapture --test-threads 1
	cargo test --locked -p comity --test evidence a_hundred -- --ignored --nocapture --test-threads 1

# It needs a C++ compiler, for libFuzzer. What it has found worth keeping is read again by `make test`.
fuzz: setup
	FOR=$(or $(SECONDS),60) TARGET=$(TARGET) INPUT=$(INPUT) KEEP=$(KEEP) scripts/fuzz

# Six gibibytes of disk, and minutes; figures mean little while anything else runs.
bench: setup
	cargo bench --locked --workspace --bench '*'
