"""Real Chromium against the real server, on both engines. What the test makes with ``fabrica`` the server sees."""

import contextlib
import os
import re

import pytest
import servidores
from axe_playwright_python.sync_playwright import Axe
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
# A form with mistakes is answered 422 or 429, and Chromium notes it as if it were a failure.
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (422|429)")


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
def abre_navegador(app, servidor, chromium):
    """Make a page of a new browser profile; ``abre_navegador(color_scheme="dark")``. It notes what goes wrong."""
    contexts = []

    def open_one(**options):
        context = chromium.new_context(base_url=servidor, locale="es-CO", timezone_id="America/Bogota", **(PHONE | options))
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.problemas = []
        watch(page, servidor)
        return page

    yield open_one
    for context in contexts:
        context.close()


def watch(page, origin: str) -> None:
    def console(message):
        own_404 = "status of 404" in message.text and message.location["url"] == page.url
        if message.type in ("error", "warning") and not EXPECTED.match(message.text) and not own_404:
            page.problemas.append(f"console: {message.text} ({message.location['url']})")

    def request(sent):
        if not sent.url.startswith((origin, "data:", "blob:")):
            page.problemas.append(f"asks another site: {sent.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: page.problemas.append(f"script: {error}"))
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
        found = [violation(item) for item in Axe().run(page).response["violations"]]
        width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if width > room:
            found.append(f"scrolls sideways: {width} px wide in {room}")
        found = [*page.problemas, *found]
        page.problemas.clear()
        assert not found, "\n".join([page.url, *found])

    return check


def violation(item: dict) -> str:
    nodes = "\n".join(f"    {node['html'][:160]}\n      {node['failureSummary']}" for node in item["nodes"][:5])
    return f"{item['id']} ({item['impact']}): {item['help']}\n{nodes}"
