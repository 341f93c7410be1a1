// An officer of a node that is reached by a name makes a passkey, and signs in and proves who acts by it alone.

import { after, before, test } from "node:test";

import { openBrowser } from "./support/browser.js";
import { Bureau } from "./support/bureau.js";
import { Place } from "./support/nodes.js";
import { addPasskey, signInByPasskey, withAuthenticator } from "./support/passkeys.js";

let browser;
const place = new Place();
before(async () => (browser = await openBrowser()));
after(async () => {
  await browser?.close();
  await place.leave();
});

test("an officer signs in, and proves who acts, by a passkey alone", async () => {
  const bureau = await Bureau.begin(place, browser, "a", "XA", "甲国联络局", { language: "en" });
  await bureau.enlistOnTerminal("Amara Olin", ["officer", "desk"]);
  const window = bureau.people["Amara Olin"];
  const { page } = window;
  await withAuthenticator(window);
  await addPasskey(page, "The key on my desk");

  await page.locator("form[action='/sign-out'] button").click();
  await page.waitForURL("**/sign-in");
  await signInByPasskey(page);

  await page.goto("/sign-in/again?next=/account/recovery-codes");
  await page.locator("form[data-ceremony=get][action='/sign-in/again'] button").click();
  await page.waitForURL((url) => url.pathname === "/account/recovery-codes");

  await page.goto("/account");
  await page.locator("main li").filter({ hasText: "The key on my desk" }).getByRole("button").click();
  await page.waitForURL("**/account");
  await page.locator("main form[action='/account/passkey/remove']").waitFor({ state: "detached" });
});
