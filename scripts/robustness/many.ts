/** Many at the same time, but no more on their way than the backlog of a listener takes. */
export async function many<T>(count: number, one: (at: number) => Promise<T>, atOnce = count): Promise<T[]> {
  const all: T[] = [];
  for (let from = 0; from < count; from += atOnce)
    all.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => one(from + at)))));
  return all;
}
