// How people get in: an invitation taken up, a password, an authenticator. Each step sends the form of the page that is open.

import { Authenticator } from "./authenticator.js";

export const PASSWORD = "seven grey herons at noon";

/** Fills fields by name and sends their form. */
export async function send(page, fields) {
  const form = page.locator("main form").filter({ has: page.locator(`[name="${Object.keys(fields)[0]}"]`) });
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
  await form.locator("button[type=submit]").first().click();
}

/** From the page that asks for a new password to the one that says it is done; gives the authenticator. */
export async function enrol(page, meet = async () => {}) {
  await page.locator("input[name=new-password]").waitFor();
  await meet("choose a password");
  await send(page, { "new-password": PASSWORD });
  await page.locator("input[name=code]").waitFor();
  await meet("set up an authenticator");
  const authenticator = new Authenticator(await page.locator("main code").innerText());
  await send(page, { code: authenticator.next() });
  await page.locator("main a[href='/sign-in']").waitFor();
  await meet("signing in is set up");
  return authenticator;
}

/** Takes up an invitation. */
export async function welcome(page, invitation, meet) {
  await page.goto("/welcome");
  await send(page, { invitation });
  return enrol(page, meet);
}

/** Signs in by password and authenticator. */
export async function signIn(page, name, authenticator, meet = async () => {}) {
  await page.goto("/sign-in");
  await send(page, { name, password: PASSWORD });
  await page.locator("input[name=code]").waitFor();
  await meet("code of an authenticator");
  await send(page, { code: authenticator.next() });
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}
