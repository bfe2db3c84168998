import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createJudge } from "./judge.ts";
import { remoteHosts, remoteReward, type RemoteRewardConfig } from "./remote.ts";
import { askRemote, type RemoteOptions, type RemoteRequest } from "./remote_client.ts";
import { rewards } from "./reward_config.ts";
import { makeRollout } from "./testdata/inputs.ts";

type Handler = (request: RemoteRequest, asked: number) => Response | Promise<Response>;

/** Calls `body` with the address of a server on a free port of this machine, and what it was asked. */
async function withServer(
  handler: Handler,
  body: (url: string, asked: readonly RemoteRequest[]) => Promise<void>,
): Promise<void> {
  const asked: RemoteRequest[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      asked.push(await request.json());
      return await handler(asked.at(-1)!, asked.length);
    },
  );
  try {
    await body(`http://127.0.0.1:${server.addr.port}/get_reward`, asked);
  } finally {
    await server.shutdown();
  }
}

/** An address of this machine where nobody listens. */
function deadUrl(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return `http://127.0.0.1:${listener.addr.port}/get_reward`;
}

const lengths: Handler = ({ labels }) =>
  Response.json({ rewards: labels.map((label) => label.length) });
const rollouts = ["1", "22", "333", "4444", "55555"].map((answer) =>
  makeRollout({ answer, text: "so" })
);
const remotes = (parts: readonly Readonly<Record<string, number>>[]) =>
  parts.map(({ remote }) => remote);

/** Asks without waiting between tries; `waits` collects how long it would have waited. */
async function ask(config: RemoteRewardConfig, options: RemoteOptions = {}) {
  const waits: number[] = [];
  const wait = (seconds: number) => Promise.resolve(void waits.push(seconds));
  return { parts: await askRemote(config, rollouts, { wait, ...options }), waits };
}

Deno.test("askRemote() posts query, prompts and labels in batches, and keeps the order", async () => {
  await withServer(lengths, async (url, asked) => {
    const { parts } = await ask(remoteReward(url, { batchSize: 2, weight: 0.5 }));
    deepEqual(remotes(parts), [0.5, 1, 1.5, 2, 2.5]);
    deepEqual(asked.map(({ labels }) => labels), [["1", "22"], ["333", "4444"], ["55555"]]);
    deepEqual(asked[2], {
      query: ["User: 3 + 4 = ?\n\nAssistant: so"],
      prompts: ["3 + 4 = ?"],
      labels: ["55555"],
    });
  });
});

Deno.test("askRemote() shares the batches among its servers", async () => {
  await withServer(lengths, async (first, askedFirst) => {
    await withServer(lengths, async (second, askedSecond) => {
      const { parts } = await ask(remoteReward([first, second], { batchSize: 2 }));
      deepEqual(remotes(parts), [1, 2, 3, 4, 5]);
      deepEqual(askedFirst.map(({ labels }) => labels), [["1", "22"], ["55555"]]);
      deepEqual(askedSecond.map(({ labels }) => labels), [["333", "4444"]]);
    });
  });
});

Deno.test("askRemote() takes further lists for parts of the reward, which still add up", async () => {
  const handler: Handler = ({ labels }) =>
    Response.json({
      rewards: labels.map(() => 2),
      format_rewards: labels.map(() => 0.5),
      acc_rewards: labels.map(() => 1),
      model: "rules",
    });
  await withServer(handler, async (url) => {
    const { parts } = await ask(remoteReward(url, { weight: 2 }));
    deepEqual(parts[0], { remote: 1, "remote.acc_rewards": 2, "remote.format_rewards": 1 });
    const judge = await createJudge(rewards({ remote: [remoteReward(url)] }), { maxTokens: 16 });
    const [score] = await judge(rollouts, 5);
    equal(score!.reward, 2);
    deepEqual(Object.keys(score!.components), [
      "accuracy",
      "format",
      "remote",
      "remote.acc_rewards",
      "remote.format_rewards",
    ]);
  });
});

Deno.test("askRemote() tries again after a temporary fault, waiting twice as long each time", async () => {
  const handler: Handler = (request, asked) =>
    asked < 4 ? new Response("busy", { status: 503 }) : lengths(request, asked);
  await withServer(handler, async (url, asked) => {
    const { parts, waits } = await ask(remoteReward(url));
    deepEqual(remotes(parts), [1, 2, 3, 4, 5]);
    equal(asked.length, 4);
    equal(waits.length, 3);
    waits.forEach((seconds, i) => ok(seconds >= 2 ** i / 2 && seconds < 2 ** i, `${waits}`));
    equal(new Set(waits.map((seconds, i) => seconds / 2 ** i)).size, 3, "not all the same share");
  });
});

Deno.test("askRemote() gives up after the last try, naming address, status and what came", async () => {
  await withServer(() => new Response("out of memory", { status: 500 }), async (url, asked) => {
    await rejects(ask(remoteReward(url, { tries: 3 })), {
      name: "RemoteRewardError",
      message: `${url}: expected status 200, got 500: out of memory (try 3 of 3)`,
    });
    equal(asked.length, 3);
  });
});

