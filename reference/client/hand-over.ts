/** Calls the application. What it throws is its own affair: an uncaught exception of the process, and no reason to end the connection. */
export function handOver<T>(value: T, call: (value: T) => void): void {
  try {
    call(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
