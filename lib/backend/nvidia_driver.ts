/** NVIDIA's driver, and the GPUs it sees. */
import { fileURLToPath } from "node:url";
import { runChild } from "./child.ts";

/** One GPU. */
export interface Gpu {
  readonly name: string;
  /** Of its memory. */
  readonly bytes: number;
  /** Its compute capability, such as 9.0. */
  readonly capability: string;
}

/** What the driver says. */
export interface DriverReport {
  /** The CUDA version it is made for: 1000 × major + 10 × minor. */
  readonly cuda: number;
  readonly gpus: readonly Gpu[];
}

const WORKER = fileURLToPath(new URL("./gpu_worker.ts", import.meta.url));
const TIMEOUT_MS = 20_000;

/** Asks the driver whose library is at `path`; a text when it does not answer as it should. */
export async function askDriver(path: string): Promise<DriverReport | string> {
  const flags = [`--allow-ffi=${path}`];
  const { lines, log, fault } = await runChild(WORKER, [path], flags, TIMEOUT_MS);
  const lastLine = lines.at(-1) ?? "";
  if (fault !== null) return [fault, log.split("\n").at(-1)].filter((part) => part).join(": ");
  try {
    const said = JSON.parse(lastLine);
    return typeof said.error === "string" ? said.error : said;
  } catch {
    return `${path} answers with "${lastLine}"`;
  }
}
