# Oficina Virtual. "make" alone says what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run install test check lock bench

BIN := .venv/bin
PORT ?= 8000
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
UV_COMPILE = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url -
# The requirements of setup.cfg, and those of the extras named after it.
REQUIREMENTS = $(BIN)/python -c 'import configparser, sys; cfg = configparser.ConfigParser(interpolation=None); \
	cfg.read("setup.cfg"); extras = cfg["options.extras_require"]; \
	print(cfg["options"]["install_requires"], *(extras[name] for name in sys.argv[1:]))'

help: ## Lo que se puede pedir
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: .venv/run.stamp ## Pone en marcha el portal con datos de ejemplo (PORT=8000)
	@PORT=$(PORT) $(BIN)/flask --app app servir

install: .venv/run.stamp ## Instala lo que el portal necesita, sin ponerlo en marcha (producción)

test: .venv/dev.stamp ## Corre todas las pruebas: SQLite, MariaDB y Chromium
	@tests/preparar.sh
	@$(BIN)/python -m pytest

check: .venv/dev.stamp ## Revisa forma, tipos y reglas de la casa
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house_rules.py

lock: .venv/dev.stamp ## Vuelve a fijar las versiones a partir de setup.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(REQUIREMENTS) | $(UV_COMPILE) --upgrade --output-file requirements.txt
	$(REQUIREMENTS) dev | $(UV_COMPILE) --upgrade --constraint requirements.txt --output-file requirements-dev.txt

bench: .venv/dev.stamp ## Mide el portal: páginas, facturas en PDF, avisos de pago y entregas (véase bench/README.md)
	@$(BIN)/python -m bench.paginas
	@$(BIN)/python -m bench.documentos
	@$(BIN)/python -m bench.avisos
	@$(BIN)/python -m bench.entregas

# A stamp is the lock file that was installed: only another content installs again.
.venv/run.stamp: requirements.txt .venv/bin/python
	@cmp -s $< $@ || { echo 'Instalando lo que necesita el portal...'; $(PIP_INSTALL) -r $<; }
	@cp $< $@

.venv/dev.stamp: requirements-dev.txt .venv/bin/python
	@cmp -s $< $@ || { echo 'Instalando lo que necesitan las pruebas...'; $(PIP_INSTALL) -r $<; }
	@cp $< $@

.venv/bin/python:
	@if [ -z '$(PYTHON)' ]; then echo 'Falta Python 3.11, 3.12 o 3.13. En Debian: apt-get install python3 python3-venv'; exit 1; fi
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || tests/instalar.sh python3-venv
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
