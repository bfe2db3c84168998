/** A headless Chromium, driven by its DevTools protocol over a WebSocket: just enough to read and use a page. */
import { join } from "node:path";
import { type BrowserBinary, installedBrowsers, npmBrowser } from "./find_browser.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox", // may run as root, in a container
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--remote-debugging-port=0",
];

// Generous, for a machine that is busy with other things: they only end what would never end.
const START_MS = 60_000;
const ANSWER_MS = 120_000;
const END_MS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

/** `promise`, or an error when it takes longer. */
async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The protocol: commands with answers, and events by session. */
class Connection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<
    number,
    { resolve: (result: Fields) => void; reject: (error: Error) => void }
  >();
  readonly #listeners = new Set<(message: Message) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message: Message = JSON.parse(data);
      if (message.id === undefined) {
        for (const listener of this.#listeners) listener(message);
        return;
      }
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.result ?? {});
      else waiting?.reject(new Error(message.error.message));
    };
  }

  static async open(url: string): Promise<Connection> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`cannot connect to ${url}`));
    });
    return new Connection(socket);
  }

  send(method: string, params: Fields = {}, sessionId?: string): Promise<Fields> {
    const id = ++this.#last;
    const answer = new Promise<Fields>((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject })
    );
    this.#socket.send(
      JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }),
    );
    return within(ANSWER_MS, method, answer);
  }

  /** Calls `listener` with every event until the returned function is called. */
  listen(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
  }
}

/** How a page is opened. */
export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  /** False: the page's own scripts do not run; {@link Page.evaluate} still does. */
  readonly scripts?: boolean;
}

/** One open page. */
export class Page {
  readonly #connection: Connection;
  readonly #session: string;
  readonly #target: string;
  readonly #stop: () => void;
  /** What the console, the log and the network complained about. */
  readonly problems: string[] = [];
  /** Addresses asked for, the page's own first; data and blob addresses are none. */
  readonly requests: string[] = [];

  constructor(connection: Connection, session: string, target: string) {
    this.#connection = connection;
    this.#session = session;
    this.#target = target;
    this.#stop = connection.listen(({ sessionId, method, params }) => {
      if (sessionId === session) this.#note(method!, params!);
    });
  }

  #note(method: string, params: Fields): void {
    const text = () => JSON.stringify(params).slice(0, 500);
    if (method === "Network.requestWillBeSent") {
      const { url } = params.request as { url: string };
      if (!/^(data|blob):/.test(url)) this.requests.push(url);
    }
    const complaint = method === "Runtime.exceptionThrown" || method === "Network.loadingFailed" ||
      (method === "Log.entryAdded" &&
        ["error", "warning"].includes((params.entry as { level: string }).level)) ||
      (method === "Runtime.consoleAPICalled" &&
        ["error", "warning", "assert"].includes(params.type as string));
    if (complaint) this.problems.push(`${method}: ${text()}`);
  }

  send(method: string, params: Fields = {}): Promise<Fields> {
    return this.#connection.send(method, params, this.#session);
  }

  async open(
    url: string,
    { width = 1200, height = 900, scripts = true }: PageOptions,
  ) {
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.send(`${domain}.enable`);
    await this.resize(width, height);
    await this.send("Emulation.setScriptExecutionDisabled", { value: !scripts });
    await this.send("Emulation.setFocusEmulationEnabled", { enabled: true }); // several pages at a time
    const loaded = new Promise<void>((resolve) => {
      const stop = this.#connection.listen(({ sessionId, method }) => {
        if (sessionId !== this.#session || method !== "Page.loadEventFired") return;
        stop();
        resolve();
      });
    });
    const { errorText } = await this.send("Page.navigate", { url });
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
    await within(ANSWER_MS, url, loaded);
  }

  /** Gives the page another width. */
  async resize(width: number, height = 900): Promise<void> {
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.send("Emulation.setDeviceMetricsOverride", size);
  }

  /** Lets the reader prefer light or dark pages. */
  async prefer(scheme: "light" | "dark"): Promise<void> {
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { features });
  }

  /** The value of an expression in the page; a promise is waited for. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
      userGesture: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(JSON.stringify(exceptionDetails).slice(0, 1000));
    }
    return (result as { value: T }).value;
  }

  /** Presses and releases a key as often as asked; the page handles one press after the other. */
  async press(key: "Tab" | "ArrowRight" | "ArrowLeft", times = 1): Promise<void> {
    const code = { Tab: 9, ArrowLeft: 37, ArrowRight: 39 }[key];
    const event = { key, code: key, windowsVirtualKeyCode: code };
    const presses = Array.from(
      { length: times },
      () =>
        ["rawKeyDown", "keyUp"].map((type) =>
          this.send("Input.dispatchKeyEvent", { type, ...event })
        ),
    );
    await Promise.all(presses.flat());
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#connection.send("Target.closeTarget", { targetId: this.#target });
  }
}

