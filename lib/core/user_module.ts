/** Code of the user's own in settings: a TypeScript module by its path, pinned by the digest of its file. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "../../deps.ts";
import { ConfigError } from "./errors.ts";

/** A module whose default export is called. */
export interface UserModule {
  /** Path of the module, from the working folder. */
  readonly module: string;
  /**
   * SHA-256 of the module's file, 64 hexadecimal digits; null until planning fills it in. What the module imports is
   * not part of it: keep it in one file.
   */
  readonly digest: string | null;
}

/** Fields of a {@link UserModule}, for the schema of a component. */
export const userModuleFields = {
  module: z.string().min(1),
  digest: z.string().refine((text) => /^[0-9a-f]{64}$/.test(text), {
    message: "expected 64 hexadecimal digits",
  }).nullable(),
} as const;

/**
 * The settings with the digest of the file as it is now.
 *
 * @param field what errors name: the path of `module` in the settings
 *
 * Errors: a {@link ConfigError} when the file cannot be read, or was pinned before and has changed.
 */
export function pinModule<M extends UserModule>(field: string, config: M): M {
  const digest = digestOf(field, config.module);
  if (config.digest !== null && config.digest !== digest) throw changed(field, config, digest);
  return { ...config, digest };
}

/**
 * The function that the module exports by default.
 *
 * Errors: a {@link ConfigError} when the file is missing, not the one that was pinned or not pinned, no module, or
 * has no function as its default export.
 */
export async function loadFunction(
  field: string,
  config: UserModule,
): Promise<(...args: readonly unknown[]) => unknown> {
  const { module } = config, digest = digestOf(field, module);
  if (config.digest === null) {
    throw new ConfigError(
      field.replace(/module$/, "digest"),
      "expected the digest that planning fills in, got null",
    );
  }
  if (config.digest !== digest) throw changed(field, config, digest);
  // The digest in the name keeps two versions of a file apart within one process.
  const url = `${pathToFileURL(resolve(module)).href}#${digest}`;
  let found: unknown;
  try {
    found = (await import(url)).default;
  } catch (error) {
    throw new ConfigError(field, `expected a module, got a fault: ${(error as Error).message}`);
  }
  if (typeof found !== "function") {
    throw new ConfigError(
      field,
      `expected ${module} to have a function as its default export, got ${typeof found}`,
    );
  }
  const call = found as (...args: readonly unknown[]) => unknown;
  return (...args) => {
    try {
      return call(...args);
    } catch (error) {
      throw new ConfigError(
        field,
        `expected ${module} to return, got a fault: ${
          error instanceof Error ? error.message : String(error)
        }`,
      );
    }
  };
}

function digestOf(field: string, module: string): string {
  try {
    return createHash("sha256").update(Deno.readFileSync(module)).digest("hex");
  } catch (error) {
    throw new ConfigError(field, `expected a file to read, got ${(error as Error).message}`);
  }
}

function changed(field: string, { module, digest }: UserModule, now: string): ConfigError {
  return new ConfigError(
    field,
    `expected ${module} to be the file that was planned with (SHA-256 ${digest}), got ${now}`,
  );
}
