// The broker's configuration file: its keys, what they mean, and what holds without them.

import { longestSocketPath } from '../../transport/unix.ts';
import type { AccessOptions } from '../access/access.ts';
import { accessProblems } from '../access/access-problems.ts';
import type { ClientIdRule } from '../access/client-ids.ts';
import type { AttemptLimit } from '../access/failed-attempts.ts';
import type { PermissionRule } from '../access/permissions.ts';
import type { Limits } from '../core/limits.ts';
import { type LogLevel, logLevels } from '../log/log-entry.ts';
import type { MetricsOptions } from '../metrics/metrics-endpoint.ts';
import {
  demanding,
  listOf,
  oneOf,
  type Problem,
  port,
  record,
  type Shape,
  text,
  truth,
  whole,
  wordOr,
} from './shape.ts';

/** One place to listen at. Files are named by their paths, and read again when the broker is told to reload. */
export interface ListenerSettings {
  readonly kind: 'tcp' | 'tls' | 'ws' | 'wss' | 'unix';
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly clientCertificates?: 'none' | 'optional' | 'required';
  readonly clientAuthority?: string;
}

export interface LogSettings {
  readonly level?: LogLevel | 'none';
  readonly format?: 'text' | 'json';
}

export interface Settings {
  readonly listeners?: readonly ListenerSettings[];
  readonly access?: AccessOptions;
  /** Path of a folder. */
  readonly data?: string;
  readonly limits?: Partial<Limits>;
  readonly log?: LogSettings;
  readonly metrics?: MetricsOptions;
  readonly sysIntervalSeconds?: number;
}

const names = (what: string): Shape<readonly string[]> => listOf(text(), what);
const path = text('a path');

const listener = demanding(
  record<ListenerSettings>({
    kind: { shape: oneOf('tcp', 'tls', 'ws', 'wss', 'unix'), does: 'transport', byDefault: 'needed' },
    host: { shape: text('an address'), does: 'address of the network to listen on', byDefault: '127.0.0.1' },
    port: { shape: port, does: 'port; 0: any free one', byDefault: '1883 for tcp, 8883 for tls; ws and wss need one' },
    path: { shape: path, does: 'path of a Unix socket', byDefault: 'unix needs one' },
    certificate: { shape: path, does: 'PEM file with certificate and chain', byDefault: 'tls and wss need one' },
    key: { shape: path, does: 'PEM file with the private key', byDefault: 'tls and wss need one' },
    clientCertificates: {
      shape: oneOf('none', 'optional', 'required'),
      does: 'whether clients are asked for a certificate, and have to show one',
      byDefault: 'none',
    },
    clientAuthority: {
      shape: path,
      does: 'PEM file with who may sign certificates of clients',
      byDefault: 'needed by clientCertificates',
    },
  }),
  listenerProblems,
);

/** What belongs to which kind. */
function listenerProblems(settings: ListenerSettings): readonly Problem[] {
  const { kind, clientCertificates = 'none' } = settings;
  const isSecure = kind === 'tls' || kind === 'wss';
  const needs: readonly (readonly [keyof ListenerSettings, boolean, string])[] = [
    ['path', kind === 'unix', path.expected],
    ['port', kind === 'ws' || kind === 'wss', port.expected],
    ['certificate', isSecure, path.expected],
    ['key', isSecure, path.expected],
    ['clientAuthority', isSecure && clientCertificates !== 'none', path.expected],
  ];
  const foreign: readonly (readonly [keyof ListenerSettings, boolean])[] = [
    ['path', kind === 'unix'],
    ['host', kind !== 'unix'],
    ['port', kind !== 'unix'],
    ...(['certificate', 'key', 'clientCertificates', 'clientAuthority'] as const).map(
      (key) => [key, isSecure] as const,
    ),
  ];
  return [
    ...needs
      .filter(([key, needed]) => needed && settings[key] === undefined)
      .map(([key, , expected]) => ({ key, text: `expected ${expected}, got nothing` })),
    ...foreign
      .filter(([key, fits]) => !fits && settings[key] !== undefined)
      .map(([key]) => ({ key, text: `does not belong to a listener of kind ${kind}` })),
    ...pathProblems(settings),
  ];
}

