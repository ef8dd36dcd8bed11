# What a person types. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE
ifdef PORT_BASE
export GOVLAKE_PORT_BASE := $(PORT_BASE)
endif
.PHONY: help env lock fetch jars demo up down status clean test check lint types bench bench-stream chaos-stream chaos-lake soak freeze

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

env: ## the environment: system packages where it may, .venv from the hash locks
	@infra/setup.sh

fetch: env ## the jars of Spark's connectors and the Kafka broker, checked against their sums
	@infra/fetch_jars.sh

jars: fetch ## fetch, and train Spark on them for faster starts
	@infra/spark/train.sh

demo: fetch ## everything: stack up, samples in, the whole flow run, the result shown (PORT_BASE=20000 for a second clone)
	@$(PYTHON) -m infra.demo

up: jars ## start the stack: Kafka, PostgreSQL, Airflow, the stream job
	@$(PYTHON) -m infra.stack up

down: ## stop the stack, all of it
	@[ ! -x $(PYTHON) ] || $(PYTHON) -m infra.stack down

status: ## what is alive, where, since when
	@$(PYTHON) -m infra.stack status || true

clean: ## stop the stack and forget all data
	@[ ! -x $(PYTHON) ] || $(PYTHON) -m infra.stack clean

check: jars ## the inner loop, under a minute: lint, types, plain tests, one Spark test
	@infra/check.sh quick

test: jars ## every test, Spark, Kafka, Airflow and a browser included
	@infra/setup.sh --tests
	@infra/check.sh all

lint: env ## ruff
	@.venv/bin/ruff check .

types: env ## mypy
	@.venv/bin/mypy

bench: jars ## benchmarks, into build/bench.jsonl and docs/benchmarks.md
	@$(PYTHON) -m tests.bench

bench-stream: jars ## latencies of the stream beside other systems, into build/bench-stream.jsonl (SYSTEMS="echo two" for some)
	@$(PYTHON) -m tests.bench.stream $(SYSTEMS)

chaos-stream: jars ## the stream's programs killed at random under load, then the account, into build/chaos-stream.json
	@$(PYTHON) -m tests.bench.stream.chaos

chaos-lake: jars ## every kind of source taken in while drivers and the broker are killed at random (KILLS=60 SEED=7), then the proof, into build/chaos-lake.json
	@$(PYTHON) -m tests.bench.kills $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

soak: jars ## a million made values a rule, Spark against Python; a million spoilt inputs against the readers (PARTS="rules inputs stream", N=1000, SEED=1, KIND=csv)
	@$(PYTHON) -m tests.soak $(PARTS)

freeze: env ## the contracts as a release ships them, frozen in tests/golden: later editions are compared with them
	@$(PYTHON) -m tests.frozen

lock: env ## renew infra/requirements.txt from pyproject.toml, the bench's own lock, and the sums of the jars
	@build/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev --output-file infra/requirements.txt pyproject.toml
	@build/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --output-file tests/bench/stream/quix.txt tests/bench/stream/quix.in
	@LOCKING=yes infra/fetch_jars.sh
