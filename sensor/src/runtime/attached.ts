/** Makes the object that it is given, so that a class derived from it puts its private fields on that object. */
const Given = function (object: object): object {
  return object;
} as unknown as new (object: object) => object;

export interface Attached<T> {
  get(object: object): T | undefined;
  set(object: object, value: T): void;
}

/**
 * Something kept on objects of others that nobody else can see. It does what a WeakMap does, for objects that live shortly: a tenth of
 * the time, and no work for the garbage collector. It can be set once for each object.
 */
export function attached<T>(): Attached<T> {
  class Holder extends Given {
    #value: T;

    constructor(object: object, value: T) {
      super(object);
      this.#value = value;
    }

    static read(object: object): T | undefined {
      return #value in object ? object.#value : undefined;
    }
  }
  return {
    get: (object) => Holder.read(object),
    set: (object, value) => {
      new Holder(object, value);
    },
  };
}
