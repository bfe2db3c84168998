/** Which folder of `lib` may import which, and where packages come in: the architecture as one table. */
import { deepEqual } from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder → folders it may import from, besides itself. From the bottom up: none imports one below it here. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  tensor: ["core"],
  backend: ["core", "tensor"],
  dataset: ["core"],
  policy: ["core", "tensor", "dataset"],
  reward: ["core", "dataset", "policy"],
  sampler: ["core", "dataset"],
  algorithm: ["core", "tensor"],
  schema: ["core", "dataset", "policy", "reward", "sampler", "algorithm"],
  engine: [
    "core",
    "tensor",
    "backend",
    "dataset",
    "policy",
    "reward",
    "sampler",
    "algorithm",
    "schema",
  ],
  store: ["core", "backend", "schema"],
  plan: ["core", "dataset", "policy", "reward", "sampler", "algorithm", "schema"],
  runner: ["core", "backend", "reward", "schema", "engine", "store"],
  analysis: ["core", "dataset", "sampler", "schema", "store"],
  report: ["core", "dataset", "policy", "sampler", "algorithm", "schema", "store", "analysis"],
};

/** The shells at the top: they may import every layer, and no layer imports them. */
const SHELLS = ["cli", "cli.ts", "mod.ts", "bench.ts"];

/** Contracts without code that every layer may read, as types. */
const CONTRACTS = ["lib/engine/engine_step.ts", "lib/store/run_data.ts"];

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Import {
  readonly file: string;
  /** A path from the root, or the name of a package. */
  readonly target: string;
  readonly isTypeOnly: boolean;
}

/** The imports of every source file below a folder. */
function importsBelow(folder: string): Import[] {
  return sources(folder).flatMap((file) =>
    importsOf(file, Deno.readTextFileSync(join(ROOT, file)))
  );
}

function sources(folder: string): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return sources(path);
    return name.endsWith(".ts") ? [path] : [];
  });
}

/** `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")`, and the type `import("x").T`. */
const IMPORT =
  /^(import|export)(\s+type\b)?[^;"']*?\bfrom\s*["']([^"'$]+)["']|^import\s*["']([^"'$]+)["']|(type\s+\w+\s*=\s*)?\bimport\(\s*["']([^"'$]+)["']/gm;

function importsOf(file: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ""); // examples in comments import too
  return [...code.matchAll(IMPORT)].map((match) => {
    const specifier = (match[3] ?? match[4] ?? match[6])!;
    const isTypeOnly = match[2] !== undefined || match[5] !== undefined;
    const target = specifier.startsWith(".")
      ? relative(ROOT, join(ROOT, dirname(file), specifier))
      : specifier;
    return { file, target, isTypeOnly };
  });
}

const layerOf = (path: string) => path.split("/")[1]!;
const isTest = (file: string) => file.endsWith("_test.ts") || file.includes("/testdata/");
const line = ({ file, target }: Import) => `${file} imports ${target}`;

Deno.test("the layers are all there are, and each imports only layers above it in the table", () => {
  const known = new Set([...Object.keys(LAYERS), ...SHELLS]);
  const strangers = new Set(
    sources("lib").filter((file) => !isTest(file)).map(layerOf).filter((name) => !known.has(name)),
  );
  deepEqual([...strangers], []);
  const seen = new Set<string>();
  for (const [layer, below] of Object.entries(LAYERS)) {
    deepEqual(
      below.filter((name) => !seen.has(name)),
      [],
      `${layer} imports a layer of its own height`,
    );
    seen.add(layer);
  }
});

Deno.test("every import inside lib goes down", () => {
  const upward = importsBelow("lib").filter(({ file, target, isTypeOnly }) => {
    const from = layerOf(file);
    if (isTest(file) || SHELLS.includes(from) || !target.startsWith("lib/")) return false;
    if (isTypeOnly && CONTRACTS.includes(target)) return false;
    const to = layerOf(target);
    return to !== from && !LAYERS[from]!.includes(to);
  });
  deepEqual(upward.map(line), []);
});

Deno.test("packages come in through deps.ts, which tests of properties may pass by for fast-check", () => {
  const packages = importsBelow("lib").filter(({ file, target, isTypeOnly }) => {
    const isOurs = /^(lib|reports|recipes|experiments)\//.test(target) || target === "deps.ts";
    if (isOurs || target.startsWith("node:") || isTypeOnly) return false;
    return !(isTest(file) && target === "fast-check");
  });
  deepEqual(packages.map(line), []);
});

Deno.test("experiments, recipes and reports import lib/mod.ts, and reports each other and their data", () => {
  const allowed = (folder: string, target: string) =>
    target === "lib/mod.ts" || (folder === "reports" && target.startsWith("reports/"));
  for (const folder of ["experiments", "recipes", "reports"]) {
    const strangers = importsBelow(folder).filter(({ target }) => !allowed(folder, target));
    deepEqual(strangers.map(line), []);
  }
  deepEqual(importsBelow("experiments").length > 0, true);
});

Deno.test("the search for imports sees every form, and no examples", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import type { B } from "../b/b.ts";',
    'export * from "c";',
    'export type { D } from "./d.ts";',
    'import "./e.ts";',
    'const f = () => import("./f.ts");',
    'type G = import("./g.ts").G;',
    '/** import { no } from "./no.ts"; */',
    '// import "no";',
  ].join("\n");
  deepEqual(importsOf("lib/x/x.ts", text).map(({ target, isTypeOnly }) => [target, isTypeOnly]), [
    ["lib/x/a.ts", false],
    ["lib/b/b.ts", true],
    ["c", false],
    ["lib/x/d.ts", true],
    ["lib/x/e.ts", false],
    ["lib/x/f.ts", false],
    ["lib/x/g.ts", true],
  ]);
});
