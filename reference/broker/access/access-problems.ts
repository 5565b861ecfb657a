// What is wrong with access as somebody has written it. In: options. Out: keys and problems.
import type { AccessOptions } from './access.ts';
import { clientIdRuleProblem } from './client-ids.ts';
import type { PermissionRule } from './permissions.ts';
import { templateProblem } from './placeholders.ts';

export interface KeyProblem {
  /** Such as `permissions[0].publish[1]`. */
  readonly key: string;
  readonly problem: string;
}

export function accessProblems({ clientIds = [], permissions = [] }: AccessOptions): readonly KeyProblem[] {
  return [
    ...clientIds.flatMap((rule, i) => problem(`clientIds[${i}].clientId`, clientIdRuleProblem(rule))),
    ...permissions.flatMap((rule, i) => ruleProblems(`permissions[${i}]`, rule)),
  ];
}

const problem = (key: string, text: string | undefined): readonly KeyProblem[] =>
  text === undefined ? [] : [{ key, problem: text }];

function ruleProblems(key: string, rule: PermissionRule): readonly KeyProblem[] {
  return (['publish', 'subscribe'] as const).flatMap((kind) =>
    (rule[kind] ?? []).flatMap((template, i) => problem(`${key}.${kind}[${i}]`, templateProblem(template))),
  );
}
