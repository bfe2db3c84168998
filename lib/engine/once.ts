/** Programs are compiled when they are first needed. */

/** What `cache` has under `key`, made when it has nothing yet. */
export function once<V>(
  cache: Map<string, Promise<V>>,
  key: string,
  make: () => Promise<V>,
): Promise<V> {
  let value = cache.get(key);
  if (value === undefined) cache.set(key, value = make());
  return value;
}
