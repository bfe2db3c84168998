/** `doctor`: what is there, what is missing, and what to do about it. */
import { checkDevices, checkEngines, checkLibraries } from "../backend/check_engines.ts";
import { checkGraphics, checkMachine } from "../backend/check_machine.ts";
import type { Finding } from "../backend/finding.ts";
import type { Arguments } from "./arguments.ts";
import { checkStore } from "./check_store.ts";
import { EXIT } from "./exit.ts";

/** Prints every finding; fails when something that runs on the processor need is broken. */
export async function doctorCommand(
  { json, store }: Pick<Arguments, "json" | "store">,
): Promise<number> {
  const findings = [
    ...checkEngines(),
    ...await checkDevices(),
    ...checkLibraries(),
    ...await checkGraphics(),
    ...checkMachine(),
    ...checkStore(store),
  ];
  console.log(json ? findings.map((found) => JSON.stringify(found)).join("\n") : report(findings));
  return isFit(findings) ? EXIT.done : EXIT.failed;
}

/** True when nothing that runs on the processor need is broken. */
function isFit(findings: readonly Finding[]): boolean {
  return !findings.some(({ state, isNeeded }) => state === "broken" && isNeeded);
}

/** Findings by area: state, name, detail; what to do stands below. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines: string[] = [];
  let shown = "";
  for (const { area, name, state, detail, fix } of findings) {
    if (area !== shown) lines.push("", area);
    shown = area;
    lines.push(`  ${state.padEnd(6)}  ${name.padEnd(width)}  ${detail}`.trimEnd());
    if (fix !== "") lines.push(`${" ".repeat(width + 12)}→ ${fix}`);
  }
  lines.push(
    "",
    isFit(findings)
      ? "Runs on the processor have all they need."
      : "Runs on the processor lack what is broken above.",
  );
  return lines.slice(1).join("\n");
}
