# Python 3.11 or newer, make and a package registry are all that is needed.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TESTS ?= tests

.DEFAULT_GOAL := help
.PHONY: help run test check fast bench soak contracts lock clean

help: ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Vigil needs Python 3.11 or newer; name it: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

run: $(STAMP) ## Start everything with a demo programme and phones in the browser.
	$(BIN)/vigil up --demo

check: $(STAMP) ## Format, lint, types and import rules.
	$(BIN)/ruff format --check contracts services tests
	$(BIN)/ruff check contracts services tests
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: $(STAMP) ## The tests that need no server: the pure cores and contracts.
	$(BIN)/python -m pytest -q -n 2 tests/contracts tests/services/escalation tests/services/paging tests/services/roster

test: check ## Check, and run every test.
	$(BIN)/python -m pytest -q -n 3 --dist worksteal -m "not soak" $(TESTS)

bench: $(STAMP) ## Measure latency, storm, crisis line, deadlines, start-up and memory; prints a table.
	$(BIN)/python -m tests.bench

soak: $(STAMP) ## The long kill -9 run.
	$(BIN)/python -m pytest -q -m soak tests

contracts: $(STAMP) ## Regenerate AsyncAPI documents and the event catalogue.
	$(BIN)/python -m contracts.generate

lock: ## Resolve the dependencies again.
	$(BIN)/pip-compile --quiet --all-extras --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --output-file=requirements.lock pyproject.toml

clean: ## Remove what was built, the environment included; the store under var/ stays.
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
