// Pages that no link leads to: what follows a form, what is wrong, what was just done, and the way in.
//
// `meet(scene)` is called while the page is open.

import assert from "node:assert/strict";

import { openWindow, press } from "./browser.js";
import { asksForSomething, empty, fillIn, sendForm } from "./forms.js";
import { addPasskey, withAuthenticator } from "./passkeys.js";
import { PASSWORD, enrol, send, signIn, welcome } from "./people.js";
import { routes } from "./routes.js";
import { walk } from "./walk.js";

/** The scenes of one officer of the demonstration, by name. */
export async function scenesOf(window, name, meet) {
  for (const scene of SCENES[name] ?? []) await scene(window, meet);
}

const SCENES = {
  "Chen Ning": [nowhere, staleForm, searching, keyboardHelp, newRequest, earlier, actForms, said, packages, handOver, offNetwork, bundles, apart, printed],
  "Dara Vong": [lifted, verifiedJournal, meeting],
  "Odo Brakk": [invited],
};

async function nowhere({ page }, meet) {
  await page.goto("/nothing-is-here");
  await meet("a page that is not there");
  await page.goto("/m/R-0000000000000");
  await meet("a matter that is not there");
}

async function staleForm({ page }, meet) {
  await page.goto("/");
  await page.evaluate(() => {
    const form = document.querySelector("form[action='/search']");
    form.elements.csrf.value = "of another session";
    form.elements.q.value = "Marn";
    form.submit();
  });
  await page.waitForURL("**/search");
  await meet("a form of another session");
}

async function searching({ page }, meet) {
  for (const [words, scene] of [["Marn", "something found"], ["Nobody of this name", "nothing found"]]) {
    await page.goto("/");
    await page.locator("#search").fill(words);
    await page.locator("#search").press("Enter");
    await page.waitForURL("**/search");
    await meet(scene);
  }
}

async function keyboardHelp({ page, script }, meet) {
  if (!script) return;
  await page.goto("/");
  await page.locator("h1").first().waitFor();
  await page.keyboard.press("?");
  await page.locator("dialog[open]").waitFor();
  await meet("help for the keyboard");
  await page.keyboard.press("Escape");
}

async function newRequest({ page }, meet) {
  await page.goto("/matters/new");
  await page.locator("a[href^='/matters/new/request/']").first().click();
  await page.locator("form.act-form").waitFor();
  await empty(page);
  await sendForm(page);
  await page.locator(".error-summary").waitFor();
  await meet("a request that lacks everything");
  await fillIn(page);
  await sendForm(page);
  await page.locator("button[name=step][value=do]").waitFor();
  await meet("check your answers");
  await page.locator("button[name=step][value=change]").click();
  await page.locator("form.act-form").waitFor();
  await meet("a request filled in");
}

/** What one may copy a new request from. */
async function earlier({ page }, meet) {
  await page.goto("/matters/new");
  await page.locator("a[href^='/matters/new/request/']").first().click();
  const folded = page.locator("main details:has(form[action$='/earlier']) > summary");
  if ((await folded.count()) === 0) return; // nothing was asked of this partner yet
  await folded.click();
  for (const words of ["container", "Nobody of this name"]) {
    await page.locator("form[action$='/earlier'] input[name=q]").fill(words);
    await press(page, page.locator("form[action$='/earlier'] button"));
    await meet(`what may be copied: ${words}`);
  }
}

/** Every form of an act that asks for something, sent as it is. */
async function actForms({ page }, meet) {
  for (const path of await formsOfMatters(page)) {
    await page.goto(path);
    if (!(await asksForSomething(page))) continue;
    await sendForm(page);
    // A form that goes on from a draft lacks nothing and is checked next.
    await page.locator(".error-summary, button[name=step][value=do]").first().waitFor();
    await meet(`what follows ${path.split("/").at(-1)}`);
  }
}

/** The forms of acts that the matters in the list offer, one for each kind of matter and act. */
export async function formsOfMatters(page) {
  const forms = new Map();
  await page.goto("/matters");
  for (const matter of await paths(page, "a[href^='/m/']")) {
    await page.goto(matter);
    for (const form of await paths(page, "a[href*='/act/']")) {
      forms.set(form.replace(/\/m\/(\w+)-\w+/, "$1"), form);
    }
  }
  assert.ok(forms.size > 5, "matters offer acts");
  return [...forms.values()];
}

function paths(page, links) {
  return page.locator(links).evaluateAll((found) => [...new Set(found.map((link) => new URL(link.href).pathname))].filter((path) => !path.endsWith("/new")));
}

