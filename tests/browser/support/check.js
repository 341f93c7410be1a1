// What must hold of a page as it stands: axe finds nothing, and it never scrolls sideways (WCAG 2.2, 1.4.10).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { NARROW, WIDE } from "./browser.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** How many places of one rule are told; the others are mended with them. */
const MOST = 8;

/** Everything wrong with the page, each as `{ rule, where, what }`. */
export async function faultsOf(page) {
  await unfold(page);
  const faults = await axe(page);
  const own = page.viewportSize();
  for (const width of [own.width === WIDE ? NARROW : WIDE, own.width]) {
    await page.setViewportSize({ ...own, width });
    faults.push(...(await overflow(page, width)));
  }
  return faults;
}

/** What is folded up is part of the page: its colours and names count as well. */
function unfold(page) {
  return page.evaluate(() => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });
}

/** What axe finds. It is handed over by the debugger and not as a script of the page, which the page's policy forbids. */
export async function axe(page) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async (rules) => {
    const result = await window.axe.run(document, { runOnly: rules, resultTypes: ["violations"], elementRef: false });
    return result.violations.map(({ id, impact, help, nodes }) => ({
      id, impact, help, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })),
    }));
  }, RULES);
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => ({
      rule: `${id} (${impact})`,
      where: target.flat().join(" "),
      what: failureSummary.split("\n").slice(1).map((line) => line.trim()).join("; ") || help,
    })),
  );
}

async function overflow(page, width) {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const scrolls = (element) => element && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
    const outside = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > room + 0.5 && !scrolls(element.parentElement),
    );
    const name = (element) => element.tagName.toLowerCase() + [...element.classList].map((one) => `.${one}`).join("");
    return outside.slice(-3).map((element) => `${name(element.parentElement)} > ${name(element)}`);
  });
  return wide.map((where) => ({ rule: `scrolls sideways at ${width}`, where, what: "wider than the window" }));
}

/** Faults told so that who mends them knows where to look: the rule, the places it was broken in, and on which pages. */
export function told(found) {
  const lines = [...grouped(found, "rule")].flatMap(([rule, broken]) => [rule, ...placesOf(broken)]);
  return `faults on pages of the desk:\n${lines.join("\n")}`;
}

/** Up to eight places in which one rule was broken, each with one of its pages. */
function placesOf(broken) {
  const places = [...grouped(broken, "where")];
  const lines = places.slice(0, MOST).map(([where, [{ what, page, how }, ...others]]) => {
    const besides = others.length > 0 ? ` and on ${others.length} more` : "";
    return `  ${where}\n      ${what}\n      ${page} [${how}]${besides}`;
  });
  return places.length > MOST ? [...lines, `  and ${places.length - MOST} more places`] : lines;
}

function grouped(list, by) {
  const groups = new Map();
  for (const one of list) groups.set(one[by], [...(groups.get(one[by]) ?? []), one]);
  return groups;
}
