// The handles that Node's sockets stand on. Node's name for them is `process.binding`, deprecated and still there; a bench may lean on it.
import type { Socket } from 'node:net';

export interface Request {
  oncomplete(status: number): void;
}

export interface TcpHandle {
  onread: () => void;
  connect(request: Request, host: string, port: number): number;
  writeBuffer(request: Request, bytes: Buffer): number;
  useUserBuffer(buffer: Buffer): void;
  readStart(): number;
  reset(closed: () => void): void;
}

interface Bindings {
  tcp_wrap: {
    readonly TCP: new (kind: number) => TcpHandle;
    readonly TCPConnectWrap: new () => Request;
    readonly constants: { readonly SOCKET: number };
  };
  stream_wrap: {
    readonly WriteWrap: new () => Request;
    readonly streamBaseState: Int32Array;
    readonly kReadBytesOrError: number;
    readonly kLastWriteWasAsync: number;
  };
}

type Binding = <Name extends keyof Bindings>(name: Name) => Bindings[Name];
const binding: Binding = (process as unknown as { binding: Binding }).binding.bind(process);
export const { TCP, TCPConnectWrap, constants } = binding('tcp_wrap');
const { kLastWriteWasAsync, ...stream } = binding('stream_wrap');
export const { WriteWrap, streamBaseState, kReadBytesOrError } = stream;

/** Writes the same bytes again and again, each time by a system call of its own and nothing else, until it is told to stop. */
export function writeRepeatedly(socket: Socket, bytes: Buffer, { perTurn }: { readonly perTurn: number }): Disposable {
  const handle = (socket as unknown as { readonly _handle: TcpHandle })._handle;
  let isStopped = false;
  let request = new WriteWrap();
  const next = (): void => {
    for (let i = 0; i < perTurn; i++) {
      if (isStopped || socket.destroyed || handle.writeBuffer(request, bytes) !== 0) return;
      if (streamBaseState[kLastWriteWasAsync] === 0) continue;
      // The socket is full: what did not fit leaves when there is room.
      request.oncomplete = () => setImmediate(next);
      request = new WriteWrap();
      return;
    }
    setImmediate(next);
  };
  next();
  return {
    [Symbol.dispose]: () => {
      isStopped = true;
    },
  };
}
