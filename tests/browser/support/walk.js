// Walks the desk as one officer: every link, once for each kind of page it leads to. Nothing is ever sent by walking.
//
// Two matters of one kind have the same forms, so `/m/R-1/act/ask` and `/m/R-2/act/ask` are one kind of page. Every
// matter's own page is met once by somebody, since no two have come to the same; everybody meets one of each kind.

import { routeOf } from "./routes.js";

/** Answers with something else than a page, or never ends. */
const NO_PAGE = new Set(["/bell", "/live", "/metrics", "/card-of-us/file", "/partners/{agency}/bundle/{job}/file", "/assets/{name}"]);

/** What kind of page a path leads to: pages alike have the same name. */
export function kindOf(path, all) {
  const { pathname, searchParams } = new URL(path, "http://desk");
  const route = routeOf(pathname, all);
  if (!route) return pathname;
  const parts = route.split("/");
  const told = pathname.split("/").map((part, i) => {
    if (parts[i] === "{number}") return part.split("-")[0];
    return parts[i].startsWith("{") && !["{act}", "{kind}"].includes(parts[i]) ? parts[i] : part;
  });
  return told.join("/") + [...searchParams.keys()].sort().map((key) => `?${key}`).join("");
}

/** The form of an act is the same whoever asks for it: who may do the act is judged when it is sent. */
const isForm = (kind) => kind.includes("/act/") || kind.startsWith("/matters/new/");

/** A page that differs with what it is about: every one of them is met, by somebody. */
const isOne = (kind) => /^\/(m|partners)\/[^/]+$/.test(kind);

/**
 * Meets every page that links lead to from the first; `meet()` is called while the page is open. `met` holds what others have
 * met that need not be met again.
 */
export async function walk(page, all, met, meet) {
  const waiting = ["/"];
  const known = new Set(waiting);
  const isNew = (path) => {
    const kind = kindOf(path, all);
    const those = isForm(kind) ? met : known;
    const one = isOne(kind) && !met.has(path);
    if (those.has(kind) && !one) return false;
    those.add(kind);
    if (one) met.add(path);
    return true;
  };
  while (waiting.length > 0) {
    await page.goto(waiting.shift());
    const paths = (await links(page)).filter((path) => !NO_PAGE.has(routeOf(path, all)));
    waiting.push(...paths.filter(isNew));
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
