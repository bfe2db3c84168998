/** A Chromium to open pages in: an installed one, or one from npm. */
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A browser that may or may not start. */
export interface BrowserBinary {
  readonly path: string;
  /** Environment it needs besides the own one. */
  readonly env: Readonly<Record<string, string>>;
}

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Where installers put it on systems that have no place for it on the PATH. */
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // not there, or not ours to look at: no browser either way
  }
}

/** Installed browsers, that of CHROME_PATH first. */
export function installedBrowsers(): readonly BrowserBinary[] {
  const named = Deno.env.get("CHROME_PATH") ?? "";
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...new Set([named, ...found, ...PLACES])].filter(isFile).map((path) => ({
    path,
    env: {},
  }));
}

/**
 * The Chromium of an npm package, unpacked into `folder` (about 200 MB).
 *
 * Errors: an Error with what Deno said, where the package cannot be fetched or unpacked.
 */
export async function npmBrowser(folder: string): Promise<BrowserBinary> {
  const script = new URL("./npm_chromium.ts", import.meta.url);
  const lock = fileURLToPath(new URL("./npm_chromium.lock", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ..."run --quiet --no-prompt --allow-read --allow-env --allow-sys --node-modules-dir=none --no-config"
        .split(" "),
      "--frozen",
      `--lock=${lock}`,
      `--allow-write=${folder}`,
      script.href,
    ],
    // The package unpacks its libraries only where it takes the machine for a bare one.
    env: { TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x", NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr).trim().split("\n").slice(0, 3).join(" "));
  const path = decoder.decode(stdout).trim().split("\n").at(-1)!;
  const unpacked = dirname(path);
  return {
    path,
    env: {
      LD_LIBRARY_PATH: join(unpacked, "al2023", "lib"),
      FONTCONFIG_PATH: join(unpacked, "fonts"),
    },
  };
}
