# `make serve` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
PYTEST = $(BIN)/python -m pytest
# Tests that share a browser or a server stay together: see tests/conftest.py.
SIDE_BY_SIDE = --dist loadgroup -n
PIN = -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-options --no-annotate
# Browsers and what goes with them, fonts for every script, a screen reader's bus, servers,
# a spreadsheet.
DEBIAN = chromium chromium-driver firefox-esr webkit2gtk-driver xvfb lynx w3m links \
	gettext fonts-noto-core fonts-noto-cjk dbus at-spi2-core gir1.2-atspi-2.0 python3-gi \
	nginx-light caddy apache2 tor systemd slowhttptest libreoffice-calc-nogui
export HOST PORT

.DEFAULT_GOAL := help
.PHONY: help install serve check test format mutation bench bench-exit robustness messages settings countries screenshots scans lock upgrade advisories sbom

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

.venv/site: requirements.txt
	@$(BIN)/python -c "import sys, pip; sys.exit(sys.prefix == sys.base_prefix)" 2>/dev/null || rm -rf .venv
	@test -e .venv || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python has no venv with pip. On Debian: apt install python3-venv. Then make again." >&2; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/site
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# The list of packages is compared, so that other changes of this file install nothing.
.venv/debian: .venv/dev tools/install-debian
	sh tools/install-debian $(DEBIAN)
	@touch $@

install: .venv/site ## Install what the site runs on into .venv

serve: .venv/site ## Serve the site on http://$(HOST):$(PORT)
	$(BIN)/gunicorn

check: .venv/dev ## Lint, check types and run the unit tests: no root, browser or server
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/oxlint --deny-warnings static
	$(BIN)/zizmor -q --offline .github
	$(BIN)/codespell README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md CODE_OF_CONDUCT.md docs templates quietpage blueprints app.py tests tools
	$(BIN)/mypy
	$(BIN)/flask translate check
	$(BIN)/flask helplines check
	$(PYTEST) -q $(SIDE_BY_SIDE) 2 tests/unit quietpage

test: check .venv/debian ## Run `check`, then every test, in three real browsers too
	$(PYTEST) -q $(SIDE_BY_SIDE) 3 tests/integration tests/browser
	$(PYTEST) -q tests/robustness

format: .venv/dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Apart from .venv, which holds nothing that the site and its tests do not need.
.venv-mutation/done: requirements-dev.txt tools/mutation-requirements.txt
	@test -e .venv-mutation || $(PYTHON) -m venv .venv-mutation
	.venv-mutation/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt -r tools/mutation-requirements.txt
	@touch $@

mutation: .venv-mutation/done ## Change the code in 2,700 places; see whether a unit test fails
	.venv-mutation/bin/mutmut run
	.venv-mutation/bin/python -m tools.mutation_scores

bench: .venv/debian ## Measure speed next to peers; write docs/performance.md (needs npm)
	sh tools/install-debian wrk nginx-light
	$(BIN)/python -m tools.benchmark

bench-exit: .venv/debian ## Measure the exit next to GOV.UK's and NSW's (needs npm)
	$(BIN)/python -m tools.exit_benchmark Chromium
	$(BIN)/python -m tools.exit_benchmark Firefox
	$(BIN)/python -m tools.exit_benchmark WebKitGTK

robustness: .venv/debian ## Send the site 100,000 bad requests, crowds and faults, as root
	sh tools/install-debian tshark ethtool iproute2
	LONG_RUN=1 $(PYTEST) -s tests/robustness tests/robustness/root_faults.py tests/browser/test_false_triggers.py tests/browser/test_accessibility.py
	unshare -n sh -c 'ip link set lo mtu 1500 up; ethtool -K lo tso off gso off gro off; exec $(PYTEST) -s tests/robustness/packet_sizes.py'

messages: .venv/site ## Extract the English and merge it into every catalog
	$(BIN)/flask translate update

settings: .venv/site ## Write docs/settings.md and deploy/quietpage.toml from the code
	$(BIN)/flask settings --write

countries: .venv/debian ## Sort the countries for each locale and by continent
	$(BIN)/python -m tools.country_order
	$(BIN)/python -m tools.continents

screenshots: .venv/debian ## Take the pictures of the README
	$(BIN)/python -m tools.screenshots

lock: .venv/dev ## Pin the requirements, with hashes; what is pinned stays
	$(BIN)/pip-compile $(PIN) -o requirements.txt requirements.in
	$(BIN)/pip-compile $(PIN) --allow-unsafe -o requirements-dev.txt requirements-dev.in
	$(BIN)/pip-compile $(PIN) -o tools/mutation-requirements.txt tools/mutation-requirements.in

scans: .venv/debian ## Ask Lighthouse, Observatory, testssl and others (needs npm, root)
	sh tools/install-debian nginx-light testssl.sh
	$(BIN)/python -m tools.third_party_scans

upgrade: ## Pin the newest versions
	$(MAKE) lock PIN="$(PIN) -U"

advisories: .venv/dev ## Ask whether a fault is known in what the site runs on
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

sbom: .venv/dev ## Write sbom.json, the bill of materials (CycloneDX)
	$(BIN)/cyclonedx-py requirements --output-reproducible -o sbom.json requirements.txt
