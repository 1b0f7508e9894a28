# Two commands: `make run` opens the program, `make test` checks it. Both set up what is missing.
# `make package` builds what a person without either can install.
.PHONY: run test torture audit lint setup lock package smoke docs screenshots bench clean
PYTHON ?= python3
UV := .tools/bin/uv
ARGS ?=
# The system's certificates, where there are some: pip and uv bring their own otherwise.
export UV_SYSTEM_CERTS := true
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export PIP_CERT := /etc/ssl/certs/ca-certificates.crt
endif

run: .setup-done
	@.venv/bin/inspector $(ARGS)

test: .setup-done lint
	@sh packaging/setup.sh tests
	QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest

# Kills, full disks, hostile bytes: two minutes, or long by hand: make torture ROUNDS=200 SECONDS=0
torture: .setup-done
	@sh packaging/setup.sh tests
	QT_QPA_PLATFORM=offscreen ROUNDS=$(or $(ROUNDS),5) SECONDS=$(or $(SECONDS),110) \
		.venv/bin/python -m pytest tests/torture -o faulthandler_timeout=0

# Known vulnerabilities of the locked dependencies; asks pypi.org, and fails where it gives no answer.
audit:
	@test -x build/audit/bin/pip-audit || $(PYTHON) -m venv build/audit
	@build/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	build/audit/bin/pip-audit --strict --requirement requirements.txt --require-hashes --disable-pip

lint: .setup-done
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

setup: .setup-done

.setup-done: uv.lock pyproject.toml packaging/setup.sh packaging/uv.txt
	@sh packaging/setup.sh
	@test -x .tools/bin/python || $(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r packaging/uv.txt
	UV_PYTHON_DOWNLOADS=never $(UV) sync --frozen --compile-bytecode --extra train --python $(PYTHON)
	@touch .setup-done

lock: .setup-done
	$(UV) lock
	$(UV) export --frozen --extra train --no-dev --no-emit-project --quiet -o requirements.txt

# The program as one folder, a .deb and a tarball, in dist/, each checked.
package: .setup-done
	@sh packaging/setup.sh package
	UV_PROJECT_ENVIRONMENT=build/venv $(UV) sync --frozen --no-dev --extra train --group package --python $(PYTHON)
	build/venv/bin/pyinstaller --noconfirm --log-level ERROR --workpath build/pyinstaller --distpath dist packaging/inspector.spec
	rm -rf build/share
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) build/venv/bin/python packaging/share.py build/share
	desktop-file-validate build/share/share/applications/*.desktop
	appstreamcli validate --no-net build/share/share/metainfo/*.xml
	sh packaging/deb.sh
	lintian --fail-on error dist/*.deb
	$(MAKE) smoke

smoke:
	sh packaging/smoke.sh dist/dataset-inspector/inspector

# The guide as a site in build/site; a link that leads nowhere fails.
docs: .setup-done
	UV_PROJECT_ENVIRONMENT=build/docs $(UV) sync --frozen --only-group docs --no-install-project --python $(PYTHON)
	build/docs/bin/mkdocs build --quiet
	@echo "build/site/index.html"

screenshots: .setup-done
	.venv/bin/python packaging/screenshots.py docs/guide

bench: .setup-done
	for script in bench/*.py; do .venv/bin/python $$script || exit 1; done

clean:
	rm -rf .venv .tools .setup-done build dist
