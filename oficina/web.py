"""Pages and fragments: all that is known of htmx lives here."""

import re
from typing import Any
from urllib.parse import quote

from flask import Response, abort, make_response, render_template, request


def is_htmx() -> bool:
    """Whether htmx wants a fragment: not a boosted link, and not a page restored by the back button."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render(page: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page, or only its fragment with the notices out of band where htmx asked for it."""
    if fragment is None:
        return make_response(render_template(page, **context), status)
    if is_htmx():
        html = render_template(fragment, **context) + render_template("_avisos.html", oob=True)
    else:
        html = render_template(page, **context)
    response = make_response(html, status)
    response.headers["Vary"] = "HX-Request, HX-Boosted, HX-History-Restore-Request, Cookie"
    return response


def named(kind: str, name: str) -> str:
    """The header Content-Disposition of a file, ``inline`` or ``attachment``, whatever is in its name (RFC 6266)."""
    plain = re.sub(r"[^0-9A-Za-z.-]", "_", name)
    return f"{kind}; filename={plain}" + ("" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}")


def get_or_404(query: Any, *where: Any) -> Any:
    """The one row of a query that already speaks of the account; another's row is a 404."""
    row = query.where(*where).first() if where else query.first()
    if row is None:
        abort(404)
    return row