/** A file that a page saved. */
export interface Download {
  /** What the page calls it. */
  readonly name: string;
  /** Where it lies. */
  readonly file: string;
}

/** A running browser. */
export class Browser {
  readonly #connection: Connection;
  readonly #stop: () => Promise<void>;
  readonly #downloads: string;

  private constructor(connection: Connection, downloads: string, stop: () => Promise<void>) {
    this.#connection = connection;
    this.#downloads = downloads;
    this.#stop = stop;
  }

  static async start({ path, env }: BrowserBinary, folder: string): Promise<Browser> {
    const profile = await Deno.makeTempDir({ dir: folder });
    const process = new Deno.Command(path, {
      args: [...FLAGS, `--user-data-dir=${profile}`, "about:blank"],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const stderr = process.stderr.pipeThrough(new TextDecoderStream());
    let draining = Promise.resolve();
    const stop = async () => {
      try {
        await within(END_MS, path, process.status); // it takes its own processes with it
      } catch {
        process.kill("SIGKILL");
        await process.status;
      }
      await draining;
    };
    try {
      const { url, rest } = await within(START_MS, path, addressIn(stderr));
      draining = rest;
      const connection = await within(START_MS, url, Connection.open(url));
      const downloads = join(folder, "downloads");
      await Deno.mkdir(downloads, { recursive: true });
      await connection.send("Browser.setDownloadBehavior", {
        behavior: "allowAndName",
        downloadPath: downloads,
        eventsEnabled: true,
      });
      return new Browser(connection, downloads, async () => {
        await connection.send("Browser.close").catch(() => {}); // may end before it answers
        await connection.close();
        await stop();
      });
    } catch (error) {
      process.kill("SIGKILL");
      await stop();
      throw error;
    }
  }

  /** A new page, loaded. */
  async open(url: string, options: PageOptions = {}): Promise<Page> {
    const { targetId } = await this.#connection.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#connection.send("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const page = new Page(this.#connection, sessionId as string, targetId as string);
    await page.open(url, options);
    return page;
  }

  /** The files that arrive because of what `cause` does, when `count` of them are complete. */
  async download(count: number, cause: () => Promise<unknown>): Promise<readonly Download[]> {
    const names = new Map<string, string>(), complete: Download[] = [];
    let stop = () => {};
    const arrived = new Promise<void>((resolve, reject) => {
      stop = this.#connection.listen(({ method, params }) => {
        const guid = params?.guid as string;
        if (method === "Browser.downloadWillBegin") {
          names.set(guid, params!.suggestedFilename as string);
        }
        if (method !== "Browser.downloadProgress") return;
        if (params!.state === "canceled") reject(new Error(`${names.get(guid)}: canceled`));
        if (params!.state === "completed") {
          complete.push({ name: names.get(guid)!, file: join(this.#downloads, guid) });
        }
        if (complete.length === count) resolve();
      });
    });
    try {
      await cause();
      await within(ANSWER_MS, `${count} downloads`, arrived);
      return complete;
    } finally {
      stop();
    }
  }

  close(): Promise<void> {
    return this.#stop();
  }
}

/** The address that the browser prints when it listens; the rest of what it says is read and dropped. */
async function addressIn(
  stderr: ReadableStream<string>,
): Promise<{ url: string; rest: Promise<void> }> {
  const reader = stderr.getReader();
  let text = "";
  while (true) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`ended: ${text.trim().slice(-500)}`);
    text += value;
    const url = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
    if (url === undefined) continue;
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    return { url, rest };
  }
}

/** The first browser that starts, or why none does. `folder` is for its files. */
export async function startBrowser(
  folder: string,
  { installed = installedBrowsers() }: { readonly installed?: readonly BrowserBinary[] } = {},
): Promise<{ readonly browser: Browser | null; readonly reasons: readonly string[] }> {
  const reasons: string[] = [];
  const attempt = async (find: () => Promise<BrowserBinary>) => {
    try {
      return await Browser.start(await find(), folder);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
  for (const binary of installed) {
    const browser = await attempt(() => Promise.resolve(binary));
    if (browser !== null) return { browser, reasons };
  }
  const unpacked = await Deno.makeTempDir({ dir: folder });
  return { browser: await attempt(() => npmBrowser(unpacked)), reasons };
}
