// Two agencies, two nodes begun on empty folders, two windows: from setting a node up to a proof that verifies.
//
// The same journey with scripts and without. With them the other window learns of what was signed by itself.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openBrowser } from "./support/browser.js";
import { Bureau } from "./support/bureau.js";
import { NO_GROUND, act, fill, finish, request, watch } from "./support/matter.js";
import { Place } from "./support/nodes.js";
import { sendForm } from "./support/forms.js";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

for (const script of [true, false]) {
  test(`two agencies work a request, scripts ${script ? "on" : "off"}`, async (t) => {
    const place = new Place();
    t.after(() => place.leave());
    const how = { script, language: "en" };
    const a = await Bureau.begin(place, browser, "a", "XA", "甲国联络局", how);
    const b = await Bureau.begin(place, browser, "b", "XB", "乙国联络局", { ...how, language: "zh" });

    await t.test("a node is set up in the browser, its officers are invited", async () => {
      await a.setUpBy("Ann Bell", "Cy Dorn");
      await a.enlist("Amara Olin", ["officer", "desk"], ["Ann Bell", "Cy Dorn"]);
      await a.enlist("Bo Reyes", ["supervisor", "desk", "legal"], ["Ann Bell", "Cy Dorn"]);
      await b.enlistOnTerminal("Chen Ning", ["officer", "desk"]);
      await b.enlistOnTerminal("Dara Vong", ["supervisor", "desk", "legal"]);
    });
    await t.test("they compare fingerprints, a second person confirms; rights are assessed, and a second person widens", async () => {
      await meet(a, b, "Country B", "Amara Olin", "Bo Reyes");
      await meet(b, a, "甲国", "Chen Ning", "Dara Vong");
      await widened(a, "Country B", "Amara Olin", "Bo Reyes");
      await widened(b, "甲国", "Chen Ning", "Dara Vong");
      await reached(a, "Country B", "Bo Reyes");
    });
    const story = { a, b, place };
    await t.test("a request is reviewed, approved by a second person, and arrives", () => asked(story));
    await t.test("it is acknowledged; a question is clarified", () => clarified(story));
    await t.test("it is accepted and answered with a paper", () => answered(story));
    await t.test("the proof verifies, on the page and as a file", () => proven(story));
    await t.test("another request is withdrawn", () => withdrawn(story));
    await t.test("one byte changed on the disk turns the proof red", () => spoiled(story));
    assert.deepEqual([...a.complaints, ...b.complaints], [], "the browser complained of pages");
  });
}

async function meet(us, them, name, first, second) {
  const { page } = us.people[first];
  await page.goto("/partners/meet");
  await page.locator("[name=address]").fill(them.web);
  await sendForm(page);
  await page.locator("#f-group-0").waitFor();
  const shown = await page.locator("main fieldset tbody tr td:nth-child(3)").allInnerTexts();
  assert.equal(shown.join(" "), them.fingerprint, "the page shows what the partner reads out");
  for (let group = 0; group < 12; group++) await page.locator(`#f-group-${group}`).check();
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=at]").fill(them.federation);
  await sendForm(page);
  await page.waitForURL("**/partners/*?said=added");
  const partner = new URL(page.url()).pathname;
  const other = us.people[second].page;
  await other.goto("/partners");
  await other.getByRole("link", { name }).click();
  await other.locator("form[action$='/confirm'] button").click();
  await other.waitForURL(`**${partner}?said=confirmed`);
}

/** A partner begins at the floor: one person proposes what it may get, a second lets it have that. */
async function widened(us, name, first, second) {
  const nextYear = `${new Date().getUTCFullYear() + 1}-01-15T12:00`;
  for (const [who, act, fields] of [
    [first, "propose-widening", { review_by: nextYear, assessment: "Independent courts; no death penalty.", source: "A country report" }],
    [second, "widen", {}],
  ]) {
    const { page } = us.people[who];
    await page.goto("/partners");
    await page.getByRole("link", { name }).click();
    await page.locator(`a[href$='/act/${act}']`).click();
    await page.waitForURL(`**/act/${act}`);
    await fill(page, fields);
    await sendForm(page);
    await page.waitForURL("**/partners/*?said=*");
  }
}

async function reached(us, name, officer) {
  const { page } = us.people[officer];
  await page.goto("/partners");
  await page.getByRole("link", { name }).click();
  await page.locator("form[action$='/test'] button").click();
  await page.waitForURL("**?said=tested");
  await page.locator(".proof-ok").waitFor();
}

/** Drafts a request, has it reviewed and approved; gives the path of its matter, which is the same at both nodes. */
async function requested({ a }, title) {
  const officer = a.page("Amara Olin");
  await officer.goto("/matters/new");
  await officer.locator("a[href^='/matters/new/request/']").click();
  await fill(officer, request(title));
  await finish(officer);
  const matter = new URL(officer.url()).pathname;
  const second = a.page("Bo Reyes");
  await act(second, matter, "review-grounds", NO_GROUND);
  assert.equal(await act(second, matter, "approve"), "signed");
  return matter;
}

