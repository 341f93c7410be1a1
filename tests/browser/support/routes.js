// The routes of the desk, read off its sources, so that a page that is new is walked as well.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./nodes.js";

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith(".rs") ? [readFileSync(path, "utf8")] : [];
  });
}

/** Every route, as `/m/{number}/act/{act}`; those without a variable first, as the desk itself prefers them. */
export function routes() {
  const found = sources(join(ROOT, "crates/web/src/pages")).flatMap((text) =>
    [...text.matchAll(/\.route\(\s*"([^"]+)"/g)].map(([, route]) => route),
  );
  const variables = (route) => route.split("{").length;
  return [...new Set(found)].sort((a, b) => variables(a) - variables(b) || (a < b ? -1 : 1));
}

/** Which route a path belongs to. */
export function routeOf(path, all) {
  const asked = path.split("?")[0].split("/");
  return all.find((route) => {
    const parts = route.split("/");
    return parts.length === asked.length && parts.every((part, i) => part.startsWith("{") || part === asked[i]);
  });
}
