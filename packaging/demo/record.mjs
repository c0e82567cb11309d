// Records the demo's POS streams with other people's POS software, so that the demo (and the tests) run on real input.
//   npm install --ignore-scripts node-thermal-printer@4.6.1 receiptline@4.0.4 @point-of-sale/receipt-printer-encoder@3.0.3
//   node record.mjs        writes streams/*.bin beside this file
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const { ThermalPrinter, PrinterTypes, CharacterSet } = require("node-thermal-printer");
const receiptline = require("receiptline");
const folder = join(dirname(fileURLToPath(import.meta.url)), "streams");

const shop = { name: "Linden & Silver", street: "12 Mill Lane, Cork", phone: "Tel 021 555 0114", vat: "VAT IE 1234567T" };
const sales = [
  { file: "01-walk-in", number: "10478", time: "09:04", items: [[1, "Watch battery", 12]], cash: 20 },
  { file: "02-anna", number: "10479", time: "09:12", items: [[1, "Silver hoops, hammered", 89], [1, "Gift box, small", 4.5]], card: "VISA" },
  { file: "03-kwame", number: "10480", time: "09:31", items: [[1, "Signet ring, resize", 30], [1, "Cleaning cloth", 6]], card: "MASTERCARD" },
  { file: "04-two-cloths", number: "10481", time: "09:40", items: [[2, "Cleaning cloth", 6]], cash: 20 },
  { file: "05-siobhan", number: "10482", time: "10:02", items: [[1, "Enamel brooch, blue", 98]], card: "VISA" },
  { file: "06-mai", number: "10483", time: "10:17", items: [[1, "Charm, loaf of bread", 24], [1, "Jump ring, silver", 1.5]], cash: 30 },
  { file: "07-amber", number: "10484", time: "10:39", items: [[1, "Amber pendant", 128], [1, "Silver chain, 45 cm", 34]], card: "VISA" },
  { file: "08-refund", number: "10485", time: "10:55", items: [[1, "Gift box, small", -4.5]], refund: true },
];

const money = (n) => n.toFixed(2);
const total = (sale) => sale.items.reduce((sum, [count, , each]) => sum + count * each, 0);

async function withThermalPrinter(sale) {
  const p = new ThermalPrinter({ type: PrinterTypes.EPSON, interface: "tcp://127.0.0.1:1", width: 48, characterSet: CharacterSet.PC858_EURO });
  p.alignCenter();
  p.bold(true);
  p.println(shop.name);
  p.bold(false);
  for (const line of [shop.street, shop.phone, shop.vat]) p.println(line);
  p.alignLeft();
  p.drawLine();
  p.leftRight(`Receipt: ${sale.number}`, `23/11/2026 ${sale.time}`);
  if (sale.refund) p.println("*** REFUND ***");
  p.drawLine();
  for (const [count, name, each] of sale.items) p.leftRight(`${count} x ${name}`, money(count * each));
  p.drawLine();
  p.bold(true);
  p.leftRight("TOTAL", `€${money(total(sale))}`);
  p.bold(false);
  p.println(`VAT 23% incl. ${money((total(sale) * 23) / 123)}`);
  pay(sale, (left, right) => p.leftRight(left, right));
  p.newLine();
  p.println("Thank you for your custom");
  if (sale.cash) p.openCashDrawer();
  p.cut();
  return p.getBuffer();
}

function pay(sale, line) {
  if (sale.refund) line("Cash refund", money(total(sale)));
  else if (sale.card) line(`${sale.card} ****4242`, money(total(sale)));
  else {
    line("Cash", money(sale.cash));
    line("Change", money(sale.cash - total(sale)));
  }
}

function withReceiptline(sale) {
  const rows = sale.items.map(([count, name, each]) => `${name} | ${count} | ${money(count * each)}`);
  const paid = [];
  pay(sale, (left, right) => paid.push(`${left} | ${right}`));
  const text = ["{w:*}", `^^${shop.name}`, shop.street, shop.phone, "", "{w:*; b:line}", `Receipt ${sale.number} | 23/11/2026 ${sale.time}`, "-", "{w:*,4,10}",
    ...rows, "-", "{w:*,16}", `^TOTAL | ^€${money(total(sale))}`, ...paid, "", "{code:" + sale.number + "; option:code128,2,60,hri}", "Thank you"].join("\n");
  return Buffer.from(receiptline.transform(text, { command: "escpos", cpl: 48, encoding: "multilingual", cutting: true }), "binary");
}

mkdirSync(folder, { recursive: true });
for (const [index, sale] of sales.entries()) {
  const stream = index % 3 === 2 ? withReceiptline(sale) : await withThermalPrinter(sale);
  writeFileSync(join(folder, `${sale.file}.bin`), stream);
  console.log(sale.file, stream.length);
}
