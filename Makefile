# The entry points that a newcomer and CI use. `make` alone lists them.
# PYTHON=python3.12 chooses the interpreter that makes .venv; without it the newest that fits is taken.

PYTHON ?=
export PYTHON
UV ?= uv
BIN := .venv/bin
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
LOCK := $(UV) pip compile pyproject.toml --group build $(LOCK_OPTIONS)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test browsers check format widget lock bench bench-widget

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

setup: ## make .venv with the pinned run-time dependencies
	@sh scripts/setup.sh run

setup-dev: ## the same with the tools that tests and checks need
	@sh scripts/setup.sh dev

run: setup ## serve the product with a demo workspace and a demo site
	@$(BIN)/leadsbot demo

test: setup-dev ## run every test: units, both databases, the browser
	@sh scripts/test.sh

browsers: setup-dev ## run the widget's cases in Firefox and in WebKit, and renew the matrix in widget/README.md
	@sh scripts/browsers.sh

check: setup-dev ## what CI checks: format, lint, types, import contracts, widget, docs
	@sh scripts/check.sh

format: setup-dev ## rewrite the Python files as `make check` wants them
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

widget: setup-dev ## build public/widget*.js and hosted-form.js from widget/
	@$(BIN)/python scripts/build_widget.py

lock: ## renew the locks after a change in pyproject.toml (needs uv); LOCK_FLAGS=--upgrade takes what is newest
	@$(LOCK) $(LOCK_FLAGS) --output-file requirements.txt
	@$(LOCK) $(LOCK_FLAGS) --group dev --constraints requirements.txt --output-file requirements-dev.txt
	@$(UV) pip compile --group browsers $(LOCK_OPTIONS) $(LOCK_FLAGS) --constraints requirements-dev.txt --output-file requirements-browsers.txt

bench: setup-dev ## measure the capture path beside a hello world
	@$(BIN)/python -m bench.capture

bench-widget: setup-dev ## measure the widget's size and time beside other trackers (needs npm)
	@$(BIN)/python -m bench.widget
