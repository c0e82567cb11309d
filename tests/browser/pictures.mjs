// The README's pictures, from the demo: the counter page with a visit, and its slip as the printer put it on paper.
//   pictures.mjs BUILD_FOLDER OUTPUT_FOLDER
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CounterPage, openBrowser } from "./counter-page.mjs";
import { startService } from "./service.mjs";

const [programs, output] = process.argv.slice(2).map((path) => resolve(path));
const ANNA = "TS-1001";
const PAPER_MS = 20000;
const SLIP_WAIT_MS = 4000; // the page is looked at before the slip is printed

const cuts = (folder) => readdirSync(folder).filter((name) => name.endsWith(".png")).sort();

// The slip is the second piece of paper: the receipt was cut off before it.
async function slipOf(folder) {
  for (let waited = 0; waited < PAPER_MS; waited += 100) {
    if (cuts(folder).length >= 2) {
      return join(folder, cuts(folder)[1]);
    }
    await wait(100);
  }
  throw new Error("the slip was not printed");
}

mkdirSync(output, { recursive: true });
const service = await startService(programs, { slipWaitMs: SLIP_WAIT_MS });
const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, locale: "en-GB" });
  const counter = new CounterPage(await context.newPage());
  await counter.open(service.url);
  await service.scan(ANNA);
  await counter.prompts.first().waitFor();
  await service.pos("02-anna.bin");
  await counter.receipt.waitFor();
  await counter.picture(join(output, "counter.png"));
  const slip = await slipOf(service.paper);
  await wait(300); // the file is whole
  copyFileSync(slip, join(output, "slip.png"));
  console.log(`${join(output, "counter.png")}\n${join(output, "slip.png")}`);
} finally {
  await browser.close();
  await service.stop();
}
