import type { ReceivedMessage } from '../client/index.ts';

export interface FormatOptions {
  readonly format?: string | undefined;
  readonly verbose?: boolean | undefined;
  readonly eol: boolean;
}

const newline = Buffer.from('\n');

/** A message as it is printed: its bytes as they are, or in the user's format. */
export function formatMessage(message: ReceivedMessage, { format, verbose, eol }: FormatOptions): Uint8Array {
  const end = eol ? [newline] : [];
  if (format !== undefined) return Buffer.concat([...formatted(message, format), ...end]);
  const topic = verbose === true ? [Buffer.from(`${message.topicName} `)] : [];
  return Buffer.concat([...topic, message.payload, ...end]);
}

function formatted(message: ReceivedMessage, format: string): Uint8Array[] {
  const parts = format.split(/(%[tpxlqrd%])/);
  return parts.map((part) => (part === '%p' ? message.payload : Buffer.from(fieldOf(message, part))));
}

function fieldOf({ topicName, payload, qos, retain, dup }: ReceivedMessage, part: string): string {
  switch (part) {
    case '%t':
      return topicName;
    case '%x':
      return Buffer.from(payload).toString('hex');
    case '%l':
      return String(payload.length);
    case '%q':
      return String(qos);
    case '%r':
      return retain ? '1' : '0';
    case '%d':
      return dup ? '1' : '0';
    case '%%':
      return '%';
    default:
      return part;
  }
}
