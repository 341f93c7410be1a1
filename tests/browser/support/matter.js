// What people do with matters, on the pages, by one window; and how the other window learns of it.

import assert from "node:assert/strict";

import { sendForm } from "./forms.js";

/** Opens a page whose parts renew themselves, and gives what waits for something to come to it. */
export async function watch(bureau, name, path) {
  const { page, script } = bureau.people[name];
  if (!script) return async (from, selector) => {
    // Without scripts a page is asked for again, once what was signed has been delivered.
    from.place.say("sync", from.node);
    await page.goto(path);
    assert.ok(await page.locator(selector).first().isVisible(), `${path} shows ${selector}`);
  };
  // The page listens from here on, so nothing that is signed later is missed.
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/live")), page.goto(path)]);
  return (_, selector) => page.locator(selector).first().waitFor();
}

/** Fills in the form of an act: text and files by the field's name, choices by their code. */
export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const control = page.locator(`form.act-form [name="${name}"]:not([type=hidden])`);
    if (typeof value === "object") await control.setInputFiles(value);
    else if (await control.evaluate((element) => element.matches("select"))) await control.selectOption(value);
    else await control.fill(value);
  }
}

/** Goes on from a form: what partners will read is checked first, what stays inside is done at once. */
export async function finish(page) {
  await sendForm(page);
  const sign = page.locator("button[name=step][value=do]");
  await page.locator("[role=status] strong, .error-summary, button[name=step][value=do]").first().waitFor();
  const wrong = await page.locator(".error-summary a").allInnerTexts();
  assert.deepEqual(wrong, [], "the form is complete");
  if (await sign.count()) await sign.click();
  await page.waitForURL("**/m/*?said=*");
}

/** Does an act that the matter's page offers; gives what the page then says: signed, kept, recorded … */
export async function act(page, matter, code, fields = {}) {
  await page.goto(matter);
  const link = `a[href='${matter}/act/${code}']`;
  const folded = page.locator(`main details:not([open]):has(${link}) > summary`);
  if (!(await page.locator(link).first().isVisible())) await folded.first().click();
  await page.locator(link).first().click();
  await fill(page, fields);
  await finish(page);
  return new URL(page.url()).searchParams.get("said");
}

/** The answers of a legal reviewer who finds no prohibited ground. */
export const NO_GROUND = {
  politics: "no", religion: "no", ethnicity: "no", orientation: "no", protest: "no", journalism: "no", refugee: "no",
  reasons: "Read from the file as it stands.",
};

/** A request for information. */
export function request(title) {
  return {
    request_type: "information", grade: "normal", purpose: "investigate", basis: "reciprocity", "offences.0": "0701",
    stage: "investigation", wished_by: "2099-01-02T03:04", language: "en", handling: "h1", title,
    facts: "On 20 November 2026 in Port Example callers who said they were a bank took 40,000.",
    "questions.0": "Who held the number on that day?", link: "It was used in every one of 31 calls.",
    basis_text: "Reciprocity, exchange of notes of 2019.", offence_text: "Fraud, article 210, up to seven years.",
    contact: "duty desk, day and night",
  };
}