Deno.test("askRemote() does not repeat a request that is wrong, or an answer that is", async () => {
  const faults: readonly (readonly [() => Response, RegExp])[] = [
    [
      () => Response.json({ error: "no labels" }, { status: 400 }),
      /got 400: \{"error":"no labels"\}$/,
    ],
    [() => Response.json({ rewards: [1, 2] }), /expected 5 rewards, got 2 \(status 200\)$/],
    [() => Response.json({ rewards: "5" }), /expected 5 rewards, got "5"/],
    [() => Response.json({ scores: [] }), /expected \{"rewards": \[…\]\}, got \{"scores":\[\]\}/],
    [() => Response.json([1, 2, 3, 4, 5]), /expected \{"rewards": \[…\]\}, got \[1,2/],
    [
      () => Response.json({ rewards: [1, 2, null, 4, 5] }),
      /finite numbers, got rewards\[2\] = null/,
    ],
    [() => Response.json({ rewards: [1, 2, "3", 4, 5] }), /got rewards\[2\] = "3"/],
    [() => new Response('{"rewards": [1, 2, NaN, 4, 5]}'), /expected JSON, got \{"rewards"/],
    [() => new Response('{"rewards": [1, 2, 1e999, 4, 5]}'), /got rewards\[2\] = Infinity/],
    [() => new Response("<html>"), /expected JSON, got <html>/],
    [() => new Response(""), /expected JSON, got nothing/],
    [
      () => Response.json({ rewards: [1, 2, 3, 4, 5], acc_rewards: [1] }),
      /expected 5 acc_rewards, got 1/,
    ],
  ];
  for (const [handler, message] of faults) {
    await withServer(handler, async (url, asked) => {
      await rejects(ask(remoteReward(url)), (error: Error) => {
        ok(error.message.startsWith(`${url}: `), error.message);
        match(error.message, message);
        return true;
      });
      equal(asked.length, 1);
    });
  }
});

Deno.test("askRemote() does not wait for a slow server longer than it was told to", async () => {
  let release = () => {};
  const late = new Promise<void>((resolve) => release = resolve);
  const handler: Handler = async (request, asked) => {
    if (asked === 1) await late;
    return lengths(request, asked);
  };
  await withServer(handler, async (url, asked) => {
    const { parts } = await ask(remoteReward(url, { timeoutSeconds: 0.05 }));
    release();
    deepEqual(remotes(parts), [1, 2, 3, 4, 5]);
    equal(asked.length, 2);
  });
  await withServer(async (request, asked) => (await late, lengths(request, asked)), async (url) => {
    deepEqual((await ask(remoteReward(url))).waits, []);
  });
});

Deno.test("askRemote() says so when nobody listens, and stops the run", async () => {
  const url = deadUrl();
  await rejects(ask(remoteReward(url, { tries: 2 })), (error: Error) => {
    match(
      error.message,
      /: expected an answer, got tcp connect error: .*refused.*\(try 2 of 2\)$/i,
    );
    return error.message.startsWith(url);
  });
});

Deno.test("askRemote() refuses servers that divide the reward differently", async () => {
  const parted: Handler = ({ labels }) =>
    Response.json({ rewards: labels.map(() => 1), acc_rewards: labels.map(() => 1) });
  await withServer(lengths, async (plain) => {
    await withServer(parted, async (other) => {
      await rejects(
        ask(remoteReward([plain, other], { batchSize: 3 })),
        new RegExp(
          `^RemoteRewardError: ${other}: expected rewards in the parts that ${plain} gives`,
        ),
      );
    });
  });
});

Deno.test("askRemote() ends at once when it is cancelled, in a request and in a wait", async () => {
  const reason = new Error("no longer needed");
  const control = new AbortController();
  let release = () => {};
  const late = new Promise<void>((resolve) => release = resolve);
  await withServer(async (request, asked) => {
    control.abort(reason);
    await late;
    return lengths(request, asked);
  }, async (url, asked) => {
    await rejects(ask(remoteReward(url), { signal: control.signal }), reason);
    release();
    equal(asked.length, 1);
  });
  const waiting = new AbortController();
  const url = deadUrl();
  const asking = askRemote(remoteReward(url), rollouts, { signal: waiting.signal });
  queueMicrotask(() => waiting.abort(reason));
  await rejects(asking, reason);
});

Deno.test("askRemote() asks nobody about nothing", async () => {
  deepEqual(await askRemote(remoteReward(deadUrl()), []), []);
});

Deno.test("remoteHosts() names each server once, with its port", () => {
  const urls = ["http://a/x", "http://a:80/y", "https://a", "http://a:8080", "http://[::1]:5000/"];
  deepEqual(remoteHosts(urls), ["a:80", "a:443", "a:8080", "[::1]:5000"]);
});
