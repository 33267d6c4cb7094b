# Two commands for a newcomer: `make demo`, then `make test`. Everything is installed into .venv, from the package registry alone.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq
PINS := pyproject.toml constraints.txt

MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_BUILD_CONSTRAINT = constraints.txt

.PHONY: help demo test test-long check format bench null docs build clean
.DEFAULT_GOAL := help

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1: \2/p' Makefile

demo: .venv/.installed ## adapt the starter encoder to made-up hospital records, and show the proof
	@$(BIN)/acclimate demo

# A worker a core, and a thread a worker: tiny models gain nothing from more. The order is that of tests/conftest.py;
# xdist's own puts files of few tests last, and those are the slowest.
test: .venv/.installed-test ## the whole suite
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-long: .venv/.installed-test ## what the suite runs in a shorter form, at full length: real data as a whole (half an hour)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto -m long --timeout 3600

check: .venv/.installed-dev ## format, lint, types, the import contract, and whether the generated docs are up to date
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/generate_docs.py --check

format: .venv/.installed-dev ## lay the code out, and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.installed-test ## the benchmarks whose results stand in benchmarks/
	@$(BIN)/python -m benchmarks

null: .venv/.installed-test ## the null test: 100 pairs of runs that differ in their seed alone (some minutes)
	@$(BIN)/python -m benchmarks.null

docs: .venv/.installed-dev ## write the generated parts of the docs anew
	@$(BIN)/python tools/generate_docs.py

build: .venv/.installed ## a wheel in dist/
	@$(BIN)/python -m pip wheel -qq --no-deps --wheel-dir dist .
	@ls dist/*.whl

clean: ## take away what was built (runs/ and .venv stay)
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# torch goes in first and alone: it is by far the largest, and what is cut off can be taken up after it.
.venv/.torch: constraints.txt
	@test -x $(BIN)/python || { echo "Making .venv ..."; $(PYTHON) -m venv .venv; }
	@$(BIN)/python -c 'import sys; sys.version_info >= (3, 11) or sys.exit("acclimate needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@echo "Installing torch (some minutes, once) ..."
	@$(PIP) $$(grep '^torch==' constraints.txt)
	@touch $@

.venv/.installed: .venv/.torch $(PINS)
	@echo "Installing acclimate ..."
	@$(PIP) -c constraints.txt -e .
	@touch $@

.venv/.installed-test: .venv/.torch $(PINS)
	@echo "Installing acclimate and what its tests need ..."
	@$(PIP) -c constraints.txt -e '.[test]'
	@touch $@ .venv/.installed

.venv/.installed-dev: .venv/.torch $(PINS)
	@echo "Installing acclimate and what its checks need ..."
	@$(PIP) -c constraints.txt -e '.[dev]'
	@touch $@ .venv/.installed-test .venv/.installed
