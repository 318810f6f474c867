"""What is wrong with the page on the screen, for who sees little, uses the keyboard or has thick fingers: lists of faults."""

import json

from axe_playwright_python.base import AXE_SCRIPT

AXE = json.dumps({"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}})
FINGER = 44

SMALL = """least => [...document.querySelectorAll(
    "button, summary, select, [role=button], .accion, .menu a, input:not([type=hidden]), textarea")]
  .filter(element => element.checkVisibility() && element.tabIndex >= 0)
  .map(element => [element, (element.closest("label") ?? element).getBoundingClientRect()])
  .filter(([, box]) => box.height < least || box.width < least)
  .map(([element, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${element.outerHTML.slice(0, 120)}`)"""

STOPS = """() => {
  const all = document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden]), textarea");
  window.paradas = new Set([...all]
    .filter(element => element.checkVisibility() && !element.disabled && element.tabIndex >= 0));
  return window.paradas.size;
}"""

STOP = """() => {
  const element = document.activeElement;
  if (!window.paradas.delete(element)) return null;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return ring && seen ? null : `${ring ? "out of sight" : "no outline"} when focused: ${element.outerHTML.slice(0, 120)}`;
}"""


def prepara(page) -> None:
    """Give axe to every document that ``page`` opens from here on: quicker than handing it over each time."""
    page.add_init_script(AXE_SCRIPT)


def axe(page) -> list[str]:
    """What axe finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [violation(item) for item in page.evaluate(f"axe.run({AXE}).then(result => result.violations)")]


def violation(item: dict) -> str:
    nodes = "\n".join(f"    {node['html'][:160]}\n      {node['failureSummary']}" for node in item["nodes"][:5])
    return f"{item['id']} ({item['impact']}): {item['help']}\n{nodes}"


def de_lado(page) -> list[str]:
    """Whether it scrolls sideways."""
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return [f"scrolls sideways: {width} px wide in {room}"] if width > room else []


def pequenos(page) -> list[str]:
    """What is to be touched and is smaller than a finger; links inside text are axe's matter."""
    return page.evaluate(SMALL, FINGER)


def tabulador(page) -> list[str]:
    """What Tab does not reach, and where the focus cannot be seen."""
    faults = []
    for _ in range(page.evaluate(STOPS) + 3):
        page.keyboard.press("Tab")
        if fault := page.evaluate(STOP):
            faults.append(fault)
    left = page.evaluate("[...window.paradas].map(element => element.outerHTML.slice(0, 120))")
    return [*faults, *(f"Tab does not reach: {element}" for element in left)]


def repasa(page, estados, teclado: bool = True) -> None:
    """Look through each state that ``estados`` brings to the screen: at 320, 360 and 1280 px. Assert that none has a fault.

    320 px are also what a window of 1280 leaves at a zoom of 400 %. The keyboard need be tried in one colour only.
    """
    faults = []
    for estado in estados:
        found = [*pequenos(page), *axe(page), *(tabulador(page) if teclado else [])]
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            found += de_lado(page)
        found += axe(page)
        page.set_viewport_size({"width": 360, "height": 800})
        found += de_lado(page)
        faults += [f"{estado}: {fault}" for fault in [*page.problemas, *found]]
        page.problemas.clear()
    assert not faults, "\n".join(faults)
