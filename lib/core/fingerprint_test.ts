import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, fingerprint, fingerprintText, type Json } from "./fingerprint.ts";

fc.configureGlobal({ seed: 1 });

/** Plain data without the numbers that are rounded: whole ones stay as they are. */
const data = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** The same data, keys in the opposite order. */
function reversedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).reverse().map(([key, item]) => [key, reversedKeys(item)]),
  );
}

Deno.test("fingerprint() does not depend on the order of keys", () => {
  fc.assert(
    fc.property(data, (value) => equal(fingerprint(reversedKeys(value)), fingerprint(value))),
  );
  equal(fingerprint({ a: 1, b: { c: 2, d: 3 } }), fingerprint({ b: { d: 3, c: 2 }, a: 1 }));
});

Deno.test("fingerprint() differs for different data, arrays in another order included", () => {
  fc.assert(fc.property(data, data, (a, b) => {
    equal(fingerprint(a) === fingerprint(b), canonicalJson(a) === canonicalJson(b));
  }));
  notEqual(fingerprint([1, 2]), fingerprint([2, 1]));
  notEqual(fingerprint({ a: 1 }), fingerprint({ a: "1" }));
  notEqual(fingerprint({ a: null }), fingerprint({}));
});

Deno.test("canonicalJson() is JSON: parsing gives the data back", () => {
  fc.assert(fc.property(data, (value) => deepEqual(JSON.parse(canonicalJson(value)), value)));
});

Deno.test("canonicalJson() takes settings as equal that binary arithmetic tells apart", () => {
  notEqual(1 - 0.8, 0.2);
  equal(canonicalJson({ ratio: 1 - 0.8 }), '{"ratio":0.2}');
  equal(fingerprint(0.1 + 0.2), fingerprint(0.3));
  equal(fingerprint(-0), fingerprint(0));
  notEqual(fingerprint(1e-6), fingerprint(1.00000001e-6));
});

Deno.test("canonicalJson() refuses what JSON would change silently, and says where", () => {
  throws(() => canonicalJson({ a: [1, NaN] }), {
    name: "TypeError",
    message: "value.a[1]: expected a finite number, got NaN",
  });
  throws(() => canonicalJson({ a: undefined }, "config"), /config\.a: .* got undefined/);
  throws(() => canonicalJson({ at: new Date(0) }), /value\.at: expected plain data, got object/);
  throws(() => canonicalJson([() => 1]), /value\[0\]: expected plain data, got function/);
});

Deno.test("fingerprint() is sixteen hexadecimal digits that stay the same from release to release", () => {
  equal(fingerprint({ kind: "random" }), GOLDEN);
  equal(fingerprintText('{"kind":"random"}'), GOLDEN);
});
const GOLDEN = "d5bbcc0d542c6fc9"; // printf %s '{"kind":"random"}' | sha256sum
