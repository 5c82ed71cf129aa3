# Two commands do everything, set-up included: `make up` shows the gate, `make test` checks all of it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
PYTHONS ?= 3.11 3.12 3.13 3.14 3.15
VENV ?= .venv
SCENARIO ?= slow
INPUTS ?= 1000000
DURATION ?= 600
MODULES ?= model/progress.py polling/watch.py polling/scheduler.py polling/poller.py polling/flag_list.py polling/flag_reader.py polling/hints.py model/group.py starting/starter.py starting/resource.py
TIMES ?= 12
CLI ?= newest
WHICH ?= not thorough and not many_times

BIN := $(VENV)/bin
SOURCES := $(shell find pulumi_tcsql_check -name '*.py' -o -name '*.json') pyproject.toml README.md LICENSE
# Run a command with a pinned Pulumi CLI (CLI=newest or oldest) and this environment first on PATH, whatever else is on
# it; `make up` takes the user's own CLI if that is new enough. What the toolchain does meanwhile goes to the screen.
WITH_CLI = cli=$$($(BIN)/python tests/toolchain/bootstrap.py $(CLI)) && PATH="$$(tail -n 1 <<<"$$cli"):$(CURDIR)/$(BIN):$$PATH"

.PHONY: up test test-all e2e cancel setup lint unit packaging dist docs recording fuzz mutants many soak bench clean

up: CLI = any
up: $(VENV)/.package ## A real `pulumi up` that waits for a migration check; SCENARIO=fail shows a refusal.
	@$(WITH_CLI) python tests/demo.py $(SCENARIO)

setup: $(VENV)/.package $(VENV)-oldest/.package $(VENV)-provider/.package $(VENV)-docs/.package ## The environments and the CLI, and nothing else.
	@$(WITH_CLI) pulumi version

test: setup lint docs ## Everything: lint, types, documentation, unit, contract and end-to-end tests, coverage, on the built wheel.
	@$(BIN)/coverage erase
	@$(BIN)/coverage run $(BIN)/pytest tests/unit tests/contract --numprocesses 6
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report
	@$(MAKE) --no-print-directory e2e

test-all: test ## The same, unit and contract tests on every Python that is supported, each way to install it, and the further end-to-end tests on the newest and on the oldest CLI.
	@for version in $(PYTHONS); do $(MAKE) unit VENV=.venv-$$version PYTHON=python$$version; done
	@$(MAKE) packaging
	@$(MAKE) e2e WHICH=thorough
	@$(MAKE) e2e CLI=oldest WHICH="not many_times"
	@$(BIN)/python tests/toolchain/bootstrap.py check

e2e: $(VENV)/.package $(VENV)-oldest/.package $(VENV)-provider/.package ## The end-to-end tests on one CLI, newest or oldest; WHICH=thorough runs the further cases of `make test-all`.
	@$(WITH_CLI) pytest tests/e2e --numprocesses 8 --maxschedchunk 1 -m "$(WHICH)"

cancel: $(VENV)/.package ## How long an update takes to end when it is told to, in every situation: TIMES=12 each take 10 to 20 minutes.
	@$(WITH_CLI) TIMES=$(TIMES) pytest tests/e2e/test_cancel.py

unit: $(VENV)/.package $(VENV)-oldest/.package
	@$(BIN)/python --version
	@$(BIN)/pytest tests/unit tests/contract --quiet --numprocesses 6

packaging: $(VENV)/.package $(VENV)-packaging/.tools ## The wheel and the source distribution, installed from the index into empty environments.
	@$(BIN)/pytest tests/packaging --numprocesses 2

dist: $(VENV)/.tools $(VENV)-packaging/.tools ## The wheel and the source distribution in dist, checked as an index would check them.
	@rm -rf dist
	@$(BIN)/python -m hatchling build -d dist
	@$(VENV)-packaging/bin/twine check --strict dist/*

docs: $(VENV)-docs/.package ## The documentation as a site, in build/docs; a warning is an error.
	@$(VENV)-docs/bin/sphinx-build --quiet --fresh-env --fail-on-warning --doctree-dir build/.doctrees docs build/docs
	@echo "the documentation is build/docs/index.html"

recording: $(VENV)/.package ## The pictures in docs/images, of real commands in a terminal; takes two minutes.
	@$(WITH_CLI) PYTHONPATH=tests python tests/recording/record.py

bench: $(VENV)/.package ## Every figure that is promised, measured here; BENCH=import measures one.
	@$(WITH_CLI) python benchmarks $(BENCH)

lint: $(VENV)/.package
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/mypy
	@$(BIN)/mypy examples/created-here/__main__.py

fuzz: $(VENV)-fuzz/.package ## A coverage-guided fuzzer from bytes to verdict; INPUTS and SEED can be chosen.
	@PYTHONPATH=tests $(VENV)-fuzz/bin/python tests/proof/fuzz.py $(INPUTS) $(SEED)

mutants: $(VENV)-mutants/.package ## Whether a test notices each small change of the code that gives the verdict.
	@PYTHONPATH=tests $(VENV)-mutants/bin/python tests/proof/mutants.py $(MODULES)

many: $(VENV)/.package ## 40 pipelines at once within the API's limit of 20 requests a second.
	@PYTHONPATH=tests $(BIN)/python tests/proof/many.py

soak: $(VENV)/.package ## Real updates against random trouble, for DURATION seconds; SEED can be chosen.
	@$(WITH_CLI) PYTHONPATH=tests python tests/proof/soak.py $(DURATION) $(SEED)

clean: ## Removes what was built here; the CLI's cache outside stays.
	rm -rf .venv* build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache

define environment
	@echo "$(@D): making the environment"
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(@D)/bin/python -m pip install --quiet --requirement $<
	@touch $@
endef

$(VENV)/.tools: tests/requirements.txt
	$(environment)

$(VENV)-oldest/.tools: tests/requirements-oldest.txt
	$(environment)

$(VENV)-provider/.tools: tests/requirements-provider.txt
	$(environment)

$(VENV)-packaging/.tools: tests/requirements-packaging.txt
	$(environment)

$(VENV)-docs/.tools: tests/requirements-docs.txt
	$(environment)

$(VENV)-fuzz/.tools: tests/requirements-fuzz.txt
	$(environment)

$(VENV)-mutants/.tools: tests/requirements-mutants.txt tests/requirements.txt
	$(environment)

build/.wheel: $(SOURCES) | $(VENV)/.tools
	@rm -rf build
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build .
	@touch $@

$(VENV)/.package $(VENV)-oldest/.package $(VENV)-provider/.package $(VENV)-docs/.package $(VENV)-fuzz/.package $(VENV)-mutants/.package: %/.package: build/.wheel %/.tools
	@$*/bin/python -m pip install --quiet --force-reinstall --no-deps build/*.whl
	@touch $@
