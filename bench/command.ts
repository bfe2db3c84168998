/** Runs a program that may not be there. */

/** What a program printed and how it ended; null where there is no such program. */
export async function outputOf(
  command: string,
  args: readonly string[],
): Promise<{ readonly success: boolean; readonly stdout: string; readonly stderr: string } | null> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args] })
      .output(); // where there is none, it is the call that throws
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { success, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
