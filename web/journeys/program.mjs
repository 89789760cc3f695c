// Starts the built program over demo data (or an empty base) in a folder of its own, for journeys and pictures. MATVEY_BINARY names the program,
// MATVEY_URL one that runs already (then MATVEY_EMAIL and MATVEY_PASSWORD are the account).
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export async function startProgram({ is_demo = true } = {}) {
  if (process.env.MATVEY_URL) {
    return { address: process.env.MATVEY_URL, account: { email: process.env.MATVEY_EMAIL ?? "", password: process.env.MATVEY_PASSWORD ?? "" }, stop: async () => {} };
  }
  const binary = process.env.MATVEY_BINARY ?? join(repository, "build/matvey");
  if (!existsSync(binary)) throw new Error(`no program at ${binary}; build it or set MATVEY_BINARY`);
  const folder = mkdtempSync(join(tmpdir(), "matvey-journeys-"));
  const account = { email: "admin@example.ru", password: "journeys-2026-parol" };
  const password_file = join(folder, "password");
  writeFileSync(password_file, account.password);
  const data = join(folder, "data");
  const made = spawnSync(binary, ["init", "--data", data, "--admin-email", account.email, "--admin-password-file", password_file, "--admin-name", "Анна Ржаная", ...(is_demo ? ["--demo"] : [])], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`init failed: ${made.stderr}${made.stdout}`);
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
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners("exit");
    child.once("exit", () => {
      rmSync(folder, { recursive: true, force: true });
      resolve();
    });
    child.kill("SIGTERM");
  });
  return { address, account, stop };
}
