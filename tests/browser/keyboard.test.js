// The core of a working day by keyboard alone: sign in, open a matter, acknowledge, report, check, send. No mouse.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openWindow, sitDown } from "./support/browser.js";
import { atDesk } from "./support/desk.js";

const bureau = atDesk("Country B");

/** More stops than any page has. */
const STOPS = 300;

/** Presses Tab until the focus is on what the selector names; at every stop it must be seen where the focus is. */
async function tabTo(page, selector) {
  for (let stop = 0; stop < STOPS; stop++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(async (wanted) => {
      // What the focus changes in the look of a page is drawn with the next frame.
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const focused = document.activeElement;
      if (!focused || focused === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const { width, height, bottom, top } = focused.getBoundingClientRect();
      return {
        what: focused.outerHTML.slice(0, 120),
        there: focused.matches(wanted),
        drawn: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
        inSight: width > 0 && height > 0 && bottom > 0 && top < innerHeight,
      };
    }, selector);
    if (!at) continue;
    assert.ok(at.drawn, `the focus is drawn on ${at.what}`);
    assert.ok(at.inSight, `the focus is in sight on ${at.what}`);
    if (at.there) return;
  }
  assert.fail(`Tab does not come to ${selector} on ${page.url()}`);
}

test("a payment-stop is taken in, acknowledged and reported on by keyboard alone", async () => {
  const director = await openWindow(bureau.browser, bureau.desk);
  await sitDown(director, "Dara Vong");
  const { page } = await openWindow(bureau.browser, bureau.desk);
  await page.goto("/sign-in");
  await tabTo(page, "form[action='/sign-in/demo']:nth-of-type(1) button");
  await page.keyboard.press("Enter");
  await page.locator("h1").waitFor();

  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.waitForURL("**/matters");
  await page.locator("#matters").waitFor();
  await director.page.goto("/demo");
  await director.page.locator("button[value=payment-stop]").click();
  await director.page.waitForURL("**/demo?played=*");
  await page.locator("[data-rows] > *").filter({ hasText: "40,000 to an account in Country B" }).waitFor();
  const matter = await opened(page, "40,000 to an account in Country B");

  await tabTo(page, `a[href='${matter}/act/acknowledge']`);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/act/acknowledge");
  await tabTo(page, "[name=reference]");
  await page.keyboard.type("XB-2026-0911");
  await send(page);

  await tabTo(page, `a[href='${matter}/act/report-stop']`);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/act/report-stop");
  await tabTo(page, "select[name=result]");
  await page.keyboard.press("ArrowDown");
  await tabTo(page, "[name=amount]");
  await page.keyboard.type("31000");
  await tabTo(page, "[name=currency]");
  await page.keyboard.type("XTS");
  await tabTo(page, "[name=text]");
  await page.keyboard.type("Held until 20 December.");
  await send(page);
  await page.locator(".timeline > .ours[id]", { hasText: "XB-2026-0911" }).waitFor();
  await page.locator(".timeline > .ours[id]", { hasText: "Held until 20 December." }).waitFor();
});

test("a request is answered by one officer and approved by another, by keyboard alone", async () => {
  const officer = await openWindow(bureau.browser, bureau.desk);
  await sitDown(officer, "Chen Ning");
  const { page } = officer;
  const matter = await opened(page, "An account opened with a lost passport");
  await tabTo(page, `a[href='${matter}/act/answer']`);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/act/answer");
  await tabTo(page, "select[name=extent]");
  await page.keyboard.press("End");
  await tabTo(page, "[name=text]");
  await page.keyboard.type("It was opened from one telephone, at the branch in Port Example.");
  await send(page, "kept");

  const second = await openWindow(bureau.browser, bureau.desk);
  await sitDown(second, "Dara Vong");
  const approver = second.page;
  await opened(approver, "An account opened with a lost passport");
  await tabTo(approver, "details:has(a[href$='/act/approve']):not([open]) > summary, a[href$='/act/approve']");
  if (await approver.evaluate(() => document.activeElement.matches("summary"))) {
    await approver.keyboard.press("Enter");
    await tabTo(approver, "a[href$='/act/approve']");
  }
  await approver.keyboard.press("Enter");
  await approver.waitForURL("**/act/approve");
  await send(approver, "signed");
  await approver.locator(".timeline > .ours[id]", { hasText: "opened from one telephone" }).waitFor();
});

test("whoever is in a row stays in it when the list changes under them", async () => {
  const officer = await openWindow(bureau.browser, bureau.desk);
  await sitDown(officer, "Chen Ning");
  const { page } = officer;
  await goTo(page, "An account opened with a lost passport");
  const before = await page.evaluate(() => document.activeElement.href);
  await fetchedAnew(page);
  assert.equal(await page.evaluate(() => document.activeElement.href), before, "the focus stays where it was");
  await page.keyboard.press("Enter");
  await page.waitForURL(before);

  await tabTo(page, "summary");
  await page.keyboard.press("Enter");
  const opened = page.locator("details[open]:focus-within");
  await opened.waitFor();
  await fetchedAnew(page);
  await opened.waitFor();
});

/** Has the page fetch its parts again, as when something changed, and waits until they are in their place. */
async function fetchedAnew(page) {
  await page.evaluate(
    () =>
      new Promise((settled) => {
        document.addEventListener("htmx:after:settle", settled, { once: true });
        document.body.dispatchEvent(new CustomEvent("changed"));
      }),
  );
}

/** Goes to the row of a matter in the list, by its keys. */
async function goTo(page, title) {
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.waitForURL("**/matters");
  const row = page.locator("[data-rows] > *").filter({ hasText: title });
  await row.waitFor();
  await page.keyboard.press("j");
  while (!(await row.evaluate((line) => line.matches("[data-here]")))) await page.keyboard.press("j");
}

/** Opens a matter from the list, by its keys; gives its path. */
async function opened(page, title) {
  await goTo(page, title);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/m/R-*");
  return new URL(page.url()).pathname;
}

/** From the last field over the answers to be checked to what is signed. */
async function send(page, said = "signed") {
  await tabTo(page, "button[value=check]");
  await page.keyboard.press("Enter");
  await page.locator("button[name=step][value=do]").waitFor();
  await tabTo(page, "button[name=step][value=do]");
  await page.keyboard.press("Space");
  await page.waitForURL(`**?said=${said}*`);
}
