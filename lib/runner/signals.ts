/** Signals that ask a program to end. */

/**
 * What a terminal, a batch system or the machine's shutdown sends, often to all processes of a group at once.
 * Windows knows other ones.
 */
export const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];
