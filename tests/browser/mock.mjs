// A service to build the page against: the paths and shapes of the real one, a small shop in memory, and scenes that
// bring the page into each of its states. Run by itself it serves a page to look at: node mock.mjs [PORT].
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { customers, due, ideas, receipts } from "./mock-shop.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const UI = join(HERE, "../../src/edge/web/ui");
const SLIP = readFileSync(join(HERE, "mock-slip.png"));
const WALK_IN_SLIP = readFileSync(join(HERE, "mock-slip-walk-in.png"));
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml", ".woff2": "font/woff2",
};
const POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'";
const KEPT_EVENTS = 200;

const clone = (value) => JSON.parse(JSON.stringify(value));
const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

class Shop {
  constructor(tell) {
    this.tell = tell;
    this.reset();
  }

  reset() {
    this.customers = clone(customers);
    this.due = clone(due());
    this.unjoined = [];
    this.visit = null;
    this.status = { tap: "up", printer: "ready", journal: "writing", scanner: "up" };
    this.nextId = 5000;
    this.learned = [];
    this.printed = [];
  }

  id() {
    this.nextId += 1;
    return String(this.nextId);
  }

  person(id) {
    const found = this.customers.find((c) => c.id === id);
    if (!found) {
      return null;
    }
    const { cards, ...shown } = found;
    return shown;
  }

