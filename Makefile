# `make serve` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
PIN = -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-options --no-annotate
# Browsers and what goes with them, fonts for every script, a screen reader's bus, servers.
DEBIAN = chromium chromium-driver firefox-esr webkit2gtk-driver xvfb lynx w3m links \
	gettext fonts-noto-core fonts-noto-cjk dbus at-spi2-core gir1.2-atspi-2.0 python3-gi \
	nginx-light caddy apache2 tor systemd slowhttptest
export HOST PORT

.DEFAULT_GOAL := help
.PHONY: help serve test fix bench bench-exit siege messages settings orders screenshots judges lock upgrade advisories sbom

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

.venv/site: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/site
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/browsers: .venv/dev tests/install Makefile
	sh tests/install $(DEBIAN)
	@touch $@

serve: .venv/site ## Serve the site on http://$(HOST):$(PORT)
	$(BIN)/gunicorn

test: .venv/browsers ## Lint, then run every test, in three real browsers too
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/zizmor -q --offline .github
	$(BIN)/codespell README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md docs templates quietpage blueprints app.py tests
	$(BIN)/flask --app app translate check
	$(BIN)/python -m pytest

fix: .venv/dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/browsers ## Measure speed beside peers; write docs/performance.md (needs npm)
	sh tests/install wrk nginx-light
	$(BIN)/python -m tests.bench

bench-exit: .venv/browsers ## Measure the exit beside GOV.UK's and NSW's (needs npm)
	$(BIN)/python -m tests.bench_exit Chromium
	$(BIN)/python -m tests.bench_exit Firefox
	$(BIN)/python -m tests.bench_exit WebKitGTK

siege: .venv/browsers ## Send the site 100,000 bad requests, crowds and faults, as root
	sh tests/install tshark ethtool iproute2
	SIEGE=1 $(BIN)/python -m pytest -s tests/siege tests/siege/as_root.py tests/browser/test_accident.py
	unshare -n sh -c 'ip link set lo mtu 1500 up; ethtool -K lo tso off gso off gro off; exec $(BIN)/python -m pytest -s tests/siege/traffic.py'

messages: .venv/site ## Extract the English and merge it into every catalog
	$(BIN)/flask --app app translate update

settings: .venv/site ## Write docs/settings.md and deploy/quietpage.toml anew
	$(BIN)/flask --app app settings --write

orders: .venv/browsers ## Sort the countries anew for each locale
	$(BIN)/python -m tests.country_order

screenshots: .venv/browsers ## Take the pictures of the README
	$(BIN)/python -m tests.screenshots

lock: .venv/dev ## Pin the requirements, with hashes; what is pinned stays
	$(BIN)/pip-compile $(PIN) -o requirements.txt requirements.in
	$(BIN)/pip-compile $(PIN) --allow-unsafe -o requirements-dev.txt requirements-dev.in

judges: .venv/browsers ## Ask Lighthouse, Observatory, testssl and others (needs npm, root)
	sh tests/install nginx-light testssl.sh
	$(BIN)/python -m tests.judges

upgrade: ## Pin the newest versions
	$(MAKE) lock PIN="$(PIN) -U"

advisories: .venv/dev ## Ask whether a fault is known in what the site runs on
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

sbom: .venv/dev ## Write sbom.json, the bill of materials (CycloneDX)
	$(BIN)/cyclonedx-py requirements --output-reproducible -o sbom.json requirements.txt
