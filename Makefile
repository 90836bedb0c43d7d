# `make` lists the commands. Each first brings .venv up to date (setup.sh); they take
#   ARGS="…"             more arguments for the program behind the command
#   TOPIC=lrn_backprop   test this topic alone
#   PYTHON=python3.12    the interpreter to build .venv with
#   TORCH_INDEX=…        a further package index for torch (README: a CPU-only wheel on Linux)

export PYTHON TORCH_INDEX
python := .venv/bin/python

.PHONY: help setup setup-test setup-course setup-site setup-all lab edit course site serve-site test test-browser refresh new-topic bench bench-browser bench-site bench-course animation lint lock

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 20

setup:
	@sh setup.sh

setup-test:
	@sh setup.sh test

setup-course:
	@sh setup.sh coursework

setup-site:
	@sh setup.sh site

setup-all:
	@sh setup.sh test coursework site

open := -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree
lab: setup ## open your copy of the notebooks, in work/, in JupyterLab
	@$(python) -m helpers.upkeep.work_copy
	$(python) $(open)/work/00_start_here.ipynb $(ARGS)

edit: setup ## open the notebooks themselves, to change them for everybody
	$(python) $(open)/notebooks/00_start_here.ipynb $(ARGS)

course: setup-course ## build an nbgrader course from the notebooks, into build/course
	$(python) -m helpers.coursework build $(ARGS)

site: setup-site ## build the website, into build/site; ARGS="--draft 06" builds one page
	$(python) -m helpers.site $(ARGS)

serve-site: setup-site ## show the website on this machine
	$(python) -m helpers.site --serve $(ARGS)

test: setup-all ## run every test but the browser's
	$(python) -m pytest -n 2 --dist loadfile $(if $(TOPIC),--topic $(TOPIC)) $(ARGS)

test-browser: setup-all setup-site ## run the notebooks in a real browser
	$(python) -m pytest tests/browser -n 2 --dist loadfile $(if $(TOPIC),--topic $(TOPIC)) $(ARGS)

refresh: setup ## execute all notebooks and store their outputs
	$(python) -m helpers.upkeep.refresh $(ARGS)

new-topic: setup ## start a notebook: make new-topic NAME=weight_decay
	$(python) -m helpers.upkeep.new_topic $(NAME)

bench: setup-test ## measure, and write the tables of benchmarks/README.md
	$(python) -m benchmarks $(ARGS)

bench-browser: setup-test ## measure the live figures in a real browser
	$(python) -m benchmarks.browser $(ARGS)

bench-site: setup-test setup-site ## measure the website in a real browser
	$(python) -m benchmarks.website $(ARGS)

bench-course: setup-course ## measure the grading of a class
	$(python) -m benchmarks course

animation: setup ## make the README's animated picture anew
	$(python) -m helpers.upkeep.animate start_here.StepOfDerivative h images/live_figure.gif

lint: setup-test ## check style and formatting
	$(python) -m ruff check $(ARGS) .
	$(python) -m ruff format --check .

compile := -m uv pip compile --quiet --universal --fork-strategy fewest --custom-compile-command "make lock"
lock: setup-test ## write the locks anew from pyproject.toml
	$(python) $(compile) --output-file requirements.lock $(ARGS) pyproject.toml
	$(python) $(compile) --extra test --constraint requirements.lock --output-file test.lock $(ARGS) pyproject.toml
	$(python) $(compile) --extra coursework --constraint test.lock --output-file coursework.lock $(ARGS) pyproject.toml
	$(python) $(compile) --extra site --constraint test.lock --output-file site.lock $(ARGS) pyproject.toml
