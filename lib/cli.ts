/** The program: arguments in, exit code out. */
import { ConfigError, StoreError } from "./core/errors.ts";
import { type Arguments, parseArguments } from "./cli/arguments.ts";
import { COMMANDS, usage } from "./cli/commands.ts";
import { EXIT } from "./cli/exit.ts";
import { isSystemError } from "./store/files.ts";

async function dispatch(given: Arguments, args: readonly string[]): Promise<number> {
  switch (given.command) {
    case "run":
      return await (await import("./cli/run_command.ts")).runCommand(given, args);
    case "plan":
      return await (await import("./cli/plan_command.ts")).planCommand(given);
    case "report":
      return await (await import("./cli/report_command.ts")).reportCommand(given);
    case "compare":
      return await (await import("./cli/compare_command.ts")).compareCommand(given);
    case "power":
      return await (await import("./cli/power_command.ts")).powerCommand(given);
    case "export":
      return await (await import("./cli/export_command.ts")).exportCommand(given);
    case "show-data":
      return await (await import("./cli/show_data_command.ts")).showDataCommand(given);
    case "serve-reward":
      return await (await import("./cli/serve_reward_command.ts")).serveRewardCommand(given);
    case "data":
      return await (await import("./cli/data_command.ts")).dataCommand(given);
    case "eval":
      return await (await import("./cli/eval_command.ts")).evalCommand(given);
    case "conformance":
      return await (await import("./cli/conformance_command.ts")).conformanceCommand(given);
    case "doctor":
      return await (await import("./cli/doctor_command.ts")).doctorCommand(given);
    case "setup:cuda":
      return await (await import("./cli/setup_cuda_command.ts")).setupCudaCommand(given);
    case "setup:tfjs":
      return await (await import("./cli/setup_tfjs_command.ts")).setupTfjsCommand(given);
    default:
      return given.command satisfies never;
  }
}

/** Executes the command line `args`; returns the exit code. Faults the user can mend are one message. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const given = parseArguments(args);
    if (given === null) {
      console.log(usage(COMMANDS.find((name) => name === args[0]) ?? null));
      return EXIT.done;
    }
    return await dispatch(given, args);
  } catch (error) {
    const isExpected = error instanceof ConfigError || error instanceof StoreError;
    if (!isExpected && !isSystemError(error)) throw error;
    console.error(`error: ${error.message}`);
    return error instanceof ConfigError ? EXIT.wrongInput : EXIT.failed;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
