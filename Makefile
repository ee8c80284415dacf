# Every target that runs the package sets it up first; see tools/setup.sh for how.
# PYTHON=python3.12 chooses another interpreter for the virtual environment.

export PYTHON ?= python3

# R's library holds Python files of others; ruff knows .gitignore only inside a git clone.
not_ours = --config 'extend-exclude = [".rlib"]'

.PHONY: help setup test-setup demo reports test quick test-python test-r test-pages lint check faults benchmarks docs format clean

help:             ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

setup:            ## R, Python and every package, into .venv and .rlib
	@bash tools/setup.sh

# No line in the help: the tests do it.
test-setup:
	@bash tools/setup.sh tests

demo: setup       ## train one example in both languages and compare
	@. tools/env.sh && python tools/demo.py

reports: setup    ## the vignettes into reports/; ARGS="-P epochs:2 mnist-cnn" renders one, shorter
	@. tools/env.sh && Rscript tools/render-vignettes.R $(ARGS)

test: test-setup  ## every suite, one total at the end
	@bash tools/test.sh

quick: setup      ## what is fast of both suites, in a minute or two, for while you work
	@bash tools/test.sh quick

test-python: test-setup ## pytest with the doctests
	@bash tools/test.sh python

test-r: test-setup ## testthat against the installed R package
	@bash tools/test.sh r

test-pages: test-setup ## files of all pages in fresh sessions, pages by Quarto; minutes, in no other target
	@. tools/env.sh && python -m pytest -m pages -rs tests/python/test_page_scripts.py tests/python/test_vignettes.py

lint: setup       ## ruff, mypy, lintr; what is generated is current
	@bash tools/test.sh lint

check: setup      ## R CMD check, with and without Python
	@bash tools/test.sh check

faults: setup     ## break run folders in every way we know; prints a Markdown table
	@. tools/env.sh && python tests/faults/faults.py

benchmarks: setup ## benchmarks/results/page.md, by the quick scripts; ARGS=full runs every one
	@. tools/env.sh && python benchmarks/page.py $(or $(ARGS),quick)

# No set-up here: installing needs the NAMESPACE that this writes.
docs:             ## R's wrappers from the core, man/ and NAMESPACE from the roxygen comments
	@. tools/env.sh && python tools/generate.py && Rscript tools/docs.R

format: setup     ## format the Python code, sort its imports
	@. tools/env.sh && ruff check --quiet --fix-only $(not_ours) . && ruff format $(not_ours) .

clean:            ## remove what setup and the tests made
	@rm -rf .setup .venv .rlib .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@rm -rf python/kerasduet.egg-info
	@find python tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
