# Everything a developer or a curious visitor runs. `make setup` needs Python 3.11 or newer and make.
# `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
LOWEST := .venv-lowest
MUTATION := .venv-mutation
MUTMUT := mutmut==3.8.1
PY := $(VENV)/bin/python
PIP := -m pip --disable-pip-version-check --quiet --no-input
# Arguments for the program or the tests: make demo ARGS="--for 30", make test ARGS="-k whistle"
ARGS ?=
# The window tests run on a real X server of their own: same pixels everywhere, no window in your way.
ON_SCREEN := tools/on-virtual-screen

.PHONY: help setup demo test test-locked test-lowest check lint format performance mutation screenshots translations \
  pages lock clean

help:
	@sed -n 's/^## //p' Makefile

## make setup        a virtual environment from the lock file, the program at .venv/bin/dispatcher
setup: $(VENV)/.ready

## make demo         a street office at work: centre, simulated city and console in one (ARGS="--for 30")
demo: setup
	@$(VENV)/bin/dispatcher demo $(ARGS)

## make test         every test on the locked versions, then the windows' on the lowest allowed ones
test: setup
	@tools/run-tests plain $(PY) $(ARGS)
	said=$$(mktemp)
	trap 'rm -f "$$said"' EXIT
	$(MAKE) test-lowest >"$$said" 2>&1 & lowest=$$!  # beside the others, on a screen of its own
	status=0
	tools/run-tests windows $(PY) $(ARGS) || status=$$?
	wait $$lowest || status=$$?
	cat "$$said"
	exit $$status

## make check        what must be green before a commit: format, lint, types, borders, tests
check: lint test-locked

lint: setup
	@set -x
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(VENV)/bin/pyright
	$(VENV)/bin/lint-imports
	$(PY) tools/translations.py --check
	$(PY) tools/rules.py --check
	$(PY) tools/protocol.py --check

test-locked: setup
	@tools/run-tests plain $(PY) $(ARGS)
	tools/run-tests windows $(PY) $(ARGS)

test-lowest: setup
	@if $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 14))'; then
	  echo "The lowest versions have no wheels for Python 3.14; run this with 3.11 to 3.13."
	else
	  $(MAKE) $(LOWEST)/.ready
	  tools/run-tests windows $(LOWEST)/bin/python $(ARGS)
	fi

## make format       format and mend what ruff can mend
format: setup
	@$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

## make audit       known holes in what the locks name, and what bandit finds in our own code
audit: setup
	@set -x
	$(PY) -m bandit --quiet --recursive --configfile pyproject.toml dispatcher
	$(PY) -m pip_audit --strict --disable-pip --require-hashes --requirement requirements.lock
	$(PY) -m pip_audit --strict --disable-pip --require-hashes --requirement requirements-lowest.lock

## make performance  run the benchmarks and write docs/performance.md
performance: setup
	@$(ON_SCREEN) $(PY) -m benchmarks $(ARGS)

## make mutation     mutants of the rules, clocks and rates: which of them the tests catch (ARGS="--sample 0": all)
mutation: $(MUTATION)/.ready
	@$(MUTATION)/bin/python tools/mutation.py $(ARGS)

## make screenshots  make the pictures in docs/images anew
screenshots: setup
	@tools/screenshots

## make translations collect the texts, compile the English, list what lacks it
translations: setup
	@$(PY) tools/translations.py

## make pages        make the tables of docs/rules.md and docs/protocol.md anew from the code
pages: setup
	@$(PY) tools/rules.py
	$(PY) tools/protocol.py

## make lock         resolve the dependencies anew (needs the package index)
lock:
	@python3 -m venv .venv-lock
	.venv-lock/bin/python $(PIP) install uv
	compile=".venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --upgrade --custom-compile-command 'make lock'"
	eval "$$compile --extra dev --output-file requirements.lock pyproject.toml"
	eval "$$compile --extra test --resolution lowest-direct --output-file requirements-lowest.lock pyproject.toml"
	rm -rf .venv-lock

## make clean        remove the environments and what the tools left
clean:
	rm -rf $(VENV) $(LOWEST) $(MUTATION) mutants build dist *.egg-info .pytest_cache .ruff_cache .hypothesis demo-output

# The environment is ready when its packages are the lock's and Qt finds its system libraries.
$(VENV)/.ready: $(VENV)/.packages tools/system-libraries
	@tools/system-libraries $(PY)
	touch $@

$(VENV)/.packages: requirements.lock pyproject.toml setup.py tools/make-environment
	@tools/make-environment $(VENV) requirements.lock
	touch $@

$(LOWEST)/.ready: requirements-lowest.lock pyproject.toml setup.py tools/make-environment
	@PYTHON=$(PY) tools/make-environment $(LOWEST) requirements-lowest.lock
	touch $@

$(MUTATION)/.ready: requirements.lock pyproject.toml setup.py tools/make-environment
	@tools/make-environment $(MUTATION) requirements.lock
	$(MUTATION)/bin/python $(PIP) install $(MUTMUT)
	touch $@
