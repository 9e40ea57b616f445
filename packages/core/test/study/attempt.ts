/** What a call returned or threw, so that a property can be said of both. */
export function attempt<T>(call: () => T): { readonly value?: T; readonly error?: unknown } {
  try {
    return { value: call() };
  } catch (error) {
    return { error };
  }
}
