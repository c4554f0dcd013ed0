# The single door to Placet. `make help` explains every target.
# SPDX-License-Identifier: Apache-2.0
.DEFAULT_GOAL := help
.PHONY: help run story test check bench env-run env-test
SHELL := /bin/sh

PYTHON ?= python3
PEOPLE ?= 500
FRESH ?=
WORKERS ?= 0
export PYTHON

# Everything here is a development run; the demo refuses any other value (see docs/).
PLACET_ENV ?= development
export PLACET_ENV

help: ## Show this list
	@echo "Placet: consent, permits and provable audit for genomes"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  First time: make run. Nothing but Debian 12 (or alike), Python 3.11, git and make is needed."

run: env-run ## Start the whole suite here, play the story once, print URLs and logins (FRESH=1 starts over)
	@exec .venv/bin/python -m services.demo run --people $(PEOPLE) $(if $(FRESH),--fresh)

story: env-run ## Play the story against the running suite, or start one for it (PEOPLE=500)
	@exec .venv/bin/python -m services.story --people $(PEOPLE)

test: env-test ## Run everything: checks, unit tests, real PostgreSQL, Kafka, nginx and browser (WORKERS=2: in two processes)
	@.venv/bin/python -m tests.support.kafka prepare
	@.venv/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: env-test ## Static checks: ruff, formatting, mypy --strict, import contracts
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy
	.venv/bin/lint-imports

bench: env-test ## Run the benchmarks and print their figures
	@.venv/bin/python -m tests.bench $(ARGS)

env-run:
	@services/demo/bootstrap.sh run

env-test:
	@services/demo/bootstrap.sh test
