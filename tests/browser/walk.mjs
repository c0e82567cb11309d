// Walks the counter page through each of its states, against the mock service, and looks at each as a person would.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CounterPage, openBrowser } from "./counter-page.mjs";
import { startMock } from "./mock.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PICTURES = process.env.TILLSIDE_SCREENSHOTS ?? join(dirname(fileURLToPath(import.meta.url)), "../../build/screenshots");
const SIZES = { wide: { width: 1280, height: 800 }, small: { width: 1024, height: 768 }, phone: { width: 390, height: 844 } };
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FINGER = 42;
const ANNA = "4006381333931";
const TOM = "96385074";
const KOFI = "40170725";

async function axe(page, where) {
  await page.addScriptTag({ path: AXE });
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), RULES);
  const told = found.violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(told, [], `${where} is not accessible`);
}

const smallButtons = (page) => page.evaluate((least) => [...document.querySelectorAll("button, input, select, summary, [role=option]")]
  .filter((e) => e.checkVisibility() && e.type !== "checkbox")
  .map((e) => [e.getBoundingClientRect(), e.textContent || e.id])
  .filter(([box]) => Math.min(box.width, box.height) < least - 0.5).map(([box, name]) => `${name} ${box.width}x${box.height}`), FINGER);

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

class Walk {
  constructor(browser) {
    this.browser = browser;
    this.failed = [];
  }

  async context(options = {}) {
    // axe is put into the page by the test, which the page's own policy forbids; the policy has a test of its own.
    return this.browser.newContext({ viewport: SIZES.small, locale: "en-GB", timezoneId: "Europe/London", bypassCSP: true, ...options });
  }

  async step(name, fn, options) {
    this.mock = await startMock();
    const context = await this.context(options);
    const counter = new CounterPage(await context.newPage());
    try {
      await counter.open(this.mock.url);
      await fn(counter, context);
      assert.deepEqual(counter.problems, [], "the console complained");
      console.log(`ok - ${name}`);
    } catch (error) {
      this.failed.push(name);
      console.log(`not ok - ${name}\n${error.stack}`);
      await counter.page.screenshot({ path: join(PICTURES, `failed-${this.failed.length}.png`) }).catch(() => {});
    } finally {
      await context.close();
      await this.mock.stop();
    }
  }

  // A state is looked at in every size and by night, and by axe and the ruler in each.
  async look(counter, state) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await counter.page.setViewportSize(viewport);
      await counter.picture(join(PICTURES, `${state}-${size}.png`));
      assert.ok(await overflow(counter.page) <= 0, `${state} is wider than a ${size} screen`);
      assert.deepEqual(await smallButtons(counter.page), [], `${state} on ${size}: too small for a finger`);
      await axe(counter.page, `${state} on ${size}`);
    }
    await counter.page.setViewportSize(SIZES.wide);
    await counter.page.emulateMedia({ colorScheme: "dark" });
    await counter.picture(join(PICTURES, `${state}-dark.png`));
    await axe(counter.page, `${state} in the dark`);
    await counter.page.emulateMedia({ colorScheme: "light" });
    await counter.page.setViewportSize(SIZES.small);
  }
}

