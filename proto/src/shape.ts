/**
 * What a message looks like, as a value: checks what came from the other side and gives its type. Only plain data: no classes,
 * no absent fields (`null` says "nothing").
 */
export interface Shape<T> {
  readonly is: (value: unknown) => value is T;
}

/** The type of what a shape lets through. */
export type Infer<S> = S extends Shape<infer T> ? T : never;

const shape = <T>(is: (value: unknown) => boolean): Shape<T> => ({ is: is as (value: unknown) => value is T });

export const text: Shape<string> = shape((value) => typeof value === 'string');
export const flag: Shape<boolean> = shape((value) => typeof value === 'boolean');
/** Any number but NaN and the infinities. */
export const number: Shape<number> = shape((value) => Number.isFinite(value));

/** One of a few words. */
export function word<const W extends string>(...words: readonly W[]): Shape<W> {
  return shape((value) => (words as readonly unknown[]).includes(value));
}

/** The same, or null. */
export function nullable<T>(inner: Shape<T>): Shape<T | null> {
  return shape((value) => value === null || inner.is(value));
}

/** Every item fits; longer ones than `maxLength` do not. */
export function list<T>(inner: Shape<T>, maxLength = 100_000): Shape<readonly T[]> {
  return shape(
    (value) => Array.isArray(value) && value.length <= maxLength && value.every((item: unknown) => inner.is(item)),
  );
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type FromFields<F extends Fields> = { readonly [K in keyof F]: Infer<F[K]> };

/** Every named field fits; further fields are let through unread. */
export function fields<F extends Fields>(inner: F): Shape<FromFields<F>> {
  const entries = Object.entries(inner);
  return shape(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      entries.every(([name, field]) => field.is((value as Record<string, unknown>)[name])),
  );
}

/** Fits one of several. */
export function either<S extends readonly Shape<unknown>[]>(...shapes: S): Shape<Infer<S[number]>> {
  return shape((value) => shapes.some((one) => one.is(value)));
}
