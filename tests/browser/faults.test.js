// Bad input of every form: what is wrong stands beside its field, in the language of the reader, and what was typed is kept.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LANGUAGES, openBrowser, openWindow, sitDown } from "./support/browser.js";
import { asksForSomething, sendForm } from "./support/forms.js";
import { fill, request } from "./support/matter.js";
import { Place } from "./support/nodes.js";
import { formsOfMatters } from "./support/scenes.js";

const TYPED = { en: "These words are kept", zh: "这些字会留下" };
const HAN = /\p{Script=Han}/u;

let place, browser, desk;
before(async () => {
  place = new Place();
  desk = (await place.demo())["Country B"];
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await place?.leave();
});

/** Each fault above the form leads to its field, which says it too and is known to be wrong to who cannot see it. */
async function toldBesideFields(page, language) {
  const faults = await page.locator(".error-summary a").evaluateAll((links) =>
    links.map((link) => {
      const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      const named = field?.getAttribute("aria-describedby")?.split(" ") ?? [];
      const told = named.map((id) => document.getElementById(id)).find((element) => element?.matches(".field-error"));
      return { link: link.innerText, field: field?.id, invalid: field?.getAttribute("aria-invalid"), told: told?.innerText ?? "" };
    }),
  );
  assert.ok(faults.length > 0, `${page.url()} says what is wrong`);
  for (const fault of faults) {
    const where = `${page.url()}: ${JSON.stringify(fault)}`;
    assert.ok(fault.field, `the link leads to a field: ${where}`);
    assert.equal(fault.invalid, "true", `the field is marked as wrong: ${where}`);
    assert.ok(fault.told.trim().length > 3, `the field says what is wrong: ${where}`);
    assert.equal(HAN.test(fault.told), language === "zh", `in the reader's language: ${where}`);
  }
}

/** Writes words into the first line that takes any, where something else is still missing then; gives its selector. */
async function typeSomething(page, words) {
  const asked = await page.locator("form.act-form .form-label:not(:has(.text-secondary))").count();
  const line = page.locator("form.act-form :is(input:not([type]), input[type=text], textarea)").first();
  if (asked < 2 || (await line.count()) === 0) return undefined;
  await line.fill(words);
  return `[id="${await line.getAttribute("id")}"]`;
}

for (const language of LANGUAGES) {
  test(`every form that lacks something says so beside the field: ${language}`, async () => {
    const window = await openWindow(browser, desk, { language });
    await sitDown(window, "Chen Ning");
    const { page } = window;
    let tried = 0;
    for (const path of [...(await formsOfMatters(page)), ...(await otherForms(page))]) {
      await page.goto(path);
      if (!(await asksForSomething(page))) continue;
      const line = await typeSomething(page, TYPED[language]);
      const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), sendForm(page)]);
      assert.equal(answer.status(), 422, `${path} is not taken`);
      await page.locator(".error-summary").waitFor();
      await toldBesideFields(page, language);
      if (line) assert.equal(await page.locator(line).inputValue(), TYPED[language], `${path} keeps what was typed`);
      tried += 1;
    }
    assert.ok(tried > 8, `only ${tried} forms were tried`);
    await window.context.close();
  });

  test(`what cannot be read is told beside the field that holds it: ${language}`, async () => {
    const window = await openWindow(browser, desk, { language });
    await sitDown(window, "Chen Ning");
    const { page } = window;
    await page.goto("/matters/new");
    await page.locator("a[href^='/matters/new/request/']").first().click();
    await fill(page, { ...request(TYPED[language]), "offences.0": "no such code" });
    await sendForm(page);
    await page.locator(".error-summary, button[name=step][value=do]").first().waitFor();
    const check = page.locator("button[name=step][value=do]");
    if (await check.count()) await check.click();
    await page.locator(".error-summary").waitFor();
    await toldBesideFields(page, language);
    assert.equal(await page.locator("[name=title]").inputValue(), TYPED[language]);
    assert.equal(await page.locator("[name='offences.0']").inputValue(), "no such code");
    await window.context.close();
  });
}

/** Forms that belong to no matter. */
async function otherForms(page) {
  await page.goto("/matters/new");
  const opening = await page.locator("main a[href^='/matters/new/']").evaluateAll((links) => links.map((link) => new URL(link.href).pathname));
  return [...opening, "/partners/meet", "/partners/off-network"];
}