async function asked(story) {
  const arrives = await watch(story.b, "Chen Ning", "/matters");
  story.matter = await requested(story, "The number +999 555 0100");
  await arrives(story.a, `a[href='${story.matter}']`);
}

async function clarified({ a, b, matter }) {
  const here = await watch(a, "Amara Olin", matter);
  await act(b.page("Chen Ning"), matter, "acknowledge", { reference: "XB-2026-0815" });
  await here(b, ".timeline .theirs:has-text('XB-2026-0815')");
  await act(b.page("Chen Ning"), matter, "ask", { "questions.0": "来电者自称哪家银行？" });
  await here(b, ".timeline .theirs:has-text('来电者自称哪家银行？')");
  const there = await watch(b, "Chen Ning", matter);
  await act(a.page("Amara Olin"), matter, "clarify", { text: "The Bank of Example." });
  await there(a, ".timeline .theirs:has-text('The Bank of Example.')");
}

async function answered({ a, b, matter }) {
  const here = await watch(a, "Amara Olin", matter);
  const [desk, supervisor] = [b.page("Chen Ning"), b.page("Dara Vong")];
  assert.equal(await act(desk, matter, "accept"), "kept", "one person alone cannot accept");
  await act(supervisor, matter, "review-grounds", NO_GROUND);
  assert.equal(await act(supervisor, matter, "approve"), "signed");
  await here(b, ".timeline .theirs >> nth=2");
  const paper = { name: "记录.txt", mimeType: "text/plain", buffer: Buffer.from("Held by Example Trading Ltd.\n") };
  await desk.goto(`${matter}/act/answer`);
  await fill(desk, { extent: "final", text: "The subscriber is a company; the record is attached." });
  await addPaper(desk, paper);
  await finish(desk);
  assert.equal(await act(supervisor, matter, "approve"), "signed");
  await here(b, ".timeline .theirs:has-text('The subscriber is a company')");
}

/** One more row of papers: with scripts it grows at once, without them the form comes back with it. */
async function addPaper(page, paper) {
  await page.locator("[data-repeat=papers] button[name=more], button[name=more][value=papers]").first().click();
  await page.locator("input[type=file]").first().setInputFiles(paper);
}

async function proven({ a, b, place, matter }) {
  const page = a.page("Amara Olin");
  await page.goto(matter);
  await page.locator(`a[href='${matter}/proof']`).first().click();
  await page.locator(".proof-ok").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(`form[action='${matter}/proof/file'] button`).click(),
  ]);
  await download.saveAs(place.path("taken.proof"));
  for (const { node } of [a, b]) place.say("card", "show", node, "--out", `${node}.card`);
  const trusted = place.run("verify", "taken.proof", "--trust", "a.card", "--trust", "b.card");
  assert.equal(trusted.exit, 0, trusted.text);
}

async function withdrawn(story) {
  const { a, b } = story;
  const arrives = await watch(b, "Chen Ning", "/matters");
  const matter = await requested(story, "Another number");
  await arrives(a, `a[href='${matter}']`);
  const there = await watch(b, "Chen Ning", matter);
  assert.equal(await act(a.page("Amara Olin"), matter, "withdraw", { text: "The case was closed here." }), "signed");
  await there(a, ".timeline .theirs:has-text('The case was closed here.')");
  const here = await watch(a, "Amara Olin", matter);
  assert.equal(await act(b.page("Chen Ning"), matter, "confirm-withdrawal", { outcome: "stopped" }), "signed");
  await here(b, ".timeline .theirs >> nth=0");
}

/** Changes one letter of an entry in the stopped node's store, and looks at the proof again. */
async function spoiled({ a, place, matter }) {
  await place.stop(a.node);
  const store = place.path(join(a.node, "journal.db"));
  const sql = (statement) => execFileSync("sqlite3", [store, statement], { encoding: "utf8" }).trim();
  const act = Buffer.from("acknowledge").toString("hex").toUpperCase();
  const [number, bytes] = sql(`SELECT number, hex(bytes) FROM journal WHERE lane = 0 AND hex(bytes) LIKE '%${act}%' LIMIT 1`).split("|");
  const changed = bytes.replace(act, `${act.slice(0, -1)}4`);
  assert.notEqual(changed, bytes, "one letter is another one");
  // The store itself refuses to change a record; whoever does it takes that away first.
  sql(`DROP TRIGGER journal_stays_as_it_is; UPDATE journal SET bytes = x'${changed}' WHERE number = ${number}`);

  Object.assign(a, await place.serve(a.node));
  await a.enlistOnTerminal("Noa Kerr", ["supervisor"]);
  const page = a.page("Noa Kerr");
  await page.goto(matter);
  await page.locator(`main a[href='${matter}/proof']`).click();
  await page.locator(".proof-bad").first().waitFor();
  await page.goto("/journal");
  await page.locator("form[action='/journal/verify'] button").click();
  await page.locator(".proof-bad").first().waitFor();
}
