# Everything a developer does. Needs Python 3.11 or newer and make; the rest is installed into .venv.

# The newest Python that works and is known to; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& echo "$$python" && break; done)
IN_VENV := .venv/bin/python
PIP := $(IN_VENV) -m pip --disable-pip-version-check --no-input
UV := uv==0.13.9
TEST_PROCESSES ?= auto
TESTS ?= tests

# The pinned time-zone data wins over the machine's.
export PYTHONTZPATH :=
# A setting of the developer's shell must not turn a packaged file into another one.
unexport PYTHONPATH
# The tests' receivers come from npm: trust whom the machine trusts, such as a company's proxy.
export NODE_USE_SYSTEM_CA := 1

# A .venv whose Python has gone (an upgrade, a copied folder) is made anew.
$(shell .venv/bin/python -c '' 2>/dev/null || rm -rf .venv)

.PHONY: help run test soak check lint lock mutation bench format clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/run.txt ## start the whole service with demo data
	@$(IN_VENV) -m coach.cli run

test: .venv/dev.txt ## run all tests, on their own PostgreSQL and Valkey
	@$(IN_VENV) -m pytest -n $(TEST_PROCESSES) --maxprocesses 8 --dist worksteal $(TESTS)

# One process after the other, and no limit to a single test: it is the machine that is to be busy, not the tests.
SOAK ?= 1
soak: .venv/dev.txt ## the reminder fault suite in its long form (SOAK=5 is five times as long)
	@COACH_TEST_SOAK=$(SOAK) $(IN_VENV) -m pytest -n 0 -o faulthandler_timeout=0 tests/faults

check: lint test ## everything that CI asks for

lint: .venv/dev.txt ## formatting, lint, types, import arrows
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m mypy
	$(IN_VENV) -c 'from importlinter.cli import lint_imports_command as lint; lint()'

mutation: .venv/dev.txt ## take each rule out and show which worked cases notice
	@$(IN_VENV) -m tests.programs.mutation

bench: .venv/dev.txt ## measure (BENCH=name for one); what was measured is in bench/README.md
	@$(IN_VENV) -m bench $(BENCH)

format: .venv/dev.txt ## format the code
	$(IN_VENV) -m ruff check --fix .
	$(IN_VENV) -m ruff format .

# One resolution for all three lists, so that what is tested is what runs.
LOCK = $(IN_VENV) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command 'make lock' --extra build
lock: .venv/dev.txt ## renew the locked dependencies (UPGRADE=--upgrade takes newer ones)
	$(PIP) install --quiet '$(UV)'
	$(LOCK) $(UPGRADE) --extra standalone --extra dev --output-file requirements/dev.txt
	$(LOCK) $(UPGRADE) --constraint requirements/dev.txt --extra standalone --output-file requirements/run.txt
	$(LOCK) $(UPGRADE) --constraint requirements/dev.txt --output-file requirements/server.txt

clean: ## delete .venv and the data of `make run`
	@if [ -x $(IN_VENV) ] && [ -f .venv/run.txt -o -f .venv/dev.txt ]; then $(IN_VENV) -m coach.cli reset; fi
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info

# .venv/run.txt and .venv/dev.txt say which lock is installed, so only a changed lock installs again.
# The second holds all of the first.
.venv/run.txt .venv/dev.txt: .venv/%.txt: requirements/%.txt | $(IN_VENV)
	@echo "Installing what requirements/$*.txt locks; this happens once."
	@$(PIP) install --root-user-action ignore --require-hashes --only-binary :all: --requirement $<
	@$(PIP) install --root-user-action ignore --quiet --no-deps --no-build-isolation --editable .
	@cp requirements/run.txt .venv/run.txt
	@cp $< $@

$(IN_VENV):
	@[ -n "$(PYTHON)" ] || { echo "This needs Python 3.11 to 3.14 (set PYTHON=/path/to/python)."; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)."
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
