"""The test browser: opens pages as a customer does, fills the forms that are on them, and checks every page it sees."""

import contextvars
import json
import time
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from fabrica import CLAVE
from paginas import fill, igual, revisa_pagina, swap, texto

from oficina.models import Sesion

SUBMITTERS = "button:not([type]), button[type=submit], input[type=submit]"
REDIRECTS = (301, 302, 303, 307, 308)


class Pagina:
    """A checked page (or a file: then ``soup`` is None). ``texto`` is what a customer reads, blanks evened out."""

    def __init__(self, url: str, response) -> None:
        self.url = url
        self.estado = response.status_code
        self.cabeceras = response.headers
        self.cuerpo = response.data
        self.es_html = response.mimetype == "text/html"
        self.soup = revisa_pagina(response.text) if self.es_html else None

    @property
    def texto(self) -> str:
        return texto(self.soup.body)

    @property
    def h1(self) -> str:
        return texto(self.soup.h1)

    @property
    def avisos(self) -> str:
        return texto(self.soup.find(id="_avisos"))

    def select(self, css: str) -> list[Tag]:
        return self.soup.select(css)

    def valor(self, name: str) -> str:
        """What a field of the page holds."""
        return dict(valores(self.soup)).get(name, "")

    def lee(self, css: str) -> str:
        """The text of the one element that ``css`` selects."""
        found = self.select(css)
        assert len(found) == 1, f"{self.url} has {len(found)} of «{css}»"
        return texto(found[0])


class Fragmento:
    """What htmx received; ``pagina`` is the page after the swap, where there was something to swap."""

    def __init__(self, response, pagina: BeautifulSoup | None) -> None:
        self.estado = response.status_code
        self.cabeceras = response.headers
        self.html = response.text
        self.soup = BeautifulSoup(response.text, "html.parser")
        self.pagina = pagina

    @property
    def texto(self) -> str:
        return texto(self.soup)


