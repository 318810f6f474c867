"""Real Chromium against the real server, on both engines. What the test makes with ``fabrica`` the server sees."""

import contextlib
import os
import re

import lupa
import pytest
import servidores
from fabrica import CLAVE
from playwright.sync_api import sync_playwright

HERE = os.path.dirname(__file__)
PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
# Chromium must ask for nothing but our pages.
QUIET = (
    *("--disable-background-networking", "--disable-component-update", "--disable-domain-reliability", "--disable-sync"),
    *("--disable-default-apps", "--no-first-run", "--no-pings"),
)
# A form with mistakes is answered 4xx, and Chromium notes it as if it were a failure.
PROVOKED = re.compile(r"Failed to load resource: the server responded with a status of (400|404|409|422|429)")
# Chromium shows a PDF with pages of its own.
CHROME = ("chrome:", "chrome-extension:")


def pytest_collection_modifyitems(items):
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def chromium():
    path = servidores.programa("chromium", "chromium-browser", "google-chrome")
    if not path:
        servidores.falta("Chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def en_marcha(base):
    """Start a server for some settings, once for all tests that want the same."""
    running = {}
    with contextlib.ExitStack() as stack:

        def start(settings: dict) -> str:
            plain = {name: int(value) if isinstance(value, bool) else value for name, value in settings.items()}
            key = tuple(sorted(plain.items()))
            if key not in running:
                running[key] = stack.enter_context(servidores.gunicorn(plain))
            return running[key]

        yield start


@pytest.fixture
def servidor(en_marcha, ajustes):
    """The URL of the portal, served with the settings of the test."""
    return en_marcha(ajustes)


@pytest.fixture
def abre_navegador(app, servidor, ajustes, chromium):
    """Make a page of a new browser profile; ``abre_navegador(color_scheme="dark")``.

    It notes what goes wrong in the page and in the windows that it opens; at the end of the test nothing may be noted.
    """
    contexts = []

    def open_one(**options):
        context = chromium.new_context(base_url=servidor, locale="es-CO", timezone_id="America/Bogota", **(PHONE | options))
        context.set_default_timeout(10_000)
        problems = []
        contexts.append((context, problems))
        context.on("page", lambda page: watch(page, servidor, problems, ajustes.get("SIMULADOR_URL")))
        page = context.new_page()
        page.problemas = problems
        return page

    yield open_one
    for context, _ in contexts:
        context.close()
    problems = [line for _, lines in contexts for line in lines]
    assert not problems, "\n".join(problems)


def watch(page, origin: str, problems: list[str], gateway: str | None = None) -> None:
    """Note what goes wrong. To the simulator of gateways one goes in the open; no page of ours asks it for anything."""

    def console(message):
        source = message.location["url"]
        own = source in (page.url, f"{origin}/favicon.ico") or "status of 422" in message.text
        provoked = own and PROVOKED.match(message.text)
        theirs = source.startswith(CHROME if gateway is None else (*CHROME, gateway))
        if message.type in ("error", "warning") and not provoked and not theirs:
            problems.append(f"console: {message.text} ({message.location['url']})")

    def request(sent):
        on_its_way = gateway and (sent.is_navigation_request() or page.url.startswith(gateway))
        allowed = (origin, "data:", "blob:", *CHROME, *([gateway] if on_its_way else []))
        if not sent.url.startswith(allowed):
            problems.append(f"asks another site: {sent.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("request", request)


@pytest.fixture
def pagina(abre_navegador):
    """A telephone, 360 px wide."""
    return abre_navegador()


@pytest.fixture
def escritorio(abre_navegador):
    return abre_navegador(**DESKTOP, has_touch=False)


@pytest.fixture
def oscura(abre_navegador):
    """A telephone that asks for dark pages."""
    return abre_navegador(color_scheme="dark")


@pytest.fixture
def sin_js(abre_navegador):
    """A telephone without JavaScript."""
    return abre_navegador(java_script_enabled=False)


@pytest.fixture
def entra():
    """Log in through the form: ``entra(pagina, cuenta)``."""

    def enter(page, cuenta, clave: str = CLAVE) -> None:
        page.goto("/ingresar")
        page.fill("[name=correo]", cuenta.correo)
        page.fill("[name=clave]", clave)
        page.click("main form [type=submit]")
        page.wait_for_url("**/inicio")

    return enter


@pytest.fixture
def revisa():
    """Assert that what is on the screen is accessible (axe), fits the width, and gave no error: ``revisa(pagina)``."""

    def check(page) -> None:
        found = [*page.problemas, *lupa.axe(page), *lupa.de_lado(page)]
        page.problemas.clear()
        assert not found, "\n".join([page.url, *found])

    return check


@pytest.fixture
def repasa(abre_navegador, motor):
    """Look through the states of a telephone. Colours do not depend on the database, and each look is seen once."""
    page = abre_navegador(color_scheme="dark" if motor == "mariadb" else "light")
    lupa.prepara(page)

    def look(estados, *args) -> None:
        lupa.repasa(page, estados(page, *args), teclado=motor == "sqlite")

    return look
