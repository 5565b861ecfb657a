// Which brokers a survey covers. In: the text of a YAML file. Out: a plan, or one line that tells what is wrong with it. Pure.
import { parseDocument } from 'yaml';

export interface SurveyBroker {
  /** Letters, digits, dots and hyphens: its column, and the folder of its report. */
  readonly name: string;
  /** A command of the shell that runs the broker until it is ended; `{port}` stands for a free port. */
  readonly start: string;
  /** Where it listens then: `mqtt://127.0.0.1:{port}`. */
  readonly address: string;
  /** A command of the shell that prints the version; left out, what `$SYS/broker/version` says. */
  readonly version?: string;
  /** How long it may take to answer a CONNECT, in seconds. */
  readonly readyWithin: number;
}

export interface SurveyPlan {
  readonly title: string;
  readonly brokers: readonly SurveyBroker[];
}

/** The file is not what it should be; the message names the key. */
export class BadSurvey extends Error {}

const defaultAddress = 'mqtt://127.0.0.1:{port}';
const defaultReadyWithin = 60;

/** Throws BadSurvey. */
export function parseSurvey(text: string, fileName: string): SurveyPlan {
  const document = parseDocument(text);
  const [syntax] = document.errors;
  if (syntax !== undefined) throw new BadSurvey(`${fileName}: ${syntax.message.split('\n')[0]}`);
  const top = fieldsOf(document.toJS(), fileName, ['title', 'brokers']);
  const title = top.get('title') ?? 'MQTT brokers';
  if (typeof title !== 'string') throw new BadSurvey(`${fileName}: title has to be a text`);
  const brokers = top.get('brokers');
  if (!Array.isArray(brokers) || brokers.length === 0)
    throw new BadSurvey(`${fileName}: brokers has to be a list of { name, start, … }`);
  const plan = { title, brokers: brokers.map((one: unknown, i) => brokerOf(one, `${fileName}: brokers[${i}]`)) };
  const names = plan.brokers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new BadSurvey(`${fileName}: two brokers are called ${twice}`);
  return plan;
}

function brokerOf(value: unknown, where: string): SurveyBroker {
  const fields = fieldsOf(value, where, ['name', 'start', 'address', 'version', 'readyWithin']);
  const text = (key: string, otherwise?: string): string => {
    const found = fields.get(key) ?? otherwise;
    if (typeof found !== 'string' || found === '') throw new BadSurvey(`${where}.${key} has to be a text`);
    return found;
  };
  const name = text('name');
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(name))
    throw new BadSurvey(`${where}.name: expected letters, digits, dots and hyphens, got ${name}`);
  const readyWithin = fields.get('readyWithin') ?? defaultReadyWithin;
  if (typeof readyWithin !== 'number' || !(readyWithin > 0) || readyWithin > 3_600)
    throw new BadSurvey(`${where}.readyWithin: expected seconds, 1 to 3600`);
  return {
    name,
    start: text('start'),
    address: text('address', defaultAddress),
    readyWithin,
    ...(fields.has('version') ? { version: text('version') } : {}),
  };
}

function fieldsOf(value: unknown, where: string, keys: readonly string[]): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadSurvey(`${where}: expected ${keys.join(', ')}`);
  const fields = new Map(Object.entries(value));
  const unknownKey = [...fields.keys()].find((key) => !keys.includes(key));
  if (unknownKey !== undefined) throw new BadSurvey(`${where}: unknown key "${unknownKey}": use ${keys.join(', ')}`);
  return fields;
}
