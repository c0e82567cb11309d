// The whole of Tillside in a folder of its own, with virtual devices: for walks and pictures of the real thing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const TOP = join(dirname(fileURLToPath(import.meta.url)), "../..");
const DEMO = join(TOP, "packaging/demo");
const STOP_MS = 5000;

const settings = (folder, slipWaitMs, port) => `
[tap]
listen = unix:${folder}/pos.socket
printer = unix:${folder}/printer.socket
folder = ${folder}
[store]
file = ${folder}/tillside.db
[web]
port = ${port}
[scanner]
address = unix:${folder}/scanner.socket
[slip]
wait_ms = ${slipWaitMs}
[shop]
name = Linden & Silver
come_back = https://linden-silver.example/hello
`;

// A program, and a promise of the first line of its output that `pattern` fits.
function start(program, args, pattern) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (bytes) => { complaints += bytes; });
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => pattern.test(line) && resolve(line));
    child.on("exit", (code) => reject(new Error(`${program} ended with ${code}: ${complaints}`)));
    child.on("error", reject);
  });
  return { child, ready };
}

async function stop({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await once(child, "exit");
  clearTimeout(patience);
}

async function send(path, bytes) {
  const socket = createConnection(path);
  await once(socket, "connect");
  socket.end(bytes);
  socket.resume();
  await once(socket, "close");
}

// `programs` is the build folder; the demo's shop is loaded. A slip comes so long after its receipt.
export async function startService(programs, { slipWaitMs = 600 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "tillside-"));
  const paper = join(folder, "paper");
  const config = join(folder, "tillside.conf");
  mkdirSync(paper);
  writeFileSync(config, settings(folder, slipWaitMs, 0));

  const devices = start(join(programs, "tillside-devices"), ["--printer", `unix:${folder}/printer.socket`, "--paper", paper,
    "--scanner", `unix:${folder}/scanner.socket`, "--control", `unix:${folder}/devices.socket`], /./);
  await devices.ready;
  const tap = start(join(programs, "tillside-tap"), ["--config", config], /./);
  tap.ready.catch(() => {});
  const serve = async () => {
    const service = start(join(programs, "tillsided"), ["--config", config, "--shop", join(DEMO, "shop.json")], /^tillside: ready /);
    return { service, url: (await service.ready).replace("tillside: ready ", "") };
  };
  let { service, url } = await serve();

  return {
    url, folder, paper,
    scan: (code) => send(`${folder}/devices.socket`, `scan ${code}\n`),
    device: (command) => send(`${folder}/devices.socket`, `${command}\n`),
    // Killed as by a power cut, and started again on the same port.
    async kill() {
      service.child.kill("SIGKILL");
      await once(service.child, "exit");
    },
    async restart() {
      writeFileSync(config, settings(folder, slipWaitMs, new URL(url).port));
      ({ service } = await serve());
    },
    pos: (name) => send(`${folder}/pos.socket`, readFileSync(join(DEMO, "streams", name))),
    async stop() {
      await stop(service);
      await stop(tap);
      await stop(devices);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
