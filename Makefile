# Every target first makes this checkout able to run (a second time: less than a second, offline). Arguments go in ARGS: make logs ARGS="booking-api -f"
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The first Python that is new enough, or plain python3, whose error then says what is missing.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && exit; done; echo python3)
BIN := .venv/bin
ARGS ?=
# Compiled Python is kept, whatever is usual on this machine: a run starts hundreds of processes, and compiling is most of what a start takes.
export PYTHONDONTWRITEBYTECODE :=
# Tests run side by side, each file on one worker with a store of its own; all share one Kafka, and those on running services share these on one worker.
# One more worker than processors: a test on the store or the broker waits about as long as it works.
WORKERS ?= $(shell echo $$(($$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1)))

# What takes minutes: one worker for what shares a running stack, one for all that starts its own. Each keeps several processes busy.
LONG_WORKERS ?= 2
# Where tests of a slow tier are looked for; CI takes a part of each: make test-long LONG=tests/journeys
LONG ?= tests deploy libs services
COMPOSE ?= deploy/cli/tests tests/compose

PACKAGES := libs/domain libs/events libs/service services/booking services/screening services/sessions services/billing deploy/cli deploy/clinic deploy/identity
SOURCES := $(addsuffix /src,$(PACKAGES)) $(wildcard $(addsuffix /tests,$(PACKAGES)) $(addsuffix /tools,$(PACKAGES)) tests) docs/integrators/examples

# Writes what each service answers over HTTP, as OpenAPI.
DESCRIBE := $(BIN)/python -m careflow_service.describing docs/integrators booking screening sessions billing
# Writes the catalogue of events, as pages for people.
NUMBERS := $(BIN)/python -m careflow_service.clinical_numbers screening sessions
BROWSE := $(BIN)/python -m careflow_service.catalogue_pages
HOLIDAYS := $(BIN)/python -m careflow_service.testing.federal_holidays

# What `make test` checks before it runs the tests, in this order: add a target here to add a check.
CHECKS := check-format check-lint check-types check-imports check-generated check-contract

.PHONY: help
help:
	@echo 'CareFlow. First: make demo (walks a patient through the system), make test (what every change passes)'
	@echo '  up down status logs   the local stack, kept data in .careflow/'
	@echo '  sample                fills the empty stack that is up with a clinic on a working day, to look at'
	@echo '  doctor                what this machine has, and what is missing'
	@echo '  lint format           the quick checks; rewrite the sources in the house format'
	@echo '  generated             write samples that are missing, schemas, AsyncAPI, OpenAPI, the catalogue, the clinical numbers and the federal holidays anew'
	@echo '  release-contract      keep the events of today as a released version, for ever; VERSION=1.0'
	@echo '  release               images, wheel, sources, bills of materials, checksums; ARGS="--key FILE" signs them'
	@echo '  audit                 whether anything that a lock file pins has a known vulnerability; asks OSV or PyPI; ARGS="--osv URL" asks one of your own'
	@echo '  bench                 measurements'
	@echo '  test-chaos            the kill matrix: everything is broken under load; ROUNDS=5 SEED=7 MINUTES=30 ARGS="--only kafka"'
	@echo '  simulate              worlds of three services in which everything goes wrong, until Ctrl-C; ARGS="--first 1000 --seconds 60"'
	@echo '  test-thorough         every decision overtaken by every other, whole processes killed and put back: minutes; CI runs it with each change'
	@echo '  test-long             what takes minutes: most journeys and the whole course of treatment, the demo, the documented commands, the bench'
	@echo '  test-walks            a hundred thousand walks over the money, thousands of weeks of the calendar, days at the bedside and weeks of alarms: half an hour'
	@echo '  test-fuzz             every route of every service, asked for what its document allows and forbids: many minutes'
	@echo '  test-pages            the pages in a real browser; needs Chromium, for example apt-get install chromium'
	@echo '  test-pages-long       several people in a browser each, on a running stack, from the free call to a superbill: minutes'
	@echo '  test-compose          docker-compose and the containers of a local stack, for real; needs a Docker engine'
	@echo '  test-all              all of these, one after the other: hours, for the night and before a release'
	@echo '  locks clean           write the lock files anew; remove all that make made in this checkout'

.PHONY: bootstrap
bootstrap:
	@command -v "$(PYTHON)" >/dev/null || { echo 'careflow: no $(PYTHON) here; install Python 3.11 or newer, or: make PYTHON=/path/to/python' >&2; exit 1; }
	@$(PYTHON) -I deploy/cli/src/careflow_cli/bootstrap.py

