# Every target sets up what it needs by itself. Python 3.11 or later is enough to begin with.
# Another Python: `make demo PYTHON=/path/to/python3.12`.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench prove soak serve pictures lab

BIN := .venv/bin
PORT ?= 8000
export PYTHON

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: .venv/.runtime ## two simulated phones in your browser: no account, no carrier
	@port=$$($(BIN)/python ops/free_port.py $(PORT)) && echo "Open http://localhost:$$port (Ctrl-C ends it)" \
		&& exec $(BIN)/intersession demo --port "$$port"

serve: .venv/.runtime ## the line itself; options: make serve ARGS="--port 9000"
	@exec $(BIN)/intersession serve $(ARGS)

test: .venv/.dev lab ## every test but the long proofs; options: make test ARGS="-k hours"
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/.dev ## style, types, import directions, links and forbidden things
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python ops/check_docs.py

prove: .venv/.dev ## walk every situation, and every state of every kind of call: half an hour
	@$(BIN)/python -m pytest -m prove $(ARGS)

soak: .venv/.dev lab ## every story on every carrier, outages, and many calls at once
	@$(BIN)/python -m pytest -m soak $(ARGS)

bench: .venv/.dev lab ## measure this line against its limits, in one run
	@$(BIN)/python -m bench $(ARGS)

pictures: .venv/.dev lab ## take the documentation's pictures of the demo's screens
	@$(BIN)/python ops/pictures.py

lab: .venv/.dev
	@sh ops/lab.sh

.venv/.runtime: requirements/runtime.txt ops/setup.sh ops/link.py
	@sh ops/setup.sh runtime

.venv/.dev: requirements/dev.txt ops/setup.sh ops/link.py
	@sh ops/setup.sh dev
