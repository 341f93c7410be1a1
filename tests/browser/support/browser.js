// A real Chromium, and the windows that officers sit before.
//
// It is Debian's Chromium, or the one that CHROMIUM names. One browser serves a whole test; a window is a context of its
// own, so two agencies never share a cookie.

import { chromium } from "playwright-core";

export const LANGUAGES = ["en", "zh"];
export const LIGHTS = ["light", "dark"];
export const NARROW = 320;
export const WIDE = 1600;

/** How long one step may hang before the test is over; nothing is measured by it. */
const HANG_MS = 60_000;

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's sandbox refuses to run as root, which is who runs tests in a container.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ["--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
  });
}

/** A window before the desk at `address`; `complaints` collects whatever its pages complain of. */
export async function openWindow(browser, address, { language = "en", light = "light", width = WIDE, script = true } = {}) {
  const context = await browser.newContext({
    baseURL: address,
    viewport: { width, height: 1000 },
    reducedMotion: "reduce",
    javaScriptEnabled: script,
    acceptDownloads: true,
  });
  context.setDefaultTimeout(HANG_MS);
  const page = await context.newPage();
  const window = { context, page, address, complaints: [], script };
  page.on("pageerror", (error) => window.complaints.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    // Chromium notes every answer that is no success; which are expected the tests say themselves.
    const noted = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !noted) window.complaints.push(`${page.url()}: ${message.text()}`);
  });
  await choose(window, language, light);
  return window;
}

/** Reads in this language and light from the next page on. */
export async function choose({ context, address }, language, light) {
  await context.addCookies([
    { name: "comity-lang", value: language, url: address },
    { name: "comity-theme", value: light, url: address },
  ]);
}

/** Sits down as somebody of the demonstration. */
export async function sitDown({ page }, name) {
  await page.goto("/sign-in");
  await page.locator("form[action='/sign-in/demo'] button").filter({ hasText: name }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** Presses a button that leads to a page, and waits for that page, also where its address is the one we are at. */
export async function press(page, button) {
  const next = page.waitForEvent("load");
  await button.click();
  await next;
}
