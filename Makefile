# Every command sets up what it needs; paths are relative, so the folder's own path may hold anything.
HOST ?= 127.0.0.1
PORT ?= 8501
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
BENCHES := service second_prompt repeated looking together rerun dashboard claims \
	streams streamers first_token interrupted alternatives lasting text_wire on_gpu demo \
	review_figures review_pages review_search feedback_writes export \
	api_detect first_over_sse rerun_cpu mixed

.PHONY: run test test-slow check format docs browser train-detector train-writer evaluate bench recording clean

# Every thread would keep a heap of its own, and what it freed: 8 % more memory after 2,000 requests.
run: $(RUN_READY)
	@export MALLOC_ARENA_MAX=2; exec $(PY) -m streamlit run Home.py --server.address "$(HOST)" --server.port "$(PORT)"

# Three tests at a time, as most wait for a page or a program; a file's tests share what they start.
test: check browser
	$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not slow"

test-slow: browser
	$(PY) -m pytest -m slow

check: $(DEV_READY)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) manage.py docs --check
	$(PY) -m mypy
	$(VENV)/bin/hadolint Dockerfile
	$(VENV)/bin/shellcheck .ci/run deploy/*.sh
	$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec deploy/compose*.yaml
	$(PY) -m check_jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(PY) -m kubernetes_validate --strict --quiet $(filter-out %/kustomization.yaml, \
		$(wildcard deploy/kubernetes/*.yaml deploy/kubernetes/base/*.yaml))

format: $(DEV_READY)
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

docs: $(RUN_READY)
	$(PY) manage.py docs

browser: $(DEV_READY)
	@$(PY) -m bench.chromium

# A step asks for the same large blocks again and again; handing them back to the system each time
# costs a sixth of the time.
train-detector train-writer: train-%: $(DEV_READY)
	MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=34359738368 $(PY) -m training.train_$*
	$(PY) -m training.publish $*

evaluate: $(DEV_READY)
	$(PY) -m training.evaluate

bench: browser
	@for name in $(BENCHES); do $(PY) -m bench.$$name || exit 1; done

# Pictures and the clip of the README, taken of the product with demo data.
recording: browser
	$(PY) -m bench.recording

$(RUN_READY): requirements.txt
	@test -x $(PY) || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Glimpse needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.txt names; the first time this takes a minute or two"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV_READY): $(RUN_READY) requirements-dev.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
