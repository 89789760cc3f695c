import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const root = dirname(fileURLToPath(import.meta.url));
const backend = process.env.MATVEY_URL ?? "http://127.0.0.1:8080";

/** Files in modules/<m>/web import packages as if they stood in this folder. */
function modulePackages(): Plugin {
  const anchor = join(root, "src/app/main.tsx");
  return {
    name: "module-packages",
    enforce: "pre",
    resolveId(source, importer) {
      const is_bare = !source.startsWith(".") && !source.startsWith("/") && !source.startsWith("@web/") && !source.startsWith("\0");
      if (!importer || !is_bare || !importer.includes("/modules/")) return null;
      if (importer.startsWith(join(root, "node_modules"))) return null;
      return this.resolve(source, anchor, { skipSelf: true });
    },
  };
}

/** Icons are imported by file: the package's index of six thousand would be parsed at every build. */
function iconFiles(): Plugin {
  return {
    name: "icon-files",
    enforce: "pre",
    transform(code, id) {
      if (id.includes("node_modules") || !code.includes('from "@tabler/icons-react"')) return null;
      return code.replace(/import \{([^}]+)\} from "@tabler\/icons-react";/g, (_, names: string) =>
        names.split(",").map((name) => name.trim()).filter((name) => name && !name.startsWith("type "))
          .map((name) => `import ${name} from "@tabler/icons-react/dist/esm/icons/${name}.mjs";`).join(""));
    },
  };
}

/** Writes .br and .gz beside every text asset, so that the server only streams. */
function precompress(): Plugin {
  const compress = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) {
        compress(path);
      } else if (/\.(js|css|html|svg|json|webmanifest)$/.test(name)) {
        const bytes = readFileSync(path);
        if (bytes.length < 512) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    }
  };
  return { name: "precompress", apply: "build", closeBundle: () => compress(join(root, "dist")) };
}

export default defineConfig({
  root,
  plugins: [modulePackages(), iconFiles(), react(), precompress()],
  resolve: {
    alias: { "@web": resolve(root, "src"), "@generated": resolve(root, "generated") },
    dedupe: ["react", "react-dom", "@mantine/core", "@tanstack/react-query", "@tanstack/react-router"],
  },
  server: {
    port: 5173,
    fs: { allow: [resolve(root, "..")] },
    proxy: { "/api": { target: backend }, "/health": { target: backend }, "/metrics": { target: backend } },
  },
  preview: { proxy: { "/api": { target: backend }, "/health": { target: backend }, "/metrics": { target: backend } } },
  build: {
    target: "es2022",
    manifest: true,
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One style sheet and few scripts: round trips cost more than the few kilobytes of screens that come later.
    cssCodeSplit: false,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "../modules/*/web/**/*.test.{ts,tsx}"],
    setupFiles: ["src/lib/testing/setup.ts"],
    css: false,
  },
});
