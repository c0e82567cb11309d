// What the page asks of the service. Every answer is JSON; a refusal is thrown with the service's own sentence.

const ROOT = "/api/v1";

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status; // 0: the service did not answer
  }
}

async function ask(method, path, body) {
  const options = { method, headers: { accept: "application/json" }, cache: "no-store" };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const reply = await fetch(ROOT + path, options).catch(() => {
    throw new Refusal(0, "");
  });
  const answer = await reply.json().catch(() => null);
  if (!reply.ok) {
    throw new Refusal(reply.status, answer?.error?.message ?? "");
  }
  return answer;
}

export const eventsAddress = `${ROOT}/events`;

export const getCurrent = () => ask("GET", "/visits/current");
export const scan = (code) => ask("POST", "/scans", { code });
export const searchCustomers = (text) => ask("GET", `/customers?q=${encodeURIComponent(text)}`);
export const addCustomer = (name) => ask("POST", "/customers", { name });
export const learn = (customer, news) => ask("PATCH", `/customers/${customer}`, news);
export const openVisit = (customer) => ask("POST", "/visits", { customer });
export const nameVisit = (visit, customer) => ask("POST", `/visits/${visit}/customer`, { customer });
export const closeVisit = (visit) => ask("POST", `/visits/${visit}/close`, {});
export const answerPrompt = (prompt, answer) => ask("POST", `/prompts/${prompt}/answer`, { answer });
export const nameReceipt = (receipt, customer) => ask("POST", `/receipts/${receipt}/customer`, { customer });
export const writeSlip = (slip, values) => ask("PATCH", `/slips/${slip}`, { values });
export const printSlip = (visit, values) => ask("POST", "/slips", { visit, values });