  search(text) {
    const plain = (s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const words = plain(text).split(/\s+/).filter(Boolean);
    const fits = (c) => words.every((w) => plain(`${c.name} ${c.tag ?? ""}`).split(/\s+/).some((part) => part.startsWith(w)));
    const isByName = (c) => Number(plain(c.name).startsWith(words[0] ?? ""));
    return this.customers.filter(fits).sort((a, b) => isByName(b) - isByName(a)).slice(0, 8).map((c) => this.person(c.id));
  }

  slip(customer) {
    const hand = customer ? `Thank you, ${customer.name.split(" ")[0]} – and bravo for Sunday!` : "Thank you for coming in!";
    const story = customer ? "Your hoops were hammered by hand from one strip of recycled silver, two streets from here."
      : "Everything in the window was made within a day’s walk of this counter. Ask us who by.";
    const id = this.id();
    return { id, visit: this.visit?.id ?? null, state: "draft", template: "thankyou", values: { hand, story }, picture: `/api/v1/slips/${id}.png?v=1` };
  }

  open(customer, openedBy = "page") {
    this.close();
    this.visit = { id: this.id(), state: "open", opened_by: openedBy, opened_at: now(), closed_at: null, customer: null, prompts: [], receipts: [], slip: null };
    this.visit.slip = this.slip(null);
    return this.name(customer);
  }

  name(customer) {
    this.visit.customer = customer ? this.person(customer) : null;
    this.visit.prompts = customer ? clone(ideas[customer] ?? []).map((p) => ({ ...p, id: this.id(), answer: null })) : [];
    this.visit.slip = { ...this.slip(this.visit.customer), visit: this.visit.id };
    return this.changed();
  }

  changed() {
    this.tell("visit-changed", { visit: this.visit.id, customer: this.visit.customer?.id ?? null, detail: clone(this.visit) });
    return this.visit;
  }

  close() {
    if (!this.visit) {
      return null;
    }
    const { id } = this.visit;
    const closed = { ...this.visit, state: "closed", closed_at: now() };
    if (!closed.customer) {
      this.unjoined.unshift(...closed.receipts);
    }
    this.visit = null;
    this.tell("visit-closed", { visit: id });
    return closed;
  }

  scan(code) {
    const found = this.customers.find((c) => c.cards?.includes(code));
    if (found && this.visit && !this.visit.customer) {
      this.name(found.id);
    } else if (found) {
      this.open(found.id, "scan");
    }
    this.tell("code-scanned", { visit: found ? this.visit.id : null, customer: found?.id ?? null, text: code });
    return { visit: found ? this.visit.id : null, customer: found?.id ?? null, known: Boolean(found) };
  }

  read(name) {
    const receipt = { ...clone(receipts[name]), id: this.id(), visit: null, customer: null, customer_name: null, printed_at: now(), times_printed: 1 };
    if (!this.visit) {
      this.open(null, "receipt");
    }
    receipt.visit = this.visit.id;
    receipt.customer_name = this.visit.customer?.name ?? null;
    this.visit.receipts.unshift(receipt);
    this.tell("receipt-read", { visit: receipt.visit, receipt: receipt.id, detail: receipt });
    this.changed();
  }

  print(values) {
    this.visit.slip = { ...this.visit.slip, values: { ...this.visit.slip.values, ...values }, state: "printed" };
    this.printed.push(this.visit.slip.id);
    this.tell("slip-changed", { visit: this.visit.id, slip: this.visit.slip.id, text: "printed" });
    return this.changed().slip;
  }

  learn(id, news) {
    const customer = this.customers.find((c) => c.id === id);
    for (const { kind, value } of news.identifiers ?? []) {
      if (kind === "card") {
        customer.cards = [...(customer.cards ?? []), value];
      }
    }
    for (const { word, other } of news.ties ?? []) {
      customer.ties.push({ id: this.id(), word, name: this.person(other).name, customer: other });
    }
    this.learned.push({ customer: id, ...news });
    this.tell("customer-changed", { customer: id });
    if (this.visit?.customer?.id === id) {
      this.visit.customer = this.person(id);
      this.changed();
    }
    return this.person(id);
  }

  set(name, value) {
    this.status[name] = value;
    this.tell(`${name}-changed`, { text: value });
  }
}

class NotThere extends Error {}

const must = (value) => {
  if (!value) {
    throw new NotThere("That is not here (any more).");
  }
  return value;
};

const thisVisit = (shop, id) => must(shop.visit?.id === id && shop.visit);

const rows = [
  ["GET", "/visits/current", (shop) => ({ visit: shop.visit, unjoined: shop.unjoined, due: shop.due, status: shop.status })],
  ["POST", "/scans", (shop, { body }) => shop.scan(body.code)],
  ["GET", "/customers", (shop, { query }) => ({ customers: shop.search(query.get("q") ?? "") })],
  ["POST", "/customers", (shop, { body }) => {
    const words = body.name.split(/\s+/);
    const initials = [...words[0]][0] + (words.length > 1 ? [...words.at(-1)][0] : "");
    shop.customers.push({ id: shop.id(), name: body.name, say_as: null, initials, tag: null, visit_count: 0, last_visit_at: null, relate: null, language: null, pronouns: null, ties: [] });
    return shop.person(shop.customers.at(-1).id);
  }],
  ["GET", "/customers/{id}", (shop, { part }) => must(shop.person(part))],
  ["PATCH", "/customers/{id}", (shop, { part, body }) => must(shop.person(part)) && shop.learn(part, body)],
  ["POST", "/visits", (shop, { body }) => shop.open(body.customer)],
  ["POST", "/visits/{id}/customer", (shop, { part, body }) => thisVisit(shop, part) && shop.name(body.customer)],
  ["POST", "/visits/{id}/close", (shop, { part }) => thisVisit(shop, part) && shop.close()],
  ["POST", "/prompts/{id}/answer", (shop, { part, body }) => {
    must(shop.visit?.prompts.find((p) => p.id === part)).answer = body.answer;
    return shop.changed();
  }],
  ["POST", "/receipts/{id}/customer", (shop, { part, body }) => {
    const receipt = must(shop.unjoined.find((r) => r.id === part));
    shop.unjoined = shop.unjoined.filter((r) => r !== receipt);
    shop.tell("customer-changed", { customer: body.customer, visit: receipt.visit });
    return { ...receipt, customer: body.customer, customer_name: shop.person(body.customer).name };
  }],
  ["POST", "/slips", (shop, { body }) => thisVisit(shop, body.visit) && shop.print(body.values)],
  ["PATCH", "/slips/{id}", (shop, { part, body }) => {
    const slip = must(shop.visit?.slip?.id === part && shop.visit.slip);
    Object.assign(slip.values, body.values);
    slip.picture = slip.picture.replace(/\d+$/, (n) => Number(n) + 1);
    return shop.changed().slip;
  }],
];

function rowFor(method, path) {
  for (const [wanted, pattern, fn] of rows) {
    const found = new RegExp(`^${pattern.replace("{id}", "([^/]+)")}$`).exec(path);
    if (wanted === method && found) {
      return { fn, part: found[1] };
    }
  }
  return null;
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
  }
  return text ? JSON.parse(text) : {};
}

