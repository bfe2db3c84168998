/** A Python package index: which files a release has, and where. */
import { ConfigError } from "../core/errors.ts";

/** The public index. */
export const PUBLIC_INDEX = "https://pypi.org/simple";

/** A file of a release. */
export interface IndexedFile {
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
}

const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const ACCEPT = `${JSON_TYPE}, text/html;q=0.5`;

/**
 * The wheel of a project's version for Linux on x86-64; of several, which differ in Python's version alone, the first
 * by name.
 *
 * The index is read as the simple repository API has it, in JSON (PEP 691) or HTML (PEP 503).
 *
 * Errors: a {@link ConfigError} at `--index` when the index does not answer, does not have the wheel, or does not say
 * its sha256; it names the address that was asked.
 */
export async function findWheel(
  index: string,
  project: string,
  version: string,
): Promise<IndexedFile> {
  const page = `${index.replace(/\/+$/, "")}/${project}/`;
  const { files, url } = await readPage(page);
  const prefix = `${project.replaceAll("-", "_")}-${version}-`;
  const wheels = files
    .filter(({ name }) => name.startsWith(prefix) && /manylinux[^-]*_x86_64\.whl$/.test(name))
    .sort((a, b) => a.name < b.name ? -1 : 1);
  const [wheel] = wheels;
  if (wheel === undefined) {
    throw new ConfigError(
      "--index",
      `expected a wheel of ${project} ${version} for Linux on x86-64 at ${shown(page)}, got ` +
        (files.length === 0 ? "no files" : `${files.length} other files`),
    );
  }
  if (wheel.sha256 === null) {
    throw new ConfigError(
      "--index",
      `expected a sha256 of ${wheel.name} at ${shown(page)}, got none`,
    );
  }
  return { name: wheel.name, url: new URL(wheel.href, url).href, sha256: wheel.sha256 };
}

interface Listed {
  readonly name: string;
  readonly href: string;
  readonly sha256: string | null;
}

async function readPage(page: string): Promise<{ readonly files: Listed[]; readonly url: string }> {
  const response = await ask(page, { headers: { accept: ACCEPT } });
  const isJson = response.headers.get("content-type")?.startsWith(JSON_TYPE) ?? false;
  const text = await response.text();
  return { files: isJson ? parseJson(text, page) : parseHtml(text), url: response.url };
}

/** What an address was given by, and how to give another. */
export interface AddressSource {
  readonly field: string;
  readonly fix: string;
}

const INDEX: AddressSource = {
  field: "--index",
  fix: "name an index within reach with --index URL or PIP_INDEX_URL",
};

/** Options of {@link ask}. */
export interface AskOptions {
  readonly headers?: Record<string, string>;
  /** Default: the index. */
  readonly source?: AddressSource;
}

/**
 * The answer to a request.
 *
 * Errors: a {@link ConfigError} at the source's field for an address that does not answer, or not with success.
 */
export async function ask(
  url: string,
  { headers = {}, source = INDEX }: AskOptions = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers });
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    const fix = /certificate/i.test(why)
      ? "set DENO_TLS_CA_STORE=mozilla,system where the system trusts more authorities"
      : source.fix;
    throw new ConfigError(
      source.field,
      `expected an answer from ${shown(url)}, got "${why}"; ${fix}`,
    );
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw new ConfigError(
    source.field,
    `expected an answer from ${shown(url)}, got status ${response.status}`,
  );
}

/** An address without the password that may be in it. */
export function shown(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function parseJson(text: string, page: string): Listed[] {
  try {
    const { files } = JSON.parse(text);
    return files.map((
      { filename, url, hashes }: {
        readonly filename: unknown;
        readonly url: unknown;
        readonly hashes?: { readonly sha256?: unknown };
      },
    ) => ({
      name: String(filename),
      href: String(url),
      sha256: typeof hashes?.sha256 === "string" ? hashes.sha256 : null,
    }));
  } catch {
    throw new ConfigError(
      "--index",
      `expected the files of a project at ${shown(page)}, got other JSON`,
    );
  }
}

/** Links of a page: PEP 503 puts a file's name between the tags and its hash behind the address. */
function parseHtml(text: string): Listed[] {
  return [...text.matchAll(/<a\s[^>]*?href="([^"]+)"[^>]*>([^<]+)<\/a>/g)].map(([, link, name]) => {
    const [href, hash] = link!.replaceAll("&amp;", "&").split("#");
    return {
      name: name!.trim(),
      href: href!,
      sha256: hash?.match(/^sha256=([0-9a-f]{64})$/)?.[1] ?? null,
    };
  });
}
