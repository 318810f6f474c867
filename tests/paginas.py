"""What holds for every page, whatever it shows; and the swap of htmx, done on paper."""

import difflib
import re
from urllib.parse import urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag

LABELLED = "input:not([type=hidden], [type=submit], [type=button], [type=image]), select, textarea"


def revisa_pagina(html: str) -> BeautifulSoup:
    """Parse a page; AssertionError says all that is wrong with it."""
    soup = BeautifulSoup(html, "html5lib")
    problems = [*syntax(html), *document(soup), *unique_ids(soup), *labels(soup), *forms(soup), *inline_code(soup)]
    assert not problems, "\n".join(problems)
    return soup


def syntax(html: str):
    """Errors of the HTML5 standard's own parser."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(html)
    lines = html.splitlines()
    for (line, column), code, values in parser.errors:
        message = html5lib.constants.E[code] % values
        yield f"line {line}, column {column}: {message} In: {lines[min(line, len(lines)) - 1].strip()[:120]}"


def document(soup: BeautifulSoup):
    if soup.html.get("lang") != "es":
        yield 'write <html lang="es">'
    headings = [texto(h1) for h1 in soup.find_all("h1")]
    title = texto(soup.title) if soup.title else ""
    if len(headings) != 1 or not headings[0]:
        yield f"a page has exactly one h1 with text, not {headings}"
    elif not title.startswith(headings[0]):
        yield f"the title must begin with the h1 «{headings[0]}», not «{title}»"


def unique_ids(soup: BeautifulSoup):
    ids = [element["id"] for element in soup.find_all(id=True)]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"id «{twice}» is there {ids.count(twice)} times"
    for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
        for element in soup.find_all(attrs={attribute: True}):
            for name in set(element[attribute].split()) - set(ids):
                yield f"{attribute} names «{name}», which is not on the page: {opening(element)}"


def labels(soup: BeautifulSoup):
    for field in soup.select(LABELLED):
        label = soup.find("label", attrs={"for": field.get("id") or "-"}) or field.find_parent("label")
        named = field.get("aria-label") or field.get("aria-labelledby") or (label and texto(label))
        if not named:
            yield f"this field has no label: {opening(field)}"


def forms(soup: BeautifulSoup):
    """Our token in every form that changes something here, and in none that goes to another site."""
    for form in soup.select("form"):
        if urlsplit(form.get("action", "")).netloc:
            if form.select_one("[name=csrf_token]"):
                yield f"this form takes our csrf_token to another site: {opening(form)}"
        elif form.get("method", "").lower() == "post" and not form.select_one("input[name=csrf_token][value]"):
            yield f"this form has no csrf_token: {opening(form)}"


def inline_code(soup: BeautifulSoup):
    """What the Content-Security-Policy would refuse to run, silently for the customer."""
    for element in soup.find_all(True):
        if element.name == "style" or (element.name == "script" and not element.get("src")):
            yield f"no inline style or script: {opening(element)}"
        for attribute in element.attrs:
            if attribute == "style" or attribute.startswith(("on", "hx-on")):
                yield f"no {attribute} attribute: {opening(element)}"


def opening(element: Tag) -> str:
    return str(element).partition(">")[0][:160] + ">"


def texto(element: Tag) -> str:
    """Its text as it is read: every run of blanks, no-break ones too, is one space."""
    return " ".join(element.get_text(" ").split())


# -- htmx -------------------------------------------------------------------------------------------


def fill(page: BeautifulSoup, fields: dict[str, str]) -> BeautifulSoup:
    """A copy of ``page`` where the customer chose or typed ``fields``; they stay so while htmx swaps another part."""
    result = BeautifulSoup(str(page), "html5lib")
    for name, value in fields.items():
        for option in result.select(f'select[name="{name}"] option'):
            option.attrs.pop("selected", None)
            if option.get("value", texto(option)) == value:
                option["selected"] = ""
        for field in result.select(f'input[name="{name}"]:not([type=hidden], [type=checkbox], [type=radio], [type=password])'):
            field["value"] = value
    return result


def swap(page: BeautifulSoup, fragment: str, target: str) -> BeautifulSoup:
    """A copy of ``page`` after htmx swapped ``fragment`` for the element with id ``target`` (outerHTML, out-of-band too)."""
    result = BeautifulSoup(str(page), "html5lib")
    roots = [node for node in BeautifulSoup(fragment, "html.parser").contents if isinstance(node, Tag)]
    assert sum(not node.has_attr("hx-swap-oob") for node in roots) == 1, "a fragment has one root element"
    for root in roots:
        name = root["id"] if root.has_attr("hx-swap-oob") else target
        place = result.find(id=name)
        assert place is not None, f"the page has no element with id «{name}»"
        assert root.get("id") == name, f"the fragment for «{name}» has id «{root.get('id')}»"
        place.replace_with(root)
    return result


def igual(one: BeautifulSoup, other: BeautifulSoup, ignored: tuple[str, ...] = ("_avisos",)) -> None:
    """Assert that two pages say the same. Notices pass with the act, so the page loaded afresh no longer has them."""
    difference = list(
        difflib.unified_diff(comparable(one, ignored), comparable(other, ignored), "swapped", "fresh", lineterm="")
    )
    assert not difference, "\n".join(difference)


def comparable(page: BeautifulSoup, ignored: tuple[str, ...]) -> list[str]:
    copy = BeautifulSoup(str(page), "html5lib")
    for name in ignored:
        if element := copy.find(id=name):
            element.decompose()
    for token in copy.select("input[name=csrf_token]"):
        del token["value"]
    for element in copy.find_all(True):
        for attribute in [name for name in element.attrs if name.startswith("hx-headers") or name == "hx-swap-oob"]:
            del element[attribute]
    return [line for text in copy.prettify().splitlines() if (line := re.sub(r"\s+", " ", text).strip())]