/** What a page says has just been done. */
async function said({ page }, meet) {
  await page.goto("/matters");
  const [matter] = await paths(page, "a[href^='/m/']");
  for (const words of ["signed", "drafted", "awaits-comparison", "still-waits&rule=four-eyes", "kept&rule=grounds-open"]) {
    await page.goto(`${matter}?said=${words}`);
    await meet(`said: ${words}`);
  }
  await page.goto("/partners");
  const [partner] = await paths(page, "main table a[href^='/partners/']");
  for (const words of ["added", "confirmed", "changed", "tested"]) {
    await page.goto(`${partner}?said=${words}`);
    await meet(`said: ${words}`);
  }
  await page.goto("/demo?played=payment-stop");
  await meet("a scene was played");
}

/** A sealed package that holds, one in which a byte was changed, and what is in it. */
async function packages({ page }, meet) {
  await page.goto("/evidence");
  // The first that was handed over is the largest, and a byte is changed in the largest.
  const sealed = (await paths(page, "main a[href*='/package/']")).at(-1);
  const check = async () => {
    await page.goto(sealed);
    await page.locator("form[action$='/check'] button").click();
    await page.waitForURL("**/check/*");
  };
  const play = async (scene) => {
    await page.goto("/demo");
    await page.locator(`button[value=${scene}]`).click();
    await page.waitForURL("**/demo?played=*");
  };
  await check();
  await page.locator(".proof-ok").waitFor();
  await meet("a package that holds");
  await play("change-byte");
  await check();
  await page.locator(".proof-bad").waitFor();
  await meet("a package in which a byte was changed");
  await play("mend-byte");
  for (const out of ["take", "open"]) {
    await page.goto(`${sealed}/${out}`);
    await sendForm(page);
    await page.locator(".error-summary").waitFor();
    await meet(`${out}: for what was not said`);
  }
  await page.locator("#purpose").fill("to be examined by the digital unit");
  await sendForm(page);
  await page.waitForURL("**/open/*");
  await meet("what is in a package");
}

/** Files are chosen, sent ahead, checked, sealed and handed over. */
async function handOver({ page, script }, meet) {
  await page.goto("/matters");
  const [evidence] = await paths(page, "a[href^='/m/E-']");
  await page.goto(`${evidence}/hand-over`);
  await sendForm(page);
  await page.locator(".error-summary").waitFor();
  await meet("no file was chosen");
  const files = ["通话记录 3.txt", "calls 3.csv"].map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(`${name}\n`) }));
  await page.locator("#f-files").setInputFiles(files);
  if (script) await page.locator("[data-carried]").nth(files.length - 1).waitFor({ state: "attached" });
  await fillIn(page);
  await sendForm(page);
  await page.locator("button[name=step][value=do]").waitFor();
  await meet("files to be sealed are checked");
  await page.locator("button[name=step][value=do]").click();
  await page.waitForURL("**/hand-over/*");
  await page.locator(".proof-ok").waitFor();
  await meet("files were sealed and handed over");
}

/** The first partner that has a node. */
async function partnerWithNode(page) {
  await page.goto("/bundles");
  return (await paths(page, "article a[href^='/partners/']"))[0];
}

/** A bundle is made for a partner, and a file that is none is brought. */
async function bundles({ page }, meet) {
  const partner = await partnerWithNode(page);
  await page.goto("/bundles");
  await page.locator("form[action='/bundles'] button.btn-primary").click();
  await page.locator(".error-summary").waitFor();
  await meet("no bundle was chosen");
  await page.locator("#f-file").setInputFiles({ name: "1.bundle", mimeType: "application/octet-stream", buffer: Buffer.from("a letter\n") });
  await page.locator("form[action='/bundles'] button.btn-primary").click();
  await page.waitForURL("**/bundles/*");
  await page.locator(".proof-bad").waitFor();
  await meet("a file that is no bundle");
  await page.goto(`${partner}/bundle`);
  await sendForm(page);
  await page.locator(".error-summary").waitFor();
  await meet("a bundle: for what was not said");
  await page.locator("#purpose").fill("by pouch of Monday");
  await sendForm(page);
  await page.waitForURL("**/bundle/*");
  await page.locator(".proof-ok").waitFor();
  await meet("a bundle was made");
}

/** A partner is put in quarantine, and it is proposed to lift that. */
async function apart({ page }, meet) {
  const partner = await partnerWithNode(page);
  for (const [act, reason] of [["quarantine", "Two letters under one number."], ["propose-lifting", "They showed which letter counts."]]) {
    await page.goto(`${partner}/act/${act}`);
    await page.locator("#f-reason").fill(reason);
    await sendForm(page);
    await page.waitForURL("**said=changed");
  }
  await meet("a partner in quarantine");
  await page.goto("/partners");
  await meet("a list with a partner in quarantine");
}

/** A second person lifts it. */
async function lifted({ page }, meet) {
  const partner = await partnerWithNode(page);
  await page.goto(`${partner}/act/lift`);
  await meet("a quarantine is to be lifted");
  await sendForm(page);
  await page.waitForURL("**said=changed");
}

