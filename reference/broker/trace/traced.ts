// A transport whose bytes are shown to a tracer on their way.
import type { Transport, TransportListener } from '../../transport/transport.ts';
import type { Tracer } from './tracer.ts';

/** Shows what is written. */
export const traced = (transport: Transport, tracer: Tracer): Transport => ({
  remoteAddress: transport.remoteAddress,
  certificateName: transport.certificateName,
  get bufferedBytes() {
    return transport.bufferedBytes;
  },
  write: (bytes) => {
    tracer.sent(bytes);
    transport.write(bytes);
  },
  close: () => transport.close(),
  reset: () => transport.reset(),
  pause: () => transport.pause(),
  resume: () => transport.resume(),
});

/** Shows what comes. */
export const tracedListener = (listener: TransportListener, tracer: Tracer): TransportListener => ({
  get mostBytes() {
    return listener.mostBytes;
  },
  bytes: (chunk) => {
    tracer.came(chunk);
    listener.bytes(chunk);
  },
  drained: () => listener.drained?.(),
  violated: (what) => {
    tracer.violated(what);
    listener.violated?.(what);
  },
  ended: (how) => {
    tracer.ended(how);
    listener.ended(how);
  },
});
