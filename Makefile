# Holdfast: `make help` lists what there is.

PORT ?= 8000
PYTHON ?=

VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run run-push test proof lint format screenshots messages clean

help: ## this list
	@echo "make run    serve on http://127.0.0.1:8000 with sample data (PORT=9000 make run: elsewhere)"
	@echo "make run-push  the same, and pages are told of changes as they happen"
	@echo "make test   everything the tests need, then all of them"
	@echo "make proof  the long form: thousands of bookings, a hundred kills; on three databases"
	@echo "make lint   style, types and layering"
	@echo "make format put the code in order"
	@echo "make screenshots  pictures of every state of the dashboard, in test-results/"
	@echo "make messages  collect the server's sentences into locale/, for translation"
	@echo "make bench  figures against references, about twelve minutes, into docs/performance.md"
	@echo "make clean  remove what tools left behind; keeps .env and the database"
	@echo
	@echo "PYTHON=/path/to/python3.12 make run   chooses the Python for .venv"

run: $(VENV)/.installed .env
	@$(BIN)/python config/port_is_free.py $(PORT)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py seed_data
	@echo "Holdfast serves on http://127.0.0.1:$(PORT) - stop it with Ctrl+C"
	@PORT=$(PORT) exec $(BIN)/gunicorn config.wsgi --reload --log-level error

run-push: $(VENV)/.installed-push .env
	@$(BIN)/python config/port_is_free.py $(PORT)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py seed_data
	@echo "Holdfast serves, with push, on http://127.0.0.1:$(PORT) - stop it with Ctrl+C"
	@exec $(BIN)/daphne --bind 127.0.0.1 --port $(PORT) --verbosity 0 config.asgi:application

test: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.everything

proof: $(VENV)/.installed-dev
	@$(BIN)/python -m proof $(PROOF)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.browser.screenshots

messages: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.catalogue

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks

clean:
	rm -rf test-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis staticfiles
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# The first Python that is new enough. Names are tried by running them, because
# some machines have launchers for versions that are not there.
$(BIN)/python:
	@for python in $(PYTHON) $(if $(PYTHON),,python3.13 python3.12 python3.11 python3 python); do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        echo "Making a virtual environment in $(VENV) with $$($$python --version)"; \
	        $$python -m venv $(VENV) >$(VENV).log 2>&1 && rm -f $(VENV).log && exit 0; \
	        cat $(VENV).log; rm -rf $(VENV) $(VENV).log; \
	        echo; \
	        echo "Python could not make a virtual environment. On Debian and Ubuntu that part"; \
	        echo "of Python is a package of its own: apt-get install python3-venv"; \
	        exit 1; \
	    fi; \
	done; \
	echo "Holdfast needs Python 3.11 or newer, and found none$(if $(PYTHON), at $(PYTHON))."; \
	echo "Install one, or name it: PYTHON=/path/to/python3.12 make run"; \
	exit 1

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@$(call install,-r requirements.txt)
	@touch $@

$(VENV)/.installed-push: requirements-push.txt requirements.txt | $(BIN)/python
	@$(call install,-r requirements.txt -r requirements-push.txt)
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: requirements-dev.txt requirements-metrics.txt requirements-postgres.txt requirements-proof.txt requirements-push.txt requirements.txt | $(BIN)/python
	@$(call install,-r requirements-dev.txt)
	@touch $@ $(VENV)/.installed $(VENV)/.installed-push

define install
echo "Installing: $(1)"; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check $(1) || { \
    echo; \
    echo "The packages could not be installed; pip says why above. It needs the internet once."; \
    exit 1; \
}
endef

.env: | $(BIN)/python
	@umask 077; { \
	    echo "# Written by make run, for this machine only. .env.example explains every setting."; \
	    echo "DEBUG=True"; \
	    echo "SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')"; \
	    echo "# No limits here, so that stress_test.py can come with a crowd."; \
	    echo "THROTTLE_LOGIN=off"; \
	    echo "THROTTLE_REGISTER=off"; \
	    echo "THROTTLE_WRITE=off"; \
	    echo "HOARD_MAX_SEATS=off"; \
	    echo "HOARD_SEAT_MINUTES=off"; \
	    echo "HOARD_LAPSES=off"; \
	} > $@
	@echo "Wrote .env for development"