const steps = [
  ["nobody is here: the page says what was promised next", async (walk, counter) => {
    await counter.nobodyIsHere();
    assert.match(await counter.page.locator(".due").first().innerText(), /Call when her ring is ready for Ilona Kovács\s+one day late/);
    await walk.look(counter, "nobody");
  }],

  ["a scanned card brings the name, the ties and three lines; the receipt follows", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    assert.equal(await counter.name.innerText(), "Anna Kovács");
    const lead = await counter.page.locator(".who .lead").innerText();
    assert.match(lead.replaceAll("\u00a0", " "), /say “KO-vahtch” · 7th visit · last here 3 weeks ago/);
    assert.equal(await counter.ties.count(), 3);
    walk.mock.shop.read("cleaning");
    assert.match(await counter.receipt.innerText(), /Ring cleaning\s+15\.00[^]*Total\s+€19\.50/);
    assert.match(await counter.slip.locator("img").getAttribute("src"), /slips\/\d+\.png/);
    await walk.look(counter, "visit");
  }],

  ["the longest names, lines and receipts still fit", async (walk, counter) => {
    walk.mock.shop.scan("LONG-1");
    walk.mock.shop.read("long");
    walk.mock.shop.read("cash");
    walk.mock.shop.read("long");
    await counter.page.getByText("2 more receipts").waitFor();
    await counter.page.getByText("Read with some doubt").first().waitFor();
    assert.equal(await counter.ties.count(), 4);
    await walk.look(counter, "crowded");
    await counter.button("8 more").click();
    assert.equal(await counter.ties.count(), 12);
    await counter.button("52 more lines").first().click();
    assert.match(await counter.receipt.innerText(), /60\s+Pneumono/);
    assert.ok(await counter.button("Print now").isVisible());
  }],

  ["an answer by keyboard alone goes on from where it was", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    await counter.promptNumber(1).getByRole("button", { name: "Said it" }).focus();
    await counter.press("Enter");
    await counter.promptNumber(1).getByText("Said", { exact: true }).waitFor();
    await counter.press("Enter");
    await counter.promptNumber(1).getByRole("button", { name: "Said it" }).waitFor();
    assert.equal(walk.mock.shop.visit.prompts[0].answer, null);
  }],

  ["what was said is remembered, keeps its place, and can be taken back", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    await counter.settle();
    const before = await counter.promptNumber(2).boundingBox();
    await counter.promptNumber(1).getByRole("button", { name: "Said it" }).click();
    await counter.promptNumber(1).getByText("Said", { exact: true }).waitFor();
    assert.equal(walk.mock.shop.visit.prompts[0].answer, "said");
    await counter.settle();
    assert.deepEqual(await counter.promptNumber(2).boundingBox(), before, "the next line moved under the finger");
    await counter.press("Shift+Digit2");
    await counter.promptNumber(2).getByText("Not now", { exact: true }).and(counter.page.locator(".answered")).waitFor();
    await walk.look(counter, "answered");
    await counter.press("u");
    await counter.promptNumber(2).getByRole("button", { name: "Said it" }).waitFor();
    await counter.promptNumber(1).getByRole("button", { name: /^Undo/ }).click();
    await counter.promptNumber(1).getByRole("button", { name: "Said it" }).waitFor();
    assert.deepEqual(walk.mock.shop.visit.prompts.map((p) => p.answer), [null, null, null]);
  }],

  ["somebody who likes it short is left in peace, and the page says why", async (walk, counter) => {
    walk.mock.shop.scan(KOFI);
    await counter.page.getByText("he prefers a thank-you to a talk.").waitFor();
    await walk.look(counter, "quiet");
  }],

  ["a receipt without a card asks who that was, and search in place answers", async (walk, counter) => {
    walk.mock.shop.read("cash");
    await counter.page.getByRole("heading", { name: "Who was that?" }).waitFor();
    await walk.look(counter, "stranger");
    await counter.press("w");
    await counter.page.keyboard.type("kof", { delay: 90 });
    await counter.found.first().waitFor();
    await counter.press("Enter");
    await counter.page.getByRole("heading", { name: "Kofi Mensah" }).waitFor();
    assert.equal(walk.mock.shop.visit.customer.id, "104");
    await counter.button("Not him?").click();
    await counter.page.getByRole("heading", { name: "Who was that?" }).waitFor();
  }],

  ["a receipt that stayed without a customer can be joined afterwards", async (walk, counter) => {
    walk.mock.shop.read("cash");
    walk.mock.shop.close();
    await counter.page.getByText("Receipt without a customer").waitFor();
    await walk.look(counter, "unjoined");
    await counter.button("Who was that?").click();
    await counter.page.setViewportSize(SIZES.phone);
    await counter.page.locator("#receipt-search").fill("ilona");
    await counter.found.first().waitFor();
    const list = await counter.page.locator(".found").boundingBox();
    assert.ok(list.y > 0 && list.y + list.height < SIZES.phone.height, "the list is not all on the screen");
    await counter.picture(join(PICTURES, "unjoined-search-phone.png"));
    await counter.found.first().click();
    await counter.page.getByText("Receipt without a customer").waitFor({ state: "detached" });
    assert.deepEqual(walk.mock.shop.unjoined, []);
  }],

  ["search finds as one types, tells namesakes apart, and adds who is new", async (walk, counter) => {
    await counter.press("/");
    await counter.page.keyboard.type("anna", { delay: 90 });
    await counter.found.nth(3).waitFor();
    const rows = await counter.found.allInnerTexts();
    assert.match(rows[0], /Anna Kovács\s+runs with the Sunday group/);
    assert.match(rows[1], /Anna Kowalska\s+from Gdańsk/);
    assert.match(rows[3], /Add “anna” as new/);
    await walk.look(counter, "search");
    await counter.press("ArrowDown");
    await counter.press("Enter");
    await counter.page.getByRole("heading", { name: "Anna Kowalska" }).waitFor();
    await counter.find("Mira Sol");
    await counter.press("Enter");
    await counter.page.getByRole("heading", { name: "Mira Sol" }).waitFor();
    await counter.page.getByText("first visit").waitFor();
    await walk.look(counter, "first-visit");
  }],

  ["a wedge scanner needs no focus: over the page, in the search, and never as the acts' letters", async (walk, counter) => {
    await counter.scanAsKeyboard(TOM);
    await counter.page.getByRole("heading", { name: "Tom Reiter" }).waitFor();
    await counter.search.focus();
    await counter.scanAsKeyboard(ANNA);
    await counter.page.getByRole("heading", { name: "Anna Kovács" }).waitFor();
    assert.equal(await counter.search.inputValue(), "");
    await counter.search.blur();
    await counter.scanAsKeyboard("shkc-unknown-77");
    await counter.page.getByText("shkc-unknown-77 finds nobody yet.").waitFor();
    assert.equal(await counter.dialog.count() + await counter.shade.count(), 0, "a code was taken for a key");
    await walk.look(counter, "strange-card");
    await counter.button("It is Anna Kovács’s").click();
    await counter.page.getByText("A card that we don’t know").waitFor({ state: "detached" });
    walk.mock.shop.close();
    await counter.nobodyIsHere();
    await counter.scanAsKeyboard("shkc-unknown-77");
    await counter.page.getByRole("heading", { name: "Anna Kovács" }).waitFor();
  }],

  ["something said, a promise and a tie are a few words each", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.name.waitFor();
    await counter.press("s");
    await counter.dialog.getByLabel("In a few words").fill("Her sister has moved to Porto");
    await walk.look(counter, "said");
    await counter.button("Remember").click();
    await counter.dialog.waitFor({ state: "detached" });
    await counter.press("m");
    await counter.dialog.getByLabel("What we will do").fill("Send the picture of the hoops");
    await counter.button("in two weeks").click();
    await walk.look(counter, "promise");
    await counter.button("Promise").and(counter.page.locator("dialog *")).click();
    await counter.dialog.waitFor({ state: "detached" });
    await counter.press("k");
    await counter.dialog.getByLabel("Anna Kovács is").selectOption({ label: "friend of" });
    await counter.dialog.getByLabel("Who").fill("ελ");
    await counter.found.getByText("Ελένη Παπαδάκη").click();
    await walk.look(counter, "tie");
    await counter.button("Add the tie").click();
    await counter.page.getByText("friend of Ελένη Παπαδάκη").waitFor();
    const [said, promise, tie] = walk.mock.shop.learned;
    assert.deepEqual(said.facts, [{ key: "said", value: "Her sister has moved to Porto" }]);
    assert.equal(promise.promises[0].what, "Send the picture of the hoops");
    assert.match(promise.promises[0].due, /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual(tie.ties, [{ word: "friend of", other: "107", back_word: "friend of" }]);
  }],

  ["a dialog stays with whom it was opened for, and a scan into it is not typed text", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.name.waitFor();
    await counter.press("m");
    await counter.dialog.getByLabel("What we will do").fill("Call about the hoops");
    await counter.scanAsKeyboard(TOM);
    await counter.page.locator("h1", { hasText: "Tom Reiter" }).waitFor();
    assert.equal(await counter.dialog.getByLabel("What we will do").inputValue(), "Call about the hoops");
    assert.equal(await counter.dialog.locator("h2").innerText(), "A promise to Anna Kovács");
    await counter.dialog.getByRole("button", { name: "Promise" }).click();
    await counter.dialog.waitFor({ state: "detached" });
    assert.equal(walk.mock.shop.learned[0].customer, "101");
  }],

  ["the slip is shown dot for dot, can be edited, and printed", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.slip.waitFor();
    const before = await counter.slip.locator("img").getAttribute("src");
    await counter.press("e");
    await counter.dialog.getByLabel("By hand, at the top").fill("Köszönjük, Anna!");
    await walk.look(counter, "slip-edit");
    await counter.button("Put it on the slip").click();
    await counter.dialog.waitFor({ state: "detached" });
    assert.equal(walk.mock.shop.visit.slip.values.hand, "Köszönjük, Anna!");
    await counter.page.waitForFunction((old) => document.querySelector(".slip img").getAttribute("src") !== old, before);
    await counter.button("Print now").click();
    await counter.page.getByText("Her slip, printed").waitFor();
    assert.equal(walk.mock.shop.printed.length, 1);
    await walk.look(counter, "printed");
  }],

  ["a refusal is said, and what was typed stays", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.name.waitFor();
    await counter.press("s");
    await counter.dialog.getByLabel("In a few words").fill("Kept while it fails");
    await counter.page.route("**/api/v1/customers/*", (route) => route.fulfill({ status: 500, json: { error: { message: "The disk is full." } } }));
    await counter.button("Remember").click();
    await counter.page.getByText("This was not kept. The disk is full.").waitFor();
    assert.equal(await counter.dialog.getByLabel("In a few words").inputValue(), "Kept while it fails");
    await counter.press("Escape");
    await counter.dialog.waitFor({ state: "detached" });
    await counter.page.route("**/close", (route) => route.abort());
    await counter.press("c");
    await counter.page.getByText("That did not work. Tillside did not answer; please try again.").or(counter.page.locator(".failure")).first().waitFor();
    await walk.look(counter, "failure");
    counter.problems.length = 0; // the console tells of both refusals
  }],

  ["trouble with a device is said in one place", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.name.waitFor();
    const troubles = { paper_end: /Out of paper/, cover_open: /cover is open/, offline: /offline/, gone: /not there/ };
    for (const [state, words] of Object.entries(troubles)) {
      walk.mock.shop.set("printer", state);
      await counter.devices.getByText(words).waitFor();
    }
    walk.mock.shop.set("printer", "paper_end");
    await counter.devices.getByText(/Out of paper/).waitFor();
    await walk.look(counter, "paper-end");
    walk.mock.shop.set("scanner", "down");
    await counter.devices.getByText("Out of paper · Scanner unplugged").waitFor();
    walk.mock.shop.set("printer", "ready");
    await counter.devices.getByText(/type a name instead/).waitFor();
    walk.mock.shop.set("scanner", "up");
    walk.mock.shop.set("tap", "down");
    await counter.devices.getByText(/The tap is away/).waitFor();
    await walk.look(counter, "tap-down");
    walk.mock.shop.set("tap", "up");
    await counter.devices.getByText("Printer and scanner ready").waitFor();
  }],

  ["when the service restarts the page keeps what it shows, says so, and catches up", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    await walk.mock.stop();
    await counter.devices.getByText(/starting again/).waitFor();
    assert.equal(await counter.name.innerText(), "Anna Kovács");
    await walk.look(counter, "restarting");
    walk.mock.shop.scan(TOM); // happens while nobody listens
    walk.mock.opened.length = 0;
    await walk.mock.restart();
    await counter.page.getByRole("heading", { name: "Tom Reiter" }).waitFor();
    await counter.devices.getByText("Printer and scanner ready").waitFor();
    assert.ok(walk.mock.opened[0] > 0, "the stream was not resumed from the last event");
    counter.problems.length = 0; // the console tells of the broken connection
  }],

  ["the shade hides every name; a key or a touch lifts it, a scan does not", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.name.waitFor();
    await counter.press("h");
    await counter.shade.waitFor();
    await walk.look(counter, "shade");
    await counter.scanAsKeyboard(TOM);
    await counter.page.getByText("Tom Reiter").first().waitFor({ state: "attached" });
    await counter.page.waitForTimeout(150);
    assert.ok(await counter.shade.isVisible(), "a scan lifted the shade");
    await counter.press("x");
    await counter.shade.waitFor({ state: "detached" });
    await counter.button("Hide").click();
    await counter.shade.click();
    await counter.shade.waitFor({ state: "detached" });
  }],

  ["the shade falls by itself when nobody touches the screen", async (walk, counter) => {
    await counter.page.evaluate(() => localStorage.setItem("tillside.shade_seconds", "1"));
    await counter.page.reload();
    walk.mock.shop.scan(ANNA);
    await counter.shade.waitFor();
    await counter.press("Escape");
    await counter.shade.waitFor({ state: "detached" });
  }],

  ["every act has a key, shown while Alt is held, and letters alone can be switched off", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    await counter.page.keyboard.down("Alt");
    await counter.page.locator("html[data-hints]").waitFor();
    await counter.page.waitForTimeout(200);
    await walk.look(counter, "keys-shown");
    await counter.page.keyboard.up("Alt");
    await counter.page.locator("html:not([data-hints])").waitFor();
    await counter.press("?");
    await walk.look(counter, "keys");
    await counter.dialog.getByLabel(/Letters work alone/).uncheck();
    await counter.button("Close").click();
    await counter.press("s");
    assert.equal(await counter.dialog.count(), 0);
    await counter.press("Alt+s");
    await counter.dialog.waitFor();
  }],

  ["nothing moves while a finger is down", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    await counter.page.mouse.move(300, 600);
    await counter.page.mouse.down();
    walk.mock.shop.scan(TOM);
    await counter.page.waitForTimeout(250);
    assert.equal(await counter.name.innerText(), "Anna Kovács");
    await counter.page.mouse.up();
    await counter.page.getByRole("heading", { name: "Tom Reiter" }).waitFor();
  }],

  ["tabs share one stream, and another takes over when the first is closed", async (walk, counter, context) => {
    const second = new CounterPage(await context.newPage());
    await second.open(walk.mock.url);
    await second.page.waitForTimeout(200);
    assert.equal(walk.mock.streams(), 1);
    walk.mock.shop.scan(ANNA);
    await second.page.getByRole("heading", { name: "Anna Kovács" }).waitFor();
    await counter.page.close();
    walk.mock.shop.scan(TOM);
    await second.page.getByRole("heading", { name: "Tom Reiter" }).waitFor();
    walk.mock.shop.scan(ANNA);
    await second.page.getByRole("heading", { name: "Anna Kovács" }).waitFor();
    assert.equal(walk.mock.streams(), 1);
  }],

  ["the page keeps to a strict policy and asks nobody but its own service", async (walk, counter) => {
    const asked = [];
    counter.page.on("request", (request) => asked.push(new URL(request.url()).origin));
    await counter.page.reload();
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    await counter.settle();
    assert.deepEqual([...new Set(asked)], [new URL(walk.mock.url).origin]);
  }, { bypassCSP: false }],

  ["who wants stillness gets it", async (walk, counter) => {
    walk.mock.shop.scan(ANNA);
    await counter.prompts.nth(2).waitFor();
    const moving = await counter.page.evaluate(() => document.getAnimations()
      .filter((a) => Number(a.effect.getComputedTiming().duration) > 1).length);
    assert.equal(moving, 0);
  }, { reducedMotion: "reduce" }],
];

mkdirSync(PICTURES, { recursive: true });
const wanted = process.argv[2];
const browser = await openBrowser();
const walk = new Walk(browser);
for (const [name, fn, options] of steps.filter(([name]) => !wanted || name.includes(wanted))) {
  await walk.step(name, (...given) => fn(walk, ...given), options);
}
await browser.close();
console.log(walk.failed.length === 0 ? "all well" : `${walk.failed.length} failed`);
process.exitCode = walk.failed.length === 0 ? 0 : 1;
