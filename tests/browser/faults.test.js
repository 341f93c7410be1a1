// Bad input of every form: what is wrong stands beside its field, in the language of the reader, and what was typed is kept.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LANGUAGES, openWindow, sitDown } from "./support/browser.js";
import { atDesk } from "./support/desk.js";
import { asksForSomething, empty, sendForm } from "./support/forms.js";
import { fill, request } from "./support/matter.js";
import { formsOfMatters } from "./support/scenes.js";

const TYPED = { en: "These words are kept", zh: "这些字会留下" };
const HAN = /\p{Script=Han}/u;

const bureau = atDesk("Country B");

/** Each fault above the form leads to its field, which says it too and is known to be wrong to who cannot see it. */
async function toldBesideFields(page, language) {
  const faults = await page.locator(".error-summary a").evaluateAll((links) =>
    links.map((link) => {
      const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      const named = field?.getAttribute("aria-describedby")?.split(" ") ?? [];
      const told = named.map((id) => document.getElementById(id)).find((element) => element?.matches(".field-error"));
      return { link: link.innerText, field: field?.id, invalid: field?.getAttribute("aria-invalid") ?? field?.tagName, told: told?.innerText ?? "" };
    }),
  );
  assert.ok(faults.length > 0, `${page.url()} says what is wrong`);
  for (const fault of faults) {
    const where = `${page.url()}: ${JSON.stringify(fault)}`;
    assert.ok(fault.field, `the link leads to a field: ${where}`);
    // A group of controls cannot be marked; what is wrong with it is read out when it is entered.
    assert.ok(["true", "FIELDSET"].includes(fault.invalid), `the field is marked as wrong: ${where}`);
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
    const window = await openWindow(bureau.browser, bureau.desk, { language });
    await sitDown(window, "Chen Ning");
    const { page } = window;
    let tried = 0;
    for (const path of [...(await formsOfMatters(page)), ...(await otherForms(page))]) {
      await page.goto(path);
      if (!(await asksForSomething(page))) continue;
      await empty(page);
      const line = await typeSomething(page, TYPED[language]);
      const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), sendForm(page)]);
      // A form that goes on from a draft lacks nothing and is checked next.
      if (answer.status() === 200 && (await page.locator("button[name=step][value=do]").count())) continue;
      assert.equal(answer.status(), 422, `${path} is not taken`);
      await page.locator(".error-summary").waitFor();
      await toldBesideFields(page, language);
      if (line) assert.equal(await page.locator(line).inputValue(), TYPED[language], `${path} keeps what was typed`);
      tried += 1;
    }
    assert.ok(tried > 8, `only ${tried} forms were tried`);
    await window.context.close();
  });

  test(`text that hides how it reads is told beside the field that holds it: ${language}`, async () => {
    const window = await openWindow(bureau.browser, bureau.desk, { language });
    await sitDown(window, "Chen Ning");
    const { page } = window;
    await page.goto("/matters/new");
    await page.locator("a[href^='/matters/new/request/']").first().click();
    const reversed = `${TYPED[language]} \u202e999`;
    await fill(page, request(reversed));
    await sendForm(page);
    await page.locator(".error-summary").waitFor();
    await toldBesideFields(page, language);
    assert.equal(await page.locator(".error-summary a").count(), 1, "nothing else is wrong");
    assert.equal(await page.locator("[name=title]").inputValue(), reversed);
    assert.equal(await page.locator("[name='offences.0']").inputValue(), "0701");
    await window.context.close();
  });
}

/** Forms that belong to no matter. */
async function otherForms(page) {
  await page.goto("/matters/new");
  const opening = await page.locator("main a[href^='/matters/new/']").evaluateAll((links) => links.map((link) => new URL(link.href).pathname));
  return [...opening, "/partners/meet", "/partners/off-network"];
}
