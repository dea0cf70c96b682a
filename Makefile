# Every verb of this repository; `make help` lists them. Each one sets up first what it needs, once.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Tests and benchmarks share the machine's cores: `make -j` must not run two of them at once.
.NOTPARALLEL:

PYTHON ?= python3
WORKERS ?= 2
DEMO_WORK ?= demo/work
BIN := .venv/bin
# A uv on PATH that answers is used as it is; otherwise the one pinned in .ci/uv.txt goes into .uv/.
UV := $(or $(shell uv --version >/dev/null 2>&1 && command -v uv),.uv/bin/uv)
# A tool beside the checkout, where there is one.
STYLE_STATS := ../shared/tools/style_stats.py

# Nothing reports home, and nothing is downloaded at run time.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export YOLO_OFFLINE := true
export YOLO_AUTOINSTALL := false
export ULTRALYTICS_SAFE_LOAD := 1
export HF_HUB_OFFLINE := 1
export UV_PYTHON_DOWNLOADS := never

# $(call debian_packages,NAMES) installs them as root, and otherwise says how and stops.
define debian_packages
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	echo "missing on this machine, installing: $(1)"; \
	apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; \
else \
	echo "missing on this machine; run: sudo apt-get install $(1)" >&2; exit 1; \
fi
endef

.PHONY: help
help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s%s\n", $$1, $$2}' Makefile

# --- set-up ---------------------------------------------------------------------------------------------

.PHONY: setup requirements system chromium
setup: .venv/installed ## make .venv from the lock, and install the project into it
requirements: .venv/locked ## only the locked dependencies, without the project

# What opencv-python links to and does not bring (libX11 and libxcb come with libgl1).
system: ## the system libraries that the dependencies need
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	@[ "$$(uname)" != Linux ] \
		|| $(PYTHON) -c 'from ctypes import CDLL; CDLL("libGL.so.1"); CDLL("libgthread-2.0.so.0")' 2>/dev/null \
		|| { $(call debian_packages,libgl1 libglib2.0-0); }

.uv/bin/uv: .ci/uv.txt
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call debian_packages,python3-venv); }
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r .ci/uv.txt
	@touch $@

# A virtual environment whose interpreter is gone counts as none.
.PHONY: FORCE
.venv/locked: requirements.txt $(shell [ -x $(BIN)/python ] || echo FORCE) | $(UV)
	@$(MAKE) --no-print-directory system
	@[ -x $(BIN)/python ] || { rm -rf .venv; $(UV) venv --quiet --python $(PYTHON) .venv; }
	$(UV) pip sync --python $(BIN)/python --require-hashes --no-build requirements.txt
	@touch $@

# The lock holds setuptools, so that building the project itself fetches nothing.
.venv/installed: .venv/locked pyproject.toml | $(UV)
	$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# Only tests marked `browser` need one.
find_chromium = command -v "$${CHROMIUM:-chromium}" chromium chromium-browser google-chrome
chromium: ## a browser for the tests that drive one
	@$(find_chromium) >/dev/null || { $(call debian_packages,chromium); }

# --- the verbs ------------------------------------------------------------------------------------------

.PHONY: check test test-slow test-gpu demo bench lock clean
check: .venv/installed ## lint, types, import rule, lock, Dockerfiles, figures of the house style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet tests/test_imports.py tests/test_repository.py
	$(BIN)/hadolint --config docker/hadolint.yaml docker/*.Dockerfile
	@[ ! -f $(STYLE_STATS) ] \
		|| $(BIN)/python $(STYLE_STATS) . --source schemas annotators pipeline flows --worst 10

test: .venv/installed ## the plain suite, with branch coverage (WORKERS=0 runs it in one process)
	$(BIN)/python -m pytest -m "not slow and not gpu and not browser" -n $(WORKERS) --cov --cov-report=term

test-slow: .venv/installed ## tests of minutes, tests in a browser, one quick row of each benchmark
	@! grep -rqE 'mark\.browser' --include='*.py' tests || $(MAKE) --no-print-directory chromium
	CHROMIUM="$$($(find_chromium) | head -n 1)" $(BIN)/python -m pytest -m "(slow or browser) and not gpu"
	$(BIN)/python -m benchmarks --quick

test-gpu: .venv/installed ## tests that need a CUDA device
	$(BIN)/python -m pytest -m gpu

demo: .venv/installed ## build, verify and report on phantoms of all modalities and pydicom's own files; train, evaluate
	$(BIN)/python examples/demo_sources.py demo/sources
	rm -rf demo/sources/phantoms demo/sources/phantoms-dicom
	$(BIN)/medregion phantoms demo/sources/phantoms --count 360 --seed 1
	$(BIN)/medregion phantoms demo/sources/phantoms-dicom --count 120 --seed 2 --dicom
	$(BIN)/medregion build examples/demo.yaml --work $(DEMO_WORK)
	@release="$$(ls -td $(DEMO_WORK)/release/*/ | head -n 1)"; \
		release="$${release%/}"; \
		$(BIN)/medregion verify "$$release"; \
		rm -rf demo/run; \
		$(BIN)/medregion train examples/train-tiny.yaml --set release="$$release" --run demo/run; \
		$(BIN)/medregion evaluate examples/evaluate.yaml --set run=demo/run --set release="$$release" --out demo/evaluation; \
		echo "report: $$release/report.html"

bench: .venv/installed ## the benchmarks in full, into benchmarks/results
	$(BIN)/python -m benchmarks

lock: | $(UV) ## resolve pyproject.toml into requirements.txt (UPGRADE=1 moves the pins)
	$(UV) pip compile pyproject.toml --quiet --extra dev --generate-hashes --universal --python-version 3.11 \
		--no-header --no-annotate $(if $(UPGRADE),--upgrade) --output-file requirements.txt
	@! grep -nE '://|^--|^-[ef] ' requirements.txt \
		|| { echo "requirements.txt: an address has no place in the lock" >&2; exit 1; }

clean: ## what the verbs leave behind, but not .venv and .uv
	rm -rf build demo dist ./*.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path './.uv/*' -prune -exec rm -rf {} +
