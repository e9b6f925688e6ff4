# make demo                          two generated editions, compared: demo/report.html
# make demo A=scan1.jpg B=scan2.jpg  the same with your scans: comparison/report.html
# make corpus-demo                   300 generated pages, 40 families: gathered, searched, mapped, judged
# make test                          lint, types, tests, the commands of the documentation
# make bench                         speed and memory
# make notebooks                     the notebooks, run, with their results: build/notebooks
# make docs                          the documentation, with its pictures: build/docs/index.html
# make interop                       exports as other programs read them (kanon, iiif-prezi3, rocrate)
# make help                          these lines
#
# The first call makes .venv and installs torch (CPU) and zij into it, which takes some minutes; it needs Python
# 3.11 or newer (PYTHON=/path/to/python3 names one) and a package index. Tests, notebooks and documentation
# install what they need besides when they are first asked for.

OUT ?= $(if $(A)$(B),comparison,demo)
VENV := .venv
INTEROP := .venv-interop
BIN := $(VENV)/bin
READY := $(VENV)/.ready
EQUIPPED := $(VENV)/.equipped
ORACLES := $(VENV)/oracles
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt
CPU_INDEX := https://download.pytorch.org/whl/cpu
PYTHONS := python3.13 python3.12 python3.11 python3.14 python3 python
IS_NEW := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

.PHONY: help demo corpus-demo test lint types check bench notebooks docs interop clean
.DEFAULT_GOAL := demo

help:
	@sed -n '/^[^#]/q; s/^# \{0,1\}//p' Makefile

ifneq ($(A)$(B),)
ifeq ($(and $(A),$(B)),)
$(error name both scans: make demo A=scan1.jpg B=scan2.jpg)
endif
endif

demo: $(READY)
ifeq ($(A)$(B),)
	$(BIN)/zij demo -o $(OUT)
else
	$(BIN)/zij compare "$(A)" "$(B)" -o $(OUT)
endif

# Takes some ten minutes on two cores, most of them for reading; called again, only what is missing is done.
CORPUS := corpus-demo
MADE := $(CORPUS)/made

corpus-demo: $(READY)
	$(BIN)/zij generate --families 40 --pages 300 -o $(MADE)
	$(BIN)/zij corpus add $(CORPUS)/corpus $(MADE)/pages --metadata $(MADE)/families.csv
	$(BIN)/zij corpus process $(CORPUS)/corpus
	$(BIN)/zij corpus search $(CORPUS)/corpus t001-01 -k 10 -o $(CORPUS)/search
	$(BIN)/zij corpus cluster $(CORPUS)/corpus -o $(CORPUS)/clusters
	$(BIN)/zij corpus map $(CORPUS)/corpus -o $(CORPUS)/map
	$(BIN)/zij corpus diversity $(CORPUS)/corpus -o $(CORPUS)/diversity
	$(BIN)/zij corpus outliers $(CORPUS)/corpus -o $(CORPUS)/outliers
	$(BIN)/zij corpus evaluate $(CORPUS)/corpus --truth $(MADE)/families.csv -o $(CORPUS)/evaluation

# On two cores: pip takes but one, and mypy keeps one busy for most of a minute.
test:
	$(MAKE) --no-print-directory -j 2 $(EQUIPPED) $(ORACLES)/.ready
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory -j 2 types check