/** What comes out of a printer. */
async function printed({ page }, meet) {
  await page.goto("/matters");
  const matters = await paths(page, "a[href^='/m/']");
  await page.emulateMedia({ media: "print" });
  for (const path of [matters[0], `${matters[0]}/proof`, "/work/print", "/card-of-us"]) {
    await page.goto(path);
    await meet("printed");
  }
  await page.emulateMedia({ media: "screen" });
}

async function offNetwork({ page }, meet) {
  for (const path of ["/partners/off-network", "/partners/meet"]) {
    await page.goto(path);
    await sendForm(page);
    await page.locator(".error-summary").waitFor();
    await meet("nothing was filled in");
  }
}

async function verifiedJournal({ page }, meet) {
  await page.goto("/journal");
  await page.locator("form[action='/journal/verify'] button").click();
  await page.waitForURL("**/journal/verified");
  await meet("the journal was verified");
}

/** Our own card is read like a partner's, as far as the comparison. */
async function meeting({ page, address }, meet) {
  const card = await page.request.get("/card-of-us/file");
  await page.goto("/partners/meet");
  await page.locator("#f-card").setInputFiles({ name: "b.card", mimeType: "application/octet-stream", buffer: await card.body() });
  await sendForm(page);
  await page.locator("#f-group-0").waitFor();
  await meet("fingerprints to compare");
  await page.locator("#f-group-3").check();
  await sendForm(page);
  await page.locator(".error-summary").waitFor();
  await meet("not every group was ticked");
  assert.ok(address);
}

async function invited({ page }, meet) {
  await page.goto("/officers");
  await page.locator("main tbody a").first().click();
  await page.locator("form[action$='/invite'] button").click();
  await page.waitForURL("**/invite");
  await meet("an invitation to hand over");
}

/** A node that nobody has set up yet: its first people, their account, and desks on which nothing lies. */
export async function wayIn({ browser, place }, reading, meet) {
  const node = `way-in-${Object.values(reading).join("-")}`;
  place.init(node, "XD", "丁国联络局");
  const at = await place.serve(node);
  const window = await openWindow(browser, at.web, reading);
  const { page } = window;
  const here = (scene) => meet(page, scene);
  await page.goto("/sign-in");
  await here("set up a node");
  await send(page, { "set-up-code": "WRONG", "first-name": "Ann Bell", "second-name": "Cy Dorn" });
  await page.locator("[role=alert]").waitFor();
  await here("a wrong code");
  await send(page, { "set-up-code": at.setUp, "first-name": "Ann Bell", "second-name": "Cy Dorn" });
  await page.locator("main input[name=invitation]").waitFor({ state: "attached" });
  await here("an invitation to hand over");
  await page.locator("main form[action='/welcome'] button").click();
  const authenticator = await enrol(page, here);
  await wrongAtTheDoor(page, here);
  await signIn(page, "Ann Bell", authenticator, here);
  await account(page, here);
  await passkeys(window, here);
  const { code } = place.say("officer", "add", node, "Eve Frost", "--role", "officer", "--role", "desk", "--role", "supervisor", "--invite");
  await page.locator("form[action='/sign-out'] button").click();
  await page.waitForURL("**/sign-in");
  const second = await welcome(page, code, here);
  await signIn(page, "Eve Frost", second, here);
  await walk(page, routes(), new Set(), () => here());
  await window.context.close();
}

async function wrongAtTheDoor(page, here) {
  await page.goto("/sign-in");
  await here("sign in");
  await send(page, { name: "Ann Bell", password: "not this one" });
  await page.locator("[role=alert]").waitFor();
  await here("a wrong password");
  await send(page, { name: "Ann Bell", password: PASSWORD });
  await page.locator("input[name=code]").waitFor();
  await send(page, { code: "no code" });
  await page.locator("[role=alert]").waitFor();
  await here("a wrong code of an authenticator");
  await page.goto("/welcome");
  await here("take up an invitation");
  await send(page, { invitation: "nothing" });
  await page.locator("[role=alert]").waitFor();
  await here("a wrong invitation");
}

/** A passkey is made, and what asks for it then. */
async function passkeys(window, here) {
  if (!window.script) return;
  const { page } = window;
  await withAuthenticator(window);
  await addPasskey(page, "The key on my desk", here);
  await page.goto("/sign-in/again?next=/account");
  await here("prove again, by a passkey or otherwise");
}

async function account(page, here) {
  for (const path of ["/account", "/account/password", "/account/authenticator", "/account/recovery-codes", "/sign-in/again?next=/account"]) {
    await page.goto(path);
    await here();
  }
  await page.goto("/account/password");
  await send(page, { password: "not this one", "new-password": "too short" });
  await page.locator("[role=alert]").waitFor();
  await here("a wrong password");
  await page.goto("/account/recovery-codes");
  await page.locator("main form button").click();
  await page.locator("main ol code").first().waitFor();
  await here("new recovery codes");
}
