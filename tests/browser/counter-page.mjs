// The counter page as a person uses it: what one sees and what one can press. Works on any service that serves the page.
import { chromium } from "playwright-core";

const CHROMIUM = process.env.TILLSIDE_CHROMIUM ?? "/usr/bin/chromium";
// Nothing but the page under test may talk to a network.
const QUIET = [
  "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-domain-reliability",
  "--disable-sync", "--no-first-run", "--no-pings", "--metrics-recording-only",
  "--disable-features=OptimizationHints,MediaRouter,Translate",
];

const PATIENCE_MS = 10000;
const ALONE_MS = 120;

export function openBrowser() {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: CHROMIUM, args: isRoot ? [...QUIET, "--no-sandbox"] : QUIET });
}

export class CounterPage {
  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    this.problems = []; // what the console complained of; a walk ends by looking at it
    page.on("console", (message) => message.type() === "error" && this.problems.push(message.text()));
    page.on("pageerror", (error) => this.problems.push(error.stack));
    this.name = page.locator(".who h1");
    this.prompts = page.locator(".prompts .prompt");
    this.ties = page.locator(".ties .chip");
    this.receipt = page.locator("aside .receipt").first();
    this.slip = page.locator("aside .slip");
    this.devices = page.locator(".devices");
    this.dialog = page.locator("dialog.ask");
    this.shade = page.locator("dialog.shade");
    this.search = page.locator("#search");
    this.found = page.locator(".found [role=option]");
  }

  async open(url) {
    await this.page.goto(url);
    await this.page.locator(".page:not(.unknown)").waitFor();
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  // As a wedge scanner does: a keyboard, wherever the focus is, that waits for nothing.
  async scanAsKeyboard(code) {
    const wire = await this.page.context().newCDPSession(this.page);
    const press = (key, text) => ["keyDown", "keyUp"].map((type) => wire.send("Input.dispatchKeyEvent", { type, key, text }));
    await Promise.all([...[...code].flatMap((key) => press(key, key)), ...press("Enter", "\r")]);
    await wire.detach();
  }

  // A lone key: the page waits a moment to tell it from a scanner's, and so does a person.
  async press(key) {
    await this.page.keyboard.press(key);
    await this.page.waitForTimeout(ALONE_MS);
  }

  async find(text, field = this.search) {
    await field.click();
    await field.fill(text);
    await this.found.first().waitFor();
  }

  promptNumber(n) {
    return this.prompts.nth(n - 1);
  }

  async nobodyIsHere() {
    await this.page.locator(".nobody").waitFor();
  }

  // Still: everything has slid into its place, and every picture is there.
  async settle() {
    await this.page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== "running")
      && [...document.images].every((image) => image.complete) && document.fonts.status === "loaded");
  }

  async picture(file) {
    await this.settle();
    await this.page.screenshot({ path: file });
  }
}