lint: $(EQUIPPED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(EQUIPPED)
	$(BIN)/mypy

# To prepare every assert for what it would say takes ten seconds a process; what failed is run again to say it.
# tests/conftest.py has the order of the files.
# What is imported is compiled once, also where Python is told to write nothing: processes are many.
PYTEST := env -u PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive $(BIN)/pytest

check: $(EQUIPPED) $(ORACLES)/.ready
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder --assert=plain --maxfail 20 \
	  || { $(PYTEST) --last-failed --last-failed-no-failures none; exit 1; }

bench: $(EQUIPPED)
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

# Prints how long each took, and all together.
notebooks: $(EQUIPPED)
	$(BIN)/python notebooks/run.py -o build/notebooks

# Warnings are errors. What is made on the way lies in build/docs-trees and docs/examples.
docs: $(EQUIPPED)
	$(BIN)/python -m sphinx -W --keep-going -q -d build/docs-trees docs build/docs
	@echo "documentation: build/docs/index.html"

# kanon needs an old NumPy, and so an environment of its own, of Python 3.9 to 3.12.
interop: $(EQUIPPED) $(INTEROP)/.ready
	$(BIN)/python tests/interop/make_exports.py build/interop
	$(INTEROP)/bin/python tests/interop/check_dishas.py build/interop
	$(INTEROP)/bin/python tests/interop/check_crate.py build/interop

$(INTEROP)/.ready:
	@for name in python3.11 python3.12 python3.10 python3.9 ""; do \
	  if [ -z "$$name" ]; then echo "make interop needs Python 3.9 to 3.12, and none was found." >&2; exit 1; fi; \
	  if "$$name" -c 'import venv, ensurepip' 2>/dev/null; then break; fi; done; \
	"$$name" -m venv --clear $(INTEROP)
	$(INTEROP)/bin/python -m pip --disable-pip-version-check install --quiet \
	  kanon==0.6.5 "scipy<1.12" iiif-prezi3==3.1.1 rocrate==0.16.0
	@touch $(INTEROP)/.ready

clean:
	rm -rf $(VENV) $(INTEROP) build dist docs/examples *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The CPU build of torch comes from its own index; where that cannot be reached, from the ordinary one.
$(READY): pyproject.toml constraints.txt
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then for name in $(PYTHONS); do \
	  if "$$name" -c '$(IS_NEW)' 2>/dev/null; then python="$$name"; break; fi; done; fi; \
	if [ -z "$$python" ]; then \
	  echo "zij needs Python 3.11 or newer with its venv module (on Debian: apt-get install python3-venv)," \
	    "and none was found; install it or say make PYTHON=/path/to/python3." >&2; exit 1; fi; \
	if ! [ -x $(BIN)/python ]; then \
	  echo "setting up $(VENV) with $$python: a few minutes, once"; "$$python" -m venv --clear $(VENV); fi
	@$(BIN)/python -c 'import torch' 2>/dev/null \
	  || { echo "1 of 3: installing PyTorch for the processor, some 0.8 GB on disk; it is fetched and unpacked," \
	         "which takes minutes, by the connection, and pip says nothing meanwhile"; \
	       $(PIP) --no-compile --quiet --no-deps --retries 1 --timeout 20 --index-url $(CPU_INDEX) torch 2>/dev/null; } \
	  || { echo "1 of 3: not to be had from its own index, so from the ordinary one; on Linux that may bring" \
	         "libraries for graphics cards, several GB"; \
	       $(PIP) --no-compile torch; }
	@echo "2 of 3: installing zij and what else it needs (NumPy, SciPy, OpenCV, pandas, matplotlib and others)," \
	  "some 0.8 GB on disk; again minutes, and pip says nothing"
	@$(PIP) --no-compile --quiet setuptools --editable .
	@echo "3 of 3: compiling what was installed, so that zij starts quickly"
	$(COMPILED)
	@touch $(READY)

# Compiled on all cores; pip takes but one. A third is seldom asked for.
SELDOM := tests?|pip|setuptools|sympy|mpmath|networkx|_dynamo|_inductor
COMPILED = @$(BIN)/python -m compileall -qq -j 0 -x '/($(SELDOM))/' $(VENV)/lib || true

$(EQUIPPED): $(READY)
	@echo "installing what tests, notebooks and documentation need besides, some 0.9 GB on disk;" \
	  "minutes, by the connection, and pip says nothing meanwhile"
	$(PIP) --no-compile --quiet setuptools --editable ".[dev]"
	$(PIP) --no-compile --quiet --no-deps zennit  # would bring torchvision, of which it uses class names alone
	@touch $(EQUIPPED)

# What tests ask in processes of their own stands apart: users do not have it, pandas behaves otherwise with
# pyarrow, and ocrd would bring sixty packages along, of which its model and its validator need these.
OCRD := ocrd atomicwrites deprecated elementpath filetype frozendict pyyaml shapely wrapt

$(ORACLES)/.ready: constraints.txt $(READY)
	@echo "installing programs that tests ask for their opinion (OCR-D, PyArrow)"
	$(PIP) --quiet --upgrade --no-deps --target $(ORACLES)/ocrd $(OCRD)
	$(PIP) --quiet --upgrade --no-deps --target $(ORACLES)/pyarrow pyarrow
	@touch $(ORACLES)/.ready
