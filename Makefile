# Two commands are all there is to know:
#
#   make run [TARGET=path] [OUT=dir]   inventory, benchmark and plan of a folder (without TARGET: of this one)
#   make test                          checkers and the whole test suite
#
# Both make the environment (.venv) when it is missing or older than pyproject.toml, and work from any folder
# with `make -C`: TARGET and OUT are relative to where you call from. PYTHON=/path/to/python picks an interpreter.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# `make -C` leaves PWD at the caller's folder and sets -w, unless told to be silent; without -C the caller
# stands in CURDIR, and PWD may be stale where no shell called.
flags := $(filter-out --%,$(firstword -$(MAKEFLAGS)))$(filter --no-print-directory,$(MAKEFLAGS))
export CALLER := $(if $(or $(findstring w,$(flags)),$(findstring s,$(flags)),$(findstring --no,$(flags))),$(PWD),$(CURDIR))
export ROOT := $(CURDIR)
export TARGET OUT PYTHON ARGS

.PHONY: help run test bench accuracy clean force

help:
	@sed -n '2,8s/^# \{0,1\}//p' Makefile

run: $(VENV)/.run
	@sh .ci/run-here "$$ROOT/$(VENV)/bin/pqc-migrate"

test: $(VENV)/.dev
	@$(VENV)/bin/python -m pytest $(ARGS)

bench: $(VENV)/.dev
	@$(VENV)/bin/python -m pytest benchmarks -n 0 --benchmark-enable --benchmark-only $(ARGS)

accuracy: $(VENV)/.dev
	@$(VENV)/bin/python benchmarks/accuracy.py $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A folder that was moved, or whose interpreter went away, gets a new environment.
usable := $(shell [ "$$(cat $(VENV)/.made-for 2>/dev/null)" = "$$(pwd -P)" ] && $(VENV)/bin/python -c 'import pip' 2>/dev/null && echo yes)

$(VENV)/.run: pyproject.toml $(if $(usable),,force)
	@sh .ci/make-venv $(VENV) '.[all]'
	@touch $@

$(VENV)/.dev: pyproject.toml $(if $(usable),,force)
	@sh .ci/make-venv $(VENV) '.[dev]'
	@touch $@ $(VENV)/.run

force:
