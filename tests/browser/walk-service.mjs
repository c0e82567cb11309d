// Walks the counter page on the whole of Tillside: taps, scans and paper are those of the virtual devices.
//   walk-service.mjs BUILD_FOLDER
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CounterPage, openBrowser } from "./counter-page.mjs";
import { startService } from "./service.mjs";

const programs = resolve(process.argv[2]);
const PICTURES = process.env.TILLSIDE_SCREENSHOTS ?? join(dirname(fileURLToPath(import.meta.url)), "../../build/screenshots");
const ANNA = "TS-1001";
const KWAME = "TS-1005";

// Each step goes on from where the one before ended: it is one morning.
const steps = [
  ["nobody is here, and the promises that are due next are told", async ({ counter }) => {
    await counter.nobodyIsHere();
    await counter.page.locator(".due").first().waitFor();
  }],

  ["a scan on the counter's scanner shows who it is and what to remember", async ({ counter, service }) => {
    await service.scan(ANNA);
    await counter.page.getByRole("heading", { name: "Anna Kovács" }).waitFor();
    await counter.promptNumber(1).waitFor();
    assert.ok(await counter.prompts.count() <= 3);
    assert.match(await counter.promptNumber(1).innerText(), /ring is ready/);
  }],

  ["what was said is kept by the service", async ({ counter }) => {
    await counter.press("1");
    await counter.promptNumber(1).getByText("Said", { exact: true }).waitFor();
    await counter.page.reload();
    await counter.promptNumber(1).getByText("Said", { exact: true }).waitFor();
    await counter.promptNumber(1).getByRole("button", { name: /^Undo/ }).click();
    await counter.promptNumber(1).getByRole("button", { name: "Said it" }).waitFor();
  }],

  ["something said, a promise and a tie are kept", async ({ counter }) => {
    await counter.press("s");
    await counter.dialog.getByLabel("In a few words").fill("Her sister has moved to Porto");
    await counter.button("Remember").click();
    await counter.dialog.waitFor({ state: "detached" });
    await counter.press("m");
    await counter.dialog.getByLabel("What we will do").fill("Send the picture of the hoops");
    await counter.dialog.getByRole("button", { name: "Promise", exact: true }).click();
    await counter.dialog.waitFor({ state: "detached" });
    await counter.press("k");
    await counter.dialog.getByLabel("Anna Kovács is").selectOption({ label: "neighbour of" });
    await counter.dialog.getByLabel("Who").fill("kwame");
    await counter.found.first().click();
    await counter.button("Add the tie").click();
    await counter.dialog.waitFor({ state: "detached" });
    await counter.page.getByText(/neighbour of Kwame/).waitFor();
  }],

  ["the slip's words can be changed, and its picture follows", async ({ counter }) => {
    const before = await counter.slip.locator("img").getAttribute("src");
    await counter.press("e");
    await counter.dialog.getByLabel("By hand, at the top").fill("Köszönjük, Anna!");
    await counter.button("Put it on the slip").click();
    await counter.dialog.waitFor({ state: "detached" });
    await counter.page.waitForFunction((old) => document.querySelector(".slip img").getAttribute("src") !== old, before);
    await counter.page.waitForFunction(() => document.querySelector(".slip img").naturalWidth === 576);
  }],

  ["a receipt on the tap is read, and the slip follows it on paper", async ({ counter, service }) => {
    await service.pos("02-anna.bin");
    await counter.receipt.getByText("Silver hoops, hammered").waitFor();
    await counter.page.getByText("Her slip, printed").waitFor();
    assert.equal(readdirSync(service.paper).filter((name) => name.endsWith(".png")).length, 2);
  }],

  ["the next receipt is somebody else's, and can be given a name", async ({ counter, service }) => {
    await service.pos("04-two-cloths.bin");
    await counter.page.getByRole("heading", { name: "Who was that?" }).waitFor();
    await counter.press("w");
    await counter.page.keyboard.type("kwame", { delay: 90 });
    await counter.found.getByText(/Kwame/).first().waitFor();
    await counter.press("Enter");
    await counter.page.getByRole("heading", { name: /^Kwame/ }).waitFor();
    await counter.button("That was all close the visit").click();
    await counter.nobodyIsHere();
  }],

  ["a card that finds nobody can be given to somebody", async ({ counter, service }) => {
    await service.scan("NEW-CARD-77");
    await counter.page.getByText("NEW-CARD-77 finds nobody yet.").waitFor();
    await counter.page.locator("#code-search").fill("Mira Solberg");
    await counter.found.getByText("Add “Mira Solberg” as new").click();
    await counter.page.getByRole("heading", { name: "Mira Solberg" }).waitFor();
    await counter.page.getByText("first visit").first().waitFor();
    await counter.press("c");
    await counter.nobodyIsHere();
    await service.scan("NEW-CARD-77");
    await counter.page.getByRole("heading", { name: "Mira Solberg" }).waitFor();
  }],

  ["when the printer goes away the page says so", async ({ counter, service }) => {
    await service.device("vanish");
    await counter.devices.getByText(/not there/).waitFor();
    await service.device("return");
    await counter.devices.getByText("Printer and scanner ready").waitFor();
  }],

  ["when the service is killed the page keeps what it shows, and catches up", async ({ counter, service }) => {
    await service.kill();
    await counter.devices.getByText(/starting again/).waitFor();
    assert.equal(await counter.name.innerText(), "Mira Solberg");
    await service.restart();
    await counter.devices.getByText("Printer and scanner ready").waitFor();
    await service.scan(KWAME);
    await counter.page.getByRole("heading", { name: /^Kwame/ }).waitFor();
    counter.problems.length = 0; // the console tells of the broken connection
  }],
];

mkdirSync(PICTURES, { recursive: true });
const service = await startService(programs);
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
const counter = new CounterPage(await context.newPage());
try {
  await counter.open(service.url);
  for (const [n, [name, fn]] of steps.entries()) {
    await fn({ counter, service }).catch((error) => {
      console.log(`not ok - ${name}`);
      throw error;
    });
    await counter.picture(join(PICTURES, `service-${n + 1}.png`));
    console.log(`ok - ${name}`);
  }
  assert.deepEqual(counter.problems, [], "the console complained");
} catch (error) {
  await counter.page.screenshot({ path: join(PICTURES, "service-failed.png") }).catch(() => {});
  console.log(error.stack);
  process.exitCode = 1;
} finally {
  await browser.close();
  await service.stop();
}
