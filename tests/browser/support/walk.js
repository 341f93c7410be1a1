// Walks the desk as one officer: every link, once for each kind of page it leads to.
//
// Two matters of one kind have the same forms, so `/m/R-1/act/ask` and `/m/R-2/act/ask` are one kind of page; every
// matter's own page is one of its own, since no two have come to the same. Nothing is ever sent by walking.

import { routeOf } from "./routes.js";

/** Answers with something else than a page, or never ends. */
const NO_PAGE = new Set(["/live", "/metrics", "/card-of-us/file", "/assets/{name}"]);

/** Of these everybody sees every one; of other routes with a variable, one is seen. */
const EACH = new Set(["/m/{number}", "/partners/{agency}", "/sign-in", "/officers/{record}"]);

/** What kind of page a path leads to: pages alike have the same name. */
export function kindOf(path, all) {
  const { pathname, searchParams } = new URL(path, "http://desk");
  const route = routeOf(pathname, all);
  if (!route) return pathname;
  const parts = route.split("/");
  const told = pathname.split("/").map((part, i) => {
    if (!parts[i].startsWith("{") || EACH.has(route)) return part;
    if (parts[i] === "{number}") return part.split("-")[0];
    return ["{act}", "{kind}"].includes(parts[i]) ? part : parts[i];
  });
  return told.join("/") + [...searchParams.keys()].sort().map((key) => `?${key}`).join("");
}

/** The form of an act is the same whoever asks for it: who may do the act is judged when it is sent. */
const isForm = (kind) => kind.includes("/act/") || kind.startsWith("/matters/new/");

/**
 * Meets every page that links lead to from the first; `meet()` is called while the page is open. `forms` are the kinds of
 * forms that somebody has met already, which are left out.
 */
export async function walk(page, all, forms, meet) {
  const waiting = ["/"];
  const known = new Set(waiting);
  while (waiting.length > 0) {
    await page.goto(waiting.shift());
    for (const next of await links(page)) {
      const kind = kindOf(next, all);
      const met = isForm(kind) ? forms : known;
      if (met.has(kind) || NO_PAGE.has(routeOf(next, all))) continue;
      met.add(kind);
      waiting.push(next);
    }
    await meet();
  }
}

/** Where links of the page lead on this desk, folded-up ones included. */
function links(page) {
  return page.evaluate(() => {
    const here = [...document.querySelectorAll("a[href]")].map((link) => new URL(link.href)).filter((url) => url.origin === location.origin);
    return [...new Set(here.map((url) => url.pathname + url.search))];
  });
}

/** What a page is made of: two pages with the same parts have the same faults. */
export function makeOf(page) {
  return page.evaluate(() => {
    const part = (element) => `${element.tagName} ${element.getAttribute("class") ?? ""} ${element.getAttribute("role") ?? ""}`;
    return [...new Set([...document.querySelectorAll("*")].map(part))].sort().join("\n");
  });
}
