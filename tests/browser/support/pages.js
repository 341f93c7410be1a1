// Every page of the desk in real Chromium: axe finds nothing in either language and light, and no page scrolls sideways.
//
// The story of the demonstration gives the desks something to show; a node that nobody has set up yet shows the way in.
// A page that is new is found by its links. One that no link leads to is missed by `no route is forgotten`, and goes
// into `scenes.js`.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LIGHTS, NARROW, WIDE } from "./browser.js";
import { faultsOf, told } from "./check.js";
import { Stage } from "./round.js";
import { routeOf, routes } from "./routes.js";
import { makeOf } from "./walk.js";

/** No page of their own: they take a form and go on to another page, or answer with something else than a page. */
const NO_PAGE = [
  "/m/{number}/package/{package}/check", "/m/{number}/package/{package}/take/{grant}",
  "/m/{number}/uploads", "/m/{number}/uploads/{upload}", "/bundles/uploads", "/bundles/uploads/{upload}", "/partners/{agency}/bundle/{job}/file",
  "/account/end-session", "/account/end-sessions", "/account/passkey/remove", "/assets/{name}", "/audit/export",
  "/bell", "/card-of-us/file", "/choices", "/intake/{number}/{act}", "/journal/verify", "/live", "/m/{number}/act/{act}/kept",
  "/m/{number}/proof/file", "/matters/filters", "/matters/filters/{filter}", "/matters/new/{kind}/{partner}/kept", "/metrics",
  "/officers/enlist", "/partners/{agency}/claim", "/partners/{agency}/confirm", "/partners/{agency}/link", "/partners/{agency}/test", "/sign-in/demo", "/sign-in/passkey", "/sign-out",
];

const ALL = routes();
const met = new Set();

/** Looks at pages in one language and light, and remembers what was wrong and which pages were met. */
class Look {
  found = [];
  #seen = new Set();

  constructor(...how) {
    this.how = how.join(" ");
  }

  /** Looks at the page that is open, unless one of its route and make was looked at before. */
  async at(page, name) {
    const path = new URL(page.url()).pathname;
    met.add(routeOf(path, ALL));
    const key = `${name ?? routeOf(path, ALL)}\n${await makeOf(page)}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const faults = await faultsOf(page);
    this.found.push(...faults.map((fault) => ({ ...fault, page: name ? `${path} (${name})` : path, how: this.how })));
  }
}

/** Every page in one language, in both lights; a language is a file, so that both are looked at side by side. */
export function pagesIn(language) {
  let stage;
  before(async () => (stage = await Stage.set()));
  after(() => stage?.strike());

  for (const light of LIGHTS) {
    // axe looks at every page at one width; between them both languages and both lights are seen at either.
    const width = (language === "en") === (light === "light") ? WIDE : NARROW;
    test(`no page has a fault: ${language}, ${light}, ${width} wide`, async () => {
      const look = new Look(language, light, width);
      const complaints = await stage.round({ language, light, width }, (page, scene) => look.at(page, scene));
      assert.equal(look.found.length, 0, told(look.found));
      assert.deepEqual(complaints, [], "the browser complained of pages");
    });
  }

  test(`no route is forgotten: ${language}`, () => {
    const forgotten = ALL.filter((route) => !met.has(route) && !NO_PAGE.includes(route));
    assert.deepEqual(forgotten, [], "no link leads to these routes, and no scene shows them");
  });
}
