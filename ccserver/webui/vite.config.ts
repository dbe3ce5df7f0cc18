import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const target = fileURLToPath(new URL("../web/static", import.meta.url));
const swagger = fileURLToPath(new URL("node_modules/swagger-ui-dist", import.meta.url));

export default defineConfig({
  build: {
    outDir: target,
    emptyOutDir: true,
    // The page's policy allows no inline script and no data: script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  plugins: [
    vue(),
    {
      // /docs must work where no content network can be reached.
      name: "swagger-files-and-packing",
      closeBundle() {
        mkdirSync(`${target}/swagger`, { recursive: true });
        for (const file of ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE"]) {
          cpSync(`${swagger}/${file}`, `${target}/swagger/${file}`);
        }
        // Packed once here, and never at a request: ccserver/web/files.py gives these.
        for (const folder of ["assets", "swagger"]) {
          for (const file of readdirSync(`${target}/${folder}`)) {
            const path = `${target}/${folder}/${file}`;
            writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
          }
        }
      },
    },
  ],
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8080",
      "/live": { target: "ws://127.0.0.1:8080", ws: true },
    },
  },
});
