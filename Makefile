# Every command of the house. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
# A file for each step that is done: a second run of anything is fast.
DONE := var/make
WEBUI := ccserver/webui

RUN_PACKAGES := python3-venv postgresql mmdebstrap sip-tester espeak-ng sox graphviz
TEST_PACKAGES := buildah chromium
CHEAP := not db and not asterisk and not browser and not image and not long
TOGETHER := --numprocesses=2 --dist=loadfile --no-loadscope-reorder
GATED := ccserver/core/*,*/wire.py,ccserver/ami/translate.py,ccserver/ami/orders.py
WEB_SOURCES := $(shell find $(WEBUI) -path '*/node_modules' -prune -o -type f -print 2>/dev/null)

.PHONY: help
help:  ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' \
		| while IFS=$$'\t' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

# -- the site on this machine

.PHONY: up
up: $(DONE)/packages $(DONE)/venv $(DONE)/web  ## Install what is missing, start the site, print address and log-ins
	@$(BIN)/python -m ccserver up

.PHONY: demo
demo: $(DONE)/packages $(DONE)/venv $(DONE)/web  ## The same, with callers that ring and agents that answer
	@$(BIN)/python -m ccserver demo

.PHONY: down
down:  ## Stop all of it; data and recordings stay
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m ccserver down; fi

# -- quality

.PHONY: check
check: $(DONE)/venv $(DONE)/web  ## The cheap half of the tests: some minutes
	@$(MAKE) static
	$(BIN)/python -m pytest -q -x -m "$(CHEAP)" $(TOGETHER)

# tests/conftest.py sorts by cost. Two processes, each with servers of its own, take file after
# file: tests with real calls mostly wait. The report of coverage goes before pytest's closing line.
.PHONY: test
test: $(DONE)/packages $(DONE)/test-packages $(DONE)/venv $(DONE)/web  ## Everything, with a real PostgreSQL, Asterisk and SIPp; cheap first
	@$(MAKE) static
	@mkdir -p var
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest --maxfail=10 -rfER -m "not long" $(TOGETHER) --cov --cov-report= 2>&1 \
		| tee var/test.log
	$(BIN)/python -m coverage report --include='$(GATED)' --fail-under=100
	@tail -n 1 var/test.log

.PHONY: static
static: $(DONE)/venv $(DONE)/web-packages
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports --no-cache > var/imports.log || { cat var/imports.log; exit 1; }
	$(BIN)/mypy
	$(BIN)/ccserver flow check ivr_flows
	$(BIN)/ccserver flow test ivr_flows
	cd $(WEBUI) && npm run --silent check && npm run --silent test

.PHONY: screenshots
screenshots: $(DONE)/packages $(DONE)/test-packages $(DONE)/venv $(DONE)/web  ## Take pictures of every view into var/screenshots/, and list what is cut or overlaps
	$(BIN)/python -m tests.browser.screenshots $(VIEWS)

.PHONY: bench
bench: $(DONE)/packages $(DONE)/venv $(DONE)/web  ## Measure: make bench BENCH=first-call, rows go to var/bench/
	@test -n "$(BENCH)" || { echo 'Say which one: make bench BENCH=first-call'; exit 2; }
	@mkdir -p var/bench
	$(BIN)/python -m tests.bench.$(subst -,_,$(BENCH))

# -- parts

.PHONY: lock
lock: $(DONE)/venv  ## Choose the newest versions that fit and write them with their hashes
	$(BIN)/uv pip compile pyproject.toml --upgrade --extra embedded $(UV_FLAGS) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra embedded --group dev --constraint requirements.lock \
		$(UV_FLAGS) -o requirements-dev.lock
	grep '^pyst2==' requirements.lock | cut -d' ' -f1 \
		| $(BIN)/uv pip compile - $(UV_FLAGS) -o agi_scripts/requirements.txt
UV_FLAGS := --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: web
web: $(DONE)/web  ## Build the screens

.PHONY: sounds
sounds: $(DONE)/packages $(DONE)/venv  ## Speak the prompts that are missing or changed
	$(BIN)/python -m ccserver.local.sounds var/sounds

.PHONY: clean
clean:  ## Remove what can be made again; data and recordings stay
	rm -rf $(DONE) .venv $(WEBUI)/node_modules ccserver/web/static build dist .mypy_cache .ruff_cache \
		.pytest_cache .hypothesis .coverage .import_linter_cache *.egg-info

# -- steps

# install NAMES: those Debian packages that are missing. Only root can; others are told.
define install
	@missing=; for name in $(1); do \
		dpkg-query -W -f='$${Status}' "$$name" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$name"; \
	done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ]; then \
			echo "Installing$$missing"; \
			apt-get update --quiet --quiet; \
			DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends $$missing; \
		else \
			echo "Not installed:$$missing. As root: apt-get install$$missing"; \
		fi; \
	fi
endef

$(DONE)/packages: Makefile
	$(call install,$(RUN_PACKAGES))
	@mkdir -p $(@D) && touch $@

$(DONE)/test-packages: Makefile
	$(call install,$(TEST_PACKAGES))
	@mkdir -p $(@D) && touch $@

$(DONE)/venv: requirements-dev.lock pyproject.toml | $(DONE)/packages
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@mkdir -p $(@D)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . > $(@D)/pip.log 2>&1 \
		|| { cat $(@D)/pip.log; exit 1; }
	@mkdir -p $(@D) && touch $@

$(DONE)/web-packages: $(wildcard $(WEBUI)/package.json $(WEBUI)/package-lock.json)
	@command -v npm > /dev/null || { echo 'Node 20 or later, with npm, is missing.'; exit 1; }
	@# A mirror may lack the parts for other systems, and `npm ci` wants all that the lock names.
	cd $(WEBUI) && { npm ci --silent --ignore-scripts || npm install --silent --ignore-scripts --no-save; }
	@mkdir -p $(@D) && touch $@

$(DONE)/web: $(DONE)/web-packages $(WEB_SOURCES)
	cd $(WEBUI) && npm run --silent build
	@mkdir -p $(@D) && touch $@