class Navegador:
    """One browser with its cookies; ``otro()`` is another person's."""

    def __init__(self, app) -> None:
        self.app = app
        self.client = app.test_client()
        self.pagina: Pagina | None = None

    def otro(self) -> "Navegador":
        return Navegador(self.app)

    def pide(self, method: str, url: str, **options):
        """A bare request, no page checked. It runs outside the test's app context, which would keep ``g`` between requests."""
        return contextvars.Context().run(self.client.open, url, method=method, buffered=True, **options)

    def abre(self, url: str, estado: int = HTTPStatus.OK, **options) -> Pagina:
        """Open a page, following redirects."""
        return self._sigue(url, self.pide("GET", url, **options), estado)

    def envia(self, form: str = "", boton: str = "", estado: int | None = HTTPStatus.OK, **fields) -> Pagina:
        """Send a form of the page and follow redirects. ``form`` is its action or a CSS selector, needless where there is one.

        Hidden fields and values already there go along. ``boton`` is the text of the button pressed.
        """
        element = self._formulario(form, fields)
        url, method, data = self._datos(element, boton, fields)
        if method == "GET":
            url = url.partition("?")[0]
            return self._sigue(url, self.pide("GET", url, query_string=data), estado)
        return self._sigue(url, self.pide("POST", url, data=data), estado)

    def htmx(self, method: str, url: str, target: str, estado: int | None = HTTPStatus.OK, **data) -> Fragmento:
        """What htmx would do on this page: ask for ``url`` and swap the answer for the element with id ``target``.

        An empty ``target`` swaps nothing: for an answer that brings another element in its place.
        """
        headers = {
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Target": f"div#{target}",
            "HX-Current-URL": f"http://localhost{self.pagina.url}",
        }
        headers |= json.loads(self.pagina.soup.body.get("hx-headers:inherited", "{}"))
        sent = {"query_string" if method == "GET" else "data": data} if data else {}
        response = self.pide(method, url, headers=headers, **sent)
        while response.status_code in REDIRECTS:
            response = self.pide("GET", response.location, headers=headers)
        if estado is not None:
            assert response.status_code == estado, f"{method} {url}: {response.status_code}\n{response.text[:2000]}"
        swapped = target and response.text and "HX-Redirect" not in response.headers and "HX-Retarget" not in response.headers
        return Fragmento(response, swap(fill(self.pagina.soup, data), response.text, target) if swapped else None)

    def igual_que_fresca(self, fragmento: Fragmento, url: str) -> None:
        """Assert that the page htmx made of its fragment equals ``url`` loaded afresh."""
        igual(fragmento.pagina, self.abre(url).soup)

    def ingresa(self, cuenta, clave: str = CLAVE) -> Pagina:
        """Log in through the form."""
        self.abre("/ingresar")
        return self.envia("/ingresar", correo=cuenta if isinstance(cuenta, str) else cuenta.correo, clave=clave)

    def ya_dentro(self, cuenta, hace: int = 0) -> "Navegador":
        """Signed in without the form, which costs a comparison of passwords and two pages; for tests about what is inside.

        ``hace``: seconds since the session was used last.
        """
        token = Sesion.abrir(cuenta.id, 1, "plena", "pruebas", "127.0.0.1")
        signer = self.app.session_interface.get_signing_serializer(self.app)
        content = {"_user_id": token, "_fresh": True, "visto": int(time.time()) - hace}
        self.client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], signer.dumps(content))
        return self

    # -- inside ---------------------------------------------------------------------------------

    def _sigue(self, url: str, response, estado: int | None) -> Pagina:
        hops = 0
        while response.status_code in REDIRECTS:
            url = urljoin(url, response.location)
            hops += 1
            assert hops < 10, f"{url} redirects for ever"
            assert not urlsplit(url).netloc or urlsplit(url).netloc == "localhost", f"leads out of the portal: {url}"
            response = self.pide("GET", url)
        assert estado in (None, response.status_code), f"{url}: {response.status_code}, not {estado}\n{response.text[:3000]}"
        self.pagina = Pagina(url, response)
        return self.pagina

    def _formulario(self, form: str, fields: dict) -> Tag:
        if form.startswith("/"):
            found = [f for f in self.pagina.select("form") if urlsplit(self._accion(f)).path == form]
        else:
            found = self.pagina.select(form or "main form")
        if len(found) > 1 and fields:
            found = [f for f in found if all(f.select_one(f'[name="{name}"]') for name in fields)]
        assert len(found) == 1, f"{self.pagina.url} has {len(found)} forms «{form}» with the fields {list(fields)}"
        return found[0]

    def _accion(self, form: Tag) -> str:
        return urljoin(self.pagina.url, form.get("action") or self.pagina.url)

    def _datos(self, form: Tag, boton: str, fields: dict) -> tuple[str, str, dict]:
        """Where and what a browser would send."""
        data: dict = {}
        for name, value in valores(form):
            data.setdefault(name, []).append(value)
        button = self._boton(form, boton)
        if button is not None and button.get("name"):
            data[button["name"]] = [button.get("value", "")]
        for name, value in fields.items():
            field = form.select_one(f'[name="{name}"]')
            assert field is not None, f"{self.pagina.url} has no field «{name}»; it has {sorted(data)}"
            if value is None or value is False:
                data.pop(name, None)
            else:
                data[name] = [field.get("value", "on") if value is True else value]
        action = button.get("formaction") if button is not None else None
        return action or self._accion(form), form.get("method", "get").upper(), data

    def _boton(self, form: Tag, text: str) -> Tag | None:
        buttons = form.select(SUBMITTERS)
        if not text:
            return buttons[0] if buttons else None
        named = [button for button in buttons if text in (texto(button) or button.get("value", ""))]
        assert len(named) == 1, f"{self.pagina.url} has {len(named)} buttons «{text}»: {[texto(b) for b in buttons]}"
        return named[0]


def valores(form: Tag):
    """The names and values that a browser sends of an untouched form."""
    for field in form.select("input[name], select[name], textarea[name]"):
        kind = field.get("type", "text").lower()
        if field.has_attr("disabled") or kind in ("submit", "button", "image", "file", "reset"):
            continue
        if kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                yield field["name"], field.get("value", "on")
        elif field.name == "select":
            options = field.select("option")
            chosen = field.select("option[selected]") or options[:1]
            for option in chosen:
                yield field["name"], option.get("value", texto(option))
        else:
            yield field["name"], field.text.removeprefix("\n") if field.name == "textarea" else field.get("value", "")
