# Everything that is installed or built is kept outside the repository, in $(CACHE), and made again when its inputs change.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/schemachange-operator
VENV := $(CACHE)/venv-$(shell cat requirements-dev.lock tests/make_venv.sh 2>/dev/null | sha256sum | cut -c1-12)
PYTHON := $(VENV)/bin/python
export PYTHONPATH := operator:tests
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help
help:  ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: demo
demo: $(VENV)/complete  ## Show the whole thing on a cluster on this machine
	$(PYTHON) -m demo

.PHONY: test
test: lint test-unit test-postgres test-campaign test-cluster  ## Everything that CI runs

.PHONY: lint
lint: $(VENV)/complete  ## Style, types, import contracts, generated files
	$(VENV)/bin/ruff check operator tests
	$(VENV)/bin/ruff format --check operator tests
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) tests/generate.py --check

.PHONY: test-unit
test-unit: $(VENV)/complete  ## The core, without network
	$(PYTHON) -m pytest tests/unit -q -n 2

.PHONY: test-postgres
test-postgres: $(VENV)/complete  ## Runner against real servers
	$(PYTHON) -m testcluster install-servers
	$(PYTHON) -m pytest tests/postgres -q -n 2 --dist loadgroup --no-loadscope-reorder --durations=5

.PHONY: test-campaign
test-campaign: $(VENV)/complete  ## A small part of the campaign, always the same
	$(PYTHON) -m testcluster install-servers
	rm -rf $(CACHE)/campaign-in-test
	$(PYTHON) -m campaign --state $(CACHE)/campaign-in-test run --runs 60 --seed 1
	$(PYTHON) -m campaign --state $(CACHE)/campaign-in-test run --runs 5 --seed 1 --level cluster --where-possible --fault failover-asynchronous
	$(PYTHON) -m campaign --state $(CACHE)/campaign-in-test run --runs 5 --seed 1 --level cluster --where-possible --fault operator-killed

.PHONY: test-cluster
test-cluster: prepare  ## Everything on a real cluster
	$(PYTHON) -m pytest tests/cluster -q -n 3 -m "not alone" --durations=10
	$(PYTHON) -m pytest tests/cluster -q -m alone

.PHONY: prepare
prepare: $(VENV)/complete  ## Cluster, images, operator, a database server
	$(PYTHON) -m playground prepare

.PHONY: campaign
campaign: $(VENV)/complete  ## Changes of every class under faults, checked by a program of its own: runs=1000 seed=1 level=runner
	$(PYTHON) -m testcluster install-servers
	$(PYTHON) -m campaign run --level $(or $(level),runner) --runs $(or $(runs),500) --seed $(or $(seed),1)
	$(PYTHON) -m campaign table

.PHONY: bench-plan
bench-plan: $(VENV)/complete  ## How long `schg plan` takes
	$(PYTHON) -m benchmarks.plan

.PHONY: bench-locks
bench-locks: $(VENV)/complete  ## How long the application stalls behind an ALTER TABLE: psql, Flyway, this runner
	$(PYTHON) -m benchmarks.locks

.PHONY: bench-backfill
bench-backfill: $(VENV)/complete  ## How fast rows are filled, and what an application feels of it
	$(PYTHON) -m benchmarks.backfill

.PHONY: bench-rules
bench-rules: $(VENV)/complete  ## How good the rules are, beside other linters
	$(PYTHON) -m benchmarks.rules

.PHONY: generate
generate: $(VENV)/complete  ## Write the generated files: CRDs, reference
	$(PYTHON) tests/generate.py

.PHONY: lock
lock: $(VENV)/complete  ## Pin all libraries anew from pyproject.toml
	sh tests/lock.sh $(PYTHON)

.PHONY: clean
clean:  ## Take the cluster away and remove everything built or installed
	python3 -m testcluster clean
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/complete:
	sh tests/make_venv.sh $(VENV)