function serveFile(path, reply) {
  const file = normalize(join(UI, path === "/" ? "index.html" : path));
  if (!file.startsWith(UI) || !existsSync(file) || !(extname(file) in TYPES)) {
    reply.writeHead(404).end();
    return;
  }
  reply.writeHead(200, { "content-type": TYPES[extname(file)], "content-security-policy": POLICY, "x-content-type-options": "nosniff" });
  createReadStream(file).pipe(reply);
}

// { url, shop, scenes to play, stop() }; `port` 0 takes any.
export async function startMock(port = 0) {
  const listeners = new Set();
  const kept = [];
  const opened = [];
  let sequence = 0;
  const write = (reply, event) => reply.write(`id: ${event.sequence}\nevent: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`);
  const tell = (name, fields) => {
    sequence += 1;
    const empty = { visit: null, customer: null, receipt: null, slip: null, text: null, detail: null };
    const event = { event: name, sequence, time_ms: Date.now(), ...empty, ...fields };
    kept.push(event);
    kept.splice(0, kept.length - KEPT_EVENTS);
    listeners.forEach((reply) => write(reply, event));
  };
  const shop = new Shop(tell);

  function stream(request, reply) {
    const last = Number(request.headers["last-event-id"] ?? NaN);
    opened.push(last);
    reply.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    reply.write("retry: 300\n\n");
    kept.filter((event) => event.sequence > last).forEach((event) => write(reply, event));
    listeners.add(reply);
    request.on("close", () => listeners.delete(reply));
  }

  async function answer(request, reply) {
    const url = new URL(request.url, "http://localhost");
    const path = url.pathname.replace(/^\/api\/v1/, "");
    if (url.pathname === "/api/v1/events") {
      stream(request, reply);
      return;
    }
    if (/^\/slips\/\d+\.png$/.test(path)) {
      reply.writeHead(200, { "content-type": "image/png", "cache-control": "no-store" });
      reply.end(shop.visit?.customer ? SLIP : WALK_IN_SLIP);
      return;
    }
    const row = url.pathname === path ? null : rowFor(request.method, path);
    if (!row) {
      serveFile(url.pathname, reply);
      return;
    }
    try {
      const made = row.fn(shop, { part: row.part, query: url.searchParams, body: await bodyOf(request) });
      reply.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(made));
    } catch (error) {
      const status = error instanceof NotThere ? 404 : 400;
      reply.writeHead(status, { "content-type": "application/json" });
      reply.end(JSON.stringify({ error: { code: "refused", message: error.message } }));
    }
  }

  let server;
  const start = (at) => new Promise((resolve) => {
    server = createServer(answer).listen(at, "127.0.0.1", resolve);
  });
  const stop = () => new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  await start(port);
  const bound = server.address().port;
  return {
    url: `http://127.0.0.1:${bound}/`, shop, tell, stop, opened, streams: () => listeners.size,
    restart: () => start(bound),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock(Number(process.argv[2] ?? 8456));
  mock.shop.scan("4006381333931");
  mock.shop.read("cleaning");
  console.log(mock.url);
}
