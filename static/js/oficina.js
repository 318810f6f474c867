// What pages do better with JavaScript; every page works without it.
"use strict";

const NETWORK_MESSAGE = "No pudimos comunicarnos con la oficina. Revise su conexión e intente de nuevo.";
const SERVER_MESSAGE = "La oficina no pudo responder en este momento. Espere unos minutos e intente de nuevo.";

// Show the buttons that need JavaScript.
function reveal(root) {
  for (const button of root.querySelectorAll("[data-mostrar], [data-copiar], [data-imprimir]")) button.hidden = false;
}

// Take the reader to what changed: the error summary, or the element that asks for it.
function focusNews(root) {
  const news = root.querySelector("#resumen") ?? root.querySelector("[data-enfocar]");
  news?.focus();
  if (!news) document.querySelector("#_avisos > *")?.scrollIntoView({ block: "nearest" });
}

// Say to screen readers, in the region that they follow, what came in words instead of all that changed.
function tell() {
  const text = document.querySelector("[data-decir]")?.dataset.decir;
  if (!text) return;
  const line = document.createElement("p");
  line.className = "oculto-visual";
  line.textContent = text;
  document.getElementById("_avisos")?.append(line);
}

// The title of the page follows a heading that was swapped.
function retitle() {
  const heading = document.querySelector("h1").textContent.trim();
  const [before, ...rest] = document.title.split(" · ");
  if (!before.startsWith(heading)) document.title = [heading, ...rest].join(" · ");
}

// Put a notice in #_avisos, which screen readers read aloud; once, though a page that looks again by itself fails many times.
function announce(text) {
  if (document.getElementById("_avisos")?.textContent === text) return;
  const notice = document.createElement("p");
  notice.className = "aviso aviso-error";
  notice.textContent = text;
  document.getElementById("_avisos")?.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

function togglePassword(button) {
  const input = document.getElementById(button.dataset.mostrar);
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
  button.firstChild.data = shown ? "Ocultar" : "Mostrar";
}

// data-copiar holds the text to copy, or the id of the element whose text is copied, as #id.
async function copy(button) {
  const source = button.dataset.copiar;
  const text = source.startsWith("#") ? (document.querySelector(source).value ?? document.querySelector(source).textContent).trim() : source;
  const label = button.querySelector("[data-rotulo]") ?? button;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copiado";
  } catch {
    label.textContent = "No se pudo copiar";
  }
  setTimeout(() => { label.textContent = before; }, 2500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mostrar], [data-copiar], [data-imprimir]");
  if (!button) return;
  if (button.hasAttribute("data-mostrar")) togglePassword(button);
  else if (button.hasAttribute("data-copiar")) copy(button);
  else window.print();
});

// A second press does not send the form twice. Disabled after the browser has collected the data.
document.addEventListener("submit", (event) => {
  for (const input of event.target.querySelectorAll("input[type=text][autocomplete$=password]")) input.type = "password";
  setTimeout(() => {
    if (event.defaultPrevented || event.target.target === "_blank") return;
    for (const button of event.target.querySelectorAll("[type=submit]")) {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }
  });
});

// Back from the next page: the browser may bring this one as it was left.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[type=submit][aria-busy=true]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  const { response, target } = event.detail.ctx;
  if (response?.status === 204) return; // nothing was swapped: a page that looks again by itself found no news
  reveal(document);
  tell();
  retitle();
  focusNews((target.isConnected ? target : document.getElementById(target.id)) ?? document.body);
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) announce(NETWORK_MESSAGE);
});
// Our own error answers say where they go; a page of the server in front of us must not land in a panel.
document.addEventListener("htmx:response:error", (event) => {
  const { response, hx } = event.detail.ctx;
  if (response.status < 500 || hx.retarget) return;
  hx.reswap = "none";
  event.detail.ctx.push = event.detail.ctx.replace = null;
  event.detail.ctx.sourceElement.closest("form")?.reset();
  announce(SERVER_MESSAGE);
});

// A form that takes the customer on to another site, but not again when they came back from there.
function sendOn() {
  const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!cameBack) document.querySelector("form[data-enviar]")?.requestSubmit();
}

reveal(document);
focusNews(document);
sendOn();
