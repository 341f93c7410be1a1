// Builds the browser side of the desk: `node build/build.mjs OUT`. Leaves in OUT, for each asset, NAME-HASH.EXT and
// beside it the same compressed as .gz and .br. Reads only this folder, writes only OUT; asks no network.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { keepFrom, prune } from "./prune.mjs";

const ui = dirname(dirname(fileURLToPath(import.meta.url)));
const out = process.argv[2] ?? join(ui, "out");
const text = (path) => readFileSync(join(ui, path), "utf8");

const ourStyles = () => readdirSync(join(ui, "src/css")).map((name) => text(`src/css/${name}`)).join("\n");

const onlyWhatTheDeskUses = {
  name: "only what the desk uses",
  setup(esbuild) {
    const keep = keepFrom(text("build/keep.txt"));
    esbuild.onLoad({ filter: /tabler\.css$/ }, ({ path }) => ({
      contents: prune(readFileSync(path, "utf8"), keep, ourStyles()),
      loader: "css",
    }));
  },
};

const bundled = await build({
  absWorkingDir: ui,
  entryPoints: ["src/desk.css", "src/desk.ts"],
  outdir: "out",
  write: false,
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["es2022", "chrome123", "firefox128", "safari17.5"],
  legalComments: "none",
  logLevel: "warning",
  plugins: [onlyWhatTheDeskUses],
});

if (bundled.warnings.length > 0) process.exit(1);   // esbuild has said what

const NOTICE = text("build/notice.txt").trim().replaceAll("\n", "\n * ");
const assets = bundled.outputFiles.map(({ path, text }) => [path.endsWith(".css") ? "desk.css" : "desk.js", `/*! ${NOTICE} */\n${text}`]);
assets.push(["mark.svg", text("src/mark.svg")]);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, content] of assets) {
  const bytes = Buffer.from(content, "utf8");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const [stem, extension] = name.split(".");
  const file = join(out, `${stem}-${hash}.${extension}`);
  writeFileSync(file, bytes);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
}
