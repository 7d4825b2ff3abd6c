/** `ECONNREFUSED` says more than `Error`. Never runs code of the program. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const code: unknown = Object.getOwnPropertyDescriptor(error, 'code')?.value;
  if (typeof code === 'string' && /^\w{1,64}$/.test(code)) return code;
  const cause: unknown = Object.getOwnPropertyDescriptor(error, 'cause')?.value;
  if (typeof cause === 'object' && cause !== null) return errorCode(cause);
  const owner: unknown = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(error) ?? {}, 'constructor')?.value;
  const name: unknown = typeof owner === 'function' ? Object.getOwnPropertyDescriptor(owner, 'name')?.value : undefined;
  return typeof name === 'string' && name !== '' ? name.slice(0, 128) : '_OTHER';
}
