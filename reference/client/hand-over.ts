import type { ReceivedMessage } from './core/received-message.ts';

/** Calls the application. What it throws is its own affair: an uncaught exception of the process, and no reason to end the connection. */
export function handOver(message: ReceivedMessage, onMessage: (message: ReceivedMessage) => void): void {
  try {
    onMessage(message);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
