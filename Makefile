# `make serve` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
PYTEST = $(BIN)/python -m pytest
# Tests that share a browser or a server run in one process: see tests/conftest.py.
SIDE_BY_SIDE = --dist loadgroup -n
# Profiles of browsers and copies of the code are written to memory where there is room.
IN_MEMORY = if [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'END { print int($$4) }')" -gt 2000000 ]; then export TMPDIR=/dev/shm; fi;
PIN = -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-options --no-annotate
# Browsers and their drivers, fonts for every script, the bus that screen readers use, web
# servers, and a spreadsheet program.
DEBIAN = chromium chromium-driver firefox-esr webkit2gtk-driver xvfb lynx w3m links \
	gettext fonts-noto-core fonts-noto-cjk dbus at-spi2-core gir1.2-atspi-2.0 python3-gi \
	nginx-light caddy apache2 tor systemd slowhttptest libreoffice-calc-nogui
export HOST PORT

.DEFAULT_GOAL := help
.PHONY: help install serve check test format mutation bench bench-exit robustness messages settings countries screenshots scans lock upgrade advisories sbom release-check

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

# After an upgrade of the system, .venv belongs to a Python that is gone: make it again.
ifneq ($(wildcard .venv/site),)
ifneq ($(shell $(BIN)/python -c "import pip" 2>/dev/null && echo works),works)
.PHONY: .venv/site
endif
endif

.venv/site: requirements.txt
	@$(BIN)/python -c "import sys, pip; sys.exit(sys.prefix == sys.base_prefix)" 2>/dev/null || rm -rf .venv
	@test -e .venv || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python has no venv with pip. On Debian: apt install python3-venv. Then run make again." >&2; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/site
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# install-debian compares the list of packages, so other changes to this file install nothing.
.venv/debian: .venv/dev tools/install-debian
	sh tools/install-debian $(DEBIAN)
	@touch $@

install: .venv/site ## Install the run-time packages into .venv

serve: .venv/site ## Serve the site on http://$(HOST):$(PORT)
	$(BIN)/gunicorn

check: .venv/dev ## Lint, check types and run the unit tests (no root, browser or server)
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

test: check .venv/debian ## Run `check`, then every other test, with three real browsers
	$(IN_MEMORY) $(PYTEST) -q $(SIDE_BY_SIDE) 4 --no-loadscope-reorder tests/integration tests/browser tests/robustness

format: .venv/dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Separate from .venv, which holds only what the site and its tests need.
.venv-mutation/done: requirements-dev.txt tools/mutation-requirements.txt
	@test -e .venv-mutation || $(PYTHON) -m venv .venv-mutation
	.venv-mutation/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt -r tools/mutation-requirements.txt
	@touch $@

mutation: .venv-mutation/done ## Change the code in 2,800 places; see whether a unit test fails
	.venv-mutation/bin/mutmut run
	.venv-mutation/bin/python -m tools.mutation_scores

bench: .venv/debian ## Compare the speed with peers; write docs/performance.md (needs npm)
	sh tools/install-debian wrk nginx-light
	$(BIN)/python -m tools.benchmark

bench-exit: .venv/debian ## Compare the exit with GOV.UK's and NSW's (needs npm)
	$(BIN)/python -m tools.exit_benchmark

robustness: .venv/debian ## Attack the site with bad requests, load and faults (needs root)
	sh tools/install-debian tshark ethtool iproute2
	LONG_RUN=1 $(PYTEST) -s tests/robustness tests/robustness/faults_as_root.py tests/browser/test_false_triggers.py tests/browser/test_accessibility.py
	unshare -n sh -c 'ip link set lo mtu 1500 up; ethtool -K lo tso off gso off gro off; exec $(PYTEST) -s tests/robustness/packet_sizes.py'

messages: .venv/site ## Extract the English messages and merge them into every catalog
	$(BIN)/flask translate update

settings: .venv/site ## Write docs/settings.md and deploy/quietpage.toml from the code
	$(BIN)/flask settings --write

countries: .venv/debian ## Write the continents, and the order of countries in each locale
	$(BIN)/python -m tools.country_order
	$(BIN)/python -m tools.continents

screenshots: .venv/debian ## Take screenshots in every language, and those of the README
	$(BIN)/python -m tools.screenshots

lock: .venv/dev ## Pin the requirements with hashes; keep the versions already pinned
	$(BIN)/pip-compile $(PIN) -o requirements.txt requirements.in
	$(BIN)/pip-compile $(PIN) --allow-unsafe -o requirements-dev.txt requirements-dev.in
	$(BIN)/pip-compile $(PIN) -o tools/mutation-requirements.txt tools/mutation-requirements.in

scans: .venv/debian ## Run Lighthouse, Observatory, testssl and others (needs npm, root)
	sh tools/install-debian nginx-light testssl.sh
	$(BIN)/python -m tools.third_party_scans

upgrade: ## Pin the newest versions of all requirements
	$(MAKE) lock PIN="$(PIN) -U"

advisories: .venv/dev ## Look up known vulnerabilities in the run-time packages
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

sbom: .venv/dev ## Write sbom.json, the bill of materials (CycloneDX)
	$(BIN)/cyclonedx-py requirements --output-reproducible -o sbom.json requirements.txt

release-check: .venv/debian ## Check what must be green before a tag, then run every test
	@$(BIN)/python -m tools.release_check
