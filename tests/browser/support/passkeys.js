// A passkey in the browser: an authenticator in the machine that verifies whoever asks it, as Chromium can pretend to have.

/** Gives the page's browser an authenticator. */
export async function withAuthenticator({ context, page }) {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Who is signed in, and has just proven it, adds a passkey. */
export async function addPasskey(page, nickname, meet = async () => {}) {
  await page.goto("/account/passkey");
  await meet("add a passkey");
  await page.locator("[name=nickname]").fill(nickname);
  await page.locator("main form[data-ceremony=create] button").click();
  await page.waitForURL("**/account");
  await page.locator("main li").filter({ hasText: nickname }).waitFor();
  await meet("an account with a passkey");
}

/** By the passkey alone: no name, no password, no code. */
export async function signInByPasskey(page) {
  await page.goto("/sign-in");
  await page.locator("form[action='/sign-in/passkey'] button").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}