.PHONY: demo up sample down status logs doctor
demo up sample down logs doctor: bootstrap
	@$(BIN)/careflow $@ $(ARGS)
status: bootstrap # its exit code 3, "not all of it runs", is no failure of make
	@$(BIN)/careflow status $(ARGS) || [ $$? -eq 3 ]

.PHONY: test lint format generated check-tests $(CHECKS)
test: $(CHECKS) check-tests
lint: $(CHECKS)

check-format: bootstrap
	@echo '== format' && $(BIN)/ruff format --check --quiet .
check-lint: bootstrap
	@echo '== lint' && $(BIN)/ruff check --quiet .
check-types: bootstrap
	@echo '== types' && $(BIN)/mypy $(SOURCES)
check-imports: bootstrap
	@echo '== imports' && PYTHONPATH=. $(BIN)/lint-imports
check-generated: bootstrap
	@echo '== generated files' && $(BIN)/python -m careflow_events.schemas --check && $(DESCRIBE) --check && $(BROWSE) --check && $(NUMBERS) --check docs/operators/clinical-numbers.md && $(HOLIDAYS) --check
check-contract: bootstrap
	@echo '== contract' && $(BIN)/careflow contract check
check-tests: bootstrap
	@echo '== tests' && $(BIN)/careflow infra prepare && $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

generated: bootstrap
	@$(BIN)/python -m careflow_events.testing.samples && $(BIN)/python -m careflow_events.schemas && $(DESCRIBE) && $(BROWSE) && $(NUMBERS) --write docs/operators/clinical-numbers.md && $(HOLIDAYS)
format: bootstrap
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format .

# The first is 1.0. It is released once this is committed and landed; nothing of it is ever changed after that.
.PHONY: release-contract
release-contract: check-generated
	@$(BIN)/careflow contract release $(VERSION) && $(MAKE) --no-print-directory generated check-generated check-contract

.PHONY: release
release: bootstrap
	@$(BIN)/careflow release $(ARGS)

# Exit codes of its own, which make turns into 2: 1 something was found, 3 nobody answered.
.PHONY: audit
audit: bootstrap
	@$(BIN)/python -m careflow_cli.release.advisories $(ARGS)

.PHONY: bench test-thorough test-long test-walks test-fuzz test-pages test-pages-long test-chaos test-compose simulate
bench: bootstrap
	@$(BIN)/careflow infra prepare && $(BIN)/python tests/bench/run.py $(ARGS)
simulate: bootstrap
	@$(BIN)/python -m careflow_events.testing.simulation $(ARGS)
test-thorough: bootstrap
	@$(BIN)/careflow infra prepare && $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m 'thorough and not long and not containers' $(ARGS)
test-long: bootstrap
	@$(BIN)/careflow infra prepare && $(BIN)/pytest -n $(LONG_WORKERS) --dist loadfile --no-loadscope-reorder $(LONG) -m 'long and not browser' $(ARGS)
test-walks: bootstrap
	@$(BIN)/pytest -n $(WORKERS) services -m walks $(ARGS)
test-fuzz: bootstrap
	@$(BIN)/careflow infra prepare && $(BIN)/pytest -n $(WORKERS) libs/service services -m fuzz $(ARGS)
test-pages: bootstrap
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r locks/browser.txt
	@$(BIN)/careflow infra prepare && $(BIN)/pytest tests/pages -m 'browser and not long' $(ARGS)
test-pages-long: bootstrap
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r locks/browser.txt
	@$(BIN)/careflow infra prepare && $(BIN)/pytest tests/pages -m 'browser and long' $(ARGS)
test-chaos: bootstrap
	@$(BIN)/careflow infra prepare && $(BIN)/python -m tests.chaos.run $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)
test-compose: bootstrap
	@docker version >/dev/null 2>&1 || { echo 'careflow: test-compose needs a Docker engine: start one, or say where it is with DOCKER_HOST' >&2; exit 1; }
	@$(BIN)/pytest $(COMPOSE) -m 'compose or containers' $(ARGS)

# Before a release, and every night: hours.
.PHONY: test-all
test-all: test test-thorough test-long test-pages test-pages-long test-compose test-walks test-fuzz test-chaos

.PHONY: locks clean
locks: bootstrap
	@UV="$(BIN)/uv" locks/compile $(ARGS)
clean:
	@if [ -x $(BIN)/careflow ] && [ -d .careflow ]; then $(BIN)/careflow down --forget; fi
	@rm -rf .venv .careflow .bootstrap.log .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
