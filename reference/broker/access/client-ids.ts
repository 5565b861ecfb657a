// Client ids bound to users, so that nobody else gets at a session by knowing its id. In: rules, a client id, a user. Out: yes or no.

/** A client id, or a pattern of client ids, that is kept for users. */
export interface ClientIdRule {
  /** `*` stands for any characters, `%u` for the user name, `%%` for a percent sign. */
  readonly clientId: string;
  /** Who may use it; left out: the user whose name stands in place of `%u`. */
  readonly users?: readonly string[];
}

/** Something that stands for any characters. */
const any = Symbol('any');
type Part = string | typeof any;

/** Whether this user may connect with this client id: the first rule whose pattern the id has decides; without one, everybody may. */
export function mayUse(rules: readonly ClientIdRule[], clientId: string, userName: string | undefined): boolean {
  const rule = rules.find((one) => hasPattern(clientId, partsOf(one.clientId, any)));
  if (rule === undefined) return true;
  if (userName === undefined || userName === '') return false;
  if (rule.users !== undefined && !rule.users.includes(userName)) return false;
  return hasPattern(clientId, partsOf(rule.clientId, userName));
}

/** What is wrong with a rule; undefined if nothing is. */
export function clientIdRuleProblem({ clientId, users }: ClientIdRule): string | undefined {
  for (const [all, which] of clientId.matchAll(/%(.?)/gs))
    if (which !== 'u' && which !== '%') return `expected %u or %%, got ${all}`;
  const namesUser = clientId.replaceAll('%%', '').includes('%u');
  return namesUser || users !== undefined ? undefined : 'expected users, or %u in the client id';
}

const partsOf = (pattern: string, user: Part): readonly Part[] =>
  pattern.split(/(\*|%u|%%)/).map((text) => {
    if (text === '*') return any;
    if (text === '%%') return '%';
    return text === '%u' ? user : text;
  });

/** Takes each text at its first place behind the one before, the last at the end: linear, whatever the id looks like. */
function hasPattern(text: string, parts: readonly Part[]): boolean {
  const texts: string[] = [''];
  for (const part of parts) {
    if (part === any) texts.push('');
    else texts.push(`${texts.pop()}${part}`);
  }
  const [first = '', ...others] = texts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const middle of others) {
    const found = text.indexOf(middle, at);
    if (found < 0) return false;
    at = found + middle.length;
  }
  return at <= text.length - last.length;
}
