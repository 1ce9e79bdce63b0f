# `make run` and `make test` are all that a newcomer needs; both install what is missing first.
BIN := .venv/bin

.PHONY: run setup setup-dev test check lint types imports format bench chaos

run: setup
	$(BIN)/framefarm up --demo

setup:
	@deploy/setup

setup-dev:
	@deploy/setup --dev

test: setup-dev
	$(BIN)/python -m pytest

check: setup-dev lint types imports

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

imports:
	$(BIN)/lint-imports

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
