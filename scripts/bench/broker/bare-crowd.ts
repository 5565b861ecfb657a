// Crowds of clients that connect and do nothing else, on the handles that Node's sockets stand on: a Socket costs the load more than a
// connection costs mosquitto. In: a port and a count. Out: how many were let in per second.
import {
  constants,
  kReadBytesOrError,
  streamBaseState,
  TCP,
  TCPConnectWrap,
  type TcpHandle,
  WriteWrap,
} from './bare-handle.ts';
import { connect } from './packets.ts';

const atOnce = 100;
const withinMs = 30_000;
const connackBytes = 4;
/** One for all: each answer is read before the next one comes. */
const answer = Buffer.allocUnsafeSlow(64);

export interface BareCrowd {
  readonly perSecond: number;
  /** Ends all connections by RST, at once. */
  reset(): void;
}

/** So many clients, a hundred of them at a time. Rejects where one is not let in. */
export function bareCrowd(port: number, count: number): Promise<BareCrowd> {
  const handles: TcpHandle[] = [];
  const startedAt = performance.now();
  let accepted = 0;
  return new Promise((done, broke) => {
    const late = setTimeout(() => broke(new Error(`${accepted} of ${count} clients were let in`)), withinMs);
    const failed = (what: string, status: number): void => broke(new Error(`${what} of a client failed: ${status}`));
    const next = (): void => {
      const handle = new TCP(constants.SOCKET);
      const request = new TCPConnectWrap();
      const packet = connect(`crowd-${handles.length}`, true);
      handles.push(handle);
      handle.onread = onAnswer;
      handle.useUserBuffer(answer);
      request.oncomplete = (status) => {
        if (status !== 0) return failed('connecting', status);
        const write = new WriteWrap();
        write.oncomplete = () => {};
        const error = handle.writeBuffer(write, packet);
        if (error !== 0) failed('CONNECT', error);
        handle.readStart();
      };
      const error = handle.connect(request, '127.0.0.1', port);
      if (error !== 0) failed('connecting', error);
    };
    const onAnswer = (): void => {
      const bytes = streamBaseState[kReadBytesOrError] as number;
      if (bytes !== connackBytes || answer[0] !== 0x20 || answer[3] !== 0) return failed('CONNACK', bytes);
      accepted++;
      if (handles.length < count) return next();
      if (accepted < count) return;
      clearTimeout(late);
      const perSecond = (count * 1_000) / (performance.now() - startedAt);
      done({
        perSecond,
        reset: () => {
          for (const handle of handles) handle.reset(() => {});
        },
      });
    };
    for (let i = 0; i < Math.min(atOnce, count); i++) next();
  });
}