function pathProblems({ kind, path: at = '' }: ListenerSettings): readonly Problem[] {
  const bytes = Buffer.byteLength(at);
  if (kind !== 'unix' || bytes <= longestSocketPath) return [];
  return [{ key: 'path', text: `expected a path of at most ${longestSocketPath} bytes, got ${bytes}` }];
}

/** A broker that listens nowhere serves nobody. */
const listeners = demanding(listOf(listener, 'listeners'), ({ length }) =>
  length > 0 ? [] : [{ key: '', text: 'expected one listener at least, got none' }],
);

const access = demanding(
  record<AccessOptions>({
    passwordFile: { shape: path, does: 'file of `mqttspec broker passwd`', byDefault: 'no passwords' },
    anonymous: {
      shape: truth,
      does: 'whether clients without a user name are let in',
      byDefault: 'true without passwordFile, false with it',
    },
    certificateNames: {
      shape: truth,
      does: 'whether the common name of a client certificate is the user name, and takes the place of a password',
      byDefault: 'false',
    },
    failedAttempts: {
      shape: record<AttemptLimit>({
        most: { shape: whole('a number', 1, 1_000_000), does: 'so many failures', byDefault: 'needed' },
        withinSeconds: { shape: whole('seconds', 1, 86_400), does: 'within this time', byDefault: 'needed' },
      }),
      does: 'failed attempts of one address after which it is refused (return code 5)',
      byDefault: '10 within 60 seconds',
    },
    clientIds: {
      shape: listOf(
        record<ClientIdRule>({
          clientId: {
            shape: text('a client id'),
            does: 'client id or pattern: `*` any characters, `%u` the user name, `%%` a percent sign',
            byDefault: 'needed',
          },
          users: { shape: names('user names'), does: 'who may use it', byDefault: 'the user whose name is `%u`' },
        }),
        'rules',
      ),
      does: 'client ids that are kept for users; the first rule that an id matches decides, others get return code 2',
      byDefault: 'none',
    },
    sessionOwners: {
      shape: oneOf('anybody', 'first user'),
      does: 'who may connect with the client id of a session: anybody, or the user alone who has opened it',
      byDefault: 'anybody',
    },
    permissions: {
      shape: listOf(
        record<PermissionRule>({
          users: {
            shape: wordOr(['known', 'anonymous'], names('user names')),
            does: 'whom the rule is for; known: all that have a user name',
            byDefault: 'everybody',
          },
          publish: { shape: names('Topic Filters'), does: 'what they may publish to', byDefault: 'nothing' },
          subscribe: { shape: names('Topic Filters'), does: 'what they may subscribe to', byDefault: 'nothing' },
        }),
        'rules',
      ),
      does: 'what clients may do; what no rule allows is refused. `%u`: user name, `%c`: client id',
      byDefault: 'everybody may do everything',
    },
    wideSubscriptions: {
      shape: oneOf('refuse', 'filter'),
      does: 'a subscription to more than is allowed: refused, or granted so that only what is allowed is delivered',
      byDefault: 'refuse',
    },
  }),
  (options) => accessProblems(options).map(({ key, problem }) => ({ key, text: problem })),
);

