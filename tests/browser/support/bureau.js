// One agency of a journey: its node, and the windows of its people.

import assert from "node:assert/strict";

import { openWindow, press } from "./browser.js";
import { enrol, send, signIn, welcome } from "./people.js";

export class Bureau {
  people = {};

  /** A node on a folder that is empty, with its desk; nobody can sign in yet. */
  static async begin(place, browser, node, code, zh, how) {
    const bureau = new Bureau();
    Object.assign(bureau, { place, browser, node, how, fingerprint: place.init(node, code, zh) });
    Object.assign(bureau, await place.serve(node));
    return bureau;
  }

  /** A window of its own, before which nobody sits. */
  open() {
    return openWindow(this.browser, this.web, this.how);
  }

  /** Two administrators set the node up in their browsers. */
  async setUpBy(first, second) {
    const [one, two] = [await this.open(), await this.open()];
    await one.page.goto("/");
    await send(one.page, { "set-up-code": this.setUp, "first-name": first, "second-name": second });
    const handedOver = await one.page.locator("main dd code").innerText();
    await one.page.locator("main form[action='/welcome'] button").click();
    await signIn(one.page, first, await enrol(one.page));
    await signIn(two.page, second, await welcome(two.page, handedOver));
    Object.assign(this.people, { [first]: one, [second]: two });
  }

  /** One administrator enlists and proposes, the other grants; the officer takes the invitation up. */
  async enlist(name, roles, [first, second]) {
    const { page } = this.people[first];
    await page.goto("/officers");
    await send(page, { name });
    await page.getByRole("heading", { level: 1, name }).waitFor();
    const record = new URL(page.url()).pathname;
    for (const role of roles) await page.locator(`input[name=role-${role}]`).check();
    await press(page, page.locator("form[action$='/propose-roles'] button"));
    assert.equal(await granted(page, record), 0, `${name} has no role before a second administrator has granted it`);
    const other = this.people[second].page;
    await other.goto(record);
    await press(other, other.locator("form[action$='/grant-roles'] button"));
    await page.goto(record);
    await page.locator("form[action$='/invite'] button").click();
    await this.arrives(name, await page.locator("main dd code").innerText());
  }

  /** Enlists on the terminal of the node. */
  async enlistOnTerminal(name, roles) {
    const { code } = this.place.say("officer", "add", this.node, name, ...roles.flatMap((role) => ["--role", role]), "--invite");
    await this.arrives(name, code);
  }

  /** Somebody takes an invitation up and signs in, in a window of their own. */
  async arrives(name, invitation) {
    const window = await this.open();
    await signIn(window.page, name, await welcome(window.page, invitation));
    this.people[name] = window;
  }

  page(name) {
    return this.people[name].page;
  }

  /** Whatever the pages of its people complained of. */
  get complaints() {
    return Object.values(this.people).flatMap((window) => window.complaints);
  }
}

/** How many roles the officer whose record is open holds: the first fact on the page. */
async function granted(page, record) {
  await page.goto(record);
  return (await page.locator("main dl.facts dd").first().innerText()).trim().length;
}
