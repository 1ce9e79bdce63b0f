# `make run` and `make test` are all that a newcomer needs; both install what is missing first.
BIN := .venv/bin

.PHONY: run setup setup-dev test check lint types imports format verify bench pictures contact-sheet example-assets docs fuzz chaos

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

# Long runs: 1080p streams are read back for a minute each.
verify: setup-dev
	$(BIN)/python -m pytest tests/integration --read-seconds 60 --size 1920x1080

# All that is measured, in full (about an hour), kept with date, commit and machine; a summary at the end. Needs
# root for the part with hosts of their own.
bench: setup-dev
	$(BIN)/framefarm perf all --keep bench/results

# Everything is broken once while the stream is watched; the table goes to docs/reliability.md. Needs root
# for the parts with hosts of their own.
chaos: setup-dev
	$(BIN)/python -m tests.chaos --keep

# The README's pictures, of a farm that runs.
pictures: setup-dev
	$(BIN)/python -m tests.browser.pictures

# One picture of all examples, for the README.
contact-sheet: setup-dev
	$(BIN)/python -m tests.golden.contact_sheet

# The pictures that the example scenes show.
example-assets: setup-dev
	$(BIN)/python -m tests.golden.art

# The reference in docs/, from the schema of scenes.
docs: setup-dev
	$(BIN)/python -m tests.docs

# Broken scenes and damaged files by the thousand; a case that fails can be tried again by its number.
fuzz: setup-dev
	$(BIN)/python -m tests.fuzz documents --count 10000
	$(BIN)/python -m tests.fuzz files --count 2000
	$(BIN)/python -m tests.fuzz fonts --count 5000
	$(BIN)/python -m tests.fuzz drawings --count 2000
	$(BIN)/python -m tests.fuzz characters --count 1000

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