const most = 2 ** 32;
const limits = record<Partial<Limits>>({
  maxPacketBytes: {
    shape: whole('bytes', 128, 268_435_460),
    does: 'largest packet of a client, fixed header included',
    byDefault: '268435460, the largest of the standard',
  },
  maxConnections: {
    shape: whole('a number', 1, most),
    does: 'connections; more get return code 3',
    byDefault: '100000',
  },
  maxHalfOpenConnections: {
    shape: whole('a number', 1, most),
    does: 'connections that no client was let in on yet, those in the middle of a handshake among them; more are broken off at once',
    byDefault: '10000',
  },
  maxSessions: {
    shape: whole('a number', 1, most),
    does: 'sessions of clients that are connected or away; beyond, who asks for one that is kept (CleanSession 0) and has none gets return code 3',
    byDefault: '1000000',
  },
  sessionExpiryMs: {
    shape: whole('milliseconds', 1_000, 3_155_760_000_000),
    does: 'how long a session is kept whose client is away, counted anew from the start of the broker',
    byDefault: 'for ever',
  },
  maxSubscriptions: {
    shape: whole('a number', 0, most),
    does: 'subscriptions of one client, where one of many levels counts for each ten; more are refused (0x80)',
    byDefault: '100000',
  },
  maxTopicLevels: {
    shape: whole('a number', 1, 65_535),
    does: 'levels of a topic: a filter with more is refused (0x80), a PUBLISH or will with more ends its connection',
    byDefault: '65535, as many as fit',
  },
  maxRetainedMessages: {
    shape: whole('a number', 0, most),
    does: 'retained messages of all topics, where a name of many levels counts for each ten; more are delivered and not retained',
    byDefault: '1000000',
  },
  maxRetainedBytes: {
    shape: whole('bytes', 0, 2 ** 40),
    does: 'the same in bytes of names and payloads',
    byDefault: '1073741824',
  },
  connectTimeoutMs: {
    shape: whole('milliseconds', 10, 3_600_000),
    does: 'how long a connection may be open without a CONNECT that is answered',
    byDefault: '10000',
  },
  stallTimeoutMs: {
    shape: whole('milliseconds', 1_000, 3_155_760_000_000),
    does: 'how long a client may take nothing of what waits for it, before its connection is ended (up to a quarter later)',
    byDefault: '120000',
  },
  maxInFlight: {
    shape: whole('a number', 1, 65_535),
    does: 'messages to one client that may be unacknowledged at the same time',
    byDefault: '1000',
  },
  maxQueuedMessages: {
    shape: whole('a number', 0, most),
    does: 'QoS 1 and 2 messages that wait for one client; more are dropped',
    byDefault: '100000',
  },
  maxQueuedBytes: {
    shape: whole('bytes', 0, most),
    does: 'the same in bytes',
    byDefault: '67108864',
  },
  maxBufferedBytes: {
    shape: whole('bytes', 0, most),
    does: 'bytes that may wait for a client which reads too slowly (131072 at least); beyond, QoS 0 messages to it are dropped, and who asks for more answers is not read from',
    byDefault: '67108864',
  },
  pauseAboveBytes: {
    shape: whole('bytes', 0, most),
    does: 'bytes that may wait for a client (131072 at least) before those who publish to it are not read from for a while',
    byDefault: '1048576',
  },
  maxPauseMs: {
    shape: whole('milliseconds', 0, 3_600_000),
    does: 'how long a publisher is not read from at the longest, for the sake of clients that read too slowly',
    byDefault: '1000',
  },
});

/** The whole file. */
export const settingsShape: Shape<Settings> = record<Settings>({
  listeners: { shape: listeners, does: 'where to listen', byDefault: 'tcp on 127.0.0.1:1883' },
  access: { shape: access, does: 'users, client ids and permissions', byDefault: 'everybody may do everything' },
  data: {
    shape: path,
    does: 'folder in which sessions and retained messages are kept, so that they outlive the process',
    byDefault: 'kept in memory',
  },
  limits: { shape: limits, does: 'what a client may ask for at most', byDefault: 'as below' },
  log: {
    shape: record<LogSettings>({
      level: { shape: oneOf('none', ...logLevels), does: 'what is logged on standard error', byDefault: 'warn' },
      format: { shape: oneOf('text', 'json'), does: 'how a line of the log looks', byDefault: 'text' },
    }),
    does: 'what is logged',
    byDefault: 'as below',
  },
  metrics: {
    shape: record<MetricsOptions>({
      port: { shape: port, does: 'port of the metrics; 0: any free one', byDefault: 'needed' },
      host: { shape: text('an address'), does: 'address of the metrics', byDefault: '127.0.0.1' },
    }),
    does: 'metrics for Prometheus, over HTTP at `/metrics`',
    byDefault: 'none',
  },
  sysIntervalSeconds: {
    shape: whole('seconds', 1, 86_400),
    does: 'how often `$SYS` is published',
    byDefault: '10',
  },
});
