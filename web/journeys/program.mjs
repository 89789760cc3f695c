// Starts the built program over demo data in a folder of its own, for journeys and pictures. MATVEY_BINARY names the program,
// MATVEY_URL one that runs already (then MATVEY_EMAIL and MATVEY_PASSWORD are the account). MATVEY_FRESH_WEB=1 shows web/dist
// instead of the interface inside the program, so that a change of the interface needs no new program.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Makes a base with, without or (`"small"`) with few demo data, or takes the one at `data` (then `account` is one of its users). */
export async function startProgram({ has_demo = true, data: given, account: known } = {}) {
  if (process.env.MATVEY_URL && has_demo && !given) {
    return { address: process.env.MATVEY_URL, account: { email: process.env.MATVEY_EMAIL ?? "", password: process.env.MATVEY_PASSWORD ?? "" }, stop: async () => {} };
  }
  const binary = process.env.MATVEY_BINARY ?? join(repository, "build/matvey");
  if (!existsSync(binary)) throw new Error(`no program at ${binary}; build it or set MATVEY_BINARY`);
  const folder = mkdtempSync(join(tmpdir(), "matvey-journeys-"));
  const account = known ?? { email: "admin@example.ru", password: "journeys-2026-parol" };
  const data = given ?? join(folder, "data");
  if (!given) makeBase(binary, data, join(folder, "password"), account, has_demo);
  const child = spawn(binary, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  const address = await new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
      if (found && !found[0].endsWith(":0")) resolve(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
  const fresh = process.env.MATVEY_FRESH_WEB ? await showFreshWeb(address) : null;
  const stop = async () => {
    await fresh?.close();
    child.removeAllListeners("exit");
    await new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
    rmSync(folder, { recursive: true, force: true });
  };
  return { address: fresh?.address ?? address, account, stop };
}

function makeBase(binary, data, password_file, account, has_demo) {
  writeFileSync(password_file, account.password);
  const words = ["init", "--data", data, "--admin-email", account.email, "--admin-password-file", password_file, "--admin-name", "Анна Ржаная", ...(has_demo === true ? ["--demo"] : [])];
  const made = spawnSync(binary, words, { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`init failed: ${made.stderr}${made.stdout}`);
  if (has_demo !== "small") return;
  const filled = spawnSync(binary, ["demo", "--data", data, "--clients", "600", "--deals", "300", "--activities", "900", "--seed", "7"], { encoding: "utf8" });
  if (filled.status !== 0) throw new Error(`demo failed: ${filled.stderr}${filled.stdout}`);
}

/** The files of web/dist, every other request passed on to the program. */
async function showFreshWeb(target) {
  const { preview } = await import("vite");
  const root = join(repository, "web");
  const proxy = Object.fromEntries(["/api", "/health", "/forms", "/shared"].map((path) => [path, { target }]));
  const server = await preview({ root, configFile: false, logLevel: "silent", preview: { port: 0, host: "127.0.0.1", proxy } });
  return { address: server.resolvedUrls.local[0].replace(/\/$/, ""), close: () => new Promise((resolve) => {
    server.httpServer.closeAllConnections?.();
    server.httpServer.close(resolve);
  }) };
}
