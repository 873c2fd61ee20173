# Every target sets up what it needs, in .venv, at the versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test test-neural check bench docs clean

demo: $(VENV)/.base  ## make a short world and give its silent picture the right sound
	$(BIN)/seehear demo

test: $(VENV)/.dev check  ## lint, types, import rules, every test that needs no extra
	$(BIN)/python -m pytest -q -rs -n 2 -m "not neural"

test-neural: $(VENV)/.neural  ## the same with torch beside it: the tests of the extra 'neural'
	$(BIN)/python -m pytest -q -rs -m neural tests
	$(BIN)/python -m pytest -q src/seehear/networks src/seehear/sound/flow src/seehear/train src/seehear/draw

check: $(VENV)/.dev
	$(BIN)/ruff check src tests bench tools
	$(BIN)/ruff format --check src tests bench tools
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench  ## the numbers of docs/numbers.md, measured here, beside peers
	$(BIN)/python bench/run.py

docs: $(VENV)/.base  ## the generated pages: scene schema, command line, layouts
	$(BIN)/python tools/make_docs.py

clean:
	rm -rf $(VENV) seehear-demo

$(VENV)/.base: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) -e '.[dev]'
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) -e '.[bench]'
	touch $@

$(VENV)/.neural: $(VENV)/.dev
	$(PIP) torch==2.13.0
	$(PIP) -e '.[neural]'
	touch $@
