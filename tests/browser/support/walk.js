// Walks the desk as one officer: every link, once for each kind of page it leads to.
//
// Two matters of one kind have the same forms, so `/m/R-1/act/ask` and `/m/R-2/act/ask` are one kind of page; every
// matter's own page is one of its own, since no two have come to the same. Nothing is ever sent by walking.

import { routeOf } from "./routes.js";

/** Answers with something else than a page, or never ends. */
const NO_PAGE = new Set(["/live", "/metrics", "/card-of-us/file", "/assets/{name}"]);

/** Of these every one is looked at; of other routes with a variable, one. */
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

/** Meets every page that links lead to from `begin`; `meet(path, answer)` is called while the page is open. */
export async function walk(page, begin, all, meet) {
  const waiting = [...begin];
  const known = new Set(waiting.map((path) => kindOf(path, all)));
  while (waiting.length > 0) {
    const path = waiting.shift();
    const answer = await page.goto(path);
    for (const next of await links(page)) {
      const kind = kindOf(next, all);
      if (known.has(kind) || NO_PAGE.has(routeOf(next, all))) continue;
      known.add(kind);
      waiting.push(next);
    }
    await meet(path, answer);
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
