// One desk of the demonstration and a browser before it, for all tests of a file.

import { after, before } from "node:test";

import { openBrowser } from "./browser.js";
import { Place } from "./nodes.js";

/** Sets them up before the tests of a file and ends them after; its fields are there once the tests run. */
export function atDesk(country) {
  const at = {};
  before(async () => {
    at.place = new Place();
    at.desk = (await at.place.demo())[country];
    at.browser = await openBrowser();
  });
  after(async () => {
    await at.browser?.close();
    await at.place?.leave();
  });
  return at;
}
