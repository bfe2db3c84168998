import { equal } from "node:assert/strict";
import type { Outcome } from "../analysis/outcome.ts";
import {
  formatBytes,
  formatFixed,
  formatNumber,
  formatP,
  formatShare,
  formatSigned,
  outcomeFormat,
} from "./format.ts";

Deno.test("formatFixed() uses a true minus sign, never on zero, and a dash for nothing", () => {
  equal(formatFixed(-1.25, 1), "−1.3");
  equal(formatFixed(-0.01, 1), "0.0");
  equal(formatFixed(NaN, 1), "–");
  equal(formatFixed(null, 1), "–");
});

Deno.test("formatSigned() marks rises, and leaves zero without a sign", () => {
  equal(formatSigned(1.5, 1), "+1.5");
  equal(formatSigned(-1.5, 1), "−1.5");
  equal(formatSigned(0.001, 1), "0.0");
});

Deno.test("formatNumber() keeps about three digits", () => {
  equal(formatNumber(1234.5), "1235");
  equal(formatNumber(2.5371), "2.54");
  equal(formatNumber(0.0123), "0.0123");
});

Deno.test("formatShare(), formatP() and formatBytes() read as people write them", () => {
  equal(formatShare(0.587), "58.7 %");
  equal(formatP(0.0004), "< 0.001");
  equal(formatP(0.0436), "0.044");
  equal(formatBytes(1_683_256), "1.7 MB");
});

Deno.test("outcomeFormat() prints differences of shares in points, as precisely as the values need", () => {
  const outcome = (unit: Outcome["unit"]) => ({ unit }) as Outcome;
  const share = outcomeFormat(outcome("share"), 0.6);
  equal(share.difference(0.1804), "+18.0 pp");
  equal(share.interval(-0.004, 0.02), "[−0.4, +2.0]");
  equal(outcomeFormat(outcome("share"), 0.0004).value(0.00051), "0.0510 %");
  equal(outcomeFormat(outcome("number"), 2.5).difference(-0.314), "−0.31");
  equal(share.interval(null, null), "no interval");
});
