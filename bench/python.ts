/** The Python that peers run in: an environment of their own, or one that is named. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../lib/core/errors.ts";
import { outputOf } from "./command.ts";

/** Where the scripts are. */
export const FOLDER = fileURLToPath(new URL("peers/", import.meta.url));
const ENVIRONMENT = join(FOLDER, ".venv");
const PYTHON = join(ENVIRONMENT, "bin", "python");
const REQUIREMENTS = join(FOLDER, "requirements.txt");
/** The requirements that the environment was completed with. */
const INSTALLED = join(ENVIRONMENT, "installed.txt");
const PYTHONS = ["python3.11", "python3.12", "python3.13", "python3"];

/** Names a Python that has PyTorch and safetensors already, instead of the environment; `--python` sets it. */
export const PYTHON_VARIABLE = "BENCH_PYTHON";

/** The Python that scripts are run with. */
export const python = (): string => Deno.env.get(PYTHON_VARIABLE) ?? PYTHON;

/**
 * Makes the virtual environment `bench/peers/.venv`, or leaves it as it is where it has what `requirements.txt` asks for,
 * or where another Python is named.
 *
 * Errors: a {@link ConfigError} where there is no Python of at least 3.11, or the packages cannot be installed.
 */
export async function preparePython(): Promise<void> {
  if (Deno.env.has(PYTHON_VARIABLE)) return;
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  if (await Deno.readTextFile(INSTALLED).catch(() => null) === wanted) return;
  const found = await findPython();
  console.error(`Installing bench/peers/requirements.txt (several GB, once) with ${found} …`);
  await succeeds(found, ["-m", "venv", ENVIRONMENT]);
  await succeeds(PYTHON, ["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]);
  await Deno.writeTextFile(INSTALLED, wanted);
}

async function findPython(): Promise<string> {
  for (const name of PYTHONS) {
    const check = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    if ((await outputOf(name, ["-c", check]))?.success) return name;
  }
  throw new ConfigError(
    "python",
    `expected Python 3.11 or later with venv, got none of ${PYTHONS.join(", ")}; ` +
      "install it (Debian: python3 and python3-venv), nothing else of the project needs it",
  );
}

async function succeeds(command: string, args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(command, {
    args: [...args],
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (!success) {
    throw new ConfigError(
      "bench/peers/requirements.txt",
      `expected its packages to install, got a failure of "${command} ${args.join(" ")}" (above)`,
    );
  }
}

/** Versions of packages in the environment, by name; null for what is not there. */
export async function packageVersions(
  names: readonly string[],
): Promise<Record<string, string | null>> {
  return await askPython(
    `
import importlib.metadata as metadata, json, platform, sys
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
print(json.dumps({"python": platform.python_version(), **{n: version(n) for n in sys.argv[1:]}}))`,
    names,
  ) as Record<string, string | null>;
}

/**
 * What a few lines of Python print as JSON.
 *
 * Errors: a {@link ConfigError} where there is no such Python, or it cannot run them.
 */
export async function askPython(code: string, args: readonly string[] = []): Promise<unknown> {
  const expected = `expected a Python that runs, got ${python()}`;
  const said = await outputOf(python(), ["-c", code, ...args]);
  if (said === null) throw new ConfigError("--python", `${expected}, which is not there`);
  if (said.success) return JSON.parse(said.stdout);
  throw new ConfigError("--python", `${expected}, which says: ${said.stderr.split("\n").at(-1)}`);
}
