/**
 * Unpacks the Chromium that an npm package carries (with the libraries and a font that a bare Linux lacks) into the
 * folder that TMPDIR names, and prints the binary's path as the last line. The package is no part of the
 * installation: this file runs in a process of its own, with a lock file of its own. The name is no literal inside
 * `import()`, which keeps it out of the project's module graph.
 */
const CHROMIUM = "npm:@sparticuz/chromium@153.0.0";

interface Package {
  readonly default: {
    /** False: without the graphics libraries, which a page without WebGL does not need. */
    setGraphicsMode: boolean;
    executablePath(): Promise<string>;
  };
}

const { default: chromium }: Package = await import(CHROMIUM);
chromium.setGraphicsMode = false;
console.log(await chromium.executablePath());
