// `%u` and `%c` in Topic Filters of permissions. In: a filter with placeholders, a client. Out: its filter, or none.
import { topicFilterProblem } from '../../topics/validate.ts';

/** A client as permissions see it. */
export interface Who {
  readonly clientId: string;
  /** Undefined: an anonymous client. */
  readonly userName: string | undefined;
}

const placeholder = /%(.?)/gs;

/**
 * The filter with the client's names put in; undefined where a name would be read as more than a name: with `+`, `#` or `/` in it, empty,
 * or with the `$` that begins topics of the broker.
 */
export function expand(template: string, { clientId, userName }: Who): string | undefined {
  if (!template.includes('%')) return template;
  let isSafe = true;
  const name = (value: string | undefined): string => {
    if (value === undefined || value === '' || /[+#/\0]/.test(value)) isSafe = false;
    return value ?? '';
  };
  const filter = template.replace(placeholder, (_all, which) => {
    if (which === '%') return '%';
    return name(which === 'u' ? userName : clientId);
  });
  return isSafe && filter.startsWith('$') === template.startsWith('$') ? filter : undefined;
}

/** What is wrong with such a filter; undefined if nothing is. */
export function templateProblem(template: string): string | undefined {
  for (const [all, which = ''] of template.matchAll(placeholder))
    if (!'uc%'.includes(which) || which === '') return `expected %u, %c or %%, got ${all}`;
  const problem = topicFilterProblem(template);
  if (problem !== undefined) return `expected ${problem.expected}, got ${problem.actual}`;
  const crowded = template.split('/').find((level) => (level.replaceAll('%%', '').match(/%/g) ?? []).length > 1);
  // `%u-%c` would be a-b-c for user a with client id b-c, and for user a-b with client id c.
  return crowded === undefined ? undefined : `expected one placeholder in a level at most, got ${crowded}`;
}
