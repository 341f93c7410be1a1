// Filling in the form of any act without knowing it: by what its controls are.

/** Controls of the page's form that a person fills in. */
const CONTROLS = "form.act-form :is(input, select, textarea):not([type=hidden], [type=file])";

/** Whether the form asks for something: sent empty, it comes back. Other forms would be done as they are. */
export function asksForSomething(page) {
  return page.evaluate(() => {
    const labels = [...document.querySelectorAll("form.act-form .form-label")];
    return labels.some((label) => !label.querySelector(".text-secondary") && document.getElementById(label.htmlFor)?.type !== "checkbox");
  });
}

/** Presses the button that sends the form. */
export function sendForm(page) {
  return page.locator("form.act-form button.btn-primary[type=submit]").last().click();
}

/** Takes out whatever the form was left with when somebody was at it before. */
export async function empty(page) {
  for (const control of await page.locator(CONTROLS).all()) {
    const kind = await control.evaluate((element) => (element.matches("select") ? "select" : element.type));
    if (kind === "select") await control.selectOption({ index: 0 });
    else if (kind === "checkbox") await control.uncheck();
    else await control.fill("");
  }
}

/** Fields that name another matter by its number, which nobody can make up. */
const NAMING = ["follows", "given_for", "by_matter", "goes_on_in"];

/** Writes something that can be read into every control. */
export async function fillIn(page) {
  for (const control of await page.locator(CONTROLS).all()) {
    if (NAMING.includes(await control.getAttribute("name"))) continue;
    const kind = await control.evaluate((element) => (element.matches("select") ? "select" : element.inputMode || element.type));
    if (kind === "select") await control.selectOption({ index: 1 });
    else if (kind === "checkbox") await control.check();
    else if (kind === "datetime-local") await control.fill("2030-01-02T03:04");
    else if (kind === "numeric") await control.fill("7");
    else await control.fill("0701");
  }
}
